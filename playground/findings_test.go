package playground_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	pg "claimcheck/playground"
)

const (
	secret = "0123456789abcdef-0123456789ABCDEF!"
	now    = 1795262800
)

// An attempt is a token on its way to a verifier. The zero attempt of newAttempt is
// accepted without a failure or a warning; each row of the table breaks one thing.
type attempt struct {
	header, payload string
	signKey         any
	signAlg         string
	after           func(token string) string // what happens to the token on its way
	key             string
	encoding        pg.Encoding
	policy          pg.Policy
}

func newAttempt() *attempt {
	return &attempt{
		header:  `{"alg":"HS256","typ":"JWT"}`,
		payload: `{"iss":"https://acme.example","sub":"alice","aud":"stepcloud","exp":1795263300,"nbf":1795262700,"iat":1795262700}`,
		signKey: []byte(secret), signAlg: "HS256", key: secret,
		policy: pg.Policy{Algorithms: []string{"HS256"}, Issuer: "https://acme.example", Audience: "stepcloud", Type: "JWT", Require: []string{"exp", "sub"}, Now: time.Unix(now, 0), Lenient: true},
	}
}

func (a *attempt) run(tb testing.TB) *pg.Result {
	tb.Helper()
	token, err := pg.Sign([]byte(a.header), []byte(a.payload), a.signKey, a.signAlg)
	if err != nil {
		tb.Fatal(err)
	}
	if a.after != nil {
		token = a.after(token)
	}
	var keys *pg.KeySet
	if a.key != "" {
		keys, _ = pg.ParseKey([]byte(a.key), a.encoding)
	}
	return pg.Verify(token, keys, a.policy)
}

// Small changes that the rows are made of.

func header(h string) func(*attempt)  { return func(a *attempt) { a.header = h } }
func payload(p string) func(*attempt) { return func(a *attempt) { a.payload = p } }
func after(f func(string) string) func(*attempt) {
	return func(a *attempt) { a.after = f }
}

func strict(f func(*attempt)) func(*attempt) {
	return func(a *attempt) { f(a); a.policy.Lenient = false }
}

// claim sets or replaces one claim; an empty value removes it.
func claim(name, value string) func(*attempt) {
	return func(a *attempt) {
		keep := []string{}
		for m := range strings.SplitSeq(strings.Trim(a.payload, "{}"), ",") {
			if !strings.HasPrefix(m, `"`+name+`":`) {
				keep = append(keep, m)
			}
		}
		if value != "" {
			keep = append(keep, `"`+name+`":`+value)
		}
		a.payload = "{" + strings.Join(keep, ",") + "}"
	}
}

// headerWith adds a member to the header.
// exactKid lets a kid name one of the keys, or none at all count.
func exactKid(change func(*attempt)) func(*attempt) {
	return steps(change, func(a *attempt) { a.policy.ExactKeyID = true })
}

func headerWith(member string) func(*attempt) {
	return header(`{"alg":"HS256","typ":"JWT",` + member + `}`)
}

func b64(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

// partOf replaces one part of a token.
func partOf(i int, f func(string) string) func(string) string {
	return func(token string) string {
		parts := strings.Split(token, ".")
		parts[i] = f(parts[i])
		return strings.Join(parts, ".")
	}
}

// The keys are made once: RSA takes its time.
var (
	rsaKey  = sync.OnceValue(func() *rsa.PrivateKey { return must(rsa.GenerateKey(rand.Reader, 2048)) })
	weakKey = sync.OnceValue(func() *rsa.PrivateKey { return must(rsa.GenerateKey(rand.Reader, 1024)) })
	ecKey   = sync.OnceValue(func() *ecdsa.PrivateKey { return must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)) })
	ec384   = sync.OnceValue(func() *ecdsa.PrivateKey { return must(ecdsa.GenerateKey(elliptic.P384(), rand.Reader)) })
	edKey   = sync.OnceValue(func() ed25519.PrivateKey { return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, 32)) })
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func publicPEM(key crypto.Signer) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: must(x509.MarshalPKIXPublicKey(key.Public()))}))
}

func publicJWK(key any, id, alg string) string { return string(must(pg.PublicJWK(key, id, alg))) }

