package mockprovider

import (
	"net/http"
	"testing"
	"time"
)

// refresh_spent: the loser of two parallel refreshes is refused where it could
// fork the family. Without rotation both hold the same refresh token, and within
// the grace window an old one is taken anyway.
func TestRefreshLoserOfTwo(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Config)
		want   string
	}{
		"rotation":         {func(*Config) {}, "invalid_grant"},
		"no rotation":      {func(c *Config) { c.Policy = PolicyRFC6749 }, ""},
		"rotation, grace":  {func(c *Config) { c.RefreshGrace = time.Second }, ""},
		"fapi2":            {func(c *Config) { c.Policy, c.InsecureOff = PolicyFAPI2, fapiRules() }, ""},
		"rotation is off":  {func(c *Config) { c.InsecureOff = []string{"refresh_rotate"} }, ""},
		"the alarm is off": {func(c *Config) { c.InsecureOff = []string{"refresh_reuse_revoke"} }, "invalid_grant"},
	} {
		i := newIDP(t, c.change)
		req := refreshRequest(i)
		i.store = &slowStore{Store: i.store} // the other one is faster
		w := req.send(i)
		if got := wireError(w); got != c.want || (got == "") != (w.Code == http.StatusOK) || got != "" && i.failed() != "refresh_spent" {
			t.Errorf("%s: %d %q %s", name, w.Code, got, i.failed())
		}
	}
}

// refresh_ttl: without rotation, too, each use keeps a refresh token alive, but not
// beyond its family's end (RT-10).
func TestRefreshExpiryWithoutRotation(t *testing.T) {
	i := newIDP(t, func(c *Config) { c.InsecureOff = []string{"refresh_rotate"} })
	req := refreshRequest(i)
	values, _ := PolicyRFC9700.values()
	start := i.clock
	for range 4 {
		i.clock = i.clock.Add(values.refreshIdle - time.Second)
		tokensOf(t, req.send(i))
	}
	i.clock = start.Add(values.refreshMax - time.Second)
	tokensOf(t, req.send(i))
	i.clock = start.Add(values.refreshMax)
	if w := req.send(i); wireError(w) != "invalid_grant" || i.failed() != "refresh_ttl" {
		t.Errorf("at the end of the family: %d %s", w.Code, i.failed())
	}

	i = newIDP(t, func(c *Config) { c.InsecureOff = []string{"refresh_rotate"} })
	req = refreshRequest(i)
	i.clock = i.clock.Add(values.refreshIdle)
	if w := req.send(i); wireError(w) != "invalid_grant" || i.failed() != "refresh_ttl" {
		t.Errorf("after the idle time: %d %s", w.Code, i.failed())
	}
}

// The grace window is between nothing and MaxRefreshGrace, and a change counts from
// the next request on.
func TestSetRefreshGrace(t *testing.T) {
	i := newIDP(t)
	for window, want := range map[time.Duration]bool{
		-1: false, 0: true, time.Second: true, MaxRefreshGrace: true, MaxRefreshGrace + 1: false,
	} {
		before := i.RefreshGrace()
		err := i.SetRefreshGrace(window)
		if (err == nil) != want || want && i.RefreshGrace() != window || !want && i.RefreshGrace() != before {
			t.Errorf("%s: %v, now %s", window, err, i.RefreshGrace())
		}
	}
	if err := i.SetRefreshGrace(time.Minute); err != nil {
		t.Fatal(err)
	}
	req := refreshRequest(i)
	tokensOf(t, req.send(i))
	tokensOf(t, req.send(i))
	if err := i.SetRefreshGrace(0); err != nil {
		t.Fatal(err)
	}
	if w := req.send(i); wireError(w) != "invalid_grant" {
		t.Errorf("the window is closed: %d", w.Code)
	}
}
