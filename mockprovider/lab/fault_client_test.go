package lab_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"
	"golang.org/x/oauth2"

	"claimcheck/mockprovider"
	"claimcheck/mockprovider/internal/rptest"
	"claimcheck/mockprovider/trace"
)

// An apiClient is an app that calls an API as it should: it reads the challenge of a
// refusal and does what it asks for, once.
type apiClient struct {
	t      *testing.T
	site   *site
	config *oauth2.Config
	token  *oauth2.Token
	key    *ecdsa.PrivateKey // nil for bearer tokens
	nonce  string
	did    []string // what it did, in order
}

// newAPIClient is an app of somebody outside, with which Alice has logged in.
func newAPIClient(t *testing.T, s *site, bound bool) *apiClient {
	t.Helper()
	back := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(back.Close)
	c := &apiClient{t: t, site: s, config: &oauth2.Config{
		ClientID: "own", ClientSecret: "own-secret", RedirectURL: back.URL + "/callback", Scopes: []string{"steps:read"},
		Endpoint: oauth2.Endpoint{AuthURL: s.Main().Issuer() + "/authorize", TokenURL: s.Main().Issuer() + "/token", AuthStyle: oauth2.AuthStyleInHeader},
	}}
	err := s.Main().Registry().AddClient(mockprovider.Client{
		ID: "own", Secret: "own-secret", RedirectURIs: []string{c.config.RedirectURL}, Scopes: []string{"openid", "steps:read", "steps:write"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if bound {
		if c.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
			t.Fatal(err)
		}
	}
	c.logIn("")
	return c
}

// logIn asks for a token, with one more parameter of the authorization request.
func (c *apiClient) logIn(name string, value ...string) {
	c.t.Helper()
	verifier := oauth2.GenerateVerifier()
	options := []oauth2.AuthCodeOption{oauth2.S256ChallengeOption(verifier)}
	for _, one := range value {
		options = append(options, oauth2.SetAuthURLParam(name, one))
	}
	var code string
	back := c.config.RedirectURL
	browser := rptest.NewBrowser("alice", "alice").Through(roundTrip(func(r *http.Request) (*http.Response, error) {
		if found := r.URL.Query().Get("code"); found != "" && r.URL.Scheme+"://"+r.URL.Host+r.URL.Path == back {
			code = found
		}
		return http.DefaultTransport.RoundTrip(r)
	}))
	if _, _, err := browser.Open(c.t.Context(), c.config.AuthCodeURL("s", options...)); err != nil || code == "" {
		c.t.Fatalf("no code: %v", err)
	}
	token, err := c.config.Exchange(c.context(), code, oauth2.VerifierOption(verifier))
	if err != nil {
		c.t.Fatal(err)
	}
	c.token = token
}

// refresh renews the tokens.
func (c *apiClient) refresh() {
	c.t.Helper()
	token, err := c.config.TokenSource(c.context(), &oauth2.Token{RefreshToken: c.token.RefreshToken}).Token()
	if err != nil {
		c.t.Fatal(err)
	}
	c.token = token
}

// context is for token requests: with a proof where the tokens are to be bound.
func (c *apiClient) context() context.Context {
	return context.WithValue(c.t.Context(), oauth2.HTTPClient, &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		if c.key != nil {
			r.Header.Set("DPoP", c.proof(http.MethodPost, c.config.Endpoint.TokenURL, ""))
		}
		return http.DefaultTransport.RoundTrip(r)
	})})
}

// roundTrip is a function as a transport.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// proof is a DPoP proof (RFC 9449 §4.2).
func (c *apiClient) proof(method, address, token string) string {
	c.t.Helper()
	now := c.site.Main().Now()
	claims := jwt.MapClaims{"jti": rand.Text(), "htm": method, "htu": address, "iat": now.Unix()}
	if token != "" {
		claims["ath"] = mockprovider.TokenHash(token)
	}
	if c.nonce != "" {
		claims["nonce"] = c.nonce
	}
	unsigned := jwt.NewWithClaims(jwt.SigningMethodES256, claims)
	maps.Copy(unsigned.Header, map[string]any{"typ": "dpop+jwt", "jwk": jose.JSONWebKey{Key: c.key.Public()}})
	signed, err := unsigned.SignedString(c.key)
	if err != nil {
		c.t.Fatal(err)
	}
	return signed
}

