package mockprovider

import "claimcheck/playground"

// A Policy names the document that says how strict the provider is.
type Policy string

// The policies. The zero value means PolicyRFC9700.
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
)
