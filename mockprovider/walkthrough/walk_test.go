package walkthrough

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
)

// newLab is a lab that listens for real.
func newLab(t *testing.T) *lab.Lab {
	t.Helper()
	return newLabAt(t, nil)
}

// newLabAt is a lab with a wall clock of the test's own, if now is not nil.
func newLabAt(t *testing.T, now func() time.Time) *lab.Lab {
	t.Helper()
	srv := httptest.NewUnstartedServer(nil)
	world, err := lab.New(lab.Config{Origin: "http://" + srv.Listener.Addr().String(), Seed: "walk", Now: now})
	if err != nil {
		t.Fatal(err)
	}
	srv.Config.Handler = world
	srv.Start()
	t.Cleanup(srv.Close)
	return world.Main()
}

func start(t *testing.T, v Variant) *Walk {
	t.Helper()
	f, err := Load(CodePKCE)
	if err != nil {
		t.Fatal(err)
	}
	w, err := NewWalks(f).Start(newLab(t), v, true)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// blocked is the variant that AcmeID refuses: a public client without PKCE.
func blocked(v Variant) bool { return v.Lite() && !v.PKCE }

func TestDoWalksEveryVariantToItsEnd(t *testing.T) {
	for _, v := range Variants() {
		t.Run(v.Client+" PKCE "+v.PKCEWord(), func(t *testing.T) {
			w := start(t, v)
			at, err := w.Do(t.Context(), "page")
			if err != nil {
				t.Fatalf("at %s: %v", at, err)
			}
			if blocked(v) {
				if at != "authorization-request" || w.StateOf(at) != StateFailed {
					t.Errorf("stopped at %s (%s), want the authorization request refused", at, w.StateOf(at))
				}
				return
			}
			for _, s := range w.Steps() {
				if !w.Passed(s.ID) {
					t.Errorf("step %d %s: %s", s.N, s.ID, w.StateOf(s.ID))
				}
			}
			for _, a := range w.Attempts("page") {
				if a.Entry.Via != "server" {
					t.Errorf("page: via %q", a.Entry.Via)
				}
			}
		})
	}
}

// A step names the rules that it is about. They are rules that its receiver
// really runs, in that order.
func TestStepNamesRulesThatRan(t *testing.T) {
	for _, v := range Variants() {
		w := start(t, v)
		if _, err := w.Do(t.Context(), "page"); err != nil {
			t.Fatal(err)
		}
		for _, s := range w.Steps() {
			e := w.Entry(s.ID)
			if e == nil || len(s.Rules) == 0 {
				continue
			}
			at := 0
			for _, id := range s.Rules {
				found := false
				for i := at; i < len(e.RequestFindings); i++ {
					if e.RequestFindings[i].ID == id {
						at, found = i+1, true
						break
					}
				}
				if !found {
					t.Errorf("%s (%s, PKCE %s): no rule %q ran here, or not in this order; there were %v", s.File, v.Client, v.PKCEWord(), id, ids(e))
				}
			}
		}
	}
}

func ids(e *trace.Entry) []string {
	var out []string
	for i := range e.RequestFindings {
		out = append(out, e.RequestFindings[i].ID)
	}
	return out
}

// Each fault of the texts is sent for real and has the outcome that its text
// states; an undo takes it back and the walk goes on.
func TestFaultsHaveTheirOutcome(t *testing.T) {
	for _, v := range Variants() {
		if blocked(v) {
			continue
		}
		f, err := Load(CodePKCE)
		if err != nil {
			t.Fatal(err)
		}
		l := newLab(t)
		walks := NewWalks(f)
		for _, s := range f.Steps(v) {
			for _, x := range s.Wrong {
				t.Run(v.Client+" PKCE "+v.PKCEWord()+"/"+s.ID+"/"+x.Fault, func(t *testing.T) {
					w, err := walks.Start(l, v, true)
					if err != nil {
						t.Fatal(err)
					}
					tryFault(t, w, s, x)
				})
			}
		}
	}
}

func tryFault(t *testing.T, w *Walk, s *Step, x Wrong) {
	t.Helper()
	if err := w.Break(t.Context(), s.ID, x.Fault); err != nil {
		t.Fatal(err)
	}
	e, err := w.Send(t.Context(), s.ID)
	if err != nil {
		t.Fatal(err)
	}
	if e.Response.Status != x.Status {
		t.Errorf("status %d, text says %d", e.Response.Status, x.Status)
	}
	if got := e.Refusal(); got == nil || (got.ID != x.Rule && got.FindingID() != x.Rule) {
		t.Errorf("refused by %v, text says %s", refusal(e), x.Rule)
	}
	if got := wireError(e); got != x.Error {
		t.Errorf("error %q on the wire, text says %q", got, x.Error)
	}
	if w.Passed(s.ID) {
		t.Error("the step counts as passed after the fault")
	}
	as := w.Attempts(s.ID)
	if last := as[len(as)-1]; last.Fault != x.Fault || last.Good {
		t.Errorf("last attempt: fault %q, good %v", last.Fault, last.Good)
	}
	if _, err := w.Undo(t.Context()); err != nil {
		t.Fatal(err)
	}
	if at, err := w.Do(t.Context(), "page"); err != nil || at != "page" {
		t.Errorf("after the undo the walk stops at %s: %v", at, err)
	}
}

func refusal(e *trace.Entry) string {
	if f := e.Refusal(); f != nil {
		return f.ID + " (" + f.FindingID() + ")"
	}
	return "nothing"
}

// wireError is the error code of an answer, wherever it stands.
func wireError(e *trace.Entry) string {
	if u := e.Response.Location(); u != nil {
		return u.Query().Get("error")
	}
	var body struct {
		Error string `json:"error"`
	}
	if e.Response.JSON(&body) && body.Error != "" {
		return body.Error
	}
	return challengeError(e.Response.Header)
}

func challengeError(h http.Header) string {
	const mark = `error="`
	v := h.Get("WWW-Authenticate")
	for i := 0; i+len(mark) <= len(v); i++ {
		if v[i:i+len(mark)] == mark {
			rest := v[i+len(mark):]
			for j := range len(rest) {
				if rest[j] == '"' {
					return rest[:j]
				}
			}
		}
	}
	return ""
}

// Who reads for longer than a code lives gets a fresh one, and goes on.
func TestExpiredIsRenewed(t *testing.T) {
	var wall atomic.Int64
	wall.Store(time.Date(2026, 3, 8, 12, 0, 0, 0, time.UTC).Unix())
	l := newLabAt(t, func() time.Time { return time.Unix(wall.Load(), 0).UTC() })
	f, err := Load(CodePKCE)
	if err != nil {
		t.Fatal(err)
	}
	w, err := NewWalks(f).Start(l, Variant{FitTrack, true}, true)
	if err != nil {
		t.Fatal(err)
	}
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
	w := start(t, Variant{FitTrack, true})
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
