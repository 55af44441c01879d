package mockprovider

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
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
	return map[string]string{
		"openid":         "know who you are",
		"profile":        "see your name and profile",
		"email":          "see your email address",
		"address":        "see your postal address",
		"phone":          "see your phone number",
		"offline_access": "keep access while you are away",
	}
}

// register takes over clients, users and APIs from the configuration and
// refuses what would only fail later.
func (p *Provider) register() error {
	p.scopes = standardScopes()
	for _, api := range p.cfg.APIs {
		maps.Copy(p.scopes, api.Scopes)
	}
	if err := p.checkDetailTypes(); err != nil {
		return err
	}
	for _, u := range p.cfg.Users {
		typed := u.login()
		if u.ID == "" || len(u.ID) > 255 || !visible(u.ID) || p.users[u.ID] != nil || p.logins[typed] != nil {
			return fmt.Errorf("user %q: the ID must be unique and have 1 to 255 characters of printable ASCII", u.ID)
		}
		p.users[u.ID], p.logins[typed] = &u, &u
	}
	for _, c := range p.cfg.Clients {
		if err := p.registerClient(&c); err != nil {
			return fmt.Errorf("client %q: %w", c.ID, err)
		}
	}
	return nil
}

func (p *Provider) registerClient(c *Client) error {
	if c.ID == "" || !visible(c.ID) || p.clients[c.ID] != nil {
		return errors.New("the ID must be unique, not empty, and printable ASCII (RFC 6749 Appendix A.1)")
	}
	if c.TokenEndpointAuthMethod == "" {
		c.TokenEndpointAuthMethod = authNone
		if c.Secret != "" {
			c.TokenEndpointAuthMethod = authBasic
		}
	}
	if err := c.registerAuth(); err != nil {
		return err
	}
	if len(c.GrantTypes) == 0 {
		c.GrantTypes = []string{grantAuthorizationCode, grantRefreshToken}
	}
	if c.mayUse(grantClientCredentials) && p.users[c.ID] != nil {
		return errors.New("it is the ID of a user too; an API could take the client's own tokens for the user's (RFC 9700 §4.15)")
	}
	for _, scope := range c.Scopes {
		if p.scopes[scope] == "" {
			return fmt.Errorf("scope %q belongs to no API", scope)
		}
	}
	for _, alg := range []string{c.IDTokenAlg, c.AccessTokenAlg} {
		if alg != "" && !slices.Contains(p.keys.algs, alg) {
			return fmt.Errorf("there is no key for algorithm %q", alg)
		}
	}
	if !covers(p.detailTypes(), c.DetailTypes) {
		return fmt.Errorf("authorization details types %v: this server has %v", c.DetailTypes, p.detailTypes())
	}
	switch alg := c.RequestObjectSigningAlg; {
	case alg != "" && !slices.Contains(assertionAlgs(), alg):
		return fmt.Errorf("request objects can't be signed with %q, but with one of %v", alg, assertionAlgs())
	case (alg != "" || c.RequireSignedRequestObject) && len(c.keys) == 0:
		return errors.New("signed request objects need a JWK Set")
	}
	if c.API != "" && !slices.ContainsFunc(p.cfg.APIs, func(api API) bool { return api.Audience == c.API }) {
		return fmt.Errorf("there is no API %q", c.API)
	}
	for _, raw := range append(slices.Clone(c.PostLogoutRedirectURIs), c.BackchannelLogoutURI) {
		if u, problem := parseRedirectURI(raw); raw != "" && (problem != "" || u.Scheme != "https" && u.Scheme != "http") {
			return fmt.Errorf("logout URI %q: not an http or https URI without a fragment", raw)
		}
	}
	if _, err := c.Policy.values(); err != nil {
		return err
	}
	for _, raw := range c.RedirectURIs {
		u, problem := parseRedirectURI(raw)
		if problem != "" {
			return fmt.Errorf("redirect URI %q: %s", raw, problem)
		}
		p.origins[originOf(u)] = true
	}
	p.clients[c.ID] = c
	return nil
}

// registerAuth checks that the client has what its authentication method needs.
func (c *Client) registerAuth() (err error) {
	if len(c.JWKS) > 0 {
		if c.keys, err = parseJWKS(c.JWKS); err != nil {
			return err
		}
	}
	alg := c.TokenEndpointAuthSigningAlg
	switch c.TokenEndpointAuthMethod {
	case authNone:
		if c.Secret != "" {
			return errors.New("a public client has no secret")
		}
	case authBasic, authPost:
		if c.Secret == "" {
			return fmt.Errorf("%s needs a secret", c.TokenEndpointAuthMethod)
		}
	case authSecretJWT:
		// RFC 7518 §3.2: a key at least as long as the hash.
		if len(c.Secret) < 32 || alg != "" && alg != "HS256" {
			return errors.New("client_secret_jwt needs HS256 and a secret of 32 bytes or more")
		}
	case authPrivateKeyJWT:
		if len(c.keys) == 0 || c.Secret != "" || alg != "" && !slices.Contains(assertionAlgs(), alg) {
			return fmt.Errorf("private_key_jwt needs a JWK Set, no secret, and one of %v", assertionAlgs())
		}
	default:
		return fmt.Errorf("authentication method %q is not supported", c.TokenEndpointAuthMethod)
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
func (c *Client) displayName() string { return cmp.Or(c.Name, c.ID) }

// displayName is what a page calls the user.
func (u *User) displayName() string { return cmp.Or(u.Name, u.Username, u.ID) }

// login is what the user types.
func (u *User) login() string { return cmp.Or(u.Username, u.ID) }
