package mockprovider

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// RFC 9449 §9: UserInfo is a resource too, and asks for a nonce where the client
// is registered for one.
func TestUserInfoAsksForANonce(t *testing.T) {
	i := newIDP(t)
	i.Client("web").RequireDPoPNonce = true
	v := validAuthorization()
	v.Set("scope", "openid")
	proof := i.proof("POST", "/token").with("nonce", i.DPoPNonce()).sign(t)
	token := tokensOf(t, i.token(validToken(i.code(v)), "Authorization", basicAuth("web", webSecret), "DPoP", proof)).AccessToken
	ask := func(nonce any) (int, string, string) {
		f := i.proof("GET", "/userinfo").with("ath", TokenHash(token), "nonce", nonce, "jti", rand.Text())
		w := i.send("GET", "/userinfo", "", "Authorization", "DPoP "+token, "DPoP", f.sign(t))
		return w.Code, w.Header().Get("WWW-Authenticate"), w.Header().Get("DPoP-Nonce")
	}
	code, challenge, nonce := ask(nil)
	if code != http.StatusUnauthorized || !strings.Contains(challenge, `error="use_dpop_nonce"`) || nonce != i.DPoPNonce() {
		t.Fatalf("without a nonce: %d %s, nonce %q", code, challenge, nonce)
	}
	if code, challenge, _ := ask(nonce); code != http.StatusOK {
		t.Errorf("with it: %d %s", code, challenge)
	}
}

// RFC 6749 §3.3: where unknown scopes are left out, something must be left.
func TestUnknownScopesAlone(t *testing.T) {
	for _, policy := range []Policy{PolicyPermissive, PolicyRFC6749} {
		for _, c := range []struct {
			path  string
			scope string
			want  string
		}{
			{"/token", "steps:fly", "invalid_scope"},
			{"/token", "steps:fly steps:read", ""},
			{"/device_authorization", "steps:fly", "invalid_scope"},
			{"/device_authorization", "steps:fly steps:read", ""},
		} {
			i := newIDP(t, func(cfg *Config) { cfg.Policy = policy })
			w := (&request{
				method: "POST", path: c.path, values: url.Values{"grant_type": {grantClientCredentials}, "scope": {c.scope}},
				header: []string{"Authorization", basicAuth("web", webSecret)},
			}).send(i)
			if got := wireError(w); got != c.want || c.want != "" && i.failed() != "scope_none_left" {
				t.Errorf("%s, %s, %q: %d %q %s", policy, c.path, c.scope, w.Code, got, i.failed())
			}
		}
	}
}

// What is pushed is kept as far as somebody here reads it.
func TestPushedRecordKeepsWhatIsKnown(t *testing.T) {
	i := newIDP(t)
	v := validAuthorization()
	v.Set("resource", stepCloud)
	v.Set("unknown", strings.Repeat("x", 1000))
	w := i.send("POST", "/par", v.Encode(), "Authorization", basicAuth("web", webSecret))
	var out pushedResponse
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
		t.Fatal(err)
	}
	rec, _, err := load[pushedRecord](t.Context(), i.store, kindPushed, out.RequestURI)
	if err != nil || strings.Contains(rec.Encoded, "unknown") || !strings.Contains(rec.Encoded, "resource=") || !strings.Contains(rec.Encoded, "state=st-1") {
		t.Errorf("%v %+v", err, rec)
	}
}

// Parallel guesses at one password count one after another, also in this grant.
func TestPasswordGrantTakesTurns(t *testing.T) {
	i := newIDP(t, func(c *Config) { c.Policy = PolicyRFC6749 })
	right := passwordRequest(i)
	form := url.Values{"grant_type": {grantPassword}, "username": {"alice"}, "password": {"wrong"}}.Encode()
	i.observe, i.store = nil, &gatherStore{Store: i.store}
	var all sync.WaitGroup
	for range 3 * maxFailures {
		all.Go(func() {
			r := httptest.NewRequest(http.MethodPost, testIssuer+"/token", strings.NewReader(form))
			r.Header.Set("Content-Type", formType)
			r.Header.Set(right.header[0], right.header[1])
			i.ServeHTTP(httptest.NewRecorder(), r)
		})
	}
	all.Wait()
	if n, err := i.failures(t.Context(), guessLogin, "alice"); err != nil || n != maxFailures {
		t.Errorf("%d failures counted, want %d: %v", n, maxFailures, err)
	}
}
