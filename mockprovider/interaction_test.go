package mockprovider

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// logInAs logs somebody in, in a tab of their own.
func (i *idp) logInAs(user, password string) {
	i.t.Helper()
	v := validAuthorization()
	v.Set("prompt", "login")
	form := loginForm(interactionOf(i.authorize(v)))
	form.Set("username", user)
	form.Set("password", password)
	if w := i.form("/login", form); w.Code != http.StatusSeeOther {
		i.t.Fatalf("login of %s: %d", user, w.Code)
	}
}

// hintedLoginRequest is the login form of a request with the ID token of Alice.
func hintedLoginRequest(i *idp) *request {
	i.t.Helper()
	v := validAuthorization()
	v.Set("scope", "openid")
	v.Set("id_token_hint", i.tokens(v).IDToken)
	i.cookies = map[string]string{}
	return &request{method: "POST", path: "/login", values: loginForm(interactionOf(i.authorize(v)))}
}

// AZ-27: the app asked for Alice, so a login of Bob ends with an error there, in
// every policy, also where login_hint alone would let him in.
func TestHintOfAnotherUser(t *testing.T) {
	for _, policy := range Policies() {
		i := newIDP(t, func(c *Config) { c.Policy, c.InsecureOff = policy, fapiRules() })
		req := hintedLoginRequest(i)
		req.values.Set("username", "bob")
		req.values.Set("password", "builder")
		if got := location(t, req.send(i)).Query(); got.Get("error") != "login_required" || got.Get("state") != "st-1" || got.Has("code") {
			t.Errorf("%s: %v", policy, got)
		}
		if i.cookies[cookieSession] != "" {
			t.Errorf("%s: Bob has a session", policy)
		}
		if w := req.send(i); w.Code != http.StatusForbidden {
			t.Errorf("%s: the interaction is still open: %d", policy, w.Code)
		}
	}
	i := newIDP(t, func(c *Config) { c.Policy, c.Clients[0].InsecureAutoLogin = PolicyRFC6749, true })
	v := validAuthorization()
	v.Set("scope", "openid")
	v.Set("id_token_hint", i.tokens(v).IDToken)
	i.cookies = map[string]string{}
	v.Set("login_hint", "bob")
	if w := i.authorize(v); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `name="password"`) {
		t.Errorf("login_hint=bob: %d %s", w.Code, w.Header().Get("Location"))
	}
	v.Set("login_hint", "alice")
	if w := i.authorize(v); w.Code != http.StatusSeeOther {
		t.Errorf("login_hint=alice: %d", w.Code)
	}
}

// LC-06: blank forms and going on without a password are no guesses.
func TestBlankFormsLockNobody(t *testing.T) {
	i := newIDP(t)
	req := loginRequest(i)
	for range maxFailures + 1 {
		blank := url.Values{"interaction": req.values["interaction"], "action": {"login"}}
		if w := i.form("/login", blank); w.Code != http.StatusUnprocessableEntity {
			t.Fatalf("blank form: %d", w.Code)
		}
	}
	if w := req.send(i); w.Code != http.StatusSeeOther {
		t.Errorf("Alice: %d", w.Code)
	}
	v := validAuthorization()
	v.Set("prompt", "select_account")
	form := url.Values{"interaction": {interactionOf(i.authorize(v))}, "action": {"continue"}}
	if w := i.form("/login", form); w.Code != http.StatusSeeOther {
		t.Errorf("go on: %d", w.Code)
	}
}

// gatherStore lets others run before it answers, so that a burst meets.
type gatherStore struct{ Store }

func (s *gatherStore) Get(ctx context.Context, key string) ([]byte, error) {
	val, err := s.Store.Get(ctx, key)
	for range 100 {
		runtime.Gosched()
	}
	return val, err
}

// burst sends 50 wrong guesses at once and returns how many were compared.
func burst(i *idp, path, wrong string, passed int, header ...string) int {
	i.observe, i.store = nil, &gatherStore{Store: i.store}
	codes := make([]int, 50)
	var done sync.WaitGroup
	for n := range codes {
		done.Go(func() {
			r := httptest.NewRequest(http.MethodPost, testIssuer+path, strings.NewReader(wrong))
			r.Header.Set("Content-Type", formType)
			for n := 0; n < len(header); n += 2 {
				r.Header.Set(header[n], header[n+1])
			}
			for name, value := range i.cookies {
				r.AddCookie(&http.Cookie{Name: name, Value: value})
			}
			w := httptest.NewRecorder()
			i.ServeHTTP(w, r)
			codes[n] = w.Code
		})
	}
	done.Wait()
	compared := 0
	for _, code := range codes {
		switch code {
		case passed:
			compared++
		case http.StatusTooManyRequests:
		default:
			i.t.Errorf("status %d", code)
		}
	}
	return compared
}

