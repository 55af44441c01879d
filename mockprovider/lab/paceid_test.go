package lab

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// Mallory's server is a second issuer with keys of its own, and sends a request of
// an app's on to AcmeID under the name that the app has there.
func TestPaceID(t *testing.T) {
	l := newTestLab(t)
	fetch := func(path string) *httptest.ResponseRecorder {
		rec := httptest.NewRecorder()
		l.world.ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		return rec
	}
	var meta struct {
		Issuer string `json:"issuer"`
	}
	if err := json.Unmarshal(fetch("/.well-known/oauth-authorization-server/idp/main~paceid").Body.Bytes(), &meta); err != nil || meta.Issuer != l.PaceIDIssuer() {
		t.Errorf("metadata: issuer %q, %v", meta.Issuer, err)
	}
	keys := fetch("/idp/main~paceid/jwks")
	if own, err := l.keys.JWKS(); err != nil || keys.Code != http.StatusOK || keys.Body.String() == string(own) {
		t.Errorf("keys: %d, %v, AcmeID's: %v", keys.Code, err, keys.Body.String() == string(own))
	}
	to, err := url.Parse(fetch("/idp/main~paceid/authorize?response_type=code&client_id=pace-fittrack&state=s&redirect_uri=x").Header().Get("Location"))
	if err != nil || to.Path != "/idp/main/authorize" || to.Query().Get("client_id") != FitTrack || to.Query().Get("state") != "s" {
		t.Errorf("sent to %v, %v", to, err)
	}
	if got := fetch("/idp/main~paceid/authorize?response_type=code&client_id=fittrack&state=s"); got.Code != http.StatusBadRequest {
		t.Errorf("a client that PaceID does not know: %d", got.Code)
	}
}

// A login at PaceID ends at CoachBoard alone: AcmeID gets neither the tokens nor
// the browser.
func TestLogOutAfterPaceID(t *testing.T) {
	l := newTestLab(t)
	a := l.app(CoachBoard)
	for server, want := range map[string]string{PaceID: a.mount() + "/", "": l.Issuer() + "/logout"} {
		s := &Session{Server: server, Tokens: Tokens{IDToken: "i"}}
		if server == PaceID {
			s.Tokens.AccessToken = "a" // a revocation would need a listener, and there is none
		}
		if err := a.save(t.Context(), "s", s); err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, a.mount()+"/logout", nil)
		r.AddCookie(&http.Cookie{Name: a.cookie(), Value: "s"})
		rec := httptest.NewRecorder()
		a.ServeHTTP(rec, r)
		if to, _, _ := strings.Cut(rec.Header().Get("Location"), "?"); rec.Code != http.StatusSeeOther || to != want {
			t.Errorf("server %q: %d to %s", server, rec.Code, to)
		}
	}
}
