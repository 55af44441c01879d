package walkthrough

import (
	"context"
	"fmt"

	"claimcheck/mockprovider/trace"
)

// A Blame says which step made a later one fail, and in a sentence how.
type Blame struct {
	Step *Step
	Why  string
}

// Blame finds what a step's failure comes from, where sending it once more can
// only fail again: a refusal or a change in the step or before it, or a login by
// somebody else. It is nil where nothing failed, and where a person may try
// again on the same page.
func (w *Walk) Blame(step string) *Blame {
	own := w.source(step)
	failed := false
	for _, id := range w.blamable(own) {
		e := w.current(id)
		if e == nil || w.script.actions[id].good(w, e) {
			continue
		}
		failed = true
		if w.script.actions[id].person == nil || e.Response.Location() != nil {
			break
		}
		if asks(e, id) != "" {
			return nil // the same page again: a wrong password
		}
		if s, ok := w.v.Step("authorization-request"); ok {
			return &Blame{s, fmt.Sprintf("AcmeID no longer knows the request that the page in step %d belongs to. A new one begins with step %d.", w.number(id), s.N)}
		}
	}
	if !failed {
		return nil
	}
	for _, id := range w.blamable(own) {
		s, ok := w.v.Step(id)
		e := w.current(id)
		if !ok || e == nil {
			continue
		}
		if why := w.cause(s, e); why != "" {
			return &Blame{s, why}
		}
		if !w.script.actions[id].good(w, e) {
			return &Blame{s, fmt.Sprintf("It was refused in step %d.", s.N)}
		}
	}
	return nil
}

// blamable are the sending steps up to this one, the callback among them.
func (w *Walk) blamable(step string) []string {
	var ids []string
	for _, s := range w.Steps() {
		if w.Sends(s.ID) && s.N <= w.number(step) {
			ids = append(ids, s.ID)
		}
	}
	return ids
}

// cause says what was out of the ordinary in a step, empty if nothing was.
func (w *Walk) cause(s *Step, e *trace.Entry) string {
	for _, a := range w.Attempts(s.ID) {
		if a.Entry.Seq != e.Seq {
			continue
		}
		for _, x := range s.Wrong {
			if x.Fault == a.Fault {
				return fmt.Sprintf("In step %d you tried “%s”.", s.N, x.Title)
			}
		}
		if len(a.Changes) > 0 {
			return fmt.Sprintf("Step %d went out with a change of yours (%s).", s.N, a.Changes[0])
		}
	}
	if odd := w.script.actions[s.ID].odd; odd != nil {
		return odd(w, s, e)
	}
	return ""
}

// BackTo takes back every sending of the step and what came after it, so that it
// can be sent as if for the first time. Predictions stay.
func (w *Walk) BackTo(ctx context.Context, step string) error {
	id := w.source(step)
	if err := w.Discard(ctx, id); err != nil {
		return err
	}
	if before, ok := w.beforeFirst(id); ok {
		return w.run.Restore(ctx, before)
	}
	return nil
}

// Unlike lists what the learner changed in what was sent and still counts, up to
// the step: one sentence each.
func (w *Walk) Unlike(step string) []string {
	var says []string
	for _, id := range w.blamable(w.source(step)) {
		s, ok := w.v.Step(id)
		e := w.current(id)
		if !ok || e == nil {
			continue
		}
		if why := w.cause(s, e); why != "" {
			says = append(says, why)
		}
	}
	return says
}
