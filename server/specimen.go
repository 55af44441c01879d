package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"

	"claimcheck/mockprovider"
	"claimcheck/mockprovider/lab"
	"claimcheck/playground"
	"claimcheck/server/internal/visitor"
	"claimcheck/web"
)

// A specimen is the pair of access tokens on the front page.
type specimen struct {
	stub  web.Stub
	badge web.JWT
	raw   string
	until time.Time
}

// specimens keeps the pair until it expires by the lab's clock.
type specimens struct {
	mu   sync.Mutex
	last *specimen
}

func (s *specimens) get(ctx context.Context, l *lab.Lab) (*specimen, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := l.Now()
	// A lab's clock can be moved back, too.
	if s.last != nil && now.Before(s.last.until) && now.After(s.last.until.Add(-2*time.Hour)) {
		return s.last, nil
	}
	sp, err := newSpecimen(ctx, l)
	if err != nil {
		return nil, err
	}
	s.last = sp
	return sp, nil
}

// newSpecimen has AcmeID issue two access tokens to Alice's apps: a JWT and an
// opaque one. It is the lab's issuer with the lab's keys and clock, but with a
// store of its own, so that the front page leaves no trace in a learner's log.
func newSpecimen(ctx context.Context, l *lab.Lab) (*specimen, error) {
	badge, stub, err := specimenClients(l)
	if err != nil {
		return nil, err
	}
	var alice mockprovider.User
	for _, u := range lab.Users() {
		if u.ID == "alice" {
			alice = u.User
		}
	}
	p, err := mockprovider.New(mockprovider.Config{
		Issuer: l.Issuer(), Name: lab.AcmeID().Name, Clients: []mockprovider.Client{badge, stub},
		Users: []mockprovider.User{alice}, APIs: l.APIs(), Keys: l.Keys(), Now: l.Now, Policy: l.Policy(),
		InsecureHTTPIssuer: true, // the lab is reached as its server is reached
	})
	if err != nil {
		return nil, fmt.Errorf("specimen: %w", err)
	}
	v := visitor.Visitor{Transport: inProcess{p}, Username: alice.Username, Password: alice.Password}
	client := func(c mockprovider.Client) visitor.Client {
		return visitor.Client{Issuer: l.Issuer(), ID: c.ID, Secret: c.Secret, RedirectURI: c.RedirectURIs[0], Scopes: []string{lab.ScopeStepsRead}}
	}
	jwt, err := v.Login(ctx, client(badge))
	if err != nil {
		return nil, fmt.Errorf("specimen: %w", err)
	}
	opaque, err := v.Login(ctx, client(stub))
	if err != nil {
		return nil, fmt.Errorf("specimen: %w", err)
	}
	view, until, err := readBadge(l, jwt.AccessToken)
	if err != nil {
		return nil, err
	}
	return &specimen{
		badge: view, raw: jwt.AccessToken, until: until,
		stub: web.Stub{
			Edge: "STEPCLOUD · ADMIT ONE APP", Title: "Access token, opaque", Value: opaque.AccessToken,
			Note: "Good for " + lab.ScopeStepsRead + " until " + until.Format("15:04 MST"),
		},
	}, nil
}

// specimenClients are FitTrack as it is, and FitTrack Lite with opaque tokens.
func specimenClients(l *lab.Lab) (badge, stub mockprovider.Client, err error) {
	for _, c := range l.Clients() {
		switch c.ID {
		case lab.FitTrack:
			badge = c
		case lab.FitTrackLite:
			stub = c
			stub.OpaqueTokens = true
		}
	}
	if badge.ID == "" || stub.ID == "" {
		return badge, stub, errors.New("specimen: the cast is not complete")
	}
	badge.OpaqueTokens = false
	badge.AccessTokenAlg = "ES256" // short enough to look at, and no RSA key to wait for
	return badge, stub, nil
}

// readBadge decodes the token and checks its signature with the lab's keys.
func readBadge(l *lab.Lab, token string) (web.JWT, time.Time, error) {
	key, err := l.Keys().Key("ES256")
	if err != nil {
		return web.JWT{}, time.Time{}, fmt.Errorf("specimen: %w", err)
	}
	keys := playground.NewKeySet("AcmeID", playground.NewKey(key.Private.Public(), key.KID, "ES256"))
	verdict := playground.Verify(token, keys, playground.Policy{
		Algorithms: []string{"ES256"}, Issuer: l.Issuer(), Type: "at+jwt", Now: l.Now(), Require: []string{"exp"},
	})
	if !verdict.Accepted() {
		return web.JWT{}, time.Time{}, fmt.Errorf("specimen: the lab's own token is refused: %s", verdict.Verdict)
	}
	t := verdict.Token
	exp, err := strconv.ParseInt(t.Payload().Object().Get("exp").Text, 10, 64)
	if err != nil {
		return web.JWT{}, time.Time{}, fmt.Errorf("specimen: exp: %w", err)
	}
	until := time.Unix(exp, 0).In(l.Now().Location())
	means := map[string]string{
		"aud": "for whom", "sub": "about whom", "scope": "what it allows", "exp": "good until " + until.Format("15:04:05 MST"),
	}
	return web.JWT{
		Title: "Access token, JWT", Note: "issued by AcmeID, for StepCloud", Brief: true, Sealed: true, Seal: [2]string{"ACME", "ID"},
		Header:    segment(t.Header(), nil),
		Payload:   segment(t.Payload(), means),
		Signature: segment(t.Signature(), nil),
	}, until, nil
}

// segment is a part of a token with those of its members that have a meaning.
func segment(p *playground.Part, means map[string]string) web.Segment {
	s := web.Segment{Raw: p.Encoded}
	o := p.Object()
	if o == nil {
		return s
	}
	for _, m := range o.Members {
		if text, ok := means[m.Name]; ok {
			s.Claims = append(s.Claims, web.Claim{Name: m.Name, Value: string(p.Bytes[m.Value.Start:m.Value.End]), Text: text})
		}
	}
	return s
}

// inProcess is a transport to a handler, without a socket between.
type inProcess struct{ http.Handler }

// RoundTrip implements [http.RoundTripper].
func (h inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	in := r.Clone(r.Context())
	in.Host, in.RequestURI, in.RemoteAddr = r.URL.Host, r.URL.RequestURI(), "127.0.0.1:0"
	if in.Body == nil {
		in.Body = http.NoBody
	}
	w := &answerWriter{header: http.Header{}, status: http.StatusOK}
	h.ServeHTTP(w, in)
	return &http.Response{
		Status: http.StatusText(w.status), StatusCode: w.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: w.header, Body: io.NopCloser(&w.body), ContentLength: int64(w.body.Len()), Request: r,
	}, nil
}

// answerWriter keeps an answer in memory.
type answerWriter struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header implements [http.ResponseWriter].
func (w *answerWriter) Header() http.Header { return w.header }

// WriteHeader implements [http.ResponseWriter].
func (w *answerWriter) WriteHeader(status int) { w.status = status }

// Write implements [http.ResponseWriter].
func (w *answerWriter) Write(p []byte) (int, error) { return w.body.Write(p) }
