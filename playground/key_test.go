package playground_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"
	"time"

	pg "claimcheck/playground"
)

func block(label string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: label, Bytes: der}))
}

func certificate(t *testing.T, key crypto.Signer) string {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "acme"}, NotBefore: time.Unix(now, 0), NotAfter: time.Unix(now+86400, 0)}
	return block("CERTIFICATE", must(x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)))
}

// TestKeyShapes reads the same key in every shape that people paste.
func TestKeyShapes(t *testing.T) {
	shapes := map[string]struct {
		text string
		key  crypto.Signer
	}{
		"SPKI RSA":             {publicPEM(rsaKey()), rsaKey()},
		"PKCS #1 public":       {block("RSA PUBLIC KEY", x509.MarshalPKCS1PublicKey(&rsaKey().PublicKey)), rsaKey()},
		"PKCS #1 private":      {block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(rsaKey())), rsaKey()},
		"PKCS #8 RSA":          {block("PRIVATE KEY", must(x509.MarshalPKCS8PrivateKey(rsaKey()))), rsaKey()},
		"wrong label":          {block("PUBLIC KEY", x509.MarshalPKCS1PublicKey(&rsaKey().PublicKey)), rsaKey()},
		"certificate":          {certificate(t, rsaKey()), rsaKey()},
		"SPKI EC":              {publicPEM(ecKey()), ecKey()},
		"SEC 1":                {block("EC PARAMETERS", []byte{6, 5}) + block("EC PRIVATE KEY", must(x509.MarshalECPrivateKey(ecKey()))), ecKey()},
		"PKCS #8 EC":           {block("PRIVATE KEY", must(x509.MarshalPKCS8PrivateKey(ecKey()))), ecKey()},
		"SPKI Ed25519":         {publicPEM(edKey()), edKey()},
		"PKCS #8 Ed25519":      {block("PRIVATE KEY", must(x509.MarshalPKCS8PrivateKey(edKey()))), edKey()},
		"Windows line breaks":  {strings.ReplaceAll(publicPEM(ecKey()), "\n", "\r\n"), ecKey()},
		"indented, in quotes":  {`  "` + strings.ReplaceAll(publicPEM(ecKey()), "\n", "\n    ") + `"`, ecKey()},
		"escaped line breaks":  {strings.ReplaceAll(publicPEM(ecKey()), "\n", `\n`), ecKey()},
		"JWK RSA":              {publicJWK(rsaKey(), "a", "RS256"), rsaKey()},
		"JWK EC":               {publicJWK(ecKey(), "a", "ES256"), ecKey()},
		"JWK Ed25519":          {publicJWK(edKey(), "a", "EdDSA"), edKey()},
		"private JWK":          {string(must(pg.PrivateJWK(edKey(), "a", "EdDSA"))), edKey()},
		"set with a stranger":  {`{"keys":[{"kty":"XX"},` + publicJWK(ecKey(), "a", "ES256") + `]}`, ecKey()},
		"JWK with a new curve": {`{"keys":[{"kty":"OKP","crv":"Ed448","x":"AA"},` + publicJWK(edKey(), "a", "EdDSA") + `]}`, edKey()},
	}
	for name, shape := range shapes {
		set, err := pg.ParseKey([]byte(shape.text), "")
		k, ok := set.First()
		if err != nil || !ok {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if pg.Thumbprint(k.Public) != pg.Thumbprint(shape.key) {
			t.Errorf("%s: read as another key: %s", name, k.Words())
		}
	}
}

// TestGenerateKey: what is made signs, and its public half verifies.
func TestGenerateKey(t *testing.T) {
	for _, alg := range pg.Algorithms() {
		g, err := pg.GenerateKey(alg, 0)
		if err != nil {
			t.Fatalf("%s: %v", alg, err)
		}
		token, err := pg.Sign([]byte(`{"alg":"`+alg+`"}`), []byte(`{}`), g.Key, alg)
		if err != nil {
			t.Fatalf("%s: %v", alg, err)
		}
		texts := []string{g.PublicJWK, g.PublicPEM, g.PrivateJWK, g.PrivatePEM}
		if g.Secret != "" {
			texts = []string{g.PrivateJWK}
		}
		for _, text := range texts {
			set, err := pg.ParseKey([]byte(text), "")
			if err != nil {
				t.Fatalf("%s: %v in %.40s", alg, err, text)
			}
			if r := pg.Verify(token, set, pg.Policy{}); r.Signature != pg.SignatureValid || r.Verdict != pg.Accept {
				t.Errorf("%s: %s, %v", alg, r.Signature, findingIDs(r))
			}
		}
		if g.Thumbprint == "" || pg.Thumbprint(g.Key) != g.Thumbprint {
			t.Errorf("%s: thumbprint %q", alg, g.Thumbprint)
		}
	}
	if _, err := pg.GenerateKey("none", 0); err == nil {
		t.Error("a key for none")
	}
	if _, err := pg.GenerateKey("RS256", 1024); err == nil {
		t.Error("an RSA key of 1024 bits")
	}
}

