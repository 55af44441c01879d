package mockprovider

import (
	"net/http"
	"strings"
	"testing"
)

// AZ-26: max_age=0 is prompt=login, also in the second of the last login.
func TestMaxAgeZero(t *testing.T) {
	i := newIDP(t)
	v := validAuthorization()
	i.allow(v, "remember", "yes")
	if w := i.authorize(v); location(t, w).Query().Get("code") == "" {
		t.Fatalf("without max_age: %d", w.Code)
	}
	v.Set("max_age", "0")
	if w := i.authorize(v); !strings.Contains(w.Body.String(), `name="password"`) {
		t.Errorf("max_age=0: %d, no login page", w.Code)
	}
	v.Set("prompt", "none")
	if w := i.authorize(v); wireError(w) != "login_required" {
		t.Errorf("max_age=0 without a page: %q", wireError(w))
	}
}

// AZ-35: an S256 challenge has 43 characters, as every SHA-256 in base64url.
func TestChallengeLength(t *testing.T) {
	for _, n := range []int{42, 44, 128} {
		i := newIDP(t)
		v := validAuthorization()
		v.Set("code_challenge", strings.Repeat("a", n))
		if w := i.authorize(v); wireError(w) != "invalid_request" || i.failed() != "code_challenge_syntax" {
			t.Errorf("%d characters: %q %s", n, wireError(w), i.failed())
		}
	}
}

// AZ-33: OAuth 2.1 alone takes a nonce instead of PKCE, and of OpenID Connect
// requests alone; FAPI does not, whatever else it lets pass.
func TestNonceNeverUnderFAPI(t *testing.T) {
	for _, c := range []struct {
		policy Policy
		scope  string
		ok     bool
	}{{PolicyOAuth21, "openid steps:read", true}, {PolicyOAuth21, "steps:read", false}, {PolicyFAPI2, "openid steps:read", false}} {
		i := newIDP(t, func(cfg *Config) { cfg.Policy, cfg.InsecureOff = c.policy, fapiRules() })
		v := validAuthorization()
		v.Del("code_challenge")
		v.Del("code_challenge_method")
		v.Set("scope", c.scope)
		v.Set("nonce", "n-1")
		if w := i.authorize(v); (wireError(w) == "") != c.ok || !c.ok && i.failed() != "pkce_require_confidential" {
			t.Errorf("%s, %s: %q %s", c.policy, c.scope, wireError(w), i.failed())
		}
	}
}

// RFC 9396 §3.2: a token for one resource has the details of that one.
func TestDetailsAtResource(t *testing.T) {
	meals := `{"type":"meals_order","dish":"soup"}`
	i := newIDP(t)
	v := detailedAuthorization(marchExport[:len(marchExport)-1] + "," + meals + "]")
	v["resource"] = []string{stepCloud, mealCloud}
	form := validToken(i.allowDetails(v, "0", "1"))
	form.Set("resource", mealCloud)
	tokens := tokensOf(t, i.token(form))
	if got := detailsOf(tokens.AccessToken); got != "["+meals+"]" {
		t.Errorf("at MealCloud: %s", got)
	}
	again := refreshForm(tokens.RefreshToken)
	again.Set("resource", stepCloud)
	if got := detailsOf(tokensOf(t, i.token(again)).AccessToken); got != marchExport {
		t.Errorf("at StepCloud: %s", got)
	}
}

// RFC 9101 §4: a claim that is null or empty is no parameter.
func TestRequestObjectEmptyClaims(t *testing.T) {
	i := newIDP(t)
	f := i.requestObject()
	f.claims["prompt"], f.claims["max_age"], f.claims["response_mode"] = nil, "", nil
	if w := i.authorize(byObject(f.sign(t))); w.Code != http.StatusOK || interactionOf(w) == "" {
		t.Errorf("%d %s", w.Code, i.failed())
	}
}

// RFC 9101 §6.2: the keys of a request object may be at the client's jwks_uri.
func TestRequestObjectJWKSURI(t *testing.T) {
	i := newIDP(t)
	h := newKeyHost(t, jwksNamed(t, "k1"))
	c := *i.Client("web")
	c.JWKS, c.keys, c.JWKSURI = nil, nil, h.URL
	if err := i.Registry().ReplaceClient(c); err != nil {
		t.Fatal(err)
	}
	f := i.requestObject().withHeader("kid", "k1")
	for name, key := range map[string]any{"": f.key, "invalid_request_object": strangerEC()} {
		f.key = key
		object := byObject(f.sign(t))
		object.Set("redirect_uri", webURI)
		if w := i.authorize(object); wireError(w) != name {
			t.Errorf("%q: %q %s", name, wireError(w), i.failed())
		}
	}
	if h.asked.Load() == 0 {
		t.Error("the address was not asked")
	}
}
