package playground

import (
	"cmp"
	"slices"

	"claimcheck/playground/spec"
)

// A Rule is one named test that some party runs on what it received. Rules are
// static: they can be listed, searched and printed without running anything.
type Rule struct {
	// ID names what must hold, in snake_case: "redirect_uri_exact", "exp".
	// The switch of a defence and the test that proves the rule carry it too.
	ID string
	// Title is the same in a few plain words, for the row that a person reads.
	Title string
	// Spec is the section that asks for it.
	Spec spec.Ref
	// Level says how strongly the section asks.
	Level Level
	// Refusal is the error code that goes on the wire when the rule fails.
	// Empty means that nothing may be sent back to the client: an error page,
	// never a redirect.
	Refusal string
	// In is the set of policies that ask for the rule. Zero means all of them.
	In PolicySet
	// Switchable says that a lab may turn the rule off, as a defence that an
	// attack then gets past. It is false for a rule that fills what later
	// rules read.
	Switchable bool
}

// Level is how strongly a specification asks for a rule (RFC 2119 §1, §3).
type Level string

// The levels. Choice marks what the specification leaves open and this product
// had to fix.
const (
	Must   Level = "must"
	Should Level = "should"
	Choice Level = "choice"
)

// PolicySet is a set of policies, one bit each. Policies are no order: one of
// them may forbid what another demands.
type PolicySet uint8

// Status is how a rule ended this time.
type Status string

// The statuses. Skipped always comes with the reason in Outcome.Why.
const (
	StatusPass    Status = "pass"
	StatusFail    Status = "fail"
	StatusWarn    Status = "warn"
	StatusInfo    Status = "info"
	StatusSkipped Status = "skipped"
)

// An Outcome is what the code that decides a rule returns. Its texts are for
// the person who learns or debugs; they never go on the wire.
type Outcome struct {
	Status Status
	// Case tells several outcomes of one rule apart: "exp_past" of rule "exp".
	// Empty means the rule's own ID.
	Case string
	// Message is the row's sentence where the title is not enough.
	Message string
	// Expected and Got hold what was compared.
	Expected, Got string
	// Why says why it matters, Fix what to do.
	Why, Fix string
	// Span is where in the message, zero if nowhere in particular.
	Span Span
	// Err is a fault of our own (storage, entropy). It ends the run, is
	// answered with 503, and is no finding about the message.
	Err error
}

// A Span is a place in a message: a run of bytes in one part of a token, or a
// parameter of a request.
type Span struct {
	// Part is "token", "header", "payload", "signature" (byte offsets into
	// the encoded part), or "param:NAME" for a request parameter.
	Part string `json:"part"`
	// Start and End are byte offsets, End exclusive. Both are zero for all of it.
	Start int `json:"start"`
	End   int `json:"end"`
}

// A Finding is a rule together with how it ended this time.
type Finding struct {
	*Rule
	Outcome
}

// FindingID is the case where there is one, else the rule's ID.
func (f *Finding) FindingID() string { return cmp.Or(f.Case, f.ID) }

// Named is the finding's id, and where that is a case of a rule, whose: "alg_none,
// of the rule alg_policy". A rule is switched by the second.
func (f *Finding) Named() string {
	if f.FindingID() == f.ID {
		return f.ID
	}
	return f.FindingID() + ", of the rule " + f.ID
}

// A Check is a rule and the code that decides it. S is the state of one
// message; rules fill it, and later rules read what earlier ones found.
type Check[S any] struct {
	Rule
	Test func(*S) Outcome
}

// A Mode says how strictly a list of checks is run. The zero value is the
// strictest: every rule applies, none is off, the first failure ends the run.
type Mode struct {
	// Policy is the policy in force, one bit. Zero means that every rule applies.
	Policy PolicySet
	// InsecureOff holds the IDs of the rules that a lab has switched off. Such
	// a rule is still evaluated; its failure shows as a warning.
	InsecureOff map[string]bool
	// KeepGoing runs every rule even after a failure. The playground wants a
	// row for each; an endpoint does not.
	KeepGoing bool
}

// Reasons of a skipped row, so that pages and tests can tell them apart.
const (
	WhyNotReached   = "not reached: an earlier rule ended it"
	WhyOtherPolicy  = "the policy in force does not ask for it"
	WhySwitchedOff  = "switched off in this lab: it would have refused here"
	WhyOwnFailure   = "not reached: our own storage failed"
	WhyNotConcerned = "does not concern this message"
)

// Run evaluates the checks in order on s and returns one row per check.
// Refused points at the first row that failed and was not switched off; it is
// nil when the message is accepted. Err is a fault of our own, never the
// message's.
func Run[S any](m Mode, s *S, checks []Check[S]) (rows []Finding, refused *Finding, err error) {
	return RunOnto(nil, m, s, checks)
}

// RunOnto is Run for a message that goes through several lists: it adds the rows
// to those of the lists before, and copies none if there is room.
func RunOnto[S any](before []Finding, m Mode, s *S, checks []Check[S]) (all []Finding, refused *Finding, err error) {
	all = slices.Grow(before, len(checks))[:len(before)+len(checks)] // full length at once: refused stays valid
	rows := all[len(before):]
	for i := range checks {
		c := &checks[i]
		rows[i].Rule = &c.Rule
		o := &rows[i].Outcome
		switch {
		case err != nil:
			*o = Skip(WhyOwnFailure)
		case refused != nil && !m.KeepGoing:
			*o = Skip(WhyNotReached)
		case m.Policy != 0 && c.In != 0 && c.In&m.Policy == 0:
			*o = Skip(WhyOtherPolicy)
		default:
			*o = c.Test(s)
			if o.Err != nil {
				err = o.Err
				*o = Skip(WhyOwnFailure)
			}
			if o.Status == StatusFail && c.Switchable && m.InsecureOff[c.ID] {
				o.Status, o.Why = StatusWarn, WhySwitchedOff
			}
		}
		if o.Status == StatusFail && refused == nil {
			refused = &rows[i]
		}
	}
	return all, refused, err
}

// Pass is the outcome of a rule that holds. It formats no text: most rules
// pass, on every request.
func Pass() Outcome { return Outcome{Status: StatusPass} }

// Skip is the outcome of a rule that was not decided, and says why.
func Skip(why string) Outcome { return Outcome{Status: StatusSkipped, Why: why} }

// Fail is the outcome of a rule that does not hold.
func Fail(expected, got, fix string) Outcome {
	return Outcome{Status: StatusFail, Expected: expected, Got: got, Fix: fix}
}

// Broken is the outcome when we could not decide because of a fault of our own.
func Broken(err error) Outcome { return Outcome{Err: err} }