func TestVerifyCompact(t *testing.T) {
	token := must(pg.Sign([]byte(`{"alg":"ES256"}`), []byte(`{"sub":"alice"}`), ecKey(), "ES256"))
	k := pg.NewKey(ecKey().Public(), "", "")
	if _, payload, err := pg.VerifyCompact(token, k, "ES256"); err != nil || string(payload) != `{"sub":"alice"}` {
		t.Fatalf("%s, %v", payload, err)
	}
	sign := func(header string) string {
		return must(pg.Sign([]byte(header), []byte(`{}`), ecKey(), "ES256"))
	}
	for name, token := range map[string]string{
		"changed": strings.Replace(token, ".e", ".f", 1), "cut": token[:len(token)-4], "padded": token + "=", "line break": token + "\n", "two parts": token[:strings.LastIndex(token, ".")],
		"four parts": token + ".x", "crit": sign(`{"alg":"ES256","crit":["x"],"x":1}`), "b64": sign(`{"alg":"ES256","b64":false}`), "duplicate": sign(`{"alg":"ES256","alg":"ES256"}`),
		"none": pg.Unsecured([]byte(`{"alg":"none"}`), []byte(`{}`)), "HS256": must(pg.Sign([]byte(`{"alg":"HS256"}`), []byte(`{}`), []byte(secret), "HS256")), "huge": strings.Repeat(".", 1<<20),
	} {
		if _, _, err := pg.VerifyCompact(token, k, "ES256", "none", "HS256"); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, _, err := pg.VerifyCompact(token, k, "RS256"); err == nil {
		t.Error("an algorithm outside the list was accepted")
	}
	if _, _, err := pg.VerifyCompact(token, pg.Key{Public: &ecKey().PublicKey, Use: "enc"}, "ES256"); err == nil {
		t.Error("a key for encryption was accepted")
	}
}

func TestSignRefusesAKeyThatDoesNotFit(t *testing.T) {
	for alg, key := range map[string]any{"RS256": ecKey(), "ES256": ec384(), "HS256": rsaKey(), "EdDSA": []byte(secret), "PS256": &rsaKey().PublicKey, "ES384": nil, "HS384": "text", "none": []byte(secret)} {
		if token, err := pg.Sign([]byte(`{}`), []byte(`{}`), key, alg); err == nil {
			t.Errorf("%s: %s", alg, token)
		}
	}
}

func TestSignRepeats(t *testing.T) {
	one := must(pg.Sign([]byte(`{"alg":"ES256"}`), []byte(`{}`), ecKey(), "ES256"))
	two := must(pg.Sign([]byte(`{"alg":"ES256"}`), []byte(`{}`), ecKey(), "ES256"))
	if one != two {
		t.Errorf("%s\n%s", one, two)
	}
	if _, _, err := pg.VerifyCompact(one, pg.NewKey(ecKey(), "", "")); err != nil {
		t.Error(err)
	}
}

// TestROCA builds a modulus as the faulty generator did: a power of 65537
// modulo the product of small primes, plus a multiple of it.
func TestROCA(t *testing.T) {
	product := big.NewInt(1)
	for p := int64(2); p < 700; p++ {
		if big.NewInt(p).ProbablyPrime(10) {
			product.Mul(product, big.NewInt(p))
		}
	}
	n := new(big.Int).Exp(big.NewInt(65537), big.NewInt(4711), product)
	n.Add(n, new(big.Int).Mul(product, new(big.Int).Lsh(big.NewInt(1), uint(2047-product.BitLen()))))
	n.SetBit(n, 0, 1)
	k := pg.NewKey(&rsa.PublicKey{N: n, E: 65537}, "", "")
	if n.BitLen() != 2048 {
		n.Add(n, new(big.Int).Mul(product, new(big.Int).Lsh(big.NewInt(1), uint(2048-product.BitLen()))))
	}
	r := pg.Verify(must(pg.Sign([]byte(`{"alg":"RS256"}`), []byte(`{}`), rsaKey(), "RS256")), pg.NewKeySet("", k), pg.Policy{})
	if f := r.Finding("key_type"); f == nil || f.FindingID() != "key_rsa" || !strings.Contains(f.Message, "ROCA") {
		t.Errorf("%d bits: %+v", n.BitLen(), f)
	}
}

func TestResultJSON(t *testing.T) {
	a := newAttempt()
	a.policy.Now = time.Unix(now+10000, 0)
	raw := must(json.Marshal(a.run(t)))
	var got struct {
		Kind, Normalised string
		Notes            []any
		Parts            []struct {
			Name, Encoded, Text string
			JSON                json.RawMessage
		}
		Findings []struct {
			Rule, ID, Title, Level, Status, Message, Expected, Got, Why, Fix string
			Spec                                                             struct{ Name, Section string }
			Span                                                             *pg.Span
		}
		Signature, Verdict, Sentence string
		Library                      pg.Library
	}
	if err := json.Unmarshal(raw, &got); err != nil { //nolint:musttag // names match in any case
		t.Fatal(err)
	}
	if got.Kind != "jws" || got.Verdict != "reject" || got.Signature != "valid" || len(got.Parts) != 3 || got.Notes == nil || string(got.Parts[0].JSON) != `{"alg":"HS256","typ":"JWT"}` || got.Library.Error == "" {
		t.Errorf("%s", raw)
	}
	for _, f := range got.Findings {
		if f.Rule == "exp" && (f.ID != "exp_past" || f.Status != "fail" || f.Spec.Section != "4.1.4" || f.Span == nil || f.Span.Part != "payload" || f.Span.End <= f.Span.Start) {
			t.Errorf("%+v", f)
		}
	}
}
