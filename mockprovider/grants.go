package mockprovider

import (
	"slices"
	"strings"

	"claimcheck/playground"
)

// The grant types that this provider supports.
const (
	grantAuthorizationCode = "authorization_code"
	grantRefreshToken      = "refresh_token"
	grantClientCredentials = "client_credentials"
	grantDeviceCode        = "urn:ietf:params:oauth:grant-type:device_code"
	grantTokenExchange     = "urn:ietf:params:oauth:grant-type:token-exchange" //nolint:gosec // an identifier, no secret
	grantPassword          = "password"
	grantJWTBearer         = "urn:ietf:params:oauth:grant-type:jwt-bearer" //nolint:gosec // an identifier, no secret
)

// A grantType is a grant type together with the rules for its requests.
type grantType struct {
	name   string
	checks []playground.Check[tokenRequest]
	// in is the set of policies that offer it. Zero means all of them.
	in playground.PolicySet
}

// grantTypes are all grant types, in the order of the metadata.
func grantTypes() []grantType {
	return []grantType{
		{name: grantAuthorizationCode, checks: codeGrant},
		{name: grantRefreshToken, checks: refreshGrant},
		{name: grantClientCredentials, checks: clientCredentialsGrant},
		{name: grantDeviceCode, checks: deviceGrant},
		{name: grantTokenExchange, checks: exchangeGrant},
		{name: grantJWTBearer, checks: jwtGrant},
		{name: grantPassword, checks: passwordGrant, in: inPermissive | inRFC6749},
	}
}

// offered tells whether a policy offers the grant type.
func (g *grantType) offered(policy playground.PolicySet) bool { return g.in == 0 || g.in&policy != 0 }

// grantTypesIn names the grant types that a policy offers.
func grantTypesIn(policy playground.PolicySet) []string {
	var names []string
	for _, g := range grantTypes() {
		if g.offered(policy) {
			names = append(names, g.name)
		}
	}
	return names
}

// grantChecks are the rules of the grant type that the request names, or nil.
func (s *tokenRequest) grantChecks() []playground.Check[tokenRequest] {
	name := s.params.get("grant_type")
	for _, g := range grantTypes() {
		if g.name == name {
			return g.checks
		}
	}
	return nil
}

func (s *tokenRequest) grantTypePresent() playground.Outcome {
	if !s.params.has("grant_type") {
		return failAt("grant_type", "grant_type", "nothing", "name the grant type in the body: grant_type=authorization_code, for one")
	}
	return playground.Pass()
}

func (s *tokenRequest) grantTypeSupported() playground.Outcome {
	got := s.params.get("grant_type")
	if !slices.ContainsFunc(grantTypes(), func(g grantType) bool { return g.name == got && g.offered(s.strict.bit) }) {
		return failAt("grant_type", strings.Join(grantTypesIn(s.strict.bit), " or "), got, "use a grant type that the metadata lists")
	}
	return playground.Pass()
}

// grantTypeAllowed is the first rule of every grant type.
var grantTypeAllowed = playground.Check[tokenRequest]{Test: (*tokenRequest).grantAllowed, Rule: playground.Rule{
	ID: "grant_type_allowed", Title: "The client may use this grant type",
	Spec: rfc("6749", "5.2"), Level: playground.Must, Refusal: "unauthorized_client",
}}

func (s *tokenRequest) grantAllowed() playground.Outcome {
	if grant := s.params.get("grant_type"); !s.client.mayUse(grant) {
		return failAt("grant_type", strings.Join(s.client.GrantTypes, " "), grant, "register the client for "+grant)
	}
	return playground.Pass()
}
