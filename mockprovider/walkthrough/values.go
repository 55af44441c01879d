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
// will compare them. What is a hash, or only passes through, is not listed.
func (f *Flow) held(v Variant, after int) map[trace.Role][]string {
	holds := map[trace.Role][]string{}
	for _, t := range f.Threads(v) {
		if t.Born > after || (t.End != 0 && t.End <= after) {
			continue
		}
		if t.Checked == 0 && t.End == 0 && t.Name != "refresh_token" {
			continue // a record or a cookie: no value of the protocol's
		}
		for _, e := range t.Events {
			if e.Step.N > after {
				break
			}
			for _, r := range []trace.Role{e.Step.From, e.Step.To} {
				if keeps(r, t) && !slices.Contains(holds[r], t.Name) {
					holds[r] = append(holds[r], t.Name)
				}
			}
		}
	}
	return holds
}

// keeps says whether a party has a use for a value of its own. The browser only
// carries, and Alice need not know.
func keeps(r trace.Role, t *Thread) bool {
	switch r {
	case trace.RoleClient:
		return t.Name != "code_challenge"
	case trace.RoleAS:
		return t.Name == "code" || t.Name == "code_challenge" || t.Name == "refresh_token"
	case trace.RoleOwner, trace.RoleBrowser, trace.RoleRS, trace.RoleAttacker, trace.RoleOwnApp, trace.RoleOutside:
	}
	return false
}

// HoldsText is what a lane's head says: "holds code, verifier".
func (h Head) HoldsText() string {
	if len(h.Holds) == 0 {
		return ""
	}
	plain := strings.NewReplacer("access_token, refresh_token", "tokens", "code_", "", "_token", " token")
	return "holds " + plain.Replace(strings.Join(h.Holds, ", "))
}
