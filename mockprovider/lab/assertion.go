package lab

import (
	"context"
	"encoding/json"
	"time"

	"github.com/go-jose/go-jose/v4"

	"claimcheck/mockprovider/trace"
)

// AssertionType is the one value of client_assertion_type (RFC 7523 §2.2).
const AssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// AssertionLifetime is how long a client's assertion lives. A minute is usual; in a
// lab somebody reads it before it is sent.
const AssertionLifetime = 30 * time.Minute

// An Assertion is the claims set of a client assertion (RFC 7523 §3).
type Assertion struct {
	Issuer   string `json:"iss"`
	Subject  string `json:"sub"`
	Audience string `json:"aud"`
	ID       string `json:"jti,omitempty"`
	IssuedAt int64  `json:"iat"` // seconds since 1970
	Expires  int64  `json:"exp"` // the same
}

// assertionHeader is the JOSE header of an assertion.
type assertionHeader struct {
	Typ string `json:"typ"`
	Alg string `json:"alg"`
	KID string `json:"kid"`
}

// Assert signs an assertion with the key of somebody of the story. The header
// names the key that is registered for the client in sub, whoever signs. One that
// does not say when it was made gets its times and an ID now; until something is
// sent it then stays the same, so that what was shown is what goes out.
func (r *Run) Assert(ctx context.Context, who trace.Party, claims Assertion) (string, error) {
	if claims.IssuedAt != 0 {
		return r.lab.assert(who.ID, claims)
	}
	return r.ahead("assertion "+who.ID+" "+claims.Issuer+" "+claims.Subject+" "+claims.Audience, func() (string, error) {
		return r.lab.assert(who.ID, r.lab.dated(r.context(ctx), claims))
	})
}

// dated is the assertion with an ID, made now.
func (l *Lab) dated(ctx context.Context, claims Assertion) Assertion {
	now := l.Now()
	claims.ID = l.value(ctx, "assertion_jti", 12)
	claims.IssuedAt, claims.Expires = now.Unix(), now.Add(AssertionLifetime).Unix()
	return claims
}

func (l *Lab) assert(party string, claims Assertion) (string, error) {
	key, err := l.keyOf(party)
	if err != nil {
		return "", err
	}
	_, kid, err := l.PartyKey(trace.Party{ID: claims.Subject})
	if err != nil {
		return "", err
	}
	return sign(key, assertionHeader{"JWT", "ES256", kid}, claims)
}

// assertion is the client's proof of who it is, for AcmeID.
func (a *app) assertion(ctx context.Context) (string, error) {
	claims := Assertion{Issuer: a.id, Subject: a.id, Audience: a.lab.Issuer()}
	if r := a.run(ctx); r != nil {
		return r.Assert(ctx, ClientParty(a.id), claims)
	}
	return a.lab.assert(a.id, a.lab.dated(ctx, claims))
}

// jwks is the JWK Set that a client has registered: its one public key. It is
// empty where there is none, which no registry takes.
func (l *Lab) jwks(client string) []byte {
	public, err := l.publicJWK(client)
	if err != nil {
		return nil
	}
	if _, public.KeyID, err = l.PartyKey(trace.Party{ID: client}); err != nil {
		return nil
	}
	public.Use, public.Algorithm = "sig", "ES256"
	set, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{public}})
	if err != nil {
		return nil
	}
	return set
}

// registerKeys registers the keys of the clients that have one anew, because they
// follow from the seed.
func (l *Lab) registerKeys() error {
	for _, c := range l.clients() {
		if len(c.JWKS) == 0 || l.registry.Client(c.ID) == nil {
			continue
		}
		if err := l.registry.ReplaceClient(c); err != nil {
			return err
		}
	}
	return nil
}
