package mockprovider

import (
	"slices"

	"claimcheck/playground"
)

// The rules that PolicyFAPI2 alone asks for (FAPI 2.0 Security Profile §5.3.2). What
// it shares with other policies stands with the endpoints.
var (
	pushedOnly = playground.Rule{
		ID: "pushed_only", Title: "The request was pushed",
		Spec: fapi("5.3.2.2"), Level: playground.Must, Refusal: "invalid_request", In: inFAPI2, Switchable: true,
	}
	clientKeyOnly = playground.Rule{
		ID: "client_key_only", Title: "The client proves itself with a private key",
		Spec: fapi("5.3.2.1"), Level: playground.Must, Refusal: "invalid_client", In: inFAPI2, Switchable: true,
	}
	senderConstrained = playground.Rule{
		ID: "sender_constrained", Title: "The token request has a DPoP proof",
		Spec: fapi("5.3.2.1"), Level: playground.Must, Refusal: "invalid_dpop_proof", In: inFAPI2, Switchable: true,
	}
)

func (s *authorization) pushedOnly() playground.Outcome {
	if !s.pushed {
		o := failAt("request_uri", "a pushed request", "a request in the URL", fixFAPI("push the request first, and send its request_uri"))
		o.Why = "What travels through the browser can be read and changed there. A pushed request comes from the client itself, which has authenticated."
		return o
	}
	return playground.Pass()
}

// fixFAPI is a way out for clients that were never made for FAPI, which other
// policies let in.
func fixFAPI(fix string) string {
	return fix + "; the policy " + string(PolicyFAPI2) + " asks for it, and for a client that can't there are the other policies"
}

// keyOnly is about a client that came another way than with a private key.
func (s *tokenRequest) keyOnly() playground.Outcome {
	if s.auth.method == authPrivateKeyJWT {
		return playground.Pass()
	}
	o := playground.Fail(authPrivateKeyJWT, s.auth.method, fixFAPI("register a JWK Set, and sign a client assertion for each request"))
	o.Why = "A secret is known to two, and travels. A private key stays where it was made."
	return o
}

func (s *tokenRequest) senderConstrained() playground.Outcome {
	if len(s.r.Header.Values("DPoP")) == 0 {
		o := playground.Fail("a DPoP header", "none", fixFAPI("make a key, and send a proof with every request"))
		o.Why = "A bearer token works for whoever has it. A bound one is of no use without its key."
		return o
	}
	return playground.Pass()
}

// keyMethods leaves the methods that the policy accepts.
func keyMethods(methods []string, policy playground.PolicySet, off map[string]bool) []string {
	if !inForce(&clientKeyOnly, policy, off) {
		return methods
	}
	return slices.DeleteFunc(methods, func(m string) bool { return m != authPrivateKeyJWT })
}

// algFor is the algorithm of the tokens that the client gets: the one that it
// registered, else that of the first key. FAPI 2.0 Security Profile §5.4.1 leaves
// out RS256, so there it is that of the first key that is not RSA with PKCS #1 v1.5.
func (p *Provider) algFor(c *Client, registered string) string {
	if registered != "" {
		return registered
	}
	if p.strictnessFor(c).bit == inFAPI2 {
		for _, alg := range p.keys.algs {
			if slices.Contains(foreignAlgs(inFAPI2), alg) {
				return alg
			}
		}
	}
	return p.keys.algs[0]
}