// with signs by another algorithm and gives the verifier the public key.
func with(alg string, key crypto.Signer) func(*attempt) {
	return func(a *attempt) {
		a.header = fmt.Sprintf(`{"alg":%q,"typ":"JWT"}`, alg)
		a.signAlg, a.signKey, a.key, a.policy.Algorithms = alg, key, publicPEM(key), []string{alg}
	}
}

// steps runs several changes one after the other.
func steps(list ...func(*attempt)) func(*attempt) {
	return func(a *attempt) {
		for _, f := range list {
			f(a)
		}
	}
}

func key(text string) func(*attempt) { return func(a *attempt) { a.key = text } }

func allow(algs ...string) func(*attempt) {
	return func(a *attempt) { a.policy.Algorithms = algs }
}

func same(s string) func(string) string { return func(string) string { return s } }

// hmacOver replaces the signature by an HMAC over another text or key.
func hmacOver(k []byte, input func(h, p string) string) func(string) string {
	return func(token string) string {
		parts := strings.Split(token, ".")
		m := hmac.New(sha256.New, k)
		m.Write([]byte(input(parts[0], parts[1])))
		return parts[0] + "." + parts[1] + "." + base64.RawURLEncoding.EncodeToString(m.Sum(nil))
	}
}

func TestTheUnbrokenTokenIsAccepted(t *testing.T) {
	for name, change := range map[string]func(*attempt){
		"HS256": func(*attempt) {}, "strict": strict(func(*attempt) {}),
		"RS256": with("RS256", rsaKey()), "PS256": with("PS256", rsaKey()), "ES256": with("ES256", ecKey()), "ES384": with("ES384", ec384()), "EdDSA": with("EdDSA", edKey()),
	} {
		a := newAttempt()
		change(a)
		r := a.run(t)
		if r.Verdict != pg.Accept || r.Signature != pg.SignatureValid || r.Library.Error != "" || r.Refused != nil {
			t.Errorf("%s: %s, signature %s, library %q: %s", name, r.Verdict, r.Signature, r.Library.Error, r.Sentence)
		}
		for _, f := range r.Findings {
			if f.Status == pg.StatusFail || f.Status == pg.StatusWarn {
				t.Errorf("%s: %s %s: %s", name, f.Status, f.FindingID(), f.Message)
			}
		}
	}
}

type row struct {
	id     string
	status pg.Status
	change func(*attempt)
}

const (
	pass = pg.StatusPass
	fail = pg.StatusFail
	warn = pg.StatusWarn
	info = pg.StatusInfo
	skip = pg.StatusSkipped
)

