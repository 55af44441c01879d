package lab

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"golang.org/x/oauth2"

	"claimcheck/mockprovider"
)

// A Specimen is a pair of access tokens to look at. Both are Alice's, for
// StepCloud and the scope steps:read, and both work.
type Specimen struct {
	// JWT was issued to FitTrack (RFC 9068). Its algorithm is ES256, so that it
	// is short.
	JWT string
	// Opaque was issued to FitTrack Lite.
	Opaque string
	// Issued and Expires are by the lab's clock. Expires is that of the JWT; the
	// opaque one was issued right after it.
	Issued, Expires time.Time
}

// Specimen has AcmeID issue two access tokens, each by an authorization code
// grant of its own. They stand in AcmeID's store and are signed with its keys, so
// that AcmeID and StepCloud take them for what they are. The messages are no part
// of anybody's flow: they go past the log and belong to no run, so that neither
// a learner's log nor an undo knows of them. A reset of the lab ends the tokens
// like any others.
func (l *Lab) Specimen(ctx context.Context) (Specimen, error) {
	clients, err := l.specimenClients()
	if err != nil {
		return Specimen{}, err
	}
	p, err := l.specimenProvider(clients)
	if err != nil {
		return Specimen{}, fmt.Errorf("specimen: %w", err)
	}
	issued := l.Now()
	var tokens [2]string
	for i, c := range clients {
		if tokens[i], err = specimenToken(ctx, p, c); err != nil {
			return Specimen{}, fmt.Errorf("specimen: %s: %w", c.Name, err)
		}
	}
	s := Specimen{JWT: tokens[0], Opaque: tokens[1], Issued: issued}
	info, err := l.provider.Introspect(ctx, s.JWT)
	if err == nil && !info.Active {
		err = errors.New("AcmeID does not know its own token")
	}
	s.Expires = info.Expires
	return s, err
}

// Active says whether both tokens are good now: AcmeID calls them active, and the
// lab's clock is not before they were issued.
func (s *Specimen) Active(ctx context.Context, l *Lab) bool {
	if l.Now().Before(s.Issued) { // a clock can be moved back
		return false
	}
	for _, token := range []string{s.JWT, s.Opaque} {
		if info, err := l.provider.Introspect(ctx, token); err != nil || !info.Active {
			return false
		}
	}
	return true
}

// specimenClients are FitTrack and FitTrack Lite, with tokens of the form that is
// to be shown and without a login page.
func (l *Lab) specimenClients() ([2]mockprovider.Client, error) {
	var jwt, opaque mockprovider.Client
	for _, c := range l.clients() {
		switch c.ID {
		case FitTrack:
			jwt = c
		case FitTrackLite:
			opaque = c
		}
	}
	if jwt.ID == "" || opaque.ID == "" {
		return [2]mockprovider.Client{}, errors.New("specimen: the cast is not complete")
	}
	jwt.OpaqueTokens, jwt.AccessTokenAlg = false, "ES256"
	opaque.OpaqueTokens = true
	both := [2]mockprovider.Client{jwt, opaque}
	for i := range both {
		both[i].InsecureAutoLogin = true
		both[i].GrantTypes = []string{"authorization_code"} // no refresh token, nobody would use it
		both[i].ResponseTypes = nil
	}
	return both, nil
}

// specimenProvider is AcmeID with these clients: its name, its store, its keys and
// its clock. It has no address, so that nobody else can use it. The policy is the
// strictest that lets Alice in without a page.
func (l *Lab) specimenProvider(clients [2]mockprovider.Client) (*mockprovider.Provider, error) {
	users := make([]mockprovider.User, 0, len(Users()))
	for _, u := range Users() {
		users = append(users, u.User)
	}
	return mockprovider.New(mockprovider.Config{
		Issuer: l.Issuer(), Name: AcmeID().Name, Clients: clients[:], Users: users, APIs: l.apis(),
		Keys: l.keys, Store: l.store, Now: l.Now, Random: l.specimenRandom,
		Policy: mockprovider.PolicyRFC6749, AccessTokenLifetime: AccessTokenLifetime,
		InsecureHTTPIssuer: true, // as AcmeID itself
	})
}

// specimenRandom keeps the values of specimens apart from all others, so that
// with a seed they shift none of them.
func (l *Lab) specimenRandom(ctx context.Context, kind string, n int) []byte {
	if l.Seed() == "" {
		return l.random(ctx, kind, n)
	}
	return derive(l.Seed(), n, l.id, "specimen", kind, strconv.FormatUint(l.count("", "specimen "+kind), 10))
}

// specimenToken is one authorization code grant with PKCE, by x/oauth2.
func specimenToken(ctx context.Context, p *mockprovider.Provider, c mockprovider.Client) (string, error) {
	client := &http.Client{
		Transport:     direct{p},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	style := oauth2.AuthStyleInHeader
	if c.Secret == "" {
		style = oauth2.AuthStyleInParams
	}
	cfg := oauth2.Config{
		ClientID: c.ID, ClientSecret: c.Secret, RedirectURL: c.RedirectURIs[0], Scopes: []string{ScopeStepsRead},
		Endpoint: oauth2.Endpoint{AuthURL: p.Issuer() + "/authorize", TokenURL: p.Issuer() + "/token", AuthStyle: style},
	}
	verifier := oauth2.GenerateVerifier()
	address := cfg.AuthCodeURL("specimen", oauth2.S256ChallengeOption(verifier), oauth2.SetAuthURLParam("login_hint", "alice"))
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return "", err
	}
	res, err := client.Do(req)
	if err != nil {
		return "", err
	}
	_ = res.Body.Close() // it is in memory
	to, err := res.Location()
	if err != nil {
		return "", fmt.Errorf("the authorization request: %d: %w", res.StatusCode, err)
	}
	answer := to.Query()
	if answer.Get("code") == "" {
		return "", fmt.Errorf("no code: %s", cmp.Or(answer.Get("error_description"), answer.Get("error"), to.Path))
	}
	tok, err := cfg.Exchange(context.WithValue(ctx, oauth2.HTTPClient, client), answer.Get("code"), oauth2.VerifierOption(verifier))
	if err != nil {
		return "", err
	}
	return tok.AccessToken, nil
}

// direct is a transport to a handler, without a socket and a recorder between.
type direct struct{ http.Handler }

// RoundTrip implements [http.RoundTripper].
func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	in := r.Clone(r.Context())
	in.Host, in.RequestURI, in.RemoteAddr = r.URL.Host, r.URL.RequestURI(), "127.0.0.1:0"
	if in.Body == nil {
		in.Body = http.NoBody
	}
	w := &keptAnswer{header: http.Header{}, status: http.StatusOK}
	d.ServeHTTP(w, in)
	return &http.Response{
		Status: http.StatusText(w.status), StatusCode: w.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: w.header, Body: io.NopCloser(&w.body), ContentLength: int64(w.body.Len()), Request: r,
	}, nil
}

// keptAnswer keeps an answer in memory.
type keptAnswer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header implements [http.ResponseWriter].
func (w *keptAnswer) Header() http.Header { return w.header }

// WriteHeader implements [http.ResponseWriter].
func (w *keptAnswer) WriteHeader(status int) { w.status = status }

// Write implements [http.ResponseWriter].
func (w *keptAnswer) Write(p []byte) (int, error) { return w.body.Write(p) }
