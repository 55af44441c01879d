package trace

import (
	"context"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync"
	"time"
)

// A Wire tells a receiver who sent a message, without anything being added to
// the message: the sender's transport registers the local address of its TCP
// connection before it writes, and the receiver looks the remote address up. It
// works on HTTP/1.1, where a connection carries one message at a time.
type Wire struct {
	base http.RoundTripper

	mu    sync.Mutex
	calls map[string]*Call
}

// NewWire returns a wire whose connections are made by dial, which must lead to
// the listener of the parties without a proxy between. Nil dials the address of
// the URL.
func NewWire(dial func(ctx context.Context, network, addr string) (net.Conn, error)) *Wire {
	if dial == nil {
		dial = (&net.Dialer{Timeout: 5 * time.Second}).DialContext
	}
	return &Wire{
		base: &http.Transport{
			DialContext:           dial,
			MaxIdleConnsPerHost:   8,
			IdleConnTimeout:       30 * time.Second,
			ResponseHeaderTimeout: 10 * time.Second,
			DisableCompression:    true, // the message goes out as the sender wrote it
		},
		calls: map[string]*Call{},
	}
}

// RoundTrip sends a message for the [Call] in its ctx and follows no redirect.
// A message to an https origin goes to our own listener in plain text, with the
// same Host: the proxy that ends TLS stands in front of that listener.
func (w *Wire) RoundTrip(req *http.Request) (*http.Response, error) {
	call, _ := req.Context().Value(keyCall).(*Call)
	if req.URL.Scheme == "https" {
		u := *req.URL
		u.Scheme = "http"
		req = req.Clone(req.Context())
		req.URL = &u
	}
	if call == nil {
		return w.base.RoundTrip(req)
	}
	var addrs []string // more than one if the connection was found dead
	ctx := httptrace.WithClientTrace(req.Context(), &httptrace.ClientTrace{
		GotConn: func(i httptrace.GotConnInfo) {
			w.mu.Lock()
			defer w.mu.Unlock()
			addr := i.Conn.LocalAddr().String()
			addrs = append(addrs, addr)
			w.calls[addr] = call
		},
	})
	res, err := w.base.RoundTrip(req.WithContext(ctx))
	// The recorder appends the entry before the answer is written, so the
	// registration has done its work when the answer is here.
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, addr := range addrs {
		if w.calls[addr] == call {
			delete(w.calls, addr)
		}
	}
	return res, err
}

// Client returns an http.Client over the wire that follows no redirect. Calls
// are taken from the ctx of each request.
func (w *Wire) Client() *http.Client {
	return &http.Client{
		Transport:     w,
		Timeout:       15 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// from returns the call whose message came from this address, nil if it came
// from elsewhere.
func (w *Wire) from(addr string) *Call {
	if w == nil {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.calls[addr]
}
