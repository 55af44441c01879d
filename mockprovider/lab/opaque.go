package lab

import (
	"slices"
	"strings"

	"claimcheck/playground"
)

// testOpaque asks AcmeID what a token stands for that says nothing by itself.
func (a *apiRequest) testOpaque() playground.Outcome {
	info, err := a.lab.provider.Introspect(a.ctx, a.token)
	if err != nil {
		return playground.Broken(err)
	}
	audience := a.lab.apiURL(StepCloud)
	switch {
	case !info.Active:
		o := playground.Fail("a token that AcmeID calls active", "one that it does not", "Use the access token as AcmeID issued it, and a new one after it has expired.")
		o.Why = "The token is opaque: StepCloud reads nothing in it and asks AcmeID. The answer for a token that is unknown, expired or revoked is the same."
		return o
	case !slices.Contains(info.Audience, audience):
		return playground.Fail(audience, strings.Join(info.Audience, " "), "Ask for a token for this API.")
	}
	a.claims = accessClaims{Subject: info.Subject, Client: info.ClientID, Scope: info.Scope}
	return playground.Outcome{Status: playground.StatusPass, Message: "The token is opaque. AcmeID was asked, and said what it stands for."}
}

// sayRevocation decides nothing: it says what StepCloud can know. A JWT is judged
// alone, on purpose, and an opaque token has been asked about.
func (a *apiRequest) sayRevocation() playground.Outcome {
	if a.verdict == nil {
		return playground.Outcome{Status: playground.StatusPass, Message: "AcmeID was asked for this request, and a revoked token would not be active."}
	}
	return playground.Outcome{
		Status: playground.StatusInfo, Case: "revocation_not_asked",
		Message: "StepCloud judged the JWT by itself. Nobody asked AcmeID whether it is revoked.",
		Why:     "A token that says everything itself needs no question for each request. The price: after a revocation it still works here, until exp. A short lifetime bounds that time; an API that must know at once asks the authorization server.",
	}
}
