package mockprovider

import (
	"bytes"
	"context"
	"time"
)

// A draftStore reads from another store and keeps to itself what is written. It
// serves one request, so it needs no lock and knows no lifetimes.
type draftStore struct {
	under   Store
	written map[string][]byte // nil values are deleted
}

// Put implements Store.
func (d *draftStore) Put(_ context.Context, key string, val []byte, _ time.Duration) error {
	if d.written == nil {
		d.written = make(map[string][]byte)
	}
	d.written[key] = val
	return nil
}

// Get implements Store.
func (d *draftStore) Get(ctx context.Context, key string) ([]byte, error) {
	val, ok := d.written[key]
	switch {
	case !ok:
		return d.under.Get(ctx, key)
	case val == nil:
		return nil, ErrNotFound
	}
	return val, nil
}

// Take implements Store.
func (d *draftStore) Take(ctx context.Context, key string) ([]byte, error) {
	val, err := d.Get(ctx, key)
	if err != nil {
		return nil, err
	}
	return val, d.Put(ctx, key, nil, 0)
}

// Swap implements Store.
func (d *draftStore) Swap(ctx context.Context, key string, old, val []byte, ttl time.Duration) (bool, error) {
	now, err := d.Get(ctx, key)
	if ignoreNotFound(err) != nil {
		return false, err
	}
	if (old == nil) != (err != nil) || !bytes.Equal(now, old) {
		return false, nil
	}
	return true, d.Put(ctx, key, val, ttl)
}
