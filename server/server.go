package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"claimcheck/web"
)

// server holds what the handlers need. Nothing in it changes once it serves;
// what does change (labs, runs, limits) guards itself.
type server struct {
	cfg    config
	origin origin
	log    *slog.Logger
	now    func() time.Time
	rand   io.Reader

	site  *web.Site
	world http.Handler // the lab's mounts

	// compress wraps a handler whose answer is whole: pages, JSON, assets.
	compress func(http.Handler) http.HandlerFunc
	// crossOrigin refuses what another site makes a browser send.
	crossOrigin *http.CrossOriginProtection
	// costly limits what takes a noticeable amount of CPU.
	costly *limiter
	// stopping is closed when the server begins to stop; streams end then.
	stopping <-chan struct{}
}

// surroundings is what a server gets from outside: everything that a test may
// want to hold in its own hand.
type surroundings struct {
	log      *slog.Logger
	now      func() time.Time
	rand     io.Reader
	stopping <-chan struct{}
	// dial connects to our own listener, whatever the address says.
	dial func(ctx context.Context, network, addr string) (net.Conn, error)
}

// newServer builds everything that the handlers need.
func newServer(cfg config, o origin, with surroundings) (*server, error) {
	s := &server{
		cfg: cfg, origin: o, log: with.log, now: with.now, rand: with.rand, stopping: with.stopping,
		crossOrigin: http.NewCrossOriginProtection(),
		costly:      newLimiter(with.now),
	}
	compress, err := newCompressor()
	site, serr := web.New(web.Options{FS: s.webFiles(), Dev: cfg.dev})
	if err := errors.Join(err, serr); err != nil {
		return nil, fmt.Errorf("prepare: %w", err)
	}
	s.compress, s.site, s.world = compress, site, http.NotFoundHandler()
	return s, nil
}

// Timeouts of an ordinary connection. A stream lifts its own.
const (
	headerTimeout = 5 * time.Second
	readTimeout   = 30 * time.Second
	writeTimeout  = 30 * time.Second
	idleTimeout   = 2 * time.Minute
	stopTimeout   = 10 * time.Second
	maxHeader     = 64 << 10
)

// serve runs until ctx ends and every open request has its answer. It prints
// the address to open on stdout; the log goes to stderr.
func serve(ctx context.Context, cfg config, stdout, stderr io.Writer) error {
	ls, err := listen(ctx, cfg.addr)
	if err != nil {
		return err
	}
	o, err := newOrigin(cfg, ls)
	if err != nil {
		return errors.Join(err, ls.Close())
	}
	level := slog.LevelInfo
	if cfg.dev {
		level = slog.LevelDebug
	}
	log := slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: level}))
	s, err := newServer(cfg, o, surroundings{log: log, now: wallClock, rand: entropy(), stopping: ctx.Done(), dial: ls.dial})
	if err != nil {
		return errors.Join(err, ls.Close())
	}
	fmt.Fprint(stdout, s.greeting(ls))
	return s.run(ctx, ls)
}

// greeting is what the person who started the server reads.
func (s *server) greeting(ls listeners) string {
	text := fmt.Sprintf("Claimcheck is at %s\nIn its stories you are Alice; her password is alice. Stop it with Ctrl-C; runs, codes and tokens end with it.\n", s.origin)
	if !ls.loopback() {
		text += fmt.Sprintf("It listens on %s: whoever reaches that address shares this lab.\n", ls[0].Addr())
	}
	return text
}

// run serves on every listener until ctx ends, then lets open requests finish.
func (s *server) run(ctx context.Context, ls listeners) error {
	hs := &http.Server{
		Handler:           s.handler(),
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	failed := make(chan error, len(ls))
	for _, l := range ls {
		go func() { failed <- hs.Serve(l) }()
	}
	select {
	case err := <-failed:
		return errors.Join(err, hs.Close())
	case <-ctx.Done():
	}
	s.log.Info("stopping", "wait", stopTimeout)
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
	defer cancel()
	if err := hs.Shutdown(end); err != nil {
		return errors.Join(fmt.Errorf("some requests did not finish within %s: %w", stopTimeout, err), hs.Close())
	}
	return nil
}
