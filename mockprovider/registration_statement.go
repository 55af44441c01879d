package mockprovider

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"strings"

	strictjson "github.com/go-jose/go-jose/v4/json"

	"claimcheck/playground"
)

func (s *registration) statementReadable() playground.Outcome {
	raw, ok := s.members["software_statement"]
	if !ok || unset(raw) {
		return playground.Skip(playground.WhyNotConcerned)
	}
	if text, ok := textOf(raw); ok {
		s.statement, _ = readForeign(text)
	}
	if s.statement == nil || s.statement.claims.Issuer == "" {
		return failAt("software_statement", "a signed JWT with an iss", "something else", "send the statement as you got it, unchanged")
	}
	return playground.Pass()
}

func (s *registration) statementApproved() playground.Outcome {
	if s.statement == nil {
		return playground.Skip(playground.WhyNotConcerned)
	}
	if iss := s.statement.claims.Issuer; s.p.trusted[iss] == nil {
		return failAt("software_statement", "an issuer that this server trusts", iss, "register without a statement, or let this server know its issuer")
	}
	return playground.Pass()
}

// statementSigned puts the claims of the statement over what the request says
// (RFC 7591 §2.3).
func (s *registration) statementSigned() playground.Outcome {
	if s.statement == nil {
		return playground.Skip(playground.WhyNotConcerned)
	}
	claims := make(map[string]json.RawMessage)
	payload, err := base64.RawURLEncoding.DecodeString(strings.Split(s.statement.raw, ".")[1])
	if err != nil || strictjson.Unmarshal(payload, &claims) != nil || !s.statement.verify(assertionAlgs(), s.p.trusted[s.statement.claims.Issuer]) {
		return failAt("software_statement", "a signature with a key of its issuer", "another one", "send the statement as you got it, unchanged")
	}
	for _, own := range []string{"client_id", "client_secret", "software_statement"} {
		delete(claims, own)
	}
	maps.Copy(s.members, claims)
	return playground.Pass()
}