// Parallel guesses at a password are compared ten times and no more.
func TestLoginBurst(t *testing.T) {
	i := newIDP(t)
	req := loginRequest(i)
	req.values.Set("password", "wrong")
	if n := burst(i, "/login", req.values.Encode(), http.StatusUnprocessableEntity); n != maxFailures {
		t.Errorf("%d guesses were compared, want %d", n, maxFailures)
	}
}

// A clock that was set back leaves no window that lasts for years, and no login
// of the future.
func TestClockSetBack(t *testing.T) {
	i := newIDP(t)
	req := loginRequest(i)
	i.clock = i.clock.Add(1000 * time.Hour)
	for range maxFailures {
		if err := i.countFailure(t.Context(), guessLogin, "alice"); err != nil {
			t.Fatal(err)
		}
	}
	i.clock = i.clock.Add(-1000 * time.Hour)
	if w := req.send(i); w.Code != http.StatusSeeOther {
		t.Errorf("Alice: %d", w.Code)
	}
	for range maxFailures {
		if err := i.countFailure(t.Context(), guessLogin, "alice"); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := i.failures(t.Context(), guessLogin, "alice"); err != nil || n != maxFailures {
		t.Errorf("%d failures are counted: %v", n, err)
	}
	i.clock = i.clock.Add(-time.Hour)
	v := validAuthorization()
	v.Set("max_age", "10000")
	if w := i.authorize(v); !strings.Contains(w.Body.String(), `name="password"`) {
		t.Error("a login of the future is young enough")
	}
}

// A flood of anonymous requests pushes out other anonymous requests, and neither
// the counters nor what was granted.
func TestAnonymousFlood(t *testing.T) {
	memory := NewMemory(MemoryConfig{MaxEntries: 100})
	i := newIDP(t, func(c *Config) { c.Store = memory })
	for range maxFailures {
		if err := i.countFailure(t.Context(), guessLogin, "alice"); err != nil {
			t.Fatal(err)
		}
	}
	bob := newBrowser(i)
	bob.logInAs("bob", "builder")
	code := bob.code(validAuthorization())
	for n := range 300 {
		i.cookies = map[string]string{}
		i.authorize(validAuthorization())
		if err := i.countFailure(t.Context(), guessLogin, "nobody"+strconv.Itoa(n)); err != nil {
			t.Fatal(err)
		}
	}
	if memory.Len() > 175 {
		t.Errorf("%d entries", memory.Len())
	}
	if n, err := i.failures(t.Context(), guessLogin, "alice"); err != nil || n != maxFailures {
		t.Errorf("%d failures are left, want %d: %v", n, maxFailures, err)
	}
	if w := i.token(validToken(code)); w.Code != http.StatusOK {
		t.Errorf("the code: %d %s", w.Code, i.failed())
	}
	if w := i.token(validToken(code)); i.failed() != "code_single_use" {
		t.Errorf("the used code: %d %s", w.Code, i.failed())
	}
}

// newBrowser is another browser at the same provider.
func newBrowser(i *idp) *idp {
	other := *i
	other.cookies = map[string]string{}
	return &other
}

// An app on another site posts its request: the browser keeps our cookies back,
// and the other tabs must not notice.
func TestCrossSitePostKeepsOtherTabs(t *testing.T) {
	i := newIDP(t)
	tab := interactionOf(i.authorize(validAuthorization()))
	kept := i.cookies
	i.cookies = map[string]string{} // SameSite=Lax
	post := func() *httptest.ResponseRecorder {
		return i.send("POST", "/authorize", validAuthorization().Encode())
	}
	first, second := post(), post()
	for name, value := range kept {
		if got := i.cookies[name]; got != "" && got != value {
			t.Errorf("%s was replaced", name)
		}
		i.cookies[name] = value
	}
	for _, c := range first.Result().Cookies() {
		if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.MaxAge != int(interactionTTL/time.Second) {
			t.Errorf("%v", c)
		}
	}
	for name, id := range map[string]string{"tab": tab, "first": interactionOf(first), "second": interactionOf(second)} {
		if w := i.form("/login", loginForm(id)); w.Code != http.StatusSeeOther {
			t.Errorf("%s: %d %s", name, w.Code, i.failed())
		}
	}
	i.cookies = kept
	if w := i.form("/login", loginForm(interactionOf(post()))); w.Code != http.StatusSeeOther {
		t.Errorf("posted with cookies: %d", w.Code)
	}
	other := newBrowser(i)
	if w := other.form("/login", loginForm(interactionOf(post()))); w.Code != http.StatusForbidden {
		t.Errorf("another browser: %d", w.Code)
	}
}

// Bob logs in in another tab: Alice's consent page is his no more, and shows
// itself to nobody else.
func TestConsentOfAnotherUser(t *testing.T) {
	i := newIDP(t)
	id := i.consentPage(validAuthorization())
	i.logInAs("bob", "builder")
	if w := i.send("GET", "/consent?interaction="+id, ""); w.Code != http.StatusForbidden || strings.Contains(w.Body.String(), "Alice") {
		t.Errorf("%d", w.Code)
	}
}

// GET /consent before the login shows no consent page.
func TestConsentBeforeLogin(t *testing.T) {
	i := newIDP(t)
	id := interactionOf(i.authorize(validAuthorization()))
	if w := i.send("GET", "/consent?interaction="+id, ""); w.Code != http.StatusForbidden || i.failed() != "consent_logged_in" {
		t.Errorf("%d %s", w.Code, i.failed())
	}
}

// LC-02: no script reads the cookies, and no other site sends them with a form.
func TestBrowserCookie(t *testing.T) {
	i := newIDP(t)
	cookies := i.authorize(validAuthorization()).Result().Cookies()
	if len(cookies) != 1 {
		t.Fatalf("%v", cookies)
	}
	if c := cookies[0]; c.Name != cookieBrowser || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/idp/main" || c.MaxAge != 0 {
		t.Errorf("%v", c)
	}
}

