package main

import (
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"

	"claimcheck/mockprovider/lab"
	"claimcheck/web"
)

// home is the front page. It shows two access tokens that AcmeID has issued for
// it; without them it is a page all the same.
func (s *server) home(c *gin.Context) error {
	view := s.homeView(c)
	if sp, err := s.specimens.get(c.Request.Context(), s.labOf(c)); err != nil {
		s.log.WarnContext(c.Request.Context(), "no specimen for the front page", "id", s.requestID(c), "error", err.Error())
	} else {
		view.Stub, view.Badge, view.BadgeRaw = &sp.stub, &sp.badge, sp.raw
	}
	return s.page(c, http.StatusOK, "home", web.Page{
		Description: "Learn OAuth 2.0 and JWT by doing both, between real parties, on your own machine.",
		Mark:        labName(s.labOf(c)) + " · you are Alice",
		Data:        view,
	})
}

// homeView counts what there is to do. In the first moments the texts are not
// read yet, and the page does without the counts.
func (s *server) homeView(c *gin.Context) web.Home {
	var v web.Home
	select {
	case <-s.read:
	default:
		return v
	}
	v.Lessons = len(s.course.Lessons)
	for _, l := range s.course.Lessons {
		v.Minutes += l.Minutes
	}
	v.Steps = len(s.walks.Flows()[0].Variants()[0].Steps())
	v.Continue = s.continueAt(c)
	return v
}

// continueAt leads to the step at which the browser's last run stands.
func (s *server) continueAt(c *gin.Context) *web.Send {
	id, err := c.Cookie(lab.RunCookie)
	if err != nil {
		return nil
	}
	w, ok := s.walks.Get(s.labOf(c), id)
	if !ok || w.Position() < 2 {
		return nil
	}
	steps, at := w.Steps(), w.Position()
	if at > len(steps) {
		return nil
	}
	return &web.Send{
		Text: fmt.Sprintf("Continue at step %d", at), Stub: fmt.Sprintf("%d/%d", at, len(steps)), Href: w.Href(steps[at-1].ID),
	}
}