func findingRows() []row {
	zeroes := strings.Repeat("A", 86)
	return []row{
		// The text around the token.
		{"in_empty", info, after(same(""))},
		{"in_empty", info, after(same(" \n"))},
		{"in_bearer", info, after(func(s string) string { return "Bearer " + s })},
		{"in_bearer", info, after(func(s string) string { return "Authorization: Bearer " + s })},
		{"in_bearer", info, after(func(s string) string { return "curl -H 'Authorization: Bearer " + s + "' http://localhost:8080/rs" })},
		{"in_bearer", fail, strict(after(func(s string) string { return "Bearer " + s }))},
		{"in_quotes", info, after(func(s string) string { return `"` + s + `"` })},
		{"in_quotes", info, after(func(s string) string { return "token=" + s })},
		{"in_quotes", info, after(func(s string) string { return `{"access_token":"` + s + `","token_type":"Bearer"}` })},
		{"in_quotes", info, after(func(s string) string { return "http://localhost/cb#id_token=" + s + "&state=1" })},
		{"in_ws", info, after(func(s string) string { return "  " + s + "\t" })},
		{"in_ws", fail, strict(after(func(s string) string { return " " + s }))},
		{"in_newline", warn, after(func(s string) string { return s + "\r\n" })},
		{"in_newline", fail, strict(after(func(s string) string { return s + "\n" }))},
		{"in_innernl", info, after(func(s string) string { return s[:20] + "\n  " + s[20:60] + "\n" + s[60:] })},
		{"in_innernl", fail, strict(after(func(s string) string { return s[:20] + "\n" + s[20:] }))},
		{"in_invis", fail, after(func(s string) string { return s[:37] + "\u200B" + s[37:] })},
		{"in_invis", fail, after(func(s string) string { return strings.Replace(s, "a", "\u0430", 1) })},
		{"in_invis", fail, after(func(s string) string { return "\uFEFF" + s })},
		{"in_pct", info, after(func(s string) string { return strings.ReplaceAll(s, ".", "%2E") })},
		{"in_size", fail, after(same(strings.Repeat("a.", 40<<10)))},
		{"in_size", warn, claim("x", `"`+strings.Repeat("x", 4000)+`"`)},
		{"in_size", warn, claim("x", `"`+strings.Repeat("x", 9000)+`"`)},
		// Its shape.
		{"shape_1", fail, after(same("eyJhbGciOiJIUzI1NiIsInR5cCI6"))},
		{"shape_opaque", info, after(same("opaque4711token"))},
		{"shape_1", fail, after(func(s string) string { return strings.Split(s, ".")[1] })},
		{"shape_2", fail, after(func(s string) string { return s[:strings.LastIndex(s, ".")] })},
		{"shape_3e", fail, after(partOf(2, same("")))},
		{"shape_4", fail, after(func(s string) string { return s + ".more" })},
		{"shape_4", fail, after(func(s string) string { return s + "." + s })},
		{"shape_5", info, after(same(b64(`{"alg":"dir","enc":"A128GCM"}`) + "..aaaa.bbbb.cccc"))},
		{"shape_5", fail, after(same(b64(`{"alg":"dir"}`) + "..aaaa.bbbb.cccc"))},
		{"shape_sd", fail, after(func(s string) string { return s + "~" + b64(`["salt","name","Alice"]`) + "~" })},
		{"shape_sd", info, after(func(string) string {
			d := b64(`["salt","name","Alice"]`)
			sum := sha256.Sum256([]byte(d))
			return must(pg.Sign([]byte(`{"alg":"HS256"}`), []byte(`{"_sd":["`+base64.RawURLEncoding.EncodeToString(sum[:])+`"]}`), []byte(secret), "HS256")) + "~" + d + "~"
		})},
		{"shape_json", fail, after(func(s string) string {
			p := strings.Split(s, ".")
			return fmt.Sprintf(`{"protected":%q,"payload":%q,"signature":%q}`, p[0], p[1], p[2])
		})},
		{"shape_empty", fail, after(partOf(0, same("")))},
		{"shape_empty", fail, after(partOf(1, same("")))},
		{"shape_other", info, after(same("v4.public.eyJkYXRhIjoidGhpcyBpcyBhIHNpZ25lZCBtZXNzYWdlIn0"))},
		{"shape_other", info, after(same(`{"kty":"oct","k":"AAAA"}`))},
		// base64url.
		{"b64_char", fail, after(partOf(2, func(s string) string { return "+" + s[1:] }))},
		{"b64_char", fail, after(partOf(2, func(s string) string { return "/" + s[1:] }))},
		{"b64_pad", fail, after(func(s string) string { return s + "=" })},
		{"b64_pad", fail, after(partOf(1, func(s string) string { return s + "==" }))},
		{"b64_len", fail, after(partOf(2, func(s string) string { return s + "AA" }))},
		{"b64_bits", warn, after(partOf(2, nextInAlphabet))},
		{"b64_bits", fail, strict(after(partOf(2, nextInAlphabet)))},
		{"b64_other", fail, after(partOf(2, func(s string) string { return "?" + s[1:] }))},
		{"b64_other", fail, after(partOf(2, func(s string) string { return s[:5] + " " + s[5:] }))},
		// JSON.
		{"json_syntax", fail, payload("Payload")},
		{"json_syntax", fail, payload(`{"iss":}`)},
		{"json_syntax", fail, after(partOf(0, same(b64("hello"))))},
		{"json_type", fail, payload(`null`)},
		{"json_type", fail, payload(`["a"]`)},
		{"json_type", fail, payload(`"text"`)},
		{"json_type", fail, payload(`4711`)},
		{"json_trail", fail, payload(`{"exp":1795263300}garbage`)},
		{"json_trail", fail, payload(`{"exp":1795263300}{"exp":1}`)},
		{"json_dup", warn, payload(`{"sub":"alice","exp":1795263300,"s\u0075b":"admin"}`)},
		{"json_dup", fail, strict(payload(`{"sub":"alice","exp":1795263300,"sub":"admin"}`))},
		{"json_dup", fail, header(`{"alg":"HS256","alg":"HS256","typ":"JWT"}`)},
		{"json_case", warn, claim("Exp", "1")},
		{"json_case", warn, headerWith(`"KID":"1"`)},
		{"json_bom", fail, payload("\uFEFF" + `{"exp":1795263300}`)},
		{"json_utf8", fail, claim("name", "\"\xff\"")},
		{"json_utf8", fail, claim("name", `"\ud800"`)},
		{"json_ctl", warn, claim("name", `"\u0000"`)},
		{"json_ctl", warn, claim("name", "\"a\u202Eb\"")},
		{"json_bigint", warn, claim("id", "100002348117421473")},
		{"json_num", warn, claim("n", "1e400")},
		{"json_num", warn, claim("n", "3.0")},
		{"json_num", warn, claim("n", "-0")},
		{"json_depth", fail, claim("deep", strings.Repeat("[", 70)+strings.Repeat("]", 70))},
		{"json_ws", info, header("{\"alg\":\"HS256\",\r\n \"typ\":\"JWT\"}")},
		// The header.
		{"alg_ok", pass, func(*attempt) {}},
		{"alg_missing", fail, header(`{"typ":"JWT"}`)},
		{"alg_missing", fail, header(`{"alg":null,"typ":"JWT"}`)},
		{"alg_missing", fail, header(`{"alg":5,"typ":"JWT"}`)},
		{"alg_case", fail, header(`{"alg":"hs256","typ":"JWT"}`)},
		{"alg_case", fail, header(`{"alg":"noNE","typ":"JWT"}`)},
		{"alg_case", fail, after(same(pg.Unsecured([]byte(`{"alg":"None"}`), []byte(`{}`))))},
		{"alg_unknown", fail, header(`{"alg":"ES256K","typ":"JWT"}`)},
		{"alg_unknown", fail, header(`{"alg":"Ed448","typ":"JWT"}`)},
		{"alg_polymorphic", info, with("EdDSA", edKey())},
		{"alg_specified", pass, with("Ed25519", edKey())},
		{"alg_unknown", fail, header(`{"alg":"ML-DSA-44","typ":"JWT"}`)},
		{"alg_unknown", fail, header(`{"alg":"XX","typ":"JWT"}`)},
		{"alg_jwe", fail, header(`{"alg":"RSA-OAEP","typ":"JWT"}`)},
		{"alg_none", fail, after(same(pg.Unsecured([]byte(`{"alg":"none"}`), []byte(`{"sub":"alice"}`))))},
		{"alg_none", fail, steps(allow("none"), after(same(pg.Unsecured([]byte(`{"alg":"none"}`), []byte(`{"sub":"alice"}`)))))},
		{"alg_none_sig", fail, header(`{"alg":"none","typ":"JWT"}`)},
		{"alg_policy", fail, allow("HS384", "RS256")},
		{"alg_any", warn, allow()},
		{"crit_unknown", fail, headerWith(`"crit":["x"],"x":1`)},
		{"crit_empty", fail, headerWith(`"crit":[]`)},
		{"crit_registered", fail, headerWith(`"crit":["alg"]`)},
		{"crit_duplicate", fail, headerWith(`"crit":["x","x"],"x":1`)},
		{"crit_missing", fail, headerWith(`"crit":["x"]`)},
		{"crit_type", fail, headerWith(`"crit":"x","x":1`)},
		{"hdr_b64", fail, headerWith(`"b64":false`)},
		{"hdr_typ_missing", fail, header(`{"alg":"HS256"}`)},
		{"hdr_typ_mismatch", fail, header(`{"alg":"HS256","typ":"at+jwt"}`)},
		{"hdr_typ_type", fail, header(`{"alg":"HS256","typ":5}`)},
		{"hdr_typ", pass, steps(header(`{"alg":"HS256","typ":"application/AT+jwt"}`), func(a *attempt) { a.policy.Type = "at+jwt" })},
		{"hdr_typ", info, func(a *attempt) { a.policy.Type = "" }},
		{"hdr_cty", info, headerWith(`"cty":"JWT"`)},
		{"hdr_cty", warn, payload("eyJhbGciOiJIUzI1NiJ9.e30.AAAA")},
		{"hdr_key", warn, headerWith(`"jwk":{"kty":"oct","k":"AAAA"}`)},
		{"hdr_key", warn, headerWith(`"jku":"https://mallory.example/keys"`)},
		{"hdr_key", warn, headerWith(`"x5c":["MIIB"]`)},
		{"hdr_kid", warn, headerWith(`"kid":"../../dev/null"`)},
		{"hdr_kid", warn, headerWith(`"kid":"x' UNION SELECT 'secret"`)},
		{"hdr_kid", warn, headerWith(`"kid":"https://mallory.example"`)},
		{"hdr_kid", warn, headerWith(`"kid":"` + strings.Repeat("k", 300) + `"`)},
		{"hdr_kid", warn, headerWith(`"kid":5`)},
		{"hdr_zip", warn, headerWith(`"zip":"DEF"`)},
		// The key.
		{"key_source", pass, func(*attempt) {}},
		{"key_none", info, key("")},
		{"key_type", fail, steps(with("RS256", rsaKey()), func(a *attempt) { a.key = publicPEM(ecKey()) })},
		{"key_type", fail, steps(with("ES256", ecKey()), key(secret))},
		{"key_curve", fail, steps(with("ES256", ecKey()), func(a *attempt) { a.key = publicPEM(ec384()) })},
		{"key_pemsecret", fail, func(a *attempt) { a.key = publicPEM(rsaKey()) }},
		{"key_pemsecret", fail, func(a *attempt) {
			a.key, a.encoding = base64.StdEncoding.EncodeToString([]byte(publicPEM(rsaKey()))), pg.Base64
		}},
		{"key_private", warn, steps(with("ES256", ecKey()), func(a *attempt) {
			a.key = string(must(pg.PrivateJWK(ecKey(), "", "ES256")))
		})},
		{"key_short", warn, sharedSecret("0123456789-short")},
		{"key_short", fail, steps(sharedSecret("0123456789-short"), key(`{"kty":"oct","alg":"HS256","k":"`+b64("0123456789-short")+`"}`))},
		{"key_weak", warn, sharedSecret("secret")},
		{"key_empty", fail, func(a *attempt) { a.key = `{"kty":"oct","k":""}` }},
		{"key_rsa", fail, with("RS256", weakKey())},
		{"key_pem", fail, key("-----BEGIN PUBLIC KEY-----\nbroken")},
		{"key_pem", fail, key("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----")},
		{"key_pem", fail, key("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----")},
		{"key_pem", fail, key("-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----")},
		{"key_pem", fail, key("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIL alice")},
		{"key_pem", info, steps(with("RS256", rsaKey()), func(a *attempt) { a.key = strings.ReplaceAll(a.key, "\n", `\n`) })},
		{"key_pem", info, steps(with("RS256", rsaKey()), func(a *attempt) { a.key = strings.ReplaceAll(a.key, "\n", " ") })},
		{"key_pem", info, steps(with("RS256", rsaKey()), func(a *attempt) {
			a.key = strings.Join(strings.Split(a.key, "\n")[1:strings.Count(a.key, "\n")-1], "\n")
		})},
		{"key_jwk", fail, key(`{"kty":"EC"}`)},
		{"key_jwk", fail, key(`{"keys":5,"kty":7}`)},
		{"key_jwk", fail, key(`{"kty":"oct","k":"` + b64(secret) + `","k":"AAAA"}`)},
		{"key_jwk", fail, key(`{"kty":"oct","k":"` + b64(secret) + `","use":"enc"}`)},
		{"key_jwk", fail, key(`{"kty":"oct","k":"` + b64(secret) + `","key_ops":["encrypt"]}`)},
		{"key_jwk", fail, key(`{"kty":"oct","k":"` + b64(secret) + `","alg":"HS512"}`)},
		{"key_kid", warn, steps(headerWith(`"kid":"a"`), key(`{"kty":"oct","kid":"b","k":"`+b64(secret)+`"}`))},
		{"key_jwks", fail, jwks(`"kid":"z"`, "a", "b")},
		{"key_jwks", fail, jwks(`"kid":"a"`, "a", "a")},
		{"key_jwks", fail, key(`{"keys":[]}`)},
		{"key_jwks", fail, func(a *attempt) {
			a.key = `{"keys":[{"kty":"oct","k":"` + b64(secret) + `"},` + publicJWK(ecKey(), "e", "ES256") + `]}`
		}},
		{"key_jwks", info, jwks(`"x":1`, "a", "b")},
		{"key_jwks", fail, exactKid(steps(headerWith(`"kid":"a"`), key(`{"kty":"oct","kid":"b","k":"`+b64(secret)+`"}`)))},
		{"key_jwks", fail, exactKid(jwks(`"kid":"z"`, "a", "b"))},
		{"key_jwks", info, exactKid(steps(headerWith(`"kid":"a"`), key(`{"kty":"oct","k":"`+b64(secret)+`"}`)))},
		{"key_set", pass, jwks(`"kid":"a"`, "a", "b")},
		{"key_set", pass, exactKid(jwks(`"kid":"a"`, "a", "b"))},
		{"key_enc", fail, func(a *attempt) { a.encoding = pg.Hex }},
		{"key_enc", info, sharedSecret(base64.StdEncoding.EncodeToString([]byte(secret)))},
		{"key_enc", info, sharedSecret(hex.EncodeToString([]byte(secret)))},
		{"key_zero", info, sharedSecret(secret + "\x00")},
		// The signature.
		{"sig_ok", pass, func(*attempt) {}},
		{"sig_bad", fail, key(secret + "x")},
		{"sig_bad", fail, steps(with("RS256", rsaKey()), after(partOf(1, same(b64(`{"sub":"admin"}`)))))},
		{"sig_len", fail, after(partOf(2, func(s string) string { return s + s[:21] }))},
		{"sig_len", fail, steps(with("ES256", ecKey()), after(derSignature))},
		{"sig_zero", fail, steps(with("ES256", ecKey()), after(partOf(2, same(zeroes))))},
		{"sig_pss", fail, steps(with("PS256", rsaKey()), after(saltOf(20)))},
		{"sig_highs", info, steps(with("ES256", ecKey()), after(highS))},
		{"sig", skip, header(`{"alg":"HS256","alg":"HS256","typ":"JWT"}`)},
		{"sig", skip, headerWith(`"crit":["x"],"x":1`)},
		// The times.
		{"exp_ok", pass, func(*attempt) {}},
		{"exp_past", fail, claim("exp", "1795262000")},
		{"exp_past", fail, claim("exp", strconv.Itoa(now))},
		{"exp_past", info, steps(claim("exp", "1795262000"), func(a *attempt) { a.policy.Hint = true })},
		{"exp_leeway", warn, steps(claim("exp", strconv.Itoa(now-30)), func(a *attempt) { a.policy.LeewaySeconds = 60 })},
		{"exp_missing", fail, claim("exp", "")},
		{"require", skip, claim("exp", "")},
		{"exp_missing", warn, steps(claim("exp", ""), func(a *attempt) { a.policy.Require = nil })},
		{"exp_zero", fail, claim("exp", "0")},
		{"exp_ms", warn, claim("exp", "1795263300000")},
		{"exp_type", fail, claim("exp", `"1795263300"`)},
		{"exp_type", fail, claim("exp", "null")},
		{"exp_float", info, claim("exp", "1795263300.9")},
		{"exp_huge", fail, claim("exp", "9300000000000000000")},
		{"exp_huge", fail, claim("exp", "1e300")},
		{"exp_huge", fail, claim("exp", "1e400")},
		{"exp_clock", fail, func(a *attempt) { a.policy.Now = time.Time{} }},
		{"nbf_ok", pass, func(*attempt) {}},
		{"nbf_future", fail, claim("nbf", strconv.Itoa(now+3600))},
		{"nbf_huge", fail, claim("nbf", "1e19")},
		{"nbf_type", fail, claim("nbf", `"soon"`)},
		{"nbf_leeway", warn, steps(claim("nbf", strconv.Itoa(now+30)), func(a *attempt) { a.policy.LeewaySeconds = 60 })},
		{"iat_ok", pass, func(*attempt) {}},
		{"iat_future", warn, claim("iat", strconv.Itoa(now+400))},
		{"iat_future", fail, steps(claim("iat", strconv.Itoa(now+400)), func(a *attempt) { a.policy.Require = []string{"iat"} })},
		{"iat_ok", pass, steps(claim("iat", strconv.Itoa(now+20)), func(a *attempt) { a.policy.Require, a.policy.LeewaySeconds = []string{"iat"}, 30 })},
		{"iat_type", fail, claim("iat", "true")},
		{"time_order", warn, steps(claim("nbf", "1795263400"), func(a *attempt) { a.policy.LeewaySeconds = 9000 })},
		{"time_order", warn, claim("iat", "1795263400")},
		{"time_order", warn, steps(header(`{"alg":"HS256","typ":"at+jwt"}`), claim("exp", "1805263300"))},
		// The other claims.
		{"iss_ok", pass, func(*attempt) {}},
		{"iss_mismatch", fail, claim("iss", `"https://mallory.example"`)},
		{"iss_mismatch", fail, claim("iss", `"https://acme.example/"`)},
		{"iss_missing", fail, claim("iss", "")},
		{"iss_type", fail, claim("iss", "5")},
		{"iss_unchecked", info, func(a *attempt) { a.policy.Issuer = "" }},
		{"aud_ok", pass, claim("aud", `["stepcloud"]`)},
		{"aud_mismatch", fail, claim("aud", `"mealcloud"`)},
		{"aud_mismatch", fail, claim("aud", `["mealcloud"]`)},
		{"aud_mismatch", fail, claim("aud", `"StepCloud"`)},
		{"aud_missing", fail, claim("aud", "")},
		{"aud_type", fail, claim("aud", "5")},
		{"aud_type", fail, claim("aud", "[5]")},
		{"aud_empty", fail, claim("aud", "[]")},
		{"aud_unchecked", info, func(a *attempt) { a.policy.Audience = "" }},
		{"sub_type", warn, claim("sub", "5")},
		{"sub_empty", warn, claim("sub", `""`)},
		{"jti", info, claim("jti", `"t-4711"`)},
		{"jti_type", warn, claim("jti", "4711")},
		{"claim_missing", fail, claim("sub", "")},
		{"claims_none", info, payload(`{"name":"Alice"}`)},
		{"pii", warn, claim("email", `"alice@example.org"`)},
		{"pii", warn, claim("password", `"x"`)},
		// The kind of token.
		{"kind", info, steps(header(`{"alg":"HS256","typ":"at+jwt"}`), claim("jti", `"1"`), claim("client_id", `"fittrack"`))},
		{"kind_missing", warn, header(`{"alg":"HS256","typ":"at+jwt"}`)},
		{"kind", info, claim("nonce", `"n"`)},
		{"kind_id_token", warn, steps(claim("nonce", `"n"`), func(a *attempt) { a.policy.Type = "at+jwt" })},
		{"kind_nonce", warn, steps(header(`{"alg":"HS256","typ":"logout+jwt"}`), claim("nonce", `"n"`), claim("jti", `"1"`), claim("events", `{}`))},
	}
}

