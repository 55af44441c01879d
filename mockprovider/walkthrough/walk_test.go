package walkthrough

import (
	"net/http/httptest"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"claimcheck/mockprovider/lab"
)

// newLab is a lab that listens for real.
func newLab(t *testing.T) *lab.Lab {
	t.Helper()
	return newLabAt(t, nil)
}

// newLabAt is a lab with a wall clock of the test's own, if now is not nil.
func newLabAt(t *testing.T, now func() time.Time) *lab.Lab {
	t.Helper()
	return newLabWith(t, lab.Config{Seed: "walk", Now: now})
}

func newLabWith(t *testing.T, cfg lab.Config) *lab.Lab {
	t.Helper()
	srv := httptest.NewUnstartedServer(nil)
	cfg.Origin = "http://" + srv.Listener.Addr().String()
	world, err := lab.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	srv.Config.Handler = world
	srv.Start()
	t.Cleanup(srv.Close)
	return world.Main()
}

// The choices of the flow that most tests walk.
const (
	codePKCE     = "authorization-code-pkce"
	fitTrack     = "client=fittrack&pkce=on"
	fitTrackLite = "client=fittrack-lite&pkce=on"
)

// start begins a walk of the flow that most tests walk.
func start(t *testing.T, choices string) *Walk {
	t.Helper()
	f, err := Load(codePKCE)
	if err != nil {
		t.Fatal(err)
	}
	return startIn(t, newLab(t), pick(t, f, choices))
}

func startIn(t *testing.T, l *lab.Lab, v *Variant) *Walk {
	t.Helper()
	w, err := NewWalks(v.flow).Start(l, v, true)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func pick(t *testing.T, f *Flow, choices string) *Variant {
	t.Helper()
	q, err := url.ParseQuery(choices)
	if err != nil {
		t.Fatal(err)
	}
	return f.Variant(q.Get)
}

// Who reads for longer than a code lives gets a fresh one, and goes on.
func TestExpiredIsRenewed(t *testing.T) {
	var wall atomic.Int64
	wall.Store(time.Date(2026, 3, 8, 12, 0, 0, 0, time.UTC).Unix())
	l := newLabAt(t, func() time.Time { return time.Unix(wall.Load(), 0).UTC() })
	f, err := Load(codePKCE)
	if err != nil {
		t.Fatal(err)
	}
	w := startIn(t, l, pick(t, f, fitTrack))
	if _, err := w.Do(t.Context(), "callback"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		step, rule, what string
		lives            time.Duration
	}{
		{"token-request", "code_ttl", "code", lab.CodeLifetime},
		{"api-request", "exp", "access token", lab.AccessTokenLifetime},
	} {
		wall.Add(int64(c.lives/time.Second) + 1)
		e, err := w.Send(t.Context(), c.step)
		if err != nil {
			t.Fatal(err)
		}
		if got := e.Refusal(); got == nil || got.ID != c.rule || w.Expired(c.step) != c.what {
			t.Fatalf("%s: refused by %s, expired %q", c.step, refusal(e), w.Expired(c.step))
		}
		if err := w.Renew(t.Context(), c.step); err != nil {
			t.Fatal(err)
		}
		if got := w.StateOf(c.step); got != StateTodo || w.Expired(c.step) != "" {
			t.Errorf("%s: %s after the renewal", c.step, got)
		}
		if e, err = w.Send(t.Context(), c.step); err != nil || refusal(e) != "nothing" {
			t.Fatalf("%s: after the renewal refused by %s, %v", c.step, refusal(e), err)
		}
	}
	if got := l.Offset(); got != 0 {
		t.Errorf("the clock is %s off", got)
	}
}

// A code is good to its last second, whoever else uses the lab: nothing of a
// walk moves the clock but who asks for it.
func TestSendingMovesNoClock(t *testing.T) {
	w := start(t, fitTrack)
	w.Run().Advance(lab.CodeLifetime - time.Minute)
	before := w.Run().Lab().Offset()
	if at, err := w.Do(t.Context(), "page"); err != nil || at != "page" {
		t.Fatalf("at %s: %v", at, err)
	}
	if got := w.Run().Lab().Offset(); got != before {
		t.Errorf("the clock went from %s to %s", before, got)
	}
	if err := w.Break(t.Context(), "token-request", "expired_code"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Send(t.Context(), "token-request"); err != nil {
		t.Fatal(err)
	}
	if w.Expired("token-request") != "" {
		t.Error("a fault that was tried counts as reading for too long")
	}
	if _, err := w.Undo(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := w.Run().Lab().Offset(); got != before {
		t.Errorf("after the undo the clock is %s off, want %s", got, before)
	}
}
