package playground_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"

	pg "claimcheck/playground"
)

// TestDiagnosis: each mistake that people make is told by name.
func TestDiagnosis(t *testing.T) {
	input := func(h, p string) string { return h + "." + p }
	decoded := func(h, p string) string {
		dh, _ := base64.RawURLEncoding.DecodeString(h)
		dp, _ := base64.RawURLEncoding.DecodeString(p)
		return string(dh) + "." + string(dp)
	}
	for name, c := range map[string]struct {
		change func(*attempt)
		word   string
	}{
		"secret in base64": {steps(key(base64.StdEncoding.EncodeToString([]byte(secret)))), "decoded from base64"},
		"secret in hex":    {key(hex.EncodeToString([]byte(secret))), "decoded from hexadecimal"},
		"secret as text": {func(a *attempt) {
			text := base64.RawURLEncoding.EncodeToString([]byte(secret))
			a.signKey, a.key, a.encoding = []byte(text), text, pg.Base64URL
		}, "as it stands"},
		"line break":    {key(secret + "\n"), "without the space"},
		"no line break": {func(a *attempt) { a.signKey = []byte(secret + "\n") }, "a line break at its end"},
		"quotes":        {key(`"` + secret + `"`), "without its quotes"},
		"hash":          {func(a *attempt) { a.signAlg = "HS512" }, ""},
		"decoded JSON":  {after(hmacOver([]byte(secret), decoded)), "the decoded JSON"},
		"compact JSON": {func(a *attempt) {
			a.payload = "{\n  " + strings.TrimPrefix(a.payload, "{")
			after(hmacOver([]byte(secret), compacted))(a)
		}, "without its spaces"},
		"payload alone":  {after(hmacOver([]byte(secret), func(_, p string) string { return p })), "the payload alone"},
		"hex signature":  {after(hexSignature), "in hexadecimal"},
		"DER":            {steps(with("ES256", ecKey()), after(derSignature)), "DER form"},
		"PKCS1 for PSS":  {steps(with("PS256", rsaKey()), func(a *attempt) { a.signAlg = "RS256" }), "right as RS256"},
		"another secret": {after(hmacOver([]byte("quite another secret"), input)), ""},
	} {
		a := newAttempt()
		c.change(a)
		r := a.run(t)
		f := r.Finding("sig")
		if f != nil && !strings.HasSuffix(r.Sentence, f.Why) {
			t.Errorf("%s: the verdict leaves out what was found: %s", name, r.Sentence)
		}
		if f == nil || f.Status != fail {
			t.Errorf("%s: no failed signature: %+v", name, f)
			continue
		}
		if !strings.Contains(f.Why, c.word) || c.word == "" && name == "another secret" && f.Why != "" {
			t.Errorf("%s: %q, want %q", name, f.Why, c.word)
		}
	}
}

func compacted(h, p string) string {
	var out bytes.Buffer
	if err := json.Compact(&out, must(base64.RawURLEncoding.DecodeString(p))); err != nil {
		return err.Error()
	}
	return h + "." + b64(out.String())
}

// TestDiagnosisOfASet finds the right key under another name.
func TestDiagnosisOfASet(t *testing.T) {
	a := newAttempt()
	with("ES256", ecKey())(a)
	token := must(pg.Sign([]byte(`{"alg":"ES256","kid":"old"}`), []byte(a.payload), ecKey(), "ES256"))
	other := must(pg.GenerateKey("ES256", 0))
	set := `{"keys":[` + strings.Replace(other.PublicJWK, `"kid":"`+other.Thumbprint+`"`, `"kid":"old"`, 1) + `,` + string(must(pg.PublicJWK(ecKey().Public(), "new", "ES256"))) + `]}`
	keys, err := pg.ParseKey([]byte(set), "")
	if err != nil {
		t.Fatal(err)
	}
	if d := pg.Diagnose(token, keys); d.Signature != pg.SignatureInvalid || !strings.Contains(d.Cause, "`new`") {
		t.Errorf("%+v", d)
	}
	if d := pg.Diagnose(token, nil); d.Signature != pg.SignatureUnchecked || d.Cause == "" {
		t.Errorf("without a key: %+v", d)
	}
	if d := pg.Diagnose(token, pg.NewKeySet("", pg.NewKey(ecKey().Public(), "", ""))); d.Signature != pg.SignatureValid || d.Cause != "" {
		t.Errorf("the right key: %+v", d)
	}
	if d := pg.Diagnose("", nil); d == nil {
		t.Error("nothing")
	}
}

func hexSignature(token string) string {
	i := strings.LastIndex(token, ".")
	raw := must(base64.RawURLEncoding.DecodeString(token[i+1:]))
	return token[:i+1] + b64(hex.EncodeToString(raw))
}

// TestConfusion: a public key taken as a secret is told as the attack that it is.
func TestConfusion(t *testing.T) {
	text := publicPEM(rsaKey())
	for _, k := range []string{text, strings.TrimSpace(text)} {
		a := newAttempt()
		a.signKey, a.key = []byte(k), text
		r := a.run(t)
		if f := r.Finding("key_type"); f == nil || !strings.Contains(f.Message, "forgery") || r.Signature != pg.SignatureUnchecked {
			t.Errorf("signature %s, %+v", r.Signature, f)
		}
	}
}

// TestEmbeddedKeyIsNotUsed: a token that brings the key it was signed with is
// as unproven as any other.
func TestEmbeddedKeyIsNotUsed(t *testing.T) {
	a := newAttempt()
	with("ES256", ecKey())(a)
	a.header = `{"alg":"ES256","typ":"JWT","jwk":` + publicJWK(ecKey(), "", "") + `}`
	a.key = ""
	if r := a.run(t); r.Signature != pg.SignatureUnchecked || r.Verdict != pg.Undecided {
		t.Errorf("signature %s, verdict %s", r.Signature, r.Verdict)
	}
}
