package providertest_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"claimcheck/mockprovider"
	"claimcheck/mockprovider/internal/rptest"
	"claimcheck/mockprovider/providertest"
)

// newApp is a correct app that logs its users in at the issuer.
func newApp(t *testing.T, idp *providertest.Server) *rptest.App {
	t.Helper()
	app := &rptest.App{ClientID: providertest.ClientID, ClientSecret: providertest.ClientSecret, Issuer: idp.Issuer(), Transport: idp.Client().Transport}
	server := httptest.NewServer(app)
	t.Cleanup(server.Close)
	app.URL = server.URL
	c := *idp.Provider.Client(providertest.ClientID)
	c.RedirectURIs = []string{server.URL + "/callback"}
	if err := idp.Provider.Registry().ReplaceClient(c); err != nil {
		t.Fatal(err)
	}
	return app
}

// signsIn tells whether Alice gets into the app.
func signsIn(t *testing.T, idp *providertest.Server, app *rptest.App) bool {
	t.Helper()
	b := rptest.NewBrowser("alice", "alice").Through(idp.Client().Transport)
	if _, _, err := b.Open(t.Context(), app.URL+"/login"); err != nil {
		t.Fatal(err)
	}
	status, _, err := b.Open(t.Context(), app.URL+"/me")
	if err != nil {
		t.Fatal(err)
	}
	return status == http.StatusOK
}

// asked counts what came to an endpoint.
func asked(idp *providertest.Server, path string) (n int) {
	for _, e := range idp.Log() {
		if strings.HasSuffix(e.Path(), path) {
			n++
		}
	}
	return n
}

// A correct client stays with https: endpoints that are http all at once get
// neither the browser nor the secret.
func TestDowngradeIsDetected(t *testing.T) {
	idp := providertest.NewTLSServer(t)
	app := newApp(t, idp)
	if !strings.HasPrefix(idp.Issuer(), "https://") || !signsIn(t, idp, app) {
		t.Fatalf("over TLS nobody gets in at %s", idp.Issuer())
	}
	before := asked(idp, "/authorize") + asked(idp, "/token")
	idp.Fault(t, "http_downgrade")
	if signsIn(t, idp, app) || asked(idp, "/authorize")+asked(idp, "/token") != before {
		t.Error("the app went on over http")
	}
	provider, err := oidc.NewProvider(oidc.ClientContext(t.Context(), idp.Client()), idp.Issuer())
	if err != nil || !strings.HasPrefix(provider.Endpoint().TokenURL, "http://") {
		t.Errorf("who does not look is led to %v, %v", provider.Endpoint(), err)
	}
	if _, err := providertest.NewServer(t).FaultyIssuer("http_downgrade"); err == nil {
		t.Error("an http issuer was downgraded")
	}
}

// A correct client makes no connection that it can't trust, and says why.
func TestBadTLSIsDetected(t *testing.T) {
	idp := providertest.NewTLSServer(t)
	for name, why := range map[string]func(error) bool{
		providertest.TLSExpired: func(err error) bool {
			e, ok := errors.AsType[x509.CertificateInvalidError](err)
			return ok && e.Reason == x509.Expired
		},
		providertest.TLSWrongHost: func(err error) bool { _, ok := errors.AsType[x509.HostnameError](err); return ok },
		providertest.TLSUntrusted: func(err error) bool { _, ok := errors.AsType[x509.UnknownAuthorityError](err); return ok },
	} {
		t.Run(name, func(t *testing.T) {
			issuer, roots := idp.BadTLS(t, name)
			client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}}
			before := len(idp.Log())
			if _, err := oidc.NewProvider(oidc.ClientContext(t.Context(), client), issuer); !why(err) {
				t.Errorf("go-oidc: %v", err)
			}
			_, err := (&oauth2.Config{Endpoint: oauth2.Endpoint{TokenURL: issuer + "/token"}}).Exchange(context.WithValue(t.Context(), oauth2.HTTPClient, client), "code")
			if !why(err) {
				t.Errorf("x/oauth2: %v", err)
			}
			app := newApp(t, idp)
			app.Issuer, app.Transport = issuer, client.Transport
			if signsIn(t, idp, app) || len(idp.Log()) != before {
				t.Error("something was sent all the same")
			}
		})
	}
}

// A correct client does not wait for ever: it gives up, and the next try works.
func TestSlowAnswerIsNotWaitedFor(t *testing.T) {
	var waits atomic.Int64
	idp := providertest.NewServer(t, func(c *mockprovider.Config) {
		c.Wait = func(ctx context.Context, d time.Duration) { waits.Store(int64(d)); <-ctx.Done() } // until the client has gone
	})
	app := newApp(t, idp)
	for fault, never := range map[string]string{"disc_slow_30s": "/authorize", "jwks_slow_30s": "/userinfo"} {
		waits.Store(0)
		before := asked(idp, never)
		idp.Fault(t, fault, providertest.Once())
		app.Timeout = time.Second
		if signsIn(t, idp, app) || time.Duration(waits.Load()) != 30*time.Second || asked(idp, never) > before {
			t.Errorf("%s: the app waited; the provider wanted to take %s", fault, time.Duration(waits.Load()))
		}
		app.Timeout = 0
		if !signsIn(t, idp, app) {
			t.Errorf("%s: the next try fails", fault)
		}
	}
}

// A page is what a browser lets a script of the origin see of the answers to its
// requests: those that allow the origin (Fetch, "CORS check").
type page struct {
	origin string
	under  http.RoundTripper
}

var errCORS = errors.New("blocked by CORS policy")

func (p page) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Origin", p.origin)
	res, err := p.under.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if allowed := res.Header.Values("Access-Control-Allow-Origin"); len(allowed) != 1 || allowed[0] != p.origin && allowed[0] != "*" {
		_ = res.Body.Close()
		return nil, errCORS
	}
	return res, nil
}

// Without CORS headers a single-page app can read no answer: it shows an error, and
// does not take the code again.
func TestPageWithoutCORS(t *testing.T) {
	const origin = "http://localhost:5173"
	idp := providertest.NewServer(t, func(c *mockprovider.Config) {
		c.Clients = append(c.Clients, mockprovider.Client{ID: "spa", RedirectURIs: []string{origin + "/callback"}, Scopes: []string{"openid"}})
	})
	config := idp.OAuth2Config(origin+"/callback", "openid")
	config.ClientID, config.ClientSecret, config.Endpoint.AuthStyle = "spa", "", oauth2.AuthStyleInParams
	script := func(origin string) context.Context {
		return context.WithValue(t.Context(), oauth2.HTTPClient, &http.Client{Transport: page{origin, idp.Client().Transport}})
	}
	exchange := func(ctx context.Context) error {
		verifier := oauth2.GenerateVerifier()
		callback := idp.SignIn(t, config.AuthCodeURL("s", oauth2.S256ChallengeOption(verifier)), "alice")
		_, err := config.Exchange(ctx, callback.Query().Get("code"), oauth2.VerifierOption(verifier))
		return err
	}
	if err := exchange(script(origin)); err != nil {
		t.Fatal(err)
	}
	if err := exchange(script("http://evil.example")); !errors.Is(err, errCORS) {
		t.Errorf("a page of another origin: %v", err)
	}
	idp.Fault(t, "cors_missing")
	if err := exchange(script(origin)); !errors.Is(err, errCORS) {
		t.Errorf("without CORS headers: %v", err)
	}
	if err := exchange(t.Context()); err != nil {
		t.Errorf("what is no page reads it all the same: %v", err)
	}
}
