package mockprovider

import (
	"slices"

	"claimcheck/playground"
)

// inForce tells whether a rule is asked for under the policy and not switched off.
func inForce(rule *playground.Rule, policy playground.PolicySet, off map[string]bool) bool {
	return (rule.In == 0 || rule.In&policy != 0) && !off[rule.ID]
}

// challengeMethodsIn are the code challenge methods that mean something: none
// where nobody looks at the verifier (RFC 8414 §2: left out means no PKCE).
func challengeMethodsIn(policy playground.PolicySet, off map[string]bool) []string {
	switch {
	case !inForce(&pkceVerifier, policy, off):
		return nil
	case inForce(&s256Only, policy, off):
		return []string{methodS256}
	}
	return []string{methodS256, methodPlain}
}

// authMethodsIn are the ways in which a client can prove who it is.
func authMethodsIn(policy playground.PolicySet) []string {
	methods := secretMethods()
	if inForce(&assertionAlgStrong, policy, nil) { // HS256 is none of the strong ones
		methods = slices.DeleteFunc(methods, func(m string) bool { return m == authSecretJWT })
	}
	return methods
}

// authAlgsIn are the algorithms of client assertions.
func authAlgsIn(policy playground.PolicySet) []string {
	if inForce(&assertionAlgStrong, policy, nil) {
		return foreignAlgs(policy)
	}
	return append(assertionAlgs(), "HS256")
}
