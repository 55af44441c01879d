package trace_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"claimcheck/mockprovider/trace"
	"claimcheck/playground"
)

// TestFindingsComeBack proves that the log's own form of findings loses nothing.
func TestFindingsComeBack(t *testing.T) {
	rule := &playground.Rule{ID: "exp", Title: "It has not expired"}
	failed := playground.Fail("later", "earlier", "ask again")
	failed.Case, failed.Span = "exp_past", playground.Span{Part: "payload", Start: 1, End: 2}
	told := playground.Pass()
	told.Message = "By a second."
	rows := []playground.Finding{
		{Rule: rule, Outcome: playground.Pass()},
		{Rule: rule, Outcome: told},
		{Rule: rule, Outcome: playground.Skip(playground.WhyOtherPolicy)},
		{Rule: rule, Outcome: playground.Skip("for a reason of its own")},
		{Rule: rule, Outcome: failed},
		{Rule: rule, Outcome: playground.Skip(playground.WhyNotReached)},
	}
	kept := trace.Keep(rows)
	if diff := cmp.Diff(rows, kept.All()); diff != "" {
		t.Errorf("-before +after\n%s", diff)
	}
	rows[4].Got = "changed"
	if kept.All()[4].Got != "earlier" {
		t.Error("who reported the rows can change what is kept")
	}
}

// TestPanicLeavesNoHeader proves that an error page goes out without what the
// party that broke down had set by then.
func TestPanicLeavesNoHeader(t *testing.T) {
	rec := &trace.Recorder{
		Log: trace.NewLog(0, 0), Now: time.Now, Wall: time.Now,
		Sender: func(*http.Request, []byte) trace.Sender { return trace.Sender{} },
	}
	h := rec.Handler(trace.Party{}, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "5")
		panic("broken")
	}))
	w := httptest.NewRecorder()
	func() {
		defer func() { _ = recover() }()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	}()
	if len(w.Header()) > 0 {
		t.Errorf("left: %v", w.Header())
	}
}
