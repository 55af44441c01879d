package main

import (
	"slices"
	"strconv"
	"time"

	"claimcheck/lessons"
	"claimcheck/lessons/questions"
)

// A sessionView is the page of a session.
type sessionView struct {
	questions.Session
	Name  string // of its form
	Q     *questions.Question
	N, Of int
	Left  string
	Rates []rateView
	// Options are in the order of this session; with reasons once it is answered.
	Options []choiceView
	// Answer is what the learner wrote, Graded how it stands against the rubric.
	Answer string
	Graded questions.Graded
	// Edit says that the learner goes on writing.
	Edit bool
	// Points are the rubric as boxes to tick; what was found has its sentence.
	Points []checkView
	// Back says that there is a rating to take back; Stuck that it cannot be.
	Back, Stuck bool
	Sum         []ratedView // what came of it, once it is over
	Marks       []markView
}

// A rateView is a button that rates.
type rateView struct {
	N     int
	Word  string
	Ahead string // when the question comes back then
}

// A ratedView is a question that was asked.
type ratedView struct {
	Q     *questions.Question
	Word  string
	Badly bool
	Ahead string
}

// A markView is how many questions got a rating.
type markView struct {
	Word string
	N    int
}

// newSessionView is the session as it stands.
func (s *server) newSessionView(ses questions.Session, all map[string]lessons.Kept) *sessionView {
	v := &sessionView{Session: ses, N: ses.At + 1, Of: len(ses.Row), Left: minutes(ses.Left(s.bank)), Back: len(ses.Rated) > 0}
	v.Name, _ = formWords(ses.Form)
	now := s.now()
	q, ok := s.bank.Question(ses.Now())
	if !ok {
		v.sum(s.bank, all, now)
		return v
	}
	v.Q = q
	k := all[q.Path()]
	if ses.Form == questions.Quiz {
		choices := choiceViews(q)
		for _, at := range q.Order(ses.Seed) {
			o := choices[at]
			o.Chosen = ses.Shown && at == ses.Pick
			v.Options = append(v.Options, o)
		}
		if ses.Shown {
			r := rateView{Word: ses.Rated[ses.At].String()}
			if k.Memory != nil { // an import or a full record may be without it
				r.Ahead = comesIn(time.Unix(k.Memory.Due, 0).Sub(now))
			}
			v.Rates = []rateView{r}
		}
		return v
	}
	next := questions.Ahead(k.Memory, now)
	for _, r := range questions.Ratings() {
		v.Rates = append(v.Rates, rateView{N: int(r), Word: r.String(), Ahead: comesIn(next[r])})
	}
	if ses.Form == questions.Write {
		v.Answer = k.Answers.Get(questions.AnswerText)
		v.Graded = q.Grade(v.Answer)
	}
	for i, p := range q.Points {
		box := checkView{ID: strconv.Itoa(i), Title: p.Plain}
		if ses.Form == questions.Write {
			box.Checked, box.Note = v.Graded.Points[i].Met, v.Graded.Points[i].Where
		}
		v.Points = append(v.Points, box)
	}
	return v
}

// sum is what came of the session. A question that was asked twice counts with its
// last rating.
func (v *sessionView) sum(b *questions.Bank, all map[string]lessons.Kept, now time.Time) {
	for i, id := range v.Row[:len(v.Rated)] {
		q, ok := b.Question(id)
		if !ok || slices.Contains(v.Row[i+1:len(v.Rated)], id) {
			continue
		}
		r := ratedView{Q: q, Word: v.Rated[i].String(), Badly: v.Rated[i] <= questions.Hard}
		if m := all[q.Path()].Memory; m != nil {
			r.Ahead = comesIn(time.Unix(m.Due, 0).Sub(now))
		}
		v.Sum = append(v.Sum, r)
	}
	for _, r := range questions.Ratings() {
		n := 0
		for _, got := range v.Rated {
			if got == r {
				n++
			}
		}
		if n > 0 {
			v.Marks = append(v.Marks, markView{Word: r.String(), N: n})
		}
	}
}

// minutes is a duration as one says it: "about 6 minutes".
func minutes(d time.Duration) string {
	n := max(int((d+30*time.Second)/time.Minute), 1)
	if n == 1 {
		return "about a minute"
	}
	return "about " + strconv.Itoa(n) + " minutes"
}
