package mockprovider

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"claimcheck/playground"
)

func loginRequest(i *idp) *request {
	id := interactionOf(i.authorize(validAuthorization()))
	return &request{method: "POST", path: "/login", values: loginForm(id)}
}

func consentRequest(i *idp) *request {
	v := validAuthorization()
	v.Set("scope", "steps:read steps:write")
	return &request{method: "POST", path: "/consent", values: url.Values{
		"interaction": {i.consentPage(v)}, "action": {"allow"}, "scope": {"steps:read"},
	}}
}

// The first rules are the same for both forms.
func interactionCases(setUp func(*idp) *request) []breakCase {
	return []breakCase{
		{rule: "interaction_token", setUp: setUp, breaks: sets("interaction", "-")},
		{rule: "interaction_token", setUp: setUp, breaks: sets("interaction", "guessed")},
		{rule: "interaction_browser", setUp: setUp, breaks: func(_ *idp, r *request) { r.noCookies = true }},
		{rule: "interaction_browser", setUp: setUp, breaks: func(i *idp, _ *request) { i.cookies[cookieBrowser] = "another" }},
		{rule: "interaction_open", id: "interaction_expired", setUp: setUp, breaks: func(i *idp, _ *request) { i.clock = i.clock.Add(interactionTTL) }},
		{rule: "interaction_open", id: "interaction_done", setUp: setUp, breaks: func(i *idp, r *request) {
			first := url.Values{"interaction": r.values["interaction"], "action": {"cancel"}}
			if r.path == "/consent" {
				first.Set("action", "deny")
			}
			i.form(r.path, first)
		}},
	}
}

func TestLoginRules(t *testing.T) {
	walk(t, rulesOf(loginChecks), onForm, append(interactionCases(loginRequest), []breakCase{
		{rule: "login_not_cancelled", setUp: loginRequest, breaks: sets("action", "cancel")},
		{rule: "login_attempts", code: http.StatusTooManyRequests, setUp: loginRequest, breaks: func(i *idp, r *request) {
			for range maxFailures {
				wrong := loginForm(r.values.Get("interaction"))
				wrong.Set("password", "wrong")
				if w := i.form("/login", wrong); w.Code != http.StatusUnprocessableEntity {
					i.t.Fatalf("wrong password: %d", w.Code)
				}
			}
		}},
		{rule: "login_credentials", code: http.StatusUnprocessableEntity, setUp: loginRequest, breaks: sets("password", "wrong")},
		{rule: "login_credentials", code: http.StatusUnprocessableEntity, setUp: loginRequest, breaks: sets("username", "nobody")},
		{rule: "login_credentials", code: http.StatusUnprocessableEntity, setUp: loginRequest, breaks: sets("username", "nobody", "password", "-")},
		{rule: "login_credentials", code: http.StatusUnprocessableEntity, setUp: func(i *idp) *request { // a user without a password has no login
			i.putUser(User{ID: "u-empty", Username: "empty"})
			return loginRequest(i)
		}, breaks: sets("username", "empty", "password", "-")},
		{rule: "login_hinted_user", setUp: hintedLoginRequest, breaks: sets("username", "bob", "password", "builder")}, // AZ-27
		{rule: "login_credentials", id: "login_session", code: http.StatusUnprocessableEntity, setUp: loginRequest, breaks: sets("action", "continue")},
	}...))
}

func TestConsentRules(t *testing.T) {
	walk(t, rulesOf(consentChecks), onForm, append(interactionCases(consentRequest), []breakCase{
		{rule: "consent_details", setUp: func(i *idp) *request {
			v := validAuthorization()
			v.Set("authorization_details", marchExport)
			return &request{method: "POST", path: "/consent", values: url.Values{"interaction": {i.consentPage(v)}, "action": {"allow"}, "scope": {"steps:read"}, "detail": {"0"}}}
		}, breaks: sets("detail", "1")},
		{rule: "consent_logged_in", setUp: consentRequest, breaks: func(i *idp, r *request) {
			i.cookies = map[string]string{}
			r.values.Set("interaction", interactionOf(i.authorize(validAuthorization())))
		}},
		{rule: "consent_same_user", setUp: consentRequest, breaks: func(i *idp, _ *request) { i.logInAs("bob", "builder") }},
		{rule: "consent_same_user", id: "consent_session_gone", setUp: consentRequest, breaks: func(i *idp, _ *request) { delete(i.cookies, cookieSession) }},
		{rule: "consent_decided", setUp: consentRequest, breaks: sets("action", "-")},
		{rule: "consent_scope", setUp: consentRequest, breaks: sets("scope", "2×meals:read")},
		{rule: "interaction_once", setUp: consentRequest, breaks: func(i *idp, _ *request) {
			i.store = &slowStore{Store: i.store} // somebody else is faster
		}},
		{rule: "owner_allows", setUp: consentRequest, breaks: sets("action", "deny")},
		{rule: "owner_allows", id: "owner_allows_nothing", setUp: consentRequest, breaks: sets("scope", "-")},
	}...))
}

