package mockprovider

import (
	"context"
	"errors"
	"net/http"
	"time"

	"claimcheck/playground"
)

// revocationChecks are token revocation (RFC 7009). A token that nobody knows is
// as good as revoked, so it is no error.
var revocationChecks = []playground.Check[tokenRequest]{
	{Test: (*tokenRequest).tokenPresent, Rule: playground.Rule{
		ID: "token_present", Title: "It brings a token",
		Spec: rfc("7009", "2.1"), Level: playground.Must, Refusal: "invalid_request",
	}},
	{Test: (*tokenRequest).tokenOwner, Rule: playground.Rule{
		ID: "token_owner", Title: "The token was issued to this client",
		Spec: rfc("7009", "2.1"), Level: playground.Must, Refusal: "invalid_grant",
	}},
}

// revocation is the revocation endpoint (RFC 7009 §2). The answer to an accepted
// request is 200 without a body.
func (p *Provider) revocation(w http.ResponseWriter, r *http.Request) {
	s := p.direct(w, r, introspectionParams())
	if s == nil || !p.accept(w, s, revocationChecks) {
		return
	}
	if err := s.revokeToken(r.Context()); err != nil {
		p.unavailable(w, err)
		return
	}
	noStore(w.Header())
	w.WriteHeader(http.StatusOK)
}

// tokenOwner finds the token as every kind that there is, also one that has
// expired. A hint may be wrong (RFC 7009 §2.1).
func (s *tokenRequest) tokenOwner() playground.Outcome {
	held, err := s.p.find(s.r.Context(), s.params.get("token"))
	switch {
	case errors.Is(err, errUnknownToken):
		return playground.Outcome{
			Status: playground.StatusInfo, Got: "an unknown token",
			Message: "The answer is 200: the token can't be used, which is what the client wanted.",
		}
	case err != nil:
		return playground.Broken(err)
	case held.ClientID != s.client.ID:
		return failAt("token", held.ClientID, s.client.ID, "let each client revoke its own tokens")
	}
	s.token = held
	return playground.Pass()
}

// revokeToken ends an access token alone. With a refresh token ends the grant,
// and with that every access token from it (RFC 7009 §2.1).
func (s *tokenRequest) revokeToken(ctx context.Context) error {
	switch {
	case s.token == nil:
		return nil
	case s.token.access == nil:
		return s.p.revoke(ctx, s.token.Grant, "revocation")
	}
	err := update(ctx, s.p.store, kindAccess, s.token.token, func(rec *accessRecord) (time.Duration, bool) {
		if rec.Revoked {
			return 0, false
		}
		rec.Revoked = true
		return rec.Expires.Sub(rec.Issued), true
	})
	return ignoreNotFound(err)
}
