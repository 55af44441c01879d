package walkthrough

import (
	"slices"

	"claimcheck/mockprovider"
	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
	"claimcheck/playground"
)

// RuleSet are the rules that the step names, in the order in which its party
// runs them, with their titles and sections. A test holds that each exists.
func (s *Step) RuleSet() []playground.Rule {
	all := s.partysRules()
	out := make([]playground.Rule, 0, len(s.Rules))
	for _, id := range s.Rules {
		if i := slices.IndexFunc(all, func(r playground.Rule) bool { return r.ID == id }); i >= 0 {
			out = append(out, all[i])
		}
	}
	return out
}

// partysRules are all rules of the party that decides in the step. AcmeID gives a
// JWT of somebody else to the playground's engine. The client and the API are the
// lab's; the API gives a token to that engine, and a proof to AcmeID's rules.
func (s *Step) partysRules() []playground.Rule {
	if s.From.Role == trace.RoleAS || s.To.Role == trace.RoleAS {
		return slices.Concat(mockprovider.Rules(), playground.Rules())
	}
	return slices.Concat(lab.Rules(), playground.Rules(), mockprovider.Rules())
}
