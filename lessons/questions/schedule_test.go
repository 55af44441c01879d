package questions

import (
	"bytes"
	"testing"
	"time"

	"github.com/open-spaced-repetition/go-fsrs/v3"

	"claimcheck/lessons"
)

func noon() time.Time { return time.Date(2026, 3, 28, 12, 0, 0, 0, time.UTC) }

// What we keep between two answers loses nothing of the library's card: a year of
// ratings makes the schedule that the library alone makes.
func TestScheduleIsTheLibrarys(t *testing.T) {
	ours, theirs := (*lessons.Memory)(nil), fsrs.NewCard()
	now := noon()
	for i, r := range []Rating{Good, Good, Easy, Hard, Again, Good, Good, Hard, Again, Again, Easy, Good} {
		ours = Rate(ours, r, now)
		theirs = fsrs.NewFSRS(fsrs.DefaultParam()).Next(theirs, now, fsrs.Rating(r)).Card
		if ours.Due != theirs.Due.Unix() || ours.Stability != theirs.Stability || ours.Difficulty != theirs.Difficulty ||
			ours.Reps != theirs.Reps || ours.Lapses != theirs.Lapses || int8(theirs.State) != ours.State {
			t.Fatalf("after %d ratings: %+v, the library has %+v", i+1, ours, theirs)
		}
		now = time.Unix(ours.Due, 0).Add(time.Duration(i) * time.Hour)
	}
}

func TestAWorseRatingComesBackSooner(t *testing.T) {
	m := Rate(Rate(nil, Good, noon()), Good, noon().Add(time.Hour))
	ahead := Ahead(m, time.Unix(m.Due, 0))
	for _, r := range []Rating{Hard, Good, Easy} {
		if ahead[r] <= ahead[r-1] {
			t.Errorf("%v comes back after %v, %v after %v", r, ahead[r], r-1, ahead[r-1])
		}
	}
}

// Due is an instant: where the learner is, or whether the clocks changed that
// night, makes no difference.
func TestDueIsTheSameInAllTimeZones(t *testing.T) {
	m := Rate(Rate(nil, Good, noon()), Easy, noon())
	for _, name := range []string{"Pacific/Kiritimati", "Europe/Berlin", "America/Los_Angeles", "Asia/Kathmandu"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		there := Rate(Rate(nil, Good, noon().In(zone)), Easy, noon().In(zone))
		if *there.Was != *m.Was || there.Due != m.Due {
			t.Errorf("%s: %+v, want %+v", name, there, m)
		}
		due := time.Unix(m.Due, 0).In(zone)
		if !m.IsDue(due) || m.IsDue(due.Add(-time.Second)) {
			t.Errorf("%s: not due exactly at %v", name, due)
		}
	}
}

func TestAClockThatGoesBackStandsStill(t *testing.T) {
	m := Rate(Rate(nil, Good, noon()), Good, noon().Add(10*time.Minute))
	still := Rate(m, Good, time.Unix(m.Last, 0))
	back := Rate(m, Good, noon().AddDate(-1, 0, 0))
	if back.Due != still.Due || back.Last != m.Last || back.Stability != still.Stability {
		t.Errorf("a year back: %+v, want %+v", back, still)
	}
	if r := Recall(m, noon().AddDate(-1, 0, 0)); r != 1 {
		t.Errorf("recall %v before it was asked", r)
	}
}

func TestUnrate(t *testing.T) {
	first := Rate(nil, Good, noon())
	second := Rate(first, Again, noon().Add(time.Hour))
	was, ok := Unrate(second)
	if !ok || was.Due != first.Due || was.Reps != 1 {
		t.Errorf("got %+v, %v; want %+v", was, ok, first)
	}
	if was, ok := Unrate(first); !ok || was != nil {
		t.Errorf("the first rating taken back is %+v, %v", was, ok)
	}
	if _, ok := Unrate(was); ok {
		t.Error("taken back twice")
	}
}

func TestRecallFades(t *testing.T) {
	m := Rate(nil, Good, noon())
	if Recall(nil, noon()) != 0 {
		t.Error("something never asked is recalled")
	}
	if a, b := Recall(m, noon()), Recall(m, noon().AddDate(0, 0, 30)); a != 1 || b >= a || b <= 0 {
		t.Errorf("recall %v at once, %v after a month", a, b)
	}
}

// What we keep passes the check of an import, after any rating; what no schedule
// makes does not.
func TestAMemoryIsImported(t *testing.T) {
	file := func(m *lessons.Memory) error {
		var b bytes.Buffer
		all := map[string]lessons.Kept{"/practice/why-expire": {Tried: 1, Memory: m}}
		if err := lessons.NewTransfer(all, noon()).Write(&b); err != nil {
			t.Fatal(err)
		}
		_, err := lessons.ReadTransfer(b.Bytes())
		return err
	}
	m, now := (*lessons.Memory)(nil), noon()
	for i := range 200 {
		m = Rate(m, Rating(1+(i*i+i/3)%4), now)
		if err := file(m); err != nil {
			t.Fatalf("after %d ratings %+v: %v", i+1, m, err)
		}
		now = time.Unix(m.Due, 0)
	}
	for name, change := range map[string]func(*lessons.Memory){
		"stability":            func(m *lessons.Memory) { m.Stability = 0 },
		"difficulty":           func(m *lessons.Memory) { m.Difficulty = 11 },
		"an instant":           func(m *lessons.Memory) { m.Due = 1 << 50 },
		"days":                 func(m *lessons.Memory) { m.Days = 1 << 60 },
		"repetitions":          func(m *lessons.Memory) { m.Reps = 0 },
		"lapses":               func(m *lessons.Memory) { m.Lapses = m.Reps + 1 },
		"state":                func(m *lessons.Memory) { m.State = 4 },
		"rating":               func(m *lessons.Memory) { m.Rating = -1 },
		"a way back from back": func(m *lessons.Memory) { was := *m.Was; was.Was = &lessons.Memory{}; m.Was = &was },
	} {
		wrong := *m
		change(&wrong)
		if err := file(&wrong); err == nil {
			t.Errorf("%s: %+v was taken", name, wrong)
		}
	}
}
