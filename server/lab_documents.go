package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"

	"claimcheck/mockprovider"
)

// apiClient is a client as the JSON interface and the configuration file spell it:
// the names of RFC 7591 §2 and its relatives, and a few of our own at the end.
type apiClient struct {
	ClientID     string   `json:"client_id,omitempty" yaml:"client_id"`
	ClientName   string   `json:"client_name,omitempty" yaml:"client_name" doc:"what pages call it"`
	ClientSecret string   `json:"client_secret,omitempty" yaml:"client_secret" doc:"only ever answered when it was just made"`
	RedirectURIs []string `json:"redirect_uris,omitempty" yaml:"redirect_uris" doc:"compared as strings, exactly"`
	Scope        string   `json:"scope,omitempty" yaml:"scope" doc:"what it may ask for, with spaces between; all there is if it is left out"`
	GrantTypes   []string `json:"grant_types,omitempty" yaml:"grant_types" doc:"authorization_code and refresh_token if they are left out"`

	TokenEndpointAuthMethod     string         `json:"token_endpoint_auth_method,omitempty" yaml:"token_endpoint_auth_method" enum:"none,client_secret_basic,client_secret_post,client_secret_jwt,private_key_jwt"`
	TokenEndpointAuthSigningAlg string         `json:"token_endpoint_auth_signing_alg,omitempty" yaml:"token_endpoint_auth_signing_alg"`
	JWKS                        map[string]any `json:"jwks,omitempty" yaml:"jwks" doc:"its public keys (RFC 7517 §5)"`
	ApplicationType             string         `json:"application_type,omitempty" yaml:"application_type" enum:"web,native" doc:"the loopback redirect URIs of a native app match on any port"`

	PostLogoutRedirectURIs []string `json:"post_logout_redirect_uris,omitempty" yaml:"post_logout_redirect_uris"`
	BackchannelLogoutURI   string   `json:"backchannel_logout_uri,omitempty" yaml:"backchannel_logout_uri"`
	IDTokenAlg             string   `json:"id_token_signed_response_alg,omitempty" yaml:"id_token_signed_response_alg"`

	RequirePAR    bool `json:"require_pushed_authorization_requests,omitempty" yaml:"require_pushed_authorization_requests"`
	RequireSigned bool `json:"require_signed_request_object,omitempty" yaml:"require_signed_request_object"`
	DPoPBound     bool `json:"dpop_bound_access_tokens,omitempty" yaml:"dpop_bound_access_tokens"`

	OpaqueTokens bool                `json:"opaque_access_tokens,omitempty" yaml:"opaque_access_tokens" doc:"its access tokens are no JWTs"`
	Policy       mockprovider.Policy `json:"policy,omitempty" yaml:"policy" doc:"in place of the lab’s"`
	API          string              `json:"api,omitempty" yaml:"api" doc:"the audience of the API that this client is: it may introspect the tokens that are meant for it"`
	Cast         bool                `json:"cast,omitempty" yaml:"-" doc:"it belongs to the story and cannot be changed; said in answers only"`
}

// The bounds of a client's and a user's members.
const (
	maxURIs = 20
	maxURI  = 2000     // bytes
	maxJWKS = 16 << 10 // bytes
)

// client is the client that the document describes. The error is a problem that
// names the member.
func (d *apiClient) client(everyScope []string) (mockprovider.Client, error) {
	if err := d.bounds(); err != nil {
		return mockprovider.Client{}, err
	}
	scopes := strings.Fields(d.Scope)
	if len(scopes) == 0 {
		scopes = everyScope
	}
	c := mockprovider.Client{
		ID: d.ClientID, Name: d.ClientName, Secret: d.ClientSecret, RedirectURIs: d.RedirectURIs, Scopes: scopes,
		GrantTypes: d.GrantTypes, TokenEndpointAuthMethod: d.TokenEndpointAuthMethod,
		TokenEndpointAuthSigningAlg: d.TokenEndpointAuthSigningAlg, Native: d.ApplicationType == "native",
		PostLogoutRedirectURIs: d.PostLogoutRedirectURIs, BackchannelLogoutURI: d.BackchannelLogoutURI, IDTokenAlg: d.IDTokenAlg,
		RequirePushedRequests: d.RequirePAR, RequireSignedRequestObject: d.RequireSigned, DPoPBoundAccessTokens: d.DPoPBound,
		OpaqueTokens: d.OpaqueTokens, Policy: d.Policy, API: d.API,
	}
	if d.JWKS != nil {
		raw, err := json.Marshal(d.JWKS)
		if err != nil || len(raw) > maxJWKS {
			return c, memberProblem("jwks", "it is no JWK Set of 16 KiB at most", "Send the public keys alone.")
		}
		c.JWKS = raw
	}
	return c, nil
}

