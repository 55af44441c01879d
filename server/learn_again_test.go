package main

import (
	"encoding/json"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"claimcheck/lessons"
)

// doneAll is every exercise of the lessons, done at the moment.
func doneAll(at int64, all ...*lessons.Lesson) map[string]lessons.Kept {
	out := map[string]lessons.Kept{}
	for _, l := range all {
		for _, e := range l.Exercises {
			out[e.Path()] = lessons.Kept{Done: true, DoneAt: at, Past: []lessons.PastAttempt{{At: at, Solved: true}}}
		}
	}
	return out
}

// TestWorthDoingAgain: one lesson a day, the one that was done longest ago.
func TestWorthDoingAgain(t *testing.T) {
	s := read(t)
	one, two := s.course.Lessons[0], s.course.Lessons[1]
	now := time.Date(2026, 3, 20, 0, 1, 0, 0, time.UTC)
	ago := func(days int) int64 { return now.AddDate(0, 0, -days).Unix() }
	asIs := func(map[string]lessons.Kept) *lessons.Undo { return nil }
	first := one.Exercises[0].Path()
	for name, c := range map[string]struct {
		one, two int64 // when they were done
		change   func(all map[string]lessons.Kept) *lessons.Undo
		want     *lessons.Lesson
		days     int64
		state    string // of the first lesson
	}{
		"oldest":         {one: ago(8), two: ago(12), change: asIs, want: two, days: 12, state: "again"},
		"first of equal": {one: ago(8), two: ago(8), change: asIs, want: one, days: 8, state: "again"},
		"late that day":  {one: ago(7) - 60 + 24*60*60 - 1, two: ago(0), change: asIs, want: one, days: 7, state: "again"},
		"too early":      {one: ago(6), two: ago(0), change: asIs, state: "done"},
		"no date":        {one: 0, two: ago(0), change: asIs, state: "done"},
		"one today": {one: ago(9), two: ago(8), state: "done", change: func(all map[string]lessons.Kept) *lessons.Undo {
			k := all[first]
			k.DoneAt, k.Past = ago(0), append(k.Past, lessons.PastAttempt{At: ago(0), Solved: true})
			all[first] = k
			return nil
		}},
		"started over": {one: ago(9), two: ago(8), state: "again", change: func(all map[string]lessons.Kept) *lessons.Undo {
			all[first] = lessons.Kept{DoneAt: ago(9)}
			return nil
		}},
		"lesson started over": {one: ago(9), two: ago(8), state: "again", change: func(all map[string]lessons.Kept) *lessons.Undo {
			k := all[first]
			delete(all, first)
			return &lessons.Undo{States: map[string]*lessons.Kept{first: &k}}
		}},
		"lesson done again today": {one: ago(0), two: ago(8), state: "done", change: func(map[string]lessons.Kept) *lessons.Undo {
			return &lessons.Undo{States: map[string]*lessons.Kept{first: {Done: true}}}
		}},
		"import taken back": {one: ago(9), two: ago(8), want: one, days: 9, state: "again", change: func(map[string]lessons.Kept) *lessons.Undo {
			return &lessons.Undo{Taken: true, States: map[string]*lessons.Kept{s.course.Lessons[2].Exercises[0].Path(): {Done: true}}}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			all := doneAll(c.one, one)
			maps.Copy(all, doneAll(c.two, two))
			v := newMapView(s.course, newRecord(all, c.change(all), now))
			switch {
			case c.want == nil && v.Again != nil:
				t.Errorf("offers %s", v.Again.Lesson.Slug)
			case c.want != nil && (v.Again == nil || v.Again.Lesson != c.want || v.Again.Days != c.days):
				t.Errorf("offers %+v, want %s after %d days", v.Again, c.want.Slug, c.days)
			}
			if got := v.Tracks[0].Lessons[0].State(); got != c.state {
				t.Errorf("the first lesson is %q, want %q", got, c.state)
			}
		})
	}
}

