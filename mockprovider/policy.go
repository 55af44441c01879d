package mockprovider

import (
	"fmt"
	"time"

	"claimcheck/playground"
)

// A Policy names the document that says how strict the provider is.
type Policy string

// The policies. The zero value means PolicyRFC9700. PolicyFAPI2 is the FAPI 2.0
// Security Profile §5.3.2: every request is pushed, every client proves itself with
// a private key, every token is bound to one by DPoP (mutual TLS is not offered).
// Codes live for a minute, and PKCE is S256. Refresh tokens do not rotate. Tokens
// are signed with ES256 unless the client names an algorithm: RS256, the default of
// OpenID Connect, is none that FAPI takes (§5.4.1).
const (
	PolicyPermissive Policy = "permissive"
	PolicyRFC6749    Policy = "rfc6749"
	PolicyRFC9700    Policy = "rfc9700"
	PolicyOAuth21    Policy = "oauth21"
	PolicyFAPI2      Policy = "fapi2"
)

// The bits of the policies, for Rule.In. A rule names the set that asks for it.
const (
	inPermissive playground.PolicySet = 1 << iota
	inRFC6749
	inRFC9700
	inOAuth21
	inFAPI2

	// inCore is every document, and leaves out only the permissive mode.
	inCore = inRFC6749 | inRFC9700 | inOAuth21 | inFAPI2
	// inCurrent is what is asked for today.
	inCurrent = inRFC9700 | inOAuth21 | inFAPI2
)

// policyValues are the lifetimes and habits of a policy.
type policyValues struct {
	bit playground.PolicySet
	// codeTTL is how long an authorization code lives (RFC 6749 §4.1.2: at
	// most ten minutes).
	codeTTL time.Duration
	// accessTTL is how long an access token lives.
	accessTTL time.Duration
	// refreshIdle ends a refresh token that nobody uses, refreshMax ends its
	// whole family.
	refreshIdle, refreshMax time.Duration
	// rotate says that each use of a refresh token gives a new one.
	rotate bool
}

// maxCodeLifetime is the most that RFC 6749 §4.1.2 recommends.
const maxCodeLifetime = 10 * time.Minute

// idTokenTTL is how long an ID token lives, in every policy.
const idTokenTTL = time.Hour

// Policies lists the policies from the most to the least lenient.
func Policies() []Policy {
	return []Policy{PolicyPermissive, PolicyRFC6749, PolicyRFC9700, PolicyOAuth21, PolicyFAPI2}
}

// values returns the lifetimes of the policy, or an error if there is no such policy.
func (p Policy) values() (policyValues, error) {
	const day = 24 * time.Hour
	switch p {
	case PolicyPermissive:
		return policyValues{inPermissive, 10 * time.Minute, time.Hour, 30 * day, 90 * day, false}, nil
	case PolicyRFC6749:
		return policyValues{inRFC6749, 10 * time.Minute, time.Hour, 30 * day, 90 * day, false}, nil
	case PolicyRFC9700, "":
		return policyValues{inRFC9700, time.Minute, 10 * time.Minute, 7 * day, 30 * day, true}, nil
	case PolicyOAuth21:
		return policyValues{inOAuth21, time.Minute, 10 * time.Minute, 7 * day, 30 * day, true}, nil
	case PolicyFAPI2:
		return policyValues{inFAPI2, time.Minute, 10 * time.Minute, 7 * day, 30 * day, false}, nil
	default:
		return policyValues{}, fmt.Errorf("policy %q is none of %v", string(p), Policies())
	}
}
