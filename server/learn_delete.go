package main

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"claimcheck/lessons/questions"
	"claimcheck/web"
)

// deleteCosts says what deleting costs.
const deleteCosts = "The file is written over where your progress was."

// A deleteView is the page that asks whether to delete everything.
type deleteView struct {
	Items int  // exercises of which there is anything
	Asked int  // questions of the interview of which there is
	Back  bool // there is a way back from the last change
}

// progressDelete is GET /learn/progress/delete, which asks, and POST, which deletes
// what is kept of the browser and its cookie. There is no way back.
func (s *server) progressDelete(c *gin.Context) error {
	who := s.knownLearner(c)
	if c.Request.Method != http.MethodPost {
		v := deleteView{Back: s.learners.Undo(who) != nil}
		for path := range s.learners.All(who) {
			if strings.HasPrefix(path, questions.KeptPrefix) {
				v.Asked++
			} else {
				v.Items++
			}
		}
		return s.page(c, http.StatusOK, "progressdelete", web.Page{
			Title: "Delete everything?", Description: "What deleting your progress removes.", Nav: "learn", Data: v,
		})
	}
	if _, err := s.form(c); err != nil {
		return err
	}
	if who != "" {
		if err := s.spend(c, 2, deleteCosts); err != nil {
			return err
		}
		if err := s.learners.Forget(who); err != nil {
			fault := faultOf(err)
			return problem{
				Status: http.StatusServiceUnavailable, Title: "Your progress could not be deleted.", Detail: fault.Text, Fix: fault.Fix,
			}
		}
	}
	gone := s.learnerCookie("")
	gone.MaxAge = -1
	http.SetCookie(c.Writer, gone)
	return s.redirect(c, progressPath+"?done=deleted#said")
}
