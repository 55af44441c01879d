package lab

import (
	"slices"

	"claimcheck/playground"
)

// reportChecks are what StepCloud tests before it runs a report: the same as for
// everything, but for a program instead of a person.
func reportChecks() []playground.Check[apiRequest] {
	return slices.Concat(tokenChecks(), []playground.Check[apiRequest]{
		{
			Rule: playground.Rule{
				ID: "client_only", Title: "The token is a program’s own, and nobody’s",
				Spec: rfc("9700", "4.15"), Level: playground.Should, Switchable: true,
			},
			Test: func(a *apiRequest) playground.Outcome {
				switch {
				case a.claims.Client == "" || a.claims.Subject != a.claims.Client:
					o := playground.Fail("a token whose sub is its client_id", "sub "+a.claims.Subject+", client_id "+orNone(a.claims.Client), "Ask for the token with the client credentials grant.")
					o.Why = "A report is a program’s work. A token that stands for a person gives the program that person’s rights, and these are others."
					return o
				case daysOf(a.claims.Subject) != nil:
					return playground.Fail("a client_id that is no user’s ID", a.claims.Subject, "Register the client under another ID.")
				}
				return playground.Pass()
			},
		},
	})
}

// report counts what everybody did together, and names nobody.
func report() map[string]any {
	people, days, steps := 0, 0, 0
	for _, u := range Users() {
		if u.Days != nil {
			people++
		}
		days = max(days, len(u.Days))
		for _, d := range u.Days {
			steps += d.Steps
		}
	}
	return map[string]any{"report": "steps of a week", "people": people, "days": days, "steps": steps}
}
