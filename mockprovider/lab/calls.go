package lab

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"claimcheck/mockprovider/trace"
	"claimcheck/playground"
)

// A Call is a message that a client of the cast sends by itself: how it makes
// the request, and what it does with the answer. The zero value is no call.
type Call struct {
	client  string // of the cast, the run's own if empty
	request func(ctx context.Context, a *app, s *Session) (*http.Request, error)
	take    func(ctx context.Context, a *app, s *Session, sent *http.Request, answer reply) []playground.Finding
}

// As is the same call by another client of the cast, which has no browser.
func (c Call) As(client string) Call {
	c.client = client
	return c
}

// caller is the client of a call, and what it holds for the run.
func (r *Run) caller(ctx context.Context, c Call) (a *app, id string, s *Session, err error) {
	a, id = r.lab.app(r.cfg.Client), r.sessionID(ctx)
	if c.client != "" {
		a, id = r.lab.app(c.client), "run-"+r.id
	}
	s, ok, err := a.load(ctx, id)
	if !ok {
		s = &Session{Scope: r.cfg.Scope}
	}
	return a, id, s, err
}

// Request is the call's request exactly as its client would send it now. The
// error says why there is none yet: ErrNoToken, ErrNoCode.
func (r *Run) Request(ctx context.Context, c Call) (*http.Request, error) {
	ctx = r.context(ctx)
	a, _, s, err := r.caller(ctx, c)
	if err != nil {
		return nil, err
	}
	return c.request(ctx, a, s)
}

// Call sends the call's request over TCP, or what it was edited to, hands the
// answer to the client and returns what arrived. An answer that refuses is no
// error: see the entry.
func (r *Run) Call(ctx context.Context, c Call, edited *http.Request) (*trace.Entry, error) {
	ctx = r.context(ctx)
	a, id, s, err := r.caller(ctx, c)
	if err != nil {
		return nil, err
	}
	req, err := c.request(ctx, a, s)
	if edited != nil && !errors.Is(err, ErrNoDevice) { // an answer to a poll needs the device that waits
		req, err = edited, nil
	}
	if err != nil {
		return nil, err
	}
	if err := a.lab.sendable(req); err != nil {
		return nil, err
	}
	call := &trace.Call{Sender: a.sender(ctx)}
	ctx = trace.WithCall(ctx, call)
	out := &sending{wire: a.lab.world.wire}
	res, err := out.RoundTrip(req.WithContext(ctx))
	if err != nil {
		return nil, fmt.Errorf("lab: %w", err)
	}
	_ = res.Body.Close() // it is in memory
	r.spend()
	trace.ReportResponse(ctx, c.take(ctx, a, s, req, out.reply))
	e, err := arrived(call)
	if err != nil {
		return nil, err
	}
	return e, a.update(ctx, id, s)
}

// SendAs sends a request as somebody of the story who is not the run's client:
// an attacker, an API. It goes to a party of this lab and nowhere else.
func (r *Run) SendAs(ctx context.Context, from trace.Party, req *http.Request) (*trace.Entry, error) {
	return r.send(ctx, r.sender(from, trace.Back, ""), req)
}

// send sends a request over TCP as somebody, and returns what arrived.
func (r *Run) send(ctx context.Context, as trace.Sender, req *http.Request) (*trace.Entry, error) {
	if err := r.lab.sendable(req); err != nil {
		return nil, err
	}
	r.spend()
	call := &trace.Call{Sender: as}
	out := &sending{wire: r.lab.world.wire}
	res, err := out.RoundTrip(req.WithContext(trace.WithCall(ctx, call)))
	if err != nil {
		return nil, fmt.Errorf("lab: %w", err)
	}
	_ = res.Body.Close() // it is in memory
	return arrived(call)
}

// libraryContext makes golang.org/x/oauth2 send by out, and follow no redirect.
func libraryContext(ctx context.Context, out *sending) context.Context {
	return context.WithValue(ctx, oauth2.HTTPClient, &http.Client{
		Transport:     out,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	})
}

// byLibrary is a token request as golang.org/x/oauth2 makes it, whose answer is
// handed to that library as well.
func byLibrary(do func(ctx context.Context, a *app, s *Session) (*oauth2.Token, error)) Call {
	through := func(ctx context.Context, a *app, s *Session, out *sending) (*oauth2.Token, error) {
		out.prove = func(req *http.Request) error { return a.bind(ctx, req, "", s.DPoPNonce) }
		return do(libraryContext(ctx, out), a, s)
	}
	return Call{
		request: func(ctx context.Context, a *app, s *Session) (*http.Request, error) {
			out := &sending{}
			if _, err := through(ctx, a, s, out); !errors.Is(err, errCaptured) {
				return nil, err
			}
			return out.made, nil
		},
		take: func(ctx context.Context, a *app, s *Session, _ *http.Request, answer reply) []playground.Finding {
			tok, err := through(ctx, a, s, &sending{recorded: &answer})
			return a.takeTokens(s, answer, tok, err)
		},
	}
}

