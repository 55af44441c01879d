// Package rptest has two relying parties for tests: one that checks what a
// correct client checks, and one that checks nothing. Both are made of the
// libraries that people use (go-oidc, x/oauth2), and are web apps:
//
//	/login     begins a login
//	/callback  the redirect URI
//	/me        200 and the user's sub, or 401
//	/refresh   renews the tokens, 200 or 401
package rptest

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
	"golang.org/x/oauth2"
)

// An App is a relying party. It is safe for concurrent use.
type App struct {
	Issuer, ClientID, ClientSecret string
	// URL is where the app is; set it before the first request.
	URL string
	// Careless makes it check nothing: no state, no nonce, no PKCE, no iss, and
	// no signature.
	Careless bool
	// Now is its clock. Nil means time.Now.
	Now func() time.Time
	// Transport is how it reaches the provider, nil for the usual way.
	Transport http.RoundTripper
	// Timeout is how long it waits for an answer. Zero means five seconds.
	Timeout time.Duration

	mu       sync.Mutex
	pending  map[string]login
	sessions map[string]session
}

type login struct{ state, nonce, verifier string }

type session struct {
	sub     string
	token   *oauth2.Token
	profile string
}

// maxAnswer is how much of an answer the app reads.
const maxAnswer = 1 << 20

// client gives up after a few seconds and reads no more than it needs.
func (a *App) client() *http.Client {
	under := a.Transport
	if under == nil {
		under = http.DefaultTransport
	}
	return &http.Client{Timeout: cmp.Or(a.Timeout, 5*time.Second), Transport: limited{under}, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
}

type limited struct{ under http.RoundTripper }

func (l limited) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := l.under.RoundTrip(r)
	if err == nil {
		res.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(res.Body, maxAnswer), res.Body}
	}
	return res, err
}

// metadata is what the app reads of the provider's metadata.
type metadata struct {
	Issuer     string   `json:"issuer"`
	Authorize  string   `json:"authorization_endpoint"`
	Token      string   `json:"token_endpoint"`
	UserInfo   string   `json:"userinfo_endpoint"`
	JWKS       string   `json:"jwks_uri"`
	Challenges []string `json:"code_challenge_methods_supported"`
	Iss        bool     `json:"authorization_response_iss_parameter_supported"`
}

func (a *App) discover(ctx context.Context) (*metadata, error) {
	ctx = oidc.ClientContext(ctx, a.client())
	if a.Careless {
		ctx = oidc.InsecureIssuerURLContext(ctx, a.Issuer)
	}
	p, err := oidc.NewProvider(ctx, a.Issuer) // compares issuer
	if err != nil {
		return nil, err
	}
	var m metadata
	if err := p.Claims(&m); err != nil {
		return nil, err
	}
	if a.Careless {
		return &m, nil
	}
	issuer, err := url.Parse(a.Issuer)
	if err != nil {
		return nil, err
	}
	home := issuer.Scheme + "://" + issuer.Host + "/"
	for _, endpoint := range []string{m.Authorize, m.Token, m.JWKS} {
		if !strings.HasPrefix(endpoint, home) { // also where https has become http
			return nil, fmt.Errorf("the endpoint %q is not where the issuer is", endpoint)
		}
	}
	if !strings.Contains(strings.Join(m.Challenges, " "), "S256") {
		return nil, errors.New("the provider does not know PKCE with S256")
	}
	return &m, nil
}

func (a *App) config(m *metadata) *oauth2.Config {
	return &oauth2.Config{
		ClientID: a.ClientID, ClientSecret: a.ClientSecret, RedirectURL: a.URL + "/callback", Scopes: []string{"openid", "profile"},
		Endpoint: oauth2.Endpoint{AuthURL: m.Authorize, TokenURL: m.Token, AuthStyle: oauth2.AuthStyleInHeader},
	}
}

// ServeHTTP implements http.Handler.
func (a *App) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var err error
	switch r.URL.Path {
	case "/login":
		err = a.login(w, r)
	case "/callback":
		err = a.callback(w, r)
	case "/refresh":
		err = a.refresh(w, r)
	default:
		s, ok := a.session(r)
		if !ok {
			http.Error(w, "nobody is logged in", http.StatusUnauthorized)
			return
		}
		_, _ = fmt.Fprintln(w, s.sub, s.profile)
	}
	if err != nil {
		http.Error(w, "the login failed: "+err.Error(), http.StatusForbidden)
	}
}

func (a *App) now() time.Time {
	if a.Now != nil {
		return a.Now()
	}
	return time.Now() //nolint:forbidigo // the clock of an app under test
}

