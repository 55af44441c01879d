package playground_test

import (
	"crypto"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	pg "claimcheck/playground"
)

type benchKey struct {
	alg    string
	sign   any
	public any
}

func benchKeys() []benchKey {
	public := func(k crypto.Signer) any { return k.Public() }
	return []benchKey{{"HS256", []byte(secret), []byte(secret)}, {"RS256", rsaKey(), public(rsaKey())}, {"ES256", ecKey(), public(ecKey())}, {"EdDSA", edKey(), public(edKey())}}
}

const benchPayload = `{"iss":"https://acme.example","sub":"alice","aud":"stepcloud","exp":4000000000,"iat":1795262700}`

// BenchmarkVerify compares the short way to a signature with golang-jwt alone.
func BenchmarkVerify(b *testing.B) {
	for _, k := range benchKeys() {
		token := must(pg.Sign([]byte(`{"alg":"`+k.alg+`","typ":"JWT"}`), []byte(benchPayload), k.sign, k.alg))
		key := pg.NewKey(k.public, "", "")
		b.Run(k.alg+"/claimcheck", func(b *testing.B) {
			for b.Loop() {
				if _, _, err := pg.VerifyCompact(token, key, k.alg); err != nil {
					b.Fatal(err)
				}
			}
		})
		parser := jwt.NewParser(jwt.WithValidMethods([]string{k.alg}))
		find := func(*jwt.Token) (any, error) { return k.public, nil }
		b.Run(k.alg+"/golang-jwt", func(b *testing.B) {
			for b.Loop() {
				if _, err := parser.Parse(token, find); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkSign compares signing typed bytes with golang-jwt's usual way.
func BenchmarkSign(b *testing.B) {
	for _, k := range benchKeys() {
		header := []byte(`{"alg":"` + k.alg + `","typ":"JWT"}`)
		b.Run(k.alg+"/claimcheck", func(b *testing.B) {
			for b.Loop() {
				if _, err := pg.Sign(header, []byte(benchPayload), k.sign, k.alg); err != nil {
					b.Fatal(err)
				}
			}
		})
		claims := jwt.MapClaims{"iss": "https://acme.example", "sub": "alice", "aud": "stepcloud", "exp": 4000000000, "iat": 1795262700}
		b.Run(k.alg+"/golang-jwt", func(b *testing.B) {
			for b.Loop() {
				if _, err := jwt.NewWithClaims(jwt.GetSigningMethod(k.alg), claims).SignedString(k.sign); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkLadder runs every rule, the library and, in the second case, the
// diagnosis, on a token of about 1 KB.
func BenchmarkLadder(b *testing.B) {
	a := newAttempt()
	claim("name", `"`+strings.Repeat("x", 600)+`"`)(a)
	token := must(pg.Sign([]byte(a.header), []byte(a.payload), a.signKey, a.signAlg))
	for name, text := range map[string]string{"accepted": secret, "diagnosed": secret + " wrong"} {
		keys, err := pg.ParseKey([]byte(text), "")
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				pg.Verify(token, keys, a.policy)
			}
		})
	}
	key := pg.NewKeySet("", pg.NewKey(ecKey().Public(), "", "ES256"))
	es := must(pg.Sign([]byte(`{"alg":"ES256","typ":"JWT"}`), []byte(benchPayload), ecKey(), "ES256"))
	b.Run("api", func(b *testing.B) {
		for b.Loop() {
			pg.VerifyAlone(es, key, pg.Policy{Algorithms: []string{"ES256"}, Now: time.Unix(now, 0)})
		}
	})
}