// LC-06: an unknown user and a wrong password look the same, and the limit ends.
func TestLoginFailures(t *testing.T) {
	i := newIDP(t, func(c *Config) { c.LoginHint = "" })
	req := loginRequest(i)
	bodyOf := func(user, password string) string {
		req.values.Set("username", user)
		req.values.Set("password", password)
		return strings.ReplaceAll(req.send(i).Body.String(), user, "")
	}
	if bodyOf("alice", "wrong") != bodyOf("nobody", "wrong") {
		t.Error("the pages tell an unknown user from a wrong password")
	}
	for range maxFailures {
		bodyOf("alice", "wrong")
	}
	w := req.send(i)
	if w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") != "300" {
		t.Errorf("%d, Retry-After %q", w.Code, w.Header().Get("Retry-After"))
	}
	i.clock = i.clock.Add(failureWindow)
	req.values.Set("password", "wonderland")
	if w := req.send(i); w.Code != http.StatusSeeOther {
		t.Errorf("after the window: %d", w.Code)
	}
}

// LC-02, LC-04: the cookies, and a new session value at each login.
func TestSessionCookies(t *testing.T) {
	i := newIDP(t)
	i.cookies[cookieSession] = "planted"
	req := loginRequest(i)
	for _, c := range req.send(i).Result().Cookies() {
		if c.Name == cookieSession && (c.Value == "planted" || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Secure || c.Path != "/idp/main") {
			t.Errorf("%v", c)
		}
	}
	first := i.cookies[cookieSession]
	if first == "planted" || first == "" {
		t.Fatal("the session kept the value that was planted")
	}
	v := validAuthorization()
	v.Set("prompt", "login")
	i.form("/login", loginForm(interactionOf(i.authorize(v))))
	if i.cookies[cookieSession] == first {
		t.Error("a second login kept the session's value")
	}
	i.cookies[cookieSession] = first
	if w := i.authorize(validAuthorization()); !strings.Contains(w.Body.String(), `name="password"`) {
		t.Error("the old session is still good")
	}
	i.clock = i.clock.Add(sessionTTL)

	https := newIDP(t, func(c *Config) { c.Issuer = "https://id.example/idp/main" })
	for _, c := range https.authorize(validAuthorization()).Result().Cookies() {
		if !strings.HasPrefix(c.Name, "__Host-") || !c.Secure || c.Path != "/" {
			t.Errorf("under https: %v", c)
		}
	}
}

// LC-05, LC-07: GET of the pages has the same guard, and two answers give one code.
func TestConsentOnce(t *testing.T) {
	i := newIDP(t)
	id := i.consentPage(validAuthorization())
	if w := i.send("GET", "/consent?interaction="+id, ""); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "read your steps") {
		t.Errorf("%d", w.Code)
	}
	if w := i.send("GET", "/login?interaction="+id, ""); w.Code != http.StatusOK {
		t.Errorf("%d", w.Code)
	}
	form := url.Values{"interaction": {id}, "action": {"allow"}, "scope": {"steps:read"}}
	if location(t, i.form("/consent", form)).Query().Get("code") == "" {
		t.Fatal("no code")
	}
	if w := i.form("/consent", form); w.Code != http.StatusForbidden || w.Header().Get("Location") != "" {
		t.Errorf("the second answer: %d", w.Code)
	}
	i.cookies = map[string]string{}
	if w := i.send("GET", "/consent?interaction="+id, ""); w.Code != http.StatusForbidden {
		t.Errorf("another browser: %d", w.Code)
	}
}

