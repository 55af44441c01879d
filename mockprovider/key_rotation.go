package mockprovider

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"github.com/go-jose/go-jose/v4"
)

// rotation is what changes of the keys at run time. No lock is held while
// signing.
type rotation struct {
	mu sync.RWMutex
	// active replaces the first key of an algorithm, others are published beside.
	active map[string]*SigningKey
	others []*SigningKey
	// signed holds the IDs of the others that have signed before.
	signed map[string]bool
	set    []byte // the JWK Set once something changed
}

// maxPublished is how many keys stand beside those that sign, at most. A JWK Set
// stays of a size that a client reads.
const maxPublished = 8

// Publish puts a key into the JWK Set without signing with it yet, so that
// clients have it in their caches when Activate comes. It returns the key's ID.
// The algorithm must be one that there is a key for.
func (k *Keys) Publish(key SigningKey) (kid string, err error) {
	next, err := key.complete()
	if err != nil {
		return "", err
	}
	return next.KID, k.change(func(r *rotation) error {
		if !slices.Contains(k.algs, next.Alg) || k.taken(next.KID) {
			return fmt.Errorf("key %q: its algorithm is not in use here, or its ID is", next.KID)
		}
		if len(r.others) >= maxPublished {
			return fmt.Errorf("%d keys are published beside those that sign: retire one first", maxPublished)
		}
		r.others = append(r.others, next)
		return nil
	})
}

// Activate signs with a published key from now on. The key before stays in the
// JWK Set, for the tokens that it signed.
func (k *Keys) Activate(kid string) error {
	return k.change(func(r *rotation) error {
		i := r.index(kid)
		if i < 0 {
			return fmt.Errorf("no key %q is published", kid)
		}
		next := r.others[i]
		before, err := k.current(next.Alg)
		if err != nil {
			return err
		}
		r.others[i], r.active[next.Alg] = before, next
		r.signed[before.KID] = true
		delete(r.signed, kid)
		return nil
	})
}

// Retire takes a key out of the JWK Set at once: what it signed is good no more.
// The key that signs can't be retired.
func (k *Keys) Retire(kid string) error {
	return k.change(func(r *rotation) error {
		i := r.index(kid)
		if i < 0 {
			return fmt.Errorf("no key %q is published beside the one that signs", kid)
		}
		r.others = slices.Delete(r.others, i, i+1)
		delete(r.signed, kid)
		return nil
	})
}

// change runs one step and makes the JWK Set anew.
func (k *Keys) change(step func(*rotation) error) error {
	if _, err := k.jwks(); err != nil { // every key is made before the lock is taken
		return err
	}
	k.rotation.mu.Lock()
	defer k.rotation.mu.Unlock()
	if err := step(&k.rotation); err != nil {
		return err
	}
	return k.publish()
}

// publish makes the JWK Set anew. The caller holds the lock.
func (k *Keys) publish() error {
	var set jose.JSONWebKeySet
	for _, alg := range k.algs {
		key, err := k.current(alg)
		if err != nil {
			return err
		}
		set.Keys = append(set.Keys, key.public())
	}
	for _, key := range k.rotation.others {
		set.Keys = append(set.Keys, key.public())
	}
	raw, err := json.Marshal(set)
	k.rotation.set = raw
	return err
}

func (r *rotation) index(kid string) int {
	return slices.IndexFunc(r.others, func(key *SigningKey) bool { return key.KID == kid })
}

// current is the key that signs. The caller holds the lock.
func (k *Keys) current(alg string) (*SigningKey, error) {
	if key := k.rotation.active[alg]; key != nil {
		return key, nil
	}
	return k.keys[alg]()
}

// taken tells whether a published key has the ID. The caller holds the lock.
func (k *Keys) taken(kid string) bool {
	return k.rotation.index(kid) >= 0 || slices.ContainsFunc(k.algs, func(alg string) bool {
		key, err := k.current(alg)
		return err != nil || key.KID == kid
	})
}

// verifier is the published key of that algorithm and ID, or nil.
func (k *Keys) verifier(alg, kid string) *SigningKey {
	return k.published(alg, func(key *SigningKey) bool { return key.KID == kid })
}

// stands tells whether the key that has this thumbprint is still published.
func (k *Keys) stands(alg, thumbprint string) bool {
	return k.published(alg, func(key *SigningKey) bool { return key.thumbprint == thumbprint }) != nil
}

// published is the first published key of that algorithm that fits, the one that
// signs before the others, or nil.
func (k *Keys) published(alg string, fits func(*SigningKey) bool) *SigningKey {
	if key, err := k.Key(alg); err == nil && fits(key) {
		return key
	}
	k.rotation.mu.RLock()
	defer k.rotation.mu.RUnlock()
	for _, key := range k.rotation.others {
		if key.Alg == alg && fits(key) {
			return key
		}
	}
	return nil
}
