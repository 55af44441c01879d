package mockprovider

import (
	"slices"
	"strings"

	"claimcheck/playground"
)

// The rules about scope that several endpoints share (RFC 6749 §3.3).
var (
	scopeSyntax = playground.Rule{
		ID: "scope_syntax", Title: "The scope is a list of words",
		Spec: rfc("6749", "3.3"), Level: playground.Must, Refusal: "invalid_scope",
	}
	scopeAllowed = playground.Rule{
		ID: "scope_allowed", Title: "The client may ask for each scope",
		Spec: rfc("6749", "3.3"), Level: playground.Choice, Refusal: "invalid_scope", In: inCurrent,
	}
	scopeOneAPI = playground.Rule{
		ID: "scope_one_api", Title: "All scopes belong to one API",
		Spec: rfc("9068", "3"), Level: playground.Should, Refusal: "invalid_scope", In: inCurrent,
	}
)

// scopeReadable checks the scope of a request to the token or the device
// authorization endpoint, and fills it: what was asked for and may be, each once.
func (s *tokenRequest) scopeReadable() playground.Outcome {
	scope := s.params.get("scope")
	if scope != "" && !validScope(scope) {
		return failScopeSyntax(scope)
	}
	if scope != "" || len(s.details) == 0 { // details may say it all (RFC 9396 §3.1)
		s.scope = s.client.may(strings.Fields(scope))
	}
	if scope != "" && len(s.scope) == 0 && scopeAllowed.In&s.strict.bit == 0 { // else scope_allowed names the scope
		return failAs("scope_none_left", "a scope that the client registered", "others alone", "ask for one of "+strings.Join(s.client.Scopes, " "))
	}
	return playground.Pass()
}

func (s *tokenRequest) scopeAllowed() playground.Outcome {
	return s.client.judgeScope(s.params.get("scope"))
}

// scopeOneAPI judges what was asked for. A request that names no scope and no
// resource gets the default, which is about one API (RFC 6749 §3.3).
func (s *tokenRequest) scopeOneAPI() playground.Outcome {
	s.scope = s.p.scopeAt(s.scope, s.resources)
	if s.params.get("scope") == "" {
		s.scope = s.p.firstAPI(s.client, s.scope)
	}
	return s.p.judgeAudience(s.client, s.scope)
}

func failScopeSyntax(scope string) playground.Outcome {
	return failAt("scope", "words of printable ASCII, one space between two", scope, "separate scopes by one space; quotes and backslashes are not allowed")
}

// judgeScope tells whether the client registered for each scope value.
func (c *Client) judgeScope(scope string) playground.Outcome {
	for one := range strings.FieldsSeq(scope) {
		if !slices.Contains(c.Scopes, one) {
			o := failAt("scope", strings.Join(c.Scopes, " "), one, "register the client for "+one+", or leave it out")
			o.Why = "The RFC lets a server ignore the scope too, and say so in the token response. An error is found sooner."
			return o
		}
	}
	return playground.Pass()
}

// judgeAudience tells whether the scope is about one API.
func (p *Provider) judgeAudience(c *Client, scope []string) playground.Outcome {
	if c.OpaqueTokens {
		return playground.Skip(playground.WhyNotConcerned)
	}
	if audience := p.apisOf(scope); len(audience) > 1 {
		o := failAt("scope", "scopes of one API", strings.Join(audience, " and "), "ask for one token per API")
		o.Why = "One token for two APIs lets each of them act at the other one."
		return o
	}
	return playground.Pass()
}

// firstAPI leaves of a default scope what is about the user and about the first
// of its APIs, in the order of the configuration.
func (p *Provider) firstAPI(c *Client, scope []string) []string {
	apis := p.apisOf(scope)
	if len(apis) < 2 || c.OpaqueTokens {
		return scope
	}
	return p.scopeAt(scope, apis[:1])
}

// may is what of the asked scope the client registered, each once. Asking for
// nothing is asking for everything that it registered at the APIs.
func (c *Client) may(asked []string) []string {
	if len(asked) == 0 {
		asked = slices.DeleteFunc(slices.Clone(c.Scopes), func(scope string) bool { return standardScope(scope) != "" })
	}
	var scope []string
	for _, one := range asked {
		if slices.Contains(c.Scopes, one) && !slices.Contains(scope, one) {
			scope = append(scope, one)
		}
	}
	return scope
}
