package walkthrough

import (
	"slices"
	"strconv"
	"strings"

	"claimcheck/mockprovider/trace"
)

// State is how far a step has come.
type State string

// The states.
const (
	StateDone   State = "done"
	StateTodo   State = "todo"
	StateFailed State = "failed"
)

// A Thread is the life of a value over the steps.
type Thread struct {
	Name string
	Role trace.Role // who made it
	// Born, Checked and End are steps; Checked is 0 if nobody checks it, End
	// is 0 if it lives on after the last step.
	Born, Checked, End int
	Events             []ThreadEvent
}

// A ThreadEvent is one station of a thread.
type ThreadEvent struct {
	Step  *Step
	Event ValueEventKind
	Note  string
}

// Threads returns the values of a variant in the order of their birth.
func (f *Flow) Threads(v Variant) []*Thread {
	var all []*Thread
	byName := map[string]*Thread{}
	for _, s := range f.steps[v] {
		for _, e := range s.Values {
			t := byName[e.Name]
			if t == nil {
				t = &Thread{Name: e.Name}
				byName[e.Name] = t
				all = append(all, t)
			}
			t.Events = append(t.Events, ThreadEvent{s, e.Event, e.Note})
			switch e.Event {
			case Born:
				t.Born, t.Role = s.N, s.From
			case Checked:
				t.Checked = s.N
			case Dies:
				t.End = s.N
			case Carried:
			}
		}
	}
	return all
}

// Sentence is the thread in words: "born 2, checked 10, then dead".
func (t *Thread) Sentence() string {
	s := "born " + strconv.Itoa(t.Born)
	if t.Checked > 0 {
		s += ", checked " + strconv.Itoa(t.Checked)
	}
	switch {
	case t.End == 0:
		return s + ", lives on"
	case t.End == t.Checked:
		return s + ", then dead"
	}
	return s + ", dead after " + strconv.Itoa(t.End)
}

// held says which values each party holds after a step. A message hands a
// value on; what was born stays with who made it until it dies.
func (f *Flow) held(v Variant, after int) map[trace.Role][]string {
	holds := map[trace.Role][]string{}
	for _, t := range f.Threads(v) {
		if t.Born > after || (t.End != 0 && t.End <= after) {
			continue
		}
		for _, e := range t.Events {
			if e.Step.N > after {
				break
			}
			for _, r := range []trace.Role{e.Step.From, e.Step.To} {
				// The browser only carries, and Alice need not know of it.
				if r == trace.RoleBrowser || r == trace.RoleOwner || slices.Contains(holds[r], t.Name) {
					continue
				}
				holds[r] = append(holds[r], t.Name)
			}
		}
	}
	return holds
}

// HoldsText is what a lane's head says: "holds code, verifier".
func (h Head) HoldsText() string {
	if len(h.Holds) == 0 {
		return ""
	}
	short := make([]string, len(h.Holds))
	for i, n := range h.Holds {
		short[i] = strings.TrimPrefix(strings.TrimSuffix(strings.TrimPrefix(n, "code_"), "_token"), "client_")
	}
	return "holds " + strings.Join(short, ", ")
}
