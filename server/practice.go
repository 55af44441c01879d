package main

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"claimcheck/lessons/questions"
	"claimcheck/web"
)

// A practiceView is the page /practice.
type practiceView struct {
	*questions.Stand
	Kept    keptView
	Under   *sessionView // the session under way, nil for none
	Lengths []int        // of a session, in minutes
	Forms   []formView
	Levels  []checkView
	Picks   []checkView // topics
	// Some says that not all levels and topics are asked for.
	Some bool
	// None says that the questions that were asked for do not exist.
	None bool
}

// A formView is a way to practise.
type formView struct {
	Form       questions.Form
	Name, Says string
	Checked    bool
}

// A checkView is a box to tick.
type checkView struct {
	ID, Title, Note string
	Checked         bool
}

// lengths are the minutes that a session may have.
func lengths() []int { return []int{5, 15, 30} }

// formWords are the name of a form, and what one does.
func formWords(f questions.Form) (name, says string) {
	switch f {
	case questions.Quiz:
		return "Quiz", "Choose an option, and read why each of them is right or wrong."
	case questions.Write:
		return "In writing", "Write your answer. Its words are held against the key points."
	case questions.Speak:
		return "Aloud", "Explain it to the interviewer, by the clock if you like, and tick what you said."
	default:
		return "Flash cards", "Think, turn the card over, and say how well you knew it."
	}
}

// practice is GET /practice: what is due, and sessions of three lengths.
func (s *server) practice(c *gin.Context) error {
	who := s.knownLearner(c)
	all := s.learners.All(who)
	query := c.Request.URL.Query()
	v := &practiceView{Stand: s.bank.Stand(all, s.now()), Kept: s.kept(), Lengths: lengths(), None: query.Get("none") != ""}
	drill := drillOf(s.bank, query)
	v.Some = len(drill.Levels)+len(drill.Topics) > 0
	for _, f := range questions.Forms() {
		name, says := formWords(f)
		v.Forms = append(v.Forms, formView{Form: f, Name: name, Says: says, Checked: f == drill.Form})
	}
	for _, l := range questions.Levels() {
		v.Levels = append(v.Levels, checkView{ID: string(l), Title: string(l), Checked: slices.Contains(drill.Levels, l)})
	}
	for _, t := range v.Topics {
		v.Picks = append(v.Picks, checkView{ID: t.ID, Title: t.Title, Note: dueNote(t.Count), Checked: slices.Contains(drill.Topics, t.ID)})
	}
	if ses, ok := questions.ReadSession(all[questions.SessionPath].Answers, s.bank); ok && !ses.Over() {
		v.Under = s.newSessionView(ses, all)
	}
	return s.page(c, http.StatusOK, "practice", web.Page{
		Title: "Practice", Description: "Prepare for an interview about OAuth 2.0 and JWT: questions that come back when you are about to forget them.",
		Nav: "practice", Data: v,
	})
}

// dueNote is a few words about what a topic has.
func dueNote(n questions.Count) string {
	switch {
	case n.Due > 0:
		return fmt.Sprintf("%d due", n.Due)
	case n.New == n.All:
		return "new"
	default:
		return fmt.Sprintf("%d of %d asked", n.All-n.New, n.All)
	}
}

// drillOf reads what a session is to be made of. What does not exist is left out.
func drillOf(b *questions.Bank, form url.Values) questions.Drill {
	d := questions.Drill{Form: questions.Form(form.Get("form")), Minutes: lengths()[0], Topics: topicsOf(b, form), Belief: clipped(form.Get("belief"), 8)}
	if !slices.Contains(questions.Forms(), d.Form) {
		d.Form = questions.Cards
	}
	for _, m := range lengths() {
		if form.Get("minutes") == strconv.Itoa(m) {
			d.Minutes = m
		}
	}
	for _, l := range questions.Levels() {
		if slices.Contains(form["level"], string(l)) {
			d.Levels = append(d.Levels, l)
		}
	}
	return d
}

// drillQuery is what the form of a session is filled in with: the way back from
// [drillOf].
func drillQuery(d questions.Drill) url.Values {
	query := url.Values{"form": {string(d.Form)}, "topic": d.Topics}
	for _, l := range d.Levels {
		query.Add("level", string(l))
	}
	return query
}

// topicsOf are the ids of the bank's topics that a form names, in the bank's order.
func topicsOf(b *questions.Bank, form url.Values) (ids []string) {
	for _, t := range b.Topics {
		if slices.Contains(form["topic"], t.ID) {
			ids = append(ids, t.ID)
		}
	}
	return ids
}

// comesIn is a time to come, in words.
func comesIn(d time.Duration) string {
	const day = 24 * time.Hour
	unit, n := "minute", int((d+time.Minute-1)/time.Minute)
	switch {
	case d > 60*day:
		unit, n = "month", int((d+15*day)/(30*day))
	case d >= day:
		unit, n = "day", int((d+day/2)/day)
	case d >= time.Hour:
		unit, n = "hour", int((d+time.Hour/2)/time.Hour)
	}
	n = max(n, 1)
	if n != 1 {
		unit += "s"
	}
	return fmt.Sprintf("%d %s", n, unit)
}
