package playground_test

import (
	"bytes"
	"compress/flate"
	"crypto"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	pg "claimcheck/playground"
)

// withSignature replaces the signature by what is made of it.
func withSignature(change func(b []byte) []byte) func(string) string {
	return partOf(2, func(s string) string {
		return base64.RawURLEncoding.EncodeToString(change(must(base64.RawURLEncoding.DecodeString(s))))
	})
}

// rs puts two numbers side by side, 32 bytes each.
func rs(r, s *big.Int) func([]byte) []byte {
	return func([]byte) []byte {
		out := make([]byte, 64)
		r.FillBytes(out[:32])
		s.FillBytes(out[32:])
		return out
	}
}

// padded signs a block that is none of PKCS #1: with the private key, by hand.
func padded(block func(hash []byte, size int) []byte) func(string) string {
	return func(token string) string {
		input := token[:strings.LastIndexByte(token, '.')]
		hash := sha256.Sum256([]byte(input))
		key := rsaKey()
		m := new(big.Int).SetBytes(block(hash[:], key.Size()))
		out := make([]byte, key.Size())
		m.Exp(m, key.D, key.N).FillBytes(out)
		return input + "." + base64.RawURLEncoding.EncodeToString(out)
	}
}

// pkcs1 is the block of RFC 8017 §9.2 with another filler and another prefix.
func pkcs1(filler byte, prefix []byte, tail int) func(hash []byte, size int) []byte {
	return func(hash []byte, size int) []byte {
		end := append(append([]byte{0}, prefix...), hash...)
		b := append([]byte{0, 1}, bytes.Repeat([]byte{filler}, size-2-len(end)-tail)...)
		return append(append(b, end...), make([]byte, tail)...)
	}
}

// sha256Prefix is the DigestInfo of SHA-256 without its hash (RFC 8017 §9.2 note 1).
func sha256Prefix() []byte {
	return []byte{0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20}
}

func TestTheBlockMadeByHandIsTheRightOne(t *testing.T) {
	a := newAttempt()
	steps(with("RS256", rsaKey()), after(padded(pkcs1(0xFF, sha256Prefix(), 0))))(a)
	if r := a.run(t); r.Signature != pg.SignatureValid {
		t.Fatalf("%v: the tests of other blocks prove nothing", findingIDs(r))
	}
}

