package lab

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"claimcheck/mockprovider"
	"claimcheck/mockprovider/trace"
)

// context returns a ctx for what the run does by itself, so that its writes are
// journaled and its values seeded like those of its messages.
func (r *Run) context(ctx context.Context) context.Context {
	return trace.WithSender(ctx, r.sender(ClientParty(r.cfg.Client), trace.Back, ""))
}

// Browse sends one request in the stead of the run's browser, with the run's
// cookies, and follows no redirect. A form makes a body of it. The address must
// be one of this lab's. The error is for a message that did not arrive.
func (r *Run) Browse(ctx context.Context, method, rawURL string, form url.Values) (*trace.Entry, error) {
	return r.browse(ctx, Browser(), method, rawURL, form)
}

func (r *Run) browse(ctx context.Context, who trace.Party, method, rawURL string, form url.Values) (*trace.Entry, error) {
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	call := &trace.Call{Sender: r.sender(who, trace.Front, "server")}
	req, err := http.NewRequestWithContext(trace.WithCall(ctx, call), method, rawURL, body)
	if err != nil {
		return nil, fmt.Errorf("lab: %w", err)
	}
	if err := r.lab.sendable(req); err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "text/html,application/xhtml+xml")
	req.Header.Set("User-Agent", "Claimcheck in the browser's stead")
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Origin", req.URL.Scheme+"://"+req.URL.Host)
	}
	res, err := r.lab.world.wire.Client().Do(req)
	if err != nil {
		return nil, fmt.Errorf("lab: %w", err)
	}
	_, err = io.Copy(io.Discard, res.Body) // the entry has it
	if cerr := res.Body.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return nil, fmt.Errorf("lab: %w", err)
	}
	return arrived(call)
}

// arrived is the entry of a message that got an answer.
func arrived(call *trace.Call) (*trace.Entry, error) {
	e := call.Entry()
	if e == nil {
		return nil, errors.New("lab: the answer did not come from this lab")
	}
	return e, nil
}

// TokenRequest is the token request exactly as x/oauth2 would send it for the
// client now, its body readable again by GetBody. The error is ErrNoCode before
// the callback brought a code.
func (r *Run) TokenRequest(ctx context.Context) (*http.Request, error) {
	a, s := r.lab.app(r.cfg.Client), r.SessionOf(ctx)
	return a.tokenRequest(r.context(ctx), &s)
}

// Redeem sends the token request over TCP, or what it was edited to, hands the
// answer to the client and returns what AcmeID received. A nil edited sends the
// request of TokenRequest. An answer that refuses is no error: see the entry.
func (r *Run) Redeem(ctx context.Context, edited *http.Request) (*trace.Entry, error) {
	return r.act(ctx, edited, r.lab.app(r.cfg.Client).redeem)
}

// APIRequest is the API request exactly as the client would send it now. The
// error is ErrNoToken before there is an access token.
func (r *Run) APIRequest(ctx context.Context) (*http.Request, error) {
	a, s := r.lab.app(r.cfg.Client), r.SessionOf(ctx)
	return a.apiRequest(r.context(ctx), &s)
}

// CallAPI sends the API request over TCP, or what it was edited to, hands the
// answer to the client and returns what StepCloud received.
func (r *Run) CallAPI(ctx context.Context, edited *http.Request) (*trace.Entry, error) {
	return r.act(ctx, edited, r.lab.app(r.cfg.Client).callAPI)
}

// act lets the client do something with the run's session, and keeps the result.
func (r *Run) act(ctx context.Context, edited *http.Request, do func(context.Context, *Session, *http.Request) (*trace.Entry, error)) (*trace.Entry, error) {
	if edited != nil {
		if err := r.lab.sendable(edited); err != nil {
			return nil, err
		}
	}
	a, id := r.lab.app(r.cfg.Client), r.sessionID(ctx)
	ctx = r.context(ctx)
	s, ok, err := a.load(ctx, id)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, ErrNoCode
	}
	e, err := do(ctx, s, edited)
	if err != nil {
		return nil, err
	}
	r.spend()
	return e, a.update(ctx, id, s)
}

// Misbehave lets AcmeID show a fault of [mockprovider.Faults] towards the run's
// client, once, until stop is called. What goes out before AcmeID knows the client
// is concerned for everybody.
func (r *Run) Misbehave(fault string) (stop func(), err error) {
	on := mockprovider.FaultSwitch{Name: fault, Client: r.cfg.Client, Times: 1}
	if f, ok := mockprovider.FaultNamed(fault); ok && f.NoClient {
		on.Client = ""
	}
	if err := r.lab.provider.SetFault(on); err != nil {
		return nil, fmt.Errorf("lab: %w", err)
	}
	return func() { r.lab.provider.ClearFault(fault) }, nil
}
