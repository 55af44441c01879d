package mockprovider

import (
	"slices"
	"strings"
	"time"

	"claimcheck/playground"
)

// The token type identifiers that are supported (RFC 8693 §3).
const (
	tokenTypeAccess = "urn:ietf:params:oauth:token-type:access_token" //nolint:gosec // an identifier, no secret
	tokenTypeID     = "urn:ietf:params:oauth:token-type:id_token"     //nolint:gosec // an identifier, no secret
	tokenTypeJWT    = "urn:ietf:params:oauth:token-type:jwt"          //nolint:gosec // an identifier, no secret
)

// actorClaim is the act claim: who acts, and for whom that one acted before
// (RFC 8693 §4.1).
type actorClaim struct {
	Subject string      `json:"sub"`
	Actor   *actorClaim `json:"act,omitempty"`
}

// mayActClaim is the may_act claim (RFC 8693 §4.4).
type mayActClaim struct {
	Subject string `json:"sub"`
}

// exchangeGrant gives one token for another (RFC 8693). Tokens that are no good
// are invalid_request here, not invalid_grant (§2.2.2).
var exchangeGrant = []playground.Check[tokenRequest]{
	grantTypeAllowed,
	{Test: (*tokenRequest).confidential, Rule: clientConfidential},
	{Test: (*tokenRequest).subjectPresent, Rule: playground.Rule{
		ID: "subject_token_present", Title: "It brings a subject token and its type",
		Spec: rfc("8693", "2.1"), Level: playground.Must, Refusal: "invalid_request",
	}},
	{Test: (*tokenRequest).actorPair, Rule: playground.Rule{
		ID: "actor_token_pair", Title: "An actor token comes with its type",
		Spec: rfc("8693", "2.1"), Level: playground.Must, Refusal: "invalid_request",
	}},
	{Test: (*tokenRequest).exchangeTypes, Rule: playground.Rule{
		ID: "token_types_known", Title: "The token types are ones we know",
		Spec: rfc("8693", "2.2.2"), Level: playground.Must, Refusal: "invalid_request",
	}},
	{Test: (*tokenRequest).subjectValid, Rule: playground.Rule{
		ID: "subject_token_valid", Title: "The subject token is good now",
		Spec: rfc("8693", "2.1"), Level: playground.Must, Refusal: "invalid_request",
	}},
	{Test: (*tokenRequest).subjectForClient, Rule: playground.Rule{
		ID: "subject_token_for_client", Title: "The subject token is in the right hands",
		Spec: rfc("8693", "2.2.2"), Level: playground.Choice, Refusal: "invalid_request", In: inCurrent, Switchable: true,
	}},
	{Test: (*tokenRequest).actorValid, Rule: playground.Rule{
		ID: "actor_token_valid", Title: "The actor token is good now",
		Spec: rfc("8693", "2.1"), Level: playground.Must, Refusal: "invalid_request",
	}},
	{Test: (*tokenRequest).mayAct, Rule: playground.Rule{
		ID: "may_act", Title: "The subject token lets this party act",
		Spec: rfc("8693", "4.4"), Level: playground.Must, Refusal: "invalid_request", Switchable: true,
	}},
	{Test: (*tokenRequest).targetKnown, Rule: playground.Rule{
		ID: "target_known", Title: "The target is an API of this server",
		Spec: rfc("8693", "2.2.2"), Level: playground.Should, Refusal: "invalid_target",
	}},
	{Test: (*tokenRequest).detailsExchanged, Rule: detailsGranted},
	{Test: (*tokenRequest).scopeReadable, Rule: scopeSyntax},
	{Test: (*tokenRequest).scopeAllowed, Rule: scopeAllowed},
	{Test: (*tokenRequest).scopeOneAPI, Rule: scopeOneAPI},
	{Test: (*tokenRequest).detailsOneAPI, Rule: detailsOneAPI},
}

func (s *tokenRequest) subjectPresent() playground.Outcome {
	for _, name := range []string{"subject_token", "subject_token_type"} {
		if !s.params.has(name) {
			return failAt(name, name, "nothing", "send the token and its type")
		}
	}
	return playground.Pass()
}

func (s *tokenRequest) actorPair() playground.Outcome {
	if s.params.has("actor_token") != s.params.has("actor_token_type") {
		return failAt("actor_token", "actor_token and actor_token_type, or neither", "one of them", "send both, or leave both out")
	}
	return playground.Pass()
}

func (s *tokenRequest) exchangeTypes() playground.Outcome {
	for _, name := range []string{"subject_token_type", "actor_token_type"} {
		if got := s.params.get(name); got != "" && got != tokenTypeAccess && got != tokenTypeID {
			return failAt(name, tokenTypeAccess+" or "+tokenTypeID, got, "send an access token or an ID token of this server")
		}
	}
	requested := s.params.get("requested_token_type")
	if requested != "" && requested != tokenTypeAccess && (requested != tokenTypeJWT || s.client.OpaqueTokens) {
		return failAt("requested_token_type", tokenTypeAccess, requested, "ask for an access token, or leave requested_token_type out")
	}
	return playground.Pass()
}

