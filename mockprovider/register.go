package mockprovider

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// The client authentication methods (RFC 7591 §2).
const (
	authNone  = "none"
	authBasic = "client_secret_basic"
	authPost  = "client_secret_post"
	// The two that use an assertion (OpenID Connect Core 1.0 §9).
	authSecretJWT     = "client_secret_jwt"
	authPrivateKeyJWT = "private_key_jwt"
)

// secretMethods are the methods by which a client proves that it is itself.
func secretMethods() []string { return []string{authBasic, authPost, authSecretJWT, authPrivateKeyJWT} }

// The scopes of OpenID Connect Core 1.0 §5.4 and §11, in the words of the
// consent page.
func standardScopes() map[string]string {
	all := make(map[string]string)
	for _, one := range []string{"openid", "profile", "email", "address", "phone", "offline_access"} {
		all[one] = standardScope(one)
	}
	return all
}

// standardScope is the words for one of them, empty for any other scope.
func standardScope(scope string) string {
	switch scope {
	case "openid":
		return "know who you are"
	case "profile":
		return "see your name and profile"
	case "email":
		return "see your email address"
	case "address":
		return "see your postal address"
	case "phone":
		return "see your phone number"
	case "offline_access":
		return "keep access while you are away"
	default:
		return ""
	}
}

// named says which party an error is about.
func named(what, id string, err error) error { return fmt.Errorf("%s %q: %w", what, id, err) }

func fieldError(field, format string, args ...any) error {
	return &FieldError{field, fmt.Sprintf(format, args...)}
}

// checkUser refuses what would only fail later. The user may be there already.
func (n *roster) checkUser(u *User) error {
	if u.ID == "" || len(u.ID) > 255 || !visible(u.ID) {
		return fieldError("sub", "the ID must have 1 to 255 characters of printable ASCII")
	}
	for _, old := range n.userOrder {
		if old.ID != u.ID && old.login() == u.login() {
			return fieldError("username", "another user logs in as %q", u.login())
		}
	}
	for _, c := range n.clientOrder {
		if c.ID == u.ID && c.mayUse(grantClientCredentials) && !c.named() {
			return fieldError("sub", "%s", userAndClient)
		}
	}
	return nil
}

// userAndClient is why one ID can't be of both.
const userAndClient = "it is the ID of a user too; an API could take the client's own tokens for the user's (RFC 9700 §4.15)"

// named tells whether the client chose its own ID, which a server lets happen
// only with client_id_own off.
func (c *Client) named() bool { return c.registered != nil && c.registered.named }

// checkClient fills what was left empty and refuses what would only fail later.
// Nil algs means that no provider uses the registry yet.
func (n *roster) checkClient(c *Client, algs []string) error {
	if c.ID == "" || len(c.ID) > 255 || !visible(c.ID) {
		return fieldError("client_id", "the ID must have 1 to 255 characters of printable ASCII (RFC 6749 Appendix A.1)")
	}
	c.clone()
	if c.TokenEndpointAuthMethod == "" {
		c.TokenEndpointAuthMethod = authNone
		if c.hasSecret() {
			c.TokenEndpointAuthMethod = authBasic
		}
	}
	if err := c.registerAuth(); err != nil {
		return err
	}
	if len(c.GrantTypes) == 0 {
		c.GrantTypes = []string{grantAuthorizationCode, grantRefreshToken}
	}
	if bad := c.badResponseType(); bad != "" {
		return fieldError("response_types", "response type %q is not known, or needs another grant type too (RFC 7591 §2.1)", bad)
	}
	if c.mayUse(grantClientCredentials) && !c.named() && slices.ContainsFunc(n.userOrder, func(u *User) bool { return u.ID == c.ID }) {
		return fieldError("client_id", "%s", userAndClient)
	}
	for _, scope := range c.Scopes {
		if n.scopes[scope] == "" {
			return fieldError("scope", "scope %q belongs to no API", scope)
		}
	}
	if err := c.checkAlgs(algs); err != nil {
		return err
	}
	switch alg := c.RequestObjectSigningAlg; {
	case alg != "" && !slices.Contains(assertionAlgs(), alg):
		return fieldError("request_object_signing_alg", "request objects can't be signed with %q, but with one of %v", alg, assertionAlgs())
	case (alg != "" || c.RequireSignedRequestObject) && len(c.keys) == 0 && c.JWKSURI == "":
		return fieldError("jwks", "signed request objects need a JWK Set")
	}
	if c.API != "" && !slices.ContainsFunc(n.apis, func(api API) bool { return api.Audience == c.API }) {
		return fieldError("api", "there is no API %q", c.API)
	}
	if _, err := c.Policy.values(); err != nil {
		return fieldError("policy", "%s", err)
	}
	if names := detailTypesOf(n.apis); !covers(names, c.DetailTypes) {
		return fieldError("authorization_details_types", "authorization details types %v: this server has %v", c.DetailTypes, names)
	}
	if len(c.JWKS) > 0 && c.JWKSURI != "" {
		return fieldError("jwks", "jwks or jwks_uri, not both")
	}
	return c.checkURIs()
}

