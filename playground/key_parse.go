package playground

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// Encoding says how the text of a shared secret stands for its bytes.
type Encoding string

// The encodings of a secret. Empty is UTF-8: the text's own bytes.
const (
	UTF8      Encoding = "utf8"
	Base64    Encoding = "base64"
	Base64URL Encoding = "base64url"
	Hex       Encoding = "hex"
)

// The limits of a key's text, in bytes.
const (
	MaxKeyText = 64 << 10
	maxPEM     = 16 << 10
)

// ParseKey reads a key as people paste it: PEM, a JWK or a JWK Set by how the
// text looks, and otherwise a shared secret in the given encoding. The set is
// never nil; what is wrong with the text is its Problem and also the error.
func ParseKey(text []byte, encoding Encoding) (*KeySet, error) {
	s := &KeySet{raw: text, encoding: encoding}
	trimmed := bytes.TrimSpace(text)
	switch {
	case len(text) > MaxKeyText:
		s.Form, s.Problem = "secret", &KeyError{ID: "key_size", Message: "The key's text is longer than 64 KiB.", Fix: "Paste the one key that the issuer signs with."}
	case looksLikePEM(trimmed):
		s.Form = "pem"
		s.parsePEM(string(trimmed))
	case bytes.HasPrefix(trimmed, []byte("{")) && looksLikeJWK(trimmed):
		s.parseJWK(trimmed)
	default:
		s.Form = "secret"
		s.parseSecret(string(text))
	}
	if s.Problem != nil {
		return s, s.Problem
	}
	return s, nil
}

func (s *KeySet) note(id, format string, args ...any) {
	s.Notes = append(s.Notes, Note{ID: id, Message: fmt.Sprintf(format, args...)})
}

func (s *KeySet) fail(id, message, fix string) {
	s.Problem = &KeyError{ID: id, Message: message, Fix: fix}
}

func (s *KeySet) parseSecret(text string) {
	if looksLikeDER(text) {
		s.Form = "pem"
		s.note("key_pem", "This is a key in base64 without its `-----BEGIN` and `-----END` lines; read it as the key that it is.")
		s.parsePEM("-----BEGIN UNKNOWN-----\n" + text + "\n-----END UNKNOWN-----")
		return
	}
	secret, err := decodeSecret(text, s.encoding)
	if err != nil {
		s.fail("key_enc", err.Error(), "Choose the encoding in which the secret was given to you. If it is plain text, choose UTF-8.")
		return
	}
	form := map[Encoding]string{UTF8: "UTF-8 text", "": "UTF-8 text", Base64: "base64", Base64URL: "base64url", Hex: "hexadecimal"}[s.encoding]
	s.Keys = []Key{{Public: secret, Form: "secret, read as " + form}}
}

// decodeSecret reads a secret in its encoding. Space around it and padding do
// not count, except in UTF-8, where every byte is part of the secret.
func decodeSecret(text string, encoding Encoding) ([]byte, error) {
	clean := strings.TrimSpace(text)
	switch encoding {
	case UTF8, "":
		return []byte(text), nil
	case Base64:
		b, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(clean, "="))
		if err != nil {
			return nil, fmt.Errorf("the secret is not base64: %s", position(err))
		}
		return b, nil
	case Base64URL:
		b, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(clean, "="))
		if err != nil {
			return nil, fmt.Errorf("the secret is not base64url: %s", position(err))
		}
		return b, nil
	case Hex:
		b, err := hex.DecodeString(strings.NewReplacer(":", "", " ", "", "\n", "", "\r", "").Replace(clean))
		if err != nil {
			return nil, errors.New("the secret is not hexadecimal: it needs pairs of the digits 0 to 9 and a to f")
		}
		return b, nil
	}
	return nil, fmt.Errorf("there is no secret encoding %q: choose utf8, base64, base64url or hex", string(encoding))
}

// position says where an alphabet was left, without repeating the secret.
func position(err error) string {
	if at, ok := err.(base64.CorruptInputError); ok { //nolint:errorlint // the decoder returns it bare
		return fmt.Sprintf("character %d does not belong there", int64(at)+1)
	}
	return "it cannot be read"
}

func looksLikePEM(text []byte) bool {
	return bytes.Contains(text, []byte("-----BEGIN ")) || bytes.HasPrefix(text, []byte("ssh-")) || bytes.HasPrefix(text, []byte("ecdsa-sha2-"))
}

func looksLikeJWK(text []byte) bool {
	v, _ := ScanJSON(text)
	return v.Get("kty") != nil || v.Get("keys") != nil
}

// looksLikeDER says whether a text is base64 of an ASN.1 structure with a key
// in it, as it is left when the PEM lines are lost.
func looksLikeDER(text string) bool {
	clean := strings.Join(strings.Fields(text), "")
	if !strings.HasPrefix(clean, "M") || len(clean) < 56 || len(clean) > maxPEM {
		return false
	}
	der, err := base64.StdEncoding.DecodeString(clean)
	if err != nil {
		return false
	}
	_, err = parseDER(der)
	return err == nil
}
