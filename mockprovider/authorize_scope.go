package mockprovider

import (
	"slices"
	"strings"

	"claimcheck/playground"
)

// scopeChecks decide what may be asked for (RFC 6749 §3.3).
var scopeChecks = []playground.Check[authorization]{
	{Test: (*authorization).scopePresent, Rule: playground.Rule{
		ID: "scope_present", Title: "It says what access it wants",
		Spec: rfc("6749", "3.3"), Level: playground.Choice, Refusal: "invalid_scope", In: inCurrent,
	}},
	{Test: (*authorization).scopeReadable, Rule: scopeSyntax},
	{Test: (*authorization).scopeAllowed, Rule: scopeAllowed},
	{Test: (*authorization).scopeOneAPI, Rule: scopeOneAPI},
	{Test: (*authorization).offlineAccess, Rule: playground.Rule{
		ID: "offline_access_consent", Title: "offline_access comes with prompt=consent",
		Spec: oidc("11"), Level: playground.Must,
	}},
	{Test: (*authorization).scopeLeft, Rule: playground.Rule{
		ID: "scope_left", Title: "Something is left to ask the user for",
		Spec: rfc("6749", "3.3"), Level: playground.Choice, Refusal: "invalid_scope",
	}},
}

func (s *authorization) scopePresent() playground.Outcome {
	if !s.params.has("scope") && !s.params.has("authorization_details") { // RFC 9396 §3.1
		return failAt("scope", "scope", "nothing", "name the scopes that the client needs, and no more")
	}
	return playground.Pass()
}

func (s *authorization) scopeReadable() playground.Outcome {
	if scope := s.params.get("scope"); scope != "" && !validScope(scope) {
		return failScopeSyntax(scope)
	}
	return playground.Pass()
}

func (s *authorization) scopeAllowed() playground.Outcome {
	return s.client.judgeScope(s.params.get("scope"))
}

func (s *authorization) scopeOneAPI() playground.Outcome {
	if s.params.has("resource") { // resource_one asks when a token is made
		return playground.Skip(playground.WhyNotConcerned)
	}
	return s.p.judgeAudience(s.client, s.scope())
}

func (s *authorization) offlineAccess() playground.Outcome {
	scopes := strings.Fields(s.params.get("scope"))
	if !slices.Contains(scopes, "offline_access") || s.prompts("consent") {
		return playground.Pass()
	}
	return playground.Outcome{
		Status: playground.StatusInfo, Expected: "prompt=consent", Got: s.params.get("prompt"),
		Message: "offline_access is left out of the granted scope.",
		Fix:     "add prompt=consent, so that the user is asked",
	}
}

func (s *authorization) scopeLeft() playground.Outcome {
	if len(s.scope()) == 0 && !s.params.has("authorization_details") {
		return failAt("scope", "a scope that the client may ask for", s.params.get("scope"), "add a scope that the client registered: "+strings.Join(s.client.Scopes, " "))
	}
	return playground.Pass()
}

// scope is what the request asks for and may ask for, each once. Without a
// scope parameter it is everything that the client registered, where the policy
// lets that pass, and nothing where authorization details say what it wants.
func (s *authorization) scope() []string {
	if !s.params.has("scope") && s.params.has("authorization_details") {
		return nil
	}
	return slices.DeleteFunc(s.client.may(strings.Fields(s.params.get("scope"))), func(one string) bool {
		return one == "offline_access" && !s.prompts("consent")
	})
}

// validScope checks the grammar of RFC 6749 §3.3.
func validScope(scope string) bool {
	for word := range strings.SplitSeq(scope, " ") {
		if word == "" || strings.ContainsFunc(word, func(r rune) bool {
			return r < 0x21 || r > 0x7e || r == '"' || r == '\\'
		}) {
			return false
		}
	}
	return true
}
