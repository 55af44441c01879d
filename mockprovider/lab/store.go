package lab

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"time"

	"claimcheck/mockprovider"
	"claimcheck/mockprovider/trace"
)

// journal is the lab's store. It notes for each run what the run's writes
// replaced, so that they can be undone.
type journal struct {
	lab *Lab
	mem *mockprovider.Memory

	bytes atomic.Int64 // of what all runs keep for undo
}

func newJournal(l *Lab) *journal {
	return &journal{lab: l, mem: mockprovider.NewMemory(mockprovider.MemoryConfig{Now: l.world.cfg.Now})}
}

// Put implements [mockprovider.Store].
func (j *journal) Put(ctx context.Context, key string, val []byte, ttl time.Duration) error {
	key = ofRun(ctx, key)
	return j.note(ctx, key, ttl, func() error { return j.mem.Put(ctx, key, val, ttl) })
}

// Get implements [mockprovider.Store].
func (j *journal) Get(ctx context.Context, key string) ([]byte, error) {
	return j.mem.Get(ctx, ofRun(ctx, key))
}

// Take implements [mockprovider.Store].
func (j *journal) Take(ctx context.Context, key string) ([]byte, error) {
	key = ofRun(ctx, key)
	val, err := j.mem.Take(ctx, key)
	if err == nil {
		j.remember(ctx, write{key: key, old: val, had: true, ttl: undoTTL})
	}
	return val, err
}

// Swap implements [mockprovider.Store].
func (j *journal) Swap(ctx context.Context, key string, old, val []byte, ttl time.Duration) (bool, error) {
	key = ofRun(ctx, key)
	ok, err := j.mem.Swap(ctx, key, old, val, ttl)
	if ok && err == nil {
		j.remember(ctx, write{key: key, old: bytes.Clone(old), had: old != nil, ttl: max(ttl, undoTTL)})
	}
	return ok, err
}

// ofRun gives a run its own copy of what the provider keeps by name and not by
// a random value: wrong guesses at a client or a user, and remembered consent.
// Otherwise ten wrong secrets in one run would lock the others out, and undoing
// one run would unlock them.
func ofRun(ctx context.Context, key string) string {
	run := trace.RunID(ctx)
	if run == "" {
		return key
	}
	for _, byName := range []string{"failures:", "misses:", "consent:"} {
		if strings.HasPrefix(key, byName) {
			return key + ":" + run
		}
	}
	return key
}

// undoTTL is how long a value lives that an undo brings back. Lifetimes of the
// protocol are in the record and do not depend on it.
const undoTTL = 24 * time.Hour

func (j *journal) note(ctx context.Context, key string, ttl time.Duration, do func() error) error {
	if trace.RunID(ctx) == "" {
		return do()
	}
	old, err := j.mem.Get(ctx, key)
	if err != nil && !errors.Is(err, mockprovider.ErrNotFound) {
		return err
	}
	had := err == nil
	if err := do(); err != nil {
		return err
	}
	j.remember(ctx, write{key: key, old: old, had: had, ttl: max(ttl, undoTTL)})
	return nil
}

// undo puts back what a write replaced.
func (j *journal) undo(ctx context.Context, w write) error {
	if w.had {
		return j.mem.Put(ctx, w.key, w.old, w.ttl)
	}
	if _, err := j.mem.Take(ctx, w.key); err != nil && !errors.Is(err, mockprovider.ErrNotFound) {
		return err
	}
	return nil
}

// clear forgets everything.
func (j *journal) clear() { j.mem.Restore(mockprovider.Snapshot{}) }
