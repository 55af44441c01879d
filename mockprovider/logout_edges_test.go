package mockprovider

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// RT-10, LO-11: what a client was granted ends with the session; what it may do
// while the user is away does not (OpenID Connect Back-Channel Logout 1.0 §2.7).
func TestLogoutAndOfflineAccess(t *testing.T) {
	for scope, survives := range map[string]bool{"openid": false, "openid offline_access": true} {
		i := newIDP(t)
		v := validAuthorization()
		v.Set("scope", scope)
		v.Set("prompt", "consent")
		var ticked []string
		if survives {
			ticked = []string{"scope", "offline_access"}
		}
		out := tokensOf(t, i.token(validToken(location(t, i.allow(v, ticked...)).Query().Get("code"))))
		w := i.send("GET", "/logout?"+url.Values{"id_token_hint": {out.IDToken}}.Encode(), "")
		if w.Code != http.StatusOK || i.loggedIn() {
			t.Fatalf("%s: %d", scope, w.Code)
		}
		if w := i.token(refreshForm(out.RefreshToken)); (w.Code == http.StatusOK) != survives {
			t.Errorf("%s: the refresh token gives %d after the logout", scope, w.Code)
		}
		if info, _ := i.Introspect(t.Context(), out.AccessToken); info.Active != survives {
			t.Errorf("%s: the access token is active: %v", scope, info.Active)
		}
	}
}

// LO-04: a client_id alone proves no client, so nobody is sent back: also not after
// the user has said yes, and also not without a session.
func TestLogoutNeedsAHintToGoBack(t *testing.T) {
	i := newIDP(t)
	r := logoutRequest(i)
	r.values.Del("id_token_hint")
	answers := func() *httptest.ResponseRecorder {
		form := url.Values{"interaction": {interactionOf(r.send(i))}, "action": {"logout"}}
		maps.Copy(form, r.values)
		return i.form("/logout", form)
	}
	if w := answers(); w.Code != http.StatusOK || w.Header().Get("Location") != "" || i.loggedIn() {
		t.Errorf("confirmed: %d %s", w.Code, w.Header().Get("Location"))
	}
	if w := r.send(i); w.Code != http.StatusOK || w.Header().Get("Location") != "" {
		t.Errorf("without a session: %d %s", w.Code, w.Header().Get("Location"))
	}
	r.values.Del("client_id") // an address that nobody is known to have registered
	if w := r.send(i); w.Code != http.StatusBadRequest || w.Header().Get("Location") != "" || i.failed() != "logout_uri_registered" {
		t.Errorf("without any client: %d %s", w.Code, i.failed())
	}
}

// LO-01: without state there is none in the answer, and the address stays as it is.
func TestLogoutWithoutState(t *testing.T) {
	i := newIDP(t)
	r := logoutRequest(i)
	r.values.Del("state")
	if w := r.send(i); w.Header().Get("Location") != afterLogout {
		t.Errorf("%d %s", w.Code, w.Header().Get("Location"))
	}
}

// LO-03: a hint for nobody who is registered, or for two clients, proves none; and
// a token that is no ID token is no hint.
func TestLogoutHintAudience(t *testing.T) {
	i := newIDP(t)
	r := logoutRequest(i)
	hint := r.values.Get("id_token_hint")
	v := validAuthorization()
	v.Set("scope", "openid")
	tokens := i.tokens(v)
	two, err := i.keys.sign("", typIDToken, map[string]any{"iss": testIssuer, "sub": "u-alice", "aud": []string{"web", "spa"}, "exp": i.clock.Unix() + 60, "iat": i.clock.Unix()})
	if err != nil {
		t.Fatal(err)
	}
	for name, token := range map[string]string{"two clients": two, "an access token": tokens.AccessToken} {
		r.values.Set("id_token_hint", token)
		if w := r.send(i); w.Code != http.StatusBadRequest || i.failedOwn() != "logout_hint_ours" || !i.loggedIn() {
			t.Errorf("%s: %d %s", name, w.Code, i.failed())
		}
	}
	r.values.Set("id_token_hint", hint)
	r.values.Del("client_id")
	if err := i.Registry().RemoveClient("web"); err != nil {
		t.Fatal(err)
	}
	if w := r.send(i); w.Code != http.StatusBadRequest || i.failedOwn() != "logout_hint_ours" {
		t.Errorf("a client that is gone: %d %s", w.Code, i.failed())
	}
}

