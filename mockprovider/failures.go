package mockprovider

import (
	"context"
	"errors"
	"hash/maphash"
	"sync"
	"time"
)

// Wrong passwords and secrets are counted (RFC 6749 §2.3.1, §10.10): after
// maxFailures in a window of failureWindow, nothing more is compared until the
// window ends. Successful requests cost nothing.
const (
	maxFailures   = 10
	failureWindow = 5 * time.Minute
)

// What is guessed at: a client's secret, a user's password, the code on a device.
// The last is counted by address.
const (
	guessClient   = "client"
	guessLogin    = "login"
	guessUserCode = "user_code"
)

type failureRecord struct {
	Count int
	Until time.Time
}

func (f *failureRecord) pack(p *packer) {
	p.count(&f.Count)
	p.time(&f.Until)
}

// over tells whether the window has ended. One that ends later than it could
// was begun before the clock was set back, and counts no more either.
func (f *failureRecord) over(now time.Time) bool {
	return !now.Before(f.Until) || f.Until.Sub(now) > failureWindow
}

// failureKind keeps the counters of names that nobody has apart: whoever invents
// names pushes out no counter of a real one. On the wire both act alike.
func (p *Provider) failureKind(what, name string) kind {
	if what == guessClient && p.Client(name) == nil || what == guessLogin && p.typed(name) == nil {
		return kindMisses
	}
	return kindFailures
}

// guards let one guess at a name be judged and counted before the next one at
// the same name begins. Otherwise a burst of parallel guesses would all be
// compared before the first one counts. Each process has its own: several that
// share a store may let through one guess more each.
type guards struct {
	seed  maphash.Seed
	locks [64]sync.Mutex
}

// lock waits for its turn.
func (g *guards) lock(what, name string) turn {
	m := &g.locks[maphash.Comparable(g.seed, [2]string{what, name})%uint64(len(g.locks))]
	m.Lock()
	return turn{m}
}

// A turn is the right to guess at a name now. The zero value is nobody's.
type turn struct{ held *sync.Mutex }

// end lets the next one in. It may be called again.
func (t *turn) end() {
	if t.held != nil {
		t.held.Unlock()
		t.held = nil
	}
}

// failures is the number of failures of name in the current window.
func (p *Provider) failures(ctx context.Context, what, name string) (int, error) {
	rec, _, err := load[failureRecord](ctx, p.store, p.failureKind(what, name), what+":"+name)
	if err != nil || rec.over(p.now()) {
		return 0, ignoreNotFound(err)
	}
	return rec.Count, nil
}

// countFailure adds one. Of parallel failures each is counted.
func (p *Provider) countFailure(ctx context.Context, what, name string) error {
	k := p.failureKind(what, name)
	for range maxFailures {
		rec, raw, err := load[failureRecord](ctx, p.store, k, what+":"+name)
		if errors.Is(err, ErrNotFound) {
			rec, raw, err = &failureRecord{}, nil, nil
		}
		if err != nil {
			return err
		}
		if now := p.now(); rec.over(now) {
			rec.Count, rec.Until = 0, now.Add(failureWindow)
		}
		rec.Count++
		ok, err := replace(ctx, p.store, k, what+":"+name, raw, rec, failureWindow)
		if ok || err != nil {
			return err
		}
	}
	return nil // others counted as often as the limit
}

// firstUse remembers a value that may be used once, until it expires. It
// reports whether this was the first use.
func (p *Provider) firstUse(ctx context.Context, value string, expires time.Time) (bool, error) {
	left := max(0, expires.Sub(p.now())) + clockSkew
	return replace(ctx, p.store, kindUsed, value, nil, &usedRecord{}, left)
}

// A usedRecord says that something came once already.
type usedRecord struct{}

func (*usedRecord) pack(*packer) {}
