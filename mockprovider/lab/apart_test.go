package lab_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"claimcheck/mockprovider/lab"
)

func TestUndoAfterTheClockWasPutRight(t *testing.T) {
	s := newSite(t, nil)
	r := s.guided(t, lab.RunConfig{})
	before := r.Checkpoint()
	r.Advance(10 * time.Minute)
	s.Main().ResetClock()
	if err := r.Restore(t.Context(), before); err != nil {
		t.Fatal(err)
	}
	if got := s.Main().Offset(); got != 0 {
		t.Errorf("undo moved a clock that was right already: it is off by %s", got)
	}
	r.Advance(time.Minute)
	if err := r.Reset(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := s.Main().Offset(); got != 0 {
		t.Errorf("the reset left the clock off by %s", got)
	}
}

// TestWrongGuessesStayInTheirRun holds that one run can't lock another out, and
// that resetting the one unlocks it alone.
func TestWrongGuessesStayInTheirRun(t *testing.T) {
	s := newSite(t, nil)
	guess := func(r *lab.Run) int {
		t.Helper()
		edit, err := r.TokenRequest(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(edit.Body)
		edited, _ := http.NewRequestWithContext(t.Context(), edit.Method, edit.URL.String(), strings.NewReader(string(body)))
		edited.Header = edit.Header.Clone()
		edited.SetBasicAuth("fittrack", "a wrong secret")
		e, err := r.Redeem(t.Context(), edited)
		if err != nil {
			t.Fatal(err)
		}
		return e.Response.Status
	}
	a, b := s.guided(t, lab.RunConfig{}), s.guided(t, lab.RunConfig{})
	s.browser(t).toCode(a)
	s.browser(t).toCode(b)
	last := 0
	for range 11 {
		last = guess(a)
	}
	if last != http.StatusTooManyRequests {
		t.Fatalf("after eleven wrong secrets: %d", last)
	}
	if got := guess(b); got != http.StatusUnauthorized {
		t.Errorf("another run is locked out too: %d", got)
	}
	if e, err := b.Redeem(t.Context(), nil); err != nil || e.Response.Status != http.StatusOK {
		t.Errorf("another run can't redeem its code: %v", err)
	}
}
