package lab

import (
	"crypto/x509"
	"slices"

	"claimcheck/mockprovider"
	"claimcheck/playground"
)

// signedWith are the algorithms that the cast's clients and APIs allow: those that
// AcmeID signs with, and no other (RFC 8725 §3.1).
func signedWith() []string { return mockprovider.KeyAlgs() }

// tokenPolicy is what an API expects of an access token (RFC 9068 §4).
func (a *apiRequest) tokenPolicy() playground.Policy {
	return playground.Policy{
		Algorithms: signedWith(),
		Issuer:     a.lab.Issuer(), Audience: a.lab.apiURL(a.api.id),
		Type: "at+jwt", Require: []string{"exp", "sub", "client_id", "iat", "jti"}, Now: a.lab.Now(),
	}
}

// judgeToken asks the playground's engine, and lets pass what the lab has
// switched off. It returns whether the token is accepted.
func (a *apiRequest) judgeToken() bool {
	off := a.lab.mode().InsecureOff
	policy := a.tokenPolicy()
	if set := a.keyOfToken(); set != nil {
		a.keys = set
	}
	a.verdict = playground.VerifyAlone(a.token, a.keys, policy)
	chosen := ""
	if off["alg_policy"] {
		chosen = a.verdict.Token.Header().Object().String("alg")
		if !slices.Contains(signedWith(), chosen) {
			policy.Algorithms = []string{chosen}
			a.verdict = playground.VerifyAlone(a.token, a.keyAsSecret(), policy)
		} else {
			chosen = ""
		}
	}
	passed := forgive(a.verdict, func(f *playground.Finding) bool {
		asked := f.ID == "alg_policy" && chosen != "" // it let in what is on no list
		unsigned := chosen == "none" && (f.ID == "alg" || f.ID == "alg_policy")
		return asked || unsigned || f.Status == playground.StatusFail && f.Switchable && off[f.ID]
	})
	return passed && (a.verdict.Verdict != playground.Undecided || chosen == "none")
}

// forgive makes warnings of the findings that an API lets pass. It returns whether
// none of the others speaks against the token.
func forgive(v *playground.Result, lets func(f *playground.Finding) bool) bool {
	passed := true
	for i := range v.Findings {
		f := &v.Findings[i]
		switch {
		case lets(f):
			f.Status, f.Why = playground.StatusWarn, playground.WhySwitchedOff
		case f.Status == playground.StatusFail:
			passed = false
		}
	}
	return passed
}

// keyAsSecret is the mistake of an API that lets the token choose how it is
// verified: the bytes of AcmeID's public key are handed to whatever algorithm the
// token names, and for HS256 they are a secret (RFC 8725 §2.1).
func (a *apiRequest) keyAsSecret() *playground.KeySet {
	for _, k := range a.keys.Keys {
		if k.Algorithm != "RS256" {
			continue
		}
		der, err := x509.MarshalPKIXPublicKey(k.Public)
		if err != nil {
			continue
		}
		return playground.NewKeySet(a.keys.Source, playground.Key{Public: der})
	}
	return a.keys
}

// verdictRules are the rules of the playground's engine that can be switched at
// an API.
func verdictRules() []playground.Rule {
	return slices.DeleteFunc(playground.Rules(), func(r playground.Rule) bool { return !r.Switchable })
}
