package walkthrough

import (
	"net/http"

	"claimcheck/mockprovider/trace"
	"claimcheck/playground"
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
	a := w.script.actions[id]
	if a == nil {
		return nil
	}
	r, alive := w.read(), map[int64]bool{}
	for _, e := range r.entries {
		alive[e.Seq] = true
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	var as []Attempt
	for _, e := range r.all {
		if !w.owns(a, e) {
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

// Outcome is how an exchange ended, in a sentence or two. Code in a rule's title
// stands between backticks.
func Outcome(e *trace.Entry) string {
	who := e.To.Name
	if f := e.Refusal(); f != nil {
		return refusedWith(e, f)
	}
	held := false
	for _, f := range e.RequestFindings.All() {
		held = held || f.Status == playground.StatusPass
	}
	said := who + " answered " + status(e)
	if held {
		said = who + " ran its rules, and all that applied passed. It answered " + status(e)
	}
	if f := e.AnswerRefusal(); f != nil && e.Response.Status < http.StatusBadRequest {
		return said + ". " + e.From.Name + " refused the answer, by its rule “" + f.Title + "” (" + f.Named() + ")."
	}
	switch u := e.Response.Location(); {
	case u != nil && u.Query().Get("error") != "":
		return said + ", and sent the error " + u.Query().Get("error") + " back through the browser."
	case u != nil:
		return said + ", a redirect."
	}
	return said + "."
}

func refusedWith(e *trace.Entry, f *playground.Finding) string {
	return e.To.Name + " refused, by its rule “" + f.Title + "” (" + f.Named() + "). It answered " + status(e) + "."
}

// Outcome is [Outcome] of the exchange at which an attack ended. Of several rules
// that refused it names the defence, as the result does.
func (r Result) Outcome(e *trace.Entry) string {
	first := e.Refusal()
	if r.Finding == nil || first == nil || r.Finding.ID == first.ID || e.Finding(r.Finding.ID) == nil {
		return Outcome(e)
	}
	return refusedWith(e, r.Finding)
}
