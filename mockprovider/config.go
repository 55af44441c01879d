package mockprovider

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// Config says who takes part and how strict the provider is. The zero values
// are the secure ones; what weakens is spelled Insecure.
type Config struct {
	// Issuer is the issuer identifier (RFC 8414 §2): an http or https URL
	// without query and fragment. All endpoints are below it.
	Issuer string
	// Name is what the pages call the provider: "AcmeID".
	Name    string
	Clients []Client
	Users   []User
	APIs    []API
	// Registry holds clients, users and APIs instead, and can be changed while
	// the provider runs and shared with other providers. Nil means one of its
	// own, made of the three lists.
	Registry *Registry
	// Keys sign. Nil means fresh ones: one for each of [KeyAlgs]; RS256 is the
	// default.
	Keys *Keys
	// Store keeps codes, tokens, grants and sessions. Nil means bounded memory. What
	// is in it is the provider's own: two issuers never share one.
	Store Store
	// Now is the provider's clock. Nil means time.Now.
	Now func() time.Time
	// Random returns n random bytes for a value of the named kind ("code",
	// "access_token", "refresh_token", "jti", "grant", "interaction", "session",
	// "browser", "request_uri", "device", "device_code", "user_code", "dpop_nonce", "sid",
	// "client_id", "client_secret", "registration_token"). Nil means crypto/rand. A lab with a seed
	// passes its own, so that a class sees the same values.
	Random func(ctx context.Context, kind string, n int) []byte
	// Policy says how strict. The zero value is RFC 9700.
	Policy Policy
	// CodeLifetime is how long an authorization code lives: at most ten minutes,
	// as RFC 6749 §4.1.2 recommends. Zero means the policy's value. PolicyFAPI2
	// ends a code after a minute, whatever stands here.
	CodeLifetime time.Duration
	// AccessTokenLifetime is how long an access token lives: in expires_in, and
	// in the token itself. Zero means the policy's value.
	AccessTokenLifetime time.Duration
	// PushedLifetime is how long a pushed request waits for its browser, in
	// expires_in too: at most ten minutes, the upper end of what RFC 9126 §2.2
	// names. Zero means a minute.
	PushedLifetime time.Duration
	// InsecureOff holds the IDs of rules that are switched off, for attacks.
	InsecureOff []string
	// RefreshGrace is how long a rotated refresh token is taken once more, for
	// clients that refresh in two places at once. Zero, the secure value, means
	// not at all (RFC 9700 §4.14.2).
	RefreshGrace time.Duration
	// TrustedIssuers may vouch for users (RFC 7523 §2.1).
	TrustedIssuers []TrustedIssuer
	// InsecureOutbound lets the provider call addresses of clients on other
	// machines: for their keys, and at the end of a session.
	InsecureOutbound bool
	// Inside is how clients are reached that live in the same process, by their
	// ID: addresses of our own listener, which are refused otherwise. Who returns
	// a transport answers for where it leads. Nil, also as its result, means the
	// ordinary way out.
	Inside func(client string) http.RoundTripper
	// OwnPorts are the ports that this process listens on, beside the issuer's.
	// No client's address there is called.
	OwnPorts []string
	// Wait is how slow answers wait, which are a fault: for d, or until ctx ends.
	// Nil waits by the machine's clock.
	Wait func(ctx context.Context, d time.Duration)
	// InsecureOpenRegistration lets anybody who reaches the provider register
	// clients (RFC 7591 §3), for a server that only this machine reaches.
	InsecureOpenRegistration bool
	// InitialAccessToken lets whoever has it register clients. Without it and
	// InsecureOpenRegistration there is no registration endpoint.
	InitialAccessToken string
	// Log takes faults of our own, such as a storage that fails: for the operator.
	// What a client did wrong is a finding and no log line. Nil discards.
	Log *slog.Logger
	// LoginHint is shown on the login page: whose password is which.
	LoginHint string
	// InsecureHTTPIssuer allows an http issuer on a host that is not loopback,
	// for a class on a local network (RFC 8414 §2 asks for https).
	InsecureHTTPIssuer bool
}

