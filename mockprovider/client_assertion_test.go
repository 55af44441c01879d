package mockprovider

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"
)

const hmacSecret = "hmac-secret-of-at-least-32-bytes"

// The keys of the client "jwt", and one that nobody registered.
var (
	clientEC   = sync.OnceValue(newEC)
	strangerEC = sync.OnceValue(newEC)
	clientRSA  = sync.OnceValue(newRSA)
	clientJWKS = sync.OnceValue(func() []byte { return jwksOf(clientEC().Public(), clientRSA().Public()) })
)

func newEC() *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	return key
}

func newRSA() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
}

func jwksOf(keys ...any) []byte {
	var set jose.JSONWebKeySet
	for _, key := range keys {
		set.Keys = append(set.Keys, jose.JSONWebKey{Key: key})
	}
	raw, err := json.Marshal(set)
	if err != nil {
		panic(err)
	}
	return raw
}

// foreign is a JWT that is about to be signed by somebody else.
type foreign struct {
	method jwt.SigningMethod
	key    any
	header map[string]any
	claims jwt.MapClaims
}

func (f foreign) sign(tb testing.TB) string {
	tb.Helper()
	token := jwt.NewWithClaims(f.method, f.claims)
	maps.Copy(token.Header, f.header)
	signed, err := token.SignedString(f.key)
	if err != nil {
		tb.Fatal(err)
	}
	return signed
}

// with changes the claims; nil removes one.
func (f foreign) with(claims ...any) foreign {
	f.claims = maps.Clone(f.claims)
	for n := 0; n < len(claims); n += 2 {
		name, _ := claims[n].(string)
		if f.claims[name] = claims[n+1]; claims[n+1] == nil {
			delete(f.claims, name)
		}
	}
	return f
}

func (i *idp) assertion() foreign {
	return foreign{method: jwt.SigningMethodES256, key: clientEC(), claims: jwt.MapClaims{
		"iss": "jwt", "sub": "jwt", "aud": testIssuer, "exp": i.clock.Add(time.Minute).Unix(), "jti": "a-1",
	}}
}

func assertionRequest(i *idp) *request {
	return &request{method: "POST", path: "/token", values: url.Values{
		"grant_type": {grantClientCredentials}, "scope": {"steps:read"},
		"client_assertion_type": {assertionType}, "client_assertion": {i.assertion().sign(i.t)},
	}}
}

// asserts replaces the assertion.
func asserts(change func(*idp, foreign) foreign) func(*idp, *request) {
	return func(i *idp, r *request) { r.values.Set("client_assertion", change(i, i.assertion()).sign(i.t)) }
}

func claims(changes ...any) func(*idp, *request) {
	return asserts(func(_ *idp, f foreign) foreign { return f.with(changes...) })
}

// inTime sets a claim to a time from now.
func inTime(claim string, d time.Duration) func(*idp, *request) {
	return asserts(func(i *idp, f foreign) foreign { return f.with(claim, i.clock.Add(d).Unix()) })
}

func signedBy(method jwt.SigningMethod, key any) func(*idp, *request) {
	return asserts(func(_ *idp, f foreign) foreign {
		f.method, f.key = method, key
		return f
	})
}

