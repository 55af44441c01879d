// Package keycache keeps the JWK Set of somebody else, as a party does that
// verifies what another has signed: it uses the set for its lifetime, looks once
// more where a token names a key that is not in it, and asks no more often than a
// limit allows, whatever tokens come (OpenID Connect Core 1.0 §10.1.1).
//
// What a set is, how it is fetched and what the time is are the caller's.
package keycache

import (
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// Lifetime is how long a set is used whose answer names no lifetime of its own.
	Lifetime = 5 * time.Minute
	// MaxFetches is how often the address is asked in one Lifetime for a set to
	// use, where there is none or its lifetime is over: else anybody could make us
	// flood an address that is down.
	MaxFetches = 5
	// MaxLookups is how often it is asked in one Lifetime although the set at hand
	// is good, for something that the set lacks: else made-up kids would do the
	// same. These are counted apart, so that they leave the fetches alone that
	// everybody needs.
	MaxLookups = 4
)

// ErrLimit says that there is no set, and that the address has been asked as
// often as it may be.
var ErrLimit = errors.New("the keys were asked for too often without success; they are asked for again later")

// A Cache keeps one set of the type K. The zero value is empty and ready. It is
// safe for concurrent use: of many that need a set at once one fetches it, and
// nobody waits who needs none.
type Cache[K any] struct {
	fetching sync.Mutex
	kept     atomic.Pointer[kept[K]]
}

// kept is what a cache knows. Nobody changes it.
type kept[K any] struct {
	Held[K]
	err error // of the last fetch

	window           time.Time // since when it is counted
	fetches, lookups int       // see MaxFetches, MaxLookups
}

// Held is the set that a cache holds.
type Held[K any] struct {
	Keys K
	// At is when it was fetched, Until how long it is used without another look.
	// Both are zero where there is no set.
	At, Until time.Time
}

// Good says whether the set may be used at a time. A clock that was moved back
// before the fetch makes it old, too.
func (h *Held[K]) Good(now time.Time) bool {
	return !h.At.IsZero() && !now.Before(h.At) && now.Before(h.Until)
}

// A Source says how a set came into the hands of who asked for it.
type Source int

// The sources.
const (
	// Cached is a set that was fetched before, and has what was asked for.
	Cached Source = iota
	// Fetched is a set that was fetched for this.
	Fetched
	// Kept is a set that was fetched before and lacks what was asked for: the
	// address was asked again and gave nothing better.
	Kept
	// Limited is a set that was fetched before and lacks what was asked for,
	// where the address was asked too often already.
	Limited
)

// Get returns the set to use now. It fetches one where there is none, where its
// lifetime is over, and where it has not what is needed: has says whether a set
// has it. Fetch returns a set with its lifetime; zero means [Lifetime]. The
// error says why there is no set: that of fetch, or [ErrLimit].
func (c *Cache[K]) Get(now time.Time, has func(K) bool, fetch func() (K, time.Duration, error)) (K, Source, error) {
	if k := c.kept.Load(); k != nil && k.Good(now) && has(k.Keys) {
		return k.Keys, Cached, nil
	}
	c.fetching.Lock()
	defer c.fetching.Unlock()
	before := c.kept.Load()
	k := kept[K]{}
	if before != nil {
		k = *before
	}
	good := k.Good(now)
	if good && has(k.Keys) { // somebody else has fetched it meanwhile
		return k.Keys, Cached, nil
	}
	if age := now.Sub(k.window); age < 0 || age >= Lifetime {
		k.window, k.fetches, k.lookups = now, 0, 0
	}
	spent, most := &k.fetches, MaxFetches
	if good {
		spent, most = &k.lookups, MaxLookups
	}
	if *spent >= most {
		return k.without(good, Limited)
	}
	*spent++
	keys, life, err := fetch()
	if k.err = err; err == nil {
		if life <= 0 {
			life = Lifetime
		}
		k.Held = Held[K]{Keys: keys, At: now, Until: now.Add(life)}
	}
	c.kept.CompareAndSwap(before, &k) // not if everything was forgotten meanwhile
	if err != nil {
		return k.without(good, Kept)
	}
	return keys, Fetched, nil
}

// without is what there is where nothing was fetched.
func (k *kept[K]) without(good bool, source Source) (K, Source, error) {
	switch {
	case good:
		return k.Keys, source, nil
	case k.err != nil:
		return *new(K), source, k.err
	}
	return *new(K), source, ErrLimit
}

// Held is the set that is kept, which may be old.
func (c *Cache[K]) Held() Held[K] {
	if k := c.kept.Load(); k != nil {
		return k.Held
	}
	return Held[K]{}
}

// Forget empties the cache, and what was counted. It does not wait for a fetch
// that is on its way, whose set is not kept then.
func (c *Cache[K]) Forget() { c.kept.Store(&kept[K]{}) }