var challengePart = regexp.MustCompile(`(\w+)="([^"]*)"`)

// call calls the API and does once what a refusal asks for.
func (c *apiClient) call() int {
	c.t.Helper()
	for range 2 {
		address := c.site.url + "/rs/main/stepcloud/v1/steps"
		r, err := http.NewRequestWithContext(c.t.Context(), http.MethodGet, address, http.NoBody)
		if err != nil {
			c.t.Fatal(err)
		}
		c.token.SetAuthHeader(r)
		if c.key != nil {
			r.Header.Set("DPoP", c.proof(http.MethodGet, address, c.token.AccessToken))
		}
		res, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			c.t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode == http.StatusOK {
			return res.StatusCode
		}
		asked := map[string]string{}
		for _, m := range challengePart.FindAllStringSubmatch(res.Header.Get("WWW-Authenticate"), -1) {
			asked[m[1]] = m[2]
		}
		c.did = append(c.did, asked["error"])
		switch {
		case res.StatusCode == http.StatusUnauthorized && asked["error"] == "invalid_token": // RFC 6750 §3.1
			c.refresh()
		case res.StatusCode == http.StatusForbidden && asked["error"] == "insufficient_scope":
			c.logIn("scope", asked["scope"])
		case res.StatusCode == http.StatusUnauthorized && asked["error"] == "insufficient_user_authentication": // RFC 9470 §4
			c.logIn("max_age", asked["max_age"])
		case res.StatusCode == http.StatusUnauthorized && asked["error"] == "use_dpop_nonce": // RFC 9449 §9
			c.nonce = res.Header.Get("DPoP-Nonce")
		default:
			return res.StatusCode
		}
	}
	return http.StatusUnauthorized
}

// sent are the values of a parameter in what came to an endpoint of the issuer.
func (s *site) sent(path, name string) (out []string) {
	items, _ := s.Main().Log().After(0)
	for _, e := range trace.Entries(items) {
		if !strings.HasSuffix(e.Path(), path) {
			continue
		}
		u, err := url.Parse(e.Request.URL)
		form, errForm := url.ParseQuery(string(e.Request.Body))
		if err == nil && errForm == nil {
			out = append(append(out, u.Query()[name]...), form[name]...)
		}
	}
	return out
}

// Each fault of the API is one that a client gets over by doing what the challenge
// asks for, and one that it must not answer for ever.
func TestAPIFaultsAreAnswered(t *testing.T) {
	for name, c := range map[string]struct {
		asked string
		bound bool
		after func(*site, *apiClient) bool // what the client got by it
	}{
		"api_401_invalid_token": {asked: "invalid_token", after: func(s *site, _ *apiClient) bool {
			return slices.Contains(s.sent("/token", "grant_type"), "refresh_token")
		}},
		"api_403_insufficient_scope": {asked: "insufficient_scope", after: func(_ *site, c *apiClient) bool { return c.token.Extra("scope") == "steps:read steps:write" }},
		"api_401_step_up":            {asked: "insufficient_user_authentication", after: func(s *site, _ *apiClient) bool { return slices.Contains(s.sent("/authorize", "max_age"), "60") }},
		"api_dpop_nonce":             {asked: "use_dpop_nonce", bound: true, after: func(_ *site, c *apiClient) bool { return c.nonce != "" }},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, nil)
			client := newAPIClient(t, s, c.bound)
			if got := client.call(); got != http.StatusOK || len(client.did) > 0 {
				t.Fatalf("without the fault: %d after %v", got, client.did)
			}
			if err := s.Main().Provider().SetFault(mockprovider.FaultSwitch{Name: name, Times: 1}); err != nil {
				t.Fatal(err)
			}
			if got := client.call(); got != http.StatusOK || !slices.Equal(client.did, []string{c.asked}) || !c.after(s, client) {
				t.Errorf("once: %d after %v", got, client.did)
			}
			if err := s.Main().Provider().SetFault(mockprovider.FaultSwitch{Name: name}); err != nil {
				t.Fatal(err)
			}
			client.did = nil
			if got := client.call(); got == http.StatusOK || len(client.did) != 2 {
				t.Errorf("for ever: %d after %v", got, client.did)
			}
		})
	}
}
