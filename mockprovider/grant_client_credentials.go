package mockprovider

import "claimcheck/playground"

// clientCredentialsGrant gives a client a token of its own, without any user
// (RFC 6749 §4.4). It comes without a refresh token (§4.4.3) and without an ID
// token, and its sub is the client.
var clientCredentialsGrant = []playground.Check[tokenRequest]{
	grantTypeAllowed,
	{Test: (*tokenRequest).confidential, Rule: clientConfidential},
	{Test: (*tokenRequest).detailsKnown, Rule: detailsKnown},
	{Test: (*tokenRequest).detailsAllowed, Rule: detailsAllowed},
	{Test: (*tokenRequest).scopeReadable, Rule: scopeSyntax},
	{Test: (*tokenRequest).scopeAllowed, Rule: scopeAllowed},
	{Test: (*tokenRequest).scopeWithoutUser, Rule: playground.Rule{
		ID: "scope_without_user", Title: "It asks for nothing about a user",
		Spec: rfc("6749", "4.4"), Level: playground.Choice, Refusal: "invalid_scope",
	}},
	{Test: (*tokenRequest).resourceKnown, Rule: resourceKnown},
	{Test: (*tokenRequest).scopeOneAPI, Rule: scopeOneAPI},
	{Test: (*tokenRequest).detailsOneAPI, Rule: detailsOneAPI},
}

// clientConfidential is for grants in which the client's own word counts.
var clientConfidential = playground.Rule{
	ID: "client_confidential", Title: "The client is confidential",
	Spec: rfc("6749", "4.4"), Level: playground.Must, Refusal: "unauthorized_client",
}

func (s *tokenRequest) confidential() playground.Outcome {
	if s.client.public() {
		o := playground.Fail("a client that authenticates", "a public client", "register the client with a secret or a key")
		o.Why = "The name of a public client is known to everybody, so everybody would get its tokens."
		return o
	}
	return playground.Pass()
}

// scopeWithoutUser also makes the grant: nobody granted anything, so it is not
// stored, and the token alone can be revoked.
func (s *tokenRequest) scopeWithoutUser() playground.Outcome {
	for _, one := range s.scope {
		if standardScope(one) != "" {
			return failAt("scope", "scopes of an API", one, "leave "+one+" out: there is no user in this grant")
		}
	}
	s.grant = &grantRecord{Client: s.client.ID, Created: s.p.now()}
	return playground.Pass()
}
