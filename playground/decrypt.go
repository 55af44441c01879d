package playground

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/go-jose/go-jose/v4"
)

// A Decrypted is an encrypted token (JWE) with what was found about it and, if
// a key opened it, what is inside.
type Decrypted struct {
	Token    *Token
	Findings []Finding
	// Refused is the first finding that failed, nil when none did.
	Refused *Finding
	// Opened says that Plaintext is what was encrypted. It is not proven to be
	// anybody's: whoever has the public key, or the secret, can encrypt.
	Opened    bool
	Plaintext []byte
	// Inner is the plaintext read as a token of its own, without a key; nil
	// when it is none.
	Inner *Result
	// Sentence says the outcome in words.
	Sentence string
}

// MaxIterations is the highest "p2c" for which a password is tried: go-jose's
// own limit (RFC 7518 §4.8.1.2 sets none).
const MaxIterations = 1_000_000

// decryption is the state of one run.
type decryption struct {
	token     *Token
	strict    bool
	header    *Value
	keys      *KeySet
	alg, enc  string
	usable    []*Key
	refused   bool
	plaintext []byte
	opened    bool
}

// Decrypt opens a token in the compact form of JWE (RFC 7516 §7.1) with one of
// these keys: a private RSA or EC key, or a secret. It gives a finding for
// every rule and never fails, whatever the text is; keys may be nil. Unless
// strict, it first takes off what people paste along with a token.
//
// "crit" is refused, an address or a key in the header is not used, and a key is
// held to its size, "alg", "use" and "key_ops". RSA1_5 opens with a warning
// (RFC 8725 §3.2): whoever asks holds the key, so the answer tells nobody
// anything. A server that decrypts for others should refuse it.
func Decrypt(token string, keys *KeySet, strict bool) *Decrypted {
	s := &decryption{token: Decode(token, strict), strict: strict, keys: keys}
	s.header = s.token.Header().Object()
	s.alg, s.enc = s.header.String("alg"), s.header.String("enc")
	rows, refused, _ := Run(Mode{KeepGoing: true}, s, jweRules())
	d := &Decrypted{Token: s.token, Opened: s.opened, Plaintext: s.plaintext, Refused: refused}
	for i := range rows {
		if rows[i].Status != StatusSkipped || rows[i].Why != WhyNotConcerned {
			d.Findings = append(d.Findings, rows[i])
		}
	}
	d.tell(s)
	return d
}

func (d *Decrypted) tell(s *decryption) {
	switch {
	case s.opened:
		d.Sentence = "Opened. That says who could read it, not who wrote it: what is inside has to be verified."
		if inner := Decode(string(s.plaintext), true); utf8.Valid(s.plaintext) && (inner.Kind == JWS || inner.Kind == JWE) && len(inner.Parts) >= 3 {
			d.Inner = VerifyAlone(string(s.plaintext), nil, Policy{})
			d.Sentence = "Opened. Inside is another token, which has to be verified like any other."
		}
	case d.Refused != nil:
		d.Sentence = "Not opened: " + lowerFirst(d.Refused.Message)
	default:
		d.Sentence = "Not opened: there is no key to open it with. Only its header can be read."
	}
}

// Iterations is how often the hash is run to make a key of a password before
// this token can be opened; 0 if it needs no password (RFC 7518 §4.8).
func Iterations(token string) int {
	h := Decode(token, false).Header().Object()
	n := h.Get("p2c")
	if n == nil || !strings.HasPrefix(h.String("alg"), "PBES2-") {
		return 0
	}
	var count int
	if json.Unmarshal([]byte(n.Text), &count) != nil || count > MaxIterations {
		return 0
	}
	return count
}

// open tries the keys; they fit.
func (s *decryption) open() bool {
	e, err := jose.ParseEncryptedCompact(s.token.Text, []jose.KeyAlgorithm{jose.KeyAlgorithm(s.alg)}, []jose.ContentEncryption{jose.ContentEncryption(s.enc)})
	if err != nil {
		return false
	}
	for _, k := range s.usable {
		key := k.Public
		if _, secret := key.([]byte); !secret {
			key = k.Private
		}
		if plain, err := e.Decrypt(key); err == nil {
			s.plaintext, s.opened = plain, true
			return true
		}
	}
	return false
}

// Encrypt makes a token that this secret opens (RFC 7516 §5.1), by A256KW and
// A256GCM; nested says in "cty" that the text is a token. The secret has 32
// bytes; with another length it is [ErrKeyFit].
func Encrypt(text, secret []byte, nested bool) (string, error) {
	if len(secret) != 32 {
		return "", ErrKeyFit
	}
	options := &jose.EncrypterOptions{}
	if nested {
		options = options.WithContentType("JWT")
	}
	e, err := jose.NewEncrypter(jose.A256GCM, jose.Recipient{Algorithm: jose.A256KW, Key: secret}, options)
	if err != nil {
		return "", fmt.Errorf("encrypt: %w", err)
	}
	made, err := e.Encrypt(text)
	if err != nil {
		return "", fmt.Errorf("encrypt: %w", err)
	}
	return made.CompactSerialize()
}

// MarshalJSON writes the outcome in the shape of the JSON interface.
func (d *Decrypted) MarshalJSON() ([]byte, error) {
	out := struct {
		Kind      Kind      `json:"kind"`
		Notes     []Note    `json:"notes"`
		Parts     []Part    `json:"parts"`
		Findings  []Finding `json:"findings"`
		Decrypted bool      `json:"decrypted"`
		Plaintext *string   `json:"plaintext,omitempty"`
		Raw       *string   `json:"plaintext_base64url,omitempty"`
		Inner     *Result   `json:"inner,omitempty"`
		Sentence  string    `json:"sentence"`
	}{Kind: d.Token.Kind, Notes: append([]Note{}, d.Token.Notes...), Parts: append([]Part{}, d.Token.Parts...), Findings: d.Findings, Decrypted: d.Opened, Inner: d.Inner, Sentence: d.Sentence}
	if d.Opened {
		raw := encode64(d.Plaintext)
		out.Raw = &raw
		if text := string(d.Plaintext); utf8.ValidString(text) {
			out.Plaintext = &text
		}
	}
	return json.Marshal(out)
}
