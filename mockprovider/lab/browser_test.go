package lab_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
)

// TestInteractionBoundToItsBrowser is LC-05: the value of a login form, in the
// hands of another browser, logs nobody in.
func TestInteractionBoundToItsBrowser(t *testing.T) {
	s := newSite(t, nil)
	r := s.guided(t, lab.RunConfig{})
	alice := s.browser(t)
	alice.enter(r)
	alice.get(s.url + "/app/main/fittrack/connect")
	form := alice.get(r.Session().AuthURL)
	own := s.guided(t, lab.RunConfig{})
	inRun := s.browser(t)
	inRun.enter(own)
	for name, other := range map[string]*browser{"without_cookies": s.browser(t), "in_a_run_of_its_own": inRun} {
		t.Run(name, func(t *testing.T) {
			other.t = t
			before := len(r.Entries())
			if p := other.login(form, "alice"); p.status < 400 {
				t.Errorf("the login was taken: %d at %s", p.status, p.url)
			}
			if p := other.get(s.Main().Issuer() + "/consent?interaction=" + form.interaction(t)); strings.Contains(p.html, `name="scope"`) {
				t.Errorf("the consent page was shown: %d", p.status)
			}
			if len(r.Entries()) != before {
				t.Errorf("another browser's messages count for the run:\n%s", shape(r.Entries()))
			}
		})
	}
	if alice.login(form, "alice"); len(trace.Accepted(r.Entries(), trace.RoleAS, http.MethodPost, "/login")) != 1 {
		t.Errorf("the browser that began cannot go on:\n%s", shape(r.Entries()))
	}
}

// planted walks a run of somebody else to the answer with the code and returns
// its address, which nobody has opened yet.
func (s *site) planted(t *testing.T) string {
	t.Helper()
	r := s.run(t, lab.RunConfig{Guided: true, Hold: func(e *trace.Entry) string {
		if e.Response.Status == http.StatusOK {
			return ""
		}
		return "/held"
	}})
	b := s.browser(t)
	b.enter(r)
	b.get(s.url + "/app/main/fittrack/connect")
	b.login(b.get(r.Session().AuthURL), "bob")
	entries := r.Entries()
	b.allow(b.get(entries[len(entries)-1].Response.Location().String()))
	entries = r.Entries()
	to := entries[len(entries)-1].Response.Location().String()
	if !strings.Contains(to, "/callback?") || !strings.Contains(to, "code=") {
		t.Fatalf("the answer leads to %s", to)
	}
	return to
}

// TestPlantedAnswer is the login CSRF of RFC 6749 §10.12: an answer made for
// Mallory's run, opened in the victim's browser.
func TestPlantedAnswer(t *testing.T) {
	s := newSite(t, nil)
	open := func(t *testing.T) (page, *lab.Run) {
		victim := s.run(t, lab.RunConfig{}) // free: the client does all by itself
		b := s.browser(t)
		b.enter(victim)
		b.get(s.url + "/app/main/fittrack/connect")
		return b.get(s.planted(t)), victim
	}
	t.Run("state_equal", func(t *testing.T) {
		p, victim := open(t)
		got := trace.To(victim.Entries(), trace.RoleClient, "", "/callback")
		if p.status != http.StatusBadRequest || len(got) != 1 || got[0].Refusal() == nil || got[0].Refusal().ID != "state_equal" {
			t.Errorf("%d, the victim's callbacks: %v", p.status, got)
		}
	})
	t.Run("state_equal_switched_off", func(t *testing.T) {
		if err := s.Main().InsecureSwitch("state_equal", true); err != nil {
			t.Fatal(err)
		}
		p, victim := open(t)
		if victim.Session().User != "bob" || !strings.Contains(p.html, "bob") {
			t.Errorf("without the defence the attack must work: %d, %+v", p.status, victim.Session())
		}
		if err := s.Main().InsecureSwitch("state_equal", false); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("session_known", func(t *testing.T) {
		p := s.browser(t).get(s.planted(t))
		items := trace.Entries(s.Main().Log().Run(""))
		last := items[len(items)-1]
		if p.status != http.StatusBadRequest || last.Refusal() == nil || last.Refusal().ID != "session_known" {
			t.Errorf("a browser without a run: %d, %v", p.status, last.Refusal())
		}
	})
}

// TestBrowserHoldsItsLastRuns proves that the list of a browser's runs is
// bounded, keeps the newest, and holds no run that is gone.
func TestBrowserHoldsItsLastRuns(t *testing.T) {
	s := newSite(t, nil)
	b := s.browser(t)
	u, _ := url.Parse(s.url)
	var last string
	for range 11 {
		r := s.guided(t, lab.RunConfig{})
		b.enter(r)
		b.get(s.url + "/app/main/fittrack/")
		last = r.ID()
	}
	held := func() []string {
		for _, c := range b.client.Jar.Cookies(u) {
			if c.Name == lab.RunsCookie {
				return strings.Split(c.Value, ".")
			}
		}
		return nil
	}
	if got := held(); len(got) != 8 || got[0] != last {
		t.Errorf("the browser holds %d runs: %v", len(got), got)
	}
	if err := s.Main().Reset(); err != nil {
		t.Fatal(err)
	}
	r := s.guided(t, lab.RunConfig{})
	b.enter(r)
	b.get(s.url + "/app/main/fittrack/")
	if got := held(); len(got) != 1 || got[0] != r.ID() {
		t.Errorf("after the reset the browser holds %v", got)
	}
	for _, e := range trace.Entries(s.Main().Log().Run(r.ID())) {
		if len(e.Response.Header["Set-Cookie"]) != 0 {
			t.Errorf("the site's cookie is in the log as %s's", e.To.Name)
		}
	}
}
