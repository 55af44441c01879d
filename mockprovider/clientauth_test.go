package mockprovider

import (
	"encoding/base64"
	"net/http"
	"net/url"
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

// A secret that was not form-encoded gets a finding of its own.
func TestClientAuthEncoding(t *testing.T) {
	i := newIDP(t, func(c *Config) { c.Clients[0].Secret = "a+b" })
	i.token(refreshForm("x"), "Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte("web:a+b")))
	if i.failed() != "client_auth_encoding" {
		t.Error(i.failed())
	}
}
