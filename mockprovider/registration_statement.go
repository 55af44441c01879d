package mockprovider

import (
	"encoding/json"
	"maps"

	"claimcheck/playground"
)

func (s *registration) statementReadable() playground.Outcome {
	raw, ok := s.members["software_statement"]
	if !ok || unset(raw) {
		return playground.Skip(playground.WhyNotConcerned)
	}
	text, _ := textOf(raw)
	if s.statement = readForeign(text); !s.statement.readable() || s.statement.text("iss") == "" {
		return failAt("software_statement", "a signed JWT with an iss", "something else", "send the statement as you got it, unchanged")
	}
	return playground.Pass()
}

func (s *registration) statementApproved() playground.Outcome {
	if s.statement == nil {
		return playground.Skip(playground.WhyNotConcerned)
	}
	if iss := s.statement.text("iss"); s.p.trusted[iss] == nil {
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
	iss := s.statement.text("iss")
	s.statement.judge(keySet("the keys of "+iss+", which this server trusts", s.p.trusted[iss]), playground.Policy{Algorithms: assertionAlgs(), Issuer: iss, Now: s.p.now()})
	if o := s.statement.outcome("software_statement"); o.Status != playground.StatusPass {
		return o
	}
	var claims map[string]json.RawMessage
	if err := json.Unmarshal(s.statement.token.Payload().Bytes, &claims); err != nil {
		return playground.Broken(err) // the engine has read it
	}
	for _, own := range []string{"client_id", "client_secret", "software_statement"} {
		delete(claims, own)
	}
	maps.Copy(s.members, claims)
	return playground.Pass()
}
