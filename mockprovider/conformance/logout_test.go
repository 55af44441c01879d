package conformance

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"claimcheck/mockprovider"
	"claimcheck/mockprovider/internal/browser"
)

// RP-initiated logout: the plan "OpenID Connect RP-Initiated Logout Certification
// Profile Authorization server test".
func TestRPInitiatedLogout(t *testing.T) {
	run(t, []module{
		{"oidcc-rp-initiated-logout-discovery-endpoint-verification", logoutDiscovery},
		{"oidcc-rp-initiated-logout", rpInitiatedLogout},
		{"oidcc-rp-initiated-logout-bad-post-logout-redirect-uri", badPostLogoutURI},
		{"oidcc-rp-initiated-logout-modified-id-token-hint", modifiedHint},
		{"oidcc-rp-initiated-logout-no-id-token-hint", noHint},
		{"oidcc-rp-initiated-logout-no-params", noLogoutParams},
		{"oidcc-rp-initiated-logout-no-post-logout-redirect-uri", noPostLogoutURI},
		{"oidcc-rp-initiated-logout-no-state", noLogoutState},
		{"oidcc-rp-initiated-logout-only-state", onlyLogoutState},
		{"oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri", queryAddedToPostLogoutURI},
		{"oidcc-rp-initiated-logout-bad-id-token-hint", badHint},
	}, "")
}

// The metadata names the end session endpoint.
func logoutDiscovery(s *suite) {
	discovery(s)
	if got := s.metadata().str("end_session_endpoint"); !strings.HasPrefix(got, s.op.Issuer()+"/") {
		s.Errorf("end_session_endpoint %q", got)
	}
}

// logOut goes through a login and then sends the logout request, with changes.
func (s *suite) logOut(changes ...string) *browser.Page {
	s.Helper()
	p := s.remembered()
	v := url.Values{"id_token_hint": {p.token.str("id_token")}, "post_logout_redirect_uri": {afterLogout}, "state": {"bye-7Zq"}}
	set(v, changes)
	return s.endSession(v)
}

func (s *suite) endSession(v url.Values) *browser.Page {
	s.Helper()
	page, err := s.browser.Open(s.Context(), s.metadata().str("end_session_endpoint")+"?"+v.Encode())
	if err != nil {
		s.Fatal(err)
	}
	return page
}

// session tells whether the browser is still logged in: prompt=none then gets a
// code, and else an error.
func (s *suite) session() bool {
	s.Helper()
	v := s.request("prompt", "none")
	answer := s.responseOf(s.open(v), v)
	if answer.Has("error") {
		s.refused(answer, "login_required", "interaction_required")
	}
	return !answer.Has("error")
}

// Hint, registered URI and state: the session ends, the browser goes to the URI
// with the same state, and prompt=none is an error afterwards.
func rpInitiatedLogout(s *suite) {
	page := s.logOut()
	if page.Location == nil || page.Location.String() != afterLogout+"?state=bye-7Zq" {
		s.Errorf("%d to %v", page.Status, page.Location)
	}
	if s.session() {
		s.Error("still logged in")
	}
}

// A URI that is not registered gets an error page, and the browser goes nowhere.
func badPostLogoutURI(s *suite) {
	s.errorPage(s.logOut("post_logout_redirect_uri", "https://suite.example/elsewhere"))
}

// A registered URI with a query added is not registered.
func queryAddedToPostLogoutURI(s *suite) {
	s.errorPage(s.logOut("post_logout_redirect_uri", afterLogout+"?foo=bar"))
}

// A hint with another signature gets an error page, and the browser goes nowhere.
func modifiedHint(s *suite) {
	p := s.remembered()
	head, signature, _ := cutLast(p.token.str("id_token"), ".")
	flipped := "A"
	if strings.HasPrefix(signature, "A") {
		flipped = "B"
	}
	v := url.Values{"id_token_hint": {head + "." + flipped + signature[1:]}, "post_logout_redirect_uri": {afterLogout}, "state": {"x"}}
	s.errorPage(s.endSession(v))
	if !s.session() {
		s.Error("logged out by a forged hint")
	}
}

func cutLast(text, sep string) (before, after string, found bool) {
	n := strings.LastIndex(text, sep)
	if n < 0 {
		return text, "", false
	}
	return text[:n], text[n+len(sep):], true
}

// A hint that is no ID token gets an error page.
func badHint(s *suite) { s.errorPage(s.logOut("id_token_hint", "not-an-id-token")) }

