package lab_test

import (
	"net/url"
	"strings"
	"testing"

	"claimcheck/mockprovider"
	"claimcheck/mockprovider/lab"
)

// TestOwnAppBesideARun: a browser that walks a flow logs in to an own app as well,
// and neither gets the other's cookies or messages.
func TestOwnAppBesideARun(t *testing.T) {
	s := newSite(t, nil)
	if err := s.Main().Registry().AddClient(mockprovider.Client{ID: "my-app", RedirectURIs: []string{"http://127.0.0.1:1/callback"}, Scopes: []string{lab.ScopeStepsRead}}); err != nil {
		t.Fatal(err)
	}
	r := s.run(t, lab.RunConfig{})
	b := s.browser(t)
	b.enter(r)
	form := b.get(s.Main().Issuer() + "/authorize?" + url.Values{
		"response_type": {"code"}, "client_id": {"my-app"}, "redirect_uri": {"http://127.0.0.1:1/callback"}, "scope": {lab.ScopeStepsRead},
		"code_challenge": {"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}, "code_challenge_method": {"S256"},
	}.Encode())
	if p := b.login(form, "alice"); p.status != 200 || !strings.Contains(p.html, `value="allow"`) {
		t.Errorf("the login for the own app: %d at %s", p.status, p.url)
	}
	if n := len(r.Entries()); n != 0 {
		t.Errorf("%d messages of the own app count for the run:\n%s", n, shape(r.Entries()))
	}
	b.get(s.url + "/app/main/fittrack/connect")
	if p := b.login(b.get(r.Session().AuthURL), "alice"); !strings.Contains(p.html, `value="allow"`) {
		t.Errorf("the run’s own login afterwards: %d at %s", p.status, p.url)
	}
}
