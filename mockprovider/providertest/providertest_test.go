package providertest_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"claimcheck/mockprovider"
	"claimcheck/mockprovider/providertest"
)

const redirectURI = "http://localhost/callback"

// login is how an app's test uses the server.
func login(t *testing.T, idp *providertest.Server, username string) *oauth2.Token {
	t.Helper()
	config := idp.OAuth2Config(redirectURI, "openid", "profile", "read")
	verifier := oauth2.GenerateVerifier()
	callback := idp.SignIn(t, config.AuthCodeURL("state-1", oauth2.S256ChallengeOption(verifier), oidc.Nonce("nonce-1")), username)
	if callback.Query().Get("state") != "state-1" || callback.Query().Get("iss") != idp.Issuer() {
		t.Fatalf("callback %s", callback)
	}
	token, err := config.Exchange(t.Context(), callback.Query().Get("code"), oauth2.VerifierOption(verifier))
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// Two independent libraries go the whole way: discovery, code, PKCE, ID token,
// UserInfo, refresh.
func TestIndependentClients(t *testing.T) {
	for _, alg := range []string{"RS256", "ES256", "EdDSA"} {
		t.Run(alg, func(t *testing.T) {
			idp := providertest.NewServer(t, func(c *mockprovider.Config) { c.Clients[0].IDTokenAlg = alg })
			ctx := t.Context()
			provider, err := oidc.NewProvider(ctx, idp.Issuer())
			if err != nil {
				t.Fatal(err)
			}
			if got := provider.Endpoint().TokenURL; got != idp.Issuer()+"/token" {
				t.Errorf("token endpoint %s", got)
			}
			token := login(t, idp, "alice")
			raw, _ := token.Extra("id_token").(string)
			verified, err := provider.Verifier(&oidc.Config{ClientID: providertest.ClientID, Now: idp.Now}).Verify(ctx, raw)
			if err != nil {
				t.Fatal(err)
			}
			if verified.Nonce != "nonce-1" || verified.Subject != "u-alice" {
				t.Errorf("%+v", verified)
			}
			if err := verified.VerifyAccessToken(token.AccessToken); err != nil {
				t.Error(err)
			}
			info, err := provider.UserInfo(ctx, oauth2.StaticTokenSource(token))
			if err != nil || info.Subject != "u-alice" {
				t.Errorf("%+v %v", info, err)
			}

			token.Expiry = time.Unix(1, 0)
			fresh, err := idp.OAuth2Config(redirectURI).TokenSource(ctx, token).Token()
			if err != nil || fresh.AccessToken == token.AccessToken || fresh.RefreshToken == token.RefreshToken {
				t.Errorf("refresh: %v", err)
			}
		})
	}
}

// The three ways in which x/oauth2 sends a secret, one client each.
func TestAuthStyles(t *testing.T) {
	for _, c := range []struct {
		method, secret string
		style          oauth2.AuthStyle
	}{
		{"client_secret_basic", "s%+ :", oauth2.AuthStyleInHeader},
		{"client_secret_post", "s%+ :", oauth2.AuthStyleInParams},
		{"none", "", oauth2.AuthStyleInParams},
	} {
		idp := providertest.NewServer(t, func(cfg *mockprovider.Config) {
			cfg.Clients[0].TokenEndpointAuthMethod, cfg.Clients[0].Secret = c.method, c.secret
		})
		config := idp.OAuth2Config(redirectURI)
		config.ClientSecret, config.Endpoint.AuthStyle = c.secret, c.style
		verifier := oauth2.GenerateVerifier()
		callback := idp.SignIn(t, config.AuthCodeURL("s", oauth2.S256ChallengeOption(verifier)), "bob")
		if _, err := config.Exchange(t.Context(), callback.Query().Get("code"), oauth2.VerifierOption(verifier)); err != nil {
			t.Errorf("%s: %v", c.method, err)
		}
	}
}

func TestAdvance(t *testing.T) {
	idp := providertest.NewServer(t)
	token := login(t, idp, "alice")
	if info, err := idp.Provider.Introspect(t.Context(), token.AccessToken); err != nil || !info.Active || info.Audience[0] != providertest.Audience {
		t.Fatalf("%+v %v", info, err)
	}
	idp.Advance(11 * time.Minute)
	if info, _ := idp.Provider.Introspect(t.Context(), token.AccessToken); info.Active {
		t.Error("the token did not expire")
	}
}

// An error response comes back to the app like a success.
func TestSignInReturnsErrors(t *testing.T) {
	idp := providertest.NewServer(t)
	callback := idp.SignIn(t, idp.OAuth2Config(redirectURI, "unknown").AuthCodeURL("s"), "alice")
	if got := callback.Query().Get("error"); got != "invalid_scope" {
		t.Error(got)
	}
}

// SignIn reports what an app's test did wrong.
func TestSignInFails(t *testing.T) {
	idp := providertest.NewServer(t)
	for name, target := range map[string]string{
		"redirect URI": idp.OAuth2Config("http://localhost/elsewhere").AuthCodeURL("s"),
		"user":         idp.OAuth2Config(redirectURI).AuthCodeURL("s"),
	} {
		failing := &recorder{TB: t}
		func() {
			defer func() { _ = recover() }()
			idp.SignIn(failing, target, map[string]string{"redirect URI": "alice", "user": "nobody"}[name])
		}()
		if failing.message == "" {
			t.Errorf("%s: SignIn said nothing", name)
		}
	}
}

// recorder is a test that may fail.
type recorder struct {
	testing.TB
	message string
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.message = fmt.Sprintf(format, args...)
	panic(r.message)
}

// An app that must cope with a provider that rotates: a reused refresh token is
// refused.
func TestClient(t *testing.T) {
	idp := providertest.NewServer(t)
	token := login(t, idp, "alice")
	form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token.RefreshToken}}
	for _, want := range []int{http.StatusOK, http.StatusBadRequest} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, idp.Issuer()+"/token", strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		req.SetBasicAuth(providertest.ClientID, providertest.ClientSecret)
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		res, err := idp.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != want {
			t.Errorf("status %d, want %d", res.StatusCode, want)
		}
	}
}

