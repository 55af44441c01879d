package walkthrough

import (
	"context"
	"fmt"
)

// Expired says what has expired where the step's message was refused for that,
// and not because a fault had moved the clock: "code" or "access token", else
// empty.
func (w *Walk) Expired(step string) string {
	a, e := w.script.actions[w.source(step)], w.Entry(step)
	if a == nil || a.expires == nil || e == nil {
		return ""
	}
	x := a.expires
	if f := e.Refusal(); f == nil || f.ID != x.rule {
		return ""
	}
	for _, a := range w.Attempts(step) {
		if a.Entry.Seq == e.Seq && a.Fault != "" {
			return ""
		}
	}
	return x.what
}

// Renew gets anew what has expired: it goes back to before it
// was asked for and does everything up to the step in the learner's stead. The step
// itself is then to be sent again, and its earlier attempts stay to be looked at.
func (w *Walk) Renew(ctx context.Context, step string) error {
	step = w.source(step)
	a := w.script.actions[step]
	if a == nil || a.expires == nil {
		return fmt.Errorf("nothing expires in step %d", w.number(step))
	}
	if err := w.Discard(ctx, step); err != nil {
		return err
	}
	if before, ok := w.beforeFirst(a.expires.from); ok {
		if err := w.run.Restore(ctx, before); err != nil {
			return err
		}
	}
	if at, err := w.Do(ctx, a.expires.redo); err != nil || at != a.expires.redo {
		return fmt.Errorf("step %d does not lead on: %w", w.number(at), err)
	}
	return nil
}
