package mockprovider

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

const afterLogout = "http://localhost:3000/bye"

// logoutRequest is a client that logs its user out.
func logoutRequest(i *idp) *request {
	i.Client("web").PostLogoutRedirectURIs = []string{afterLogout}
	v := validAuthorization()
	v.Set("scope", "openid")
	return &request{method: "GET", path: "/logout", values: url.Values{
		"id_token_hint": {i.tokens(v).IDToken}, "post_logout_redirect_uri": {afterLogout}, "state": {"s-1"}, "client_id": {"web"},
	}}
}

func TestEndSessionRules(t *testing.T) {
	cases := []breakCase{
		{rule: "logout_parameters_once", breaks: func(_ *idp, r *request) { r.values.Add("state", "s-2") }},
		{rule: "logout_parameters_once", id: "logout_readable", breaks: func(_ *idp, r *request) { r.path += "?%zz&" }},
		{rule: "logout_hint_ours", breaks: sets("id_token_hint", "garbage")},
		{rule: "logout_hint_ours", engine: "b64_bits", breaks: func(_ *idp, r *request) { r.values.Set("id_token_hint", r.values.Get("id_token_hint")+"x") }},
		{rule: "logout_hint_ours", engine: "hdr_typ_mismatch", breaks: func(i *idp, r *request) { // an access token says who it is about, too
			v := validAuthorization()
			v.Set("scope", "openid")
			r.values.Set("id_token_hint", i.tokens(v).AccessToken)
		}},
		{rule: "logout_client", breaks: sets("client_id", "spa")},
		{rule: "logout_client", id: "logout_client_known", breaks: sets("client_id", "nobody")},
		{rule: "logout_uri_registered", breaks: sets("post_logout_redirect_uri", afterLogout+"?a=b")},
		{rule: "logout_form_browser", breaks: sets("action", "logout", "interaction", "x")},
	}
	for n := range cases {
		cases[n].setUp = logoutRequest
	}
	walk(t, rulesOf(endSessionChecks), onAuthorize, cases)
}

// loggedIn tells whether the browser still has a session.
func (i *idp) loggedIn() bool {
	v := validAuthorization()
	v.Set("prompt", "none")
	return wireError(i.authorize(v)) != "login_required"
}

// LO-01: the session ends, and the browser goes back with the same state, by GET
// and by a form of another site. An expired hint is a hint.
func TestEndSession(t *testing.T) {
	for _, method := range []string{"GET", "POST"} {
		i := newIDP(t)
		r := logoutRequest(i)
		r.method = method
		i.clock = i.clock.Add(2 * time.Hour)
		w := r.send(i)
		if w.Code != http.StatusSeeOther || w.Header().Get("Location") != afterLogout+"?state=s-1" || i.loggedIn() {
			t.Errorf("%s: %d %s", method, w.Code, w.Header().Get("Location"))
		}
	}
	i := newIDP(t)
	r := logoutRequest(i)
	r.method = "POST"
	cookies := i.cookies
	r.noCookies = true
	next := location(t, r.send(i))
	i.cookies = cookies
	if w := i.send("GET", "/logout?"+next.RawQuery, ""); w.Header().Get("Location") != afterLogout+"?state=s-1" || i.loggedIn() {
		t.Errorf("%d %s", w.Code, w.Header().Get("Location"))
	}
}

