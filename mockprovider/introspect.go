package mockprovider

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
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
	// Grant is the ID of the grant that the token comes from, for ActiveGrant.
	Grant string
}

// Why an access token is not active.
var (
	errUnknownToken = errors.New("no access token of this provider")
	errExpiredToken = errors.New("the access token has expired")
	errRevokedToken = errors.New("what the user granted was revoked")
)

// Introspect says what an access token of this provider, JWT or opaque, stands
// for now. It is for APIs in the same process. The error is a fault of our own,
// never the token's.
func (p *Provider) Introspect(ctx context.Context, token string) (TokenInfo, error) {
	rec, err := p.findAccess(ctx, token)
	if err == nil {
		err = p.checkAccess(ctx, rec)
	}
	switch {
	case err == nil:
	case errors.Is(err, errUnknownToken), errors.Is(err, errExpiredToken), errors.Is(err, errRevokedToken):
		return TokenInfo{}, nil
	default:
		return TokenInfo{}, err
	}
	info := TokenInfo{
		Active: true, Scope: rec.Scope, ClientID: rec.Client, Subject: rec.User, Issuer: p.cfg.Issuer,
		Audience: rec.Audience, ID: rec.JTI, Issued: rec.Issued, Expires: rec.Expires, AuthTime: rec.AuthTime, Grant: rec.Grant,
	}
	if user := p.users[rec.User]; user != nil {
		info.Username = user.login()
	}
	return info, nil
}

// ActiveGrant tells whether the grant with this ID exists and was not revoked.
func (p *Provider) ActiveGrant(ctx context.Context, id string) (bool, error) {
	grant, _, err := load[grantRecord](ctx, p.store, kindGrant, id)
	if err != nil {
		return false, ignoreNotFound(err)
	}
	return !grant.Revoked, nil
}

// findAccess returns the record of an access token, also of an expired one. The
// error is errUnknownToken or our own.
func (p *Provider) findAccess(ctx context.Context, token string) (*accessRecord, error) {
	value := opaqueToken(token)
	if strings.Count(token, ".") == 2 {
		var claims jwt.RegisteredClaims
		if p.keys.parse(token, typAccessToken, &claims) != nil || claims.ID == "" || claims.Issuer != p.cfg.Issuer {
			return nil, errUnknownToken
		}
		value = jwtToken(claims.ID)
	}
	rec, _, err := load[accessRecord](ctx, p.store, kindAccess, value)
	if errors.Is(err, ErrNotFound) {
		return nil, errUnknownToken
	}
	return rec, err
}

// checkAccess returns errExpiredToken, errRevokedToken, or a fault of our own.
func (p *Provider) checkAccess(ctx context.Context, rec *accessRecord) error {
	if !p.now().Before(rec.Expires) {
		return errExpiredToken
	}
	ok, err := p.ActiveGrant(ctx, rec.Grant)
	if err == nil && !ok {
		return errRevokedToken
	}
	return err
}
