package walkthrough

import (
	"context"
	"fmt"
)

// expiring are the rules that refuse what came too late, by the step that sends
// it, with the last step that has to be done anew.
func expiring() map[string]struct{ rule, what, redo string } {
	return map[string]struct{ rule, what, redo string }{
		"token-request": {"code_ttl", "code", "callback"},
		"api-request":   {"exp", "access token", "token-request"},
	}
}

// Expired says what has expired where the step's message was refused for that,
// and not because a fault had moved the clock: "code" or "access token", else
// empty.
func (w *Walk) Expired(step string) string {
	x, ok := expiring()[w.source(step)]
	e := w.Entry(step)
	if !ok || e == nil {
		return ""
	}
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

// Renew gets anew what has expired: it goes back to before the authorization
// request and does everything up to the step in the learner's stead. The step
// itself is then to be sent again, and its earlier attempts stay to be looked at.
func (w *Walk) Renew(ctx context.Context, step string) error {
	step = w.source(step)
	x, ok := expiring()[step]
	if !ok {
		return fmt.Errorf("nothing expires in step %d", w.number(step))
	}
	if err := w.Discard(ctx, step); err != nil {
		return err
	}
	if before, ok := w.beforeFirst("authorization-request"); ok {
		if err := w.run.Restore(ctx, before); err != nil {
			return err
		}
	}
	if at, err := w.Do(ctx, x.redo); err != nil || at != x.redo {
		return fmt.Errorf("step %d does not lead on: %w", w.number(at), err)
	}
	return nil
}
