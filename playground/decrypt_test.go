package playground_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	pg "claimcheck/playground"
)

// sealed is a JWE before it is opened; a test changes one thing.
type sealed struct {
	token  string
	key    string
	enc    pg.Encoding
	strict bool
}

func encrypt(tb testing.TB, alg jose.KeyAlgorithm, enc jose.ContentEncryption, key any, text string, extra map[jose.HeaderKey]any) string {
	tb.Helper()
	o := &jose.EncrypterOptions{}
	for name, value := range extra {
		o = o.WithHeader(name, value)
	}
	e, err := jose.NewEncrypter(enc, jose.Recipient{Algorithm: alg, Key: key, PBES2Count: 2000}, o)
	if err != nil {
		tb.Fatal(err)
	}
	made, err := e.Encrypt([]byte(text))
	if err != nil {
		tb.Fatal(err)
	}
	return must(made.CompactSerialize())
}

const (
	secret32 = "0123456789abcdef0123456789abcdef"
	innerJWT = "eyJhbGciOiJIUzI1NiJ9.e30.AAAA"
)

// newSealed is encrypted to a shared secret of 32 bytes.
func newSealed(tb testing.TB) *sealed {
	tb.Helper()
	return &sealed{token: encrypt(tb, jose.A256KW, jose.A256GCM, []byte(secret32), innerJWT, nil), key: secret32, strict: true}
}

func (s *sealed) open(tb testing.TB) *pg.Decrypted {
	tb.Helper()
	if s.key == "" {
		return pg.Decrypt(s.token, nil, s.strict)
	}
	keys, _ := pg.ParseKey([]byte(s.key), s.enc)
	return pg.Decrypt(s.token, keys, s.strict)
}

// header replaces something in the header, which breaks the tag as well.
func jweHeader(from, to string) func(*sealed) {
	return func(s *sealed) {
		i := strings.IndexByte(s.token, '.')
		raw := must(base64.RawURLEncoding.DecodeString(s.token[:i]))
		s.token = b64(strings.Replace(string(raw), from, to, 1)) + s.token[i:]
	}
}

func jwkOfSecret(rest string) func(*sealed) {
	return func(s *sealed) { s.key = `{"kty":"oct","k":"` + b64(secret32) + `"` + rest + `}` }
}

// TestDecryptRules breaks one thing each.
func TestDecryptRules(t *testing.T) {
	if d := newSealed(t).open(t); !d.Opened || string(d.Plaintext) != innerJWT || d.Refused != nil || d.Inner == nil {
		t.Fatalf("not opened: %s", d.Sentence)
	}
	for id, c := range map[string]struct {
		rule   string
		change func(*sealed)
	}{
		"four parts":     {"jwe_shape", func(s *sealed) { s.token = s.token[:strings.LastIndexByte(s.token, '.')] }},
		"padding":        {"jwe_shape", func(s *sealed) { s.token += "==" }},
		"duplicate":      {"jwe_header", jweHeader(`{`, `{"alg":"A256KW",`)},
		"header no JSON": {"jwe_header", jweHeader(`{`, `[`)},
		"RSA1_5":         {"jwe_key", jweHeader("A256KW", "RSA1_5")},
		"none":           {"jwe_alg", jweHeader("A256KW", "none")},
		"enc":            {"jwe_enc", jweHeader("A256GCM", "A512GCM")},
		"crit":           {"jwe_crit", jweHeader(`{`, `{"crit":["exp"],"exp":1,`)},
		"short tag":      {"jwe_sizes", moveBytes(4, 3, -2)},
		"long tag":       {"jwe_sizes", moveBytes(4, 3, 2)},
		"short iv":       {"jwe_sizes", moveBytes(2, 3, -2)},
		"p2c":            {"jwe_p2c", jweHeader(`"alg":"A256KW"`, `"alg":"PBES2-HS256+A128KW","p2s":"AAAAAAAAAAA","p2c":2000000`)},
		"size":           {"jwe_key", func(s *sealed) { s.key = secret32[:16] }},
		"empty":          {"jwe_key", func(s *sealed) { s.key = `{"kty":"oct","k":""}` }},
		"use":            {"jwe_key", jwkOfSecret(`,"use":"sig"`)},
		"alg of key":     {"jwe_key", jwkOfSecret(`,"alg":"A128KW"`)},
		"key_ops":        {"jwe_key", jwkOfSecret(`,"key_ops":["verify"]`)},
		"kind of key":    {"jwe_key", func(s *sealed) { s.key = string(must(pg.PublicJWK(rsaKey().Public(), "", ""))) }},
		"other key":      {"jwe_open", func(s *sealed) { s.key = "x" + secret32[1:] }},
		"changed":        {"jwe_open", flipTag},
	} {
		s := newSealed(t)
		c.change(s)
		if d := s.open(t); d.Opened || d.Refused == nil || d.Refused.ID != c.rule {
			t.Errorf("%s: opened %t, %+v", id, d.Opened, d.Refused)
		}
	}
	s := newSealed(t)
	s.key = ""
	if d := s.open(t); d.Opened || d.Refused != nil || !strings.Contains(d.Sentence, "no key") {
		t.Errorf("without a key: %s", d.Sentence)
	}
	for _, rule := range newSealed(t).open(t).Findings {
		if !rule.Spec.Valid() {
			t.Errorf("%s cites %s", rule.ID, rule.Spec)
		}
	}
}