// TestDayOfTheLearner: a day ends at midnight where the clock is, and not where it is
// midnight in UTC.
func TestDayOfTheLearner(t *testing.T) {
	s := read(t)
	l := s.course.Lessons[0]
	for _, zone := range []*time.Location{time.FixedZone("east", 10*60*60), time.FixedZone("west", -7*60*60)} {
		done := time.Date(2026, 3, 20, 23, 59, 0, 0, zone)
		all := doneAll(done.Unix(), l)
		for after, want := range map[time.Duration]int64{0: 0, 6*24*time.Hour + 30*time.Second: 0, 6*24*time.Hour + time.Minute: 7, 7 * 24 * time.Hour: 7, 7*24*time.Hour + time.Minute: 8} {
			if got := newRecord(all, nil, done.Add(after)).daysAgo(l); got != want {
				t.Errorf("%s, after %s: done %d days ago, want %d", zone, after, got, want)
			}
		}
		k := all[l.Exercises[0].Path()]
		k.DoneAt = done.Add(2 * time.Minute).Unix() // and again, just after midnight
		all[l.Exercises[0].Path()] = k
		for now, want := range map[time.Duration]bool{3 * time.Minute: true, 24 * time.Hour: true, 24*time.Hour + 2*time.Minute: false} {
			if got := newRecord(all, nil, done.Add(now)).repeated; got != want {
				t.Errorf("%s, after %s: done again today: %v", zone, now, got)
			}
		}
	}
}

// TestStartedOverBlocksNothing: what builds on a lesson goes on while that is done
// again.
func TestStartedOverBlocksNothing(t *testing.T) {
	s := read(t)
	for _, l := range s.course.Lessons {
		if len(l.Needs) == 0 {
			continue
		}
		all := doneAll(1e9, l.Needs...)
		for path := range all {
			all[path] = lessons.Kept{DoneAt: 1e9}
		}
		if e := newEntryView(l, newRecord(all, nil, time.Unix(2e9, 0))); len(e.Needs) != 0 {
			t.Errorf("%s waits for %d lessons that were done", l.Slug, len(e.Needs))
		}
		return
	}
	t.Error("no lesson builds on another")
}

// TestAgainOnThePages: the map offers the lesson and says how long ago it was done;
// an exercise shows its attempts, and "again" once it is started over.
func TestAgainOnThePages(t *testing.T) {
	s := read(t)
	l := s.course.Lessons[0]
	raw, err := json.Marshal(lessons.NewTransfer(doneAll(s.now().AddDate(0, 0, -30).Unix(), l), s.now()))
	if err != nil {
		t.Fatal(err)
	}
	if a := s.upload(t, string(raw), as(somebody)); a.StatusCode != http.StatusSeeOther {
		t.Fatalf("%d %s", a.StatusCode, a.body)
	}
	page := s.send(t, http.MethodGet, "/learn", "", as(somebody)).body
	if !strings.Contains(page, "Worth doing again today: <a href=\""+l.Path()) || !strings.Contains(page, "<span class=\"far\">done 30 days ago") {
		t.Error("the map does not offer it")
	}
	e := l.Exercises[0]
	if page := s.send(t, http.MethodGet, l.Path(), "", as(somebody)).body; !strings.Contains(page, "<summary>One attempt</summary>") || strings.Contains(page, ">again</span>") {
		t.Error("the attempt is not shown, or it is all to do again")
	}
	s.send(t, http.MethodPost, e.Path(), "do=reset", as(somebody))
	s.send(t, http.MethodPost, e.Path(), "do=check", as(somebody))
	page = s.send(t, http.MethodGet, l.Path(), "", as(somebody)).body
	if !strings.Contains(page, "<summary>2 attempts</summary>") || !strings.Contains(page, ">not yet</span>") || !strings.Contains(page, ">again</span>") {
		t.Error("the attempts or “again” are not shown after starting over")
	}
	if page := s.send(t, http.MethodGet, "/learn", "", as(somebody)).body; !strings.Contains(page, ">again</span>") || strings.Contains(page, "Worth doing again") {
		t.Error("the map does not say that it is being done again")
	}
	if !strings.Contains(s.export(t, somebody), `"attempts": [`) {
		t.Error("the attempts are not in the export")
	}
}