// nextInAlphabet changes the last character so that only unused bits change.
func nextInAlphabet(s string) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	return s[:len(s)-1] + string(alphabet[strings.IndexByte(alphabet, s[len(s)-1])+1])
}

// sharedSecret signs and verifies with this text.
func sharedSecret(text string) func(*attempt) {
	return func(a *attempt) { a.signKey, a.key = []byte(text), text }
}

// jwks gives the verifier a set of secrets under these names; the first is right.
func jwks(headerMember string, names ...string) func(*attempt) {
	return func(a *attempt) {
		headerWith(headerMember)(a)
		var keys []string
		for i, name := range names {
			text := secret
			if i > 0 {
				text = strings.Repeat("x", 32)
			}
			keys = append(keys, fmt.Sprintf(`{"kty":"oct","kid":%q,"k":%q}`, name, b64(text)))
		}
		a.key = `{"keys":[` + strings.Join(keys, ",") + `]}`
	}
}

func derSignature(token string) string {
	input := token[:strings.LastIndex(token, ".")]
	sum := sha256.Sum256([]byte(input))
	return input + "." + base64.RawURLEncoding.EncodeToString(must(ecKey().Sign(rand.Reader, sum[:], crypto.SHA256)))
}

func saltOf(n int) func(string) string {
	return func(token string) string {
		input := token[:strings.LastIndex(token, ".")]
		sum := sha256.Sum256([]byte(input))
		return input + "." + base64.RawURLEncoding.EncodeToString(must(rsa.SignPSS(rand.Reader, rsaKey(), crypto.SHA256, sum[:], &rsa.PSSOptions{SaltLength: n})))
	}
}

