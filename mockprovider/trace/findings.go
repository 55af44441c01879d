package trace

import (
	"strings"

	"claimcheck/playground"
)

// Findings are findings as the log keeps them. Nearly every one is a rule that
// passed or was not reached, and those differ in nothing but the rule: two
// pointers say it, where a [playground.Finding] takes twenty words. They do not
// change.
type Findings []keptFinding

type keptFinding struct {
	rule    *playground.Rule
	outcome *playground.Outcome // one of plainOutcomes where it is the same
}

// plainOutcomes are the outcomes without any text of their own. Nobody changes
// them.
var plainOutcomes = [...]playground.Outcome{
	playground.Pass(),
	playground.Skip(playground.WhyNotConcerned),
	playground.Skip(playground.WhyNotReached),
	playground.Skip(playground.WhyOtherPolicy),
	playground.Skip(playground.WhyOwnFailure),
}

// Keep returns rows as the log keeps them. The rows may be changed afterwards.
func Keep(rows []playground.Finding) Findings {
	if len(rows) == 0 {
		return nil
	}
	return make(Findings, 0, len(rows)).and(rows)
}

// and adds rows at the end.
func (k Findings) and(rows []playground.Finding) Findings {
	for i := range rows {
		k = append(k, keptFinding{rows[i].Rule, keptOutcome(&rows[i].Outcome)})
	}
	return k
}

func keptOutcome(o *playground.Outcome) *playground.Outcome {
	for i := range plainOutcomes {
		if p := &plainOutcomes[i]; o.Status == p.Status && o.Why == p.Why && *o == *p {
			return p
		}
	}
	own := *o
	return &own
}

// All returns the findings, in order.
func (k Findings) All() []playground.Finding {
	if len(k) == 0 {
		return nil
	}
	out := make([]playground.Finding, len(k))
	for i := range k {
		out[i] = k.at(i)
	}
	return out
}

func (k Findings) at(i int) playground.Finding {
	return playground.Finding{Rule: k[i].rule, Outcome: *k[i].outcome}
}

// failed returns the first finding that failed, or nil.
func (k Findings) failed() *playground.Finding {
	for i := range k {
		if k[i].outcome.Status == playground.StatusFail {
			f := k.at(i)
			return &f
		}
	}
	return nil
}

// named returns the first finding whose rule or own id is id, or nil.
func (k Findings) named(id string) *playground.Finding {
	for i := range k {
		if f := k.at(i); f.ID == id || f.FindingID() == id {
			return &f
		}
	}
	return nil
}

// own gives the findings texts of their own. A text that is a part of a long
// parameter or header would else keep all of it, uncounted.
func (k Findings) own() {
	for _, f := range k {
		if f.plain() {
			continue
		}
		for _, s := range texts(f.outcome) {
			*s = strings.Clone(*s)
		}
	}
}

// size is what keeping the findings costs, in bytes, roughly.
func (k Findings) size() int {
	n := keptCost * cap(k)
	for _, f := range k {
		if f.plain() {
			continue
		}
		n += findingCost
		for _, s := range texts(f.outcome) {
			n += len(*s)
		}
	}
	return n
}

// plain tells whether the outcome is a shared one.
func (f keptFinding) plain() bool {
	for i := range plainOutcomes {
		if f.outcome == &plainOutcomes[i] {
			return true
		}
	}
	return false
}

func texts(o *playground.Outcome) []*string {
	return []*string{&o.Case, &o.Message, &o.Expected, &o.Got, &o.Why, &o.Fix, &o.Span.Part}
}
