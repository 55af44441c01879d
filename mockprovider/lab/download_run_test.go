package lab_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"claimcheck/mockprovider/lab"
)

// FitTrack asks for authorization details, and downloads the days that it got.
func TestFitTrackDownloads(t *testing.T) {
	s := newSite(t, nil)
	r := s.run(t, lab.RunConfig{PKCE: true, Details: `[{"type":"steps_export","actions":["download"],"from":"2026-03-03","to":"2026-03-04"}]`})
	b := s.browser(t)
	b.enter(r)
	consent := b.login(b.get(s.url+"/app/main/fittrack/connect"), "alice")
	for _, want := range []string{"take your step counts of these days with it", "2026-03-03", "2026-03-04", "download"} {
		if !strings.Contains(consent.html, want) {
			t.Errorf("the consent page does not say %q", want)
		}
	}
	b.do(http.MethodPost, s.Main().Issuer()+"/consent", url.Values{
		"interaction": {consent.interaction(t)}, "scope": {lab.ScopeStepsRead}, "detail": {"0"}, "action": {"allow"},
	})
	e, err := r.Call(t.Context(), lab.Download("2026-03-03", "2026-03-04"), nil)
	if err != nil || !e.Accepted() || !strings.Contains(string(e.Response.Body), "11027") || len(r.Session().Steps) != 2 {
		t.Fatalf("%v %+v", err, e)
	}
	e, err = r.Call(t.Context(), lab.Download("2026-03-03", "2026-03-05"), nil)
	if err != nil || e.Response.Status != http.StatusForbidden || e.Refusal() == nil || e.Refusal().ID != "detail_days" || r.Session().Problem == "" {
		t.Errorf("a day more: %v %+v", err, e)
	}
}
