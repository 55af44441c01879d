package race

import (
	"context"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// A site is an instance that serves HTTP, over connections inside this process.
type site struct {
	server *http.Server
	doors  *doors
	client *http.Client
	// sent counts the bytes of all requests, as they stood on the connection.
	sent atomic.Int64
}

// readTimeout ends a connection that says nothing. Only this package connects.
const readTimeout = time.Minute

// serve starts an instance. The caller closes it.
func serve(h http.Handler) *site {
	s := &site{
		server: &http.Server{Handler: h, ReadHeaderTimeout: readTimeout, MaxHeaderBytes: 16 << 10},
		doors:  &doors{come: make(chan net.Conn), closed: make(chan struct{})},
	}
	s.client = &http.Client{
		Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			c, err := s.doors.dial(ctx)
			return counted{c, &s.sent}, err
		}},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	go func() { _ = s.server.Serve(s.doors) }() // ends with ErrServerClosed, and in no other way
	return s
}

func (s *site) close() {
	s.client.CloseIdleConnections()
	_ = s.server.Close() // it closes doors, which has no error
}

// doors is a listener without a port: who dials gets one end of a pipe, and
// Accept the other.
type doors struct {
	come   chan net.Conn
	closed chan struct{}
	once   atomic.Bool
}

func (d *doors) dial(ctx context.Context) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case d.come <- theirs:
		return ours, nil
	case <-d.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Accept is what http.Server waits for.
func (d *doors) Accept() (net.Conn, error) {
	select {
	case c := <-d.come:
		return c, nil
	case <-d.closed:
		return nil, net.ErrClosed
	}
}

// Close ends Accept and dial.
func (d *doors) Close() error {
	if d.once.CompareAndSwap(false, true) {
		close(d.closed)
	}
	return nil
}

// Addr is no address that anybody could reach.
func (*doors) Addr() net.Addr { return &net.UnixAddr{Name: "race", Net: "pipe"} }

// counted counts what is written.
type counted struct {
	net.Conn

	n *atomic.Int64
}

func (c counted) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
	c.n.Add(int64(n))
	return n, err
}
