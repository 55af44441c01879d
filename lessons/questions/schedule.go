package questions

import (
	"time"

	"github.com/open-spaced-repetition/go-fsrs/v3"

	"claimcheck/lessons"
)

// A Rating is how well the learner says that they knew the answer: the keys 1 to 4.
type Rating int8

// The ratings of FSRS.
const (
	Again Rating = 1 + iota
	Hard
	Good
	Easy
)

// Ratings are all of them, from the worst.
func Ratings() []Rating { return []Rating{Again, Hard, Good, Easy} }

// String is the word on the button.
func (r Rating) String() string {
	if r < Again || r > Easy {
		return ""
	}
	return []string{"Again", "Hard", "Good", "Easy"}[r-1]
}

// Rate is what is remembered once the learner rated an answer at that time, with
// the default parameters of FSRS and without its random part: the same answers at
// the same times make the same schedule. m is nil for a question never asked
// before. A clock that went back since counts as standing still.
func Rate(m *lessons.Memory, r Rating, now time.Time) *lessons.Memory {
	if m != nil {
		now = later(now, time.Unix(m.Last, 0))
	}
	// One scheduler for each call: the library keeps its seed in it.
	info := fsrs.NewFSRS(fsrs.DefaultParam()).Next(card(m), now, fsrs.Rating(min(max(r, Again), Easy)))
	c := info.Card
	next := &lessons.Memory{
		Due: c.Due.Unix(), Last: c.LastReview.Unix(), Stability: c.Stability, Difficulty: c.Difficulty,
		Days: c.ScheduledDays, Reps: c.Reps, Lapses: c.Lapses, State: int8(c.State), Rating: int8(r),
	}
	if m != nil {
		was := *m
		was.Was = nil
		next.Was = &was
	} else {
		next.Was = &lessons.Memory{}
	}
	return next
}

// Unrate takes the last rating back; nil is a question that was never asked. ok is
// false where there is no way back.
func Unrate(m *lessons.Memory) (was *lessons.Memory, ok bool) {
	if m == nil || m.Was == nil {
		return m, false
	}
	if m.Was.Reps == 0 {
		return nil, true
	}
	return m.Was, true
}

// Ahead is after how long the question would come back, by rating.
func Ahead(m *lessons.Memory, now time.Time) map[Rating]time.Duration {
	out := map[Rating]time.Duration{}
	for _, r := range Ratings() {
		next := Rate(m, r, now)
		out[r] = time.Duration(next.Due-next.Last) * time.Second
	}
	return out
}

// Recall is the chance that the learner still knows the answer, 0 to 1, by FSRS's
// forgetting curve; 0 for a question never asked.
func Recall(m *lessons.Memory, now time.Time) float64 {
	if m == nil || m.Reps == 0 {
		return 0
	}
	return fsrs.NewFSRS(fsrs.DefaultParam()).GetRetrievability(card(m), later(now, time.Unix(m.Last, 0)))
}

func card(m *lessons.Memory) fsrs.Card {
	if m == nil {
		return fsrs.NewCard()
	}
	return fsrs.Card{
		Due: time.Unix(m.Due, 0), LastReview: time.Unix(m.Last, 0), Stability: m.Stability, Difficulty: m.Difficulty,
		ScheduledDays: m.Days, Reps: m.Reps, Lapses: m.Lapses, State: fsrs.State(m.State),
	}
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}
