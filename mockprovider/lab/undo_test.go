package lab

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"claimcheck/mockprovider/trace"
)

// writes lets a run overwrite a value of 32 KiB so many times.
func writes(t *testing.T, r *Run, times int) {
	t.Helper()
	ctx := r.context(t.Context())
	for range times {
		if err := r.lab.store.Put(ctx, "app:x:"+r.id, make([]byte, 32<<10), time.Hour); err != nil {
			t.Fatal(err)
		}
	}
}

// noted is what is kept of a run for undo, counted here once more.
func noted(r *Run) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := 0
	for _, w := range r.undo.writes {
		n += len(w.key) + len(w.old)
	}
	return n
}

func newTestRun(t *testing.T, l *Lab) *Run {
	t.Helper()
	r, err := l.NewRun(RunConfig{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestUndoIsBoundedPerRun(t *testing.T) {
	l := newTestLab(t)
	r := newTestRun(t, l)
	first := r.Checkpoint()
	writes(t, r, 200)
	if n := noted(r); n > maxJournalBytes || n < maxJournalBytes/2 {
		t.Errorf("%d bytes are kept, the cap is %d", n, maxJournalBytes)
	}
	if err := r.Restore(t.Context(), first); !errors.Is(err, ErrTooOld) {
		t.Errorf("a restore to where nothing is known of: %v", err)
	}
	last := r.Checkpoint()
	writes(t, r, 1)
	if err := r.Restore(t.Context(), last); err != nil {
		t.Errorf("what is known does not restore: %v", err)
	}
	if err := r.Reset(t.Context()); err != nil {
		t.Fatalf("a full journal stops the reset: %v", err)
	}
	items := r.Items()
	if text := items[len(items)-1].Mark.Text; !strings.Contains(text, "oldest codes and tokens stay") {
		t.Errorf("the reset does not say what it left: %q", text)
	}
	writes(t, r, 300)
	if err := r.Restore(t.Context(), last); !errors.Is(err, ErrTooOld) {
		t.Errorf("a checkpoint of before the reset: %v", err)
	}
}

func TestUndoIsBoundedPerLab(t *testing.T) {
	l := newTestLab(t)
	var runs []*Run
	for range 40 {
		r := newTestRun(t, l)
		writes(t, r, 25)
		runs = append(runs, r)
	}
	total := 0
	for _, r := range runs {
		total += noted(r)
	}
	if total > maxUndoBytes || total < maxUndoBytes/2 {
		t.Errorf("%d bytes are kept, the cap is %d", total, maxUndoBytes)
	}
	if noted(runs[0]) != 0 || noted(runs[39]) == 0 {
		t.Error("room was not made at the run that was used least recently")
	}
	if err := l.Reset(); err != nil {
		t.Fatal(err)
	}
	writes(t, runs[39], 2) // a message of a dropped run may still be under way
	runs[39].note(write{key: "late"})
	if n := l.store.bytes.Load(); n != 0 {
		t.Errorf("after the reset %d bytes are counted", n)
	}
}

func TestUndoCountsWhatItTakesBack(t *testing.T) {
	l := newTestLab(t)
	r := newTestRun(t, l)
	before := r.Checkpoint()
	writes(t, r, 3)
	if err := r.Restore(context.Background(), before); err != nil {
		t.Fatal(err)
	}
	if n := l.store.bytes.Load(); n != 0 || len(trace.Marks(r.Items(), trace.MarkUndone)) != 1 {
		t.Errorf("%d bytes are counted after all was taken back", n)
	}
}
