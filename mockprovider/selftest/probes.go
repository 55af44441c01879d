package selftest

import (
	"slices"

	"claimcheck/playground"
	"claimcheck/playground/spec"
)

func rfc(number, section string) spec.Ref { return spec.Ref{Name: "RFC " + number, Section: section} }

func discovery() spec.Ref { return spec.Ref{Name: "OpenID Connect Discovery 1.0", Section: "3"} }

// probes are all members, in the order in which the report shows them. A member
// of the document that is none of them fails.
func probes() []probe {
	return slices.Concat(endpointProbes(), authorizationProbes(), grantProbes(), clientProbes(), openIDProbes(), sessionProbes(), absentProbes())
}

// member is the rule of a member of the metadata.
func member(id, title string, ref spec.Ref) playground.Rule {
	return playground.Rule{ID: id, Title: title, Spec: ref, Level: playground.Must}
}

// yes is what a boolean member can be.
func yes() []string { return []string{"true"} }

// signatures are the algorithms of RFC 7518 §3.1, RFC 8037 §3.1 and RFC
// 9864 §2.2.
func signatures() []string {
	return []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519", "HS256", "HS384", "HS512", "none"}
}
