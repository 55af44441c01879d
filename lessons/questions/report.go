package questions

import (
	"cmp"
	"slices"

	"claimcheck/lessons"
)

// A Given is what the candidate gave for one [Slot].
type Given struct {
	Slot
	Text   string // the answer, or why the task went as it did
	Follow string // the answer to the follow-up
	// Ticked are the points, by index, that the candidate says were met although the
	// checklist did not find them.
	Ticked []int
	Done   bool // the lab says that the task is done
}

// A Mark is how one answer stands.
type Mark struct {
	Number int // of the part, from 1
	Given
	Graded
	// Counted are the points met, by the checklist or the candidate's own tick.
	Counted []bool
}

// Marked holds an answer against its rubric. A task is judged by the lab, and the
// words beside it by the rubric.
func (g Given) Marked() Mark {
	m := Mark{Given: g, Graded: g.Question.Grade(g.Text)}
	m.Flags = g.Question.Grade(g.Text + "\n" + g.Follow).Flags // a red flag is one in the follow-up, too
	m.Counted = make([]bool, len(m.Points))
	for i, p := range m.Points {
		m.Counted[i] = p.Met || slices.Contains(g.Ticked, i)
	}
	return m
}

// Got counts the points that were met.
func (m Mark) Got() int {
	n := 0
	for _, met := range m.Counted {
		if met {
			n++
		}
	}
	return n
}

// Share is how much of the answer was there, from 0 to 1: half of a task's share
// is that it was done. A red flag takes a point away.
func (m Mark) Share() float64 {
	said := float64(max(0, m.Got()-len(m.Flags))) / float64(max(1, len(m.Counted)))
	if !m.Doing {
		return said
	}
	if m.Done {
		return 0.5 + said/2
	}
	return said / 2
}

// From these shares on an answer is a strength, and below it a gap.
const (
	StrongFrom = 0.7
	GapBelow   = 0.5
)

// A Report is what came of an interview.
type Report struct {
	Marks  []Mark // in the order of the interview
	Strong []Mark // the best first
	Gaps   []Mark // the worst first
	Topics []TopicMark
	Read   []*lessons.Lesson // lessons for the gaps, each once
	Share  float64
}

// Percent is the share as people read it.
func (t TopicMark) Percent() int { return int(100*t.Share + 0.5) }

// A TopicMark is the mean of a topic's answers.
type TopicMark struct {
	Topic *Topic
	Share float64
	Asked int
}

// NewReport sums up an interview.
func NewReport(given []Given) *Report {
	r := &Report{}
	for _, g := range given {
		m := g.Marked()
		m.Number = len(r.Marks) + 1
		r.Marks = append(r.Marks, m)
		r.Share += m.Share() / float64(len(given))
		at := slices.IndexFunc(r.Topics, func(t TopicMark) bool { return t.Topic == m.Question.Topic })
		if at < 0 {
			at, r.Topics = len(r.Topics), append(r.Topics, TopicMark{Topic: m.Question.Topic})
		}
		r.Topics[at].Asked++
		r.Topics[at].Share += m.Share()
		switch s := m.Share(); {
		case s >= StrongFrom && len(m.Flags) == 0:
			r.Strong = append(r.Strong, m)
		case s < GapBelow || len(m.Flags) > 0:
			r.Gaps = append(r.Gaps, m)
		}
	}
	for i := range r.Topics {
		r.Topics[i].Share /= float64(r.Topics[i].Asked)
	}
	slices.SortStableFunc(r.Topics, func(a, b TopicMark) int { return cmp.Compare(b.Share, a.Share) })
	slices.SortStableFunc(r.Strong, func(a, b Mark) int { return cmp.Compare(b.Share(), a.Share()) })
	slices.SortStableFunc(r.Gaps, func(a, b Mark) int { return cmp.Compare(a.Share(), b.Share()) })
	for _, m := range r.Gaps {
		for _, l := range m.lessons() {
			if !slices.Contains(r.Read, l) {
				r.Read = append(r.Read, l)
			}
		}
	}
	return r
}

// lessons are where the gap is closed: the question's lesson, the task's, and those
// of the misconceptions that were said.
func (m Mark) lessons() []*lessons.Lesson {
	out := []*lessons.Lesson{m.Question.Lesson}
	if m.Doing {
		out = append(out, m.Question.Do.Lesson)
	}
	for _, f := range m.Flags {
		if f.Misconception != nil && len(f.Misconception.Lessons) > 0 {
			out = append(out, f.Misconception.Lessons[0])
		}
	}
	return out
}
