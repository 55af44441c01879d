package questions

import (
	"cmp"
	"slices"
	"time"

	"claimcheck/lessons"
)

// A Standing is how a learner stands with a question, in the order in which a
// session takes them.
type Standing int

// The standings.
const (
	Due   Standing = iota // it is to be asked again by now
	Weak                  // it is not, but the last time went badly
	New                   // it was never asked
	Known                 // it comes back later
)

// StandingOf says how it stands at that time with what is remembered, nil for nothing.
func StandingOf(m *lessons.Memory, now time.Time) Standing {
	switch {
	case m == nil:
		return New
	case m.IsDue(now):
		return Due
	case Rating(m.Rating) <= Hard:
		return Weak
	default:
		return Known
	}
}

// A Drill says what a session is to be made of. Empty lists mean all.
type Drill struct {
	Form    Form
	Minutes int
	Levels  []Level
	Topics  []string // ids
	Belief  string   // id of a misconception that the questions are about, empty for any
}

// fits says whether a question is wanted.
func (d Drill) fits(q *Question) bool {
	return d.Form.Asks(q) && (len(d.Levels) == 0 || slices.Contains(d.Levels, q.Level)) && (len(d.Topics) == 0 || slices.Contains(d.Topics, q.Topic.ID)) &&
		(d.Belief == "" || slices.ContainsFunc(q.Misconceptions(), func(m *lessons.Misconception) bool { return m.ID == d.Belief }))
}

// Session chooses what is asked: first what is due, then what is weak, then what is
// new, then what comes back soonest, until the minutes are full; one question at
// least. Neighbours are of different topics where that is possible. all is what is
// kept of the learner, by path. The same learner, time and seed make the same
// session. Its Row is empty where no question fits.
func (b *Bank) Session(d Drill, all map[string]lessons.Kept, now time.Time, seed string) Session {
	s := Session{Form: d.Form, Minutes: d.Minutes, Seed: seed}
	var by [Known + 1][]*Question
	for _, q := range b.Questions {
		if d.fits(q) {
			at := StandingOf(all[q.Path()].Memory, now)
			by[at] = append(by[at], q)
		}
	}
	recall := func(q *Question) float64 { return Recall(all[q.Path()].Memory, now) }
	for _, list := range [][]*Question{by[Due], by[Weak]} {
		slices.SortStableFunc(list, func(x, y *Question) int { return cmp.Compare(recall(x), recall(y)) })
	}
	slices.SortStableFunc(by[Known], func(x, y *Question) int {
		return cmp.Compare(all[x.Path()].Memory.Due, all[y.Path()].Memory.Due)
	})
	by[New] = inTurn(by[New], seed)
	var picked []*Question
	left := time.Duration(d.Minutes) * time.Minute
	for _, q := range slices.Concat(by[:]...) {
		if left -= d.Form.Takes(q.Level); left < 0 && len(picked) > 0 || len(picked) == maxRow/2 {
			break
		}
		picked = append(picked, q)
	}
	for _, q := range inTurn(picked, seed) {
		s.Row = append(s.Row, q.ID)
	}
	return s
}

// inTurn takes the topics by turns: the one with most left, and not the one before.
// Within a topic the order stays.
func inTurn(list []*Question, seed string) []*Question {
	left := map[string][]*Question{}
	var topics []string
	for _, q := range list {
		if left[q.Topic.ID] == nil {
			topics = append(topics, q.Topic.ID)
		}
		left[q.Topic.ID] = append(left[q.Topic.ID], q)
	}
	random(seed).Shuffle(len(topics), func(i, j int) { topics[i], topics[j] = topics[j], topics[i] })
	out, last := make([]*Question, 0, len(list)), ""
	for len(out) < len(list) {
		next := ""
		for _, id := range topics {
			if n := len(left[id]); n > 0 && id != last && (next == "" || n > len(left[next])) {
				next = id
			}
		}
		if next == "" {
			next = last // no other topic is left
		}
		out, left[next], last = append(out, left[next][0]), left[next][1:], next
	}
	return out
}

// Order is the order in which a quiz shows the options, as places in the bank's
// order. The seed decides it.
func (q *Question) Order(seed string) []int {
	if q.Choice == nil {
		return nil
	}
	return random(seed + "\x00" + q.ID).Perm(len(q.Choice.Options))
}
