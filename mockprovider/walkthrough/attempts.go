package walkthrough

import (
	"claimcheck/mockprovider/trace"
)

// An Attempt is one sending of a step.
type Attempt struct {
	// N counts the attempts of the step from 1: A1, A2, …
	N     int
	Entry *trace.Entry
	// Undone says that an undo or a reset took its effects back.
	Undone bool
	// Good says that the walk can go on from it.
	Good bool
	// Changes are the learner's edits, Fault the fault that was tried.
	Changes []Change
	Fault   string
}

// Attempts are the sendings of a step, the oldest first, undone ones included.
// For a step that looks at another one's exchange they are that one's.
func (w *Walk) Attempts(step string) []Attempt {
	id := w.source(step)
	a := w.actions[id]
	if a == nil {
		return nil
	}
	alive := map[int64]bool{}
	for _, e := range w.run.Entries() {
		alive[e.Seq] = true
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	var as []Attempt
	for _, e := range trace.Entries(w.run.Items()) {
		if !a.owns(w, e) {
			continue
		}
		at := Attempt{N: len(as) + 1, Entry: e, Undone: !alive[e.Seq], Good: a.good(w, e)}
		if s := w.sendings[sendingKey{id, e.Attempt}]; s != nil && e.Step == id {
			at.Changes, at.Fault = s.changes, s.fault
		}
		as = append(as, at)
	}
	return as
}

// Outcome is how an exchange ended, in one sentence.
func Outcome(e *trace.Entry, v Variant) string {
	who := NameOf(e.To.Role, v)
	if f := e.Refusal(); f != nil {
		return who + " refused: " + f.Title + " did not hold."
	}
	if u := e.Response.Location(); u != nil {
		if code := u.Query().Get("error"); code != "" {
			return who + " sent the error " + code + " back through the browser."
		}
		return who + " answered " + status(e) + ", a redirect."
	}
	if e.Response.Status >= 400 {
		return who + " refused with " + status(e) + "."
	}
	return who + " answered " + status(e) + "."
}
