package conformance

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"claimcheck/mockprovider/internal/browser"
)

// What holds for every endpoint, and what holds for a whole session.
func TestEverywhere(t *testing.T) {
	run(t, []module{
		{"errors_are_plain_and_not_kept", errorsArePlain},
		{"secret_in_the_uri", secretInTheURI},
		{"no_redirect_repeats_a_post", noRepeatedPost},
		{"forwarded_headers_change_nothing", forwardedHeaders},
		{"logout_ends_what_was_granted_in_the_session", logoutEndsGrants},
		{"offline_access_outlives_the_session", offlineOutlives},
	}, "")
}

// directEndpoints are what a client calls without a browser.
var directEndpoints = []string{"/token", "/par", "/introspect", "/revoke", "/device_authorization"}

// An error is JSON that nobody keeps, in the characters of RFC 6749 §5.2, and holds
// neither what was sent nor anything of how the server is made.
func errorsArePlain(s *suite) {
	const secret = "a-secret-that-was-sent"
	for _, path := range directEndpoints {
		for _, body := range []string{"", "%zz", "client_id=" + secret, "client_id=suite-1&client_secret=" + secret, "token=" + secret + "&grant_type=" + secret, "scope=%22&scope=%0A"} {
			r := s.call(http.MethodPost, path, body)
			if r.status < 400 || r.status >= 500 || !strings.HasPrefix(r.header.Get("Content-Type"), "application/json") ||
				r.header.Get("Cache-Control") != "no-store" || r.header.Get("X-Content-Type-Options") != "nosniff" {
				s.Errorf("%s %q: %d %v", path, body, r.status, r.header)
			}
			for name, value := range r.body {
				text, _ := value.(string)
				if !slices.Contains([]string{"error", "error_description", "error_uri"}, name) || !plain(text) {
					s.Errorf("%s %q: %s is %v", path, body, name, value)
				}
				if name == "error_uri" && !absolute(text) {
					s.Errorf("%s: error_uri %q", path, text)
				}
			}
			for _, leak := range []string{secret, ".go", "goroutine", "strconv", "json:", "invalid URL"} {
				if strings.Contains(r.raw, leak) {
					s.Errorf("%s %q: %s", path, body, r.raw)
				}
			}
		}
	}
}

// plain tells %x20-21 / %x23-5B / %x5D-7E, at least one of them.
func plain(text string) bool {
	return text != "" && !strings.ContainsFunc(text, func(r rune) bool { return r < 0x20 || r > 0x7e || r == '"' || r == '\\' })
}

func absolute(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.IsAbs()
}

// A secret in the URL is never taken (RFC 6749 §2.3.1).
func secretInTheURI(s *suite) {
	s.client = poster
	token := s.flow().token.str("access_token")
	for _, path := range directEndpoints {
		form := url.Values{"token": {token}, "grant_type": {"client_credentials"}}
		r := s.call(http.MethodPost, path+"?client_id="+poster.id+"&client_secret="+poster.secret, form.Encode())
		s.tokenError(r, http.StatusUnauthorized, "invalid_client")
	}
	s.userInfo(&reply{body: map[string]any{"access_token": token}}) // not revoked either
}

// No answer to a form makes the browser send it again: no 307, no 308, at no
// spelling of the address (RFC 9700 §4.12).
func noRepeatedPost(s *suite) {
	for _, path := range append([]string{"/authorize", "/login", "/consent", "/userinfo", "/logout", "/device"}, directEndpoints...) {
		for _, spelling := range []string{path, path + "/", "/" + path, strings.ToUpper(path), path + "/."} {
			r := s.post(spelling, client{}, url.Values{"username": {"alice"}, "password": {"alice"}})
			if r.status == http.StatusTemporaryRedirect || r.status == http.StatusPermanentRedirect || r.status >= 500 {
				s.Errorf("%s: %d", spelling, r.status)
			}
		}
	}
}

// Who claims to be a proxy is not believed: issuer, links and cookies stay.
func forwardedHeaders(s *suite) {
	claimed := []string{"X-Forwarded-Host", "evil.example", "X-Forwarded-Proto", "https", "Forwarded", "host=evil.example;proto=https", "X-Forwarded-For", "10.0.0.1"}
	for _, path := range []string{"/.well-known/openid-configuration", "/authorize?" + s.request().Encode(), "/jwks"} {
		r := s.call(http.MethodGet, path, "", claimed...)
		if strings.Contains(r.raw, "evil.example") || r.status != http.StatusOK {
			s.Errorf("%s: %d %s", path, r.status, r.raw)
		}
		for _, cookie := range r.header.Values("Set-Cookie") {
			if strings.Contains(cookie, "Secure") || !strings.Contains(cookie, "HttpOnly") {
				s.Errorf("%s: cookie %s", path, cookie)
			}
		}
	}
}

// With the session end the grants that were made in it, and so the refresh tokens;
// those of another session stay.
func logoutEndsGrants(s *suite) {
	elsewhere := s.flow()
	s.browser = browser.New(s.op.Client().Transport)
	here := s.flow()
	s.endSession(url.Values{"id_token_hint": {here.token.str("id_token")}})
	s.tokenRefused(refreshOf(here), http.StatusBadRequest, "invalid_grant")
	if r := s.post("/token", s.client, refreshOf(elsewhere)); r.status != http.StatusOK {
		s.Errorf("another session: %d %s", r.status, r.raw)
	}
}

func refreshOf(p *pass) url.Values {
	return url.Values{"grant_type": {"refresh_token"}, "refresh_token": {p.token.str("refresh_token")}}
}

// offline_access is there to go on without the user (OpenID Connect Core 1.0 §11).
func offlineOutlives(s *suite) {
	p := s.flow("scope", "openid offline_access", "prompt", "consent")
	s.endSession(url.Values{"id_token_hint": {p.token.str("id_token")}})
	if r := s.post("/token", s.client, refreshOf(p)); r.status != http.StatusOK || s.session() {
		s.Errorf("%d %s", r.status, r.raw)
	}
}
