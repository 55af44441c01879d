package lab_test

import (
	"errors"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
)

// FitTV by itself: its screen shows a code, a phone answers, its button asks.
func TestTelevision(t *testing.T) {
	for name, answer := range map[string]string{"allow": "fetched this from StepCloud", "deny": "Somebody said no"} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, nil)
			tv, phone := s.browser(t), s.browser(t)
			mount := s.url + "/app/main/" + lab.FitTV
			if p := tv.do(http.MethodPost, mount+"/poll", url.Values{}); p.status != http.StatusBadRequest {
				t.Errorf("a poll before there is a code: %d", p.status)
			}
			screen := tv.get(mount + "/connect")
			m := regexp.MustCompile(`class="address"><a href="([^"]+)"`).FindStringSubmatch(screen.html)
			if m == nil || !regexp.MustCompile(`class="code">[B-Z]{4}-[B-Z]{4}<`).MatchString(screen.html) {
				t.Fatalf("the screen shows no code:\n%s", screen.html)
			}
			if p := tv.do(http.MethodPost, mount+"/poll", url.Values{}); !strings.Contains(p.html, "Nobody has answered yet.") {
				t.Errorf("the first poll:\n%s", p.html)
			}
			if p := tv.do(http.MethodPost, mount+"/poll", url.Values{}); !strings.Contains(p.html, "asked less often") || !strings.Contains(p.html, "every 10 seconds") {
				t.Errorf("a poll too soon:\n%s", p.html)
			}
			s.Main().Advance(10 * time.Second)
			page := phone.get(html.UnescapeString(m[1]))
			u, _ := url.Parse(html.UnescapeString(m[1]))
			login := phone.do(http.MethodPost, s.url+"/idp/main/device", url.Values{"interaction": {page.interaction(t)}, "user_code": {u.Query().Get("user_code")}})
			consent := phone.login(login, "alice")
			if !strings.Contains(consent.html, u.Query().Get("user_code")) {
				t.Errorf("the consent page does not show the code:\n%s", consent.html)
			}
			phone.do(http.MethodPost, s.url+"/idp/main/consent", url.Values{"interaction": {consent.interaction(t)}, "scope": {"steps:read"}, "action": {name}})
			if p := tv.do(http.MethodPost, mount+"/poll", url.Values{}); !strings.Contains(p.html, answer) {
				t.Errorf("after the answer:\n%s", p.html)
			}
			all, _ := s.Main().Log().After(0)
			polls := trace.To(trace.Entries(all), trace.RoleAS, http.MethodPost, "/token")
			if len(polls) != 3 {
				t.Errorf("%d polls", len(polls))
			}
			for _, e := range polls {
				if e.From.ID != lab.FitTV || e.Via != "" {
					t.Errorf("a poll came from %s via %q", e.From.ID, e.Via)
				}
			}
		})
	}
}

// An edited poll of a client that waits for nothing, because another tab has
// undone its request, is not sent.
func TestEditedPollWithoutDevice(t *testing.T) {
	s := newSite(t, nil)
	r := s.run(t, lab.RunConfig{Client: lab.FitTV, Guided: true})
	edited, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.Main().Issuer()+"/token", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	before := s.Main().Log().Last()
	if _, err := r.Call(t.Context(), lab.Poll(), edited); !errors.Is(err, lab.ErrNoDevice) {
		t.Errorf("%v, want ErrNoDevice", err)
	}
	if got := s.Main().Log().Last(); got != before {
		t.Errorf("the log grew from %d to %d", before, got)
	}
}
