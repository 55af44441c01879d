package race

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"
)

// A world is CoachBoard with one design, for one event: its people, its store,
// and its instances.
type world struct {
	kind   Kind
	time   time.Time // the race's clock: only an event moves it
	people *people
	store  *store
	key    []byte
	meter  *meter
	random io.Reader

	sites []*site
}

func newWorld(k Kind, cfg *Config) (*world, error) {
	w := &world{kind: k, time: cfg.Start, people: newPeople(), meter: &meter{watch: cfg.Stopwatch}, random: cfg.Random}
	w.store = newStore(w.now)
	w.key = make([]byte, 32)
	_, err := io.ReadFull(cfg.Random, w.key)
	return w, err
}

func (w *world) now() time.Time { return w.time }

// node makes an instance whose clock is off by skew.
func (w *world) node(skew time.Duration) *node {
	return &node{
		kind: w.kind, people: w.people, store: w.store, key: w.key, random: w.random, meter: w.meter,
		now: func() time.Time { return w.time.Add(skew) },
	}
}

// open lets an instance serve until the world is closed.
func (w *world) open(n *node) *site {
	s := serve(n)
	w.sites = append(w.sites, s)
	return s
}

func (w *world) close() {
	for _, s := range w.sites {
		s.close()
	}
}

// signIn signs somebody in at an instance, and fails if that does not work.
func (w *world) signIn(ctx context.Context, s *site, user string) (*agent, error) {
	a := &agent{kind: w.kind}
	status, err := a.login(ctx, s, user)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("%s: %s could not sign in: %d", w.kind, user, status)
	}
	return a, err
}

// everybody signs in.
func (w *world) everybody(ctx context.Context, s *site) ([]*agent, error) {
	all := make([]*agent, crowd)
	for i := range all {
		a, err := w.signIn(ctx, s, name(i))
		if err != nil {
			return nil, err
		}
		all[i] = a
	}
	return all, nil
}

// inside counts who gets an answer from the board.
func (w *world) inside(ctx context.Context, s *site, all []*agent) (n int, err error) {
	for _, a := range all {
		status, err := a.get(ctx, s, "/board")
		if err != nil {
			return 0, err
		}
		if status == http.StatusOK {
			n++
		}
	}
	return n, nil
}

// never is what until returns if nothing happened.
const never = -1

// until moves the clock by a second at a time and asks for a page each time,
// until the answer is no longer 200. It returns the seconds that went by, or
// never.
func (w *world) until(ctx context.Context, s *site, a *agent, path string) (seconds int, err error) {
	const longest = 2 * sessionLife
	for seconds := range int(longest / time.Second) {
		status, err := a.get(ctx, s, path)
		if err != nil {
			return 0, err
		}
		if status != http.StatusOK {
			return seconds, nil
		}
		w.time = w.time.Add(time.Second)
	}
	return never, nil
}
