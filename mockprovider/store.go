package mockprovider

import (
	"context"
	"errors"
	"time"
)

// Store keeps the provider's state: bytes under a key, for a lifetime. Its four
// methods map one to one to SET, GET, GETDEL and compare-and-set of a shared
// store. Lifetimes are retention by the wall clock; expiry in the sense of the
// protocol is in the record and is a rule on the provider's clock, so that an
// expired code is expired and not unknown.
//
// Implementations are safe for concurrent use. storetest.Run proves them.
type Store interface {
	// Put stores val under key for ttl, replacing what was there.
	Put(ctx context.Context, key string, val []byte, ttl time.Duration) error
	// Get returns the value, or ErrNotFound.
	Get(ctx context.Context, key string) ([]byte, error)
	// Take returns the value and deletes it in one step, or ErrNotFound. Of
	// two parallel calls exactly one gets it.
	Take(ctx context.Context, key string) ([]byte, error)
	// Swap replaces old by val if the stored value still equals old. Old nil
	// means: only if the key is absent. It reports whether it did.
	Swap(ctx context.Context, key string, old, val []byte, ttl time.Duration) (bool, error)
}

// ErrNotFound is returned by a Store for a key that it does not hold (any more).
var ErrNotFound = errors.New("not found")
