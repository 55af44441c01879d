package mockprovider

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"slices"
	"time"

	"claimcheck/playground"
)

// maxMisses is how many wrong verifiers a code survives. One mistake keeps it,
// so that nobody burns another's code by guessing once.
const maxMisses = 5

// pkceVerifier is known to the metadata too: without it there is no PKCE.
var pkceVerifier = playground.Rule{
	ID: "pkce_verifier", Title: "The verifier hashes to the challenge",
	Spec: rfc("7636", "4.6"), Level: playground.Must, Refusal: "invalid_grant", In: inCore, Switchable: true,
}

// codeGrant redeems an authorization code (RFC 6749 §4.1.3). The rules look at
// the code without changing it; only the last one spends it. So another client
// or a wrong verifier does not burn it, a second use is recognised, and of two
// parallel redemptions one wins.
var codeGrant = []playground.Check[tokenRequest]{
	grantTypeAllowed,
	{Test: (*tokenRequest).codePresent, Rule: playground.Rule{
		ID: "code_present", Title: "It brings a code",
		Spec: rfc("6749", "4.1.3"), Level: playground.Must, Refusal: "invalid_request",
	}},
	{Test: (*tokenRequest).codeKnown, Rule: playground.Rule{
		ID: "code_known", Title: "This server issued the code",
		Spec: rfc("6749", "5.2"), Level: playground.Must, Refusal: "invalid_grant",
	}},
	{Test: (*tokenRequest).codeClient, Rule: playground.Rule{
		ID: "code_client_bind", Title: "The code was issued to this client",
		Spec: rfc("6749", "4.1.3"), Level: playground.Must, Refusal: "invalid_grant", Switchable: true,
	}},
	{Test: (*tokenRequest).redirectURIPresent, Rule: playground.Rule{
		ID: "redirect_uri_repeated", Title: "The redirect URI is sent again",
		Spec: rfc("6749", "4.1.3"), Level: playground.Must, Refusal: "invalid_grant", In: inRFC6749 | inRFC9700 | inFAPI2,
	}},
	{Test: (*tokenRequest).redirectURISame, Rule: playground.Rule{
		ID: "redirect_uri_same", Title: "It is the redirect URI of the authorization request",
		Spec: rfc("6749", "4.1.3"), Level: playground.Must, Refusal: "invalid_grant", In: inCore,
	}},
	{Test: (*tokenRequest).verifierExpected, Rule: playground.Rule{
		ID: "pkce_downgrade_guard", Title: "A verifier comes only where a challenge was",
		Spec: rfc("9700", "4.8.2"), Level: playground.Must, Refusal: "invalid_request", Switchable: true,
	}},
	{Test: (*tokenRequest).missesLeft, Rule: playground.Rule{
		ID: "code_tries", Title: "The code did not see five wrong verifiers",
		Spec: rfc("6749", "10.10"), Level: playground.Choice, Refusal: "invalid_grant",
	}},
	{Test: (*tokenRequest).verifier, Rule: pkceVerifier},
	{Test: (*tokenRequest).codeUnused, Rule: playground.Rule{
		ID: "code_single_use", Title: "The code is used for the first time",
		Spec: rfc("6749", "4.1.2"), Level: playground.Must, Refusal: "invalid_grant", Switchable: true,
	}},
	{Test: (*tokenRequest).codeFresh, Rule: playground.Rule{
		ID: "code_ttl", Title: "The code has not expired",
		Spec: rfc("6749", "4.1.2"), Level: playground.Must, Refusal: "invalid_grant", Switchable: true,
	}},
	{Test: (*tokenRequest).codeGrantActive, Rule: grantActive},
	{Test: (*tokenRequest).codeKey, Rule: codeKey},
	{Test: (*tokenRequest).resourceGranted, Rule: resourceGranted},
	{Test: (*tokenRequest).resourceOne, Rule: resourceOne},
	{Test: (*tokenRequest).detailsGranted, Rule: detailsGranted},
	{Test: (*tokenRequest).codeSpent, Rule: playground.Rule{
		ID: "code_spent", Title: "Of parallel requests this one is first",
		Spec: rfc("6749", "4.1.2"), Level: playground.Must, Refusal: "invalid_grant",
	}},
}

