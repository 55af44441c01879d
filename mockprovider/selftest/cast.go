package selftest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"

	"claimcheck/mockprovider"
)

// The ids of the clients that take part.
const (
	clientWeb    = "selftest-web"
	clientPublic = "selftest-public"
	clientPost   = "selftest-post"
	clientHMAC   = "selftest-hmac"
	clientKeys   = "selftest-keys"
	clientLogout = "selftest-logout"
	clientAlg    = "selftest-alg-" // one for each algorithm of ID tokens
	clientPush   = "selftest-push" // must push its requests
	clientTLS    = "selftest-tls"  // would show a certificate, and is not registered
)

const (
	// redirectURI is never asked for: the browser stops there.
	redirectURI = "https://client.example/callback"
	logoutURI   = "https://client.example/bye"
	// foreignIssuer vouches for the user (RFC 7523 §2.1).
	foreignIssuer = "https://partner.example"
	testSecret    = "a-secret-of-the-self-test-which-ends-with-it"
)

// A Cast is the clients and the user that a self-test needs, with their keys.
type Cast struct {
	User    mockprovider.User
	Clients []mockprovider.Client
	Trusted []mockprovider.TrustedIssuer

	keys   keyRing
	logout *receiver
	// initial opens the registration endpoint (RFC 7591 §3), empty if it is open
	// to everybody or not there.
	initial string
	// details are examples of authorization details, by their type.
	details map[string]map[string]any
	// resources are the APIs whose identifiers are URLs, each with one of its
	// scopes, or none.
	resources map[string]string
}

// newCast registers everybody for everything that cfg has.
func newCast(cfg *mockprovider.Config, keyring keyRing, logout *receiver) (*Cast, error) {
	c := &Cast{keys: keyring, logout: logout, initial: cfg.InitialAccessToken, details: examples(cfg.APIs), resources: resourcesOf(cfg.APIs)}
	set, err := keyring.jwks()
	if err != nil {
		return nil, fmt.Errorf("selftest: %w", err)
	}
	c.Trusted = []mockprovider.TrustedIssuer{{Issuer: foreignIssuer, JWKS: set}}
	c.User = tess()
	scopes := scopesOf(cfg)
	web := mockprovider.Client{
		ID: clientWeb, Name: "Self-test", Secret: testSecret, TokenEndpointAuthMethod: "client_secret_basic", RedirectURIs: []string{redirectURI},
		PostLogoutRedirectURIs: []string{logoutURI}, Scopes: scopes, GrantTypes: knownGrants(),
		DetailTypes:   slices.Sorted(maps.Keys(c.details)),
		ResponseTypes: []string{"code", "token", "id_token", "id_token token", "code id_token", "code token", "code id_token token"},
	}
	if cfg.Policy == mockprovider.PolicyFAPI2 { // which takes no secret
		web.TokenEndpointAuthMethod, web.Secret, web.JWKS = "private_key_jwt", "", set
	}
	as := func(id, method string) mockprovider.Client {
		other := web
		other.ID, other.TokenEndpointAuthMethod, other.Secret = id, method, testSecret
		return other
	}
	same := func(id string) mockprovider.Client {
		other := web
		other.ID = id
		return other
	}
	public := as(clientPublic, "none")
	public.ResponseTypes = nil
	public.Secret, public.GrantTypes = "", []string{grantCode, grantRefresh}
	keys := as(clientKeys, "private_key_jwt")
	keys.Secret, keys.JWKS = "", set
	out := same(clientLogout)
	out.BackchannelLogoutURI = logout.url
	push := same(clientPush)
	push.RequirePushedRequests = true
	c.Clients = []mockprovider.Client{web, public, as(clientPost, "client_secret_post"), as(clientHMAC, "client_secret_jwt"), keys, out, push}
	for _, alg := range cfg.Keys.Algs() {
		one := same(clientAlg + alg)
		one.IDTokenAlg = alg
		c.Clients = append(c.Clients, one)
	}
	return c, nil
}