// highS replaces s by n − s where s is low.
func highS(token string) string {
	i := strings.LastIndex(token, ".")
	raw := must(base64.RawURLEncoding.DecodeString(token[i+1:]))
	n := elliptic.P256().Params().N
	s := new(big.Int).SetBytes(raw[32:])
	if other := new(big.Int).Sub(n, s); other.Cmp(s) > 0 {
		other.FillBytes(raw[32:])
	}
	return token[:i+1] + base64.RawURLEncoding.EncodeToString(raw)
}

func TestFindings(t *testing.T) {
	for i, row := range findingRows() {
		t.Run(fmt.Sprintf("%s/%d", row.id, i), func(t *testing.T) {
			a := newAttempt()
			row.change(a)
			r := a.run(t)
			at := slices.IndexFunc(r.Findings, func(f pg.Finding) bool { return f.FindingID() == row.id })
			if at < 0 {
				t.Fatalf("no finding %s; there are %v", row.id, findingIDs(r))
			}
			f := r.Findings[at]
			if f.Status != row.status {
				t.Errorf("status %s, want %s: %s", f.Status, row.status, f.Message)
			}
			if f.Status == fail && (f.Message == "" || f.Fix == "") {
				t.Errorf("a failure needs a message and a fix: %+v", f.Outcome)
			}
			if f.Status == fail && r.Verdict != pg.Reject {
				t.Errorf("verdict %s with a failed rule", r.Verdict)
			}
			if r.Sentence == "" || strings.Contains(r.Sentence, "%!") || strings.Contains(f.Message, "%!") {
				t.Errorf("sentence %q, message %q", r.Sentence, f.Message)
			}
			checkSpans(t, r)
		})
	}
}