// clone lets the caller change its lists later.
func (c *Client) clone() {
	for _, list := range []*[]string{&c.RedirectURIs, &c.Scopes, &c.GrantTypes, &c.ResponseTypes, &c.PostLogoutRedirectURIs, &c.DetailTypes} {
		*list = slices.Clone(*list)
	}
	c.JWKS, c.SecretSHA256 = slices.Clone(c.JWKS), slices.Clone(c.SecretSHA256)
}

// checkAlgs refuses algorithms that the provider has no key for.
func (c *Client) checkAlgs(algs []string) error {
	for _, wish := range []struct{ field, alg string }{{"id_token_signed_response_alg", c.IDTokenAlg}, {"access_token_alg", c.AccessTokenAlg}} {
		if wish.alg != "" && algs != nil && !slices.Contains(algs, wish.alg) {
			return fieldError(wish.field, "there is no key for algorithm %q", wish.alg)
		}
	}
	return nil
}

func (c *Client) checkURIs() error {
	for i, raw := range append([]string{c.JWKSURI, c.BackchannelLogoutURI}, c.PostLogoutRedirectURIs...) {
		field := []string{"jwks_uri", "backchannel_logout_uri", "post_logout_redirect_uris"}[min(i, 2)]
		if u, problem := parseRedirectURI(raw); raw != "" && (problem != "" || u.Scheme != "https" && u.Scheme != "http") {
			return fieldError(field, "%q is not an http or https URI without a fragment", raw)
		}
	}
	for _, raw := range c.RedirectURIs {
		if _, problem := parseRedirectURI(raw); problem != "" {
			return fieldError("redirect_uris", "redirect URI %q: %s", raw, problem)
		}
	}
	return nil
}

// registerAuth checks that the client has what its authentication method needs.
func (c *Client) registerAuth() (err error) {
	if len(c.JWKS) > 0 {
		if c.keys, err = parseJWKS(c.JWKS); err != nil {
			return fieldError("jwks", "%s", err)
		}
	}
	alg := c.TokenEndpointAuthSigningAlg
	switch c.TokenEndpointAuthMethod {
	case authNone:
		if c.hasSecret() {
			return fieldError("client_secret", "a public client has no secret")
		}
	case authBasic, authPost:
		if !c.hasSecret() {
			return fieldError("client_secret", "%s needs a secret", c.TokenEndpointAuthMethod)
		}
	case authSecretJWT:
		// RFC 7518 §3.2: a key at least as long as the hash.
		if len(c.Secret) < 32 || alg != "" && alg != "HS256" {
			return fieldError("token_endpoint_auth_signing_alg", "client_secret_jwt needs HS256 and a secret of 32 bytes or more")
		}
	case authPrivateKeyJWT:
		if len(c.keys) == 0 && c.JWKSURI == "" || c.hasSecret() || alg != "" && !slices.Contains(assertionAlgs(), alg) {
			return fieldError("jwks", "private_key_jwt needs a JWK Set or its address, no secret, and one of %v", assertionAlgs())
		}
	default:
		return fieldError("token_endpoint_auth_method", "authentication method %q is not supported", c.TokenEndpointAuthMethod)
	}
	return nil
}

// visible tells whether s is VSCHAR throughout (RFC 6749 Appendix A).
func visible(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < 0x20 || r > 0x7e })
}

// parseRedirectURI says what is wrong with a redirect URI as such
// (RFC 6749 §3.1.2): it must be absolute and without a fragment. Schemes that a
// browser would run instead of visit are refused as well.
func parseRedirectURI(raw string) (u *url.URL, problem string) {
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		return nil, "not a URI"
	case !u.IsAbs():
		return nil, "not an absolute URI"
	case strings.Contains(raw, "#"):
		return nil, "it has a fragment"
	case slices.Contains([]string{"javascript", "data", "vbscript", "blob", "file", "about"}, strings.ToLower(u.Scheme)):
		return nil, "the scheme is none to redirect to"
	case u.Scheme != "http" && u.Scheme != "https":
		if !strings.Contains(u.Scheme, ".") { // RFC 8252 §7.1
			return nil, "the scheme is no domain name turned round, such as com.example.app"
		}
	case u.Host == "":
		return nil, "it has no host"
	}
	return u, ""
}

func originOf(u *url.URL) string { return u.Scheme + "://" + u.Host }

// public tells a client without a secret (RFC 6749 §2.1).
func (c *Client) public() bool { return c.TokenEndpointAuthMethod == authNone }

// native tells an app that others on the device can impersonate: a registered
// native app, or one with a scheme of its own (RFC 8252 §7.1, §8.6).
func (c *Client) native() bool {
	return c.Native || slices.ContainsFunc(c.RedirectURIs, func(uri string) bool {
		return !strings.HasPrefix(uri, "http://") && !strings.HasPrefix(uri, "https://")
	})
}

// mayUse tells whether the client registered for the grant type.
func (c *Client) mayUse(grant string) bool { return slices.Contains(c.GrantTypes, grant) }

// displayName is what a page calls the client.
func (c *Client) displayName() string {
	if c == nil {
		return "an app that is gone" // removed meanwhile
	}
	return cmp.Or(c.Name, c.ID)
}

// displayName is what a page calls the user.
func (u *User) displayName() string {
	if u == nil {
		return "nobody" // removed meanwhile
	}
	return cmp.Or(u.Name, u.Username, u.ID)
}

// login is what the user types.
func (u *User) login() string { return cmp.Or(u.Username, u.ID) }
