package mockprovider

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"claimcheck/mockprovider/trace"
)

func (i *idp) fault(name string) {
	i.t.Helper()
	if err := i.SetFault(FaultSwitch{Name: name}); err != nil {
		i.t.Fatal(err)
	}
}

func acted(w *httptest.ResponseRecorder, name string) bool {
	return slices.Contains(w.Header()[trace.HeaderFault], name)
}

// What a refresh can meet, and what the correct client of package rptest does
// with an ID token of another user or issuer.
func TestRefreshFaults(t *testing.T) {
	for name, c := range map[string]struct {
		code    int
		rotated bool // the answer has a refresh token
		again   int  // the old token once more, without the fault
		err     string
	}{
		"tok_refresh_rotates":       {http.StatusOK, true, http.StatusBadRequest, ""},
		"tok_refresh_not_returned":  {http.StatusOK, false, http.StatusOK, ""},
		"tok_refresh_reuse_revoked": {http.StatusBadRequest, false, http.StatusBadRequest, "invalid_grant"},
		"consent_withdrawn":         {http.StatusBadRequest, false, http.StatusBadRequest, "invalid_grant"},
		"user_disabled":             {http.StatusBadRequest, false, http.StatusBadRequest, "invalid_grant"},
	} {
		t.Run(name, func(t *testing.T) {
			i := newIDP(t, func(cfg *Config) {
				if name == "tok_refresh_rotates" {
					cfg.Policy = PolicyRFC6749 // does not rotate by itself
				}
			})
			i.fault(name)
			v := validAuthorization()
			v.Set("scope", "openid")
			first := i.tokens(v) // a code is no refresh: nothing acts
			w := i.token(refreshForm(first.RefreshToken))
			if w.Code != c.code || wireError(w) != c.err || strings.Contains(w.Body.String(), "refresh_token") != c.rotated || i.FaultsActed()[name] != 1 || !acted(w, name) {
				t.Errorf("%d %s, acted %v", w.Code, w.Body, i.FaultsActed())
			}
			i.ClearFault(name)
			if w := i.token(refreshForm(first.RefreshToken)); w.Code != c.again {
				t.Errorf("the old token: %d %s", w.Code, w.Body)
			}
		})
	}
	for _, name := range []string{"tok_refresh_new_sub", "tok_refresh_new_issuer"} {
		t.Run(name, func(t *testing.T) {
			f := startFaults(t, name)
			if !f.login() {
				t.Fatal("the first login meets the fault")
			}
			refresh := func() int {
				status, _, err := f.user.Open(t.Context(), f.app.URL+"/refresh")
				if err != nil {
					t.Fatal(err)
				}
				return status
			}
			if refresh() != http.StatusForbidden || f.in() {
				t.Error("a correct client accepts it")
			}
			_, claims, _ := f.idToken()
			if claims["sub"] == "u-alice" && claims["iss"] == f.p.Issuer() {
				t.Errorf("nothing is wrong with %v", claims)
			}
			f.p.ClearFault(name)
			if !f.login() || refresh() != http.StatusOK || !f.in() {
				t.Error("without the fault the refresh fails")
			}
		})
	}
}

func TestSlowDiscovery(t *testing.T) {
	var waited time.Duration
	i := newIDP(t, func(cfg *Config) { cfg.Wait = func(_ context.Context, d time.Duration) { waited = d } })
	for fault, path := range map[string]string{"disc_slow_30s": "/.well-known/openid-configuration/idp/main", "jwks_slow_30s": "/jwks"} {
		waited = 0
		right := i.send("GET", path, "").Body.String()
		i.fault(fault)
		w := i.send("GET", path, "")
		if waited != 30*time.Second || w.Code != http.StatusOK || w.Body.String() != right || !acted(w, fault) {
			t.Errorf("%s: after %s: %d %s", fault, waited, w.Code, w.Body)
		}
	}
	// By the machine's clock a caller who is gone ends the wait.
	i.cfg.Wait = nil
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	i.wait(ctx, time.Hour)
}

