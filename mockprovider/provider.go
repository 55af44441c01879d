package mockprovider

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash/maphash"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-jose/go-jose/v4"

	"claimcheck/mockprovider/trace"
	"claimcheck/playground"
)

// maxBody is the largest request body that is read, in bytes.
const maxBody = 64 << 10

// Provider is the authorization server. It is an http.Handler that matches full
// paths below its issuer, and the well-known places that belong to the issuer;
// mount it without StripPrefix. It is safe for concurrent use.
type Provider struct {
	cfg     Config
	store   Store
	keys    *Keys
	log     *slog.Logger
	trusted map[string][]jose.JSONWebKey // by issuer
	issuer  *url.URL
	routes  map[string]endpoint
	// registry holds clients, users and APIs, which may change at run time.
	registry *Registry
	// fetched keeps the keys of clients that have them at a jwks_uri. resolver is
	// nil outside tests.
	fetched  *keyCache
	heldOnly bool // a rehearsal: what is not held is not fetched
	resolver *net.Resolver
	// nonceKey makes the nonces for DPoP proofs.
	nonceKey []byte
	mode     atomic.Pointer[mode]
	// grace is Config.RefreshGrace, which can be changed.
	grace  atomic.Int64
	guards guards
	faults faults
	beside beside
	pages  *pages
	rooms  sync.Pool // of judgements
	// lastMetadata and lastKeySet are what went out last.
	lastMetadata, lastKeySet atomic.Pointer[tagged]
	// observe sees the rows of every request, for tests of this package.
	observe func(context.Context, []playground.Finding)
}

// New checks the configuration and returns the provider. It does not wait for
// keys: those are made in the background.
func New(cfg Config) (*Provider, error) {
	issuer, err := checkIssuer(cfg.Issuer, cfg.InsecureHTTPIssuer)
	if err != nil {
		return nil, err
	}
	p := &Provider{
		cfg: cfg, store: cfg.Store, keys: cfg.Keys, issuer: issuer, registry: cfg.Registry, fetched: &keyCache{},
		guards: guards{seed: maphash.MakeSeed()},
	}
	if err := errors.Join(p.defaults(), p.register(), p.trust()); err != nil {
		return nil, err
	}
	off, err := switchedOff(cfg.InsecureOff)
	if err != nil {
		return nil, err
	}
	if _, err := cfg.Policy.values(); err != nil {
		return nil, err
	}
	if cfg.PushedLifetime < 0 || cfg.PushedLifetime > maxPushedLifetime {
		return nil, fmt.Errorf("a pushed request may wait for %s at most (RFC 9126 §2.2), not for %s", maxPushedLifetime, cfg.PushedLifetime)
	}
	if cfg.CodeLifetime < 0 || cfg.AccessTokenLifetime < 0 {
		return nil, errors.New("a lifetime can't be negative")
	}
	if cfg.CodeLifetime > maxCodeLifetime {
		return nil, fmt.Errorf("a code may live for %s at most (RFC 6749 §4.1.2), not for %s", maxCodeLifetime, cfg.CodeLifetime)
	}
	p.nonceKey = p.cfg.Random(context.Background(), "dpop_nonce", sha256.Size)
	p.mode.Store(p.newMode(cmp.Or(cfg.Policy, PolicyRFC9700), off))
	p.grace.Store(int64(cfg.RefreshGrace))
	p.routes = p.routeTable()
	return p, nil
}

func (p *Provider) defaults() (err error) {
	if p.cfg.Name == "" {
		p.cfg.Name = "Mock identity provider"
	}
	if p.log = p.cfg.Log; p.log == nil {
		p.log = slog.New(slog.DiscardHandler)
	}
	if p.cfg.Now == nil {
		p.cfg.Now = wallClock
	}
	if p.cfg.Random == nil {
		p.cfg.Random = systemRandom
	}
	if p.store == nil {
		p.store = NewMemory(MemoryConfig{})
	}
	if p.keys == nil {
		if p.keys, err = NewKeys(); err != nil {
			return err
		}
	}
	p.pages, err = loadPages()
	return err
}

// register takes over the registry, or makes one of the configuration.
func (p *Provider) register() (err error) {
	if p.registry != nil && len(p.cfg.Clients)+len(p.cfg.Users)+len(p.cfg.APIs) > 0 {
		return errors.New("the parties stand in Registry, or in Clients, Users and APIs, not in both")
	}
	if p.registry == nil {
		if p.registry, err = NewRegistry(p.cfg.Clients, p.cfg.Users, p.cfg.APIs); err != nil {
			return err
		}
	}
	if err := p.checkDetailTypes(); err != nil {
		return err
	}
	return p.registry.serve(p.keys.algs)
}

// endpoint is one path of the provider.
type endpoint struct {
	methods []string
	cors    corsRule
	serve   http.HandlerFunc
	// document is what serve answers to a plain GET, prepared. It returns nil where
	// that is not known yet, and is nil where every answer is another one.
	document func() *trace.Document
}

