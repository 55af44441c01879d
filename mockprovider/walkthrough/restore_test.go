package walkthrough

import (
	"net/http"
	"testing"
)

// An attempt that still counts becomes the last thing that happened.
func TestRestoreTakesBackWhatCameAfter(t *testing.T) {
	w := start(t, fitTrack)
	if _, err := w.Do(t.Context(), "page"); err != nil {
		t.Fatal(err)
	}
	if e, err := w.Send(t.Context(), "token-request"); err != nil || refusal(e) == "nothing" {
		t.Fatalf("the code worked twice: %v", err)
	}
	as := w.Attempts("token-request")
	if len(as) != 2 || w.Restorable(as[0]) != RestoreBack || w.Restorable(as[1]) != "" {
		t.Fatalf("%d attempts, ways back %q", len(as), w.Restorable(as[0]))
	}
	if err := w.RestoreAttempt(t.Context(), "token-check", 1); err != nil {
		t.Fatal(err)
	}
	if !w.Passed("token-request") || w.StateOf("api-request") != StateTodo {
		t.Errorf("token request %s, API request %s", w.StateOf("token-request"), w.StateOf("api-request"))
	}
	if e, err := w.Send(t.Context(), "api-request"); err != nil || e.Response.Status != http.StatusOK {
		t.Errorf("afterwards the token does not work: %v", err)
	}
}

// The first use of a code that was then used twice stands after the restore.
func TestRestoreBeforeAFault(t *testing.T) {
	w := start(t, fitTrack)
	if err := w.Break(t.Context(), "token-request", "code_twice"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Send(t.Context(), "token-request"); err != nil {
		t.Fatal(err)
	}
	if err := w.RestoreAttempt(t.Context(), "token-request", 1); err != nil {
		t.Fatal(err)
	}
	if at, err := w.Do(t.Context(), "page"); err != nil || at != "page" {
		t.Errorf("afterwards the walk stops at %s: %v", at, err)
	}
}

// What was undone is prepared again, as it was changed then.
func TestRestorePreparesWhatWasUndone(t *testing.T) {
	w := start(t, fitTrack)
	if _, err := w.Do(t.Context(), "callback"); err != nil {
		t.Fatal(err)
	}
	send := func() {
		t.Helper()
		if _, err := w.Send(t.Context(), "token-request"); err != nil {
			t.Fatal(err)
		}
	}
	undo := func() {
		t.Helper()
		if _, err := w.Undo(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Edit(t.Context(), "token-request", []Field{{"code", "invented"}}, ""); err != nil {
		t.Fatal(err)
	}
	send()
	undo()
	if err := w.Break(t.Context(), "token-request", "wrong_verifier"); err != nil {
		t.Fatal(err)
	}
	send()
	undo()
	send() // as it should be
	for n, want := range []string{"changed: code", "changed: code_verifier"} {
		if err := w.RestoreAttempt(t.Context(), "token-request", n+1); err != nil {
			t.Fatal(err)
		}
		generated, out, err := w.Preview(t.Context(), "token-request")
		if err != nil {
			t.Fatal(err)
		}
		if cs := out.Changes(generated); len(cs) != 1 || cs[0].String() != want {
			t.Errorf("A%d is prepared with %v, want %s", n+1, cs, want)
		}
	}
	for _, n := range []int{0, 3, 4} {
		if err := w.RestoreAttempt(t.Context(), "token-request", n); err == nil {
			t.Errorf("A%d was restored", n)
		}
	}
}
