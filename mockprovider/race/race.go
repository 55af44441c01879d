package race

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

// Config is what a race needs from outside.
type Config struct {
	// Kind is the design that runs against the opaque session.
	Kind Kind
	// Start is when the race begins, by its own clock.
	Start time.Time
	// Stopwatch times what is measured: a clock that goes by itself.
	Stopwatch func() time.Time
	// Random makes ids and keys. It must be fit for secrets.
	Random io.Reader
}

// A Race is one person's: a design against the opaque session, and the results
// so far. It is safe for concurrent use.
type Race struct {
	cfg Config

	running sync.Mutex // one event at a time
	mu      sync.Mutex
	results map[string]Result
}

// New begins a race in which nothing has happened yet.
func New(cfg Config) *Race {
	cfg.Kind = Rival(string(cfg.Kind)).Kind
	return &Race{cfg: cfg, results: map[string]Result{}}
}

// Rival is the design that runs against the opaque session.
func (r *Race) Rival() Info { return Rival(string(r.cfg.Kind)) }

// ErrUnknown is for an event that there is not.
var ErrUnknown = errors.New("there is no such event")

// Run lets an event happen to both designs, each from a fresh start, and keeps
// the result with the guess: the number of an option from 1, 0 for none. An
// event can be run again.
func (r *Race) Run(ctx context.Context, event string, guess int) (Result, error) {
	e, ok := Find(event)
	if !ok {
		return Result{}, fmt.Errorf("race: %q: %w", event, ErrUnknown)
	}
	r.running.Lock()
	defer r.running.Unlock()
	out, err := e.run(ctx, pair{cfg: &r.cfg, kinds: [2]Kind{Opaque, r.cfg.Kind}})
	if err != nil {
		return Result{}, fmt.Errorf("race: %s: %w", event, err)
	}
	if guess >= 1 && guess <= len(e.Options) {
		out.Guess = guess
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.results[event] = out
	return out, nil
}

// Result is what an event has shown, if it was run.
func (r *Race) Result(event string) (Result, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	out, ok := r.results[event]
	return out, ok
}

// A pair is the two designs of an event.
type pair struct {
	cfg   *Config
	kinds [2]Kind
}

// each does the same with a world of each design, the opaque one first, and
// closes it.
func (p pair) each(do func(i int, w *world) (Side, error)) (sides [2]Side, err error) {
	for i, k := range p.kinds {
		if sides[i], err = p.in(k, func(w *world) (Side, error) { return do(i, w) }); err != nil {
			return sides, err
		}
	}
	return sides, nil
}

// in does something in a world of a design.
func (p pair) in(k Kind, do func(w *world) (Side, error)) (Side, error) {
	w, err := newWorld(k, p.cfg)
	if err != nil {
		return Side{}, err
	}
	defer w.close()
	return do(w)
}