// ClientCredentials is a client's request for a token of its own (RFC 6749 §4.4).
func ClientCredentials() Call {
	return byLibrary(func(ctx context.Context, a *app, s *Session) (*oauth2.Token, error) {
		o := a.oauth(s.Scope)
		c := clientcredentials.Config{ClientID: o.ClientID, ClientSecret: o.ClientSecret, TokenURL: o.Endpoint.TokenURL, Scopes: o.Scopes, AuthStyle: o.Endpoint.AuthStyle}
		if a.keyed {
			assertion, err := a.assertion(ctx)
			if err != nil {
				return nil, err
			}
			c.EndpointParams = url.Values{"client_assertion_type": {AssertionType}, "client_assertion": {assertion}}
		}
		return c.Token(ctx)
	})
}

// Refresh is a client's request for new tokens by its refresh token (RFC 6749 §6).
func Refresh() Call {
	return byLibrary(func(ctx context.Context, a *app, s *Session) (*oauth2.Token, error) {
		if s.Tokens.RefreshToken == "" {
			return nil, ErrNoToken
		}
		old := &oauth2.Token{RefreshToken: s.Tokens.RefreshToken, Expiry: time.Unix(1, 0)} // long expired: refresh at once
		return a.at(s).TokenSource(ctx, old).Token()
	})
}

// GetSteps is the request for Alice's steps at StepCloud.
func GetSteps() Call {
	return Call{
		request: func(ctx context.Context, a *app, s *Session) (*http.Request, error) { return a.apiRequest(ctx, s) },
		take: func(_ context.Context, a *app, s *Session, _ *http.Request, answer reply) []playground.Finding {
			return a.takeSteps(s, answer)
		},
	}
}

// Download is the request for the steps of some days, which takes an authorization
// detail (RFC 9396 §9). Days are as in 2026-03-02.
func Download(from, to string) Call {
	c := GetSteps()
	c.request = func(ctx context.Context, a *app, s *Session) (*http.Request, error) {
		req, err := a.apiRequest(ctx, s)
		if err != nil {
			return nil, err
		}
		req.URL.Path = strings.TrimSuffix(req.URL.Path, "/v1/steps") + "/v1/download"
		req.URL.RawQuery = url.Values{"from": {from}, "to": {to}}.Encode()
		return req, nil
	}
	return c
}

// RunReport is a program's request at StepCloud for nobody's data in particular:
// a report over everybody.
func RunReport() Call {
	return Call{
		request: func(ctx context.Context, a *app, s *Session) (*http.Request, error) {
			if s.Tokens.AccessToken == "" {
				return nil, ErrNoToken
			}
			req, err := http.NewRequestWithContext(ctx, http.MethodPost, a.lab.apiURL(StepCloud)+"/v1/reports", http.NoBody)
			if err != nil {
				return nil, fmt.Errorf("lab: %w", err)
			}
			req.Header.Set("Authorization", "Bearer "+s.Tokens.AccessToken)
			req.Header.Set("Accept", "application/json")
			return req, nil
		},
		take: func(_ context.Context, a *app, _ *Session, _ *http.Request, answer reply) []playground.Finding {
			rows, _, _ := playground.Run(a.lab.mode(), &apiAnswer{reply: answer}, a.api[:1])
			return rows
		},
	}
}

// Revoke is a client's request that its access token shall work no more (RFC 7009
// §2.1). The client keeps the token, so that one can see what it is worth then.
func Revoke() Call {
	return Call{
		request: func(ctx context.Context, a *app, s *Session) (*http.Request, error) {
			if s.Tokens.AccessToken == "" {
				return nil, ErrNoToken
			}
			form := url.Values{"token": {s.Tokens.AccessToken}, "token_type_hint": {"access_token"}}
			req, err := http.NewRequestWithContext(ctx, http.MethodPost, a.lab.Issuer()+"/revoke", strings.NewReader(form.Encode()))
			if err != nil {
				return nil, fmt.Errorf("lab: %w", err)
			}
			req.SetBasicAuth(url.QueryEscape(a.id), url.QueryEscape(a.secret))
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			return req, nil
		},
		take: func(context.Context, *app, *Session, *http.Request, reply) []playground.Finding { return nil },
	}
}