func TestClientAssertionRules(t *testing.T) {
	setUp := assertionRequest
	cases := []breakCase{
		{rule: "form_body", breaks: func(_ *idp, r *request) { r.rawBody = r.values.Encode() + "&x=%zz" }},
		{rule: "secret_not_in_uri", breaks: func(_ *idp, r *request) { r.path += "?client_assertion=" + r.values.Get("client_assertion") }},
		{rule: "parameters_once", breaks: func(_ *idp, r *request) { r.values.Add("client_assertion", "x") }},
		{rule: "grant_type_present", breaks: sets("grant_type", "-")},
		{rule: "grant_type_supported", breaks: sets("grant_type", "magic")},
		{rule: "client_assertion_type", breaks: sets("client_assertion_type", "urn:x")},
		{rule: "client_assertion_type", breaks: sets("client_assertion_type", "-")},
		{rule: "client_assertion_readable", engine: "shape_1 b64_bits json_syntax alg_missing", breaks: sets("client_assertion", "eyJ")},
		{rule: "client_assertion_client", breaks: sets("client_id", "web")},
		{rule: "client_known", breaks: claims("sub", "nobody")},
		{rule: "client_auth_attempts", code: http.StatusTooManyRequests, breaks: func(i *idp, r *request) {
			for range maxFailures {
				if err := i.countFailure(i.t.Context(), guessClient, "hmac"); err != nil {
					i.t.Fatal(err)
				}
			}
			asserts(func(_ *idp, f foreign) foreign {
				f.method, f.key = jwt.SigningMethodHS256, []byte(hmacSecret)
				return f.with("iss", "hmac", "sub", "hmac")
			})(i, r)
		}},
		{rule: "client_assertion_verified", engine: "alg_none alg_policy", breaks: signedBy(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType)},
		{rule: "client_assertion_verified", engine: "alg_policy key_jwks", breaks: signedBy(jwt.SigningMethodES384, newP384())},
		{rule: "client_assertion_alg_strong", breaks: signedBy(jwt.SigningMethodRS256, clientRSA())},
		{rule: "client_assertion_verified", engine: "sig_bad", breaks: signedBy(jwt.SigningMethodES256, strangerEC())},
		{rule: "client_assertion_verified", engine: "crit_unknown", breaks: asserts(func(_ *idp, f foreign) foreign {
			f.header = map[string]any{"crit": []string{"x"}, "x": 1}
			return f
		})},
		{rule: "client_assertion_verified", engine: "iss_mismatch", breaks: claims("iss", "web")},
		{rule: "client_assertion_verified", engine: "iss_type", breaks: claims("iss", 1)},
		{rule: "client_assertion_verified", engine: "iss_missing", breaks: claims("iss", nil)},
		{rule: "client_assertion_sub", breaks: claims("sub", nil)},
		{rule: "client_assertion_verified", engine: "aud_mismatch", breaks: claims("aud", "https://other.example")},
		{rule: "client_assertion_verified", engine: "aud_missing", breaks: claims("aud", nil)},
		{rule: "client_assertion_aud_issuer", breaks: claims("aud", testIssuer+"/token")},
		{rule: "client_assertion_aud_issuer", breaks: claims("aud", []string{testIssuer, "https://other.example"})},
		{rule: "client_assertion_verified", engine: "exp_past", breaks: inTime("exp", -5*time.Minute)},
		{rule: "sender_constrained", breaks: sets()},
		{rule: "client_assertion_verified", engine: "exp_missing", breaks: claims("exp", nil)},
		{rule: "client_assertion_life", breaks: inTime("exp", 2*time.Hour)},
		{rule: "client_assertion_verified", engine: "nbf_future", breaks: inTime("nbf", time.Minute)},
		{rule: "client_assertion_verified", engine: "iat_future", breaks: inTime("iat", time.Minute)},
		{rule: "client_assertion_jti", breaks: claims("jti", nil)},
		{rule: "client_assertion_once", breaks: used},
		{rule: "grant_type_allowed", breaks: func(i *idp, _ *request) { i.Client("jwt").GrantTypes = []string{"none"} }},
	}
	for n := range cases {
		cases[n].setUp = setUp
	}
	// The method is judged before the algorithm, so only a client without it shows the rule.
	cases = append(cases, breakCase{rule: "client_auth_method", setUp: setUp, breaks: func(i *idp, _ *request) {
		i.Client("jwt").TokenEndpointAuthMethod = authBasic
	}})
	walk(t, rulesOf(slices.Concat(envelopeChecks, assertionAuthChecks, clientCredentialsGrant[:1])), onToken, cases)
}

func newP384() *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		panic(err)
	}
	return key
}

// CA-11, CA-12, CA-14, CA-16: what is accepted besides.
func TestClientAssertionAccepted(t *testing.T) {
	soon := func(d time.Duration) func(*idp, foreign) foreign {
		return func(i *idp, f foreign) foreign {
			return f.with("iat", i.clock.Add(d).Unix(), "nbf", i.clock.Add(d).Unix())
		}
	}
	signed := func(method jwt.SigningMethod, key any) func(*idp, foreign) foreign {
		return func(_ *idp, f foreign) foreign {
			f.method, f.key = method, key
			return f
		}
	}
	for name, change := range map[string]func(*idp, foreign) foreign{
		"now":       soon(0),
		"8 s ahead": soon(8 * time.Second),
		"RS256":     signed(jwt.SigningMethodRS256, clientRSA()),
		"PS256":     signed(jwt.SigningMethodPS256, clientRSA()),
		"client typed": func(_ *idp, f foreign) foreign {
			f.header = map[string]any{"typ": "client-authentication+jwt"}
			return f
		},
		"hmac": func(_ *idp, f foreign) foreign {
			f.method, f.key = jwt.SigningMethodHS256, []byte(hmacSecret)
			return f.with("iss", "hmac", "sub", "hmac")
		},
	} {
		i := newIDP(t)
		r := assertionRequest(i)
		asserts(change)(i, r)
		if w := r.send(i); w.Code != http.StatusOK {
			t.Errorf("%s: %d %s", name, w.Code, i.failed())
		}
	}
	// RFC 7523 allows the token endpoint as aud; RFC 10070 no longer does.
	i := newIDP(t, func(c *Config) { c.Policy = PolicyRFC6749 })
	r := assertionRequest(i)
	claims("aud", []string{"https://other.example", testIssuer + "/token"})(i, r)
	if w := r.send(i); w.Code != http.StatusOK {
		t.Errorf("aud: %d %s", w.Code, i.failed())
	}
}

