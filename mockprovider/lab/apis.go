package lab

import (
	"net/http"
	"slices"
	"time"

	"claimcheck/playground"
)

// cloudAPIs are the APIs of the cast.
func cloudAPIs() []*api { return []*api{stepCloud(), mealCloud(), codeHub()} }

// exportMaxAge is how long ago somebody may have logged in who exports everything.
const exportMaxAge = 5 * time.Minute

func stepCloud() *api {
	read := []string{http.MethodGet, http.MethodHead}
	denied := "This person may not see these steps."
	steps := func(a *apiRequest) any { return map[string]any{"user": a.subject(), "steps": daysOf(a.subject())} }
	return &api{id: StepCloud, name: "StepCloud", secret: stepCloudSecret, endpoints: map[string]*endpoint{
		"/v1/steps":  {methods: read, scope: ScopeStepsRead, checks: apiChecks(), denied: denied, answer: steps},
		"/v1/export": {methods: read, scope: ScopeStepsRead, checks: exportChecks(), denied: denied, answer: steps, maxAge: exportMaxAge},
		"/v1/profile": {
			methods: read, scope: ScopeProfileRead, checks: apiChecks(), denied: denied,
			answer: func(a *apiRequest) any { return profileOf(a.subject()) },
		},
		"/v1/download": downloadEndpoint(),
		"/v1/about":    aboutEndpoint(),
		"/v1/pass":     passEndpoint(),
		"/v1/shared":   sharedEndpoint(),
		"/v1/reports": {
			methods: []string{http.MethodPost}, scope: ScopeReportsRun, checks: reportChecks(),
			denied: "Reports are for programs with a token of their own.",
			answer: func(*apiRequest) any { return report() },
		},
	}}
}

// mealCloud is the other API of the story. It trusts AcmeID as StepCloud does, and
// has an audience of its own: a token for the one is refused at the other.
func mealCloud() *api {
	return &api{id: MealCloud, name: "MealCloud", secret: mealCloudSecret, endpoints: map[string]*endpoint{
		"/v1/meals": {
			methods: []string{http.MethodGet, http.MethodHead}, scope: ScopeMealsRead, checks: mealChecks(),
			answer: func(a *apiRequest) any {
				return map[string]any{"user": a.claims.Subject, "meals": mealsOf(a.claims.Subject)}
			},
		},
	}}
}

// A profile is what StepCloud knows about somebody beside their steps.
type profile struct {
	User    string `json:"user"`
	Born    string `json:"born"`
	Address string `json:"address"`
}

func profileOf(user string) profile {
	p := profile{User: user}
	switch user {
	case "alice":
		p.Born, p.Address = "1991-04-12", "7 Mill Lane, Oldham"
	case "bob":
		p.Born, p.Address = "1984-11-30", "12 Harbour Street, Poole"
	}
	return p
}

// A meal is what somebody ate.
type meal struct {
	Date string `json:"date"`
	Meal string `json:"meal"`
}

// mealsOf is empty for who has no account.
func mealsOf(user string) []meal {
	switch user {
	case "alice":
		return []meal{{"2026-03-06", "lentil soup"}, {"2026-03-07", "pasta"}, {"2026-03-08", "pancakes"}}
	case "bob":
		return []meal{{"2026-03-07", "curry"}, {"2026-03-08", "omelette"}}
	}
	return []meal{}
}

// exportChecks ask for a login that is not long ago: who found a browser that is
// still logged in shall not carry everything off.
func exportChecks() []playground.Check[apiRequest] {
	return slices.Concat(apiChecks(), []playground.Check[apiRequest]{
		{
			Rule: playground.Rule{
				ID: "login_recent", Title: "The person has logged in within the last five minutes",
				Spec: rfc("9470", "3"), Level: playground.Should, Refusal: "insufficient_user_authentication", Switchable: true,
			},
			Test: func(a *apiRequest) playground.Outcome {
				at, oldest := a.claims.AuthTime, a.lab.Now().Add(-a.endpoint.maxAge)
				if !at.IsZero() && !at.Before(oldest.Truncate(time.Second)) {
					return playground.Pass()
				}
				got := "no auth_time in the token"
				if !at.IsZero() {
					got = "a login at " + at.UTC().Format(time.TimeOnly)
				}
				o := playground.Fail("a login since "+oldest.UTC().Format(time.TimeOnly), got, "Send the person to AcmeID again with max_age=300, and come back with the new token.")
				o.Why = "The token is good, and enough for less. For this one call StepCloud wants to know that the person is there now."
				return o
			},
		},
	})
}