// LC-03: the consent page names client, scopes and host, and may narrow.
func TestConsentNarrows(t *testing.T) {
	i := newIDP(t)
	v := validAuthorization()
	v.Set("scope", "openid steps:read steps:write")
	if body := i.authorize(v).Body.String(); !strings.Contains(body, "alice: wonderland") {
		t.Error("the login page does not say whose password is which")
	}
	id := i.consentPage(v)
	body := i.send("GET", "/consent?interaction="+id, "").Body.String()
	for _, want := range []string{"FitTrack", "localhost:3000", "steps:read", "change your steps", "Alice"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	w := i.form("/consent", url.Values{"interaction": {id}, "action": {"allow"}, "scope": {"steps:read"}})
	out := tokensOf(t, i.token(validToken(location(t, w).Query().Get("code"))))
	if out.Scope != "openid steps:read" {
		t.Errorf("scope %q", out.Scope)
	}
}

// RFC 8252 §8.6: a native app asks each time, unless the rule is switched off.
func TestConsentAlways(t *testing.T) {
	v := validAuthorization()
	v.Set("client_id", "native")
	v.Set("redirect_uri", "com.example.app:/cb")
	i := newIDP(t)
	i.allow(v, "remember", "yes")
	if w := i.authorize(v); !strings.Contains(w.Body.String(), `value="allow"`) {
		t.Error("the consent was remembered")
	}
	if csp := i.authorize(v).Header().Get("Content-Security-Policy"); !strings.Contains(csp, "form-action 'self' com.example.app:;") {
		t.Error(csp)
	}
	if err := i.SetInsecureOff("consent_always"); err != nil {
		t.Fatal(err)
	}
	if w := i.authorize(v); w.Code != http.StatusSeeOther {
		t.Errorf("switched off: %d", w.Code)
	}
}

// RFC 9700 §4.12: the answer to the login form makes the browser fetch, not post,
// unless the rule is switched off.
func TestLoginSeeOther(t *testing.T) {
	i := newIDP(t)
	v := validAuthorization()
	v.Set("prompt", "login")
	i.allow(v, "remember", "yes")
	logIn := func() *httptest.ResponseRecorder { return i.form("/login", loginForm(interactionOf(i.authorize(v)))) }
	if w := logIn(); w.Code != http.StatusSeeOther || !strings.Contains(w.Header().Get("Location"), "code=") {
		t.Errorf("the login led on by %d to %q", w.Code, w.Header().Get("Location"))
	}
	if err := i.SetInsecureOff("login_see_other"); err != nil {
		t.Fatal(err)
	}
	if w := logIn(); w.Code != http.StatusTemporaryRedirect || !strings.Contains(w.Header().Get("Location"), "code=") {
		t.Errorf("switched off: %d to %q", w.Code, w.Header().Get("Location"))
	}
	v.Set("prompt", "login consent")
	if w := logIn(); w.Code != http.StatusSeeOther {
		t.Errorf("to a page of its own: %d", w.Code)
	}
}

// The policy of a page never holds what could end a directive or the header.
func TestFormAction(t *testing.T) {
	for uri, want := range map[string]string{
		"https://app.example/cb":         " https://app.example",
		"https://app.example:8443/cb?x":  " https://app.example:8443",
		"http://localhost:3000/cb":       " http://localhost:*",
		"http://127.0.0.1/cb":            " http://127.0.0.1:*",
		"http://[::1]:3000/cb":           " http:",
		"com.example.app:/cb":            " com.example.app:",
		"https://a;script-src *.evil/cb": " https:",
	} {
		u, problem := parseRedirectURI(uri)
		if problem != "" {
			continue
		}
		if got := sourceOf(u); got != want {
			t.Errorf("%s: %q, want %q", uri, got, want)
		}
	}
}

// Policy and switches change while requests run.
func TestModeIsConcurrent(t *testing.T) {
	i := newIDP(t)
	i.observe = nil
	var done sync.WaitGroup
	for n := range 4 {
		done.Go(func() {
			for range 20 {
				_ = i.SetPolicy(Policies()[n])
				_ = i.SetInsecureOff("pkce_require", "frame_deny")
				r := httptest.NewRequest(http.MethodGet, testIssuer+"/authorize?"+validAuthorization().Encode(), http.NoBody)
				w := httptest.NewRecorder()
				i.ServeHTTP(w, r)
				if w.Code != http.StatusOK {
					t.Errorf("status %d", w.Code)
				}
			}
		})
	}
	done.Wait()
	if got := i.InsecureOff(); !slices.Equal(got, []string{"frame_deny", "pkce_require"}) {
		t.Errorf("%v", got)
	}
}

// G-13: every page carries the headers, and frame_deny can be switched off.
func TestPageHeaders(t *testing.T) {
	i := newIDP(t)
	pages := func() map[string]*httptest.ResponseRecorder {
		bad := validAuthorization()
		bad.Set("client_id", "nobody")
		return map[string]*httptest.ResponseRecorder{
			"login": i.authorize(validAuthorization()), "error": i.authorize(bad), "not found": i.send("GET", "/nothing", ""),
		}
	}
	for name, w := range pages() {
		h := w.Header()
		csp := h.Get("Content-Security-Policy")
		if !strings.Contains(csp, "default-src 'none'") || !strings.Contains(csp, "frame-ancestors 'none'") || strings.Contains(csp, "unsafe") ||
			h.Get("X-Frame-Options") != "DENY" || h.Get("Referrer-Policy") != "no-referrer" || h.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %v", name, h)
		}
		if body := w.Body.String(); strings.Contains(body, "<script") || strings.Contains(body, "style=") || strings.Contains(body, "{{") {
			t.Errorf("%s: %s", name, body)
		}
	}
	if err := i.SetInsecureOff("frame_deny"); err != nil {
		t.Fatal(err)
	}
	for name, w := range pages() {
		if w.Header().Get("X-Frame-Options") != "" || strings.Contains(w.Header().Get("Content-Security-Policy"), "frame-ancestors") {
			t.Errorf("%s: still refused in frames", name)
		}
	}
}