// TestNoSignatureButTheRightOne breaks the signature, its spelling, the header
// or what binds the key. None of them may be "valid", in strict mode or not.
func TestNoSignatureButTheRightOne(t *testing.T) {
	n, one, zero := elliptic.P256().Params().N, big.NewInt(1), new(big.Int)
	es, rs256, ps := with("ES256", ecKey()), with("RS256", rsaKey()), with("PS256", rsaKey())
	jwk := func(rest string) func(*attempt) {
		return key(`{"kty":"oct","k":"` + b64(secret) + `"` + rest + `}`)
	}
	ecJWK := func(from, to string) func(*attempt) {
		return steps(es, func(a *attempt) { a.key = strings.Replace(publicJWK(ecKey(), "a", "ES256"), from, to, 1) })
	}
	oid := func(at int, b byte) []byte { p := sha256Prefix(); p[at] ^= b; return p }
	for name, change := range map[string]func(*attempt){
		// ECDSA: numbers and lengths.
		"r and s zero": steps(es, after(withSignature(rs(zero, zero)))), "s zero": steps(es, after(withSignature(rs(one, zero)))), "r zero": steps(es, after(withSignature(rs(zero, one)))),
		"r and s one": steps(es, after(withSignature(rs(one, one)))), "r and s are n": steps(es, after(withSignature(rs(n, n)))), "s is n": steps(es, after(withSignature(rs(one, n)))),
		"DER": steps(es, after(derSignature)), "ES256 cut": steps(es, after(withSignature(func(b []byte) []byte { return b[:63] }))), "ES256 and a byte": steps(es, after(withSignature(func(b []byte) []byte { return append(b, 0) }))),
		"numbers of 33 bytes": steps(es, after(withSignature(func(b []byte) []byte { return append(append(append([]byte{0}, b[:32]...), 0), b[32:]...) }))),
		"r and s swapped":     steps(es, after(withSignature(func(b []byte) []byte { return append(append([]byte{}, b[32:]...), b[:32]...) }))),
		// RSA: the block.
		"filler zero": steps(rs256, after(padded(pkcs1(0, sha256Prefix(), 0)))), "filler 01": steps(rs256, after(padded(pkcs1(1, sha256Prefix(), 0)))), "no DigestInfo": steps(rs256, after(padded(pkcs1(0xFF, nil, 0)))),
		"hash not at the end": steps(rs256, after(padded(pkcs1(0xFF, sha256Prefix(), 8)))), "another object id": steps(rs256, after(padded(pkcs1(0xFF, oid(14, 2), 0)))), "another length": steps(rs256, after(padded(pkcs1(0xFF, oid(1, 1), 0)))),
		"no filler": steps(rs256, after(padded(func(h []byte, size int) []byte {
			return append([]byte{0, 1, 0}, append(append(sha256Prefix(), h...), make([]byte, size-3-51)...)...)
		}))),
		"SHA-1": steps(rs256, after(func(token string) string {
			input := token[:strings.LastIndexByte(token, '.')]
			sum := sha1.Sum([]byte(input))
			return input + "." + b64(string(must(rsa.SignPKCS1v15(rand.Reader, rsaKey(), crypto.SHA1, sum[:]))))
		})),
		"RSA with a zero in front": steps(rs256, after(withSignature(func(b []byte) []byte { return append([]byte{0}, b...) }))), "RSA cut": steps(rs256, after(withSignature(func(b []byte) []byte { return b[:255] }))),
		"RSA plus the modulus": steps(rs256, after(withSignature(func(b []byte) []byte { return new(big.Int).Add(new(big.Int).SetBytes(b), rsaKey().N).Bytes() }))),
		"PSS salt of 0":        steps(ps, after(saltOf(0))), "PSS salt of 20": steps(ps, after(saltOf(20))), "PSS salt of 64": steps(ps, after(saltOf(64))),
		"PS256 by PKCS #1": steps(ps, after(padded(pkcs1(0xFF, sha256Prefix(), 0)))), "RS256 by PSS": steps(rs256, after(saltOf(32))),
		// HMAC.
		"HMAC cut": after(withSignature(func(b []byte) []byte { return b[:16] })), "HMAC and a byte": after(withSignature(func(b []byte) []byte { return append(b, 0) })), "no signature": after(partOf(2, same(""))),
		"HS512 cut to HS256": header(`{"alg":"HS512"}`),
		"empty secret":       steps(key(`{"kty":"oct","k":""}`), after(func(token string) string { return hmacWith(token, nil) })),
		// The spelling.
		"padding": after(func(s string) string { return s + "=" }), "two parts": after(func(s string) string { return s[:strings.LastIndexByte(s, '.')] }), "four parts": after(func(s string) string { return s + "." }),
		"ordinary base64": after(partOf(2, func(s string) string { return "+" + s[1:] })), "a question mark": after(partOf(2, func(s string) string { return s[:9] + "?" + s[9:] })), "a space inside": after(partOf(2, func(s string) string { return s[:9] + " " + s[9:] })),
		"percent sign": after(partOf(2, func(s string) string { return s + "%" })), "padding in the header": after(partOf(0, func(s string) string { return s + "=" })), "padding in the payload": after(partOf(1, func(s string) string { return s + "=" })),
		"flattened JSON": after(func(s string) string {
			p := strings.Split(s, ".")
			return fmt.Sprintf(`{"payload":%q,"protected":%q,"signature":%q}`, p[1], p[0], p[2])
		}),
		"general JSON": after(func(s string) string {
			p := strings.Split(s, ".")
			return fmt.Sprintf(`{"payload":%q,"signatures":[{"protected":%q,"signature":%q}]}`, p[1], p[0], p[2])
		}),
		// The header.
		"none": after(same(pg.Unsecured([]byte(`{"alg":"none"}`), []byte("{}")))), "None": after(same(pg.Unsecured([]byte(`{"alg":"None"}`), []byte("{}")))), "alg twice": header(`{"alg":"HS256","alg":"HS256"}`),
		"crit": headerWith(`"crit":["exp"],"exp":1`), "b64": headerWith(`"b64":false`), "no alg": header(`{"typ":"JWT"}`), "alg a list": header(`{"alg":["HS256"]}`),
		// What binds the key.
		"key for encryption": jwk(`,"use":"enc"`), "key_ops without verify": jwk(`,"key_ops":["sign","encrypt"]`), "alg of the key": jwk(`,"alg":"HS384"`), "alg of the key is for encryption": jwk(`,"alg":"A256KW"`),
		"alg of the key unknown": ecJWK(`"ES256"`, `"ES521"`), "another curve named": ecJWK("P-256", "P-384"), "another kind named": ecJWK(`"EC"`, `"RSA"`), "a point off the curve": ecJWK(`"y":"`, `"y":"A`),
		"RS256 key, PS256 token": steps(ps, func(a *attempt) { a.key = publicJWK(rsaKey(), "", "RS256") }), "RSA of 1024 bits": with("RS256", weakKey()),
		"HMAC with the public key": func(a *attempt) {
			es(a)
			a.header, a.signAlg, a.signKey, a.policy.Algorithms = `{"alg":"HS256"}`, "HS256", []byte(a.key), nil
		},
		"HMAC with the modulus": func(a *attempt) {
			rs256(a)
			a.header, a.signAlg, a.signKey, a.policy.Algorithms = `{"alg":"HS256"}`, "HS256", rsaKey().N.Bytes(), nil
			a.key = publicJWK(rsaKey(), "", "")
		},
		"mixed set": func(a *attempt) {
			a.key = `{"keys":[{"kty":"oct","k":"` + b64(secret) + `"},` + publicJWK(ecKey(), "e", "ES256") + `]}`
		},
		"one name for two keys": jwks(`"kid":"a"`, "a", "a"), "no such name": jwks(`"kid":"z"`, "a", "b"), "JWK too short": steps(sharedSecret("0123456789abcdef0123456789abcde"), key(`{"kty":"oct","alg":"HS256","k":"`+b64("0123456789abcdef0123456789abcde")+`"}`)),
	} {
		for _, lenient := range []bool{true, false} {
			a := newAttempt()
			change(a)
			a.policy.Lenient = lenient
			if r := a.run(t); r.Signature == pg.SignatureValid || r.Verdict == pg.Accept {
				t.Errorf("%s, lenient %t: signature %s, %s", name, lenient, r.Signature, r.Verdict)
			}
		}
	}
}