// moveBytes moves n bytes from the end of one part to the beginning of another
// that holds the same text with it; negative the other way round.
func moveBytes(to, from, n int) func(*sealed) {
	return func(s *sealed) {
		parts := strings.Split(s.token, ".")
		a, b := must(base64.RawURLEncoding.DecodeString(parts[from])), must(base64.RawURLEncoding.DecodeString(parts[to]))
		if n > 0 {
			cut := len(a) - n
			a, b = a[:cut], append(a[cut:len(a):len(a)], b...)
		} else {
			a, b = append(a, b[:-n]...), b[-n:]
		}
		parts[from], parts[to] = b64(string(a)), b64(string(b))
		s.token = strings.Join(parts, ".")
	}
}

func flipTag(s *sealed) {
	i := strings.LastIndexByte(s.token, '.')
	tag := must(base64.RawURLEncoding.DecodeString(s.token[i+1:]))
	tag[0] ^= 1
	s.token = s.token[:i+1] + b64(string(tag))
}

// TestDecryptAlgorithms opens one token of each kind.
func TestDecryptAlgorithms(t *testing.T) {
	ec := ecKey()
	private := func(key any) string {
		return strings.Replace(string(must(pg.PrivateJWK(key, "", ""))), `"use":"sig"`, `"use":"enc"`, 1)
	}
	for alg, c := range map[jose.KeyAlgorithm]struct {
		key  any
		text string
		enc  jose.ContentEncryption
	}{
		jose.RSA_OAEP: {rsaKey().Public(), private(rsaKey()), jose.A128CBC_HS256}, jose.RSA_OAEP_256: {rsaKey().Public(), private(rsaKey()), jose.A256GCM},
		jose.ECDH_ES: {ec.Public(), private(ec), jose.A128GCM}, jose.ECDH_ES_A256KW: {ec.Public(), private(ec), jose.A256CBC_HS512},
		jose.DIRECT: {[]byte(secret32), secret32, jose.A256GCM}, jose.A256GCMKW: {[]byte(secret32), secret32, jose.A192GCM},
		jose.PBES2_HS512_A256KW: {"correct horse", "correct horse", jose.A256GCM},
	} {
		keys, err := pg.ParseKey([]byte(c.text), "")
		if err != nil {
			t.Fatal(err)
		}
		d := pg.Decrypt(encrypt(t, alg, c.enc, c.key, `{"sub":"alice"}`, nil), keys, true)
		if !d.Opened || string(d.Plaintext) != `{"sub":"alice"}` || d.Inner != nil {
			t.Errorf("%s: %s", alg, d.Sentence)
		}
		if f := d.Findings[len(d.Findings)-1]; f.ID != "jwe_signed" || f.Status != pg.StatusWarn {
			t.Errorf("%s: no warning that it is not signed: %+v", alg, f)
		}
	}
}

// TestDecryptRFC7516 opens the example of RFC 7516 appendix A.3.
func TestDecryptRFC7516(t *testing.T) {
	keys, err := pg.ParseKey([]byte(`{"kty":"oct","k":"GawgguFyGrWKav7AX4VKUg"}`), "")
	if err != nil {
		t.Fatal(err)
	}
	token := "eyJhbGciOiJBMTI4S1ciLCJlbmMiOiJBMTI4Q0JDLUhTMjU2In0.6KB707dM9YTIgHtLvtgWQ8mKwboJW3of9locizkDTHzBC2IlrT1oOQ.AxY8DCtDaGlsbGljb3RoZQ.KDlTtXchhZTGufMYmOYGS4HffxPSUrfmqCHXaI9wOGY.U0m_YmjN04DJvceFICbCVQ"
	if d := pg.Decrypt(token, keys, true); string(d.Plaintext) != "Live long and prosper." {
		t.Errorf("%s", d.Sentence)
	}
}

func TestDecryptJSON(t *testing.T) {
	raw, err := json.Marshal(newSealed(t).open(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"decrypted":true`, `"plaintext":"` + innerJWT, `"inner":{"kind":"jws"`} {
		if !strings.Contains(string(raw), want) {
			t.Errorf("no %s in %.300s", want, raw)
		}
	}
}

// FuzzDecrypt: no text makes it panic.
func FuzzDecrypt(f *testing.F) {
	s := newSealed(f)
	f.Add(s.token, s.key)
	f.Fuzz(func(_ *testing.T, token, key string) {
		keys, _ := pg.ParseKey([]byte(key), "")
		if pg.Iterations(token) > 5000 {
			return
		}
		pg.Decrypt(token, keys, false)
	})
}