// exchanged returns a token that the request brings, of the type that it names.
func (s *tokenRequest) exchanged(name string) (*heldToken, error) {
	ctx, token := s.r.Context(), s.params.get(name)
	if s.params.get(name+"_type") == tokenTypeAccess {
		held, err := s.p.hold(ctx, token)
		if err == nil && held.access == nil {
			return nil, errUnknownToken // a refresh token
		}
		return held, err
	}
	claims, err := s.p.parseIDToken(token)
	switch {
	case err != nil || s.p.user(claims.Subject) == nil:
		return nil, errUnknownToken
	case claims.ExpiresAt == nil || !s.p.now().Before(claims.ExpiresAt.Time):
		return nil, errExpiredToken
	}
	rec := &accessRecord{User: claims.Subject, Expires: claims.ExpiresAt.Time, AuthTime: claims.IssuedAt.Time}
	return &heldToken{access: rec, TokenInfo: TokenInfo{
		Active: true, Subject: claims.Subject, Audience: claims.Audience, Expires: rec.Expires, AuthTime: rec.AuthTime,
	}}, nil
}

// subjectValid makes the grant: what comes of it ends with the token that it
// comes from, and not later.
func (s *tokenRequest) subjectValid() playground.Outcome {
	held, err := s.exchanged("subject_token")
	if err != nil {
		return failForeign("subject_token", err)
	}
	s.token, s.notAfter = held, held.Expires
	s.grant = &grantRecord{ID: held.Grant, User: held.access.User, AuthTime: held.AuthTime, Created: s.p.now(), Details: held.access.Details}
	s.act = held.access.Act
	return playground.Pass()
}

func failForeign(param string, err error) playground.Outcome {
	if !isInactive(err) {
		return playground.Broken(err)
	}
	return failAt(param, "a token that works", err.Error(), "send a fresh token of the type that you name")
}

// subjectForClient asks that the client got the token, or is the API that it is
// for. Others have found it somewhere.
func (s *tokenRequest) subjectForClient() playground.Outcome {
	if aud := s.token.Audience; s.token.ClientID == s.client.ID || slices.Contains(aud, s.client.ID) ||
		s.client.API != "" && slices.Contains(aud, s.client.API) {
		return playground.Pass()
	}
	return failAt("subject_token", "a token of this client, or for its API", "a token of "+s.token.ClientID, "exchange tokens that were sent to this client")
}

func (s *tokenRequest) actorValid() playground.Outcome {
	if !s.params.has("actor_token") {
		return playground.Skip(playground.WhyNotConcerned)
	}
	held, err := s.exchanged("actor_token")
	if err != nil {
		return failForeign("actor_token", err)
	}
	s.actor = held
	s.act = &actorClaim{Subject: held.Subject, Actor: s.act}
	return playground.Pass()
}

// mayAct compares who acts with who may: the actor of the actor token, or
// without one the client.
func (s *tokenRequest) mayAct() playground.Outcome {
	allowed := s.token.access.MayAct
	if allowed == "" {
		return playground.Skip(playground.WhyNotConcerned)
	}
	acting := s.client.ID
	if s.actor != nil {
		acting = s.actor.Subject
	}
	if acting != allowed {
		return failAt("subject_token", "may_act "+allowed, acting, "let the party act that the token names")
	}
	return playground.Pass()
}

// targetKnown reads resource and audience; both may come several times. An
// audience may be the name of an API too.
func (s *tokenRequest) targetKnown() playground.Outcome {
	s.resources = s.params.resources()
	for _, name := range s.params.values["audience"] {
		i := slices.IndexFunc(s.p.apis(), func(api API) bool { return api.Audience == name || api.Name != "" && strings.EqualFold(api.Name, name) })
		if i < 0 {
			return failAt("audience", "an API of this server", name, "send the name or the identifier of an API")
		}
		s.resources = append(s.resources, s.p.apis()[i].Audience)
	}
	s.resources = once(s.resources)
	return s.p.judgeResources(s.resources)
}

// life is how long the new access token lives: not longer than the token that
// it comes from.
func (s *tokenRequest) life() time.Duration {
	if s.notAfter.IsZero() {
		return s.strict.accessTTL
	}
	return min(s.strict.accessTTL, s.notAfter.Sub(s.p.now()))
}

// withUser tells the grant types in which a user took part, which give refresh
// tokens and ID tokens.
func (s *tokenRequest) withUser() bool {
	switch s.params.get("grant_type") {
	case grantAuthorizationCode, grantRefreshToken, grantDeviceCode:
		return true
	}
	return false
}
