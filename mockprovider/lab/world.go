package lab

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"claimcheck/mockprovider"
	"claimcheck/mockprovider/trace"
)

// Main is the id of the lab that everybody shares on a local server.
const Main = "main"

// DefaultMaxLabs is how many labs a world holds if its Config does not say.
const DefaultMaxLabs = 64

// Config is what a world needs. Only Origin has no default.
type Config struct {
	// Origin is scheme and host of the public address: "http://localhost:8080".
	// The parties' addresses are below it.
	Origin string
	// Dial connects the cast to our own listener, without a proxy between,
	// whatever name the address has. Nil dials the host of Origin.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
	// Now is the wall clock. Nil means time.Now. Each lab's clock runs beside it.
	Now func() time.Time
	// Seed makes every value repeatable: codes, tokens, run ids, keys. Empty
	// means real randomness.
	Seed string
	// Secret opens the control calls of the lab main as a bearer token. Empty
	// means a random one.
	Secret string
	// Policy says how strict AcmeID is. The zero value is RFC 9700.
	Policy mockprovider.Policy
	// Log takes faults of our own, for the operator. Nil discards.
	Log *slog.Logger
	// TracePages is what the address of the page about an exchange begins with:
	// "http://localhost:8080/lab/traces/". It goes out as error_uri, and shows
	// nothing to others than the owner. Empty means that there are no such pages.
	TracePages string
	// Port is the port that the server listens on, where it is another one than
	// Origin's. AcmeID calls no address there.
	Port string
	// MaxLabs caps the labs. Zero means DefaultMaxLabs.
	MaxLabs int
	// Labs says more about single labs, by their id. They are opened at once.
	Labs map[string]Settings
}

// Settings are what one lab has beside the cast, from its beginning.
type Settings struct {
	// Policy and Seed replace those of the world if set.
	Policy mockprovider.Policy
	Seed   string
	// Keys sign, one per algorithm. An algorithm without one gets a fresh key.
	Keys []mockprovider.SigningKey
	// Users with the ID of one of the cast take their place.
	Users   []mockprovider.User
	Clients []mockprovider.Client
	APIs    []mockprovider.API
}

// A World is all labs behind one http.Handler. It is safe for concurrent use.
type World struct {
	cfg  Config
	wire *trace.Wire
	// local says that the world is reached by an address of this machine.
	local bool

	mu   sync.RWMutex
	labs map[string]*Lab
}

// ErrFull is returned when there are as many labs as there may be.
var ErrFull = errors.New("lab: there are as many labs as this server allows")

// New returns a world with the lab main in it.
func New(cfg Config) (*World, error) {
	u, err := url.Parse(cfg.Origin)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.Path != "" || u.RawQuery != "" {
		return nil, fmt.Errorf("lab: origin %q is not like http://localhost:8080", cfg.Origin)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now //nolint:forbidigo // the default of the one clock that is passed in
	}
	if cfg.MaxLabs <= 0 {
		cfg.MaxLabs = DefaultMaxLabs
	}
	if cfg.Dial == nil {
		cfg.Dial = dialSchool(u)
	}
	w := &World{cfg: cfg, wire: trace.NewWire(cfg.Dial), labs: map[string]*Lab{}, local: loopback(u.Hostname())}
	for _, id := range append([]string{Main}, slices.Sorted(maps.Keys(cfg.Labs))...) {
		if _, err := w.Open(id); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// loopback tells the names and addresses of this machine.
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback()
}

// Main is the lab that everybody shares on a local server.
func (w *World) Main() *Lab {
	l, _ := w.Lab(Main)
	return l
}

// Lab returns the lab with this id, if there is one.
func (w *World) Lab(id string) (*Lab, bool) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	l, ok := w.labs[id]
	if ok {
		l.used()
	}
	return l, ok
}

// Trace returns the exchange whose answer carries this id, and its lab.
func (w *World) Trace(id string) (*Lab, *trace.Entry, bool) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	for _, l := range w.labs {
		if e, ok := l.log.Trace(id); ok {
			return l, e, true
		}
	}
	return nil, nil, false
}

// ValidID tells whether a lab can have this id.
func ValidID(id string) bool { return snapshotName.MatchString(id) }

// Open returns the lab with this id, and makes it if there is none. An id is 1
// to 40 of a–z, 0–9 and "-". ErrFull means that the cap is reached.
func (w *World) Open(id string) (*Lab, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.open(id, func(*Lab) {})
}

// open is Open, with what makes the new lab another one. It is called with mu held.
func (w *World) open(id string, change func(*Lab)) (*Lab, error) {
	if l, ok := w.labs[id]; ok {
		return l, nil
	}
	if !ValidID(id) {
		return nil, fmt.Errorf("lab: %q is no id of a lab", id)
	}
	if len(w.labs) >= w.cfg.MaxLabs {
		return nil, ErrFull
	}
	l, err := newLab(w, id, change)
	if err != nil {
		return nil, err
	}
	w.labs[id] = l
	return l, nil
}

// ServeHTTP hands a message to the lab that its path names.
func (w *World) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	if l, ok := w.Lab(labID(r.URL.Path)); ok {
		l.handler.ServeHTTP(rw, r)
		return
	}
	http.Error(rw, "There is no lab at this address. The shared lab is called main; the page /lab lists who has which address.", http.StatusNotFound)
}

// labID finds the lab in a path. RFC 8414 §3.1 puts the well-known segment
// before the issuer's path, OpenID Connect Discovery 1.0 §4 after it.
func labID(path string) string {
	if rest, ok := strings.CutPrefix(path, "/.well-known/"); ok {
		_, path, _ = strings.Cut(rest, "/")
		path = "/" + path
	}
	for _, mount := range []string{"/idp/", "/app/", "/rs/"} {
		if rest, ok := strings.CutPrefix(path, mount); ok {
			id, _, _ := strings.Cut(rest, "/")
			id, _, _ = strings.Cut(id, mockprovider.IssuerMark)
			return id
		}
	}
	return ""
}

// World is the world that the lab is part of.
func (l *Lab) World() *World { return l.world }
