package lessons

import (
	"slices"
	"time"
)

// A PastAttempt is one try at an exercise.
type PastAttempt struct {
	At     int64 `json:"at"` // in Unix seconds, by the clock of the machine and no lab's
	Solved bool  `json:"solved,omitempty"`
}

// MaxPast is how many attempts at one exercise are remembered. The oldest goes first.
const MaxPast = 20

// Note writes down that the exercise was tried at this moment, and solved or not.
// Once it is done it stays so.
func (s *State) Note(at time.Time, solved bool) {
	s.Past = lastOf(append(slices.Clone(s.Past), PastAttempt{At: at.Unix(), Solved: solved}), MaxPast)
	if solved {
		s.Done, s.DoneAt = true, at.Unix()
	}
}

// DayOf is the number of the day on the calendar of the place where at is told, so that
// a day begins at midnight there. Days that follow each other have numbers that do.
func DayOf(at time.Time) int64 {
	y, m, d := at.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / (24 * 60 * 60)
}

// timely says whether a file's attempts and its day could be ours.
func (k Kept) timely() bool {
	wrong := func(a PastAttempt) bool { return a.At < 0 || a.At >= maxInstant }
	return k.DoneAt >= 0 && k.DoneAt < maxInstant && len(k.Past) <= MaxPast && !slices.ContainsFunc(k.Past, wrong)
}
