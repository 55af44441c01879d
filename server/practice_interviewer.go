package main

import (
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"claimcheck/lessons/questions"
	"claimcheck/web"
)

const interviewerPath = "/practice/interviewer"

// maxSeed is the longest seed that an address may hold, in bytes.
const maxSeed = 64

// interviewerView is the page of who asks. Everything that decides the set is in
// its address, so that it can be sent to a colleague.
type interviewerView struct {
	wishForm
	Set   []questions.Slot
	Other string // the address of another set
	Error string
}

// interviewer is GET /practice/interviewer: a form, and the set that it asks for.
func (s *server) interviewer(c *gin.Context) error {
	q := c.Request.URL.Query()
	w, ok := wishOf(s.bank, q)
	v := &interviewerView{wishForm: s.wishForm(w)}
	v.Wish.Seed = q.Get("seed")
	status := http.StatusOK
	switch {
	case q.Get("level") == "" && q.Get("minutes") == "":
		v.Wish.Level, v.Wish.Minutes = questions.Mid, mockLengths()[1]
	case !ok || len(v.Wish.Seed) > maxSeed:
		v.Wish.Level, v.Wish.Minutes, v.Wish.Seed = questions.Mid, mockLengths()[1], ""
		status, v.Error = http.StatusBadRequest, "The address asks for a level or a length that there is not."
	case v.Wish.Seed == "":
		return s.interviewerSeeded(c, q)
	default:
		if v.Set = s.bank.Interview(v.Wish); len(v.Set) == 0 {
			v.Error = "There is no question of this level on these topics. Choose more topics."
		}
		q.Del("seed")
		v.Other = interviewerPath + "?" + q.Encode()
	}
	return s.page(c, status, "interviewer", web.Page{
		Title: "For interviewers", Description: "A set of questions with rubric, red flags and follow-ups, to print.", Nav: "practice", Data: v,
	})
}

// interviewerSeeded leads on to a set of its own, whose address names its seed.
func (s *server) interviewerSeeded(c *gin.Context, q url.Values) error {
	seed, err := s.seed()
	if err != nil {
		return err
	}
	q.Set("seed", seed)
	return s.redirect(c, interviewerPath+"?"+q.Encode()+"#set")
}
