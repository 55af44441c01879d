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

// judge runs one more list. Lists about different states of the same message
// may follow each other.
func judge[S any](j *judgement, s *S, checks []playground.Check[S]) {
	why := playground.WhyNotReached
	switch {
	case j.err != nil:
		why = playground.WhyOwnFailure
	case j.refused == nil:
		var rows []playground.Finding
		rows, j.refused, j.err = playground.Run(j.mode, s, checks)
		j.rows = append(j.rows, rows...)
		return
	}
	for i := range checks {
		j.rows = append(j.rows, playground.Finding{Rule: &checks[i].Rule, Outcome: playground.Skip(why)})
	}
}
