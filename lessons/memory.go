package lessons

import (
	"math"
	"time"
)

// A Memory is how well a learner remembers something that comes back on a
// schedule, in the terms of FSRS. The zero value is something that was never
// asked. It is a value: changing it makes another one.
type Memory struct {
	Due        int64   `json:"due"`        // when it comes back, in Unix seconds
	Last       int64   `json:"last"`       // when it was asked last
	Stability  float64 `json:"stability"`  // days after which nine of ten are remembered
	Difficulty float64 `json:"difficulty"` // 1 to 10
	Days       uint64  `json:"days"`       // between the last two times, as planned
	Reps       uint64  `json:"reps"`
	Lapses     uint64  `json:"lapses"` // how often it was forgotten
	State      int8    `json:"state"`  // 0 new, 1 learning, 2 review, 3 relearning
	Rating     int8    `json:"rating"` // the last one, 1 to 4
	// Was is the memory before the last rating, to take it back; nil for none, or
	// where the way back is gone.
	Was *Memory `json:"was,omitempty"`
}

// IsDue says whether it is to be asked again at that time.
func (m *Memory) IsDue(now time.Time) bool { return m != nil && m.Due <= now.Unix() }

// before says whether the other memory is of a later time, or the only one.
func (m *Memory) before(other *Memory) bool {
	return other != nil && (m == nil || m.Last < other.Last)
}

const (
	maxDays    = 36500   // of a schedule: a hundred years
	maxInstant = 1 << 40 // in Unix seconds: no clock shows it
)

// valid says whether a schedule can go on from it. was says whether it may have a
// memory before it.
func (m *Memory) valid(was bool) bool {
	within := func(f, least, most float64) bool { return !math.IsNaN(f) && f >= least && f <= most }
	switch {
	case m == nil:
		return true
	case m.Was != nil && !was, !m.Was.valid(false):
		return false
	case *m == (Memory{}):
		return !was // before the first rating
	}
	return within(m.Stability, 0.001, maxDays*100) && within(m.Difficulty, 1, 10) && m.Days <= maxDays &&
		m.Due >= 0 && m.Due < maxInstant && m.Last >= 0 && m.Last < maxInstant &&
		m.Reps > 0 && m.Reps <= maxCount && m.Lapses <= m.Reps && m.State > 0 && m.State <= 3 && m.Rating > 0 && m.Rating <= 4
}
