package mockprovider

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"claimcheck/playground"
)

// refreshGrant renews an access token (RFC 6749 §6). Under rotation each use
// gives a new refresh token, and an old one that comes back ends the family
// (RFC 9700 §4.14.2).
var refreshGrant = []playground.Check[tokenRequest]{
	grantTypeAllowed,
	{Test: (*tokenRequest).refreshPresent, Rule: playground.Rule{
		ID: "refresh_token_present", Title: "It brings a refresh token",
		Spec: rfc("6749", "6"), Level: playground.Must, Refusal: "invalid_request",
	}},
	{Test: (*tokenRequest).refreshKnown, Rule: playground.Rule{
		ID: "refresh_token_known", Title: "This server issued the refresh token",
		Spec: rfc("6749", "5.2"), Level: playground.Must, Refusal: "invalid_grant",
	}},
	{Test: (*tokenRequest).refreshClient, Rule: playground.Rule{
		ID: "refresh_client_bind", Title: "The refresh token was issued to this client",
		Spec: rfc("6749", "6"), Level: playground.Must, Refusal: "invalid_grant",
	}},
	{Test: (*tokenRequest).refreshNotReused, Rule: playground.Rule{
		ID: "refresh_reuse_revoke", Title: "No old refresh token comes back",
		Spec: rfc("9700", "4.14.2"), Level: playground.Must, Refusal: "invalid_grant", In: inCurrent, Switchable: true,
	}},
	{Test: (*tokenRequest).refreshNotRotated, Rule: playground.Rule{
		ID: "refresh_rotate", Title: "The refresh token is the newest of its family",
		Spec: rfc("9700", "2.2.2"), Level: playground.Must, Refusal: "invalid_grant", Switchable: true,
	}},
	{Test: (*tokenRequest).refreshFresh, Rule: playground.Rule{
		ID: "refresh_ttl", Title: "The refresh token has not expired",
		Spec: rfc("9700", "4.14.2"), Level: playground.Should, Refusal: "invalid_grant",
	}},
	{Test: (*tokenRequest).refreshGrantActive, Rule: grantActive},
	{Test: (*tokenRequest).refreshScope, Rule: playground.Rule{
		ID: "refresh_scope", Title: "It asks for no more than was granted",
		Spec: rfc("6749", "6"), Level: playground.Must, Refusal: "invalid_scope",
	}},
	{Test: (*tokenRequest).refreshKey, Rule: refreshKey},
	{Test: (*tokenRequest).resourceGranted, Rule: resourceGranted},
	{Test: (*tokenRequest).resourceOne, Rule: resourceOne},
	{Test: (*tokenRequest).detailsGranted, Rule: detailsGranted},
	{Test: (*tokenRequest).refreshSpent, Rule: playground.Rule{
		ID: "refresh_spent", Title: "Of parallel requests this one is first",
		Spec: rfc("9700", "4.14.2"), Level: playground.Must, Refusal: "invalid_grant",
	}},
}

func (s *tokenRequest) refreshPresent() playground.Outcome {
	if !s.params.has("refresh_token") {
		return failAt("refresh_token", "refresh_token", "nothing", "send the newest refresh token in the body")
	}
	return playground.Pass()
}

func (s *tokenRequest) refreshKnown() playground.Outcome {
	rec, raw, err := load[refreshRecord](s.r.Context(), s.p.store, kindRefresh, s.params.get("refresh_token"))
	if errors.Is(err, ErrNotFound) {
		return failAt("refresh_token", "a refresh token from a token response", "an unknown one", "start the flow again; refresh tokens do not survive a restart")
	}
	if err != nil {
		return playground.Broken(err)
	}
	s.refresh, s.raw = rec, raw
	return playground.Pass()
}

func (s *tokenRequest) refreshClient() playground.Outcome {
	if s.refresh.Client != s.client.ID {
		return failAt("refresh_token", s.refresh.Client, s.client.ID, "use the refresh token as the client that got it")
	}
	return playground.Pass()
}

// refreshNotReused is the alarm: its failure revokes the grant.
func (s *tokenRequest) refreshNotReused() playground.Outcome {
	if s.inGrace() {
		return inGrace()
	}
	if s.refresh.Rotated {
		o := failAt("refresh_token", "the newest refresh token", "an older one", "start the flow again, and store each new refresh token before you use it")
		o.Why = "Two parties may hold tokens of this family, or the client sent an old one again. Nobody can tell which, so all of them end."
		return o
	}
	return playground.Pass()
}

