package mockprovider

import (
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// CA-03, CA-05, CA-07: authentication, where it succeeds and where it does not.
func TestClientAuthentication(t *testing.T) {
	i := newIDP(t)
	v := validAuthorization()
	v.Set("client_id", "a:b")
	if w := i.token(validToken(i.code(v)), "Authorization", basicAuth("a:b", "p%+ ä")); w.Code != http.StatusOK {
		t.Errorf("CA-03: %d %s", w.Code, i.failed())
	}
	raw := base64.StdEncoding.EncodeToString([]byte("a%3Ab:p%25%2B+%C3%A4"))
	if w := i.token(validToken(i.code(v)), "Authorization", "basic "+raw); w.Code != http.StatusOK {
		t.Errorf("a scheme in small letters: %d %s", w.Code, i.failed())
	}

	v.Set("client_id", "post")
	form := validToken(i.code(v))
	form.Set("client_id", "post")
	form.Set("client_secret", "post-secret")
	if w := i.send("POST", "/token", form.Encode()); w.Code != http.StatusOK {
		t.Errorf("client_secret_post: %d %s", w.Code, i.failed())
	}
	if w := i.token(validToken(i.code(v)), "Authorization", basicAuth("post", "post-secret")); w.Code != http.StatusUnauthorized {
		t.Errorf("CA-05: %d", w.Code)
	}

	form = url.Values{"grant_type": {"refresh_token"}, "client_id": {"spa"}, "client_secret": {"guess"}}
	if w := i.send("POST", "/token", form.Encode()); w.Code != http.StatusUnauthorized || i.failed() != "client_auth_method" {
		t.Errorf("CA-07: %d %s", w.Code, i.failed())
	}

	// CA-02, G-15: unknown client and wrong secret look the same.
	unknown := i.token(refreshForm("x"), "Authorization", basicAuth("nobody", "x"))
	wrong := i.token(refreshForm("x"), "Authorization", basicAuth("web", "x"))
	if unknown.Body.String() != wrong.Body.String() || wrong.Header().Get("WWW-Authenticate") != `Basic realm="AcmeID"` ||
		unknown.Header().Get("WWW-Authenticate") != wrong.Header().Get("WWW-Authenticate") {
		t.Errorf("%v %s / %v %s", unknown.Header(), unknown.Body, wrong.Header(), wrong.Body)
	}
	// The secret as it is, not encoded: the finding says so.
	i.token(refreshForm("x"), "Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte("web:a+b")))
	if i.failed() != "client_auth" {
		t.Error(i.failed())
	}
}

// G-15: whoever counts the answers learns no client_id. A registered one, one
// without a secret and an invented one are refused alike, also after ten.
func TestClientAuthAttemptsLookAlike(t *testing.T) {
	for _, id := range []string{"web", "spa", "nobody"} {
		i := newIDP(t)
		for n := range maxFailures + 2 {
			want := http.StatusUnauthorized
			if n >= maxFailures {
				want = http.StatusTooManyRequests
			}
			if w := i.token(refreshForm("x"), "Authorization", basicAuth(id, "wrong")); w.Code != want || wireError(w) != "invalid_client" {
				t.Errorf("%s, attempt %d: %d %s", id, n+1, w.Code, w.Body)
			}
		}
	}
}

// Parallel guesses at a secret are compared ten times and no more.
func TestClientAuthBurst(t *testing.T) {
	i := newIDP(t)
	n := burst(i, "/token", refreshForm("x").Encode(), http.StatusUnauthorized, "Authorization", basicAuth("web", "wrong"))
	if n != maxFailures {
		t.Errorf("%d guesses were compared, want %d", n, maxFailures)
	}
}

// Of two Authorization headers nobody knows which one counts.
func TestTwoAuthorizationHeaders(t *testing.T) {
	i := newIDP(t)
	v := validAuthorization()
	v.Set("scope", "openid")
	token := "Bearer " + i.tokens(v).AccessToken
	basic := basicAuth("web", webSecret)
	for path, c := range map[string]struct {
		header, finding string
		code            int
	}{
		"/token":    {basic, "client_auth_readable", http.StatusUnauthorized},
		"/userinfo": {token, "bearer_one_method", http.StatusBadRequest},
	} {
		r := httptest.NewRequest(http.MethodPost, testIssuer+path, strings.NewReader(validToken("x").Encode()))
		r.Header.Set("Content-Type", formType)
		r.Header["Authorization"] = []string{c.header, c.header}
		w := httptest.NewRecorder()
		i.rows = nil
		i.ServeHTTP(w, r)
		if w.Code != c.code || i.failed() != c.finding {
			t.Errorf("%s: %d %s", path, w.Code, i.failed())
		}
	}
}

// The realm is a quoted-string: a name can neither end it nor the header.
func TestRealmIsQuoted(t *testing.T) {
	i := newIDP(t, func(c *Config) { c.Name = "A\"c\\me\r\nX: y é" })
	for path, want := range map[string]string{"/token": `Basic realm="AcmeX: y "`, "/userinfo": `Bearer realm="AcmeX: y "`} {
		w := i.send("POST", path, refreshForm("x").Encode())
		if got := w.Header().Get("WWW-Authenticate"); got != want {
			t.Errorf("%s: %s", path, got)
		}
	}
}

// A secret that was not form-encoded gets a finding of its own.
func TestClientAuthEncoding(t *testing.T) {
	i := newIDP(t, func(c *Config) { c.Clients[0].Secret = "a+b" })
	i.token(refreshForm("x"), "Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte("web:a+b")))
	if i.failed() != "client_auth_encoding" {
		t.Error(i.failed())
	}
}
