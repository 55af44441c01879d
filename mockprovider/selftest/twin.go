package selftest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"claimcheck/mockprovider"
)

// mount is the path of a twin's issuer. It is not empty, so that the two
// positions of the well-known segment differ.
const mount = "/idp/selftest"

// Twin runs the self-test against a second provider with the configuration cfg:
// its policy, its switched-off rules, its APIs, its keys and its clock, but with
// clients, a user and a store of its own, on a loopback port of its own. What the
// two providers advertise is the same but for the issuer.
func Twin(ctx context.Context, cfg mockprovider.Config) (*Report, error) {
	ring, err := newKeyRing()
	if err != nil {
		return nil, err
	}
	return twin(ctx, cfg, ring, func(h http.Handler) http.Handler { return h })
}

// twin wraps the provider, so that a test can make it lie.
func twin(ctx context.Context, cfg mockprovider.Config, ring keyRing, wrap func(http.Handler) http.Handler) (_ *Report, err error) {
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("selftest: %w", err)
	}
	logout, err := newReceiver(ctx)
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	defer func() { err = errors.Join(err, logout.server.Close()) }()

	if cfg.Keys == nil {
		if cfg.Keys, err = mockprovider.NewKeys(); err != nil {
			return nil, errors.Join(err, listener.Close())
		}
	}
	if cfg.Now == nil {
		cfg.Now = time.Now //nolint:forbidigo // the default of the clock that is passed in
	}
	cast, err := newCast(&cfg, ring, logout)
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	cast.join(&cfg)
	cfg.Issuer = "http://" + listener.Addr().String() + mount
	cfg.Store, cfg.Random, cfg.Log = nil, nil, nil
	provider, err := mockprovider.New(cfg)
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	server := &http.Server{Handler: wrap(provider), ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = server.Serve(listener) }()
	transport := &http.Transport{}
	defer func() {
		transport.CloseIdleConnections()
		err = errors.Join(err, server.Close())
	}()
	return Run(ctx, Target{Transport: transport, Issuer: cfg.Issuer, Now: cfg.Now, Cast: cast})
}

// A receiver is the client's address for back-channel logout. It keeps the last
// logout token.
type receiver struct {
	url    string
	server *http.Server

	mu    sync.Mutex
	token string
}

func newReceiver(ctx context.Context) (*receiver, error) {
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("selftest: %w", err)
	}
	r := &receiver{url: "http://" + listener.Addr().String() + "/backchannel-logout"}
	r.server = &http.Server{ReadHeaderTimeout: 5 * time.Second, Handler: http.HandlerFunc(func(_ http.ResponseWriter, req *http.Request) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.token = req.PostFormValue("logout_token")
	})}
	go func() { _ = r.server.Serve(listener) }()
	return r, nil
}

// take returns the token that came last, and forgets it.
func (r *receiver) take() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	token := r.token
	r.token = ""
	return token
}
