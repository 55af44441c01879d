package playground

import (
	"bytes"
	"crypto"
	"crypto/hmac"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

// diagnose looks for the mistake behind a signature that does not match, among
// those that people make. It answers with a sentence, or with nothing. It never
// tells a signature that the caller did not have.
func (s *verification) diagnose(signature []byte) string {
	switch s.alg.family {
	case familyHMAC:
		if secret, ok := s.key.Public.([]byte); ok {
			return s.diagnoseHMAC(secret, signature)
		}
	case familyEC:
		if raw, ok := fromDER(signature, s.alg.size); ok && VerifySignature(s.alg.name, s.token.SigningInput, raw, s.key.Public) == nil {
			return "It is right, but in the DER form. Turn it into r and s side by side, each as long as the curve's order."
		}
	case familyRSA:
		return s.diagnoseRSA(signature)
	case familyEd25519:
	}
	if b, err := hex.DecodeString(string(signature)); err == nil && len(b) > 0 && VerifySignature(s.alg.name, s.token.SigningInput, b, s.key.Public) == nil {
		return "It is right, but was written in hexadecimal before it was encoded. Encode the bytes themselves."
	}
	return ""
}

func (s *verification) diagnoseRSA(signature []byte) string {
	other := map[byte]string{'R': "PS", 'P': "RS"}[s.alg.name[0]]
	for _, bits := range []string{"256", "384", "512"} {
		for _, prefix := range []string{other, s.alg.name[:2]} {
			name := prefix + bits
			if name != s.alg.name && VerifySignature(name, s.token.SigningInput, signature, s.key.Public) == nil {
				return "It would be right as " + name + ": the header names another algorithm than the one that was used."
			}
		}
	}
	return ""
}

// A reading is one way in which people turn a secret's text into bytes.
type reading struct {
	words  string
	secret []byte
}

// readings are the ways in which this secret may have been meant.
func readings(raw, used []byte) []reading {
	text := strings.TrimSpace(string(raw))
	list := []reading{
		{"", used},
		{"the secret's text as it stands (UTF-8)", raw},
		{"the secret without the space around it", []byte(text)},
		{"the secret with a line break at its end", []byte(text + "\n")},
		{"the secret without its quotes", []byte(strings.Trim(text, `"'`))},
		{"the secret in quotes", []byte(`"` + text + `"`)},
	}
	bare := strings.TrimRight(text, "=")
	if b, err := base64.RawStdEncoding.DecodeString(bare); err == nil {
		list = append(list, reading{"the secret decoded from base64", b})
	}
	if b, err := base64.RawURLEncoding.DecodeString(bare); err == nil {
		list = append(list, reading{"the secret decoded from base64url", b})
	}
	if b, err := hex.DecodeString(text); err == nil {
		list = append(list, reading{"the secret decoded from hexadecimal", b})
	}
	// Each secret once, under its first name.
	var once []reading
	for _, r := range list {
		if !slices.ContainsFunc(once, func(o reading) bool { return bytes.Equal(o.secret, r.secret) }) {
			once = append(once, r)
		}
	}
	return once
}

// diagnoseHMAC tries readings of the secret, the three hashes, wrong signing
// inputs and a signature in hexadecimal.
func (s *verification) diagnoseHMAC(secret, signature []byte) string {
	header, payload := s.token.Header(), s.token.Payload()
	inputs := []struct{ words, text string }{
		{"", s.token.SigningInput},
		{"the decoded JSON instead of the encoded parts", string(header.Bytes) + "." + string(payload.Bytes)},
		{"the payload alone", payload.Encoded},
		{"the decoded payload alone", string(payload.Bytes)},
	}
	forms := []struct {
		words string
		bytes []byte
	}{{"", signature}}
	if b, err := hex.DecodeString(string(signature)); err == nil {
		forms = append(forms, struct {
			words string
			bytes []byte
		}{"and the result was written in hexadecimal", b})
	}
	raw := secret
	if len(s.keys.raw) > 0 && s.keys.Form == "secret" {
		raw = s.keys.raw
	}
	for _, r := range readings(raw, secret) {
		for i, hash := range []crypto.Hash{s.alg.hash, crypto.SHA256, crypto.SHA384, crypto.SHA512} {
			if i > 0 && hash == s.alg.hash {
				continue
			}
			for _, in := range inputs {
				h := hmac.New(hash.New, r.secret)
				h.Write([]byte(in.text))
				sum := h.Sum(nil)
				for _, f := range forms {
					if bytes.Equal(sum, f.bytes) {
						return s.tellMistake(r.words, hash, in.words, f.words)
					}
				}
			}
		}
	}
	return ""
}

func (s *verification) tellMistake(secret string, hash crypto.Hash, input, form string) string {
	var parts []string
	if secret != "" {
		parts = append(parts, "the key was "+secret)
	}
	if hash != s.alg.hash {
		parts = append(parts, fmt.Sprintf("the hash was %s", hash))
	}
	if input != "" {
		parts = append(parts, "what was signed was "+input)
	}
	if form != "" {
		parts = append(parts, strings.TrimPrefix(form, "and "))
	}
	if len(parts) == 0 {
		return ""
	}
	return "It matches when " + strings.Join(parts, " and ") + "."
}
