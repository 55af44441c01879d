package mockprovider

import (
	"errors"
	"fmt"
	"slices"
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

// jwtGrant gives a token for a JWT of a trusted issuer (RFC 7523 §3, §3.1).
var jwtGrant = []playground.Check[tokenRequest]{
	grantTypeAllowed,
	{Test: (*tokenRequest).grantJWTPresent, Rule: playground.Rule{
		ID: "assertion_present", Title: "It brings an assertion",
		Spec: rfc("7523", "2.1"), Level: playground.Must, Refusal: "invalid_request",
	}},
	{Test: (*tokenRequest).grantJWTReadable, Rule: playground.Rule{
		ID: "assertion_readable", Title: "The assertion is a signed JWT",
		Spec: rfc("7523", "3.1"), Level: playground.Must, Refusal: "invalid_grant",
	}},
	{Test: (*tokenRequest).grantJWTIssuer, Rule: playground.Rule{
		ID: "assertion_iss", Title: "Its issuer is trusted",
		Spec: rfc("7523", "3"), Level: playground.Must, Refusal: "invalid_grant",
	}},
	{Test: (*tokenRequest).grantJWTSignature, Rule: playground.Rule{
		ID: "assertion_signature", Title: "The issuer signed it",
		Spec: rfc("7523", "3"), Level: playground.Must, Refusal: "invalid_grant",
	}},
	{Test: (*tokenRequest).grantJWTSubject, Rule: playground.Rule{
		ID: "assertion_sub", Title: "Its subject is a user of this server",
		Spec: rfc("7523", "3"), Level: playground.Must, Refusal: "invalid_grant",
	}},
	{Test: (*tokenRequest).grantJWTAudience, Rule: playground.Rule{
		ID: "assertion_aud", Title: "It is meant for this server",
		Spec: rfc("7523", "3"), Level: playground.Must, Refusal: "invalid_grant",
	}},
	{Test: (*tokenRequest).grantJWTAudienceIssuer, Rule: playground.Rule{
		ID: "assertion_aud_issuer", Title: "aud is the issuer, and nothing else",
		Spec: rfc("10070", "4"), Level: playground.Must, Refusal: "invalid_grant", In: inCurrent, Switchable: true,
	}},
	{Test: (*tokenRequest).grantJWTFresh, Rule: playground.Rule{
		ID: "assertion_exp", Title: "It has not expired",
		Spec: rfc("7523", "3"), Level: playground.Must, Refusal: "invalid_grant",
	}},
	{Test: (*tokenRequest).grantJWTBegun, Rule: playground.Rule{
		ID: "assertion_time", Title: "It is not from the future",
		Spec: rfc("7523", "3"), Level: playground.Must, Refusal: "invalid_grant",
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
	t, err := readForeign(s.params.get("assertion"))
	if err != nil {
		return failAt("assertion", "header.payload.signature, each in base64url", "something else", "send the JWT as it was issued")
	}
	s.assertion = t
	return playground.Pass()
}

func (s *tokenRequest) grantJWTIssuer() playground.Outcome {
	if iss := s.assertion.claims.Issuer; s.p.trusted[iss] == nil {
		return failAt("assertion", "an issuer that this server trusts", iss, "let this server know the issuer and its keys")
	}
	return playground.Pass()
}

func (s *tokenRequest) grantJWTSignature() playground.Outcome {
	if !s.assertion.verify(assertionAlgs(), s.p.trusted[s.assertion.claims.Issuer]) {
		return failAt("assertion", "a signature with a key of the issuer, by "+strings.Join(assertionAlgs(), ", "), "another one", "compare kid, alg and key with the registered JWK Set")
	}
	return playground.Pass()
}

// grantJWTSubject makes the grant. Nobody was asked here, so it is not stored.
func (s *tokenRequest) grantJWTSubject() playground.Outcome {
	sub := s.assertion.claims.Subject
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

func (s *tokenRequest) grantJWTAudience() playground.Outcome {
	aud := &s.assertion.claims.Audience
	if slices.Contains(aud.values, s.p.cfg.Issuer) || slices.Contains(aud.values, s.p.url("/token")) {
		return playground.Pass()
	}
	return failAt("assertion", s.p.cfg.Issuer, aud.String(), "set aud to the issuer of this server")
}

func (s *tokenRequest) grantJWTAudienceIssuer() playground.Outcome {
	if aud := &s.assertion.claims.Audience; aud.array || aud.String() != s.p.cfg.Issuer {
		return failAt("assertion", s.p.cfg.Issuer+" as one string", aud.String(), "set aud to the issuer: one string, no list")
	}
	return playground.Pass()
}

func (s *tokenRequest) grantJWTFresh() playground.Outcome {
	exp, now := s.assertion.claims.Expires, s.p.now()
	if exp == nil {
		return failAs("assertion_exp_missing", "exp", "nothing", "set exp to a few minutes from now")
	}
	if !now.Before(dateOf(exp).Add(clockSkew)) {
		return failAt("assertion", "before "+clockTime(dateOf(exp)), clockTime(now), "get a new JWT from the issuer")
	}
	return playground.Pass()
}

func (s *tokenRequest) grantJWTBegun() playground.Outcome {
	latest := s.p.now().Add(clockSkew)
	for _, date := range []*float64{s.assertion.claims.NotBefore, s.assertion.claims.IssuedAt} {
		if date != nil && dateOf(date).After(latest) {
			return failAt("assertion", "iat and nbf up to now", clockTime(dateOf(date)), "set the clock of the issuer")
		}
	}
	return playground.Pass()
}

// grantJWTOnce remembers the jti of a JWT that has one, for as long as it lives.
func (s *tokenRequest) grantJWTOnce() playground.Outcome {
	claims := &s.assertion.claims
	if claims.ID == "" {
		return playground.Skip(playground.WhyNotConcerned)
	}
	first, err := s.p.firstUse(s.r.Context(), claims.Issuer+" "+claims.ID, dateOf(claims.Expires))
	if err != nil {
		return playground.Broken(err)
	}
	if !first {
		return failAt("assertion", "a jti that was not used before", "a used one", "get a new JWT from the issuer")
	}
	return playground.Pass()
}
