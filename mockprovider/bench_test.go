package mockprovider

import (
	"net/http"
	"testing"
	"time"
)

// BenchmarkCodeFlow is what the provider does for one user who is logged in and
// whose consent is remembered: authorization request, then token request with
// two signatures. Compare it with BenchmarkTwoSignatures.
func BenchmarkCodeFlow(b *testing.B) {
	for alg, id := range map[string]string{"RS256": "web", "ES256": "es256", "EdDSA": "eddsa"} {
		b.Run(alg, func(b *testing.B) {
			i := newIDP(b, func(c *Config) { c.Now = time.Now })
			i.observe = nil
			secret := i.Client(id).Secret
			v := validAuthorization()
			v.Set("scope", "openid steps:read")
			v.Set("client_id", id)
			i.allow(v, "remember", "yes")
			auth := basicAuth(id, secret)
			b.ReportAllocs()
			for b.Loop() {
				code := location(b, i.authorize(v)).Query().Get("code")
				if w := i.token(validToken(code), "Authorization", auth); w.Code != http.StatusOK {
					b.Fatal(w.Body)
				}
			}
		})
	}
}

// BenchmarkTwoSignatures is the floor under BenchmarkCodeFlow.
func BenchmarkTwoSignatures(b *testing.B) {
	for _, alg := range []string{"RS256", "ES256", "EdDSA"} {
		b.Run(alg, func(b *testing.B) {
			keys := testKeys()
			for b.Loop() {
				for range 2 {
					if _, err := keys.sign(alg, typIDToken, idTokenClaims{Issuer: testIssuer, Subject: "u-alice"}); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}

// BenchmarkNew is a start: no key is waited for.
func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		if _, err := New(testConfig()); err != nil {
			b.Fatal(err)
		}
	}
}