func (d *apiClient) bounds() error {
	if len(d.RedirectURIs) > maxURIs || len(d.PostLogoutRedirectURIs) > maxURIs {
		return memberProblem("redirect_uris", fmt.Sprintf("there are more than %d", maxURIs), "Send fewer.")
	}
	for member, value := range map[string]string{"client_id": d.ClientID, "client_name": d.ClientName, "client_secret": d.ClientSecret} {
		if err := tooBig(member, value, maxName); err != nil {
			return err
		}
	}
	for _, uri := range append(append([]string{d.BackchannelLogoutURI}, d.RedirectURIs...), d.PostLogoutRedirectURIs...) {
		if err := tooBig("a URI", uri, maxURI); err != nil {
			return err
		}
	}
	if t := d.ApplicationType; t != "" && t != "web" && t != "native" {
		return memberProblem("application_type", "it is “"+limit(t, 40)+"”", "Say web or native.")
	}
	return tooBig("scope", d.Scope, maxScope)
}

func memberProblem(member, what, fix string) error {
	return problem{Status: http.StatusBadRequest, Title: member + ": " + what + ".", Fix: fix}
}

// asClient is how the interface shows a client: without its secret.
func asClient(c *mockprovider.Client, cast bool) apiClient {
	d := apiClient{
		ClientID: c.ID, ClientName: c.Name, RedirectURIs: c.RedirectURIs, Scope: strings.Join(c.Scopes, " "), GrantTypes: c.GrantTypes,
		TokenEndpointAuthMethod: c.TokenEndpointAuthMethod, TokenEndpointAuthSigningAlg: c.TokenEndpointAuthSigningAlg,
		PostLogoutRedirectURIs: c.PostLogoutRedirectURIs, BackchannelLogoutURI: c.BackchannelLogoutURI, IDTokenAlg: c.IDTokenAlg,
		RequirePAR: c.RequirePushedRequests, RequireSigned: c.RequireSignedRequestObject, DPoPBound: c.DPoPBoundAccessTokens,
		OpaqueTokens: c.OpaqueTokens, Policy: c.Policy, API: c.API, Cast: cast,
	}
	if c.Native {
		d.ApplicationType = "native"
	}
	if len(c.JWKS) > 0 {
		_ = json.Unmarshal(c.JWKS, &d.JWKS) // was checked when it was registered
	}
	return d
}

// apiUser is a person as the JSON interface and the configuration file spell them.
type apiUser struct {
	ID       string         `json:"id,omitempty" yaml:"id" doc:"the sub of tokens"`
	Username string         `json:"username,omitempty" yaml:"username" doc:"what is typed at the login page; the id if it is left out"`
	Password string         `json:"password,omitempty" yaml:"password" doc:"never answered"`
	Name     string         `json:"name,omitempty" yaml:"name"`
	Claims   map[string]any `json:"claims,omitempty" yaml:"claims" doc:"handed out at UserInfo as the scope allows: email, email_verified, …"`
}

// maxUserClaims is the size of a user's claims in JSON, in bytes.
const maxUserClaims = 16 << 10

func (d *apiUser) user() (mockprovider.User, error) {
	for member, value := range map[string]string{"id": d.ID, "username": d.Username, "password": d.Password, "name": d.Name} {
		if err := tooBig(member, value, maxName); err != nil {
			return mockprovider.User{}, err
		}
	}
	if d.Password == "" {
		return mockprovider.User{}, memberProblem("password", "there is none", "A user logs in with one.")
	}
	raw, err := json.Marshal(d.Claims)
	if err != nil || len(raw) > maxUserClaims {
		return mockprovider.User{}, memberProblem("claims", "they are larger than 16 KiB", "Send fewer.")
	}
	claims := d.Claims
	if d.Name != "" && claims["name"] == nil {
		claims = map[string]any{"name": d.Name}
		maps.Copy(claims, d.Claims)
	}
	return mockprovider.User{ID: d.ID, Username: d.Username, Password: d.Password, Name: d.Name, Claims: claims}, nil
}

func asUser(u *mockprovider.User) apiUser {
	return apiUser{ID: u.ID, Username: u.Username, Name: u.Name, Claims: u.Claims}
}
