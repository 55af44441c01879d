package walkthrough

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
)

// ErrNothing is returned when there is nothing to take back.
var ErrNothing = errors.New("nothing was sent that could be undone")

// Undo takes the last sending back, with everything that it changed: at AcmeID,
// in the client, in the browser, and on the clock. The log keeps the message.
func (w *Walk) Undo(ctx context.Context) (step string, err error) {
	entries := w.read().entries
	for _, e := range slices.Backward(entries) {
		if s := w.owner(e); s != nil {
			w.mu.Lock()
			x := w.sendings[sendingKey{e.Step, e.Attempt}]
			w.mu.Unlock()
			if x == nil {
				break
			}
			return e.Step, w.run.Restore(ctx, x.before)
		}
	}
	return "", ErrNothing
}

// ResetStep takes back every sending of the step, and what came after the first
// of them, and forgets its draft and its predictions.
func (w *Walk) ResetStep(ctx context.Context, step string) error {
	id := w.source(step)
	w.mu.Lock()
	for k := range w.guesses {
		if k == step+"/" || k == id+"/" || strings.HasPrefix(k, id+"/") {
			delete(w.guesses, k)
		}
	}
	w.mu.Unlock()
	if err := w.Discard(ctx, id); err != nil {
		return err
	}
	if before, ok := w.beforeFirst(id); ok {
		return w.run.Restore(ctx, before)
	}
	return nil
}

// beforeFirst is the point before the step's first sending that still counts.
func (w *Walk) beforeFirst(step string) (lab.Checkpoint, bool) {
	a := w.script.actions[step]
	for _, e := range w.read().entries {
		if !w.owns(a, e) {
			continue
		}
		w.mu.Lock()
		x := w.sendings[sendingKey{e.Step, e.Attempt}]
		w.mu.Unlock()
		if x != nil {
			return x.before, true
		}
	}
	return lab.Checkpoint{}, false
}

// Reset takes the whole walk back to its beginning.
func (w *Walk) Reset(ctx context.Context) error {
	if w.watch != nil {
		return ErrWatched
	}
	if err := w.run.Reset(ctx); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.forget()
	return nil
}

// RestoreAttempt goes back to an earlier attempt of a step, by its number from
// 1. One that still counts becomes the last thing that happened: what was sent
// after it is taken back. One that was undone is prepared again as it was
// changed then, and waits to be sent. The error is a sentence for the learner.
func (w *Walk) RestoreAttempt(ctx context.Context, step string, n int) error {
	as := w.Attempts(step)
	if n < 1 || n > len(as) {
		return fmt.Errorf("step %d has no attempt A%d", w.number(step), n)
	}
	a := as[n-1]
	switch w.Restorable(a) {
	case RestoreBack:
		point, _ := w.after(a.Entry)
		return w.run.Restore(ctx, point)
	case RestoreEdit:
		step = w.source(step)
		if a.Fault != "" {
			return w.Break(ctx, step, a.Fault)
		}
		if before, ok := w.beforeFirst(step); ok {
			if err := w.run.Restore(ctx, before); err != nil {
				return err
			}
		}
		fields := make([]Field, 0, len(a.Changes))
		for _, ch := range a.Changes {
			fields = append(fields, Field{ch.Name, ch.Is})
		}
		return w.Edit(ctx, step, fields, "")
	}
	return fmt.Errorf("attempt A%d is where you are", n)
}

// Restoring is what going back to an attempt means.
type Restoring string

// The ways back. The zero value is none.
const (
	RestoreBack Restoring = "back" // undo what came after it
	RestoreEdit Restoring = "edit" // prepare the same change again
)

// Restorable says how one can go back to the attempt, empty if one can't.
func (w *Walk) Restorable(a Attempt) Restoring {
	if a.Undone {
		if a.Fault != "" || len(a.Changes) > 0 {
			return RestoreEdit
		}
		return ""
	}
	if _, ok := w.after(a.Entry); ok {
		return RestoreBack
	}
	return ""
}

// after is the point right before the first thing that was sent after e and
// still counts.
func (w *Walk) after(e *trace.Entry) (lab.Checkpoint, bool) {
	own := sendingKey{e.Step, e.Attempt}
	for _, later := range w.read().entries {
		k := sendingKey{later.Step, later.Attempt}
		if later.Seq <= e.Seq || k == own {
			continue
		}
		w.mu.Lock()
		x := w.sendings[k]
		w.mu.Unlock()
		if x != nil {
			return x.at, true
		}
	}
	return lab.Checkpoint{}, false
}
