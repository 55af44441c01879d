package playground_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	pg "claimcheck/playground"
)

// certificateOf is a certificate of the EC key, in DER.
func certificateOf(subject string) []byte {
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: subject}, NotBefore: time.Unix(now-86400, 0), NotAfter: time.Unix(now+86400, 0)}
	return must(x509.CreateCertificate(rand.Reader, template, template, ecKey().Public(), ecKey()))
}

func x5c(der []byte) string { return `"x5c":["` + base64.StdEncoding.EncodeToString(der) + `"]` }

// A wordRow is an input and what the finding must tell about it.
type wordRow struct {
	id     string
	change func(*attempt)
	says   string
}

// wordRows hold what the findings must say beyond their status: the place, the
// names of both things, the numbers.
func wordRows() []wordRow {
	big9000 := &rsa.PublicKey{N: new(big.Int).SetBit(big.NewInt(1), 9000, 1), E: 65537}
	even := &rsa.PublicKey{N: rsaKey().N, E: 2}
	withKey := func(k pg.Key) func(*attempt) {
		return func(a *attempt) {
			with("RS256", rsaKey())(a)
			a.key = block("PUBLIC KEY", must(x509.MarshalPKIXPublicKey(k.Public)))
		}
	}
	return []wordRow{
		{"in_bearer", after(func(s string) string { return "Authorization: Bearer " + s }), "`Authorization: Bearer`: that is the HTTP header"},
		{"in_bearer", strict(after(func(s string) string { return "Bearer " + s })), "Character 7 is a space"},
		{"in_ws", strict(after(func(s string) string { return s + " " })), "is a space"},
		{"in_ws", after(func(s string) string { return "  " + s + " " }), "Removed 3 spaces"},
		{"in_newline", after(func(s string) string { return s + "\n" }), "golang-jwt v5.3.1 accepts"},
		{"in_innernl", after(func(s string) string { return s[:20] + "\n" + s[20:40] + "\n" + s[40:] }), "Joined 3 wrapped lines"},
		{"in_invis", after(func(s string) string { return s[:36] + "\u200B" + s[36:] }), "U+200B (zero width space) at position 37 is invisible"},
		{"in_invis", after(func(s string) string { return "\u201C" + s }), "typographic quote"},
		{"in_quotes", after(func(s string) string { return `{"access_token":"` + s + `","id_token":"` + s + `"}` }), "There is more: `access_token`"},
		{"in_quotes", after(func(s string) string { return "access_token=" + s + "&id_token=" + s }), "There is more: `id_token`"},
		{"in_quotes", after(func(s string) string { return s + "\n" + s }), "2 tokens stand here; took the first. There is more: `token 2`"},
		{"shape_1", after(func(s string) string { return strings.Split(s, ".")[0] }), "looks like a header"},
		{"shape_1", after(func(s string) string { return strings.Split(s, ".")[1] }), "looks like a payload"},
		{"shape_4", after(func(s string) string { return s + ".more" }), "The fourth begins at character"},
		{"shape_5", after(same(b64(`{"alg":"dir","enc":"A128GCM"}`) + "..aaaa.bbbb.cccc")), "alg `dir`, enc `A128GCM`"},
		{"shape_empty", after(partOf(1, same(""))), "detached JWS"},
		{"shape_json", after(same(`{"payload":"e30","signatures":[]}`)), "always in the compact form"},
		{"shape_other", after(same("MDAxY2xvY2F0aW9uIGh0dHA6Ly9hY21lLmV4YW1wbGUK")), "macaroon"},
		{"shape_other", after(same("AQIC5wM2LY4Sfcx")), "OpenAM"},
		{"shape_other", after(same("PHNhbWxwOlJlc3BvbnNl")), "SAML"},
		{"alg_missing", after(same("eyJ1c2VyIjoiYWxpY2UifQ.X2Zm9g.c2lnbmF0dXJlLW9mLWZsYXNr")), "signed cookie"},
		{"b64_char", after(partOf(2, func(s string) string { return s[:2] + "+" + s[3:] })), "(signature, number 3)"},
		{"b64_len", after(partOf(2, func(s string) string { return s + "AA" })), "one was lost or added"},
		{"json_syntax", after(partOf(0, same(b64("hello")))), "unexpected `h` at byte 1"},
		{"json_syntax", payload("Payload"), "as a JWT it is not"},
		{"json_type", payload("null"), "accepts a payload of null"},
		{"json_trail", payload(`{"a":12}garbage`), "at byte 9"},
		{"json_dup", payload(`{"sub":"a","sub":"b","exp":1795263300}`), "`sub` stands at byte 2 and again at byte 12"},
		{"json_dup", payload(`{"sub":"a","x":{"y":1,"\u0079":2},"exp":1795263300}`), "`y`"},
		{"json_case", claim("Exp", "1"), "`Exp` is not `exp`"},
		{"json_utf8", claim("name", "\"\xff\""), "0xFF"},
		{"json_ctl", claim("name", "\"a\u202Eb\""), "U+202E (right-to-left override)"},
		{"json_bigint", claim("id", "100002348117421473"), "100002348117421473"},
		{"json_depth", claim("deep", strings.Repeat("[", 70)+strings.Repeat("]", 70)), "64 levels"},
		{"alg_unknown", header(`{"alg":"ES256K"}`), "secp256k1"},
		{"alg_unknown", header(`{"alg":"Ed448"}`), "RFC 9864"},
		{"alg_unknown", header(`{"alg":"ML-DSA-65"}`), "post-quantum"},
		{"alg_case", header(`{"alg":"noNE"}`), "`noNE` is not `none`"},
		{"alg_policy", allow("HS384"), "The token says `HS256`; you allow HS384"},
		{"hdr_cty", steps(headerWith(`"cty":"JWT"`), payload("eyJhbGciOiJIUzI1NiJ9."+b64("eyJhbGciOiJSUzI1NiJ9.e30.AAAA")+".AAAA")), "a signed token (`HS256`), and in that a signed token (`RS256`)"},
		{"hdr_key", headerWith(`"jwk":{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}`), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"},
		{"hdr_key", headerWith(`"jwk":` + string(must(pg.PrivateJWK(edKey(), "", "")))), "even the private half"},
		{"hdr_key", headerWith(`"jwk":{"kty":"EC"}`), "cannot be read"},
		{"hdr_key", headerWith(x5c(certificateOf("acme"))), "`CN=acme`"},
		{"hdr_key", headerWith(x5c([]byte("no certificate"))), "cannot be read"},
		{"hdr_key", headerWith(`"x5c":["-_-_"]`), "not base64"},
		{"hdr_kid", headerWith(`"kid":"/etc/passwd"`), "a file path"},
		{"key_type", steps(with("RS256", rsaKey()), func(a *attempt) { a.key = publicPEM(ecKey()) }), "RS256 needs an RSA public key; you gave an EC P-256 public key"},
		{"key_curve", steps(with("ES256", ecKey()), func(a *attempt) { a.key = publicPEM(ec384()) }), "ES256 means the curve P-256; this key is on P-384"},
		{"key_short", sharedSecret("sixsix"), "6 bytes; HS256 needs at least 32"},
		{"key_rsa", with("RS256", weakKey()), "1024-bit RSA is too small"},
		{"key_rsa", withKey(pg.NewKey(big9000, "", "")), "9001-bit RSA is refused"},
		{"key_rsa", withKey(pg.NewKey(even, "", "")), "exponent 2"},
		{"key_pem", key("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----"), "encrypted with a passphrase"},
		{"key_pem", steps(with("ES256", ecKey()), func(a *attempt) { a.key = block("CERTIFICATE", certificateOf("acme")) }), "This is a certificate"},
		{"key_jwk", func(a *attempt) {
			with("ES256", ecKey())(a)
			jwk := publicJWK(edKey(), "", "")
			a.key = strings.TrimSuffix(jwk, "}") + "," + x5c(certificateOf("acme")) + "}"
		}, "cannot be used"},
		{"key_set", jwks(`"kid":"a"`, "a", "b"), "One of 2 keys"},
		{"key_jwks", jwks(`"kid":"z"`, "a", "b"), "`z`, which is not in the set: a, b"},
		{"sig_len", after(partOf(2, func(s string) string { return s + s[:21] })), "32 bytes"},
		{"sig_len", steps(with("ES256", ecKey()), after(derSignature)), "DER"},
		{"sig_zero", steps(with("ES256", ecKey()), after(partOf(2, same(strings.Repeat("A", 86))))), "CVE-2022-21449"},
		{"exp_past", claim("exp", strconv.Itoa(now-3661)), "expired 1 h 1 min ago"},
		{"exp_ok", claim("exp", strconv.Itoa(now+250)), "in 4 min 10 s"},
		{"exp_ms", claim("exp", "1795263300000"), "milliseconds"},
		{"exp_zero", claim("exp", "0"), "1970"},
		{"nbf_future", claim("nbf", strconv.Itoa(now+3600)), "in 1 h"},
		{"iss_mismatch", claim("iss", `"https://acme.example/"`), "a slash at the end"},
		{"iss_mismatch", claim("iss", `"http://acme.example"`), "http and https"},
		{"iss_mismatch", claim("iss", `"https://acme.exampel"`), "from character 19 on"},
		{"aud_mismatch", claim("aud", `"stepcloud/"`), "a slash at the end"},
		{"aud_mismatch", claim("aud", `"StepCloud"`), "upper and lower case"},
		{"aud_mismatch", claim("aud", `["x","y"]`), "the token is for x, y"},
		{"aud_ok", claim("aud", `["stepcloud","mealcloud"]`), "One of 2 names"},
		{"aud_ok", func(*attempt) {}, "the same as a list of one"},
		{"pii", claim("email", `"alice@acme.example"`), "Anyone who holds the token can read it"},
	}
}

func TestFindingsSay(t *testing.T) {
	for i, row := range wordRows() {
		t.Run(fmt.Sprintf("%s/%d", row.id, i), func(t *testing.T) {
			a := newAttempt()
			row.change(a)
			r := a.run(t)
			at := slices.IndexFunc(r.Findings, func(f pg.Finding) bool { return f.FindingID() == row.id })
			if at < 0 {
				t.Fatalf("no finding %s; there are %v", row.id, findingIDs(r))
			}
			if f := r.Findings[at]; !strings.Contains(f.Message+" "+f.Why, row.says) {
				t.Errorf("it says %q %q, without %q", f.Message, f.Why, row.says)
			}
			checkSpans(t, r)
		})
	}
}
