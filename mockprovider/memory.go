package mockprovider

import (
	"bytes"
	"container/heap"
	"context"
	"fmt"
	"sync"
	"time"
)

// The limits of a Memory whose MemoryConfig names none.
const (
	DefaultMaxEntries = 10_000
	DefaultMaxBytes   = 32 << 20
)

// MemoryConfig bounds a Memory. The zero value is usable.
type MemoryConfig struct {
	// MaxEntries is the number of values kept. Zero means DefaultMaxEntries.
	MaxEntries int
	// MaxBytes is the size of all keys and values together. Zero means
	// DefaultMaxBytes.
	MaxBytes int
	// Now is the clock of the lifetimes. Nil means the wall clock.
	Now func() time.Time
}

// Memory is a Store in memory that does not grow: when it is full, the entry
// that would expire first makes room. It is safe for concurrent use.
type Memory struct {
	cfg MemoryConfig

	mu      sync.Mutex
	entries map[string]*entry
	queue   expiryQueue // the entries again, the first to expire on top
	size    int
}

type entry struct {
	key     string
	val     []byte
	expires time.Time
	at      int // index in the queue
}

func (e *entry) size() int { return len(e.key) + len(e.val) }

// NewMemory returns an empty Memory.
func NewMemory(cfg MemoryConfig) *Memory {
	if cfg.MaxEntries <= 0 {
		cfg.MaxEntries = DefaultMaxEntries
	}
	if cfg.MaxBytes <= 0 {
		cfg.MaxBytes = DefaultMaxBytes
	}
	if cfg.Now == nil {
		cfg.Now = wallClock
	}
	return &Memory{cfg: cfg, entries: make(map[string]*entry)}
}

// Put implements Store. A value larger than MaxBytes is an error.
func (m *Memory) Put(_ context.Context, key string, val []byte, ttl time.Duration) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.put(key, val, ttl)
}

// Get implements Store.
func (m *Memory) Get(_ context.Context, key string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e := m.live(key)
	if e == nil {
		return nil, ErrNotFound
	}
	return bytes.Clone(e.val), nil
}

// Take implements Store.
func (m *Memory) Take(_ context.Context, key string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e := m.live(key)
	if e == nil {
		return nil, ErrNotFound
	}
	m.remove(e)
	return e.val, nil
}

// Swap implements Store.
func (m *Memory) Swap(_ context.Context, key string, old, val []byte, ttl time.Duration) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e := m.live(key)
	if (e == nil) != (old == nil) || e != nil && !bytes.Equal(e.val, old) {
		return false, nil
	}
	return true, m.put(key, val, ttl)
}

// Len is the number of entries held, expired ones included until they are met.
func (m *Memory) Len() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.entries)
}

// A Snapshot is the content of a Memory at one moment. It does not change.
type Snapshot struct{ entries []entry }

// Snapshot returns what is held now.
func (m *Memory) Snapshot() Snapshot {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := Snapshot{entries: make([]entry, 0, len(m.entries))}
	for _, e := range m.queue {
		s.entries = append(s.entries, *e) // values are never written to in place
	}
	return s
}

// Restore replaces everything held by the snapshot. What has expired since
// stays away.
func (m *Memory) Restore(s Snapshot) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.entries, m.queue, m.size = make(map[string]*entry, len(s.entries)), nil, 0
	for i := range s.entries {
		e := s.entries[i]
		m.insert(&e)
	}
	m.makeRoom(0, 0)
}

func (m *Memory) put(key string, val []byte, ttl time.Duration) error {
	e := &entry{key: key, val: bytes.Clone(val), expires: m.cfg.Now().Add(ttl)}
	if e.val == nil {
		e.val = []byte{} // an empty value is a value
	}
	if e.size() > m.cfg.MaxBytes {
		return fmt.Errorf("a value of %d bytes is larger than the whole store", len(val))
	}
	if old := m.entries[key]; old != nil {
		m.remove(old)
	}
	m.makeRoom(1, e.size())
	m.insert(e)
	return nil
}

// live returns the entry of key unless it has expired.
func (m *Memory) live(key string) *entry {
	e := m.entries[key]
	if e == nil {
		return nil
	}
	if !m.cfg.Now().Before(e.expires) {
		m.remove(e)
		return nil
	}
	return e
}

// makeRoom drops what has expired, and then what expires first, until n more
// entries of size bytes fit.
func (m *Memory) makeRoom(n, size int) {
	now := m.cfg.Now()
	for len(m.queue) > 0 {
		full := len(m.entries)+n > m.cfg.MaxEntries || m.size+size > m.cfg.MaxBytes
		if !full && now.Before(m.queue[0].expires) {
			return
		}
		m.remove(m.queue[0])
	}
}

func (m *Memory) insert(e *entry) {
	m.entries[e.key] = e
	m.size += e.size()
	heap.Push(&m.queue, e)
}

func (m *Memory) remove(e *entry) {
	delete(m.entries, e.key)
	m.size -= e.size()
	heap.Remove(&m.queue, e.at)
}

// expiryQueue implements heap.Interface.
type expiryQueue []*entry

// Len implements heap.Interface.
func (q expiryQueue) Len() int { return len(q) }

// Less implements heap.Interface.
func (q expiryQueue) Less(i, j int) bool { return q[i].expires.Before(q[j].expires) }

// Swap implements heap.Interface.
func (q expiryQueue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].at, q[j].at = i, j
}

// Push implements heap.Interface.
func (q *expiryQueue) Push(x any) {
	e, _ := x.(*entry)
	e.at = len(*q)
	*q = append(*q, e)
}

// Pop implements heap.Interface.
func (q *expiryQueue) Pop() any {
	last := len(*q) - 1
	e := (*q)[last]
	(*q)[last] = nil
	*q = (*q)[:last]
	return e
}
