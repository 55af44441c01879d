package lab

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
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
