package mockprovider

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"sync/atomic"
	"time"
)

// IssuerMark stands between the issuer and the name of a provider beside it.
const IssuerMark = "~"

var besideName = regexp.MustCompile(`^[a-z0-9_]{1,60}$`)

// beside is what a provider beside another one knows of that.
type beside struct {
	home *Provider
	seen atomic.Pointer[mode] // the mode of home that ours was made from
}

// Beside returns a provider with an issuer of its own: that of p, a tilde and
// the name. It has p's clients, users, APIs, keys, policy and clock, and follows
// them. Codes, tokens, sessions and consents it keeps apart under its name, so
// that what one of the two issued is unknown to the other. Its faults are its
// own. The caller mounts it: its paths begin with its issuer's.
func (p *Provider) Beside(name string) (*Provider, error) {
	if !besideName.MatchString(name) {
		return nil, fmt.Errorf("%q can't stand in an issuer: use a–z, 0–9 and _", name)
	}
	cfg := p.cfg
	cfg.Issuer += IssuerMark + name
	issuer, err := checkIssuer(cfg.Issuer, cfg.InsecureHTTPIssuer)
	if err != nil {
		return nil, err
	}
	twin := &Provider{
		cfg: cfg, store: besideStore{p.store, name + IssuerMark}, keys: p.keys, log: p.log,
		registry: p.registry, trusted: p.trusted, issuer: issuer, nonceKey: p.nonceKey, pages: p.pages,
	}
	twin.beside.home = p
	twin.follow()
	twin.routes = twin.routeTable()
	return twin, nil
}

// Faulty is Beside with the fault of this name on: an app under test changes
// nothing but its issuer.
func (p *Provider) Faulty(name string) (*Provider, error) {
	if _, ok := FaultNamed(name); !ok {
		return nil, fmt.Errorf("fault %q is none of this provider's", name)
	}
	twin, err := p.Beside(name)
	if err != nil {
		return nil, err
	}
	return twin, twin.SetFault(FaultSwitch{Name: name})
}

// follow takes over how strict the provider beside is now.
func (p *Provider) follow() {
	if p.beside.home == nil {
		return
	}
	if m := p.beside.home.mode.Load(); p.beside.seen.Load() != m {
		p.mode.Store(p.newMode(cmp.Or(m.policy, PolicyRFC9700), m.off))
		p.beside.seen.Store(m)
	}
}

// besideStore keeps the records of a provider beside another one in that one's
// store.
type besideStore struct {
	under  Store
	prefix string
}

func (s besideStore) Put(ctx context.Context, key string, val []byte, ttl time.Duration) error {
	return s.under.Put(ctx, s.prefix+key, val, ttl)
}

func (s besideStore) Get(ctx context.Context, key string) ([]byte, error) {
	return s.under.Get(ctx, s.prefix+key)
}

func (s besideStore) Take(ctx context.Context, key string) ([]byte, error) {
	return s.under.Take(ctx, s.prefix+key)
}

func (s besideStore) Swap(ctx context.Context, key string, old, val []byte, ttl time.Duration) (bool, error) {
	return s.under.Swap(ctx, s.prefix+key, old, val, ttl)
}