// scopesOf are the scopes that cfg's provider knows.
func scopesOf(cfg *mockprovider.Config) []string {
	scopes := []string{"openid", "profile", "email", "address", "phone", "offline_access"}
	for _, api := range cfg.APIs {
		scopes = append(scopes, slices.Sorted(maps.Keys(api.Scopes))...)
	}
	return scopes
}

// resourcesOf are the APIs that can be named in the metadata (RFC 9728 §1.2).
func resourcesOf(apis []mockprovider.API) map[string]string {
	out := map[string]string{}
	for _, api := range apis {
		if !strings.HasPrefix(api.Audience, "https://") && !strings.HasPrefix(api.Audience, "http://") {
			continue
		}
		out[api.Audience] = ""
		if scopes := slices.Sorted(maps.Keys(api.Scopes)); len(scopes) > 0 {
			out[api.Audience] = scopes[0]
		}
	}
	return out
}

// examples makes a detail of each type, with all its fields.
func examples(apis []mockprovider.API) map[string]map[string]any {
	out := map[string]map[string]any{}
	for _, api := range apis {
		for _, kind := range api.DetailTypes {
			one := map[string]any{"type": kind.Type}
			for name, field := range kind.Fields {
				word := "x"
				if len(field.Values) > 0 {
					word = field.Values[0]
				}
				switch field.Kind {
				case mockprovider.FieldList:
					one[name] = []string{word}
				case mockprovider.FieldText:
					one[name] = word
				case mockprovider.FieldFrom:
					one[name] = "2026-03-02"
				case mockprovider.FieldTo:
					one[name] = "2026-03-08"
				}
			}
			out[kind.Type] = one
		}
	}
	return out
}

// tess is a user of whom everything is known.
func tess() mockprovider.User {
	claims := map[string]any{
		"address": map[string]any{"country": "NL"}, "email_verified": true, "phone_number_verified": true, "updated_at": 1767225600,
	}
	for _, name := range []string{
		"name", "family_name", "given_name", "middle_name", "nickname", "preferred_username", "profile", "picture", "website", "gender",
		"birthdate", "zoneinfo", "locale", "email", "phone_number",
	} {
		claims[name] = "the " + name + " of Tess"
	}
	return mockprovider.User{ID: "selftest-tess", Username: "selftest-tess", Password: "selftest-tess", Name: "Tess Test", Claims: claims}
}

// keyRing holds a key for each algorithm, those that nobody supports too.
type keyRing map[string]crypto.Signer

// newKeyRing makes fresh keys.
func newKeyRing() (keyRing, error) {
	ring := keyRing{}
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, fmt.Errorf("selftest: %w", err)
	}
	for _, alg := range []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"} {
		ring[alg] = rsaKey
	}
	_, edKey, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("selftest: %w", err)
	}
	ring["EdDSA"], ring["Ed25519"] = edKey, edKey
	for alg, curve := range map[string]elliptic.Curve{"ES256": elliptic.P256(), "ES384": elliptic.P384(), "ES512": elliptic.P521()} {
		if ring[alg], err = ecdsa.GenerateKey(curve, rand.Reader); err != nil {
			return nil, fmt.Errorf("selftest: %w", err)
		}
	}
	return ring, nil
}

// jwks is the JWK Set of the public halves.
func (r keyRing) jwks() ([]byte, error) {
	var set jose.JSONWebKeySet
	for _, alg := range []string{"RS256", "EdDSA", "ES256", "ES384", "ES512"} {
		set.Keys = append(set.Keys, jose.JSONWebKey{Key: r[alg].Public()})
	}
	return json.Marshal(set)
}

// known are the values of a member that this provider, and maybe no other, has.
func (c *Cast) known(member string) []string {
	switch member {
	case "scopes_supported":
		return c.Clients[0].Scopes
	case "authorization_details_types_supported":
		return c.Clients[0].DetailTypes
	case "protected_resources":
		return slices.Sorted(maps.Keys(c.resources))
	}
	return nil
}

// join puts the cast into a configuration in the place of its people.
func (c *Cast) join(cfg *mockprovider.Config) {
	cfg.Clients, cfg.Users, cfg.TrustedIssuers = c.Clients, []mockprovider.User{c.User}, c.Trusted
}
