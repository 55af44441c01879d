package main

import (
	"fmt"
	"slices"
	"time"

	"claimcheck/lessons"
)

// againAfter is how many days after a lesson was done it is worth doing again.
const againAfter = 7

// A record is what a learner did, laid out for the map.
type record struct {
	all  map[string]lessons.Kept // by path
	done map[string]bool         // by path
	// once are those that are done, or were before they were started over.
	once map[string]bool
	day  int64 // today, where the clock is
	zone *time.Location
	// repeated says that something of an earlier day was done again today.
	repeated bool
}

// newRecord reads what is kept of a learner. What was started over by the lesson is
// known from the way back alone.
func newRecord(all map[string]lessons.Kept, undo *lessons.Undo, now time.Time) *record {
	r := &record{all: all, done: map[string]bool{}, once: map[string]bool{}, day: lessons.DayOf(now), zone: now.Location()}
	if undo != nil && !undo.Taken {
		for path, k := range undo.States {
			if k != nil && k.Done {
				r.once[path] = true
			}
		}
	}
	for path, k := range all {
		if k.Done {
			r.done[path] = true
			r.repeated = r.repeated || r.dayOf(k.DoneAt) == r.day && (r.once[path] || r.solvedBefore(k))
		}
		if k.Done || k.DoneAt > 0 {
			r.once[path] = true
		}
	}
	return r
}

// dayOf is the day of a moment in Unix seconds, where the clock is.
func (r *record) dayOf(seconds int64) int64 { return lessons.DayOf(time.Unix(seconds, 0).In(r.zone)) }

// solvedBefore says whether an attempt before today solved it.
func (r *record) solvedBefore(k lessons.Kept) bool {
	for _, a := range k.Past {
		if a.Solved && r.dayOf(a.At) < r.day {
			return true
		}
	}
	return false
}

// again says whether an exercise of the lesson was done and started over.
func (r *record) again(l *lessons.Lesson) bool {
	for _, e := range l.Exercises {
		if r.once[e.Path()] && !r.done[e.Path()] {
			return true
		}
	}
	return false
}

// doneOn is the day on which a lesson that is done was done, 0 where nobody noted it.
func (r *record) doneOn(l *lessons.Lesson) int64 {
	last := int64(0)
	for _, e := range l.Exercises {
		last = max(last, r.all[e.Path()].DoneAt)
	}
	if last == 0 {
		return 0
	}
	return r.dayOf(last)
}

// daysAgo says how many days ago a lesson was done, where it is worth doing again;
// otherwise 0.
func (r *record) daysAgo(l *lessons.Lesson) int64 {
	if on := r.doneOn(l); on > 0 && r.day-on >= againAfter && lessonDone(l, r.done) {
		return r.day - on
	}
	return 0
}

// An againView is the lesson that is worth doing again today.
type againView struct {
	Lesson *lessons.Lesson
	Days   int64 // since it was done
}

// A pastView is an attempt of the past.
type pastView struct {
	When, Stamp string // in UTC, to read and for programs
	Solved      bool
}

// Past are the attempts at the exercise, the newest first.
func (v *exerciseView) Past() []pastView {
	out := make([]pastView, 0, len(v.State.Past))
	for _, a := range slices.Backward(v.State.Past) {
		at := time.Unix(a.At, 0).UTC()
		out = append(out, pastView{When: at.Format("2 January 2006, 15:04 UTC"), Stamp: at.Format(time.RFC3339), Solved: a.Solved})
	}
	return out
}

// PastTitle says how many there are.
func (v *exerciseView) PastTitle() string {
	switch n := len(v.State.Past); {
	case n == 1:
		return "One attempt"
	case n < lessons.MaxPast:
		return fmt.Sprintf("%d attempts", n)
	default:
		return fmt.Sprintf("The last %d attempts", n)
	}
}

// offer is the lesson that was done longest ago, nil for none. One a day: who has
// done one again today, or has begun to, gets no other.
func (r *record) offer(c *lessons.Course) *againView {
	var v *againView
	for _, l := range c.Lessons {
		if r.repeated || r.again(l) {
			return nil
		}
		if n := r.daysAgo(l); n > 0 && (v == nil || n > v.Days) {
			v = &againView{Lesson: l, Days: n}
		}
	}
	return v
}
