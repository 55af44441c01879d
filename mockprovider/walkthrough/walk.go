package walkthrough

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"sync"
	"sync/atomic"

	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
	"claimcheck/playground"
)

// A Walk is one learner's pass through a flow: the flow's list on top of a run
// of the lab. What happened is read from the run's log; what the walk itself
// keeps is what the learner did beside the wire: drafts, predictions, and why a
// message was sent as it was. It is safe for concurrent use.
type Walk struct {
	flow   *Flow
	run    *lab.Run // nil where somebody else walks
	watch  *watch   // nil where nobody else does
	v      *Variant
	script *script
	n      int // walks are counted as they begin
	tried  bool
	on     []string // the defences that were on when an attack was tried

	mu       sync.Mutex
	drafts   map[string]*plan
	guesses  map[string]int // by step, or step/fault; from 1
	sendings map[sendingKey]*sending
	armed    map[string]int // the attempt of a step that was sent last
	view     string

	last atomic.Pointer[reading]
}

// A plan is an edited request that waits to be sent.
type plan struct {
	draft *Draft
	// from is the request that was generated when the draft was made. When the
	// walk now generates another one, the draft has had its day.
	from  string
	fault string
	// before is the point that undoing goes back to, if preparing the plan
	// already changed something (the clock).
	before *lab.Checkpoint
}

type sendingKey struct {
	step string
	n    int
}

// A sending is what the walk knows about an attempt beside its entry.
type sending struct {
	// before is the point that an undo goes back to, at the one right before the
	// message went out. They differ where a fault was prepared.
	before  lab.Checkpoint
	at      lab.Checkpoint
	changes []Change
	fault   string
}

func newWalk(v *Variant) *Walk {
	w := &Walk{flow: v.flow, v: v, script: v.flow.script}
	w.forget()
	return w
}

func (w *Walk) forget() {
	w.armed = map[string]int{}
	w.drafts, w.guesses, w.sendings = map[string]*plan{}, map[string]int{}, map[sendingKey]*sending{}
}

// Run is the lab's run under the walk, nil for one that is only [Walks.Watch]ed.
func (w *Walk) Run() *lab.Run { return w.run }

// Flow is the flow that is walked.
func (w *Walk) Flow() *Flow { return w.flow }

// Variant is the way through the flow.
func (w *Walk) Variant() *Variant { return w.v }

// Steps are the steps of the walk's variant.
func (w *Walk) Steps() []*Step { return w.v.steps }

// Href is the address of a step's page in this walk.
func (w *Walk) Href(step string) string {
	return w.flow.Path() + "/" + step + "?" + w.Query().Encode()
}

// Query is what the addresses of the walk's pages carry.
func (w *Walk) Query() url.Values {
	if w.watch != nil {
		return w.watch.query(w.v)
	}
	return url.Values{"run": {w.run.ID()}}
}

// home is the client's own page.
func (w *Walk) home() *url.URL {
	l := w.lab()
	u, err := url.Parse(l.Origin() + "/app/" + l.ID() + "/" + w.v.Client + "/")
	if err != nil {
		return &url.URL{}
	}
	return u
}

func (w *Walk) number(step string) int {
	if s, ok := w.v.Step(step); ok {
		return s.N
	}
	return 0
}

// notYet says that a step can't be sent before another one.
type notYet struct {
	step int
	why  string
}

func (e notYet) Error() string {
	return fmt.Sprintf("Not yet: %s (step %d).", e.why, e.step)
}

// owner is the sending step that a message belongs to, nil if it is only on the
// way (a login page that is opened, a picture).
func (w *Walk) owner(e *trace.Entry) *Step {
	for _, s := range w.Steps() {
		if a := w.script.actions[s.ID]; a != nil && a.sends() && w.owns(a, e) {
			return s
		}
	}
	return nil
}

// hold decides, for the lab's gate, where the browser goes after a message of a
// guided run: to the page of the step that was sent, or "" to see the answer.
func (w *Walk) hold(e *trace.Entry) string {
	s := w.owner(e)
	if s == nil || e.Via == "server" {
		return ""
	}
	if a := w.script.actions[s.ID]; a.pass != nil && a.pass(e) {
		return ""
	}
	return w.Href(s.ID) + "#act"
}

// Source is the ID of the step whose message a step shows.
func (w *Walk) Source(step string) string { return w.source(step) }

// source is the sending step whose exchange a step shows: itself if it sends.
func (w *Walk) source(step string) string {
	if a := w.script.actions[step]; a != nil && !a.sends() {
		return a.of
	}
	return step
}

// Sends says whether the step sends a message of its own.
func (w *Walk) Sends(step string) bool {
	a := w.script.actions[step]
	return a != nil && a.sends()
}

