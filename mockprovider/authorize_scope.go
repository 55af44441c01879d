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
	{Test: (*authorization).scopeReadable, Rule: playground.Rule{
		ID: "scope_syntax", Title: "The scope is a list of words",
		Spec: rfc("6749", "3.3"), Level: playground.Must, Refusal: "invalid_scope",
	}},
	{Test: (*authorization).scopeAllowed, Rule: playground.Rule{
		ID: "scope_allowed", Title: "The client may ask for each scope",
		Spec: rfc("6749", "3.3"), Level: playground.Choice, Refusal: "invalid_scope", In: inCurrent,
	}},
	{Test: (*authorization).scopeOneAPI, Rule: playground.Rule{
		ID: "scope_one_api", Title: "All scopes belong to one API",
		Spec: rfc("9068", "3"), Level: playground.Should, Refusal: "invalid_scope", In: inCurrent,
	}},
	{Test: (*authorization).offlineAccess, Rule: playground.Rule{
		ID: "offline_access_consent", Title: "offline_access comes with prompt=consent",
		Spec: oidc("11"), Level: playground.Must,
	}},
}

func (s *authorization) scopePresent() playground.Outcome {
	if !s.params.has("scope") {
		return failAt("scope", "scope", "nothing", "name the scopes that the client needs, and no more")
	}
	return playground.Pass()
}

func (s *authorization) scopeReadable() playground.Outcome {
	if scope := s.params.get("scope"); scope != "" && !validScope(scope) {
		return failAt("scope", "words of printable ASCII, one space between two", scope, "separate scopes by one space; quotes and backslashes are not allowed")
	}
	return playground.Pass()
}

func (s *authorization) scopeAllowed() playground.Outcome {
	for scope := range strings.FieldsSeq(s.params.get("scope")) {
		if !s.allowed(scope) {
			o := failAt("scope", strings.Join(s.client.Scopes, " "), scope, "register the client for "+scope+", or leave it out")
			o.Why = "The RFC lets a server ignore the scope too, and say so in the token response. An error is found sooner."
			return o
		}
	}
	return playground.Pass()
}

func (s *authorization) scopeOneAPI() playground.Outcome {
	if s.client.OpaqueTokens {
		return playground.Skip(playground.WhyNotConcerned)
	}
	if audience := s.p.audienceOf(s.scope()); len(audience) > 1 {
		o := failAt("scope", "scopes of one API", strings.Join(audience, " and "), "ask for one token per API")
		o.Why = "One token for two APIs lets each of them act at the other one."
		return o
	}
	return playground.Pass()
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

// scope is what the request asks for and may ask for, each once. Without a
// scope parameter it is everything that the client registered, where the policy
// lets that pass.
func (s *authorization) scope() []string {
	asked := strings.Fields(s.params.get("scope"))
	if len(asked) == 0 {
		asked = slices.DeleteFunc(slices.Clone(s.client.Scopes), func(scope string) bool { return standardScopes()[scope] != "" })
	}
	var scope []string
	for _, one := range asked {
		dropped := one == "offline_access" && !s.prompts("consent")
		if s.allowed(one) && !dropped && !slices.Contains(scope, one) {
			scope = append(scope, one)
		}
	}
	return scope
}

func (s *authorization) allowed(scope string) bool {
	return slices.Contains(s.client.Scopes, scope)
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