// Every rule that belongs to no list of checks is proven by a test of this file.
func TestPageRules(t *testing.T) {
	for _, r := range pageRules {
		if !slices.Contains([]string{"frame_deny", "consent_always", "login_see_other", "device_context"}, r.ID) {
			t.Errorf("rule %s has no test", r.ID)
		}
	}
}

// Text that a user or an app chose is only ever text on a page.
func TestPagesEscape(t *testing.T) {
	const evil = `<img src=x onerror=alert(1)>`
	i := newIDP(t, func(c *Config) { c.Clients[0].Name, c.Users[0].Name, c.LoginHint = evil, evil, evil })
	v := validAuthorization()
	v.Set("login_hint", evil)
	w := i.authorize(v)
	id := interactionOf(w)
	i.logIn(id)
	for _, body := range []string{w.Body.String(), i.send("GET", "/consent?interaction="+id, "").Body.String()} {
		if strings.Contains(body, "<img") {
			t.Error(body)
		}
	}
}

func TestForms(t *testing.T) {
	for _, path := range []string{"/login", "/consent"} {
		i := newIDP(t)
		if w := i.send("POST", path, strings.Repeat("a", maxBody+1)); w.Code != http.StatusRequestEntityTooLarge {
			t.Errorf("%s: %d", path, w.Code)
		}
		if w := i.send("PUT", path, ""); w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "GET, POST" {
			t.Errorf("%s: %d %q", path, w.Code, w.Header().Get("Allow"))
		}
	}
}

// Rules are proven once and cite a section.
func TestRulesAreComplete(t *testing.T) {
	for _, r := range Rules() {
		if r.ID == "" || r.Title == "" || !r.Spec.Valid() || r.Spec.Section == "" || r.Level == "" || strings.HasSuffix(r.Title, ".") {
			t.Errorf("%+v", r)
		}
		if r.ID != strings.ToLower(r.ID) || strings.ContainsAny(r.ID, ".- ") {
			t.Errorf("id %q", r.ID)
		}
	}
	for _, id := range []string{
		"redirect_uri_exact", "pkce_require", "pkce_downgrade_guard", "pkce_s256_only", "code_single_use",
		"code_client_bind", "code_ttl", "client_auth", "refresh_rotate", "refresh_reuse_revoke", "frame_deny", "consent_always", "login_see_other", "device_context", "device_code_ttl",
	} {
		if !slices.ContainsFunc(Rules(), func(r playground.Rule) bool { return r.ID == id && r.Switchable }) {
			t.Errorf("no switch %s", id)
		}
	}
}

// LC-08: without pages, where client and policy allow it and nowhere else.
func TestAutoLogin(t *testing.T) {
	for policy, want := range map[Policy]int{
		PolicyPermissive: http.StatusSeeOther, PolicyRFC6749: http.StatusSeeOther,
		PolicyRFC9700: http.StatusOK, PolicyOAuth21: http.StatusOK, PolicyFAPI2: http.StatusOK,
	} {
		i := newIDP(t, func(c *Config) { c.Policy, c.Clients[0].InsecureAutoLogin, c.InsecureOff = policy, true, fapiRules() })
		v := validAuthorization()
		v.Set("login_hint", "alice")
		if w := i.authorize(v); w.Code != want {
			t.Errorf("%s: %d, want %d", policy, w.Code, want)
		}
		v.Set("login_hint", "nobody")
		if w := i.authorize(v); w.Code != http.StatusOK {
			t.Errorf("%s, nobody: %d", policy, w.Code)
		}
	}
}