func (a *App) session(r *http.Request) (session, bool) {
	c, err := r.Cookie("app")
	if err != nil {
		return session{}, false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	s, ok := a.sessions[c.Value]
	return s, ok
}

func (a *App) login(w http.ResponseWriter, r *http.Request) error {
	m, err := a.discover(r.Context())
	if err != nil {
		return err
	}
	l := login{rand.Text(), rand.Text(), oauth2.GenerateVerifier()}
	id := rand.Text()
	a.mu.Lock()
	if a.pending == nil {
		a.pending, a.sessions = map[string]login{}, map[string]session{}
	}
	a.pending[id] = l
	a.mu.Unlock()
	http.SetCookie(w, &http.Cookie{Name: "login", Value: id, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
	options := []oauth2.AuthCodeOption{}
	if !a.Careless {
		options = append(options, oidc.Nonce(l.nonce), oauth2.S256ChallengeOption(l.verifier), oauth2.SetAuthURLParam("max_age", "3600"))
	}
	http.Redirect(w, r, a.config(m).AuthCodeURL(l.state, options...), http.StatusSeeOther)
	return nil
}

func (a *App) callback(w http.ResponseWriter, r *http.Request) error {
	m, err := a.discover(r.Context())
	if err != nil {
		return err
	}
	c, err := r.Cookie("login")
	if err != nil {
		return err
	}
	a.mu.Lock()
	l, ok := a.pending[c.Value]
	if !a.Careless {
		delete(a.pending, c.Value)
	}
	a.mu.Unlock()
	if !ok {
		return errors.New("no login of this browser is open")
	}
	query := r.URL.Query()
	if !a.Careless {
		if err := checkResponse(query, m, a.Issuer, l.state); err != nil {
			return err
		}
	}
	ctx := context.WithValue(r.Context(), oauth2.HTTPClient, a.client())
	var options []oauth2.AuthCodeOption
	if !a.Careless {
		options = append(options, oauth2.VerifierOption(l.verifier))
	}
	token, err := a.config(m).Exchange(ctx, query.Get("code"), options...)
	if err != nil {
		return err
	}
	s := session{token: token}
	if s.sub, err = a.identify(ctx, m, token, l.nonce, query.Get("code")); err != nil {
		return err
	}
	if s.profile, err = a.profile(ctx, m, &s); err != nil {
		return err
	}
	id := rand.Text()
	a.mu.Lock()
	a.sessions[id] = s
	a.mu.Unlock()
	http.SetCookie(w, &http.Cookie{Name: "app", Value: id, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
	http.Redirect(w, r, "/me", http.StatusSeeOther)
	return nil
}

// checkResponse is what a client owes the authorization response before it sends
// the code anywhere.
func checkResponse(query url.Values, m *metadata, issuer, state string) error {
	for _, name := range []string{"code", "state", "iss", "error"} {
		if len(query[name]) > 1 {
			return errors.New(name + " comes twice")
		}
	}
	switch {
	case query.Get("state") != state:
		return errors.New("another state")
	case (m.Iss || query.Has("iss")) && query.Get("iss") != issuer:
		return errors.New("another issuer, or none")
	case query.Has("error"):
		return errors.New(query.Get("error"))
	case query.Get("code") == "":
		return errors.New("no code")
	}
	return nil
}

// identify says who logged in.
func (a *App) identify(ctx context.Context, m *metadata, token *oauth2.Token, nonce, code string) (string, error) {
	raw, _ := token.Extra("id_token").(string)
	if raw == "" {
		return "", errors.New("no ID token")
	}
	if a.Careless {
		return peek(raw)
	}
	if !strings.EqualFold(token.TokenType, "Bearer") {
		return "", errors.New("an access token of unknown type")
	}
	if m.JWKS == "" {
		return "", errors.New("the provider has no keys")
	}
	verifier := oidc.NewVerifier(a.Issuer, &keySet{client: a.client(), url: m.JWKS}, &oidc.Config{ClientID: a.ClientID, SupportedSigningAlgs: []string{"RS256"}, Now: a.Now})
	id, err := verifier.Verify(ctx, raw)
	if err != nil {
		return "", err
	}
	var c struct {
		Azp      string   `json:"azp"`
		AuthTime int64    `json:"auth_time"`
		NotBef   int64    `json:"nbf"`
		IssuedAt *float64 `json:"iat"`
		CHash    string   `json:"c_hash"`
		ACR      *string  `json:"acr"`
	}
	if err := id.Claims(&c); err != nil {
		return "", err
	}
	soon := a.now().Add(time.Minute)
	switch {
	case id.Subject == "" || c.IssuedAt == nil:
		return "", errors.New("sub or iat is missing")
	case len(id.Audience) != 1 || c.Azp != "" && c.Azp != a.ClientID:
		return "", errors.New("it is for somebody else too")
	case id.Nonce != nonce && nonce != "":
		return "", errors.New("another nonce")
	case id.IssuedAt.After(soon), c.NotBef > soon.Unix():
		return "", errors.New("it comes from the future")
	case a.now().Unix()-c.AuthTime > 3660:
		return "", errors.New("the login is too old")
	case c.ACR != nil && *c.ACR == "0":
		return "", errors.New("the login is too weak")
	case c.CHash != "" && c.CHash != half(code):
		return "", errors.New("c_hash does not fit")
	}
	if id.AccessTokenHash != "" {
		if err := id.VerifyAccessToken(token.AccessToken); err != nil {
			return "", err
		}
	}
	return id.Subject, nil
}

func half(code string) string {
	sum := sha256.Sum256([]byte(code))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

// peek reads a token without checking anything, as many do.
func peek(raw string) (string, error) {
	parts := strings.Split(raw, ".")
	if len(parts) < 2 {
		return "", errors.New("no JWT")
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return "", err
	}
	var c struct {
		Sub any `json:"sub"`
	}
	if err := json.Unmarshal(payload, &c); err != nil {
		return "", err
	}
	return fmt.Sprint(c.Sub), nil
}

// profile asks UserInfo. An answer about another user ends the login; one that
// can't be read costs only the profile.
func (a *App) profile(ctx context.Context, m *metadata, s *session) (string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, m.UserInfo, http.NoBody)
	if err != nil {
		return "", err
	}
	s.token.SetAuthHeader(r)
	res, err := a.client().Do(r)
	if err != nil {
		return "", err
	}
	defer func() { _ = res.Body.Close() }()
	var info struct {
		Sub  string `json:"sub"`
		Name string `json:"name"`
	}
	if err := json.NewDecoder(res.Body).Decode(&info); err != nil {
		return "", nil
	}
	if !a.Careless && res.StatusCode == http.StatusOK && info.Sub != s.sub {
		return "", errors.New("UserInfo speaks about somebody else")
	}
	return info.Name, nil
}

func (a *App) refresh(w http.ResponseWriter, r *http.Request) error {
	s, ok := a.session(r)
	if !ok {
		http.Error(w, "nobody is logged in", http.StatusUnauthorized)
		return nil
	}
	m, err := a.discover(r.Context())
	if err != nil {
		return err
	}
	ctx := context.WithValue(r.Context(), oauth2.HTTPClient, a.client())
	token, err := a.config(m).TokenSource(ctx, &oauth2.Token{RefreshToken: s.token.RefreshToken}).Token()
	if err == nil && token.Extra("id_token") != nil {
		var sub string
		if sub, err = a.identify(ctx, m, token, "", ""); err == nil && sub != s.sub {
			err = errors.New("another user")
		}
	}
	c, _ := r.Cookie("app")
	a.mu.Lock()
	defer a.mu.Unlock()
	if err != nil {
		delete(a.sessions, c.Value)
		return err
	}
	s.token = token
	a.sessions[c.Value] = s
	return nil
}

// keySet is the issuer's keys: fetched for each login, again for an unknown kid,
// and used for signatures alone.
type keySet struct {
	client *http.Client
	url    string
}

// VerifySignature implements oidc.KeySet.
func (k *keySet) VerifySignature(ctx context.Context, raw string) ([]byte, error) {
	jws, err := jose.ParseSignedCompact(raw, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		return nil, err
	}
	head := jws.Signatures[0].Protected
	if typ, _ := head.ExtraHeaders[jose.HeaderType].(string); typ != "" && !strings.EqualFold(typ, "JWT") {
		return nil, errors.New("a token of another kind")
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, k.url, http.NoBody)
	if err != nil {
		return nil, err
	}
	res, err := k.client.Do(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	var set jose.JSONWebKeySet
	if err := json.NewDecoder(res.Body).Decode(&set); err != nil || res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("no key set: %d", res.StatusCode)
	}
	for _, key := range set.Keys {
		if key.KeyID != head.KeyID || key.Use == "enc" || key.Algorithm != "" && key.Algorithm != "RS256" || !key.IsPublic() {
			continue
		}
		if payload, err := jws.Verify(key.Key); err == nil {
			return payload, nil
		}
	}
	return nil, errors.New("no key of the issuer signed this")
}
