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

// timely says whether a file's attempts and its day could be ours.
func (k Kept) timely() bool {
	wrong := func(a PastAttempt) bool { return a.At < 0 || a.At >= maxInstant }
	return k.DoneAt >= 0 && k.DoneAt < maxInstant && len(k.Past) <= MaxPast && !slices.ContainsFunc(k.Past, wrong)
}
