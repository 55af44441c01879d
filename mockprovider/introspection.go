package mockprovider

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"claimcheck/playground"
)

// introspectionParams are the parameters that the introspection and the
// revocation endpoint know.
func introspectionParams() []string {
	return []string{"token", "token_type_hint", "client_id", "client_secret", "client_assertion", "client_assertion_type"}
}

// introspectionChecks are token introspection (RFC 7662). Only the first two
// refuse. A token that is no good is an answer, not an error.
var introspectionChecks = []playground.Check[tokenRequest]{
	{Test: (*tokenRequest).callerAuthenticated, Rule: playground.Rule{
		ID: "introspection_authenticated", Title: "Who asks has authenticated",
		Spec: rfc("7662", "2.1"), Level: playground.Must, Refusal: "invalid_client",
	}},
	{Test: (*tokenRequest).tokenPresent, Rule: playground.Rule{
		ID: "token_present", Title: "It brings a token",
		Spec: rfc("7662", "2.1"), Level: playground.Must, Refusal: "invalid_request",
	}},
	{Test: (*tokenRequest).tokenActive, Rule: playground.Rule{
		ID: "token_active", Title: "The token is good now",
		Spec: rfc("7662", "2.2"), Level: playground.Must,
	}},
	{Test: (*tokenRequest).tokenForCaller, Rule: playground.Rule{
		ID: "token_for_caller", Title: "The token is meant for the caller",
		Spec: rfc("7662", "2.2"), Level: playground.Must,
	}},
}

// introspectionResponse is the answer (RFC 7662 §2.2). For a token that is not
// active nothing else is said.
type introspectionResponse struct {
	Active    bool     `json:"active"`
	Scope     string   `json:"scope,omitempty"`
	ClientID  string   `json:"client_id,omitempty"`
	Username  string   `json:"username,omitempty"`
	TokenType string   `json:"token_type,omitempty"`
	Expires   int64    `json:"exp,omitempty"`
	IssuedAt  int64    `json:"iat,omitempty"`
	Subject   string   `json:"sub,omitempty"`
	Audience  audience `json:"aud,omitempty"`
	Issuer    string   `json:"iss,omitempty"`
	ID        string   `json:"jti,omitempty"`

	Details authorizationDetails `json:"authorization_details,omitempty"` // RFC 9396 §9.2

	// When and how the person logged in (RFC 9470 §6.2).
	AuthTime int64  `json:"auth_time,omitempty"`
	ACR      string `json:"acr,omitempty"`

	Confirmation *confirmation `json:"cnf,omitempty"`
	Actor        *actorClaim   `json:"act,omitempty"`
}

// introspection is the introspection endpoint (RFC 7662 §2).
func (p *Provider) introspection(w http.ResponseWriter, r *http.Request) {
	s := p.direct(w, r, introspectionParams())
	if s == nil || !p.accept(w, s, introspectionChecks) {
		return
	}
	if s.token == nil {
		writeJSON(w, http.StatusOK, introspectionResponse{})
		return
	}
	info := &s.token.TokenInfo
	out := introspectionResponse{
		Active: true, Scope: strings.Join(info.Scope, " "), ClientID: info.ClientID, Username: info.Username,
		Expires: info.Expires.Unix(), IssuedAt: info.Issued.Unix(), Subject: info.Subject, Audience: info.Audience,
		Issuer: info.Issuer, ID: info.ID, Details: info.Details, ACR: info.ACR,
	}
	if !info.AuthTime.IsZero() {
		out.AuthTime = info.AuthTime.Unix()
	}
	if s.token.access != nil {
		out.TokenType, out.Actor = "Bearer", s.token.access.Act
		if out.Confirmation = confirmationOf(info.Thumbprint); out.Confirmation != nil {
			out.TokenType = "DPoP"
		}
	}
	writeJSON(w, http.StatusOK, out)
}

// callerAuthenticated keeps those out who only name a client: whoever may ask
// about any string can search for tokens (RFC 7662 §4).
func (s *tokenRequest) callerAuthenticated() playground.Outcome {
	if s.client.public() {
		return playground.Fail("an API or a client that authenticates", "a public client", "ask as an API that is registered with a secret")
	}
	return playground.Pass()
}

func (s *tokenRequest) tokenPresent() playground.Outcome {
	if !s.params.has("token") {
		return failAt("token", "token", "nothing", "send the token in the body")
	}
	return playground.Pass()
}

// tokenActive looks for the token as every kind that there is. token_type_hint
// may speed up a search, and may be wrong (RFC 7662 §2.1).
func (s *tokenRequest) tokenActive() playground.Outcome {
	held, err := s.p.hold(s.r.Context(), s.params.get("token"))
	switch {
	case err == nil:
		s.token = held
		return playground.Pass()
	case isInactive(err):
		return inactive(err.Error())
	}
	return playground.Broken(err)
}

func (s *tokenRequest) tokenForCaller() playground.Outcome {
	if s.token == nil {
		return playground.Skip(playground.WhyNotConcerned)
	}
	forAPI := s.token.access != nil && s.client.API != "" && slices.Contains(s.token.Audience, s.client.API)
	if forAPI || s.token.ClientID == s.client.ID {
		return playground.Pass()
	}
	s.token = nil
	return inactive("a token of another client, for another API")
}

// inactive is a row that refuses nothing and says why the answer is no.
func inactive(got string) playground.Outcome {
	return playground.Outcome{
		Status: playground.StatusInfo, Expected: "a token that works for the caller", Got: got,
		Message: "The answer is active=false, and says nothing more.",
	}
}

func isInactive(err error) bool {
	return errors.Is(err, errUnknownToken) || errors.Is(err, errExpiredToken) || errors.Is(err, errRevokedToken)
}
