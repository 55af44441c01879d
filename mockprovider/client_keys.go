package mockprovider

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
)

const (
	// clientKeysTTL is how long a fetched JWK Set is used without another look.
	clientKeysTTL = 5 * time.Minute
	// maxFetches is how often one address is asked in clientKeysTTL, whatever
	// kids come: otherwise anybody could make us flood a client.
	maxFetches = 5
	// maxKeySets is how many fetched JWK Sets are kept.
	maxKeySets = 200
)

// keyCache keeps the JWK Sets of clients that have a jwks_uri. The zero value is
// empty and ready.
type keyCache struct {
	mu   sync.Mutex
	sets map[string]*fetchedKeys // by jwks_uri
}

// fetchedKeys is what one address answered. Its lock is held while it is asked,
// so that of many requests at once one asks.
type fetchedKeys struct {
	mu      sync.Mutex
	keys    []jose.JSONWebKey
	err     error
	at      time.Time // of the last fetch
	window  time.Time // since when fetches are counted
	fetches int
}

// clientKeys are the public keys of the client: those that it registered, or
// those at its jwks_uri (RFC 7591 §2). These are fetched again after five
// minutes, and at once if none of them has the kid that a JWT names: the client
// may have rotated its keys. The error says why there are none.
func (p *Provider) clientKeys(ctx context.Context, c *Client, kid string) ([]jose.JSONWebKey, error) {
	if c.JWKSURI == "" {
		return c.keys, nil
	}
	if c.Dynamic && !c.Confirmed { // also where another client's keys are at the same address
		return nil, errUnconfirmed
	}
	f := p.fetched.at(c.JWKSURI)
	f.mu.Lock()
	defer f.mu.Unlock()
	now := p.now()
	if age := now.Sub(f.window); age < 0 || age >= clientKeysTTL {
		f.window, f.fetches = now, 0
	}
	age := now.Sub(f.at)
	stale := f.at.IsZero() || age < 0 || age >= clientKeysTTL
	rotated := kid != "" && !slices.ContainsFunc(f.keys, func(k jose.JSONWebKey) bool { return k.KeyID == kid })
	if (stale || rotated || f.err != nil) && f.fetches < maxFetches {
		f.fetches++
		f.at = now
		f.keys, f.err = p.fetchKeys(ctx, c)
	}
	return f.keys, f.err
}

func (p *Provider) fetchKeys(ctx context.Context, c *Client) ([]jose.JSONWebKey, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.JWKSURI, http.NoBody)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Accept", "application/jwk-set+json, application/json")
	answer, err := p.call(ctx, c, r, nil)
	if err != nil {
		return nil, err
	}
	if answer.status != http.StatusOK {
		return nil, fmt.Errorf("the answer has the status %d", answer.status)
	}
	return parseJWKS(answer.body)
}

// at returns the entry of an address, and makes one if there is none.
func (k *keyCache) at(address string) *fetchedKeys {
	k.mu.Lock()
	defer k.mu.Unlock()
	if f := k.sets[address]; f != nil {
		return f
	}
	if k.sets == nil || len(k.sets) >= maxKeySets { // begin anew: what is needed comes back
		k.sets = make(map[string]*fetchedKeys)
	}
	f := &fetchedKeys{}
	k.sets[address] = f
	return f
}
