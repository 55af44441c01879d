package walkthrough

import (
	"context"
	"encoding/base64"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Break prepares a fault: it does what is missing before the step, takes back
// the step's own sendings, and edits the next one. It sends nothing but what
// the fault itself needs beforehand. Undo and Discard take it back.
func (w *Walk) Break(ctx context.Context, step, fault string) error {
	if w.watch != nil {
		return ErrWatched
	}
	s, ok := w.v.Step(step)
	if !ok || !slices.ContainsFunc(s.Wrong, func(x Wrong) bool { return x.Fault == fault }) {
		return fmt.Errorf("step %q has no fault %q", step, fault)
	}
	prepare := w.script.faults[step+"/"+fault]
	if prepare == nil {
		return fmt.Errorf("the fault %q of step %q can't be prepared", fault, step)
	}
	if err := w.Discard(ctx, step); err != nil {
		return err
	}
	if before, ok := w.beforeFirst(step); ok {
		if err := w.run.Restore(ctx, before); err != nil {
			return err
		}
	}
	if id := w.sentBefore(s); id != "" {
		if at, err := w.Do(ctx, id); err != nil || at != id {
			return fmt.Errorf("step %d does not lead on, so this fault can't be tried: %w", w.number(at), err)
		}
	}
	before := w.run.Checkpoint()
	_, out, err := w.Preview(ctx, step)
	if err != nil {
		return err
	}
	d := out.clone()
	if err := prepare(ctx, w, d); err != nil {
		return err
	}
	generated, _, err := w.Preview(ctx, step)
	if err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.drafts[step] = &plan{draft: d, from: generated.Raw(), fault: fault, before: &before}
	return nil
}

// sentBefore is the last step before s that sends, empty if there is none.
func (w *Walk) sentBefore(s *Step) string {
	for _, o := range slices.Backward(w.Steps()[:s.N-1]) {
		if w.Sends(o.ID) {
			return o.ID
		}
	}
	return ""
}

// twice sends the step's request as it is; the plan then holds the same one again.
func twice(step string) preparation {
	return func(ctx context.Context, w *Walk, _ *Draft) error {
		_, err := w.Send(ctx, step)
		return err
	}
}

func later(d time.Duration) preparation {
	return func(_ context.Context, w *Walk, _ *Draft) error {
		w.run.Advance(d)
		return nil
	}
}

// flip changes the last character.
func flip(s string) string {
	if s == "" {
		return "x"
	}
	last := byte('A')
	if s[len(s)-1] == last {
		last = 'B'
	}
	return s[:len(s)-1] + string(last)
}

// asBob rewrites the payload of the JWT at the end of s, so that it is about Bob.
// The signature stays what it was.
func asBob(s string) string {
	parts := strings.Split(s, ".")
	if len(parts) != 3 {
		return flip(s)
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return flip(s)
	}
	sub := regexp.MustCompile(`"sub":"[^"]*"`)
	parts[1] = base64.RawURLEncoding.EncodeToString(sub.ReplaceAll(payload, []byte(`"sub":"bob"`)))
	return strings.Join(parts, ".")
}

// unchanged is for a fault in which the request stays as it is.
func unchanged(context.Context, *Walk, *Draft) error { return nil }

// set gives a parameter another value; an empty one takes it out.
func set(name, value string) preparation {
	return func(_ context.Context, _ *Walk, d *Draft) error {
		d.Set(name, value)
		return nil
	}
}

func wrongSecret(_ context.Context, w *Walk, d *Draft) error {
	d.Header.Set("Authorization", basic(w.v.Client, "guessed-by-mallory"))
	return nil
}

func noToken(_ context.Context, _ *Walk, d *Draft) error {
	d.Header.Del("Authorization")
	return nil
}

func alteredToken(_ context.Context, _ *Walk, d *Draft) error {
	d.Header.Set("Authorization", asBob(d.Header.Get("Authorization")))
	return nil
}