// hmacWith signs the token's text with a secret of any length.
func hmacWith(token string, secret []byte) string {
	input := token[:strings.LastIndexByte(token, '.')]
	h := hmac.New(sha256.New, secret)
	h.Write([]byte(input))
	return input + "." + base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}

// TestSignaturesThatHold: what is unusual and right stays valid, whatever the
// payload is.
func TestSignaturesThatHold(t *testing.T) {
	for name, change := range map[string]func(*attempt){
		"empty payload": payload(""), "payload of bytes": payload("\x00\xff"), "header with spaces": header("{\r\n \"alg\" : \"HS256\"}"), "long secret": sharedSecret(strings.Repeat("k", 200)),
		"JWK that says sig": key(`{"kty":"oct","k":"` + b64(secret) + `","use":"sig","key_ops":["verify"],"alg":"HS256"}`),
		"private JWK":       steps(with("ES256", ecKey()), func(a *attempt) { a.key = string(must(pg.PrivateJWK(ecKey(), "a", "ES256"))) }),
		"set of one":        func(a *attempt) { a.key = `{"keys":[{"kty":"oct","k":"` + b64(secret) + `","kid":"a"}]}` },
		"set with strangers": func(a *attempt) {
			with("ES256", ecKey())(a)
			a.key = `{"keys":[{"kty":"OKP","crv":"X448","x":"AA"},` + publicJWK(rsaKey(), "r", "RS256") + `,` + publicJWK(ecKey(), "e", "ES256") + `]}`
		},
		"high s": steps(with("ES256", ecKey()), after(highS)),
	} {
		for _, lenient := range []bool{true, false} {
			a := newAttempt()
			change(a)
			a.policy.Lenient = lenient
			if r := a.run(t); r.Signature != pg.SignatureValid {
				t.Errorf("%s, lenient %t: signature %s: %v", name, lenient, r.Signature, findingIDs(r))
			}
		}
	}
}

// jwePart changes one part of the five.
func jwePart(i int, change func(string) string) func(*sealed) {
	return func(s *sealed) { s.token = partOf(i, change)(s.token) }
}

// TestNothingOpensButTheRightToken changes each part of a JWE in the ways in
// which it could be taken all the same.
func TestNothingOpensButTheRightToken(t *testing.T) {
	cut := func(n int) func(string) string {
		return func(s string) string {
			b := must(base64.RawURLEncoding.DecodeString(s))
			return base64.RawURLEncoding.EncodeToString(b[:len(b)-min(n, len(b))])
		}
	}
	longer := func(s string) string {
		return base64.RawURLEncoding.EncodeToString(append(must(base64.RawURLEncoding.DecodeString(s)), 0, 0, 0))
	}
	flip := func(s string) string {
		b := must(base64.RawURLEncoding.DecodeString(s))
		b[0] ^= 1
		return base64.RawURLEncoding.EncodeToString(b)
	}
	for _, enc := range []jose.ContentEncryption{jose.A128GCM, jose.A256GCM, jose.A128CBC_HS256, jose.A256CBC_HS512} {
		for name, change := range map[string]func(*sealed){
			"tag cut by 1": jwePart(4, cut(1)), "tag cut by 4": jwePart(4, cut(4)), "tag cut by 8": jwePart(4, cut(8)), "no tag": jwePart(4, same("")), "tag longer": jwePart(4, longer), "another tag": jwePart(4, flip),
			"another text": jwePart(3, flip), "no text": jwePart(3, same("")), "text cut": jwePart(3, cut(1)), "another iv": jwePart(2, flip), "no iv": jwePart(2, same("")), "iv longer": jwePart(2, longer), "iv cut": jwePart(2, cut(4)),
			"another key": jwePart(1, flip), "no key": jwePart(1, same("")), "key longer": jwePart(1, longer), "no header": jwePart(0, same("")), "header changed": jweHeader(`{`, `{"kid":"x",`), "header with a space": jweHeader(`{`, `{ `),
			"padding": func(s *sealed) { s.token += "=" }, "JSON": func(s *sealed) {
				p := strings.Split(s.token, ".")
				s.token = fmt.Sprintf(`{"protected":%q,"encrypted_key":%q,"iv":%q,"ciphertext":%q,"tag":%q}`, p[0], p[1], p[2], p[3], p[4])
			},
		} {
			for _, strict := range []bool{true, false} {
				s := newSealed(t)
				s.token, s.strict = encrypt(t, jose.A256KW, enc, []byte(secret32), "text", nil), strict
				if d := s.open(t); !d.Opened {
					t.Fatalf("%s unbroken: %s", enc, d.Sentence)
				}
				change(s)
				if d := s.open(t); d.Opened {
					t.Errorf("%s, %s, strict %t: opened", enc, name, strict)
				}
			}
		}
	}
}

