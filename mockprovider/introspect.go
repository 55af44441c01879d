package mockprovider

import (
	"context"
	"encoding/json"
	"errors"
	"time"
)

// TokenInfo is what the provider knows about an access token. For a token that
// is not active everything else is zero, so that nobody learns why.
type TokenInfo struct {
	Active   bool
	Scope    []string
	ClientID string
	Username string
	Subject  string
	Issuer   string
	Audience []string
	ID       string // jti
	Issued   time.Time
	Expires  time.Time
	AuthTime time.Time
	ACR      string
	// Thumbprint is of the key that the token is bound to (RFC 9449 §6), empty
	// for a bearer token.
	Thumbprint string
	// Details are the authorization details that it carries (RFC 9396 §9), each
	// as compact JSON.
	Details []json.RawMessage
	// Grant is the ID of the grant that the token comes from, for ActiveGrant.
	Grant string
}

// Why an access token is not active.
var (
	errUnknownToken = errors.New("no token of this provider")
	errExpiredToken = errors.New("the token has expired")
	errRevokedToken = errors.New("the token, or what the user granted, was revoked")
)

// Introspect says what an access token of this provider, JWT or opaque, stands
// for now. It is for APIs in the same process; over HTTP there is the
// introspection endpoint. The error is a fault of our own, never the token's.
func (p *Provider) Introspect(ctx context.Context, token string) (TokenInfo, error) {
	held, err := p.hold(ctx, token)
	switch {
	case err == nil && held.access != nil:
		return held.TokenInfo, nil
	case err == nil, isInactive(err):
		return TokenInfo{}, nil
	default:
		return TokenInfo{}, err
	}
}

// A heldToken is an access or a refresh token together with what it stands for.
type heldToken struct {
	TokenInfo
	access  *accessRecord // nil for a refresh token
	token   string        // an access token as it was presented
	rotated bool          // a refresh token that another one has replaced
}

// hold returns the token if it is good now. The error is one of the three that
// say why it is not, or our own.
func (p *Provider) hold(ctx context.Context, token string) (*heldToken, error) {
	held, err := p.find(ctx, token)
	switch {
	case err != nil:
		return nil, err
	case held.rotated, held.access != nil && !p.accessStands(held.access):
		return nil, errRevokedToken
	case !p.now().Before(held.Expires):
		return nil, errExpiredToken
	}
	ok, err := p.ActiveGrant(ctx, held.Grant)
	if err == nil && !ok {
		err = errRevokedToken
	}
	return held, err
}

// accessStands tells whether the token was not revoked, and client and user are
// still those that it was made for.
func (p *Provider) accessStands(rec *accessRecord) bool {
	return !rec.Revoked && p.clientStands(rec.Client, rec.Removals) && p.userStands(rec.User, rec.Removals)
}

// find returns the token, also one that has ended. The error is errUnknownToken
// or our own.
func (p *Provider) find(ctx context.Context, token string) (*heldToken, error) {
	rec, err := p.findAccess(ctx, token)
	if errors.Is(err, errUnknownToken) {
		return p.findRefresh(ctx, token)
	}
	if err != nil {
		return nil, err
	}
	held := &heldToken{access: rec, token: token, TokenInfo: TokenInfo{
		Active: true, Scope: rec.Scope, ClientID: rec.Client, Subject: rec.subject(), Issuer: p.cfg.Issuer,
		Audience: rec.Audience, ID: rec.JTI, Issued: rec.Issued, Expires: rec.Expires, AuthTime: rec.AuthTime, ACR: rec.ACR, Grant: rec.Grant,
		Thumbprint: rec.Thumbprint, Details: rec.Details,
	}}
	held.Username = p.usernameOf(rec.User)
	return held, nil
}

func (p *Provider) findRefresh(ctx context.Context, token string) (*heldToken, error) {
	rec, _, err := load[refreshRecord](ctx, p.store, kindRefresh, token)
	var grant *grantRecord
	if err == nil {
		grant, _, err = load[grantRecord](ctx, p.store, kindGrant, rec.Grant)
	}
	if errors.Is(err, ErrNotFound) {
		return nil, errUnknownToken
	}
	if err != nil {
		return nil, err
	}
	return &heldToken{rotated: rec.Rotated, TokenInfo: TokenInfo{
		Active: true, Scope: grant.Scope, ClientID: rec.Client, Subject: grant.User, Issuer: p.cfg.Issuer,
		Username: p.usernameOf(grant.User), Issued: rec.Issued, Expires: rec.Expires, AuthTime: grant.AuthTime, Grant: rec.Grant,
	}}, nil
}

func (p *Provider) usernameOf(id string) string {
	if user := p.user(id); user != nil {
		return user.login()
	}
	return ""
}

// ActiveGrant tells whether the grant with this ID stands: it exists, its user
// does, and it was not revoked by a rule that is switched on. A token without a
// grant is one that no user granted: its client got it for itself.
func (p *Provider) ActiveGrant(ctx context.Context, id string) (bool, error) {
	if id == "" {
		return true, nil
	}
	grant, o := p.judgeGrant(ctx, id)
	return grant != nil, o.Err
}

// findAccess returns the record of an access token, also of one that has ended. In
// either form a token is known by what was issued, to the last byte; a JWT's
// signature is for those who can't ask. Who takes back a key takes back what it
// signed. The error is errUnknownToken or our own.
func (p *Provider) findAccess(ctx context.Context, token string) (*accessRecord, error) {
	rec, _, err := load[accessRecord](ctx, p.store, kindAccess, token)
	if errors.Is(err, ErrNotFound) || err == nil && rec.Key != "" && !p.keys.stands(rec.Alg, rec.Key) {
		return nil, errUnknownToken
	}
	return rec, err
}
