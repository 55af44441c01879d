package playground

import (
	"bytes"
	"crypto"
	"crypto/hmac"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
)

// diagnose looks for the mistake behind a signature that does not match, among
// those that people make. It answers with a sentence, or with nothing. It never
// tells a signature that the caller did not have.
func (s *verification) diagnose(signature []byte) string {
	if why := s.otherKey(signature); why != "" {
		return why
	}
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
		if why := s.diagnoseRSA(signature); why != "" {
			return why
		}
	case familyEd25519:
	}
	for _, in := range s.inputs()[1:] {
		if VerifySignature(s.alg.name, in.text, signature, s.key.Public) == nil {
			return s.tellMistake("", s.alg.hash, in.words, "")
		}
	}
	if b, err := hex.DecodeString(string(signature)); err == nil && len(b) > 0 && VerifySignature(s.alg.name, s.token.SigningInput, b, s.key.Public) == nil {
		return "It is right, but was written in hexadecimal before it was encoded. Encode the bytes themselves."
	}
	return ""
}

// otherKey tries the keys of the set that the token does not name.
func (s *verification) otherKey(signature []byte) string {
	tried := 0
	for i := range s.keys.Keys {
		k := &s.keys.Keys[i]
		if slices.Contains(s.usable, k) || k.unfit(s.alg.name) != nil || tried == maxCandidates {
			continue
		}
		tried++
		if VerifySignature(s.alg.name, s.token.SigningInput, signature, k.Public) == nil {
			return "It matches another key of the set: `" + short(k.ID) + "`. The token’s `kid` names the wrong one, or the set does."
		}
	}
	return ""
}

// rawInputs is how many of the inputs are tried with every reading of a secret.
const rawInputs = 4

// An input is what may have been signed.
type input struct{ words, text string }

// inputs are the right signing input and the wrong ones that people sign.
func (s *verification) inputs() []input {
	header, payload := s.token.Header(), s.token.Payload()
	list := []input{
		{"", s.token.SigningInput},
		{"the decoded JSON instead of the encoded parts", string(header.Bytes) + "." + string(payload.Bytes)},
		{"the payload alone", payload.Encoded},
		{"the decoded payload alone", string(payload.Bytes)},
	}
	if header.Object() == nil || payload.Object() == nil {
		return list
	}
	for _, form := range []struct {
		words  string
		format func(dst *bytes.Buffer, src []byte) error
	}{
		{"the same JSON without its spaces: it was formatted after signing", json.Compact},
		{"the same JSON with two spaces of indent: it was formatted after signing", func(dst *bytes.Buffer, src []byte) error { return json.Indent(dst, src, "", "  ") }},
		{"the same JSON with four spaces of indent: it was formatted after signing", func(dst *bytes.Buffer, src []byte) error { return json.Indent(dst, src, "", "    ") }},
	} {
		var h, p bytes.Buffer
		if form.format(&h, header.Bytes) != nil || form.format(&p, payload.Bytes) != nil {
			break
		}
		for _, text := range []string{encode64(h.Bytes()) + "." + encode64(p.Bytes()), header.Encoded + "." + encode64(p.Bytes())} {
			if text != s.token.SigningInput {
				list = append(list, input{form.words, text})
			}
		}
	}
	return list
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
	inputs := s.inputs()
	forms := []struct {
		words string
		bytes []byte
	}{{"", signature}}
	if b, err := hex.DecodeString(string(signature)); err == nil {
		forms = append(forms, struct {
			words string
			bytes []byte
		}{"written in hexadecimal before it was encoded", b})
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
			for n, in := range inputs {
				if n >= rawInputs && r.words != "" {
					break // two mistakes at once, and one of them rare
				}
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
		parts = append(parts, "with "+secret)
	}
	if hash != s.alg.hash {
		parts = append(parts, "with "+hash.String()+" as the hash")
	}
	if input != "" {
		parts = append(parts, "over "+input)
	}
	if form != "" {
		parts = append(parts, form)
	}
	if len(parts) == 0 {
		return ""
	}
	return "It does match " + strings.Join(parts, ", ") + "."
}

// A Diagnosis says whether a signature matches and, if not, what may lie behind it.
type Diagnosis struct {
	Signature SignatureState `json:"signature"`
	// Cause is the mistake that was found, or why the signature was not
	// checked; empty when it matches or no known mistake explains it.
	Cause string `json:"cause,omitempty"`
	// Fix is what to do.
	Fix string `json:"fix,omitempty"`
	// Finding is the rule that decided, nil when none concerns the text.
	Finding *Finding `json:"finding,omitempty"`
}

// Diagnose looks at the signature alone: does it match, and if not, which of
// the mistakes that people make explains it? It tries readings of the secret,
// the hashes, wrong signing inputs, signatures in hexadecimal or DER, PSS
// against PKCS #1, and the other keys of the set. It never fails; keys may be nil.
func Diagnose(token string, keys *KeySet) *Diagnosis {
	r := VerifyAlone(token, keys, Policy{Lenient: true})
	d := &Diagnosis{Signature: r.Signature}
	switch r.Signature {
	case SignatureValid:
		d.Finding = r.Finding("sig")
	case SignatureInvalid:
		d.Finding = r.Finding("sig")
		d.Cause, d.Fix = d.Finding.Why, d.Finding.Fix
		if d.Cause == "" && d.Finding.FindingID() != "sig_bad" {
			d.Cause = d.Finding.Message
		}
	case SignatureUnchecked:
		if d.Finding = r.Refused; d.Finding == nil {
			d.Finding = r.Finding("key")
		}
		if d.Finding != nil {
			d.Cause, d.Fix = d.Finding.Message, d.Finding.Fix
		}
	}
	return d
}
