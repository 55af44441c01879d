package mockprovider

import (
	"cmp"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// tokenResponse is the successful token response (RFC 6749 §5.1, OpenID Connect
// Core 1.0 §3.1.3.3).
type tokenResponse struct {
	AccessToken  string `json:"access_token"`
	TokenType    string `json:"token_type"`
	ExpiresIn    int64  `json:"expires_in"`
	RefreshToken string `json:"refresh_token,omitempty"`
	Scope        string `json:"scope"`
	IDToken      string `json:"id_token,omitempty"`
	// Details are said where there are any (RFC 9396 §7).
	Details authorizationDetails `json:"authorization_details,omitempty"`
	// IssuedTokenType is said in a token exchange (RFC 8693 §2.2.1).
	IssuedTokenType string `json:"issued_token_type,omitempty"`
}

// audience is the aud claim: one string where there is one (RFC 7519 §4.1.3).
type audience []string

// claim is the value of the claim.
func (a audience) claim() any {
	if len(a) == 1 {
		return a[0]
	}
	return []string(a)
}

// MarshalJSON implements json.Marshaler.
func (a audience) MarshalJSON() ([]byte, error) { return json.Marshal(a.claim()) }

// accessTokenClaims is the claims set of a JWT access token (RFC 9068 §2.2).
type accessTokenClaims struct {
	Issuer   string `json:"iss"`
	Subject  string `json:"sub"`
	Audience any    `json:"aud"` // see [audience.claim]
	ClientID string `json:"client_id"`
	Scope    string `json:"scope,omitempty"`
	IssuedAt int64  `json:"iat"`
	Expires  int64  `json:"exp"`
	ID       string `json:"jti"`
	// A token without a user has no login either.
	AuthTime int64    `json:"auth_time,omitempty"`
	AMR      []string `json:"amr,omitempty"`
	ACR      string   `json:"acr,omitempty"` // RFC 9470 §6.1

	// Details are what it allows in detail (RFC 9396 §9.1).
	Details authorizationDetails `json:"authorization_details,omitempty"`

	Confirmation *confirmation `json:"cnf,omitempty"`

	Actor  *actorClaim  `json:"act,omitempty"`
	MayAct *mayActClaim `json:"may_act,omitempty"`
}

// idTokenClaims is the claims set of an ID token (OpenID Connect Core 1.0 §2).
// It is for the client, and says nothing that belongs to the profile.
type idTokenClaims struct {
	Issuer   string   `json:"iss"`
	Subject  string   `json:"sub"`
	Audience string   `json:"aud"`
	IssuedAt int64    `json:"iat"`
	Expires  int64    `json:"exp"`
	AuthTime int64    `json:"auth_time"`
	Nonce    string   `json:"nonce,omitempty"`
	ACR      string   `json:"acr,omitempty"`
	AMR      []string `json:"amr"`
	ATHash   string   `json:"at_hash,omitempty"`
	CHash    string   `json:"c_hash,omitempty"`
	Session  string   `json:"sid,omitempty"`
}

// answerToken issues the tokens that an accepted token request has earned.
func (p *Provider) answerToken(w http.ResponseWriter, s *tokenRequest) {
	if p.tokenFault(w, s) {
		return
	}
	out, err := s.issue()
	if err != nil {
		p.unavailable(w, err)
		return
	}
	if faulty, ok := p.faultyTokens(w, s, out); ok {
		writeJSON(w, http.StatusOK, json.RawMessage(faulty))
		return
	}
	writeJSON(w, http.StatusOK, out)
}

func (s *tokenRequest) issue() (*tokenResponse, error) {
	out := &tokenResponse{
		TokenType: "Bearer",
		ExpiresIn: int64(s.life() / time.Second),
		Scope:     strings.Join(s.scope, " "),
		Details:   s.details,
	}
	if s.thumbprint != "" {
		out.TokenType = "DPoP"
	}
	var err error
	if out.AccessToken, err = s.issueAccess(); err != nil {
		return nil, err
	}
	if s.renewable() {
		if out.RefreshToken, err = s.issueRefresh(); err != nil {
			return nil, err
		}
	}
	if s.withUser() && slices.Contains(s.scope, "openid") {
		if out.IDToken, err = s.issueID(out.AccessToken); err != nil {
			return nil, err
		}
	}
	if s.params.get("grant_type") == grantTokenExchange {
		out.IssuedTokenType = cmp.Or(s.params.get("requested_token_type"), tokenTypeAccess)
	}
	return out, nil
}

// renewable tells whether the answer has a refresh token: where a user granted
// something to a client that may refresh, and on a refresh only under rotation.
func (s *tokenRequest) renewable() bool {
	return s.withUser() && s.client.mayUse(grantRefreshToken) && (s.refresh == nil || s.rotates())
}

// issueAccess makes an access token in the form that the client registered, and
// keeps what it stands for.
func (s *tokenRequest) issueAccess() (string, error) {
	ctx, now := s.r.Context(), s.p.now()
	rec := &accessRecord{
		Grant: s.grant.ID, Client: s.client.ID, User: s.grant.User, Scope: s.scope, Audience: s.audience(),
		JTI: s.p.value(ctx, "jti", ""), Issued: now, Expires: now.Add(s.life()), AuthTime: s.grant.AuthTime, ACR: s.grant.ACR,
		Act: s.act, MayAct: s.client.MayAct, Thumbprint: s.thumbprint, Details: s.details,
		Removals: s.p.removals(),
	}
	if s.client.OpaqueTokens {
		token := s.p.value(ctx, "access_token", "at_")
		return token, save(ctx, s.p.store, kindAccess, token, rec, s.strict.accessTTL)
	}
	claims := accessTokenClaims{
		Issuer: s.p.cfg.Issuer, Subject: rec.subject(), Audience: audience(rec.Audience).claim(), ClientID: rec.Client,
		Scope: strings.Join(rec.Scope, " "), IssuedAt: now.Unix(), Expires: rec.Expires.Unix(), ID: rec.JTI,
		Actor: rec.Act, Confirmation: confirmationOf(rec.Thumbprint), Details: rec.Details,
	}
	if rec.MayAct != "" {
		claims.MayAct = &mayActClaim{rec.MayAct}
	}
	if rec.User != "" {
		claims.AuthTime, claims.AMR, claims.ACR = rec.AuthTime.Unix(), amrPassword(), rec.ACR
	}
	key, err := s.p.keys.Key(s.p.algFor(s.client, s.client.AccessTokenAlg))
	if err != nil {
		return "", err
	}
	token, err := key.sign(typAccessToken, claims)
	if err != nil {
		return "", err
	}
	rec.Alg, rec.Key = key.Alg, key.thumbprint
	return token, save(ctx, s.p.store, kindAccess, token, rec, s.strict.accessTTL)
}

func (s *tokenRequest) issueRefresh() (string, error) {
	ctx := s.r.Context()
	rec := &refreshRecord{Grant: s.grant.ID, Client: s.client.ID, Issued: s.p.now(), Expires: s.refreshExpiry(), Thumbprint: s.refreshBinding()}
	token := s.p.value(ctx, "refresh_token", "rt_")
	return token, save(ctx, s.p.store, kindRefresh, token, rec, s.strict.refreshMax)
}

// issueID makes the ID token. The nonce belongs to the authorization request,
// so a refreshed ID token has none (OpenID Connect Core 1.0 §12.2).
func (s *tokenRequest) issueID(accessToken string) (string, error) {
	claims := s.p.idTokenOf(s.client, s.grant)
	claims.ATHash = leftHalfHash(s.p.algFor(s.client, s.client.IDTokenAlg), accessToken)
	if s.code != nil {
		claims.Nonce = s.grant.Nonce
	}
	return s.p.signIDToken(s.client, claims, s.grant, make(map[string]any))
}

// idTokenOf is what every ID token of the grant says.
func (p *Provider) idTokenOf(c *Client, grant *grantRecord) idTokenClaims {
	now := p.now()
	return idTokenClaims{
		Issuer: p.cfg.Issuer, Subject: grant.User, Audience: c.ID, IssuedAt: now.Unix(),
		Expires: now.Add(idTokenTTL).Unix(), AuthTime: grant.AuthTime.Unix(), AMR: amrPassword(), ACR: grant.ACR,
		Session: grant.SID,
	}
}

// signIDToken signs the claims set, with more about the user, and with the single
// claims that the grant has for ID tokens (OpenID Connect Core 1.0 §5.5).
func (p *Provider) signIDToken(c *Client, claims idTokenClaims, grant *grantRecord, more map[string]any) (string, error) {
	addClaims(more, p.user(grant.User), grant.Claims.IDToken)
	if len(more) == 0 {
		return p.keys.sign(p.algFor(c, c.IDTokenAlg), typIDToken, claims)
	}
	return p.keys.sign(p.algFor(c, c.IDTokenAlg), typIDToken, idTokenWithMore{claims, more})
}

// idTokenWithMore is an ID token with claims about the user after its own.
type idTokenWithMore struct {
	idTokenClaims
	more map[string]any
}

// MarshalJSON implements json.Marshaler.
func (t idTokenWithMore) MarshalJSON() ([]byte, error) {
	own, err := json.Marshal(t.idTokenClaims)
	if err != nil {
		return nil, err
	}
	more, err := json.Marshal(t.more) // sorted by name, and not empty
	if err != nil {
		return nil, err
	}
	return append(append(own[:len(own)-1], ','), more[1:]...), nil
}

// The typ of each kind of JWT: nobody takes one for the other (RFC 8725 §3.11).
const (
	typAccessToken = "at+jwt"
	typIDToken     = "JWT"
)

// amrPassword says how users log in here (RFC 8176 §2).
func amrPassword() []string { return []string{"pwd"} }

// leftHalfHash is at_hash: the left half of the hash that the algorithm of the
// ID token uses (OpenID Connect Core 1.0 §3.1.3.6). Ed25519 hashes with SHA-512.
func leftHalfHash(alg, token string) string {
	if ed25519Signs(alg) {
		sum := sha512.Sum512([]byte(token))
		return base64.RawURLEncoding.EncodeToString(sum[:len(sum)/2])
	}
	sum := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(sum[:len(sum)/2])
}

// audienceOf is whom a token is for: the APIs that the scope is about, and the
// provider itself where it opens UserInfo or nothing else (RFC 9068 §3: a default
// resource indicator).
func (p *Provider) audienceOf(scope []string, details authorizationDetails) []string {
	out := p.audienceFor(scope, details)
	if len(out) == 0 || slices.Contains(scope, "openid") {
		out = append(out, p.cfg.Issuer)
	}
	return out
}

// apisOf is the APIs that the scope is about.
func (p *Provider) apisOf(scope []string) []string {
	var out []string
	for _, api := range p.apis() {
		if slices.ContainsFunc(scope, func(one string) bool { return api.Scopes[one] != "" }) {
			out = append(out, api.Audience)
		}
	}
	return out
}

// parseIDToken reads an ID token of this provider, also an expired one.
func (p *Provider) parseIDToken(token string) (*jwt.RegisteredClaims, error) {
	var claims jwt.RegisteredClaims
	if err := p.keys.parse(token, typIDToken, &claims); err != nil {
		return nil, err
	}
	if claims.Issuer != p.cfg.Issuer {
		return nil, errNotOurs
	}
	return &claims, nil
}
