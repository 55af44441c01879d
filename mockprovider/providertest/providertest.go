// Package providertest runs a mock identity provider for the tests of an app
// that logs users in: a real server on a free loopback port, with one client,
// two users and a clock that the test moves.
//
//	idp := providertest.NewServer(t)
//	config := idp.OAuth2Config("http://localhost/callback")
//	verifier := oauth2.GenerateVerifier()
//	callback := idp.SignIn(t, config.AuthCodeURL("state", oauth2.S256ChallengeOption(verifier)), "alice")
//	token, err := config.Exchange(ctx, callback.Query().Get("code"), oauth2.VerifierOption(verifier))
package providertest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"claimcheck/mockprovider"
	"claimcheck/mockprovider/trace"
)

// The client that the server has unless an option replaces it.
const (
	ClientID     = "app"
	ClientSecret = "app-secret-for-tests-only"
)

// Audience is the aud of access tokens with one of the scopes of the default API.
const Audience = "https://api.example"

// Server is a provider that listens on a loopback port. It is safe for
// concurrent use.
type Server struct {
	// Provider is the provider itself: switches, policy, Introspect.
	Provider *mockprovider.Provider

	issuer    string
	http      *httptest.Server
	passwords map[string]string
	log       *trace.Log
	recorder  *trace.Recorder
	own       http.Handler // of the issuer itself, recorded

	mu     sync.Mutex
	offset time.Duration
	faulty map[string]http.Handler // of the issuers beside it, by their fault
}

// NewServer starts a server and stops it when the test ends. It knows the
// client "app" with the redirect URI http://localhost/callback; the users alice
// and bob, whose passwords are their names; and an API with the scopes read and
// write. Each option may change the configuration before the start.
func NewServer(tb testing.TB, options ...func(*mockprovider.Config)) *Server {
	tb.Helper()
	s, err := Start(options...)
	if err != nil {
		tb.Fatalf("start the provider: %v", err)
	}
	tb.Cleanup(s.Close)
	return s
}

// Start is NewServer without a test: for TestMain, an example, a program. The
// caller closes the server.
func Start(options ...func(*mockprovider.Config)) (*Server, error) { return start("http", options) }

func start(scheme string, options []func(*mockprovider.Config)) (*Server, error) {
	listener := httptest.NewUnstartedServer(nil)
	origin := scheme + "://" + listener.Listener.Addr().String()
	s := &Server{issuer: origin + "/idp", http: listener, passwords: map[string]string{}}
	cfg := s.config()
	for _, option := range options {
		option(&cfg)
	}
	p, err := mockprovider.New(cfg)
	if err != nil {
		_ = listener.Listener.Close()
		return nil, err
	}
	for _, u := range cfg.Users {
		s.passwords[cmp.Or(u.Username, u.ID)] = u.Password
	}
	s.Provider = p
	s.record(p, origin)
	listener.Config.Handler = http.HandlerFunc(s.serve)
	if scheme == "https" {
		listener.StartTLS()
	} else {
		listener.Start()
	}
	return s, nil
}

// Issuer is the issuer identifier, for discovery.
func (s *Server) Issuer() string { return s.issuer }

// Close stops the server.
func (s *Server) Close() { s.http.Close() }

func (s *Server) config() mockprovider.Config {
	return mockprovider.Config{
		Issuer: s.issuer,
		Name:   "Test provider",
		Now:    s.Now,
		Clients: []mockprovider.Client{{
			ID: ClientID, Name: "The app under test", Secret: ClientSecret, RedirectURIs: []string{"http://localhost/callback"},
			Scopes: []string{"openid", "profile", "email", "offline_access", "read", "write"},
		}},
		Users: []mockprovider.User{
			{ID: "u-alice", Username: "alice", Password: "alice", Name: "Alice", Claims: map[string]any{"email": "alice@example.com", "email_verified": true}},
			{ID: "u-bob", Username: "bob", Password: "bob", Name: "Bob", Claims: map[string]any{"email": "bob@example.com", "email_verified": false}},
		},
		APIs: []mockprovider.API{{Audience: Audience, Scopes: map[string]string{"read": "read your things", "write": "change your things"}}},
	}
}

