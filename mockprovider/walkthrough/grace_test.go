package walkthrough

import (
	"testing"
	"time"

	"claimcheck/playground"
)

// The race branch under a grace window: the second tab gets tokens with a warning,
// and the first one is not locked out. A reset of the lab takes the window back.
func TestRaceWithGrace(t *testing.T) {
	l := newLab(t)
	f, err := Load("refresh-token-rotation")
	if err != nil {
		t.Fatal(err)
	}
	if err := l.SetRefreshGrace(10 * time.Second); err != nil {
		t.Fatal(err)
	}
	w := startIn(t, l, pick(t, f, "branch=race"))
	if at, err := w.Do(t.Context(), "next-request"); err != nil || at != "next-request" {
		t.Fatalf("it stops at %s: %v", at, err)
	}
	e := w.Entry("second-tab")
	if row := e.Finding("refresh_reuse_revoke"); !e.Accepted() || row.Status != playground.StatusWarn {
		t.Errorf("the second tab: %s", Outcome(e))
	}
	if !w.Entry("next-request").Accepted() || !w.Passed("second-check") {
		t.Errorf("the first tab: %s", Outcome(w.Entry("next-request")))
	}
	if err := l.Reset(); err != nil || l.RefreshGrace() != 0 {
		t.Errorf("after a reset the window is %s, %v", l.RefreshGrace(), err)
	}
	w = startIn(t, l, pick(t, f, "branch=race"))
	if _, err := w.Do(t.Context(), "next-request"); err != nil {
		t.Fatal(err)
	}
	if e := w.Entry("second-tab"); e.Accepted() {
		t.Error("without the window the second tab is let in")
	}
	for _, d := range []time.Duration{-time.Second, time.Hour} {
		if l.SetRefreshGrace(d) == nil {
			t.Errorf("a window of %s is taken", d)
		}
	}
}
