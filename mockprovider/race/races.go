package race

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"slices"
	"sync"
)

// maxRaces is how many races are kept. The one that was begun first goes first.
const maxRaces = 256

// Races keeps the races of a process, by id. It is safe for concurrent use.
type Races struct {
	mu    sync.Mutex
	all   map[string]*Race
	order []string
}

// NewRaces returns an empty registry.
func NewRaces() *Races { return &Races{all: map[string]*Race{}} }

// Begin begins a race and returns its id, which is random: who knows it may run
// its events.
func (r *Races) Begin(cfg Config) (string, error) {
	b := make([]byte, 16)
	if _, err := io.ReadFull(cfg.Random, b); err != nil {
		return "", fmt.Errorf("race: id: %w", err)
	}
	id := base64.RawURLEncoding.EncodeToString(b)
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.order) == maxRaces {
		delete(r.all, r.order[0])
		r.order = slices.Delete(r.order, 0, 1)
	}
	r.all[id], r.order = New(cfg), append(r.order, id)
	return id, nil
}

// Find finds a race that is still kept.
func (r *Races) Find(id string) (*Race, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	found, ok := r.all[id]
	return found, ok
}

// RunRest runs the events that have not been run, in their order, without a
// guess.
func (r *Race) RunRest(ctx context.Context) error {
	for _, e := range Events() {
		if _, ok := r.Result(e.ID); ok {
			continue
		}
		if _, err := r.Run(ctx, e.ID, 0); err != nil {
			return err
		}
	}
	return nil
}