// Without a hint nobody knows whether the client may have the browser back: the
// answer is a page, and there is no redirect.
func noHint(s *suite) {
	page := s.logOut("id_token_hint", "-")
	if page.Location != nil || page.Status >= 500 || page.Body == "" {
		s.Errorf("%d to %v", page.Status, page.Location)
	}
}

// Without any parameter the user is asked; who says yes is logged out and sees a
// page that says so.
func noLogoutParams(s *suite) {
	s.logsOutByPage("id_token_hint", "-", "post_logout_redirect_uri", "-", "state", "-")
}

// The same with a state alone, which nobody is there to receive.
func onlyLogoutState(s *suite) {
	s.logsOutByPage("id_token_hint", "-", "post_logout_redirect_uri", "-")
}

// With the hint and nowhere to go the user is logged out and sees a page.
func noPostLogoutURI(s *suite) { s.logsOutByPage("post_logout_redirect_uri", "-") }

func (s *suite) logsOutByPage(changes ...string) {
	s.Helper()
	page := s.logOut(changes...)
	if page.Form("logout") != nil {
		page = s.press(page, "logout")
	}
	if page.Location != nil || page.Status != http.StatusOK || !strings.Contains(page.Body, "logged out") {
		s.Errorf("%d to %v %s", page.Status, page.Location, page.Body)
	}
	if s.session() {
		s.Error("still logged in")
	}
}

// Without state the redirect has none.
func noLogoutState(s *suite) {
	page := s.logOut("state", "-")
	if page.Location == nil || page.Location.String() != afterLogout {
		s.Errorf("%d to %v", page.Status, page.Location)
	}
	if s.session() {
		s.Error("still logged in")
	}
}

// Back-channel logout: the plan "OpenID Connect Back-Channel Logout Certification
// Profile Authorization server test", with the logout begun by the client.
func TestBackchannelLogout(t *testing.T) {
	run(t, []module{
		{"oidcc-backchannel-logout-discovery-endpoint-verification", backchannelDiscovery},
		{"oidcc-backchannel-rp-initiated-logout", backchannelLogout},
	}, "")
}

// The metadata says that back-channel logout works, and that sid is told.
func backchannelDiscovery(s *suite) {
	logoutDiscovery(s)
	meta := s.metadata().body
	if meta["backchannel_logout_supported"] != true || meta["backchannel_logout_session_supported"] != true {
		s.Errorf("%v %v", meta["backchannel_logout_supported"], meta["backchannel_logout_session_supported"])
	}
}

// The client is told of the logout with one POST of a form, whose logout token
// has what the specification asks for: the client's iss and aud, the event, the
// sid and sub of the ID token, jti and times, no nonce, and a signature by a
// published key.
func backchannelLogout(s *suite) {
	got := make(chan *http.Request, 8)
	rp := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		got <- r
	}))
	s.Cleanup(rp.Close)
	told := newSuite(s.T, func(c *mockprovider.Config) { c.Clients[0].BackchannelLogoutURI = rp.URL + "/backchannel" })
	p := told.remembered()
	sid, _ := p.claims["sid"].(string)
	page := told.endSession(url.Values{"id_token_hint": {p.token.str("id_token")}, "post_logout_redirect_uri": {afterLogout}, "state": {"bye"}})
	if page.Location == nil || page.Location.String() != afterLogout+"?state=bye" || told.session() {
		told.Errorf("%d to %v", page.Status, page.Location)
	}
	if len(got) != 1 {
		told.Fatalf("told %d times", len(got))
	}
	r := <-got
	if r.Method != http.MethodPost || r.Header.Get("Content-Type") != formType || len(r.PostForm) != 1 || r.URL.RawQuery != "" {
		told.Errorf("%s %v %v", r.Method, r.Header, r.PostForm)
	}
	claims := jwt.MapClaims{}
	token, err := jwt.ParseWithClaims(r.PostForm.Get("logout_token"), claims, told.publishedKey,
		jwt.WithIssuer(told.op.Issuer()), jwt.WithAudience(first.id), jwt.WithExpirationRequired(), jwt.WithIssuedAt(), jwt.WithTimeFunc(told.op.Now))
	if err != nil {
		told.Fatal(err)
	}
	events, _ := claims["events"].(map[string]any)
	event, isObject := events["http://schemas.openid.net/event/backchannel-logout"].(map[string]any)
	if len(events) != 1 || !isObject || len(event) != 0 || claims["nonce"] != nil || claims["jti"] == nil ||
		sid == "" || claims["sid"] != sid || claims["sub"] != p.id.Subject || token.Header["typ"] != "logout+jwt" {
		told.Errorf("%v %v, sid %q", token.Header, claims, sid)
	}
}
