package mockprovider

import (
	"slices"
	"strings"

	"claimcheck/playground"
)

// The code challenge methods (RFC 7636 §4.2).
const (
	methodS256  = "S256"
	methodPlain = "plain"
)

// s256Only is known to the metadata too: it says which methods are offered.
var s256Only = playground.Rule{
	ID: "pkce_s256_only", Title: "The challenge is a hash: S256",
	Spec: rfc("9700", "2.1.1"), Level: playground.Should, Refusal: "invalid_request", In: inCurrent, Switchable: true,
}

// pkceChecks are proof key for code exchange at the authorization endpoint
// (RFC 7636 §4.3, §4.4).
var pkceChecks = []playground.Check[authorization]{
	{Test: (*authorization).pkcePublic, Rule: playground.Rule{
		ID: "pkce_require", Title: "A public client uses PKCE",
		Spec: rfc("9700", "2.1.1"), Level: playground.Must, Refusal: "invalid_request", In: inCurrent, Switchable: true,
	}},
	{Test: (*authorization).pkceConfidential, Rule: playground.Rule{
		ID: "pkce_require_confidential", Title: "A confidential client uses PKCE too",
		Spec: rfc("9700", "2.1.1"), Level: playground.Should, Refusal: "invalid_request", In: inOAuth21 | inFAPI2, Switchable: true,
	}},
	{Test: (*authorization).challengePresent, Rule: playground.Rule{
		ID: "code_challenge_with_method", Title: "A challenge method comes with a challenge",
		Spec: rfc("7636", "4.3"), Level: playground.Choice, Refusal: "invalid_request",
	}},
	{Test: (*authorization).challengeMethod, Rule: playground.Rule{
		ID: "code_challenge_method_supported", Title: "The challenge method is one we know",
		Spec: rfc("7636", "4.4.1"), Level: playground.Must, Refusal: "invalid_request",
	}},
	{Test: (*authorization).s256Only, Rule: s256Only},
	{Test: (*authorization).challengeSyntax, Rule: playground.Rule{
		ID: "code_challenge_syntax", Title: "The challenge has 43 to 128 allowed characters",
		Spec: rfc("7636", "4.2"), Level: playground.Must, Refusal: "invalid_request",
	}},
}

const fixPKCE = "make a random code_verifier, send its SHA-256 as code_challenge with code_challenge_method=S256"

func (s *authorization) pkcePublic() playground.Outcome {
	if !s.client.public() {
		return playground.Skip(playground.WhyNotConcerned)
	}
	if !s.params.has("code_challenge") {
		o := failAt("code_challenge", "code_challenge", "nothing", fixPKCE)
		o.Why = "Without a secret and without a verifier, whoever sees the code can redeem it."
		return o
	}
	return playground.Pass()
}

func (s *authorization) pkceConfidential() playground.Outcome {
	if s.client.public() {
		return playground.Skip(playground.WhyNotConcerned)
	}
	// OAuth 2.1 lets an OpenID Connect client use nonce instead.
	byNonce := s.strict.bit == inOAuth21 && s.params.has("nonce") && s.openID()
	if !s.params.has("code_challenge") && !byNonce {
		o := failAt("code_challenge", "code_challenge", "nothing", fixPKCE)
		o.Why = "A stolen code can be injected into another session of the same client. Its secret does not stop that; the verifier does (RFC 9700 §4.5)."
		return o
	}
	return playground.Pass()
}

func (s *authorization) challengePresent() playground.Outcome {
	if s.params.has("code_challenge_method") && !s.params.has("code_challenge") {
		return failAt("code_challenge_method", "code_challenge with it", "code_challenge_method alone", fixPKCE)
	}
	return playground.Pass()
}

func (s *authorization) challengeMethod() playground.Outcome {
	if got := s.params.get("code_challenge_method"); got != "" && got != methodS256 && got != methodPlain {
		return failAt("code_challenge_method", "S256", got, "use S256")
	}
	return playground.Pass()
}

func (s *authorization) s256Only() playground.Outcome {
	if !s.params.has("code_challenge") {
		return playground.Skip(playground.WhyNotConcerned)
	}
	if got := s.challengeMethodOr(); got != methodS256 {
		o := failAt("code_challenge_method", "S256", got, "send code_challenge_method=S256; left out it means plain")
		o.Why = "With plain the challenge is the verifier: whoever reads the authorization request needs only the code to pass this check."
		return o
	}
	return playground.Pass()
}

func (s *authorization) challengeSyntax() playground.Outcome {
	if !s.params.has("code_challenge") {
		return playground.Skip(playground.WhyNotConcerned)
	}
	got := s.params.get("code_challenge")
	if !validVerifier(got) || s.challengeMethodOr() == methodS256 && len(got) != 43 {
		return failAt("code_challenge", "43 characters of BASE64URL(SHA256(code_verifier)), without padding", got, fixPKCE)
	}
	return playground.Pass()
}

// challengeMethodOr is the method of a challenge; left out it is plain
// (RFC 7636 §4.3).
func (s *authorization) challengeMethodOr() string {
	if m := s.params.get("code_challenge_method"); m != "" {
		return m
	}
	return methodPlain
}

// openID tells whether the request is one of OpenID Connect (Core 1.0 §3.1.2.1).
func (s *authorization) openID() bool {
	return slices.Contains(strings.Fields(s.params.get("scope")), "openid")
}

// validVerifier checks the grammar that code_verifier and code_challenge share
// (RFC 7636 §4.1, §4.2): 43 to 128 unreserved characters.
func validVerifier(v string) bool {
	const unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
	return len(v) >= 43 && len(v) <= 128 && !strings.ContainsFunc(v, func(r rune) bool { return !strings.ContainsRune(unreserved, r) })
}
