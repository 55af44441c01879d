package mockprovider

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"syscall"
	"time"

	"claimcheck/mockprovider/internal/noanswer"
	"claimcheck/mockprovider/trace"
)

const (
	// outboundTimeout is how long one call to a client may take, and
	// outboundLimit how much of its answer is read, in bytes.
	outboundTimeout = 5 * time.Second
	outboundLimit   = 64 << 10
)

// Why the provider does not call an address.
const (
	errOutbound    = noanswer.Refusal("the provider calls loopback addresses only, and never itself")
	errUnconfirmed = noanswer.Refusal("the client registered itself, and nobody has confirmed the addresses that it named")
	errTooLong     = noanswer.Refusal("the answer is longer than 64 KiB")
)

// A reply is what a client answered to a call.
type reply struct {
	status int
	body   []byte
}

// call sends a request to an address that the client registered. It is the one
// way out: to confirmed clients, to loopback addresses, never to our own
// listener, without redirects, for a bounded time and a bounded answer. The
// message is recorded with the exchange that led to it, also one that got no
// answer, or was never sent. The error is a clause for the learner.
func (p *Provider) call(ctx context.Context, c *Client, r *http.Request, sent []byte) (*reply, error) {
	to := trace.Party{Role: trace.RoleOwnApp, ID: c.ID, Name: c.displayName()}
	request := trace.Message{Method: r.Method, URL: r.URL.String(), Proto: r.Proto, Header: r.Header, Body: sent}
	if c.Dynamic && !c.Confirmed {
		trace.Unanswered(ctx, to, request, errUnconfirmed.Error())
		return nil, errUnconfirmed
	}
	// The browser that asked may be gone before every client has answered.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), outboundTimeout)
	defer cancel()
	way, inside := p.wayTo(c)
	answer, err := way.Do(r.WithContext(ctx))
	if err != nil {
		err = &noanswer.Error{Err: err}
		trace.Unanswered(ctx, to, request, err.Error())
		return nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(answer.Body, outboundLimit+1))
	if err == nil && len(body) > outboundLimit {
		body, err = body[:outboundLimit], errTooLong
	}
	response, failure := trace.Message{Proto: answer.Proto, Status: answer.StatusCode, Header: answer.Header, Body: body}, ""
	if err != nil {
		err = &noanswer.Error{Err: err}
		failure = err.Error()
	}
	if !inside { // there the receiver records it
		trace.Sent(ctx, to, request, response, failure)
	}
	if err != nil {
		return nil, err
	}
	return &reply{answer.StatusCode, body}, nil
}

// wayTo is how a client is reached, and whether it lives in this process.
func (p *Provider) wayTo(c *Client) (way *http.Client, inside bool) {
	if p.cfg.Inside != nil {
		if t := p.cfg.Inside(c.ID); t != nil {
			return &http.Client{
				Timeout: outboundTimeout, Transport: t,
				CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
			}, true
		}
	}
	return p.outbound(), false
}

// outbound is a client that looks at the address that was resolved, goes through
// no proxy, and follows no redirect.
func (p *Provider) outbound() *http.Client {
	dialer := &net.Dialer{Timeout: outboundTimeout, Resolver: p.resolver, Control: func(_, address string, _ syscall.RawConn) error {
		return p.mayCall(address)
	}}
	return &http.Client{
		Timeout:       outboundTimeout,
		Transport:     &http.Transport{DialContext: dialer.DialContext, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// mayCall judges an address after its name was resolved. Addresses that only
// this machine's network means, where metadata services are, stay closed also
// with InsecureOutbound.
func (p *Provider) mayCall(address string) error {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return err
	}
	ip := net.ParseIP(host)
	switch {
	case ip == nil, !ip.IsLoopback() && !p.cfg.InsecureOutbound:
		return errOutbound
	case ip.IsUnspecified(), ip.IsLinkLocalUnicast(), ip.IsMulticast():
		return errOutbound
	case port == portOf(p.issuer), slices.Contains(p.cfg.OwnPorts, port):
		return errOutbound
	}
	return nil
}

func portOf(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case u.Scheme == "https":
		return "443"
	}
	return "80"
}