func (s *tokenRequest) refreshNotRotated() playground.Outcome {
	if s.inGrace() {
		return inGrace()
	}
	if s.refresh.Rotated {
		return failAt("refresh_token", "the newest refresh token", "an older one", "use the refresh token of the last token response")
	}
	return playground.Pass()
}

// inGrace tells whether an old refresh token comes back so soon that it may be
// the client's own second tab, or a repeated request whose answer got lost.
func (s *tokenRequest) inGrace() bool {
	return s.refresh.Rotated && s.p.now().Before(s.refresh.RotatedAt.Add(s.p.RefreshGrace()))
}

func inGrace() playground.Outcome {
	return playground.Outcome{
		Status: playground.StatusWarn, Expected: "the newest refresh token", Got: "an older one, within the grace window",
		Why: "Who stole a refresh token has this long to use it unnoticed.", Fix: "let one place of the client do all refreshing",
	}
}

func (s *tokenRequest) refreshFresh() playground.Outcome {
	now := s.p.now()
	if !now.Before(s.refresh.Expires) {
		return failAt("refresh_token", "before "+s.refresh.Expires.UTC().Format(time.RFC3339), now.UTC().Format(time.RFC3339), "start the flow again")
	}
	return playground.Pass()
}

func (s *tokenRequest) refreshGrantActive() playground.Outcome { return s.loadGrant(s.refresh.Grant) }

// refreshScope narrows the new access token. The refresh token keeps the scope
// that was granted (RFC 6749 §6).
func (s *tokenRequest) refreshScope() playground.Outcome {
	scope := s.params.get("scope")
	if scope == "" {
		return playground.Pass()
	}
	asked := strings.Fields(scope)
	if !validScope(scope) || !covers(s.grant.Scope, asked) {
		return failAt("scope", strings.Join(s.grant.Scope, " "), scope, "ask for granted scopes only; for more, start a new flow")
	}
	s.scope = s.client.may(asked) // each once
	return playground.Pass()
}

// refreshSpent rotates. Without rotation the token stays as it is, and the use
// is put down as its last one.
func (s *tokenRequest) refreshSpent() playground.Outcome {
	next := *s.refresh
	switch {
	case s.inGrace(): // it counts from the first use
	case s.rotates():
		next.Rotated, next.RotatedAt = true, s.p.now()
	default:
		next.Expires = s.refreshExpiry()
	}
	ok, err := replace(s.r.Context(), s.p.store, kindRefresh, s.params.get("refresh_token"), s.raw, &next, s.strict.refreshMax)
	if err != nil {
		return playground.Broken(err)
	}
	if !ok && s.rotates() && s.p.RefreshGrace() == 0 {
		return failAt("refresh_token", "the first of two parallel requests", "the second", "let one place of the client do all refreshing")
	}
	return playground.Pass()
}

// rotates tells whether this use gives a new refresh token.
// That of a public client is bound to nothing, so it rotates in every policy
// (RFC 9700 §2.2.2).
func (s *tokenRequest) rotates() bool {
	return !s.keepRefresh && (s.strict.rotate || s.client.public()) && !s.strict.off("refresh_rotate")
}

// refreshExpiry is when a refresh token that is used now expires: after the idle
// time, but not later than its family.
func (s *tokenRequest) refreshExpiry() time.Time {
	idle, end := s.p.now().Add(s.strict.refreshIdle), s.grant.Created.Add(s.strict.refreshMax)
	if end.Before(idle) {
		return end
	}
	return idle
}

// MaxRefreshGrace is the longest grace window that SetRefreshGrace takes.
const MaxRefreshGrace = time.Minute

// RefreshGrace is how long a rotated refresh token is taken once more.
func (p *Provider) RefreshGrace() time.Duration { return time.Duration(p.grace.Load()) }

// SetRefreshGrace changes [Config].RefreshGrace for the requests to come. The
// error is for a window below zero or longer than MaxRefreshGrace.
func (p *Provider) SetRefreshGrace(d time.Duration) error {
	if d < 0 || d > MaxRefreshGrace {
		return fmt.Errorf("a grace window of %s: it is between 0 and %s", d, MaxRefreshGrace)
	}
	p.grace.Store(int64(d))
	return nil
}
