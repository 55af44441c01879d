package mockprovider

import (
	"bytes"
	"container/heap"
	"container/list"
	"context"
	"fmt"
	"strings"
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
	// Apart from it, and a quarter of it each, are three areas: for what anybody
	// can begin without logging in, for the counters of wrong passwords and
	// secrets, and for those of names that nobody has.
	MaxEntries int
	// MaxBytes is the size of all keys and values together, with the same
	// quarters apart. Zero means DefaultMaxBytes.
	MaxBytes int
	// Now is the clock of the lifetimes. Nil means the wall clock.
	Now func() time.Time
}

// Memory is a Store in memory that does not grow: when an area of it is full,
// the entry of that area that was written longest ago makes room. It is not the
// one that would expire first: that is the code issued a moment ago, and never a
// session of last week. So a flood of
// anonymous requests pushes out other anonymous requests, and never a grant, a
// code that was used, or the counter of wrong passwords. It is safe for
// concurrent use.
type Memory struct {
	cfg MemoryConfig

	mu    sync.Mutex
	areas map[string]*area // by name; "" is for what is not apart
}

// An area is a part of a Memory with bounds of its own.
type area struct {
	maxEntries, maxBytes int

	entries map[string]*entry
	queue   expiryQueue // the entries again, the first to expire on top
	written list.List   // the entries again, the one written longest ago in front
	size    int
}

// areaOf names the area of a key.
func areaOf(key string) string {
	name, _, _ := strings.Cut(key, ":")
	switch kind(name) {
	case kindInteraction, kindPushed, kindDevice, kindDeviceCode, kindUserCode:
		return "anonymous"
	case kindFailures, kindMisses:
		return name
	default:
		return ""
	}
}

type entry struct {
	key     string
	val     []byte
	expires time.Time
	at      int           // index in the queue
	age     *list.Element // place in the order of writing
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
	m := &Memory{cfg: cfg}
	m.clear()
	return m
}

func (m *Memory) clear() {
	m.areas = map[string]*area{"": {maxEntries: m.cfg.MaxEntries, maxBytes: m.cfg.MaxBytes, entries: make(map[string]*entry)}}
	for _, name := range []string{"anonymous", string(kindFailures), string(kindMisses)} {
		m.areas[name] = &area{maxEntries: (m.cfg.MaxEntries + 3) / 4, maxBytes: (m.cfg.MaxBytes + 3) / 4, entries: make(map[string]*entry)}
	}
}

func (m *Memory) area(key string) *area { return m.areas[areaOf(key)] }

// Put implements Store. A value larger than its area is an error.
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
	m.area(key).remove(e)
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
	n := 0
	for _, a := range m.areas {
		n += len(a.entries)
	}
	return n
}

// A Snapshot is the content of a Memory at one moment. It does not change.
type Snapshot struct{ entries []entry }

// Size is what keeping the snapshot costs, in bytes, roughly.
func (s Snapshot) Size() int {
	n := 0
	for i := range s.entries {
		n += s.entries[i].size() + entryOverhead
	}
	return n
}

// entryOverhead is what an entry costs beside its key and value.
const entryOverhead = 96

// Snapshot returns what is held now.
func (m *Memory) Snapshot() Snapshot {
	m.mu.Lock()
	defer m.mu.Unlock()
	var s Snapshot
	for _, a := range m.areas {
		for at := a.written.Front(); at != nil; at = at.Next() {
			s.entries = append(s.entries, *entryAt(at)) // values are never written to in place
		}
	}
	return s
}

// Restore replaces everything held by the snapshot. What has expired since
// stays away.
func (m *Memory) Restore(s Snapshot) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.clear()
	for i := range s.entries {
		e := s.entries[i]
		m.area(e.key).insert(&e)
	}
	for _, a := range m.areas {
		a.makeRoom(m.cfg.Now(), 0, 0)
	}
}

func (m *Memory) put(key string, val []byte, ttl time.Duration) error {
	e := &entry{key: key, val: bytes.Clone(val), expires: m.cfg.Now().Add(ttl)}
	if e.val == nil {
		e.val = []byte{} // an empty value is a value
	}
	a := m.area(key)
	if e.size() > a.maxBytes {
		return fmt.Errorf("a value of %d bytes is larger than the whole store", len(val))
	}
	if old := a.entries[key]; old != nil {
		a.remove(old)
	}
	a.makeRoom(m.cfg.Now(), 1, e.size())
	a.insert(e)
	return nil
}

// live returns the entry of key unless it has expired.
func (m *Memory) live(key string) *entry {
	a := m.area(key)
	e := a.entries[key]
	if e == nil {
		return nil
	}
	if !m.cfg.Now().Before(e.expires) {
		a.remove(e)
		return nil
	}
	return e
}

// makeRoom drops what has expired, and then what was written longest ago, until n
// more entries of size bytes fit.
func (a *area) makeRoom(now time.Time, n, size int) {
	for len(a.queue) > 0 && !now.Before(a.queue[0].expires) {
		a.remove(a.queue[0])
	}
	for len(a.entries) > 0 && (len(a.entries)+n > a.maxEntries || a.size+size > a.maxBytes) {
		a.remove(entryAt(a.written.Front()))
	}
}

func (a *area) insert(e *entry) {
	a.entries[e.key] = e
	a.size += e.size()
	heap.Push(&a.queue, e)
	e.age = a.written.PushBack(e)
}

func (a *area) remove(e *entry) {
	delete(a.entries, e.key)
	a.size -= e.size()
	heap.Remove(&a.queue, e.at)
	a.written.Remove(e.age)
}

// entryAt is the entry at a place in the order of writing.
func entryAt(at *list.Element) *entry {
	e, _ := at.Value.(*entry)
	return e
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
