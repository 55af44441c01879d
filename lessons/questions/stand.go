package questions

import (
	"slices"
	"time"

	"claimcheck/lessons"
)

// What a learner answered to a question, in the names of [lessons.State]'s answers.
const (
	// AnswerWrong is the id of the misconception behind the wrong option that was
	// chosen last; there is none after the right one.
	AnswerWrong = "wrong"
	// AnswerText is the last written answer.
	AnswerText = "answer"
	// AnswerTicks are the points that the learner ticked last, as numbers from 0.
	AnswerTicks = "tick"
)

// A Count is how many questions stand how.
type Count struct {
	All, Due, Weak, New, Known int
}

func (c *Count) add(s Standing) {
	c.All++
	*map[Standing]*int{Due: &c.Due, Weak: &c.Weak, New: &c.New, Known: &c.Known}[s]++
}

// A Stand is how a learner stands with the bank.
type Stand struct {
	Count
	Today  int // questions answered since the day began
	Topics []*TopicStand
	// Beliefs are those that showed in an answer, the strongest first; Doubts those of
	// which no more is known than that questions about them went badly, five at most.
	Beliefs, Doubts []*BeliefStand
}

// A TopicStand is how a learner stands with a topic.
type TopicStand struct {
	*Topic
	Count
	Lapses uint64 // how often one was forgotten
	// Recall is the mean chance that an answer is still known, 0 to 1, over those that
	// were asked.
	Recall float64
	// Lessons teach what is due or weak, three at most.
	Lessons []*lessons.Lesson
}

// Seen is how many were asked.
func (t *TopicStand) Seen() int { return t.All - t.New }

// Percent is Recall in percent.
func (t *TopicStand) Percent() float64 { return 100 * t.Recall }

// A BeliefStand is how a learner stands with a misconception.
type BeliefStand struct {
	*lessons.Misconception
	Chosen []*Question // whose wrong option was chosen the last time
	Said   []Said
	// Badly is how many of the All questions about it went badly or were forgotten
	// the last time.
	Badly, All int
}

// weight says which of two beliefs comes first.
func (b *BeliefStand) weight() int { return 3*len(b.Chosen) + 3*len(b.Said) + b.Badly }

// A Said is a sentence of a written answer that raised a red flag.
type Said struct {
	Question *Question
	Where    string
}

// Stand looks at what is kept of a learner, by path. The day began at midnight where
// now is.
func (b *Bank) Stand(all map[string]lessons.Kept, now time.Time) *Stand {
	st := &Stand{}
	today := lessons.DayOf(now)
	beliefs := map[*lessons.Misconception]*BeliefStand{}
	var order []*BeliefStand
	for _, t := range b.Topics {
		ts := &TopicStand{Topic: t}
		sum := 0.0
		for _, q := range t.Questions {
			k := all[q.Path()]
			at := StandingOf(k.Memory, now)
			st.add(at)
			ts.add(at)
			for _, m := range q.Misconceptions() {
				if beliefs[m] == nil {
					beliefs[m] = &BeliefStand{Misconception: m}
					order = append(order, beliefs[m])
				}
				beliefs[m].see(q, k, m)
			}
			if at == New {
				continue
			}
			if lessons.DayOf(time.Unix(k.Memory.Last, 0).In(now.Location())) >= today {
				st.Today++
			}
			ts.Lapses += k.Memory.Lapses
			sum += Recall(k.Memory, now)
			if at != Known && len(ts.Lessons) < 3 && !slices.Contains(ts.Lessons, q.Lesson) {
				ts.Lessons = append(ts.Lessons, q.Lesson)
			}
		}
		if n := ts.Seen(); n > 0 {
			ts.Recall = sum / float64(n)
		}
		st.Topics = append(st.Topics, ts)
	}
	slices.SortStableFunc(order, func(x, y *BeliefStand) int { return y.weight() - x.weight() })
	for _, bs := range order {
		switch {
		case len(bs.Chosen)+len(bs.Said) > 0:
			st.Beliefs = append(st.Beliefs, bs)
		case bs.Badly > 0 && len(st.Doubts) < 5:
			st.Doubts = append(st.Doubts, bs)
		}
	}
	return st
}

// see adds what a question says about the belief.
func (b *BeliefStand) see(q *Question, k lessons.Kept, m *lessons.Misconception) {
	b.All++
	if k.Memory != nil && Rating(k.Memory.Rating) <= Hard {
		b.Badly++
	}
	if k.Answers.Get(AnswerWrong) == m.ID {
		b.Chosen = append(b.Chosen, q)
	}
	if text := k.Answers.Get(AnswerText); text != "" {
		for _, f := range q.Grade(text).Flags {
			if f.Misconception == m {
				b.Said = append(b.Said, Said{q, f.Where})
			}
		}
	}
}