func TestHTTPDowngrade(t *testing.T) {
	i := newIDP(t, func(cfg *Config) { cfg.Issuer = "https://idp.example/idp/main" })
	i.fault("http_downgrade")
	w := i.send("GET", "/.well-known/openid-configuration/idp/main", "")
	if body := w.Body.String(); !strings.Contains(body, `"issuer":"https://`) || !strings.Contains(body, `"token_endpoint":"http://idp.example/`) || !acted(w, "http_downgrade") {
		t.Errorf("%s", body)
	}
	if strings.Contains(strings.ReplaceAll(w.Body.String(), `"issuer":"https://`, ""), `"https://`) {
		t.Errorf("an endpoint is still https: %s", w.Body)
	}
	i.ClearFault("")
	if w := i.send("GET", "/.well-known/openid-configuration/idp/main", ""); strings.Contains(w.Body.String(), `"http://idp.example`) {
		t.Errorf("without the fault: %s", w.Body)
	}
}

func TestCORSMissing(t *testing.T) {
	i := newIDP(t)
	spa := "http://localhost:3001"
	allowed := func() string {
		return i.send("POST", "/token", "grant_type=x", "Origin", spa).Header().Get("Access-Control-Allow-Origin")
	}
	i.fault("cors_missing")
	if got := allowed(); got != "" {
		t.Errorf("a page may read it: %s", got)
	}
	i.ClearFault("")
	if got := allowed(); got != spa {
		t.Errorf("without the fault: %q", got)
	}
}

func TestSessionGone(t *testing.T) {
	i := newIDP(t)
	v := validAuthorization()
	i.allow(v, "remember", "yes")
	v.Set("prompt", "none")
	i.fault("session_gone")
	if w := i.authorize(v); wireError(w) != "login_required" || !acted(w, "session_gone") {
		t.Errorf("%d %s", w.Code, w.Header().Get("Location"))
	}
	i.ClearFault("")
	if w := i.authorize(v); location(t, w).Query().Get("code") == "" {
		t.Errorf("without the fault: %s", w.Header().Get("Location"))
	}
}

func TestDPoPNonceFault(t *testing.T) {
	i := newIDP(t)
	i.fault("tok_use_dpop_nonce")
	r := clientCredentialsRequest(i)
	send := func(nonce string) *httptest.ResponseRecorder {
		f := i.proof("POST", "/token").with("jti", "p-"+nonce)
		if nonce != "" {
			f = f.with("nonce", nonce)
		}
		r.header = []string{"Authorization", basicAuth("web", webSecret), "DPoP", f.sign(t)}
		return r.send(i)
	}
	w := send("")
	nonce := w.Header().Get("DPoP-Nonce")
	if wireError(w) != "use_dpop_nonce" || nonce == "" || !acted(w, "tok_use_dpop_nonce") {
		t.Fatalf("%d %s %v", w.Code, w.Body, w.Header())
	}
	if w := send(nonce); w.Code != http.StatusOK {
		t.Errorf("with the nonce: %d %s", w.Code, w.Body)
	}
	r.header = []string{"Authorization", basicAuth("web", webSecret)}
	if w := r.send(i); w.Code != http.StatusOK || acted(w, "tok_use_dpop_nonce") {
		t.Errorf("without a proof: %d %s", w.Code, w.Body)
	}
}

// logoutReceiver is a client that checks logout tokens as Back-Channel Logout
// §2.6 says.
type logoutReceiver struct {
	keys     *Keys
	now      time.Time
	jtis     map[string]bool
	statuses []int
	tokens   []string
}

func (l *logoutReceiver) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	form, _ := url.ParseQuery(string(body))
	token := form.Get("logout_token")
	status := http.StatusBadRequest
	if l.good(token) {
		status = http.StatusOK
	}
	l.tokens, l.statuses = append(l.tokens, token), append(l.statuses, status)
	w.WriteHeader(status)
}

