package walkthrough

import (
	"io/fs"
	"net/http"
	"slices"
	"strings"
	"testing"

	"claimcheck/mockprovider/trace"
	"claimcheck/playground"
)

// Whatever holds for every flow is tested here, for every flow that there is.

func allFlows(t *testing.T) []*Flow {
	t.Helper()
	all, err := All()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// each runs a test for every variant of every flow that gets to its end.
func each(t *testing.T, test func(t *testing.T, v *Variant)) {
	t.Helper()
	for _, f := range allFlows(t) {
		for _, v := range f.Variants() {
			if blockedAt(v) == "" {
				t.Run(f.ID+"/"+v.Words(), func(t *testing.T) { test(t, v) })
			}
		}
	}
}

// blockedAt is the step that a variant does not get past, on purpose.
func blockedAt(v *Variant) string {
	for _, s := range v.Steps() {
		if v.DeadEnd(s.ID) != nil {
			return s.ID
		}
	}
	return ""
}

func lastOf(v *Variant) string { return v.steps[len(v.steps)-1].ID }

// A directory of texts is a flow that is registered, and the other way round.
func TestEveryDirectoryIsAFlow(t *testing.T) {
	dirs, err := fs.ReadDir(texts, "flows")
	if err != nil {
		t.Fatal(err)
	}
	all := allFlows(t)
	for _, d := range dirs {
		if !slices.ContainsFunc(all, func(f *Flow) bool { return f.ID == d.Name() }) {
			t.Errorf("flows/%s is not registered", d.Name())
		}
	}
	if len(dirs) != len(all) {
		t.Errorf("%d directories, %d flows", len(dirs), len(all))
	}
}

func TestDoWalksEveryVariantToItsEnd(t *testing.T) {
	for _, f := range allFlows(t) {
		l := newLab(t)
		for _, v := range f.Variants() {
			t.Run(f.ID+"/"+v.Words(), func(t *testing.T) {
				w := startIn(t, l, v)
				at, err := w.Do(t.Context(), lastOf(v))
				if err != nil {
					t.Fatalf("at %s: %v", at, err)
				}
				if stop := blockedAt(v); stop != "" {
					if at != stop || w.StateOf(at) != StateFailed {
						t.Errorf("stopped at %s (%s), want it refused at %s", at, w.StateOf(at), stop)
					}
					return
				}
				for _, s := range w.Steps() {
					if !w.Passed(s.ID) {
						t.Errorf("step %d %s: %s", s.N, s.ID, w.StateOf(s.ID))
					}
				}
			})
		}
	}
}

// A step names the rules that it is about. They are rules that its party really
// runs, in that order.
func TestStepNamesRulesThatRan(t *testing.T) {
	each(t, func(t *testing.T, v *Variant) {
		w := startIn(t, newLab(t), v)
		if _, err := w.Do(t.Context(), lastOf(v)); err != nil {
			t.Fatal(err)
		}
		for _, s := range w.Steps() {
			if e := w.Entry(s.ID); e != nil && len(s.Rules) > 0 {
				ranInOrder(t, s, w.Findings(s.ID, e))
			}
		}
	})
}

func ranInOrder(t *testing.T, s *Step, rows []playground.Finding) {
	t.Helper()
	at := 0
	for _, id := range s.Rules {
		found := false
		for i := at; i < len(rows); i++ {
			if rows[i].ID == id {
				at, found = i+1, true
				break
			}
		}
		if !found {
			var ran []string
			for i := range rows {
				ran = append(ran, rows[i].ID)
			}
			t.Errorf("%s: no rule %q ran here, or not in this order; there were %v", s.File, id, ran)
		}
	}
}

// Each fault of the texts is sent for real and has the outcome that its text
// states; an undo takes it back and the walk goes on.
func TestFaultsHaveTheirOutcome(t *testing.T) {
	each(t, func(t *testing.T, v *Variant) {
		l := newLab(t)
		for _, s := range v.Steps() {
			for _, x := range s.Wrong {
				t.Run(s.ID+"/"+x.Fault, func(t *testing.T) { tryFault(t, startIn(t, l, v), s, x) })
			}
		}
	})
}

func tryFault(t *testing.T, w *Walk, s *Step, x Wrong) {
	t.Helper()
	if err := w.Break(t.Context(), s.ID, x.Fault); err != nil {
		t.Fatal(err)
	}
	e, err := w.Send(t.Context(), s.ID)
	if err != nil {
		t.Fatal(err)
	}
	if e.Response.Status != x.Status {
		t.Errorf("status %d, text says %d", e.Response.Status, x.Status)
	}
	switch got := refusalOf(e); {
	case x.Rule == "" && got != nil:
		t.Errorf("refused by %v, text says by nobody", refusal(e))
	case x.Rule != "" && (got == nil || got.ID != x.Rule && got.FindingID() != x.Rule):
		t.Errorf("refused by %v, text says %s", refusal(e), x.Rule)
	}
	if got := wireError(e); got != x.Error {
		t.Errorf("error %q on the wire, text says %q", got, x.Error)
	}
	if x.Rule != "" && w.Passed(s.ID) {
		t.Error("the step counts as passed after the fault")
	}
	as := w.Attempts(s.ID)
	if last := as[len(as)-1]; last.Fault != x.Fault || last.Good && x.Rule != "" {
		t.Errorf("last attempt: fault %q, good %v", last.Fault, last.Good)
	}
	if _, err := w.Undo(t.Context()); err != nil {
		t.Fatal(err)
	}
	last := w.Steps()[len(w.Steps())-1].ID
	if at, err := w.Do(t.Context(), last); err != nil || at != last {
		t.Errorf("after the undo the walk stops at %s: %v", at, err)
	}
}

// refusalOf is the rule that refused a request, or the answer to it.
func refusalOf(e *trace.Entry) *playground.Finding {
	if f := e.Refusal(); f != nil {
		return f
	}
	return e.AnswerRefusal()
}

func refusal(e *trace.Entry) string {
	if f := refusalOf(e); f != nil {
		return f.ID + " (" + f.FindingID() + ")"
	}
	return "nothing"
}

// wireError is the error code of an answer, wherever it stands.
func wireError(e *trace.Entry) string {
	if u := e.Response.Location(); u != nil {
		return u.Query().Get("error")
	}
	var body struct {
		Error string `json:"error"`
	}
	if e.Response.JSON(&body) && body.Error != "" {
		return body.Error
	}
	return challengeError(e.Response.Header)
}

func challengeError(h http.Header) string {
	const mark = `error="`
	v := h.Get("WWW-Authenticate")
	for i := 0; i+len(mark) <= len(v); i++ {
		if v[i:i+len(mark)] == mark {
			rest := v[i+len(mark):]
			for j := range len(rest) {
				if rest[j] == '"' {
					return rest[:j]
				}
			}
		}
	}
	return ""
}

// Text and action belong together: every step has an action, every action a
// step, every fault of a text a preparation, and the other way round.
func TestTextsAndActionsBelongTogether(t *testing.T) {
	for _, f := range allFlows(t) {
		named := map[string]bool{}
		for _, v := range f.Variants() {
			for _, s := range v.Steps() {
				named[s.ID] = true
				stepFitsAction(t, f, s)
				for _, x := range s.Wrong {
					named[s.ID+"/"+x.Fault] = true
					if f.script.faults[s.ID+"/"+x.Fault] == nil {
						t.Errorf("%s/%s: nothing prepares the fault %s", f.ID, s.File, x.Fault)
					}
				}
			}
		}
		for id := range f.script.actions {
			if !named[id] {
				t.Errorf("%s: the action %s has no text", f.ID, id)
			}
		}
		for id := range f.script.faults {
			if !named[id] {
				t.Errorf("%s: the fault %s stands in no text", f.ID, id)
			}
		}
	}
}

func stepFitsAction(t *testing.T, f *Flow, s *Step) {
	t.Helper()
	actions := f.script.actions
	a := actions[s.ID]
	switch {
	case a == nil:
		t.Errorf("%s/%s: no action", f.ID, s.File)
	case !a.sends() && (actions[a.of] == nil || !actions[a.of].sends()):
		t.Errorf("%s/%s: it looks at %q, which does not send", f.ID, s.File, a.of)
	case a.sends() != (s.Send != ""):
		t.Errorf("%s/%s: it sends: %v; the text has a button: %v", f.ID, s.File, a.sends(), s.Send != "")
	}
}

// A value is born once, before anything else happens to it, and is not touched
// after its end. What a flow lists is born in each of its variants, and can be
// shown when the walk is done.
func TestThreadsAreLives(t *testing.T) {
	for _, f := range allFlows(t) {
		for _, v := range f.Variants() {
			for _, th := range v.Threads() {
				if th.Events[0].Event != Born {
					t.Errorf("%s: %s begins with %s in step %d", f.ID, th.Name, th.Events[0].Event, th.Events[0].Step.N)
				}
				for _, e := range th.Events[1:] {
					if e.Event == Born {
						t.Errorf("%s: %s is born again in step %d", f.ID, th.Name, e.Step.N)
					}
					if th.End > 0 && e.Step.N > th.End {
						t.Errorf("%s: %s dies in step %d and is touched in step %d", f.ID, th.Name, th.End, e.Step.N)
					}
				}
			}
		}
	}
	each(t, func(t *testing.T, v *Variant) {
		w := startIn(t, newLab(t), v)
		if _, err := w.Do(t.Context(), lastOf(v)); err != nil {
			t.Fatal(err)
		}
		for _, th := range v.Threads() {
			if th.Info != nil && w.Value(th.Name) == "" {
				t.Errorf("%s has no value in a run", th.Name)
			}
		}
	})
}

// Before a message is sent its page names the rules by their titles, so each ID
// of a text has to be a rule of its party.
func TestStepNamesRulesThatExist(t *testing.T) {
	for _, f := range allFlows(t) {
		for _, v := range f.Variants() {
			for _, s := range v.Steps() {
				rules := s.RuleSet()
				if len(rules) != len(s.Rules) {
					t.Errorf("%s/%s: %v, of which %d exist", f.ID, s.File, s.Rules, len(rules))
				}
				for _, r := range rules {
					if r.Title == "" || r.Spec.String() == "" {
						t.Errorf("%s/%s: %s has no title or no section", f.ID, s.File, r.ID)
					}
				}
			}
		}
	}
}

// Every step cites a section, says what its values are and who sees them; every
// flow asks for a prediction and lets something go wrong.
func TestFlowsAreWhole(t *testing.T) {
	for _, f := range allFlows(t) {
		for _, v := range f.Variants() {
			asks, wrong, sees := 0, 0, 0
			for _, s := range v.Steps() {
				if len(s.RFC) == 0 || len(strings.Fields(s.Explain)) < 30 {
					t.Errorf("%s/%s: %d clauses, %d words", f.ID, s.File, len(s.RFC), len(strings.Fields(s.Explain)))
				}
				if s.Predict != nil {
					asks++
				}
				wrong += len(s.Wrong)
				sees += len(s.Sees)
			}
			if asks < 3 || wrong < 3 || sees < 3 {
				t.Errorf("%s (%s): %d predictions, %d faults, %d sights", f.ID, v.Words(), asks, wrong, sees)
			}
		}
	}
}
