package visitor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/oauth2"
)

// Client is a client of the authorization server, as it is registered there.
type Client struct {
	// Issuer is the server's issuer identifier; its endpoints are read from
	// its metadata.
	Issuer string
	// ID and Secret are the client's; a public client has no secret.
	ID, Secret  string
	RedirectURI string
	Scopes      []string
}

// Metadata is what a client needs of the server's metadata (RFC 8414 §2).
type Metadata struct {
	Issuer                string `json:"issuer"`
	AuthorizationEndpoint string `json:"authorization_endpoint"`
	TokenEndpoint         string `json:"token_endpoint"`
	JWKSURI               string `json:"jwks_uri"`
}

// Login is the authorization code grant with PKCE, from the authorization
// request to the token response, by golang.org/x/oauth2 and with the visitor at
// the browser. It makes the checks of a client: the issuer in the metadata (RFC
// 8414 §3.3), state, and iss (RFC 9207 §2.4).
func (v Visitor) Login(ctx context.Context, c Client) (*oauth2.Token, error) {
	client := &http.Client{Transport: v.Transport}
	meta, err := discover(ctx, client, c.Issuer)
	if err != nil {
		return nil, err
	}
	style := oauth2.AuthStyleInHeader
	if c.Secret == "" {
		style = oauth2.AuthStyleInParams
	}
	cfg := oauth2.Config{
		ClientID: c.ID, ClientSecret: c.Secret, RedirectURL: c.RedirectURI, Scopes: c.Scopes,
		Endpoint: oauth2.Endpoint{AuthURL: meta.AuthorizationEndpoint, TokenURL: meta.TokenEndpoint, AuthStyle: style},
	}
	verifier, state := oauth2.GenerateVerifier(), oauth2.GenerateVerifier()
	answer, err := v.Authorize(ctx, cfg.AuthCodeURL(state, oauth2.S256ChallengeOption(verifier)), c.RedirectURI)
	if err != nil {
		return nil, err
	}
	switch {
	case answer.Get("state") != state:
		return nil, errors.New("the authorization response has another state")
	case answer.Get("iss") != c.Issuer:
		return nil, fmt.Errorf("the authorization response names the issuer %q", answer.Get("iss"))
	case answer.Get("error") != "":
		return nil, fmt.Errorf("the authorization response is an error: %s %s", answer.Get("error"), answer.Get("error_description"))
	}
	token, err := cfg.Exchange(context.WithValue(ctx, oauth2.HTTPClient, client), answer.Get("code"), oauth2.VerifierOption(verifier))
	if err != nil {
		return nil, fmt.Errorf("the token request: %w", err)
	}
	return token, nil
}

// discover reads the metadata. RFC 8414 §3.1 puts the well-known segment before
// the issuer's path.
func discover(ctx context.Context, client *http.Client, issuer string) (Metadata, error) {
	var m Metadata
	u, err := url.Parse(issuer)
	if err != nil {
		return m, fmt.Errorf("issuer: %w", err)
	}
	u.Path = "/.well-known/oauth-authorization-server" + strings.TrimSuffix(u.Path, "/")
	if err := Get(ctx, client, u.String(), &m); err != nil {
		return m, err
	}
	if m.Issuer != issuer {
		return m, fmt.Errorf("the metadata of %s says that the issuer is %q", issuer, m.Issuer)
	}
	return m, nil
}

// Get reads the JSON at an address into dst. Another status than 200 is an error.
func Get(ctx context.Context, client *http.Client, address string, dst any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return fmt.Errorf("get: %w", err)
	}
	req.Header.Set("Accept", "application/json")
	resp, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("get: %w", err)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxPage))
	if err = errors.Join(err, resp.Body.Close()); err != nil {
		return fmt.Errorf("get %s: %w", address, err)
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("get %s: %s", address, resp.Status)
	}
	if err := json.Unmarshal(body, dst); err != nil {
		return fmt.Errorf("get %s: %w", address, err)
	}
	return nil
}
