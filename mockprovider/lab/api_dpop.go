package lab

import (
	"net/http"
	"strings"

	"claimcheck/playground"
)

// proofChecks are what an API tests about a token that is bound to a key (RFC
// 9449 §7). The rows about the proof come before dpop_proof: its rules are those
// that AcmeID has for proofs too.
func proofChecks() []playground.Check[apiRequest] {
	return []playground.Check[apiRequest]{
		{
			Rule: playground.Rule{
				ID: "token_scheme", Title: "A bound token comes with a proof, a bearer token without",
				Spec: rfc("9449", "7.1"), Level: playground.Must, Refusal: "invalid_token", Switchable: true,
			},
			Test: (*apiRequest).testScheme,
		},
		{
			Rule: playground.Rule{
				ID: "dpop_proof", Title: "The proof is for this request and this token, by the token's key",
				Spec: rfc("9449", "4.3"), Level: playground.Must, Refusal: "invalid_dpop_proof",
			},
			Test: (*apiRequest).testProof,
		},
	}
}

func (a *apiRequest) testScheme() playground.Outcome {
	switch jkt := a.claims.Thumbprint; {
	case a.claims.boundOtherwise:
		o := playground.Fail("cnf with jkt, or no cnf", "a cnf of another kind", "Ask for a token that is bound by DPoP, or for a bearer token.")
		o.Case = "token_binding_unknown"
		o.Why = "The token is bound to something that this API cannot look at, such as a certificate. To take it all the same would undo the binding."
		return o
	case jkt != "" && !a.dpop:
		o := playground.Fail("Authorization: DPoP, and a proof", "Authorization: Bearer", "Send the token with the scheme DPoP, and a proof made for this request.")
		o.Case = "token_scheme_bearer"
		o.Why = "The token is bound to a key. Taken as a bearer token it would work for whoever stole it."
		return o
	case jkt == "" && a.dpop:
		o := playground.Fail("a token with cnf.jkt", "a bearer token", "Send it with the scheme Bearer, or ask for a bound token: with a proof in the token request.")
		o.Case = "token_scheme_dpop"
		o.Why = "Nobody bound this token to a key, so the proof proves nothing about it."
		return o
	}
	return playground.Pass()
}

// testProof runs the rules about proofs, which AcmeID has too.
func (a *apiRequest) testProof() playground.Outcome {
	if !a.dpop {
		return playground.Skip(playground.WhyNotConcerned)
	}
	r := (&http.Request{Method: a.method, Header: a.header}).WithContext(a.ctx)
	rows, refused, err := a.lab.provider.VerifyDPoP(r, a.target, a.token, a.claims.Thumbprint)
	a.proof = rows
	switch {
	case err != nil:
		return playground.Broken(err)
	case refused != nil:
		return playground.Fail("a proof that passes every test above", "one that does not", "Look at the first test above that failed.")
	}
	return playground.Pass()
}

// dpopChallenge asks for a proof (RFC 9449 §7.1).
func (a *apiRequest) dpopChallenge() string {
	return `DPoP realm="` + a.api.name + `", algs="` + strings.Join(a.lab.provider.DPoPAlgs(), " ") + `"`
}