// grantActive is the same rule for codes and refresh tokens.
var grantActive = playground.Rule{
	ID: "grant_active", Title: "What the user granted still stands",
	Spec: rfc("6749", "5.2"), Level: playground.Must, Refusal: "invalid_grant",
}

func (s *tokenRequest) codePresent() playground.Outcome {
	if !s.params.has("code") {
		return failAt("code", "code", "nothing", "send the code of the authorization response in the body")
	}
	return playground.Pass()
}

func (s *tokenRequest) codeKnown() playground.Outcome {
	rec, raw, err := load[codeRecord](s.r.Context(), s.p.store, kindCode, s.params.get("code"))
	if errors.Is(err, ErrNotFound) {
		return failAt("code", "a code from an authorization response", "an unknown one", "send the code unchanged; codes do not survive a restart")
	}
	if err != nil {
		return playground.Broken(err)
	}
	s.code, s.raw = rec, raw
	return playground.Pass()
}

func (s *tokenRequest) codeClient() playground.Outcome {
	if s.code.Client != s.client.ID {
		o := failAt("code", s.code.Client, s.client.ID, "redeem the code as the client that asked for it")
		o.Why = "Otherwise a client could spend codes that were meant for another one."
		return o
	}
	return playground.Pass()
}

func (s *tokenRequest) redirectURIPresent() playground.Outcome {
	if s.code.RedirectURISent && !s.params.has("redirect_uri") {
		return failAt("redirect_uri", s.code.RedirectURI, "nothing", "send the redirect_uri of the authorization request again")
	}
	return playground.Pass()
}

func (s *tokenRequest) redirectURISame() playground.Outcome {
	if got := s.params.get("redirect_uri"); got != "" && got != s.code.RedirectURI {
		o := failAt("redirect_uri", s.code.RedirectURI, got, "send exactly the redirect_uri of the authorization request")
		o.Why = "A code that was led astray names another URI than the one that the client remembers."
		return o
	}
	return playground.Pass()
}

func (s *tokenRequest) verifierExpected() playground.Outcome {
	if s.code.Challenge == "" && s.params.has("code_verifier") {
		o := failAt("code_verifier", "no code_verifier, because no code_challenge came", "a code_verifier", "find out who took the challenge out of the authorization request")
		o.Why = "The client used PKCE and the challenge got lost: this is what a downgrade attack looks like. OAuth 2.1 answers invalid_request; older documents name no code and servers differ."
		return o
	}
	return playground.Pass()
}

func (s *tokenRequest) missesLeft() playground.Outcome {
	if s.code.Misses >= maxMisses {
		return failAt("code", "at most 5 wrong verifiers", "5 came before", "start the flow again")
	}
	return playground.Pass()
}

func (s *tokenRequest) verifier() playground.Outcome {
	if s.code.Challenge == "" {
		return playground.Skip(playground.WhyNotConcerned)
	}
	got := s.params.get("code_verifier")
	switch {
	case got == "":
		o := failAt("code_verifier", "the code_verifier to the challenge", "nothing", "send the verifier that you kept when the flow began")
		o.Case = "pkce_verifier_missing"
		return o
	case !validVerifier(got):
		o := failAt("code_verifier", "43 to 128 letters, digits, - . _ ~", "something else", "make the verifier from 32 random bytes, base64url")
		o.Case = "pkce_verifier_syntax"
		return o
	}
	computed := got
	if s.code.Method == methodS256 {
		computed = challengeOf(got)
	}
	if !equal(computed, s.code.Challenge) {
		o := failAt("code_verifier", s.code.Challenge, computed, "send the code_verifier whose hash you sent as code_challenge")
		o.Why = "Whoever has the code but not the verifier did not begin this flow."
		return o
	}
	return playground.Pass()
}

