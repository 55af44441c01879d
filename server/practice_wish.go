package main

import (
	"net/url"
	"slices"
	"strconv"

	"claimcheck/lessons/questions"
)

// mockLengths are the lengths to choose from, in minutes.
func mockLengths() []int { return []int{15, 30, 45} }

// A wishForm is the part of a form that says what an interview is to be like.
type wishForm struct {
	Topics  []*questions.Topic
	Levels  []questions.Level
	Lengths []int
	Wish    questions.Wish // as it is filled in
}

func (s *server) wishForm(w questions.Wish) wishForm {
	return wishForm{Topics: s.bank.Topics, Levels: questions.Levels(), Lengths: mockLengths(), Wish: w}
}

// Chosen says whether the interview is to be about the topic.
func (f wishForm) Chosen(topic string) bool { return slices.Contains(f.Wish.Topics, topic) }

// wishOf reads what an interview is to be like, all but its seed. It says false where
// the level or the length does not exist; topics that do not are left out.
func wishOf(b *questions.Bank, form url.Values) (w questions.Wish, ok bool) {
	w = questions.Wish{Level: questions.Level(form.Get("level")), Topics: topicsOf(b, form), Doing: form.Get("doing") != ""}
	w.Minutes, _ = strconv.Atoi(form.Get("minutes"))
	return w, slices.Contains(questions.Levels(), w.Level) && slices.Contains(mockLengths(), w.Minutes)
}