// Prompt and max_age together: who must log in again finds no way round it in
// the account chooser.
func TestSelectAccountWithFreshLogin(t *testing.T) {
	for name, change := range map[string][]string{
		"login":   {"prompt", "select_account login"},
		"max_age": {"prompt", "select_account", "max_age", "60"},
	} {
		i := newIDP(t)
		i.allow(validAuthorization(), "remember", "yes")
		i.clock = i.clock.Add(time.Hour)
		v := validAuthorization()
		for n := 0; n < len(change); n += 2 {
			v.Set(change[n], change[n+1])
		}
		w := i.authorize(v)
		if strings.Contains(w.Body.String(), "Go on as") {
			t.Errorf("%s: the chooser lets Alice go on", name)
		}
		form := url.Values{"interaction": {interactionOf(w)}, "action": {"continue"}}
		if w := i.form("/login", form); w.Code != http.StatusUnprocessableEntity || i.failed() != "login_fresh" {
			t.Errorf("%s: %d %s", name, w.Code, i.failed())
		}
	}
}

// The session ends after eight hours: the user logs in again.
func TestSessionExpires(t *testing.T) {
	i := newIDP(t)
	i.allow(validAuthorization(), "remember", "yes")
	i.clock = i.clock.Add(sessionTTL - time.Second)
	if w := i.authorize(validAuthorization()); w.Code != http.StatusSeeOther {
		t.Errorf("before: %d", w.Code)
	}
	i.clock = i.clock.Add(time.Second)
	if w := i.authorize(validAuthorization()); !strings.Contains(w.Body.String(), `name="password"`) {
		t.Errorf("after: %d", w.Code)
	}
}

// The time of the login goes with the session, not with the code.
func TestAuthTimeOfSession(t *testing.T) {
	i := newIDP(t)
	v := validAuthorization()
	v.Set("scope", "openid")
	born := i.clock.Unix()
	i.allow(v, "remember", "yes")
	i.clock = i.clock.Add(time.Hour)
	w := i.authorize(v)
	out := tokensOf(t, i.token(validToken(location(t, w).Query().Get("code"))))
	if id := i.idToken(out.IDToken); id.AuthTime != born || id.IssuedAt == born {
		t.Errorf("auth_time %d, want %d", id.AuthTime, born)
	}
	if at := payload[map[string]any](out.AccessToken)["auth_time"]; at != float64(born) {
		t.Errorf("auth_time of the access token %v", at)
	}
}