// LO-04, LO-05, LO-07: without a hint, or with another user's, the user is asked.
func TestEndSessionAsks(t *testing.T) {
	for name, change := range map[string][]string{
		"no hint": {"id_token_hint", "-"},
		"nothing": {"id_token_hint", "-", "post_logout_redirect_uri", "-", "client_id", "-"},
	} {
		i := newIDP(t)
		r := logoutRequest(i)
		sets(change...)(i, r)
		w := r.send(i)
		if w.Code != http.StatusOK || w.Header().Get("Location") != "" || !i.loggedIn() || !strings.Contains(w.Body.String(), "Log out?") {
			t.Fatalf("%s: %d %s", name, w.Code, w.Body)
		}
		w = i.form("/logout", url.Values{"interaction": {interactionOf(w)}, "action": {"logout"}})
		if w.Code != http.StatusOK || i.loggedIn() {
			t.Errorf("%s: %d %s", name, w.Code, i.failed())
		}
	}
	i := newIDP(t)
	r := logoutRequest(i)
	i.cookies = map[string]string{}
	form := loginForm(interactionOf(i.authorize(validAuthorization())))
	form.Set("username", "bob")
	form.Set("password", "builder")
	i.form("/login", form)
	if w := r.send(i); !strings.Contains(w.Body.String(), "Bob") || !i.loggedIn() {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// LO-08 to LO-11: every client of the session gets a logout token, and one that
// fails stops no other.
func TestBackchannelLogout(t *testing.T) {
	got := make(chan string, 4)
	rp := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got <- string(body)
		if r.URL.Path == "/redirect" {
			http.Redirect(w, r, "/other", http.StatusFound)
		}
	}))
	defer rp.Close()
	i := newIDP(t, func(c *Config) {
		c.Clients[0].BackchannelLogoutURI = rp.URL + "/logout"
		c.Clients[1].BackchannelLogoutURI = rp.URL + "/redirect"
	})
	r := logoutRequest(i)
	r.values.Del("post_logout_redirect_uri")
	v := validAuthorization()
	v.Set("scope", "openid")
	out := i.tokens(v)
	sid, _ := payload[map[string]any](out.IDToken)["sid"].(string)
	v.Set("client_id", "spa")
	v.Set("redirect_uri", spaURI)
	i.code(v)
	w := r.send(i)
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "was told") || !strings.Contains(w.Body.String(), "could not be told") {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	close(got)
	seen := map[any]bool{}
	for body := range got {
		form, _ := url.ParseQuery(body)
		token := form.Get("logout_token")
		claims := payload[map[string]any](token)
		events, _ := claims["events"].(map[string]any)
		if headerOf(token)["typ"] != "logout+jwt" || claims["iss"] != testIssuer || claims["sub"] != "u-alice" || claims["sid"] != sid || sid == "" ||
			claims["jti"] == nil || claims["exp"] == nil || claims["nonce"] != nil || events[logoutEvent] == nil {
			t.Errorf("%v", claims)
		}
		seen[claims["aud"]] = true
	}
	if !seen["web"] || !seen["spa"] || len(seen) != 2 {
		t.Errorf("told %v", seen)
	}
	if w := i.token(refreshForm(out.RefreshToken)); wireError(w) != "invalid_grant" {
		t.Errorf("the refresh token survives: %d", w.Code)
	}
}

// The provider calls loopback addresses alone, and never itself.
func TestOutbound(t *testing.T) {
	i := newIDP(t)
	for address, want := range map[string]bool{
		"127.0.0.1:3000": true, "[::1]:3000": true, "127.0.0.1:8080": false, "[::1]:8080": false,
		"169.254.169.254:80": false, "10.0.0.1:3000": false, "192.0.2.1:80": false, "0.0.0.0:3000": false,
	} {
		if got := i.mayCall(address) == nil; got != want {
			t.Errorf("%s: %v", address, got)
		}
	}
	for _, uri := range []string{testIssuer + "/token", "http://169.254.169.254/latest", "http://10.0.0.1/"} {
		c := &Client{ID: "x", BackchannelLogoutURI: uri}
		if err := i.sendLogout(t.Context(), c, &sessionRecord{User: "u-alice"}); err == nil || !strings.Contains(err.Error(), errOutbound.Error()) {
			t.Errorf("%s: %v", uri, err)
		}
	}
}

// A client is told too if its code went out in the answer to the login form,
// because the user had agreed before: the session that was begun there counts.
func TestLogoutAfterRememberedConsent(t *testing.T) {
	i := newIDP(t)
	told := make(chan struct{}, 2)
	client := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { told <- struct{}{} }))
	defer client.Close()
	i.Client("web").BackchannelLogoutURI = client.URL
	v := validAuthorization()
	v.Set("scope", "openid")
	i.allow(v, "remember", "yes")
	for range 2 { // the first logout is of the consent, the second of the login alone
		id := interactionOf(i.send("GET", "/logout", ""))
		i.form("/logout", url.Values{"action": {"logout"}, "interaction": {id}})
		select {
		case <-told:
		default:
			t.Fatal("the client was not told")
		}
		if w := i.form("/login", loginForm(interactionOf(i.authorize(v)))); location(t, w).Query().Get("code") == "" {
			t.Fatalf("no code at once: %d %s", w.Code, i.failed())
		}
	}
}
