package mockprovider

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"

	"claimcheck/mockprovider/internal/keycache"
	"claimcheck/playground"
)

// maxKeySets is how many fetched JWK Sets are kept.
const maxKeySets = 200

// fetchedSet is the fetched JWK Set of one address.
type fetchedSet = keycache.Cache[[]jose.JSONWebKey]

// keyCache keeps the JWK Sets of clients that have a jwks_uri. The zero value is
// empty and ready.
type keyCache struct {
	mu   sync.Mutex
	sets map[string]*fetchedSet // by jwks_uri
}

// clientKeys are the public keys of the client: those that it registered, or
// those at its jwks_uri (RFC 7591 §2). These are fetched again after five
// minutes, and at once if none of them has the kid that a JWT names: the client
// may have rotated its keys. The error says why there are none: in a rehearsal,
// which fetches nothing, that they are not held.
func (p *Provider) clientKeys(ctx context.Context, c *Client, kid string) ([]jose.JSONWebKey, error) {
	if c.JWKSURI == "" {
		return c.keys, nil
	}
	named := func(set []jose.JSONWebKey) bool {
		return kid == "" || slices.ContainsFunc(set, func(k jose.JSONWebKey) bool { return k.KeyID == kid })
	}
	if p.heldOnly {
		if held := p.fetched.held(c.JWKSURI); held.Good(p.now()) && named(held.Keys) {
			return held.Keys, nil
		}
		return nil, ErrKeysNotHeld
	}
	if c.Dynamic && !c.Confirmed { // also where another client's keys are at the same address
		return p.fetchKeys(ctx, c) // which is refused, and recorded
	}
	keys, _, err := p.fetched.at(c.JWKSURI).Get(p.now(), named, func() ([]jose.JSONWebKey, time.Duration, error) {
		set, err := p.fetchKeys(ctx, c)
		return set, 0, err
	})
	return keys, err
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
func (k *keyCache) at(address string) *fetchedSet {
	k.mu.Lock()
	defer k.mu.Unlock()
	if f := k.sets[address]; f != nil {
		return f
	}
	if k.sets == nil || len(k.sets) >= maxKeySets { // begin anew: what is needed comes back
		k.sets = make(map[string]*fetchedSet)
	}
	f := &fetchedSet{}
	k.sets[address] = f
	return f
}

// held is what is kept of an address, without an entry for a new one.
func (k *keyCache) held(address string) keycache.Held[[]jose.JSONWebKey] {
	k.mu.Lock()
	defer k.mu.Unlock()
	if f := k.sets[address]; f != nil {
		return f.Held()
	}
	return keycache.Held[[]jose.JSONWebKey]{}
}

// noClientKeys is the outcome of a rule that needs the keys of a client.
func noClientKeys(err error) playground.Outcome {
	if errors.Is(err, ErrKeysNotHeld) {
		return playground.Broken(err) // this ends the rehearsal; see Preview
	}
	return failAs("client_keys_fetched", "a JWK Set at the client's jwks_uri", err.Error(), "make the address answer with the public keys, or register them as jwks")
}
