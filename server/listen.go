package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"syscall"

	"claimcheck/mockprovider/lab"
)

// listeners are the sockets of one server, on one port.
type listeners []net.Listener

// listen opens addr. The host localhost opens every loopback address of the
// machine, on the same port.
func listen(ctx context.Context, addr string) (listeners, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("-addr %q: %w", addr, err)
	}
	if host != "localhost" {
		l, err := listenOne(ctx, addr)
		if err != nil {
			return nil, err
		}
		return listeners{l}, nil
	}
	var ls listeners
	for _, ip := range []string{"127.0.0.1", "::1"} {
		l, err := listenOne(ctx, net.JoinHostPort(ip, port))
		if ip == "::1" && lacksIPv6(err) {
			continue
		}
		if err != nil {
			return nil, errors.Join(err, ls.Close())
		}
		ls = append(ls, l)
		port = strconv.Itoa(l.Addr().(*net.TCPAddr).Port) // port 0: the second takes the first one's
	}
	return ls, nil
}

func listenOne(ctx context.Context, addr string) (net.Listener, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("%s is taken: another program listens there, perhaps another Claimcheck; choose a port with -addr, as in -addr localhost:8081", addr)
	case errors.Is(err, syscall.EACCES):
		return nil, fmt.Errorf("%s: this user may not listen there; choose a port above 1023 with -addr, as in -addr localhost:8081", addr)
	case err != nil:
		return nil, fmt.Errorf("-addr: %w", err)
	}
	return l, nil
}

// lacksIPv6 tells a machine without IPv6 loopback from a taken port.
func lacksIPv6(err error) bool {
	return errors.Is(err, syscall.EADDRNOTAVAIL) || errors.Is(err, syscall.EAFNOSUPPORT)
}

// Close closes every listener.
func (ls listeners) Close() error {
	var errs []error
	for _, l := range ls {
		errs = append(errs, l.Close())
	}
	return errors.Join(errs...)
}

// port is the port that all of them share.
func (ls listeners) port() string {
	_, port, _ := net.SplitHostPort(ls[0].Addr().String())
	return port
}

// loopback says whether nobody but this machine can reach the server. It is
// judged by where we listen, never by who asks.
func (ls listeners) loopback() bool {
	for _, l := range ls {
		if a, ok := l.Addr().(*net.TCPAddr); !ok || !a.IP.IsLoopback() {
			return false
		}
	}
	return true
}

// dial connects to the first listener, whatever the address says: the cast
// talks to nobody but us, also when a public name leads elsewhere from here.
func (ls listeners) dial(ctx context.Context, network, _ string) (net.Conn, error) {
	a, ok := ls[0].Addr().(*net.TCPAddr)
	if !ok {
		return nil, fmt.Errorf("no TCP listener: %s", ls[0].Addr())
	}
	to := *a
	if to.IP.IsUnspecified() {
		to.IP = net.IPv4(127, 0, 0, 1)
	}
	return (&net.Dialer{}).DialContext(ctx, network, to.String())
}

// An origin is the canonical one, of which every link and the issuer begin,
// and the other spellings by which a request may reach us.
type origin struct {
	scheme string
	// host is the canonical host with its port, as a browser spells it.
	host string
	// port is the one that we listen on.
	port string
	// extra is the name that -host allows, with or without a port.
	extra string
	// local says that only this machine can reach us.
	local bool
}

// newOrigin finds the canonical origin: -public-url, else http://localhost:PORT.
func newOrigin(cfg config, ls listeners) (origin, error) {
	o := origin{scheme: "http", port: ls.port(), extra: cfg.host, local: ls.loopback() && cfg.publicURL == ""}
	o.host = withoutDefaultPort("http", "localhost:"+o.port)
	if cfg.publicURL != "" {
		u, err := url.Parse(cfg.publicURL)
		if err != nil {
			return origin{}, fmt.Errorf("-public-url: %w", err)
		}
		o.scheme, o.host = u.Scheme, withoutDefaultPort(u.Scheme, u.Host)
	}
	return o, nil
}

// String is the origin as a browser serialises it.
func (o origin) String() string { return o.scheme + "://" + o.host }

// secure says whether cookies can have the Secure attribute.
func (o origin) secure() bool { return o.scheme == "https" }

// canonical says whether a request's Host is the canonical spelling.
func (o origin) canonical(host string) bool {
	return withoutDefaultPort(o.scheme, strings.ToLower(host)) == o.host
}

// loopbackName says whether host is a loopback spelling of our own port.
func (o origin) loopbackName(host string) bool {
	name, port, err := net.SplitHostPort(host)
	if err != nil {
		name, port = strings.Trim(host, "[]"), "80"
	}
	return port == o.port && (strings.EqualFold(name, "localhost") || name == "127.0.0.1" || name == "::1")
}

// schoolName says whether host is one of the school's sites with the port of the
// canonical host: all their addresses are made of that one.
func (o origin) schoolName(host string) bool {
	return lab.SchoolHost(host) && portIn(withoutDefaultPort(o.scheme, host)) == portIn(o.host)
}

// portIn is the port that stands in host, empty if none does.
func portIn(host string) string {
	_, port, err := net.SplitHostPort(host)
	if err != nil {
		return ""
	}
	return port
}

// allowed says whether we answer to this Host at all, when it is asked for path. The
// school's names are those of parties: they have nothing of the site.
func (o origin) allowed(host, path string) bool {
	if o.canonical(host) || o.loopbackName(host) || o.schoolName(host) && strings.HasPrefix(path, "/app/") {
		return true
	}
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = host
	}
	return o.extra != "" && (strings.EqualFold(host, o.extra) || strings.EqualFold(name, o.extra))
}

func withoutDefaultPort(scheme, host string) string {
	host = strings.ToLower(host)
	if scheme == "https" {
		return strings.TrimSuffix(host, ":443")
	}
	return strings.TrimSuffix(host, ":80")
}
