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
	// Info is nil for what is no value of the protocol's.
	Info *ValueInfo
}

// A ThreadEvent is one station of a thread.
type ThreadEvent struct {
	Step  *Step
	Event ValueEventKind
	Note  string
}

// Threads returns the values of the variant in the order of their birth. Drawn
// are those that the flow lists; the others are records and cookies.
func (v *Variant) Threads() []*Thread { return v.threads }

// live makes the threads.
func (v *Variant) live() {
	byName := map[string]*Thread{}
	for _, s := range v.steps {
		for _, e := range s.Values {
			t := byName[e.Name]
			if t == nil {
				t = &Thread{Name: e.Name, Info: v.flow.value(e.Name)}
				byName[e.Name] = t
				v.threads = append(v.threads, t)
			}
			t.Events = append(t.Events, ThreadEvent{s, e.Event, e.Note})
			switch e.Event {
			case Born:
				t.Born, t.Role = s.N, s.From.Role
			case Checked:
				t.Checked = s.N
			case Dies:
				t.End = s.N
			case Carried:
			}
		}
	}
}

// value is what the flow says about a value of the protocol, nil if it lists none
// of this name.
func (f *Flow) value(name string) *ValueInfo {
	for i := range f.Values {
		if f.Values[i].Name == name {
			return &f.Values[i]
		}
	}
	return nil
}

// Sentence is the thread in words: "born 2, checked 10, then dead".
func (t *Thread) Sentence() string {
	s := "born " + strconv.Itoa(t.Born)
	if t.Born == 0 {
		s = "born before step 1"
	}
	if t.Checked > 0 {
		s += ", checked " + strconv.Itoa(t.Checked)
	}
	switch t.End {
	case 0:
		return s + ", lives on"
	case t.Checked:
		return s + ", then dead"
	}
	return s + ", dead after " + strconv.Itoa(t.End)
}

// Life is the thread's stations: "born 2, carried 3, 4, 8, 9, checked 10, dies 10".
func (t *Thread) Life() string {
	var b strings.Builder
	var last ValueEventKind
	for _, e := range t.Events {
		if b.Len() > 0 {
			b.WriteString(", ")
		}
		if e.Event != last {
			b.WriteString(string(e.Event) + " ")
		}
		last = e.Event
		b.WriteString(strconv.Itoa(e.Step.N))
	}
	return b.String()
}

// Notes are what the texts say about its stations.
func (t *Thread) Notes() []string {
	var out []string
	for _, e := range t.Events {
		if e.Note != "" {
			out = append(out, "Step "+strconv.Itoa(e.Step.N)+": "+e.Note+".")
		}
	}
	return out
}

// held says which values each party keeps after a step, because it made them or
// will compare them.
func (v *Variant) held(after int) map[string][]string {
	holds := map[string][]string{}
	for _, t := range v.threads {
		if t.Info == nil || t.Born > after || (t.End != 0 && t.End <= after) {
			continue
		}
		for _, e := range t.Events {
			if e.Step.N > after {
				break
			}
			for _, id := range []string{e.Step.FromLane, e.Step.ToLane} {
				if slices.Contains(t.Info.Kept, id) && !slices.Contains(holds[id], t.Name) {
					holds[id] = append(holds[id], t.Name)
				}
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
	plain := strings.NewReplacer("access_token, refresh_token", "tokens", "code_", "", "_token", " token")
	return "holds " + plain.Replace(strings.Join(h.Holds, ", "))
}
