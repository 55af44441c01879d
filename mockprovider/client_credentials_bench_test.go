package mockprovider

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// BenchmarkClientCredentials is the whole handler at work for one token.
// BenchmarkBareSigner is its ceiling: a handler that does nothing but sign the
// same claims with golang-jwt.
func BenchmarkClientCredentials(b *testing.B) {
	for alg, id := range map[string]string{"RS256": "web", "ES256": "es256", "EdDSA": "eddsa"} {
		b.Run(alg, func(b *testing.B) {
			i := newIDP(b, func(c *Config) {
				c.Now = time.Now
				for n := range c.Clients {
					c.Clients[n].GrantTypes = []string{grantClientCredentials}
				}
			})
			i.observe = nil
			benchmarkToken(b, i.Provider, basicAuth(id, i.Client(id).Secret))
		})
	}
}

func BenchmarkBareSigner(b *testing.B) {
	for _, alg := range []string{"RS256", "ES256", "EdDSA"} {
		key, err := testKeys().Key(alg)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(alg, func(b *testing.B) {
			benchmarkToken(b, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				now := time.Now()
				token := jwt.NewWithClaims(jwt.GetSigningMethod(key.Alg), jwt.MapClaims{
					"iss": testIssuer, "sub": "web", "aud": stepCloud, "client_id": "web", "scope": "steps:read",
					"iat": now.Unix(), "exp": now.Add(10 * time.Minute).Unix(), "jti": "0123456789abcdef",
				})
				token.Header["typ"], token.Header["kid"] = typAccessToken, key.KID
				signed, err := token.SignedString(key.Private)
				if err != nil {
					b.Error(err)
				}
				writeJSON(w, http.StatusOK, tokenResponse{AccessToken: signed, TokenType: "Bearer", ExpiresIn: 600, Scope: "steps:read"})
			}), "")
		})
	}
}

func benchmarkToken(b *testing.B, handler http.Handler, authorization string) {
	b.Helper()
	body := url.Values{"grant_type": {grantClientCredentials}, "scope": {"steps:read"}}.Encode()
	b.ReportAllocs()
	for b.Loop() {
		r := httptest.NewRequest(http.MethodPost, testIssuer+"/token", strings.NewReader(body))
		r.Header.Set("Content-Type", formType)
		r.Header.Set("Authorization", authorization)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			b.Fatal(w.Body)
		}
	}
}
