package mockprovider

import (
	"errors"
	"fmt"
	"strings"

	"github.com/go-jose/go-jose/v4"

	"claimcheck/playground"
)

// A TrustedIssuer is another server whose word about a user counts here: its
// JWTs are accepted as authorization grants (RFC 7523 §2.1).
type TrustedIssuer struct {
	// Issuer is the iss of its JWTs.
	Issuer string
	// JWKS is the JWK Set of its public keys, as JSON (RFC 7517 §5).
	JWKS []byte
}

// grantJWTReadable is the first rule about the assertion itself.
var grantJWTReadable = playground.Rule{
	ID: "assertion_readable", Title: "The assertion is a signed JWT",
	Spec: rfc("7523", "3.1"), Level: playground.Must, Refusal: "invalid_grant",
}

// grantJWTVerified is decided by the rules of the playground's engine, whose rows
// stand before it.
var grantJWTVerified = playground.Rule{
	ID: "assertion_verified", Title: "The issuer signed it, for this server, and it has not expired",
	Spec: rfc("7523", "3"), Level: playground.Must, Refusal: "invalid_grant",
}

// jwtGrant gives a token for a JWT of a trusted issuer (RFC 7523 §3, §3.1).
var jwtGrant = []playground.Check[tokenRequest]{
	grantTypeAllowed,
	{Test: (*tokenRequest).grantJWTPresent, Rule: playground.Rule{
		ID: "assertion_present", Title: "It brings an assertion",
		Spec: rfc("7523", "2.1"), Level: playground.Must, Refusal: "invalid_request",
	}},
	{Test: (*tokenRequest).grantJWTReadable, Rule: grantJWTReadable},
	{Test: (*tokenRequest).grantJWTIssuer, Rule: playground.Rule{
		ID: "assertion_iss", Title: "Its issuer is trusted",
		Spec: rfc("7523", "3"), Level: playground.Must, Refusal: "invalid_grant",
	}},
	{Test: (*tokenRequest).grantJWTVerified, Rule: grantJWTVerified},
	{Test: (*tokenRequest).grantJWTSubject, Rule: playground.Rule{
		ID: "assertion_sub", Title: "Its subject is a user of this server",
		Spec: rfc("7523", "3"), Level: playground.Must, Refusal: "invalid_grant",
	}},
	{Test: (*tokenRequest).grantJWTAudienceIssuer, Rule: playground.Rule{
		ID: "assertion_aud_issuer", Title: "aud is the issuer, and nothing else",
		Spec: rfc("10070", "4"), Level: playground.Must, Refusal: "invalid_grant", In: inCurrent, Switchable: true,
	}},
	{Test: (*tokenRequest).grantJWTOnce, Rule: playground.Rule{
		ID: "assertion_once", Title: "It is used for the first time",
		Spec: rfc("7523", "3"), Level: playground.Choice, Refusal: "invalid_grant", In: inCurrent, Switchable: true,
	}},
	{Test: (*tokenRequest).detailsKnown, Rule: detailsKnown},
	{Test: (*tokenRequest).detailsAllowed, Rule: detailsAllowed},
	{Test: (*tokenRequest).scopeReadable, Rule: scopeSyntax},
	{Test: (*tokenRequest).scopeAllowed, Rule: scopeAllowed},
	{Test: (*tokenRequest).resourceKnown, Rule: resourceKnown},
	{Test: (*tokenRequest).scopeOneAPI, Rule: scopeOneAPI},
	{Test: (*tokenRequest).detailsOneAPI, Rule: detailsOneAPI},
}

// trust checks the trusted issuers of the configuration.
func (p *Provider) trust() error {
	p.trusted = make(map[string][]jose.JSONWebKey)
	for _, t := range p.cfg.TrustedIssuers {
		keys, err := parseJWKS(t.JWKS)
		if err == nil && (t.Issuer == "" || t.Issuer == p.cfg.Issuer || p.trusted[t.Issuer] != nil) {
			err = errors.New("it must be another issuer, and stand here once")
		}
		if err != nil {
			return fmt.Errorf("trusted issuer %q: %w", t.Issuer, err)
		}
		p.trusted[t.Issuer] = keys
	}
	return nil
}

func (s *tokenRequest) grantJWTPresent() playground.Outcome {
	if !s.params.has("assertion") {
		return failAt("assertion", "assertion", "nothing", "send the JWT of the trusted issuer")
	}
	return playground.Pass()
}

func (s *tokenRequest) grantJWTReadable() playground.Outcome {
	s.assertion = readForeign(s.params.get("assertion"))
	if !s.assertion.readable() {
		return failAt("assertion", "header.payload.signature, each in base64url", "something else", "send the JWT as it was issued")
	}
	return playground.Pass()
}

func (s *tokenRequest) grantJWTIssuer() playground.Outcome {
	if iss := s.assertion.text("iss"); s.p.trusted[iss] == nil {
		return failAt("assertion", "an issuer that this server trusts", iss, "let this server know the issuer and its keys")
	}
	return playground.Pass()
}

func (s *tokenRequest) grantJWTVerified() playground.Outcome {
	t := s.assertion
	iss := t.text("iss")
	t.judge(keySet("the keys of "+iss+", which this server trusts", s.p.trusted[iss]), s.p.assertionPolicy(t, iss, assertionAlgs()))
	return t.outcome("assertion")
}

// grantJWTSubject makes the grant. Nobody was asked here, so it is not stored.
func (s *tokenRequest) grantJWTSubject() playground.Outcome {
	sub := s.assertion.text("sub")
	user := s.p.user(sub)
	if user == nil {
		user = s.p.typed(sub)
	}
	if user == nil {
		return failAt("assertion", "sub of a user", sub, "set sub to the ID or the name of a user")
	}
	s.grant = &grantRecord{User: user.ID, Client: s.client.ID, AuthTime: s.p.now(), Created: s.p.now()}
	return playground.Pass()
}

func (s *tokenRequest) grantJWTAudienceIssuer() playground.Outcome {
	if !s.p.onlyIssuer(s.assertion) {
		aud, _ := s.assertion.claims.Strings("aud")
		return failAt("assertion", s.p.cfg.Issuer+" as one string", strings.Join(aud, " "), "set aud to the issuer: one string, no list")
	}
	return playground.Pass()
}

// grantJWTOnce remembers the jti of a JWT that has one, for as long as it lives.
func (s *tokenRequest) grantJWTOnce() playground.Outcome {
	jti := s.assertion.text("jti")
	if jti == "" {
		return playground.Skip(playground.WhyNotConcerned)
	}
	first, err := s.p.firstUse(s.r.Context(), s.assertion.text("iss")+" "+jti, *s.assertion.date("exp"))
	if err != nil {
		return playground.Broken(err)
	}
	if !first {
		return failAt("assertion", "a jti that was not used before", "a used one", "get a new JWT from the issuer")
	}
	return playground.Pass()
}