// Now is the provider's clock: the time of the machine, moved by Advance.
func (s *Server) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return time.Now().Add(s.offset) //nolint:forbidigo // the clock that Advance moves
}

// Advance moves the provider's clock, so that tokens expire without waiting.
func (s *Server) Advance(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.offset += d
}

// Client is an HTTP client for calls to the server, which trusts the certificate
// of one with TLS. It keeps no cookies.
func (s *Server) Client() *http.Client { return s.http.Client() }

// OAuth2Config is the configuration of the default client, with the scopes
// openid and read if none are named.
func (s *Server) OAuth2Config(redirectURI string, scopes ...string) *oauth2.Config {
	if len(scopes) == 0 {
		scopes = []string{"openid", "read"}
	}
	return &oauth2.Config{
		ClientID: ClientID, ClientSecret: ClientSecret, RedirectURL: redirectURI, Scopes: scopes,
		Endpoint: oauth2.Endpoint{
			AuthURL: s.issuer + "/authorize", TokenURL: s.issuer + "/token", AuthStyle: oauth2.AuthStyleInHeader,
		},
	}
}

// SignIn is the user with a browser of their own: it opens the authorization
// request, logs in, allows everything that is asked for, and returns the
// redirect URI with the authorization response, without opening it. A request
// that the provider refuses with an error page fails the test.
func (s *Server) SignIn(tb testing.TB, authorizationURL, username string) *url.URL {
	tb.Helper()
	callback, err := s.SignInContext(tb.Context(), authorizationURL, username)
	if err != nil {
		tb.Fatalf("sign in: %v", err)
	}
	return callback
}

// maxPages is more than the pages that one request may lead to.
const maxPages = 6

// SignInContext is SignIn without a test.
func (s *Server) SignInContext(ctx context.Context, authorizationURL, username string) (*url.URL, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	browser := &http.Client{Transport: s.http.Client().Transport, Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
	next, form := authorizationURL, url.Values(nil)
	for range maxPages {
		got, err := open(ctx, browser, next, form)
		switch {
		case err != nil:
			return nil, err
		case got.location != nil && !strings.HasPrefix(got.location.String(), s.issuerOf(got.location.String())+"/"):
			return got.location, nil
		case got.location != nil:
			next, form = got.location.String(), nil
		case got.status != http.StatusOK:
			return nil, fmt.Errorf("the provider answers %d to %s", got.status, next)
		default:
			next, form = s.fill(s.issuerOf(next), got.page, username)
		}
	}
	return nil, errors.New("the provider keeps asking")
}

// answer is what the browser got.
type answer struct {
	status   int
	location *url.URL // nil if none
	page     string
}

// open sends one request as the browser.
func open(ctx context.Context, browser *http.Client, target string, form url.Values) (answer, error) {
	method := http.MethodGet
	if form != nil {
		method = http.MethodPost
	}
	req, err := http.NewRequestWithContext(ctx, method, target, strings.NewReader(form.Encode()))
	if err != nil {
		return answer{}, err
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := browser.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = res.Body.Close() }()
	page, err := io.ReadAll(res.Body)
	location, noLocation := res.Location()
	if noLocation != nil {
		location = nil
	}
	return answer{res.StatusCode, location, string(page)}, err
}

var (
	interaction = regexp.MustCompile(`name="interaction" value="([^"]+)"`)
	box         = regexp.MustCompile(`type="checkbox" name="scope" value="([^"]+)"`)
)

// fill fills in the form of a page of the issuer.
func (s *Server) fill(issuer, page, username string) (action string, form url.Values) {
	form = url.Values{}
	if m := interaction.FindStringSubmatch(page); m != nil {
		form.Set("interaction", m[1])
	}
	if strings.Contains(page, `value="allow"`) {
		form.Set("action", "allow")
		for _, m := range box.FindAllStringSubmatch(page, -1) {
			form.Add("scope", m[1])
		}
		return issuer + "/consent", form
	}
	form.Set("action", "login")
	form.Set("username", username)
	form.Set("password", s.passwords[username])
	return issuer + "/login", form
}
