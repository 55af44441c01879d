package mockprovider

import (
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"net/http"
	"strings"
	"testing"

	"claimcheck/playground"
)

// What a configuration says that can't work is refused at once, and the error says
// which field it is.
func TestClientConfigurationEdges(t *testing.T) {
	long := strings.Repeat("x", 256)
	for name, c := range map[string]struct {
		field  string
		client Client
	}{
		"an ID that is too long":                {"client_id", Client{ID: long}},
		"an ID with a line break":               {"client_id", Client{ID: "a\nb"}},
		"an ID with a letter outside ASCII":     {"client_id", Client{ID: "ä"}},
		"request objects by no algorithm":       {"request_object_signing_alg", Client{RequestObjectSigningAlg: "none", JWKS: clientJWKS()}},
		"request objects by an HMAC":            {"request_object_signing_alg", Client{RequestObjectSigningAlg: "HS256", JWKS: clientJWKS()}},
		"request objects without keys":          {"jwks", Client{RequestObjectSigningAlg: "ES256"}},
		"signed requests without keys":          {"jwks", Client{RequireSignedRequestObject: true}},
		"keys twice":                            {"jwks", Client{JWKS: clientJWKS(), JWKSURI: "https://app.example/jwks"}},
		"an API that is not there":              {"api", Client{API: "https://other.example"}},
		"details of no type":                    {"authorization_details_types", Client{DetailTypes: []string{"nonsense"}}},
		"a jwks_uri that is no web address":     {"jwks_uri", Client{JWKSURI: "ftp://app.example/jwks"}},
		"a jwks_uri with a fragment":            {"jwks_uri", Client{JWKSURI: "https://app.example/jwks#x"}},
		"a page after logout of another scheme": {"post_logout_redirect_uris", Client{PostLogoutRedirectURIs: []string{"https://app.example/bye", "com.example.app:/bye"}}},
		"a redirect URI without a host":         {"redirect_uris", Client{RedirectURIs: []string{"https:///cb"}}},
		"a redirect URI to a file":              {"redirect_uris", Client{RedirectURIs: []string{"file:///etc/passwd"}}},
		"a scheme without a domain":             {"redirect_uris", Client{RedirectURIs: []string{"myapp:/cb"}}}, // NA-01
		"a public client with a secret":         {"client_secret", Client{TokenEndpointAuthMethod: authNone, Secret: "s"}},
		"client_secret_jwt by RS256":            {"token_endpoint_auth_signing_alg", Client{TokenEndpointAuthMethod: authSecretJWT, Secret: hmacSecret, TokenEndpointAuthSigningAlg: "RS256"}},
		"private_key_jwt by ES512":              {"jwks", Client{TokenEndpointAuthMethod: authPrivateKeyJWT, JWKS: clientJWKS(), TokenEndpointAuthSigningAlg: "ES512"}},
		"access tokens by no key of ours":       {"access_token_alg", Client{AccessTokenAlg: "PS256"}},
	} {
		r := testRegistry(t)
		if err := r.serve(KeyAlgs()); err != nil {
			t.Fatal(err)
		}
		if c.client.ID == "" {
			c.client.ID = "new"
		}
		err := r.AddClient(c.client)
		if field, ok := errors.AsType[*FieldError](err); !ok || field.Field != c.field {
			t.Errorf("%s: %v, want an error of %s", name, err, c.field)
		}
	}
	for name, client := range map[string]Client{
		"request objects and keys":     {ID: "new", RequestObjectSigningAlg: "ES256", JWKS: clientJWKS()},
		"request objects, keys afar":   {ID: "new", RequestObjectSigningAlg: "ES256", JWKSURI: "https://app.example/jwks"},
		"client_secret_jwt by name":    {ID: "new", TokenEndpointAuthMethod: authSecretJWT, Secret: hmacSecret, TokenEndpointAuthSigningAlg: "HS256"},
		"private_key_jwt by PS256":     {ID: "new", TokenEndpointAuthMethod: authPrivateKeyJWT, JWKS: clientJWKS(), TokenEndpointAuthSigningAlg: "PS256"},
		"an API that is there":         {ID: "new", API: stepCloud},
		"an ID as long as it may be":   {ID: strings.Repeat("x", 255)},
		"the first and last character": {ID: " ~"},
		"a native redirect URI":        {ID: "new", RedirectURIs: []string{"com.example.app:/cb"}},
	} {
		if err := testRegistry(t).AddClient(client); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// RFC 9700 §4.15: one ID is never a user's and that of a client with tokens of its
// own, whichever comes first.
func TestUserAndClientApart(t *testing.T) {
	r := testRegistry(t)
	if err := r.AddClient(Client{ID: "robot", Secret: "s", GrantTypes: []string{grantClientCredentials}}); err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]bool{"robot": false, "one": true, "x" + strings.Repeat("x", 255): false} {
		if err := r.PutUser(User{ID: id, Username: "new"}); (err == nil) != want {
			t.Errorf("user %s: %v", id, err)
		}
	}
}

// JW-02: no key that is too weak, and none under the name of another algorithm.
func TestSigningKeysFit(t *testing.T) {
	weak, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	for name, key := range map[string]SigningKey{
		"RSA of 1024 bits":  {Alg: "RS256", Private: weak},
		"RSA as PS256":      {Alg: "PS256", Private: clientRSA()},
		"P-384 as ES256":    {Alg: "ES256", Private: newP384()},
		"P-256 as ES384":    {Alg: "ES384", Private: clientEC()},
		"an EC key as RSA":  {Alg: "RS256", Private: clientEC()},
		"an RSA key as EC":  {Alg: "ES256", Private: clientRSA()},
		"an RSA key as OKP": {Alg: "EdDSA", Private: clientRSA()},
	} {
		if _, err := key.complete(); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := GenerateKey("ES512"); err == nil {
		t.Error("a key for an algorithm that is none of ours")
	}
}

// Scope is printable ASCII without quote and backslash (RFC 6749 §3.3).
func TestScopeCharacters(t *testing.T) {
	for scope, want := range map[string]bool{
		"steps:read": true, "!": true, "#": true, "[": true, "]": true, "~": true, "a b": true,
		"": false, " a": false, "a ": false, "a  b": false, `"`: false, `\`: false, "a\x7f": false, "a\tb": false, "ä": false, "a\x1f": false,
	} {
		if validScope(scope) != want {
			t.Errorf("%q: %v", scope, !want)
		}
	}
}

// AZ-06: the port is free for the loopback addresses of a native app, and for
// nothing else that looks like one.
func TestPortIsFreeOnLoopbackAlone(t *testing.T) {
	i := newIDP(t, func(c *Config) {
		c.Clients = append(c.Clients, Client{ID: "mixed", Native: true, Scopes: []string{"steps:read"}, RedirectURIs: []string{
			"http://app.example/cb", "https://127.0.0.1/cb", "http://127.0.0.1/cb",
		}})
	})
	for uri, want := range map[string]bool{
		"http://127.0.0.1:5000/cb": true, "http://127.0.0.1/cb": true, "http://app.example/cb": true,
		"http://app.example:5000/cb": false, "https://127.0.0.1:5000/cb": false, "http://127.0.0.1:5000/cb/": false,
		"http://127.0.0.2:5000/cb": false, "http://[::1]:5000/cb": false, "http://x@127.0.0.1:5000/cb": false,
	} {
		v := validAuthorization()
		v.Set("client_id", "mixed")
		v.Set("redirect_uri", uri)
		if w := i.authorize(v); (w.Code == http.StatusOK) != want || !want && i.failed() != "redirect_uri_exact" {
			t.Errorf("%s: %d %s", uri, w.Code, i.failed())
		}
	}
}

// DP-02: default ports and nothing else are the same as none.
func TestNormalURI(t *testing.T) {
	for uri, want := range map[string]string{
		"http://A.example:80/x?y#z": "http://a.example/x", "https://a.example:443": "https://a.example/",
		"http://a.example:443/": "http://a.example:443/", "https://a.example:80/": "https://a.example:80/",
		"http://a.example/%7Ex": "http://a.example/%7Ex", "/x": "", "mailto:a@b": "", ":": "",
	} {
		if got := normalURI(uri); got != want {
			t.Errorf("%s: %q, want %q", uri, got, want)
		}
	}
}

// DP-01: jwk is one public key, as an object.
func TestProofKeyForms(t *testing.T) {
	for name, jwk := range map[string]any{
		"a string": "x", "a list": []any{}, "no kty": map[string]any{"kid": "x"},
		"a set": map[string]any{"keys": []any{map[string]any{"kty": "oct", "k": "AAAA"}}},
	} {
		i := newIDP(t)
		r := dpopRequest(i)
		proves(func(_ *idp, f foreign) foreign { return f.withHeader("jwk", jwk) })(i, r)
		if w := r.send(i); wireError(w) != "invalid_dpop_proof" || i.failed() != "dpop_jwk" {
			t.Errorf("%s: %d %s", name, w.Code, i.failed())
		}
	}
}

// G-16, LO-01: what is too large is 413 wherever a body is read.
func TestBodiesTooLarge(t *testing.T) {
	i := newIDP(t)
	body := strings.Repeat("x", maxBody+1)
	for path, header := range map[string][]string{
		"/token": nil, "/par": nil, "/revoke": nil, "/introspect": nil, "/device_authorization": nil, "/authorize": nil, "/device": nil, "/userinfo": nil, "/logout": nil,
		"/register": {"Content-Type", "application/json"},
	} {
		if w := i.send("POST", path, body, header...); w.Code != http.StatusRequestEntityTooLarge || w.Header().Get("Location") != "" {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

// DR-04, DR-07: the token comes as Bearer, once.
func TestRegistrationBearer(t *testing.T) {
	for name, header := range map[string][]string{
		"another scheme": {"Content-Type", "application/json", "Authorization", "Basic " + initialToken},
		"no scheme":      {"Content-Type", "application/json", "Authorization", initialToken},
		"empty":          {"Content-Type", "application/json", "Authorization", "Bearer "},
	} {
		i := newIDP(t)
		r := registrationRequest(i)
		r.header = header
		w := r.send(i)
		if w.Code != http.StatusUnauthorized || wireError(w) != "invalid_token" || !strings.HasPrefix(w.Header().Get("WWW-Authenticate"), "Bearer ") {
			t.Errorf("%s: %d %s", name, w.Code, w.Header().Get("WWW-Authenticate"))
		}
	}
	i := newIDP(t)
	c := i.register(metadataOf())
	for name, header := range map[string][]string{"none": nil, "another's": {"Authorization", "Bearer x"}} {
		for _, method := range []string{http.MethodGet, http.MethodDelete} {
			if w := i.send(method, "/register/"+c.ClientID, "", header...); w.Code != http.StatusUnauthorized || i.Client(c.ClientID) == nil {
				t.Errorf("%s, %s: %d", method, name, w.Code)
			}
		}
	}
}

// What waits for a person belongs to the client that began it, and to none that was
// registered under its name since.
func TestWhatWaitsEndsWithItsClient(t *testing.T) {
	for name, tc := range map[string]struct {
		setUp func(*idp) *request
		rule  string
	}{
		"a consent page":  {consentRequest, "interaction_token"},
		"a user code":     {deviceFormRequest, "user_code_known"},
		"a device's poll": {pollRequest, "device_client_bind"},
	} {
		t.Run(name, func(t *testing.T) {
			i := newIDP(t)
			r := tc.setUp(i)
			client := *i.Client("web")
			if err := errors.Join(i.Registry().RemoveClient("web"), i.Registry().AddClient(client)); err != nil {
				t.Fatal(err)
			}
			if w := r.send(i); w.Code < http.StatusBadRequest || i.row(tc.rule).Status != playground.StatusFail {
				t.Errorf("%d, failed: %s", w.Code, i.failed())
			}
		})
	}
}