// routeTable is every path that the provider answers.
func (p *Provider) routeTable() map[string]endpoint {
	base := p.issuer.Path
	get, post := []string{http.MethodGet, http.MethodHead}, []string{http.MethodPost}
	page := []string{http.MethodGet, http.MethodPost}
	metadata := endpoint{get, corsPublic, p.metadata, p.preparedMetadata}
	table := map[string]endpoint{
		base + "/authorize": {page, corsNone, p.authorize, nil},
		base + "/login":     {page, corsNone, p.login, nil},
		base + "/consent":   {page, corsNone, p.consent, nil},
		base + "/token":     {post, corsClients, p.token, nil},
		base + "/userinfo":  {page, corsClients, p.userInfo, nil},
		base + "/jwks":      {get, corsPublic, p.jwks, p.preparedKeySet},
		base + "/style.css": {get, corsNone, p.style, nil},

		base + "/introspect": {post, corsNone, p.introspection, nil},
		base + "/revoke":     {post, corsClients, p.revocation, nil},
		base + "/par":        {post, corsClients, p.push, nil},
		base + "/logout":     {page, corsNone, p.endSession, nil},
		base + "/device":     {page, corsNone, p.verification, nil},

		base + "/device_authorization": {post, corsClients, p.deviceAuthorization, nil},

		// RFC 8414 §3.1 inserts the well-known segment before the issuer's
		// path, OpenID Connect Discovery 1.0 §4 appends it.
		"/.well-known/oauth-authorization-server" + base: metadata,
		"/.well-known/openid-configuration" + base:       metadata,
		base + "/.well-known/openid-configuration":       metadata,
	}
	if p.registers() {
		table[base+"/register"] = endpoint{post, corsClients, p.registerDynamic, nil}
		table[base+registerPath] = endpoint{[]string{http.MethodGet, http.MethodHead, http.MethodPut, http.MethodDelete}, corsClients, p.configuration, nil}
	}
	return table
}

// registerPath begins the path of the client configuration endpoint of every
// client that registered itself (RFC 7592 §3).
const registerPath = "/register/"

// route finds the endpoint of a path.
func (p *Provider) route(path string) (endpoint, bool) {
	if rest, ok := strings.CutPrefix(path, p.issuer.Path); ok && strings.HasPrefix(rest, registerPath) {
		path = p.issuer.Path + registerPath
	}
	e, ok := p.routes[path]
	return e, ok
}

// ServeHTTP implements http.Handler.
func (p *Provider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.follow()
	e, ok := p.route(r.URL.Path)
	if !ok {
		p.pageNothing(w, r.URL.Path)
		return
	}
	if p.sentPrepared(w, r, &e) || p.answersInstead(w, r, "*", "", false) || p.cors(w, r, e) {
		return
	}
	if !slices.Contains(e.methods, r.Method) {
		methodNotAllowed(w, e.methods)
		return
	}
	if r.Body != nil && r.Body != http.NoBody {
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	}
	e.serve(w, r)
}

// Issuer is the issuer identifier, character by character as configured.
func (p *Provider) Issuer() string { return p.cfg.Issuer }

// Keys are the keys that the provider signs with.
func (p *Provider) Keys() *Keys { return p.keys }

func (p *Provider) now() time.Time { return p.cfg.Now() }

// url is the absolute URL of a path below the issuer.
func (p *Provider) url(path string) string { return p.cfg.Issuer + path }

// checkIssuer refuses what RFC 8414 §2 does not allow as an issuer identifier.
func checkIssuer(issuer string, insecureHTTP bool) (*url.URL, error) {
	u, err := url.Parse(issuer)
	switch {
	case err != nil:
		return nil, fmt.Errorf("issuer: %w", err)
	case u.Scheme != "https" && u.Scheme != "http", u.Host == "":
		return nil, fmt.Errorf("issuer %q is no absolute http or https URL", issuer)
	case u.RawQuery != "", u.ForceQuery, strings.Contains(issuer, "#"), u.User != nil:
		return nil, fmt.Errorf("issuer %q has a query, a fragment or user information (RFC 8414 §2)", issuer)
	case strings.Contains(u.Path, ";"), u.EscapedPath() != (&url.URL{Path: u.Path}).EscapedPath():
		return nil, fmt.Errorf("issuer %q has a semicolon or an escaped slash in its path; cookies and proxies read those differently", issuer)
	case strings.HasSuffix(u.Path, "/"):
		return nil, fmt.Errorf("issuer %q ends with a slash; endpoints would have two", issuer)
	case u.Scheme == "http" && !isLoopback(u.Hostname()) && !insecureHTTP:
		return nil, fmt.Errorf("issuer %q is http and not on this machine; use https, or InsecureHTTPIssuer in a class", issuer)
	}
	return u, nil
}

// isLoopback tells the names and addresses of this machine (RFC 8252 §7.3).
func isLoopback(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
