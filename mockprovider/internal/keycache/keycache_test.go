package keycache_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"claimcheck/mockprovider/internal/keycache"
)

// source is an address with a set of one key ID, on a clock that is moved.
type source struct {
	cache keycache.Cache[string]
	now   time.Time
	set   string
	life  time.Duration
	err   error
	asked int
}

func newSource() *source { return &source{now: time.Unix(1_000_000, 0), set: "one"} }

func (s *source) get(kid string) (string, keycache.Source, error) {
	return s.cache.Get(s.now, func(set string) bool { return set == kid }, func() (string, time.Duration, error) {
		s.asked++
		return s.set, s.life, s.err
	})
}

func (s *source) want(t *testing.T, kid, set string, from keycache.Source, asked int) {
	t.Helper()
	got, how, err := s.get(kid)
	if got != set || how != from || err != nil || s.asked != asked {
		t.Errorf("got %q, source %d, error %v, asked %d times; want %q, %d, none, %d", got, how, err, s.asked, set, from, asked)
	}
}

func TestLifetime(t *testing.T) {
	s := newSource()
	s.life = time.Minute
	s.want(t, "one", "one", keycache.Fetched, 1)
	s.now = s.now.Add(time.Minute - 1)
	s.want(t, "one", "one", keycache.Cached, 1)
	s.now = s.now.Add(1)
	s.want(t, "one", "one", keycache.Fetched, 2)
	s.now = s.now.Add(-time.Hour) // the clock goes back before the fetch
	s.want(t, "one", "one", keycache.Fetched, 3)

	s = newSource() // no lifetime named
	s.want(t, "one", "one", keycache.Fetched, 1)
	if held := s.cache.Held(); held.Keys != "one" || held.Until.Sub(held.At) != keycache.Lifetime {
		t.Errorf("%+v", held)
	}
}

func TestUnknownKeyAsksOnceMore(t *testing.T) {
	s := newSource()
	s.want(t, "one", "one", keycache.Fetched, 1)
	s.set = "two"
	s.want(t, "two", "two", keycache.Fetched, 2)
	s.err = errors.New("down")
	s.want(t, "three", "two", keycache.Kept, 3)
	s.want(t, "two", "two", keycache.Cached, 3) // a set that is good stays
}

func TestLimit(t *testing.T) {
	s := newSource()
	for n := range 1 + keycache.MaxLookups {
		s.want(t, "nobody's", "one", keycache.Fetched, n+1)
	}
	s.want(t, "nobody's", "one", keycache.Limited, 1+keycache.MaxLookups)
	s.now = s.now.Add(keycache.Lifetime)
	s.want(t, "nobody's", "one", keycache.Fetched, 2+keycache.MaxLookups)
}

// A set that lives for a minute is fetched each minute, also after a stranger has
// named as many made-up kids as are looked for.
func TestMadeUpKidsLeaveTheRenewals(t *testing.T) {
	s := newSource()
	s.life = time.Minute
	s.want(t, "one", "one", keycache.Fetched, 1)
	for range 2 * keycache.MaxLookups {
		if _, _, err := s.get("nobody's"); err != nil {
			t.Fatal(err)
		}
	}
	for n := range keycache.MaxFetches - 1 {
		s.now = s.now.Add(time.Minute)
		s.want(t, "one", "one", keycache.Fetched, 2+keycache.MaxLookups+n)
	}
}

func TestNoSet(t *testing.T) {
	s := newSource()
	s.err = errors.New("down")
	for range keycache.MaxFetches + 2 {
		if set, _, err := s.get("one"); !errors.Is(err, s.err) || set != "" {
			t.Errorf("got %q, %v", set, err)
		}
	}
	if s.asked != keycache.MaxFetches {
		t.Errorf("asked %d times", s.asked)
	}
	s.err = nil
	s.now = s.now.Add(keycache.Lifetime)
	s.want(t, "one", "one", keycache.Fetched, keycache.MaxFetches+1)

	s = newSource() // old, and asked for too often
	s.life = time.Second
	for range keycache.MaxFetches {
		s.get("one")
		s.now = s.now.Add(time.Second)
	}
	if set, _, err := s.get("one"); !errors.Is(err, keycache.ErrLimit) || set != "" {
		t.Errorf("a set whose lifetime is over was used: %q, %v", set, err)
	}
}

func TestForget(t *testing.T) {
	s := newSource()
	s.want(t, "one", "one", keycache.Fetched, 1)
	s.cache.Forget()
	if held := s.cache.Held(); !held.At.IsZero() {
		t.Errorf("%+v", held)
	}
	s.want(t, "one", "one", keycache.Fetched, 2)

	// A fetch that is on its way while everything is forgotten leaves nothing.
	_, _, err := s.cache.Get(s.now, func(string) bool { return false }, func() (string, time.Duration, error) {
		s.cache.Forget()
		return "of before", 0, nil
	})
	if held := s.cache.Held(); err != nil || held.Keys != "" {
		t.Errorf("%+v %v", held, err)
	}
}

func TestOneFetchForMany(t *testing.T) {
	s := newSource()
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if set, _, err := s.get("one"); set != "one" || err != nil {
				t.Errorf("%q %v", set, err)
			}
		})
	}
	all.Wait()
	if s.asked != 1 {
		t.Errorf("asked %d times", s.asked)
	}
}