// challengeOf is the S256 transformation (RFC 7636 §4.2).
func challengeOf(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func (s *tokenRequest) codeUnused() playground.Outcome {
	if s.code.Uses > 0 {
		o := failAt("code", "a code that was not used before", "a used one", "use each code once; start the flow again")
		o.Why = "Two parties may hold this code, and one of them may be a thief. The grant and its refresh token end now; an API that checks JWTs on its own accepts the access token until it expires."
		return o
	}
	return playground.Pass()
}

func (s *tokenRequest) codeFresh() playground.Outcome {
	now := s.p.now()
	if !now.Before(s.code.Expires) {
		return failAt("code", "before "+clockTime(s.code.Expires), clockTime(now), "redeem the code at once; it lives "+s.code.Expires.Sub(s.code.Issued).String())
	}
	return playground.Pass()
}

func (s *tokenRequest) codeGrantActive() playground.Outcome { return s.loadGrant(s.code.Grant) }

// loadGrant fills the grant and, to begin with, the scope of the new tokens.
func (s *tokenRequest) loadGrant(id string) playground.Outcome {
	grant, o := s.p.judgeGrant(s.r.Context(), id)
	if grant != nil {
		s.grant, s.scope = grant, grant.Scope
	}
	return o
}

// judgeGrant decides whether a grant stands, for codes, refresh tokens and
// access tokens alike, and returns it if it does. What a rule revoked stands
// again while that rule is switched off.
func (p *Provider) judgeGrant(ctx context.Context, id string) (*grantRecord, playground.Outcome) {
	grant, _, err := load[grantRecord](ctx, p.store, kindGrant, id)
	switch {
	case errors.Is(err, ErrNotFound):
		return nil, failAs("grant_gone", "a grant that exists", "none", "start the flow again")
	case err != nil:
		return nil, playground.Broken(err)
	case grant.Revoked && !p.mode.Load().off[grant.Why]:
		return nil, playground.Fail("a grant that stands", "one that was revoked by "+grant.Why, "start the flow again")
	case !p.userStands(grant.User, grant.Removals):
		return nil, failAs("grant_user_gone", "a user of this server", "the user is gone", "start the flow again")
	case !p.clientStands(grant.Client, grant.Removals):
		return nil, failAs("grant_client_gone", "a registered client", "the client is gone, or was registered anew", "start the flow again")
	}
	return grant, playground.Pass()
}

// codeSpent marks the code as used, unless another request was faster.
func (s *tokenRequest) codeSpent() playground.Outcome {
	spent := *s.code
	spent.Uses++
	ok, err := replace(s.r.Context(), s.p.store, kindCode, s.params.get("code"), s.raw, &spent, s.codeLeft())
	if err != nil {
		return playground.Broken(err)
	}
	if !ok {
		return failAt("code", "the first of two parallel requests", "the second", "use each code once")
	}
	return playground.Pass()
}

// countMiss remembers a wrong verifier, while there is still something to guess:
// misses on a used code would hide from code_single_use that it comes back. A
// parallel redemption may win against it, which is as well.
func (s *tokenRequest) countMiss(ctx context.Context) error {
	if s.code.Uses > 0 {
		return nil
	}
	missed := *s.code
	missed.Misses++
	_, err := replace(ctx, s.p.store, kindCode, s.params.get("code"), s.raw, &missed, s.codeLeft())
	return err
}

func (s *tokenRequest) codeLeft() time.Duration { return s.code.Expires.Sub(s.code.Issued) }

func clockTime(t time.Time) string { return t.UTC().Format("15:04:05") }

func ignoreNotFound(err error) error {
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

// covers tells whether granted holds every one of asked.
func covers(granted, asked []string) bool {
	return !slices.ContainsFunc(asked, func(one string) bool { return !slices.Contains(granted, one) })
}
