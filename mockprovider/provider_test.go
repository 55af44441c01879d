package mockprovider

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// MD-01, MD-02, MD-12: one document at three places, whatever the Host header.
func TestMetadataPlaces(t *testing.T) {
	i := newIDP(t)
	want := string(i.Metadata())
	for _, path := range []string{
		"/.well-known/oauth-authorization-server/idp/main",
		"/.well-known/openid-configuration/idp/main",
		"/idp/main/.well-known/openid-configuration",
	} {
		r := httptest.NewRequest(http.MethodGet, "http://evil.example"+path, http.NoBody)
		r.Header.Set("X-Forwarded-Host", "evil.example")
		w := httptest.NewRecorder()
		i.ServeHTTP(w, r)
		if w.Code != http.StatusOK || w.Body.String() != want || w.Header().Get("Content-Type") != "application/json" {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
	for _, path := range []string{ // MD-10
		"/.well-known/oauth-authorization-server", "/.well-known/oauth-authorization-server/idp/other", "/.well-known/openid-configuration",
	} {
		if w := i.send("GET", path, ""); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

// MD-03, MD-04, MD-06: what the document says.
func TestMetadataContent(t *testing.T) {
	i := newIDP(t)
	var doc map[string]any
	if err := json.Unmarshal(i.Metadata(), &doc); err != nil {
		t.Fatal(err)
	}
	for name, value := range doc {
		if list, ok := value.([]any); ok && len(list) == 0 {
			t.Errorf("%s is an empty array", name)
		}
	}
	for _, name := range []string{
		"issuer", "authorization_endpoint", "token_endpoint", "jwks_uri", "response_types_supported", "subject_types_supported",
		"id_token_signing_alg_values_supported", "grant_types_supported", "token_endpoint_auth_methods_supported", "response_modes_supported",
		"request_uri_parameter_supported", "code_challenge_methods_supported", "authorization_response_iss_parameter_supported",
	} {
		if _, ok := doc[name]; !ok {
			t.Errorf("no %s", name)
		}
	}
	if doc["issuer"] != testIssuer || doc["request_uri_parameter_supported"] != false {
		t.Errorf("%v", doc)
	}
}

// MD-08: plain is offered exactly where it works.
func TestMetadataFollowsTheMode(t *testing.T) {
	i := newIDP(t)
	offersPlain := func() bool { return strings.Contains(string(i.Metadata()), `"plain"`) }
	works := func() bool {
		v := validAuthorization()
		v.Set("code_challenge_method", "plain")
		return i.authorize(v).Code == http.StatusOK
	}
	check := func(want bool) {
		t.Helper()
		if offersPlain() != want || works() != want {
			t.Errorf("offered %v, works %v, want %v", offersPlain(), works(), want)
		}
	}
	check(false)
	if err := i.SetInsecureOff("pkce_s256_only"); err != nil {
		t.Fatal(err)
	}
	check(true)
	if err := i.SetInsecureOff(); err != nil {
		t.Fatal(err)
	}
	if err := i.SetPolicy(PolicyRFC6749); err != nil {
		t.Fatal(err)
	}
	check(true)
}

// MD-05, MD-08: each advertised endpoint, mode, prompt, scope and method works.
func TestMetadataIsTrue(t *testing.T) {
	i := newIDP(t)
	var doc metadataDocument
	if err := json.Unmarshal(i.Metadata(), &doc); err != nil {
		t.Fatal(err)
	}
	for _, endpoint := range []string{doc.AuthorizationEndpoint, doc.TokenEndpoint, doc.UserInfoEndpoint, doc.JWKSURI, doc.IntrospectionEndpoint, doc.RevocationEndpoint, doc.PushEndpoint, doc.DeviceEndpoint, doc.EndSessionEndpoint} {
		if w := i.send("OPTIONS", strings.TrimPrefix(endpoint, testIssuer), ""); w.Code == http.StatusNotFound {
			t.Errorf("%s is not there", endpoint)
		}
	}
	for _, mode := range doc.ResponseModes {
		v := validAuthorization()
		v.Set("response_mode", mode)
		if w := i.allow(v); !strings.Contains(w.Header().Get("Location")+w.Body.String(), "cc_") {
			t.Errorf("response mode %s", mode)
		}
	}
	for _, prompt := range doc.PromptValues {
		v := validAuthorization()
		v.Set("prompt", prompt)
		if i.authorize(v); i.row("prompt_known").Status != "pass" {
			t.Errorf("prompt %s", prompt)
		}
	}
	for _, scope := range doc.ScopesSupported {
		v := validAuthorization()
		v.Set("scope", scope)
		if i.authorize(v); i.row("scope_allowed").Status != "pass" {
			t.Errorf("scope %s", scope)
		}
	}
	for _, grant := range doc.GrantTypes {
		if i.token(map[string][]string{"grant_type": {grant}}); i.row("grant_type_supported").Status != "pass" {
			t.Errorf("grant type %s", grant)
		}
	}
}

// MD-11, JW-01, JW-02, JW-04: keys, without anything private, and caching.
func TestJWKS(t *testing.T) {
	i := newIDP(t)
	w := i.send("GET", "/jwks", "")
	var set struct {
		Keys []map[string]any `json:"keys"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &set); err != nil || len(set.Keys) != 4 {
		t.Fatalf("%v %s", err, w.Body)
	}
	seen := map[any]bool{}
	for _, key := range set.Keys {
		for _, name := range []string{"kty", "kid", "use", "alg"} {
			if key[name] == nil {
				t.Errorf("no %s in %v", name, key)
			}
		}
		for _, private := range []string{"d", "p", "q", "dp", "dq", "qi", "k", "oth"} {
			if key[private] != nil {
				t.Errorf("%s is published", private)
			}
		}
		if seen[key["kid"]] {
			t.Errorf("kid %v twice", key["kid"])
		}
		seen[key["kid"]] = true
	}
	for _, path := range []string{"/jwks", "/.well-known/openid-configuration/idp/main", "/style.css"} {
		w := i.send("GET", path, "")
		if !strings.Contains(w.Header().Get("Cache-Control"), "max-age=") || w.Header().Get("ETag") == "" {
			t.Errorf("%s: %v", path, w.Header())
		}
		if again := i.send("GET", path, "", "If-None-Match", w.Header().Get("ETag")); again.Code != http.StatusNotModified || again.Body.Len() > 0 {
			t.Errorf("%s: %d", path, again.Code)
		}
		if head := i.send("HEAD", path, ""); head.Code != http.StatusOK || head.Body.Len() > 0 {
			t.Errorf("HEAD %s: %d", path, head.Code)
		}
	}
}

// G-11: scripts may read metadata and keys, registered origins the token and
// UserInfo endpoints, and nobody the authorization endpoint.
func TestCORS(t *testing.T) {
	i := newIDP(t)
	const spa, evil = "http://localhost:3001", "https://evil.example"
	for _, c := range []struct{ path, origin, want string }{
		{"/authorize", spa, ""},
		{"/login", spa, ""},
		{"/consent", spa, ""},
		{"/token", spa, spa},
		{"/token", evil, ""},
		{"/userinfo", spa, spa},
		{"/revoke", spa, spa},
		{"/par", spa, spa},
		{"/device_authorization", spa, spa},
		{"/device", spa, ""},
		{"/logout", spa, ""},
		{"/introspect", spa, ""},
		{"/userinfo", "null", ""},
		{"/jwks", evil, "*"},
		{"/.well-known/openid-configuration/idp/main", evil, "*"},
	} {
		w := i.send("OPTIONS", c.path, "", "Origin", c.origin, "Access-Control-Request-Method", "POST")
		h := w.Header()
		if got := h.Get("Access-Control-Allow-Origin"); got != c.want || (c.want == "") != (h.Get("Access-Control-Allow-Methods") == "") {
			t.Errorf("%s from %s: %q", c.path, c.origin, got)
		}
		if h.Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("%s allows credentials", c.path)
		}
	}
	for _, path := range []string{"/jwks", "/.well-known/openid-configuration/idp/main"} { // the same for all, for caches
		if h := i.send("GET", path, "").Header(); h.Get("Access-Control-Allow-Origin") != "*" || h.Get("Vary") != "" {
			t.Errorf("%s without an origin: %v", path, h)
		}
	}
	for _, path := range []string{"/token", "/userinfo"} {
		if h := i.send("POST", path, "x=y").Header(); h.Get("Access-Control-Allow-Origin") != "" || h.Get("Vary") != "Origin" {
			t.Errorf("%s without an origin: %v", path, h)
		}
	}
	w := i.send("POST", "/token", "grant_type=x", "Origin", spa)
	if w.Header().Get("Access-Control-Allow-Origin") != spa || w.Header().Get("Vary") != "Origin" ||
		w.Header().Get("Access-Control-Expose-Headers") != exposedHeaders {
		t.Errorf("%v", w.Header())
	}
	if w := i.send("OPTIONS", "/authorize", "", "Origin", spa, "Access-Control-Request-Method", "GET"); w.Code != http.StatusMethodNotAllowed {
		t.Errorf("preflight at the authorization endpoint: %d", w.Code)
	}
}

// New refuses what would only fail later.
func TestNewRefuses(t *testing.T) {
	for name, change := range map[string]func(*Config){
		"no issuer":              func(c *Config) { c.Issuer = "" },
		"issuer with query":      func(c *Config) { c.Issuer += "?a=b" },
		"issuer with fragment":   func(c *Config) { c.Issuer += "#f" },
		"issuer with slash":      func(c *Config) { c.Issuer += "/" },
		"issuer with user":       func(c *Config) { c.Issuer = "http://a@localhost" },
		"issuer with semicolon":  func(c *Config) { c.Issuer += ";x" },
		"issuer with %2F":        func(c *Config) { c.Issuer += "%2Fx" },
		"issuer with %5c":        func(c *Config) { c.Issuer += "%5cx" },
		"user ID with an umlaut": func(c *Config) { c.Users[0].ID = "älice" },
		"user ID with a newline": func(c *Config) { c.Users[0].ID = "a\nb" },
		"client ID with a tab":   func(c *Config) { c.Clients[0].ID = "a\tb" },
		"client ID with accents": func(c *Config) { c.Clients[0].ID = "é" },
		"issuer not a URL":       func(c *Config) { c.Issuer = "http://%zz" },
		"http abroad":            func(c *Config) { c.Issuer = "http://id.example" },
		"unknown policy":         func(c *Config) { c.Policy = "strict" },
		"negative code life":     func(c *Config) { c.CodeLifetime = -1 },
		"long code life":         func(c *Config) { c.CodeLifetime = maxCodeLifetime + 1 },
		"negative token life":    func(c *Config) { c.AccessTokenLifetime = -1 },
		"long pushed life":       func(c *Config) { c.PushedLifetime = maxPushedLifetime + 1 },
		"negative pushed life":   func(c *Config) { c.PushedLifetime = -1 },
		"unknown rule":           func(c *Config) { c.InsecureOff = []string{"nothing"} },
		"rule without a switch":  func(c *Config) { c.InsecureOff = []string{"client_known"} },
		"client without id":      func(c *Config) { c.Clients[0].ID = "" },
		"client twice":           func(c *Config) { c.Clients[0].ID = "spa" },
		"public with secret":     func(c *Config) { c.Clients[0].TokenEndpointAuthMethod = "none" },
		"basic without secret":   func(c *Config) { c.Clients[1].TokenEndpointAuthMethod = "client_secret_basic" },
		"unknown method":         func(c *Config) { c.Clients[0].TokenEndpointAuthMethod = "private_key_jwt" },
		"unknown scope":          func(c *Config) { c.Clients[0].Scopes = []string{"x"} },
		"unknown alg":            func(c *Config) { c.Clients[0].IDTokenAlg = "none" },
		"unknown client policy":  func(c *Config) { c.Clients[0].Policy = "strict" },
		"AZ-07 fragment":         func(c *Config) { c.Clients[0].RedirectURIs = []string{webURI + "#f"} },
		"relative redirect URI":  func(c *Config) { c.Clients[0].RedirectURIs = []string{"/cb"} },
		"redirect URI that runs": func(c *Config) { c.Clients[0].RedirectURIs = []string{"javascript:x"} },
		"NA-01 scheme w/o dot":   func(c *Config) { c.Clients[0].RedirectURIs = []string{"fittrack:/cb"} },
		"user without id":        func(c *Config) { c.Users[0].ID = "" },
		"user twice":             func(c *Config) { c.Users[1].Username = "alice" },
	} {
		cfg := testConfig()
		change(&cfg)
		if _, err := New(cfg); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	cfg := testConfig()
	cfg.Issuer, cfg.InsecureHTTPIssuer = "http://192.168.1.2:8080/idp/main", true
	if _, err := New(cfg); err != nil {
		t.Error(err)
	}
}

func TestKeys(t *testing.T) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := KeysFrom(SigningKey{KID: "k1", Alg: "EdDSA", Private: private})
	if err != nil || !slices.Equal(keys.Algs(), []string{"EdDSA"}) {
		t.Fatal(err)
	}
	if set, err := keys.JWKS(); err != nil || !strings.Contains(string(set), `"kid":"k1"`) {
		t.Errorf("%s %v", set, err)
	}
	if key, err := keys.Key(""); err != nil || key.Alg != "EdDSA" {
		t.Errorf("the default: %v %v", key, err)
	}
	if _, err := keys.Key("RS256"); err == nil {
		t.Error("a key that is not there")
	}
	for name, given := range map[string][]SigningKey{
		"none":        {},
		"wrong curve": {{Alg: "ES256", Private: p384}},
		"wrong alg":   {{Alg: "RS256", Private: private}},
		"no key":      {{Alg: "EdDSA"}},
		"two":         {{Alg: "EdDSA", Private: private}, {Alg: "EdDSA", Private: private}},
	} {
		if _, err := KeysFrom(given...); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := NewKeys("HS256"); err == nil {
		t.Error("HS256")
	}
}

// A token with a changed signature, another key or another typ is not ours.
func TestParseRefuses(t *testing.T) {
	i := newIDP(t)
	v := validAuthorization()
	v.Set("scope", "openid")
	out := i.tokens(v)
	other, err := NewKeys("RS256")
	if err != nil {
		t.Fatal(err)
	}
	forged, err := other.sign("RS256", typIDToken, idTokenClaims{Issuer: testIssuer, Subject: "u-alice"})
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := i.keys.sign("RS256", typIDToken, idTokenClaims{Issuer: "https://other.example", Subject: "u-alice"})
	if err != nil {
		t.Fatal(err)
	}
	none := "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0." + strings.Split(out.IDToken, ".")[1] + "."
	for name, token := range map[string]string{
		"access token": out.AccessToken, "forged": forged, "foreign": foreign, "none": none, "empty": "", "dots": "..",
		"changed": out.IDToken[:len(out.IDToken)-6] + "AAAAAA",
	} {
		if _, err := i.parseIDToken(token); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}

func TestNotFound(t *testing.T) {
	i := newIDP(t)
	for _, path := range []string{"/token/", "/TOKEN", "/authorize/x", ""} {
		if w := i.send("GET", path, ""); w.Code != http.StatusNotFound {
			t.Errorf("%q: %d", path, w.Code)
		}
	}
}