// Back says whether the step is sent by the client and not by the browser.
func (w *Walk) Back(step string) bool {
	a := w.script.actions[step]
	return a != nil && a.back != nil
}

// ByForm says whether the page has to ask the server to send, because the browser
// itself would not: the step is the client's, or a fault fills in the page.
func (w *Walk) ByForm(step string) bool {
	return w.Back(step) || w.script.people[step+"/"+w.Fault(step)] != nil
}

// MovesClock says whether sending the step, or preparing its fault, moves the
// lab's clock. Up to the step counts, as for Do.
func (w *Walk) MovesClock(step, fault string) bool {
	st, ok := w.v.Step(w.source(step))
	if !ok {
		return false
	}
	for _, x := range st.Wrong {
		if x.Fault == fault && x.Clock {
			return true
		}
	}
	return slices.ContainsFunc(w.Steps(), func(s *Step) bool { return s.N <= st.N && s.Clock && !w.Passed(s.ID) })
}

// Person says whether a person fills in a page in this step.
func (w *Walk) Person(step string) bool {
	a := w.script.actions[step]
	return a != nil && a.person != nil
}

// HalfOf says which part of its exchange a step shows.
func (w *Walk) HalfOf(step string) Half {
	if a := w.script.actions[step]; a != nil {
		return a.half
	}
	return HalfMemory
}

// chain is the sending steps that must have come before, and the step itself.
func (w *Walk) chain(step string) []string {
	var ids []string
	for id := step; id != ""; id = w.script.actions[id].after {
		ids = append(ids, id)
	}
	slices.Reverse(ids)
	return ids
}

// Entry is the exchange that a step shows now; nil before it was sent.
func (w *Walk) Entry(step string) *trace.Entry {
	e, a := w.current(w.source(step)), w.script.actions[step]
	if e == nil || a == nil || a.within == nil {
		return e
	}
	for _, x := range w.read().entries {
		if x.Step == e.Step && x.Attempt == e.Attempt && a.within(x) {
			return x
		}
	}
	return nil
}

// Passed says whether the step's exchange happened and led on.
func (w *Walk) Passed(step string) bool {
	id := w.source(step)
	e := w.current(id)
	if e == nil {
		return w.skipped(id)
	}
	return w.script.actions[id].good(w, e)
}

// skipped says whether the step was left out, rightly.
func (w *Walk) skipped(step string) bool {
	a := w.script.actions[step]
	return a != nil && a.skipped != nil && a.skipped(w)
}

// Findings are the rules that a step is about, as they ran on its exchange: on the
// answer where the step says what the sender made of it, else on the request.
func (w *Walk) Findings(step string, e *trace.Entry) []playground.Finding {
	if w.HalfOf(step) == HalfVerdict {
		return e.ResponseFindings.All()
	}
	return e.RequestFindings.All()
}

// StateOf is how far a step has come.
func (w *Walk) StateOf(step string) State {
	switch e := w.Entry(step); {
	case w.Passed(step):
		return StateDone
	case e == nil:
		return StateTodo
	}
	return StateFailed
}

// Position is the number of the first step that is still to do; one more than
// there are steps when all are done.
func (w *Walk) Position() int {
	for _, s := range w.Steps() {
		if !w.Passed(s.ID) && !w.Hidden(s.ID) {
			return s.N
		}
	}
	return len(w.Steps()) + 1
}

// Preview returns the request that a step would send: as it was generated, and
// as it will go out with the learner's edit. The error says why there is none
// yet, as a sentence for the learner.
func (w *Walk) Preview(ctx context.Context, step string) (generated, out *Draft, err error) {
	a := w.script.actions[step]
	if a == nil || !a.sends() {
		return nil, nil, fmt.Errorf("step %s sends nothing", step)
	}
	if w.watch != nil {
		return nil, nil, ErrWatched
	}
	if generated, err = a.preview(ctx, w); err != nil {
		return nil, nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	p := w.drafts[step]
	switch {
	case p == nil:
		return generated, generated, nil
	case p.from != generated.Raw():
		delete(w.drafts, step)
		return generated, generated, nil
	}
	return generated, p.draft, nil
}

// Fault is the fault that the step's draft holds, empty if none.
func (w *Walk) Fault(step string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	if p := w.drafts[step]; p != nil {
		return p.fault
	}
	return ""
}

// View is the view of the steps that the learner chose last, empty before that.
func (w *Walk) View() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.view
}

// SetView remembers a view, so that it stays from step to step.
func (w *Walk) SetView(name string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.view = name
}

// SourceNumber is the number of the step whose message a step shows.
func (w *Walk) SourceNumber(step string) int { return w.number(w.source(step)) }
