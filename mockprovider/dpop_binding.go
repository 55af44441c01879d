package mockprovider

import (
	"regexp"

	"claimcheck/playground"
)

// confirmation is the cnf claim of a bound token (RFC 9449 §6.1).
type confirmation struct {
	Thumbprint string `json:"jkt"`
}

func confirmationOf(thumbprint string) *confirmation {
	if thumbprint == "" {
		return nil
	}
	return &confirmation{thumbprint}
}

// The rules that bind codes, refresh tokens and access tokens to a key.
var (
	dpopJKT = playground.Rule{
		ID: "dpop_jkt", Title: "dpop_jkt is the thumbprint of a key",
		Spec: rfc("9449", "10"), Level: playground.Must, Refusal: "invalid_request",
	}
	codeKey = playground.Rule{
		ID: "code_key_bind", Title: "The proof is of the key that the code is bound to",
		Spec: rfc("9449", "10"), Level: playground.Must, Refusal: "invalid_grant", Switchable: true,
	}
	refreshKey = playground.Rule{
		ID: "refresh_key_bind", Title: "The proof is of the key that the refresh token is bound to",
		Spec: rfc("9449", "5"), Level: playground.Must, Refusal: "invalid_grant", Switchable: true,
	}
)

// thumbprint is BASE64URL of a SHA-256 hash.
var thumbprint = regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`)

func (s *authorization) dpopJKT() playground.Outcome {
	if got := s.params.get("dpop_jkt"); got != "" && !thumbprint.MatchString(got) {
		return failAt("dpop_jkt", "43 characters of BASE64URL", got, "send the SHA-256 thumbprint of the public key (RFC 7638)")
	}
	return playground.Pass()
}

func (s *tokenRequest) codeKey() playground.Outcome {
	return s.judgeKey(s.code.Thumbprint)
}

func (s *tokenRequest) refreshKey() playground.Outcome {
	return s.judgeKey(s.refresh.Thumbprint)
}

func (s *tokenRequest) judgeKey(bound string) playground.Outcome {
	switch bound {
	case "":
		return playground.Skip(playground.WhyNotConcerned)
	case s.thumbprint:
		return playground.Pass()
	}
	o := playground.Fail("a proof of the key "+bound, "another key, or no proof", "send a DPoP proof with the same key as before")
	o.Why = "Whoever stole it does not have the key."
	return o
}

// refreshBinding is the key of a new refresh token. Only those of public clients
// are bound; the others are the client's by its authentication (RFC 9449 §5).
func (s *tokenRequest) refreshBinding() string {
	if s.client.public() {
		return s.thumbprint
	}
	return ""
}
