package walkthrough

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
	"claimcheck/playground"
)

// Try carries out an attack in the lab from its first step to its last, over real
// HTTP, with these of its defences on, its others off, and every other rule of the
// lab on: what comes of it comes of the defences. Afterwards the rules are as they
// were before, and the lab's clock is where it would be. What came of it is the
// walk's Outcome.
func (ws *Walks) Try(ctx context.Context, l *lab.Lab, f *Flow, on []string) (w *Walk, err error) {
	err = l.Try(ctx, func(t *lab.Trial) error {
		if err := t.OnlyOff(minus(f.Attack.Rules(), on)...); err != nil {
			return err
		}
		if w, err = begin(l, f.variants[0], true); err != nil {
			return err
		}
		w.on, w.tried = on, true
		ws.add(w)
		defer w.run.ReturnClock()
		return w.attempt(ctx)
	})
	return w, err
}

func minus(all, some []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(id string) bool { return slices.Contains(some, id) })
}

// attempt does every step, as far as it goes.
func (w *Walk) attempt(ctx context.Context) error {
	steps := w.Steps()
	at, err := w.Do(ctx, steps[len(steps)-1].ID)
	if err != nil {
		return fmt.Errorf("%s, step %s: %w", w.flow.ID, at, err)
	}
	return nil
}

// TriedWith are the defences that were on when the attack was carried out in one
// go. ok is false for a walk that somebody takes step by step.
func (w *Walk) TriedWith() (on []string, ok bool) { return w.on, w.tried }

// Tried are the walks of an attack in the lab that were carried out in one go,
// the oldest first.
func (ws *Walks) Tried(l *lab.Lab, f *Flow) []*Walk {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	var out []*Walk
	for id, w := range ws.byID {
		if w.flow != f || !w.tried || w.run.Lab() != l {
			continue
		}
		if r, alive := l.Run(id); alive && r == w.run {
			out = append(out, w)
		}
	}
	slices.SortFunc(out, func(a, b *Walk) int { return a.n - b.n })
	return out
}

// A Result is what came of an attack so far, read from what the parties found.
type Result struct {
	// Worked says that Mallory got what she wanted, Stopped that she did not.
	// Neither: there are steps to come.
	Worked, Stopped bool
	// Step is where it was decided: the step that brought the gain, or the one at
	// which it ended.
	Step *Step
	// Finding is what ended it, nil if no rule did, and By is whose rule it was.
	Finding *playground.Finding
	By      string
	// Warned are the defences that would have refused, had they been on.
	Warned []Warning
	// Said is the result as a sentence, without what was on and off.
	Said string
}

// A Warning is a rule that was off where it would have refused.
type Warning struct {
	Rule string
	Step *Step
}

// Result is what has come of the attack in this walk.
func (w *Walk) Result() Result {
	a := w.flow.Attack
	r := Result{Warned: w.warned()}
	for _, s := range w.Steps() {
		if !w.Sends(s.ID) {
			continue
		}
		e := w.current(s.ID)
		if e == nil {
			if w.skipped(s.ID) {
				continue
			}
			return r
		}
		if !w.Passed(s.ID) {
			r.Stopped = true
			r.Finding, r.By = w.decisive(e)
			r.Step = w.looksAt(s, r.Finding)
			r.Said = w.ended(&r)
			return r
		}
		if s.ID == w.source(a.Won) {
			won, _ := w.v.Step(a.Won)
			r.Worked, r.Step = true, won
			r.Said = fmt.Sprintf("%s (step %d)", a.Gain, won.N)
			return r
		}
	}
	return r
}

// decisive is the rule at which an exchange ended, and whose it is: a defence of
// the attack if one refused, else whatever refused.
func (w *Walk) decisive(e *trace.Entry) (f *playground.Finding, by string) {
	rules := w.flow.Attack.Rules()
	for _, side := range []struct {
		rows []playground.Finding
		by   string
	}{{e.RequestFindings.All(), e.To.Name}, {e.ResponseFindings.All(), e.From.Name}} {
		for i := range side.rows {
			row := &side.rows[i]
			if row.Status != playground.StatusFail {
				continue
			}
			if slices.Contains(rules, row.ID) {
				return row, side.by
			}
			if f == nil {
				f, by = row, side.by
			}
		}
	}
	if f != nil {
		return f, by
	}
	if a := w.script.actions[e.Step]; a != nil && a.kept != nil {
		return a.kept(e), e.To.Name
	}
	// Nobody refused: a party did what its rule says, and that was the end of it.
	for _, x := range slices.Backward(w.read().entries) {
		rows := x.RequestFindings.All()
		for i := range rows {
			if row := &rows[i]; row.Status == playground.StatusPass && slices.Contains(rules, row.ID) {
				return row, x.To.Name
			}
		}
	}
	return nil, ""
}

// looksAt is the step that shows the rules that ran on a step's message, or on the
// answer to it, where there is one: the number that a reader wants to be sent to.
func (w *Walk) looksAt(s *Step, f *playground.Finding) *Step {
	if f == nil {
		return s
	}
	half := HalfFindings
	if e := w.current(s.ID); e != nil && slices.ContainsFunc(e.ResponseFindings.All(), func(row playground.Finding) bool { return row.ID == f.ID }) {
		half = HalfVerdict
	}
	for _, o := range w.Steps() {
		if a := w.script.actions[o.ID]; a != nil && a.of == s.ID && a.half == half && a.within == nil {
			return o
		}
	}
	return s
}

func (w *Walk) ended(r *Result) string {
	switch {
	case r.Finding == nil:
		return fmt.Sprintf("it ended at step %d", r.Step.N)
	case r.Finding.Status == playground.StatusPass:
		return fmt.Sprintf("it ended at step %d: %s kept to %s", r.Step.N, r.By, r.Finding.ID)
	}
	return fmt.Sprintf("%s refused at step %d, by its rule “%s” (%s)", r.By, r.Step.N, r.Finding.Title, r.Finding.Named())
}

// warned are the defences that were off where they would have refused.
func (w *Walk) warned() []Warning {
	var out []Warning
	for _, s := range w.Steps() {
		e := w.current(s.ID)
		if e == nil || !w.Sends(s.ID) {
			continue
		}
		for _, rows := range [][]playground.Finding{e.RequestFindings.All(), e.ResponseFindings.All()} {
			for i := range rows {
				if rows[i].Status == playground.StatusWarn && rows[i].Why == playground.WhySwitchedOff {
					out = append(out, Warning{rows[i].ID, w.looksAt(s, &rows[i])})
				}
			}
		}
	}
	return out
}

// Sentence is the result with what was on and off: "With state_equal off, Mallory
// …". It is empty while nothing was decided.
func (r Result) Sentence(f *Flow, on []string) string {
	if !r.Worked && !r.Stopped {
		return ""
	}
	return "With " + switched(f.Attack.Rules(), on) + ", " + r.Said + "."
}

// switched says which of the rules are on.
func switched(all, on []string) string {
	off := minus(all, on)
	switch {
	case len(on) == 0:
		return and(off) + " off"
	case len(off) == 0:
		return and(on) + " on"
	}
	return and(on) + " on and " + and(off) + " off"
}

func and(words []string) string {
	if n := len(words); n > 1 {
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
	return strings.Join(words, "")
}
