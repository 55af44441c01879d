package conformance

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
	xjwt "golang.org/x/oauth2/jwt"

	"claimcheck/mockprovider"
	"claimcheck/mockprovider/internal/browser"
)

// What the independent clients support, each done by them alone from discovery on:
// golang.org/x/oauth2 and its packages, go-oidc, go-jose.
func TestIndependentClients(t *testing.T) {
	run(t, []module{
		{"code_pkce_refresh_userinfo", clientCode},
		{"form_post", clientFormPost},
		{"client_credentials", clientCredentials},
		{"device", clientDevice},
		{"jwt_bearer", clientJWTBearer},
		{"token_exchange", clientExchange},
	}, "")
}

// discovered is the client's configuration as go-oidc finds it.
func (s *suite) discovered(as client, scopes ...string) (*oidc.Provider, *oauth2.Config) {
	s.Helper()
	provider, err := oidc.NewProvider(s.Context(), s.op.Issuer())
	if err != nil {
		s.Fatal(err)
	}
	return provider, &oauth2.Config{ClientID: as.id, ClientSecret: as.secret, Endpoint: provider.Endpoint(), RedirectURL: callback, Scopes: scopes}
}

// Code with PKCE, a nonce, the checks of the ID token and of the access token in
// it, UserInfo, a refresh, and UserInfo again.
func clientCode(s *suite) {
	ctx := s.Context()
	provider, config := s.discovered(first, "openid", "profile", "email")
	pkce := oauth2.GenerateVerifier()
	answer := s.browse(config.AuthCodeURL("state-1", oauth2.S256ChallengeOption(pkce), oidc.Nonce("nonce-1"))).Answer()
	if answer.Get("state") != "state-1" || answer.Get("iss") != s.op.Issuer() {
		s.Fatalf("%v", answer)
	}
	token, err := config.Exchange(ctx, answer.Get("code"), oauth2.VerifierOption(pkce))
	if err != nil {
		s.Fatal(err)
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := provider.Verifier(&oidc.Config{ClientID: first.id}).Verify(ctx, raw)
	if err != nil || id.Nonce != "nonce-1" || id.VerifyAccessToken(token.AccessToken) != nil {
		s.Fatalf("%+v: %v", id, err)
	}
	token.Expiry = time.Unix(1, 0)
	fresh, err := config.TokenSource(ctx, token).Token()
	if err != nil || fresh.AccessToken == token.AccessToken {
		s.Fatal(err)
	}
	for _, one := range []*oauth2.Token{token, fresh} {
		info, err := provider.UserInfo(ctx, oauth2.StaticTokenSource(&oauth2.Token{AccessToken: one.AccessToken}))
		if err != nil || info.Subject != id.Subject || info.Email != "alice@example.com" || !info.EmailVerified {
			s.Errorf("%+v: %v", info, err)
		}
	}
}

// browse is the user with the client's authorization request.
func (s *suite) browse(request string) *browser.Page {
	s.Helper()
	page, err := s.browser.SignIn(s.Context(), s.op.Issuer(), request, alice.Username, alice.Password)
	if err != nil || page.Answer() == nil {
		s.Fatalf("%+v: %v", page, err)
	}
	return page
}

// The code that comes by form_post is as good.
func clientFormPost(s *suite) {
	_, config := s.discovered(first, "openid")
	pkce := oauth2.GenerateVerifier()
	page := s.browse(config.AuthCodeURL("s", oauth2.S256ChallengeOption(pkce), oauth2.SetAuthURLParam("response_mode", "form_post")))
	if page.Location != nil {
		s.Fatalf("redirected to %s", page.Location)
	}
	if _, err := config.Exchange(s.Context(), page.Answer().Get("code"), oauth2.VerifierOption(pkce)); err != nil {
		s.Error(err)
	}
}

// with is a suite whose first client has more grant types.
func (s *suite) with(change func(*mockprovider.Config)) *suite {
	s.Helper()
	return newSuite(s.T, func(c *mockprovider.Config) {
		c.Clients[0].GrantTypes = []string{
			"authorization_code", "refresh_token", "client_credentials", "urn:ietf:params:oauth:grant-type:device_code",
			"urn:ietf:params:oauth:grant-type:token-exchange", "urn:ietf:params:oauth:grant-type:jwt-bearer",
		}
		change(c)
	})
}

func unchanged(*mockprovider.Config) {}

// The client for itself. The resource server checks the JWT with go-oidc's key set.
func clientCredentials(s *suite) {
	s = s.with(unchanged)
	provider, base := s.discovered(first)
	config := clientcredentials.Config{ClientID: first.id, ClientSecret: first.secret, TokenURL: base.Endpoint.TokenURL, Scopes: []string{"read"}}
	token, err := config.Token(s.Context())
	if err != nil || token.RefreshToken != "" || token.Extra("id_token") != nil {
		s.Fatalf("%+v: %v", token, err)
	}
	var meta struct {
		JWKS string `json:"jwks_uri"`
	}
	if err := provider.Claims(&meta); err != nil {
		s.Fatal(err)
	}
	payload, err := oidc.NewRemoteKeySet(s.Context(), meta.JWKS).VerifySignature(s.Context(), token.AccessToken)
	var claims map[string]any
	if err != nil || json.Unmarshal(payload, &claims) != nil || claims["sub"] != first.id || claims["client_id"] != first.id {
		s.Errorf("%s: %v", payload, err)
	}
}

// A device without a browser, and the user with one. x/oauth2 sends no secret with
// its first request, so the device is a public client, as televisions are.
func clientDevice(s *suite) {
	s = s.with(func(c *mockprovider.Config) { c.Clients[0].Secret, c.Clients[0].TokenEndpointAuthMethod = "", "none" })
	_, config := s.discovered(client{id: first.id}, "openid", "read")
	device, err := config.DeviceAuth(s.Context())
	if err != nil || device.VerificationURIComplete == "" {
		s.Fatalf("%+v: %v", device, err)
	}
	page, err := s.browser.Open(s.Context(), device.VerificationURIComplete)
	if err != nil || len(page.Forms) != 1 {
		s.Fatalf("%+v: %v", page, err)
	}
	page, err = s.browser.Press(s.Context(), &page.Forms[0], "", "user_code", device.UserCode)
	if err != nil {
		s.Fatal(err)
	}
	if page = s.goOn(page); page.Status != http.StatusOK || !strings.Contains(page.Body, "device") {
		s.Fatalf("%d %s", page.Status, page.Body)
	}
	device.Interval = 1 // the first question comes after this many seconds
	token, err := config.DeviceAccessToken(s.Context(), device)
	if err != nil || token.Extra("id_token") == nil || token.RefreshToken == "" {
		s.Errorf("%+v: %v", token, err)
	}
}

// Another issuer vouches for the user (RFC 7523 §2.1). The library sends no client
// authentication by itself, so its HTTP client does.
func clientJWTBearer(s *suite) {
	key := fapiRSA()
	set := jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: "other-1", Use: "sig"}}}
	s = s.with(func(c *mockprovider.Config) {
		c.TrustedIssuers = []mockprovider.TrustedIssuer{{Issuer: "https://other.example", JWKS: must(json.Marshal(set))}}
		c.Clients[0].Scopes = []string{"read"}
	})
	_, base := s.discovered(first)
	config := xjwt.Config{
		Email: "https://other.example", Subject: "alice", Audience: s.op.Issuer(), TokenURL: base.Endpoint.TokenURL, Scopes: []string{"read"},
		PrivateKey: pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}), PrivateKeyID: "other-1",
		Expires: time.Minute,
	}
	ctx := context.WithValue(s.Context(), oauth2.HTTPClient, &http.Client{Transport: addsBasic{s.op.Client().Transport, first}})
	token, err := config.TokenSource(ctx).Token()
	if err != nil {
		s.Fatal(err)
	}
	if sub, err := subjectOf(token.AccessToken); err != nil || sub != "u-alice" {
		s.Errorf("sub %q: %v", sub, err)
	}
}

// addsBasic authenticates the client in each request.
type addsBasic struct {
	http.RoundTripper
	as client
}

// RoundTrip implements http.RoundTripper.
func (a addsBasic) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", basic(a.as))
	return a.RoundTripper.RoundTrip(r)
}

// The user's token becomes one for the API behind (RFC 8693 §2).
func clientExchange(s *suite) {
	s = s.with(unchanged)
	subject := s.flow("scope", "openid read").token.str("access_token")
	r := s.post("/token", first, url.Values{
		"grant_type": {"urn:ietf:params:oauth:grant-type:token-exchange"}, "subject_token": {subject},
		"subject_token_type": {"urn:ietf:params:oauth:token-type:access_token"}, "scope": {"read"},
	})
	sub, err := subjectOf(r.str("access_token"))
	if r.status != http.StatusOK || r.str("issued_token_type") != "urn:ietf:params:oauth:token-type:access_token" || err != nil || sub != "u-alice" {
		s.Errorf("%d %s: %v", r.status, r.raw, err)
	}
}