func (l *logoutReceiver) good(token string) bool {
	var c struct {
		jwt.RegisteredClaims
		Events map[string]any `json:"events"`
		Nonce  *string        `json:"nonce"`
		SID    string         `json:"sid"`
	}
	if err := l.keys.parse(token, typLogoutToken, &c); err != nil {
		return false
	}
	if c.Issuer != testIssuer || len(c.Audience) != 1 || c.Audience[0] != "web" || c.Events[logoutEvent] == nil || c.Nonce != nil ||
		c.ExpiresAt == nil || !l.now.Before(c.ExpiresAt.Time) || c.ID == "" || l.jtis[c.ID] || c.Subject == "" && c.SID == "" {
		return false
	}
	l.jtis[c.ID] = true
	return true
}

func TestLogoutFaults(t *testing.T) {
	wire := map[string]func(header, claims map[string]any) bool{
		"lo_token_alg_none":    func(h, _ map[string]any) bool { return h["alg"] == "none" },
		"lo_token_wrong_alg":   func(h, _ map[string]any) bool { return h["alg"] == "HS256" },
		"lo_token_wrong_aud":   func(_, c map[string]any) bool { return c["aud"] == "another-client" },
		"lo_token_wrong_iss":   func(_, c map[string]any) bool { return c["iss"] == "https://attacker.example" },
		"lo_token_wrong_event": func(_, c map[string]any) bool { return len(c["events"].(map[string]any)) == 1 },
		"lo_token_no_event":    func(_, c map[string]any) bool { return c["events"] == nil && c["jti"] != nil },
		"lo_token_with_nonce":  func(_, c map[string]any) bool { return c["nonce"] == "n-1" },
		"lo_token_expired":     func(_, c map[string]any) bool { return c["exp"].(float64) < c["iat"].(float64) },
		"lo_token_unknown_sid": func(_, c map[string]any) bool { return c["sid"] == "a-session-of-nobody" },
		"lo_token_jti_replay":  func(_, c map[string]any) bool { return c["jti"] != nil },
		"":                     func(h, c map[string]any) bool { return h["alg"] == "RS256" && c["aud"] == "web" },
	}
	for name, onWire := range wire {
		t.Run(name, func(t *testing.T) {
			receiver := &logoutReceiver{jtis: map[string]bool{}}
			rp := httptest.NewServer(receiver)
			defer rp.Close()
			i := newIDP(t, func(c *Config) { c.Clients[0].BackchannelLogoutURI = rp.URL + "/logout" })
			receiver.keys, receiver.now = i.keys, i.clock
			r := logoutRequest(i)
			v := validAuthorization()
			v.Set("scope", "openid")
			i.code(v)
			want := []int{http.StatusOK}
			if name != "" {
				i.fault(name)
				if fault, _ := FaultNamed(name); fault.Expect == ExpectReject {
					want = []int{http.StatusBadRequest}
				}
			}
			if name == "lo_token_jti_replay" {
				want = []int{http.StatusOK, http.StatusBadRequest}
			}
			r.send(i)
			if !slices.Equal(receiver.statuses, want) {
				t.Fatalf("a correct client answers %v, want %v", receiver.statuses, want)
			}
			if token := receiver.tokens[0]; !onWire(headerOf(token), payload[map[string]any](token)) {
				t.Errorf("nothing is wrong with %v %v", headerOf(token), payload[map[string]any](token))
			}
			if name == "lo_token_jti_replay" && receiver.tokens[0] != receiver.tokens[1] {
				t.Error("the second token is another one")
			}
		})
	}
}

func TestLogoutReturnFaults(t *testing.T) {
	for name, want := range map[string]string{"": "st-9", "lo_return_state_wrong": "another-state", "lo_return_state_missing": "", "lo_no_return": "page"} {
		t.Run(name, func(t *testing.T) {
			i := newIDP(t)
			r := logoutRequest(i)
			r.values.Set("state", "st-9")
			if name != "" {
				i.fault(name)
			}
			w := r.send(i)
			got := "page"
			if w.Header().Get("Location") != "" {
				got = location(t, w).Query().Get("state")
			}
			if got != want || name != "" && !acted(w, name) {
				t.Errorf("%d %q %v", w.Code, got, w.Header())
			}
			if i.loggedIn() {
				t.Error("the session goes on")
			}
		})
	}
}
