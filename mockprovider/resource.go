package mockprovider

import (
	"net/url"
	"slices"
	"strings"

	"claimcheck/playground"
)

// The rules about resource indicators (RFC 8707 §2). The parameter may come
// several times.
var (
	resourceKnown = playground.Rule{
		ID: "resource_known", Title: "Each resource is an API of this server",
		Spec: rfc("8707", "2"), Level: playground.Must, Refusal: "invalid_target",
	}
	resourceGranted = playground.Rule{
		ID: "resource_granted", Title: "Each resource was granted",
		Spec: rfc("8707", "2.2"), Level: playground.Must, Refusal: "invalid_target",
	}
	// resourceOne is the other half of scope_one_api: who names several resources
	// in the authorization request gets a token for one of them at a time.
	resourceOne = playground.Rule{
		ID: "resource_one", Title: "The token is for one API",
		Spec: rfc("9068", "3"), Level: playground.Should, Refusal: "invalid_target", In: inCurrent,
	}
)

// resources are the resources that the request names, each once: a token for one
// API is for it alone, though its name was sent twice.
func (p *params) resources() []string { return once(p.values["resource"]) }

// once is the list without repetitions, in the order of the first of each.
func once(list []string) []string {
	var out []string
	for _, one := range list {
		if !slices.Contains(out, one) {
			out = append(out, one)
		}
	}
	return out
}

// judgeResources tells whether each resource is the identifier of an API.
func (p *Provider) judgeResources(resources []string) playground.Outcome {
	for _, one := range resources {
		if u, err := url.Parse(one); err != nil || !u.IsAbs() || strings.Contains(one, "#") {
			return failAt("resource", "an absolute URI without a fragment", one, "send the resource identifier of the API")
		}
		if !slices.ContainsFunc(p.apis(), func(api API) bool { return api.Audience == one }) {
			return failAt("resource", "an API of this server", one, "compare it with the identifier that the API names, character by character")
		}
	}
	return playground.Pass()
}

func (s *authorization) resourceKnown() playground.Outcome {
	return s.p.judgeResources(s.params.resources())
}

// resourceKnown is for grants without a user, where nothing was granted before.
func (s *tokenRequest) resourceKnown() playground.Outcome {
	s.resources = s.params.resources()
	return s.p.judgeResources(s.resources)
}

// resourceGranted narrows the new access token to the resources that the request
// names. Without any it is for all that the grant is for. The refresh token
// keeps the whole grant.
func (s *tokenRequest) resourceGranted() playground.Outcome {
	granted := s.grant.Resources
	if len(granted) == 0 {
		granted = s.p.audienceFor(s.grant.Scope, s.grant.Details)
	}
	asked := s.params.resources()
	if !covers(granted, asked) {
		return failAt("resource", strings.Join(granted, " "), strings.Join(asked, " "), "ask for a resource of the authorization request; for another one, start a new flow")
	}
	s.resources = asked
	if len(asked) == 0 {
		s.resources = s.grant.Resources
	}
	s.scope = s.p.scopeAt(s.scope, s.resources)
	return playground.Pass()
}

func (s *tokenRequest) resourceOne() playground.Outcome {
	if s.client.OpaqueTokens {
		return playground.Skip(playground.WhyNotConcerned)
	}
	if len(s.resources) > 1 {
		o := failAt("resource", "one resource", strings.Join(s.resources, " and "), "send one resource in each token request")
		o.Why = "One token for two APIs lets each of them act at the other one."
		return o
	}
	return playground.Pass()
}

// scopeAt leaves of the scope what the resources can process, and what is about
// the user (RFC 8707 §2.2). Without resources that is all of it.
func (p *Provider) scopeAt(scope, resources []string) []string {
	if len(resources) == 0 {
		return scope
	}
	var left []string
	for _, one := range scope {
		if standardScope(one) != "" || covers(resources, p.apisOf([]string{one})) {
			left = append(left, one)
		}
	}
	return left
}

// audience is whom the new access token is for.
func (s *tokenRequest) audience() []string {
	if len(s.resources) == 0 {
		return s.p.audienceOf(s.scope, s.details)
	}
	if slices.Contains(s.scope, "openid") {
		return append(slices.Clone(s.resources), s.p.cfg.Issuer)
	}
	return s.resources
}
