package lab_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"claimcheck/mockprovider"
	"claimcheck/mockprovider/trace"
)

func (s *site) call(t testing.TB, method, path, token string) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.url+path, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = res.Body.Close() })
	return res
}

// The API's faults refuse a good token once, say so, and are gone.
func TestAPIFaults(t *testing.T) {
	s := newSite(t, nil)
	l := s.Main()
	specimen, err := l.Specimen(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	steps := func() *http.Response { return s.call(t, http.MethodGet, "/rs/main/stepcloud/v1/steps", specimen.JWT) }
	for name, want := range map[string]struct {
		status    int
		challenge string
	}{
		"api_401_invalid_token":      {http.StatusUnauthorized, `Bearer realm="StepCloud", error="invalid_token"`},
		"api_403_insufficient_scope": {http.StatusForbidden, `Bearer realm="StepCloud", error="insufficient_scope", scope="steps:read steps:write"`},
		"api_401_step_up":            {http.StatusUnauthorized, `Bearer realm="StepCloud", error="insufficient_user_authentication", max_age="60"`},
		"api_dpop_nonce":             {http.StatusUnauthorized, `DPoP realm="StepCloud", error="use_dpop_nonce", algs="ES256"`},
	} {
		t.Run(name, func(t *testing.T) {
			if err := l.Provider().SetFault(mockprovider.FaultSwitch{Name: name, Times: 1}); err != nil {
				t.Fatal(err)
			}
			got := steps()
			if got.StatusCode != want.status || got.Header.Get("WWW-Authenticate") != want.challenge || got.Header.Get(trace.HeaderFault) != name {
				t.Errorf("%d %v", got.StatusCode, got.Header)
			}
			if name == "api_dpop_nonce" && got.Header.Get("DPoP-Nonce") == "" {
				t.Error("there is no nonce")
			}
			if again := steps(); again.StatusCode != http.StatusOK || again.Header.Get(trace.HeaderFault) != "" {
				t.Errorf("once more: %d %v", again.StatusCode, again.Header)
			}
		})
	}
}

// Each fault that can is an issuer of its own, at every place where an issuer's
// metadata is looked for, and the log marks what it did.
func TestFaultyIssuers(t *testing.T) {
	s := newSite(t, nil)
	l := s.Main()
	for _, path := range []string{
		"/idp/main~az_state_wrong/.well-known/openid-configuration",
		"/.well-known/openid-configuration/idp/main~az_state_wrong",
		"/.well-known/oauth-authorization-server/idp/main~az_state_wrong",
	} {
		var doc struct {
			Issuer string `json:"issuer"`
		}
		got := s.call(t, http.MethodGet, path, "")
		if err := json.NewDecoder(got.Body).Decode(&doc); err != nil || doc.Issuer != l.Issuer()+"~az_state_wrong" {
			t.Errorf("%s: %d %v %q", path, got.StatusCode, err, doc.Issuer)
		}
	}
	got := s.call(t, http.MethodGet, "/idp/main~jwks_empty/jwks", "")
	e, ok := l.Log().Trace(got.Header.Get(trace.HeaderTrace))
	if !ok || len(e.Faults()) != 1 || e.Faults()[0] != "jwks_empty" || got.Header.Get(trace.HeaderFault) != "jwks_empty" {
		t.Errorf("%v %v", got.Header, e)
	}
	for _, path := range []string{"/idp/main~nothing/jwks", "/idp/main~/jwks", "/idp/other~jwks_empty/jwks", "/idp/main~http_downgrade/jwks", "/idp/main~jwks_empty~jwks_500/jwks"} {
		if got := s.call(t, http.MethodGet, path, ""); got.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", path, got.StatusCode)
		}
	}
	issuers := 0
	for _, f := range mockprovider.Faults() {
		if issuer, ok := l.FaultyIssuer(f.Name); ok && strings.HasSuffix(issuer, "~"+f.Name) {
			issuers++
		} else if !f.NeedsHTTPS {
			t.Errorf("%s is no issuer", f.Name)
		}
	}
	if issuers < 100 {
		t.Errorf("%d issuers", issuers)
	}
	if on := l.Provider().FaultsOn(); len(on) != 0 {
		t.Errorf("the lab's own issuer has %v", on)
	}
}

// A reset switches every fault off.
func TestResetSwitchesFaultsOff(t *testing.T) {
	l := newSite(t, nil).Main()
	if err := l.Provider().SetFault(mockprovider.FaultSwitch{Name: "jwks_empty"}); err != nil {
		t.Fatal(err)
	}
	if err := l.Reset(); err != nil || len(l.Provider().FaultsOn()) != 0 {
		t.Errorf("%v %v", err, l.Provider().FaultsOn())
	}
}