// The form counts from the browser that got it alone.
func TestLogoutFormOfAnotherBrowser(t *testing.T) {
	i := newIDP(t)
	v := validAuthorization()
	v.Set("scope", "openid")
	i.code(v)
	form := url.Values{"interaction": {interactionOf(i.send("GET", "/logout", ""))}, "action": {"logout"}}
	cookies := i.cookies
	for name, change := range map[string]func() *httptest.ResponseRecorder{
		"a link": func() *httptest.ResponseRecorder { return i.send("GET", "/logout?"+form.Encode(), "") },
		"another token": func() *httptest.ResponseRecorder {
			return i.form("/logout", url.Values{"interaction": {"x"}, "action": {"logout"}})
		},
		"no browser": func() *httptest.ResponseRecorder { i.cookies = map[string]string{}; return i.form("/logout", form) },
		"another browser": func() *httptest.ResponseRecorder {
			i.cookies = map[string]string{cookieBrowser: "other"}
			return i.form("/logout", form)
		},
	} {
		if w := change(); w.Code != http.StatusBadRequest || i.failed() != "logout_form_browser" {
			t.Errorf("%s: %d %s", name, w.Code, i.failed())
		}
		i.cookies = cookies
	}
	if !i.loggedIn() {
		t.Error("the session is gone")
	}
	if w := i.send("POST", "/logout", strings.Repeat("x", maxBody+1)); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("too long: %d", w.Code)
	}
}

// LO-09: a client answers 200, and 204 will do; anything else is a failure that the
// page names.
func TestBackchannelAnswers(t *testing.T) {
	for status, told := range map[int]bool{http.StatusOK: true, http.StatusNoContent: true, http.StatusAccepted: false, http.StatusBadRequest: false, http.StatusNotImplemented: false} {
		rp := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
		i := newIDP(t)
		err := i.sendLogout(t.Context(), &Client{ID: "x", BackchannelLogoutURI: rp.URL}, &sessionRecord{User: "u-alice"})
		if (err == nil) != told {
			t.Errorf("%d: %v", status, err)
		}
		rp.Close()
	}
}

// LO-10: only a client that is told of the end gets the ID of the session.
func TestSessionIDOnlyWhereTold(t *testing.T) {
	i := newIDP(t, func(c *Config) { c.Clients[0].BackchannelLogoutURI = "http://127.0.0.1:9/bye" })
	v := validAuthorization()
	v.Set("scope", "openid")
	first, _ := payload[map[string]any](i.tokens(v).IDToken)["sid"].(string)
	again, _ := payload[map[string]any](i.tokens(v).IDToken)["sid"].(string)
	if first == "" || first != again {
		t.Errorf("sid %q, then %q in the same session", first, again)
	}
	v.Set("client_id", "codeonly")
	out := tokensOf(t, i.token(validToken(i.code(v)), "Authorization", basicAuth("codeonly", "codeonly-secret")))
	if sid := payload[map[string]any](out.IDToken)["sid"]; sid != nil {
		t.Errorf("a client that is not told got %v", sid)
	}
}

// LO-01: the browser forgets the session too, and a form that comes when the session
// is already gone is answered like the first one.
func TestLogoutTwice(t *testing.T) {
	i := newIDP(t)
	v := validAuthorization()
	v.Set("scope", "openid")
	i.code(v)
	form := url.Values{"interaction": {interactionOf(i.send("GET", "/logout", ""))}, "action": {"logout"}}
	for _, time := range []string{"first", "second"} {
		w := i.form("/logout", form)
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "logged out") {
			t.Errorf("the %s time: %d %s", time, w.Code, i.failed())
		}
		forgotten := false
		for _, c := range w.Result().Cookies() {
			forgotten = forgotten || c.Name == cookieSession && c.Value == "" && c.MaxAge < 0
		}
		if !forgotten {
			t.Errorf("the %s time: the browser keeps the session: %v", time, w.Result().Cookies())
		}
		delete(i.cookies, cookieSession)
	}
}
