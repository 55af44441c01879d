package mockprovider

import "claimcheck/playground"

// A judgement is one message going through several lists of rules, as if they
// were one: who authenticates how, what the grant type asks for. After the first
// refusal the rest is not reached.
type judgement struct {
	mode    playground.Mode
	rows    []playground.Finding
	refused *playground.Finding
	err     error
}

// usualRows is as many rows as most messages get, so that there is room at once.
const usualRows = 40

// judge runs one more list. Lists about different states of the same message
// may follow each other.
func judge[S any](j *judgement, s *S, checks []playground.Check[S]) {
	why := playground.WhyNotReached
	switch {
	case j.err != nil:
		why = playground.WhyOwnFailure
	case j.refused == nil:
		if j.rows == nil {
			j.rows = make([]playground.Finding, 0, usualRows)
		}
		j.rows, j.refused, j.err = playground.RunOnto(j.rows, j.mode, s, checks)
		return
	}
	for i := range checks {
		j.rows = append(j.rows, playground.Finding{Rule: &checks[i].Rule, Outcome: playground.Skip(why)})
	}
}