func findingIDs(r *pg.Result) []string {
	var ids []string
	for _, f := range r.Findings {
		if f.Status != pass {
			ids = append(ids, string(f.Status)+" "+f.FindingID())
		}
	}
	return ids
}

// checkSpans holds every span inside the part that it names.
func checkSpans(tb testing.TB, r *pg.Result) {
	tb.Helper()
	for _, f := range r.Findings {
		limit := len(r.Token.Text)
		for _, p := range r.Token.Parts {
			if p.Name == f.Span.Part {
				limit = len(p.Encoded)
			}
		}
		if f.Span.Start < 0 || f.Span.Start > f.Span.End || f.Span.End > limit {
			tb.Errorf("%s: span %+v outside %d characters", f.FindingID(), f.Span, limit)
		}
	}
}

// TestEveryRuleHasARow walks the list, so that a rule without a test fails.
func TestEveryRuleHasARow(t *testing.T) {
	tested := map[string]bool{}
	for _, row := range findingRows() {
		a := newAttempt()
		row.change(a)
		for _, f := range a.run(t).Findings {
			if f.FindingID() == row.id {
				tested[f.ID] = true
			}
		}
	}
	for _, rule := range pg.Rules() {
		if !tested[rule.ID] {
			t.Errorf("no row of the table is about the rule %s", rule.ID)
		}
		if !rule.Spec.Valid() {
			t.Errorf("rule %s cites %v, which the index does not know", rule.ID, rule.Spec)
		}
		if rule.Title == "" || rule.Level == "" {
			t.Errorf("rule %s lacks a title or a level", rule.ID)
		}
	}
}
