package mockprovider

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"claimcheck/playground"
)

// The kinds of tokens that can be minted.
const (
	MintAccessToken = "access_token" // RFC 9068; UserInfo and introspection know it
	MintIDToken     = "id_token"     // OpenID Connect Core 1.0 §2
	MintRaw         = "raw"          // the given claims and nothing else
)

// MintKinds lists the kinds of tokens that can be minted.
func MintKinds() []string { return []string{MintAccessToken, MintIDToken, MintRaw} }

// A MintRequest asks for a token that no grant has led to, with any content.
type MintRequest struct {
	// Kind says which claims are filled in. Empty means MintAccessToken.
	Kind string
	// Client and User are the client's and the user's ID, for client_id, aud and
	// sub. They need not exist.
	Client, User string
	// Scope is that of an access token.
	Scope []string
	// Lifetime is how long the token lives. Zero means an hour. A negative one
	// makes a token that has expired already.
	Lifetime time.Duration
	// Claims replace what is filled in, or come in addition. A claim that is nil
	// is left out.
	Claims map[string]any
	// Header does the same to the JOSE header. A different alg or kid is written
	// down as asked; it does not change which key signs.
	Header map[string]any
	// KID is the published key that signs. Empty means the provider's default.
	KID string
	// InsecureUnsigned leaves the signature out, and says alg none (RFC 7515
	// Appendix A.5) unless Header says otherwise.
	InsecureUnsigned bool
}

// maxMint is the largest header and claims set, together and in JSON, in bytes.
const maxMint = 32 << 10

// ErrMint is what every error of Mint wraps that is the caller's mistake.
var ErrMint = errors.New("mint")

// Mint signs a token as asked, also one that the provider would never issue. An
// access token is known at UserInfo and introspection if its header and its issuer
// say that it is one of this provider, and it has client_id, iat, exp and jti, as
// RFC 9068 §2.2 wants; it belongs to no grant. Every error that wraps ErrMint is the
// caller's.
func (p *Provider) Mint(ctx context.Context, m MintRequest) (string, error) {
	key, err := p.mintKey(m.KID)
	if err != nil {
		return "", err
	}
	claims, err := p.mintClaims(ctx, m)
	if err != nil {
		return "", err
	}
	header := map[string]any{"alg": key.Alg, "typ": typIDToken, "kid": key.KID}
	if m.kind() == MintAccessToken {
		header["typ"] = typAccessToken
	}
	if m.InsecureUnsigned {
		header["alg"] = "none"
		delete(header, "kid")
	}
	overlay(header, m.Header)
	token, err := encodeToken(header, claims, key, m.InsecureUnsigned)
	if err != nil {
		return "", err
	}
	if m.kind() == MintAccessToken && !m.InsecureUnsigned {
		err = p.rememberMinted(ctx, token, key, claims)
	}
	return token, err
}

func (m *MintRequest) kind() string { return cmp.Or(m.Kind, MintAccessToken) }

func (m *MintRequest) lifetime() time.Duration { return cmp.Or(m.Lifetime, time.Hour) }

// mintKey is the published key with the ID.
func (p *Provider) mintKey(kid string) (*SigningKey, error) {
	if kid == "" {
		return p.keys.Key("")
	}
	for _, alg := range p.keys.Algs() {
		if key := p.keys.verifier(alg, kid); key != nil {
			return key, nil
		}
	}
	return nil, fmt.Errorf("%w: no key %q is published", ErrMint, kid)
}

