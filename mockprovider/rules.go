package mockprovider

import (
	"slices"

	"claimcheck/playground"
	"claimcheck/playground/spec"
)

// A RuleList is the ordered list of rules that one endpoint or grant runs.
type RuleList struct {
	// Name is the endpoint's name: "authorization endpoint".
	Name  string
	Rules []playground.Rule
}

// RuleLists are the rules of every endpoint, in the order in which they run.
func RuleLists() []RuleList {
	return []RuleList{
		{"authorization endpoint", rulesOf(authorizationChecks)},
		{"authorization endpoint: pushed requests", rulesOf(pushedChecks)},
		{"authorization endpoint: request objects", rulesOf(objectChecks)},
		{"pushed authorization request endpoint", slices.Concat(rulesOf(slices.Concat(directChecks, clientAuthChecks)), rulesOf(pushChecks))},
		{"login page", rulesOf(loginChecks)},
		{"consent page", rulesOf(consentChecks)},
		{"authorization response", rulesOf(codeIssueChecks)},
		{"token endpoint: authorization_code", rulesOf(slices.Concat(envelopeChecks, clientAuthChecks, codeGrant))},
		{"client authentication with an assertion", rulesOf(assertionAuthChecks)},
		{"DPoP proof", rulesOf(dpopChecks)},
		{"token endpoint: refresh_token", rulesOf(slices.Concat(envelopeChecks, clientAuthChecks, refreshGrant))},
		{"token endpoint: client_credentials", rulesOf(slices.Concat(envelopeChecks, clientAuthChecks, clientCredentialsGrant))},
		{"device authorization endpoint", rulesOf(slices.Concat(directChecks, clientAuthChecks, deviceAuthorizationChecks))},
		{"device verification page", rulesOf(deviceFormChecks)},
		{"token endpoint: device_code", rulesOf(slices.Concat(envelopeChecks, clientAuthChecks, deviceGrant))},
		{"token endpoint: token-exchange", rulesOf(slices.Concat(envelopeChecks, clientAuthChecks, exchangeGrant))},
		{"token endpoint: jwt-bearer", rulesOf(slices.Concat(envelopeChecks, clientAuthChecks, jwtGrant))},
		{"token endpoint: password", rulesOf(slices.Concat(envelopeChecks, clientAuthChecks, passwordGrant))},
		{"token endpoint: other grant types", rulesOf(envelopeChecks)},
		{"introspection endpoint", rulesOf(slices.Concat(directChecks, clientAuthChecks, introspectionChecks))},
		{"revocation endpoint", rulesOf(slices.Concat(directChecks, clientAuthChecks, revocationChecks))},
		{"end session endpoint", rulesOf(endSessionChecks)},
		{"UserInfo endpoint", rulesOf(userInfoChecks)},
		{"registration endpoint", rulesOf(registrationChecks)},
		{"client configuration endpoint", rulesOf(updateChecks)},
		{"pages", pageRules},
	}
}

// Rules are all rules of the provider, each once.
func Rules() []playground.Rule {
	var all []playground.Rule
	seen := make(map[string]bool)
	for _, list := range RuleLists() {
		for _, r := range list.Rules {
			if !seen[r.ID] {
				seen[r.ID] = true
				all = append(all, r)
			}
		}
	}
	return all
}

func rulesOf[S any](checks []playground.Check[S]) []playground.Rule {
	rules := make([]playground.Rule, len(checks))
	for i := range checks {
		rules[i] = checks[i].Rule
	}
	return rules
}

// The documents that the rules cite.

func rfc(number, section string) spec.Ref { return spec.Ref{Name: "RFC " + number, Section: section} }

func oidc(section string) spec.Ref {
	return spec.Ref{Name: "OpenID Connect Core 1.0", Section: section}
}

func fapi(section string) spec.Ref {
	return spec.Ref{Name: "FAPI 2.0 Security Profile", Section: section}
}

// failAs is Fail for one of several outcomes of a rule.
func failAs(id, expected, got, fix string) playground.Outcome {
	o := playground.Fail(expected, got, fix)
	o.Case = id
	return o
}

// failAt is Fail with the parameter that it is about.
func failAt(param, expected, got, fix string) playground.Outcome {
	o := playground.Fail(expected, got, fix)
	o.Span.Part = "param:" + param
	return o
}