// TestDirectMeansDirect: with "dir" and "ECDH-ES" the second part is empty.
func TestDirectMeansDirect(t *testing.T) {
	ec := strings.Replace(string(must(pg.PrivateJWK(ecKey(), "", ""))), `"use":"sig"`, `"use":"enc"`, 1)
	for alg, c := range map[jose.KeyAlgorithm]struct {
		key  any
		text string
	}{jose.DIRECT: {[]byte(secret32), secret32}, jose.ECDH_ES: {ecKey().Public(), ec}} {
		s := &sealed{token: encrypt(t, alg, jose.A256GCM, c.key, "text", nil), key: c.text, strict: true}
		if d := s.open(t); !d.Opened {
			t.Fatalf("%s: %s", alg, d.Sentence)
		}
		jwePart(1, same("AAAA"))(s)
		if d := s.open(t); d.Opened || d.Refused.ID != "jwe_direct" {
			t.Errorf("%s with a key in it: opened %t, %+v", alg, d.Opened, d.Refused)
		}
	}
}

// TestInvalidCurve: a sender's point that is not on the curve tells nothing
// about the private key, because it is not used (RFC 8725 §2.5, §3.4).
func TestInvalidCurve(t *testing.T) {
	ec := strings.Replace(string(must(pg.PrivateJWK(ecKey(), "", ""))), `"use":"sig"`, `"use":"enc"`, 1)
	for name, change := range map[string]func(*sealed){
		"a point off the curve": jweHeader(`"y":"`, `"y":"A`), "another curve": jweHeader(`"P-256"`, `"P-384"`), "no point": jweHeader(`"epk"`, `"epx"`), "the secret for a point": jweHeader(`"kty":"EC"`, `"kty":"oct"`),
	} {
		s := &sealed{token: encrypt(t, jose.ECDH_ES_A128KW, jose.A128GCM, ecKey().Public(), "text", nil), key: ec, strict: true}
		if d := s.open(t); !d.Opened {
			t.Fatal(d.Sentence)
		}
		before := s.token
		change(s)
		if d := s.open(t); d.Opened || s.token == before {
			t.Errorf("%s: opened %t", name, d.Opened)
		}
	}
}

// TestZipBomb: what unpacks to far more than it is, is not unpacked.
func TestZipBomb(t *testing.T) {
	zipped := func(text string) string {
		e := must(jose.NewEncrypter(jose.A256GCM, jose.Recipient{Algorithm: jose.DIRECT, Key: []byte(secret32)}, &jose.EncrypterOptions{Compression: jose.DEFLATE}))
		return must(must(e.Encrypt([]byte(text))).CompactSerialize())
	}
	s := &sealed{token: zipped("text"), key: secret32, strict: true}
	d := s.open(t)
	if string(d.Plaintext) != "text" {
		t.Fatal(d.Sentence)
	}
	if at := slices.IndexFunc(d.Findings, func(f pg.Finding) bool { return f.ID == "jwe_zip" }); at < 0 || d.Findings[at].Status != warn {
		t.Error("no warning that it was compressed")
	}
	bomb := strings.Repeat("0", 4<<20)
	var packed bytes.Buffer
	w := must(flate.NewWriter(&packed, flate.BestCompression))
	_, _ = w.Write([]byte(bomb))
	_ = w.Close()
	if packed.Len() > pg.MaxToken/2 {
		t.Fatalf("%d bytes: too long for a token, so the test proves nothing", packed.Len())
	}
	s.token = zipped(bomb)
	if d := s.open(t); d.Opened {
		t.Errorf("unpacked %d bytes from a token of %d", len(d.Plaintext), len(s.token))
	}
}