// A minted token is what was asked for, and the log keeps what came, in order and
// without passwords.
func TestMintAndLog(t *testing.T) {
	idp := providertest.NewServer(t)
	token := idp.Mint(t, mockprovider.MintRequest{Client: providertest.ClientID, User: "u-bob", Claims: map[string]any{"aud": "somebody-else"}})
	if info, err := idp.Provider.Introspect(t.Context(), token); err != nil || !info.Active || info.Audience[0] != "somebody-else" {
		t.Errorf("%+v %v", info, err)
	}
	failing := &recorder{TB: t}
	func() {
		defer func() { _ = recover() }()
		idp.Mint(failing, mockprovider.MintRequest{Kind: "cookie"})
	}()
	if failing.message == "" {
		t.Error("a kind that is none: Mint said nothing")
	}
	login(t, idp, "alice")
	log := idp.Log()
	if len(log) < 4 || log[0].Path() != "/idp/authorize" || log[len(log)-1].Path() != "/idp/token" {
		t.Fatalf("%d messages", len(log))
	}
	for _, e := range log {
		if e.Path() == "/idp/login" && e.Request.Method == http.MethodPost && strings.Contains(string(e.Request.Body), "password=alice") {
			t.Error("the log has a password")
		}
	}
}

// A fault of a test is off when the test ends, and an issuer beside leaves the
// server's own alone.
func TestFaults(t *testing.T) {
	idp := providertest.NewServer(t)
	t.Run("on", func(t *testing.T) {
		idp.Fault(t, "idt_aud_wrong", providertest.ForClient(providertest.ClientID), providertest.Times(2))
		if on := idp.Provider.FaultsOn(); len(on) != 1 || on[0] != (mockprovider.FaultSwitch{Name: "idt_aud_wrong", Client: providertest.ClientID, Times: 2}) {
			t.Errorf("on: %v", on)
		}
	})
	if on := idp.Provider.FaultsOn(); len(on) != 0 {
		t.Errorf("after its test: %v", on)
	}
	if err := idp.SetFault("no_such_fault"); err == nil {
		t.Error("a fault that there is not was switched on")
	}
	if _, err := idp.FaultyIssuer("no_such_fault"); err == nil {
		t.Error("a fault that there is not has an issuer")
	}
	one, err := idp.FaultyIssuer("disc_500")
	if err != nil {
		t.Fatal(err)
	}
	if again, err := idp.FaultyIssuer("disc_500"); err != nil || again != one {
		t.Errorf("asked again: %q, %v", again, err)
	}
	for issuer, want := range map[string]int{one: http.StatusInternalServerError, idp.Issuer(): http.StatusOK, idp.Issuer() + "~idt_aud_wrong": http.StatusNotFound} {
		res, err := idp.Client().Get(issuer + "/.well-known/openid-configuration")
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != want {
			t.Errorf("%s: %d, want %d", issuer, res.StatusCode, want)
		}
	}
	if idp.Why(nil) != nil || idp.Why(&http.Response{}) != nil {
		t.Error("rules for an answer that is none of ours")
	}
}