// A Client is a registered client (RFC 6749 §2; names of RFC 7591 §2).
type Client struct {
	ID     string
	Name   string
	Secret string // empty for a public client
	// SecretSHA256 is the hash of a random secret, instead of Secret. It is enough
	// for client_secret_basic and client_secret_post.
	SecretSHA256 []byte
	// RedirectURIs are compared as strings, exactly (RFC 9700 §2.1).
	RedirectURIs []string
	// Scopes that the client may ask for.
	Scopes []string
	// ResponseTypes that the client may use. Empty means code. The others need the
	// grant type implicit, and authorization_code where code is among them; they
	// work under the policies permissive and rfc6749 alone.
	ResponseTypes []string
	// DetailTypes are the types of authorization details that the client may ask
	// for (RFC 9396 §10).
	DetailTypes []string
	// GrantTypes that the client may use. Empty means authorization_code and
	// refresh_token.
	GrantTypes []string
	// TokenEndpointAuthMethod is none, client_secret_basic, client_secret_post,
	// client_secret_jwt or private_key_jwt. Empty means client_secret_basic with
	// a secret, none without. It counts at every endpoint that a client calls.
	TokenEndpointAuthMethod string
	// TokenEndpointAuthSigningAlg is the one algorithm that the client signs
	// assertions with. Empty means HS256 for client_secret_jwt, and whatever its
	// keys fit for private_key_jwt.
	TokenEndpointAuthSigningAlg string
	// JWKS is the JWK Set of the client's public keys, as JSON (RFC 7517 §5).
	JWKS []byte
	// JWKSURI is where the JWK Set is, instead of JWKS. Only loopback addresses are
	// called, and never the provider.
	JWKSURI string
	// RequestObjectSigningAlg is the one algorithm that the client signs request
	// objects with (RFC 9101 §4). Empty means whatever its keys fit.
	RequestObjectSigningAlg string
	// RequireSignedRequestObject refuses authorization requests with plain
	// parameters (RFC 9101 §10.5).
	RequireSignedRequestObject bool
	// Native says that it is a native app (RFC 8252): its loopback redirect
	// URIs match on any port.
	Native bool
	// OpaqueTokens asks for opaque access tokens instead of JWTs (RFC 9068).
	OpaqueTokens bool
	// IDTokenAlg is the algorithm of its ID tokens: one of the keys'.
	// Empty means that of the first key, RS256 unless Keys says otherwise; under
	// PolicyFAPI2, which does not take RS256, that of the first other one.
	IDTokenAlg string
	// AccessTokenAlg is the same for its JWT access tokens.
	AccessTokenAlg string
	// InsecureAutoLogin lets a request with login_hint through without a page:
	// the named user counts as logged in now and has agreed. prompt=login,
	// prompt=consent and max_age show no page then either; prompt=none still
	// asks for a real session, and an id_token_hint of another user for the
	// login page. It is for tests, and works under the policies permissive and
	// rfc6749 alone.
	InsecureAutoLogin bool
	// PostLogoutRedirectURIs are where the browser may go after a logout
	// (OpenID Connect RP-Initiated Logout 1.0 §3.1).
	PostLogoutRedirectURIs []string
	// BackchannelLogoutURI is told when a session ends in which the client got
	// tokens (OpenID Connect Back-Channel Logout 1.0 §2.2). Its ID tokens then
	// carry sid. Only loopback addresses are called, and never the provider.
	BackchannelLogoutURI string
	// RequirePushedRequests refuses authorization requests that were not pushed
	// (RFC 9126 §6).
	RequirePushedRequests bool
	// DPoPBoundAccessTokens refuses token requests without a DPoP proof
	// (RFC 9449 §5.2). Every client may send one.
	DPoPBoundAccessTokens bool
	// RequireDPoPNonce asks for a nonce of this server in its proofs
	// (RFC 9449 §8).
	RequireDPoPNonce bool
	// API is the Audience of the API that this client is: it may ask about the
	// tokens that are meant for it (RFC 7662 §2).
	API string
	// MayAct is who may act for the users of this client's access tokens, in
	// their may_act claim (RFC 8693 §4.4): the sub of a user or of a client.
	// Empty leaves the claim out.
	MayAct string
	// Policy replaces the provider's policy for this client if set.
	Policy Policy
	// Dynamic says that the client registered itself (RFC 7591). Addresses that
	// it names are not called before somebody has Confirmed it.
	Dynamic   bool
	Confirmed bool
	// Expires is when the registration ends, on the provider's clock. The zero
	// time means never.
	Expires time.Time

	keys  []jose.JSONWebKey // JWKS
	added uint64            // roster.removals when it was registered

	registered *registered // nil unless it registered itself
}

// A User is a resource owner.
type User struct {
	ID       string // the sub claim: stable, never reused
	Username string // what is typed at the login page; empty means ID
	Password string
	Name     string
	// Claims are handed out at UserInfo as the scope allows (OpenID Connect
	// Core 1.0 §5.1): name, email, email_verified, …
	Claims map[string]any

	added uint64 // roster.removals when it was added
}

// An API is a resource server that accepts this provider's access tokens.
type API struct {
	// Audience is its resource identifier (RFC 8707 §2), the aud of its tokens.
	Audience string
	Name     string
	// Scopes maps each scope to what it allows, in the words of the consent page.
	Scopes map[string]string
	// DetailTypes are the types of authorization details that it understands
	// (RFC 9396 §2.1). A type belongs to one API.
	DetailTypes []DetailType
}
