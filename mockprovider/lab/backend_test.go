package lab

import (
	"net/http"
	"testing"
	"time"

	"claimcheck/playground"
)

func TestBackend(t *testing.T) {
	valid := func() *backendCall {
		return &backendCall{header: http.Header{BackendHeader: {"1"}}, session: &Session{Tokens: Tokens{AccessToken: "a"}}}
	}
	mustBreak(t, backendChecks(), valid, map[string]func(*backendCall){
		"backend_session":     func(c *backendCall) { c.session = nil },
		"backend_csrf_header": func(c *backendCall) { c.header.Del(BackendHeader) },
	})
	c := valid()
	c.session, c.named = nil, true
	if _, refused, _ := playground.Run(playground.Mode{}, c, backendChecks()); refused == nil || refused.FindingID() != "backend_session_unknown" {
		t.Errorf("a cookie of no session: %+v", refused)
	}
}

// A page of another site makes the browser send no cookie that has a SameSite, and
// a script reads none that is HttpOnly.
func TestCookiesOfPages(t *testing.T) {
	now := time.Date(2026, 3, 8, 12, 0, 0, 0, time.UTC)
	j := jar(nil).set("", []string{
		"strict=1; Path=/; SameSite=Strict; HttpOnly", "lax=1; Path=/; SameSite=Lax", "none=1; Path=/; SameSite=None; Secure",
	}, "/", now)
	if got := j.acrossSites().header("/", now); got != "none=1" {
		t.Errorf("another site sends %q", got)
	}
	if got := j.readable("/", now); got != "lax=1; none=1" {
		t.Errorf("a script reads %q", got)
	}
}

// A session that was ended during a call stays ended when the answer is there.
func TestUpdateLeavesAnEndedSession(t *testing.T) {
	l := newTestLab(t)
	a := l.app(FitTrackWeb)
	if err := a.save(t.Context(), "one", &Session{User: "alice"}); err != nil {
		t.Fatal(err)
	}
	s, ok, err := a.load(t.Context(), "one")
	if err != nil || !ok {
		t.Fatal(err)
	}
	s.User = "alice, again"
	if err := a.update(t.Context(), "one", s); err != nil {
		t.Fatal(err)
	}
	if s, ok, err = a.load(t.Context(), "one"); err != nil || !ok || s.User != "alice, again" {
		t.Fatalf("%+v %v", s, err)
	}
	if _, err := l.store.Take(t.Context(), a.sessionKey("one")); err != nil {
		t.Fatal(err)
	}
	if err := a.update(t.Context(), "one", s); err != nil {
		t.Fatal(err)
	}
	if _, ok, err := a.load(t.Context(), "one"); ok || err != nil {
		t.Errorf("the session is back: %v", err)
	}
}
