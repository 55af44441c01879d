package race_test

import (
	"crypto/rand"
	"errors"
	"testing"
	"time"

	"claimcheck/mockprovider/race"
)

// begin begins a race whose stopwatch goes on by a microsecond at each look.
func begin(k race.Kind) *race.Race {
	watch := time.Unix(0, 0)
	return race.New(race.Config{
		Kind: k, Start: time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC), Random: rand.Reader,
		Stopwatch: func() time.Time { watch = watch.Add(time.Microsecond); return watch },
	})
}

func run(t *testing.T, k race.Kind, event string) race.Result {
	t.Helper()
	got, err := begin(k).Run(t.Context(), event, 0)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// TestRights holds which option turns out to be right, for each design: the
// whole lesson in a table.
func TestRights(t *testing.T) {
	kinds := []race.Kind{race.Signed, race.Header, race.Refresh, race.Denylist, race.SessionID}
	for event, want := range map[string][]int{
		"login":       {1, 1, 2, 1, 2},
		"calls":       {3, 0, 0, 0, 0}, // by a stopwatch that ticks at each look; it takes thousands of requests
		"role-change": {2, 2, 2, 2, 2},
		"logout":      {2, 2, 2, 1, 1},
		"theft":       {2, 2, 2, 2, 2},
		"restart":     {1, 1, 1, 1, 1},
		"secrets":     {2, 2, 2, 2, 1},
		"store-down":  {1, 1, 1, 4, 4},
		"clock":       {2, 2, 2, 2, 3},
		"browser":     {3, 2, 3, 3, 3},
	} {
		for i, k := range kinds {
			if want[i] == 0 {
				continue
			}
			t.Run(event+"/"+string(k), func(t *testing.T) {
				got := run(t, k, event)
				if got.Answer != want[i] {
					t.Errorf("option %d is right, want %d: %+v", got.Answer, want[i], got.Sides)
				}
				if got.Why == "" || got.Sides[0].Says == "" || got.Sides[1].Says == "" {
					t.Errorf("it lacks words: %+v", got)
				}
			})
		}
	}
}

// TestMeasures holds the numbers that do not depend on the machine.
func TestMeasures(t *testing.T) {
	for _, c := range []struct {
		kind        race.Kind
		event       string
		what        race.What
		left, right int64
	}{
		{race.Signed, "login", race.Rows, 1, 0},
		{race.Refresh, "login", race.Rows, 1, 1},
		{race.Signed, "calls", race.Lookups, 1000, 0},
		{race.Signed, "calls", race.Checks, 0, 1000},
		{race.Denylist, "calls", race.Lookups, 1000, 1000},
		{race.Signed, "role-change", race.UntilEffect, 0, 900},
		{race.Refresh, "role-change", race.UntilEffect, 0, 300},
		{race.SessionID, "role-change", race.UntilEffect, 0, 900},
		{race.Signed, "logout", race.UntilEffect, 0, 840},
		{race.Denylist, "logout", race.UntilEffect, 0, 0},
		{race.Signed, "theft", race.UntilEffect, 0, 900},
		{race.Denylist, "theft", race.UntilEffect, 0, 0},
		{race.SessionID, "theft", race.UntilEffect, 0, 0},
		{race.Signed, "secrets", race.Impersonated, 0, 50},
		{race.SessionID, "secrets", race.Impersonated, 0, 0},
		{race.Signed, "secrets", race.SignedOut, 0, 50},
		{race.Refresh, "secrets", race.SignedOut, 0, 0},
		{race.Signed, "store-down", race.Inside, 0, 50},
		{race.SessionID, "store-down", race.Inside, 0, 0},
		{race.Signed, "clock", race.TooLong, 0, 600},
		{race.SessionID, "clock", race.TooLong, 0, 0},
	} {
		t.Run(c.event+"/"+string(c.kind)+"/"+string(c.what), func(t *testing.T) {
			sides := run(t, c.kind, c.event).Sides
			for i, want := range []int64{c.left, c.right} {
				if got, ok := sides[i].Number(c.what); !ok || got != want {
					t.Errorf("%s: %d (%v), want %d", sides[i].Kind, got, ok, want)
				}
			}
		})
	}
}

// TestLength holds that the bytes are those of the connection: the JWT's request
// is longer by as much as its credential is.
func TestLength(t *testing.T) {
	sides := run(t, race.Signed, "login").Sides
	var credential, request [2]int64
	for i := range sides {
		credential[i], _ = sides[i].Number(race.HeaderBytes)
		request[i], _ = sides[i].Number(race.RequestBytes)
	}
	if credential[0] < 50 || credential[1]-credential[0] != request[1]-request[0] {
		t.Errorf("credentials of %v bytes, requests of %v", credential, request)
	}
}

// TestEvents holds that each event can be asked about.
func TestEvents(t *testing.T) {
	all := race.Events()
	if len(all) != 10 {
		t.Errorf("%d events", len(all))
	}
	for _, e := range all {
		if e.Title == "" || e.Says == "" || e.Ask == "" || len(e.Options) < 2 {
			t.Errorf("%s lacks words", e.ID)
		}
	}
}

func TestGuess(t *testing.T) {
	r := begin(race.Signed)
	for guess, want := range map[int]int{0: 0, 2: 2, 3: 3, 4: 0, -1: 0} {
		if got, err := r.Run(t.Context(), "role-change", guess); err != nil || got.Guess != want {
			t.Errorf("guess %d is kept as %d (%v)", guess, got.Guess, err)
		}
	}
	if _, ok := r.Result("role-change"); !ok {
		t.Error("the result is not kept")
	}
	if _, ok := r.Result("logout"); ok {
		t.Error("there is a result of what has not happened")
	}
	if _, err := r.Run(t.Context(), "earthquake", 1); !errors.Is(err, race.ErrUnknown) {
		t.Errorf("an unknown event: %v", err)
	}
}

// TestRaces holds that the registry is bounded, and drops the oldest.
func TestRaces(t *testing.T) {
	races := race.NewRaces()
	var ids []string
	for range 257 {
		id, err := races.Begin(race.Config{Random: rand.Reader})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	if _, ok := races.Find(ids[0]); ok {
		t.Error("the first of 257 is still there")
	}
	for _, id := range ids[1:] {
		if _, ok := races.Find(id); !ok {
			t.Errorf("%s is lost", id)
		}
	}
}