// mintClaims are the claims of the kind, and over them what was asked for.
func (p *Provider) mintClaims(ctx context.Context, m MintRequest) (map[string]any, error) {
	now := p.now()
	claims := map[string]any{
		"iss": p.cfg.Issuer, "sub": cmp.Or(m.User, m.Client), "iat": now.Unix(), "exp": now.Add(m.lifetime()).Unix(),
	}
	switch m.kind() {
	case MintAccessToken:
		claims["aud"], claims["client_id"] = audience(p.audienceOf(m.Scope, nil)), m.Client
		claims["jti"] = p.value(ctx, "jti", "")
		if len(m.Scope) > 0 {
			claims["scope"] = strings.Join(m.Scope, " ")
		}
	case MintIDToken:
		claims["aud"], claims["auth_time"], claims["amr"] = m.Client, now.Unix(), amrPassword()
	case MintRaw:
		claims = map[string]any{}
	default:
		return nil, fmt.Errorf("%w: kind %q is none of %v", ErrMint, m.Kind, MintKinds())
	}
	overlay(claims, m.Claims)
	return claims, nil
}

// overlay puts the members over those that are there; nil takes one away.
func overlay(members, over map[string]any) {
	for name, value := range over {
		if value == nil {
			delete(members, name)
		} else {
			members[name] = value
		}
	}
}

// encodeToken makes the compact JWS (RFC 7515 §3.1) of members whose order says
// nothing.
func encodeToken(header, claims map[string]any, key *SigningKey, unsigned bool) (string, error) {
	var parts [2]string
	size := 0
	for i, members := range []map[string]any{header, claims} {
		raw, err := json.Marshal(members)
		if err != nil {
			return "", fmt.Errorf("%w: %w", ErrMint, err)
		}
		size += len(raw)
		parts[i] = base64.RawURLEncoding.EncodeToString(raw)
	}
	if size > maxMint {
		return "", fmt.Errorf("%w: header and claims have %d bytes, and %d are the most", ErrMint, size, maxMint)
	}
	input := parts[0] + "." + parts[1]
	if unsigned {
		return input + ".", nil
	}
	sig, err := playground.Signature(key.Alg, input, key.Private)
	if err != nil {
		return "", fmt.Errorf("sign with %s: %w", key.Alg, err)
	}
	return input + "." + base64.RawURLEncoding.EncodeToString(sig), nil
}

// rememberMinted keeps what a minted access token stands for. A token that could
// not stand for anything, because a claim is missing or of another type, is not
// kept, nor one that does not say that it is an access token of this provider.
func (p *Provider) rememberMinted(ctx context.Context, token string, key *SigningKey, claims map[string]any) error {
	var own jwt.RegisteredClaims
	if p.keys.parse(token, typAccessToken, &own) != nil || own.Issuer != p.cfg.Issuer {
		return nil //nolint:nilerr // it was asked for like that
	}
	jti, _ := claims["jti"].(string)
	client, _ := claims["client_id"].(string)
	issued, okI := unixTime(claims["iat"])
	expires, okE := unixTime(claims["exp"])
	if jti == "" || client == "" || !okI || !okE {
		return nil
	}
	scope, _ := claims["scope"].(string)
	rec := &accessRecord{
		Client: client, Scope: strings.Fields(scope), Audience: audienceIn(claims["aud"]), JTI: jti, Alg: key.Alg, Key: key.thumbprint, Issued: issued, Expires: expires,
		Removals: p.removals(),
	}
	if sub, _ := claims["sub"].(string); sub != client {
		rec.User, rec.AuthTime = sub, issued
	}
	return save(ctx, p.store, kindAccess, token, rec, min(max(expires.Sub(p.now()), 0), maxMintedTTL))
}

// maxMintedTTL is how long a minted token is remembered, at most.
const maxMintedTTL = 24 * time.Hour

func unixTime(v any) (time.Time, bool) {
	switch n := v.(type) {
	case int64:
		return time.Unix(n, 0), true
	case float64:
		if math.Abs(n) < 1<<40 {
			return time.Unix(int64(n), 0), true
		}
	}
	return time.Time{}, false
}

func audienceIn(v any) []string {
	switch aud := v.(type) {
	case string:
		return []string{aud}
	case audience:
		return slices.Clone(aud)
	case []string:
		return slices.Clone(aud)
	case []any:
		var out []string
		for _, one := range aud {
			if s, ok := one.(string); ok {
				out = append(out, s)
			}
		}
		return out
	}
	return nil
}