// CA-14: a public key is no HMAC secret, and a guess at a secret counts.
func TestClientAssertionConfusion(t *testing.T) {
	i := newIDP(t)
	r := assertionRequest(i)
	signedBy(jwt.SigningMethodHS256, clientJWKS())(i, r)
	if w := r.send(i); w.Code != http.StatusUnauthorized || i.failed() != "client_auth_method" {
		t.Errorf("%d %s", w.Code, i.failed())
	}
	for range maxFailures {
		asserts(func(_ *idp, f foreign) foreign {
			f.method, f.key = jwt.SigningMethodHS256, []byte("wrong")
			return f.with("iss", "hmac", "sub", "hmac")
		})(i, r)
		r.send(i)
	}
	if w := r.send(i); w.Code != http.StatusTooManyRequests {
		t.Errorf("%d %s", w.Code, i.failed())
	}
}

// Every endpoint that a client calls takes an assertion.
func TestClientAssertionElsewhere(t *testing.T) {
	for _, path := range []string{"/introspect", "/revoke"} {
		i := newIDP(t)
		r := assertionRequest(i)
		r.path = path
		r.values.Set("token", "x")
		if w := r.send(i); w.Code != http.StatusOK {
			t.Errorf("%s: %d %s", path, w.Code, i.failed())
		}
		if w := r.send(i); w.Code != http.StatusUnauthorized || i.failed() != "client_assertion_once" {
			t.Errorf("%s: %d %s", path, w.Code, i.failed())
		}
	}
}

// Keys that would only fail later are refused at registration.
func TestClientKeysAreChecked(t *testing.T) {
	private, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: clientEC()}}})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]Client{
		"no keys":      {TokenEndpointAuthMethod: authPrivateKeyJWT},
		"with secret":  {TokenEndpointAuthMethod: authPrivateKeyJWT, JWKS: clientJWKS(), Secret: "x"},
		"alg":          {TokenEndpointAuthMethod: authPrivateKeyJWT, JWKS: clientJWKS(), TokenEndpointAuthSigningAlg: "none"},
		"private":      {TokenEndpointAuthMethod: authPrivateKeyJWT, JWKS: private},
		"symmetric":    {TokenEndpointAuthMethod: authPrivateKeyJWT, JWKS: jwksOf([]byte(hmacSecret))},
		"garbage":      {TokenEndpointAuthMethod: authPrivateKeyJWT, JWKS: []byte("{")},
		"no key":       {TokenEndpointAuthMethod: authPrivateKeyJWT, JWKS: []byte(`{"keys":[]}`)},
		"short secret": {TokenEndpointAuthMethod: authSecretJWT, Secret: "short"},
		"HS512":        {TokenEndpointAuthMethod: authSecretJWT, Secret: hmacSecret, TokenEndpointAuthSigningAlg: "HS512"},
	} {
		cfg := testConfig()
		c.ID = "new"
		cfg.Clients = append(cfg.Clients, c)
		if _, err := New(cfg); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// FuzzClientAssertion: whatever the assertion, there is no 5xx and no token.
func FuzzClientAssertion(f *testing.F) {
	f.Add("eyJhbGciOiJub25lIn0.eyJpc3MiOiJqd3QiLCJzdWIiOiJqd3QifQ.", "jwt")
	f.Add("eyJhbGciOiJFUzI1NiJ9.eyJleHAiOjFlOTk5LCJhdWQiOlsxXX0.AA", "")
	f.Add("a.b.c", "hmac")
	f.Add("..", "web")
	f.Fuzz(func(t *testing.T, assertion, client string) {
		i := newIDP(t)
		r := assertionRequest(i)
		r.values.Set("client_assertion", assertion)
		r.values.Set("client_id", client)
		if w := r.send(i); w.Code != http.StatusBadRequest && w.Code != http.StatusUnauthorized {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
	})
}
