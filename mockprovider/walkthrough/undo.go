package walkthrough

import (
	"context"
	"errors"
	"slices"
	"strings"

	"claimcheck/mockprovider/lab"
)

// ErrNothing is returned when there is nothing to take back.
var ErrNothing = errors.New("nothing was sent that could be undone")

// Undo takes the last sending back, with everything that it changed: at AcmeID,
// in the client, in the browser, and on the clock. The log keeps the message.
func (w *Walk) Undo(ctx context.Context) (step string, err error) {
	entries := w.run.Entries()
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
	a := w.actions[step]
	for _, e := range w.run.Entries() {
		if !a.owns(w, e) {
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
	if err := w.run.Reset(ctx); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.forget()
	return nil
}