// AZ-14, AZ-15: no page asks for nothing.
func TestNothingLeftOfScope(t *testing.T) {
	for name, c := range map[string]struct {
		policy Policy
		scope  string
	}{
		"offline_access alone": {PolicyRFC9700, "offline_access"},
		"unknown":              {PolicyRFC6749, "nothing"},
		"none registered":      {PolicyPermissive, "-"},
	} {
		i := newIDP(t, func(cfg *Config) { cfg.Policy = c.policy; cfg.Clients[0].Scopes = []string{"openid", "offline_access"} })
		v := validAuthorization()
		set(v, "scope", c.scope)
		if got := location(t, i.authorize(v)).Query(); got.Get("error") != "invalid_scope" || i.failed() != "scope_left" {
			t.Errorf("%s: %v %s", name, got, i.failed())
		}
	}
	i := newIDP(t)
	v := validAuthorization()
	v.Set("scope", "offline_access")
	v.Set("prompt", "consent")
	if w := i.authorize(v); w.Code != http.StatusOK {
		t.Errorf("with prompt=consent: %d %s", w.Code, i.failed())
	}
}

// A long login_hint is not used: anybody could fill the store with it.
func TestLongLoginHint(t *testing.T) {
	i := newIDP(t)
	v := validAuthorization()
	v.Set("login_hint", strings.Repeat("h", maxLoginHint+1))
	if w := i.authorize(v); w.Code != http.StatusOK || strings.Contains(w.Body.String(), "hhh") {
		t.Errorf("%d", w.Code)
	}
}

// AZ-16: a semicolon as it is separates nothing, and is refused on a page.
func TestRawSemicolon(t *testing.T) {
	i := newIDP(t)
	w := i.send("GET", "/authorize?"+validAuthorization().Encode()+"&x=a;b", "")
	if w.Code != http.StatusBadRequest || i.failed() != "request_readable" || !strings.Contains(w.Body.String(), "%3B") {
		t.Errorf("%d %s", w.Code, i.failed())
	}
}

// Whoever opened the login in a window of its own hears from it again.
func TestNoOpenerPolicy(t *testing.T) {
	i := newIDP(t)
	if got := i.authorize(validAuthorization()).Header().Get("Cross-Origin-Opener-Policy"); got != "" {
		t.Error(got)
	}
}

// What a public client can begin without anybody logging in shares one area.
func TestAnonymousArea(t *testing.T) {
	for _, k := range []kind{kindInteraction, kindPushed, kindDevice, kindDeviceCode, kindUserCode} {
		if got := areaOf(k.key("x")); got != "anonymous" {
			t.Errorf("%s is in the area %q", k, got)
		}
	}
	for _, k := range []kind{kindCode, kindRefresh, kindAccess, kindGrant, kindSession, kindConsent, kindUsed} {
		if got := areaOf(k.key("x")); got != "" {
			t.Errorf("%s is in the area %q", k, got)
		}
	}
}

// Parallel guesses at the code on a device are compared five times and no more.
func TestUserCodeBurst(t *testing.T) {
	i := newIDP(t)
	i.startDevice()
	form := i.deviceForm("BBBB-BBBB")
	if n := burst(i, "/device", form.Encode(), http.StatusUnprocessableEntity); n != maxUserCodes {
		t.Errorf("%d guesses were compared, want %d", n, maxUserCodes)
	}
}

// AZ-16: a pushed state comes back byte for byte too.
func TestPushedStateIsEchoed(t *testing.T) {
	i := newIDP(t)
	const state = "a\xff\xfeb"
	w := pushes(authorizationRequest("state", state))(i).send(i)
	var out pushedResponse
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
		t.Fatalf("push: %d %s", w.Code, w.Body)
	}
	got := location(t, i.allow(url.Values{"client_id": {"web"}, "request_uri": {out.RequestURI}, "scope": {"steps:read"}})).Query().Get("state")
	if got != state {
		t.Errorf("state came back as %q", got)
	}
}
