package main

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"claimcheck/lessons"
	"claimcheck/web"
)

// mythsView is the page of all misconceptions.
type mythsView struct {
	Count  int
	Groups []mythGroup
}

// mythGroup is the claims of one severity, in the order of their numbers.
type mythGroup struct {
	ID, Title, Says string
	Claims          []*lessons.Misconception
}

func newMythsView(all []*lessons.Misconception) mythsView {
	v := mythsView{Count: len(all), Groups: []mythGroup{
		{ID: "dangerous", Title: "Dangerous", Says: "Whoever believes it builds a hole."},
		{ID: "wrong", Title: "Wrong", Says: "It does not hold."},
		{ID: "caveat", Title: "True, but", Says: "It leaves out what matters."},
	}}
	for i := range v.Groups {
		for _, m := range all {
			if m.Severity == v.Groups[i].ID {
				v.Groups[i].Claims = append(v.Groups[i].Claims, m)
			}
		}
	}
	return v
}

// misconceptions is every claim on one page. It is the same for everybody.
func (s *server) misconceptions(c *gin.Context) error {
	return s.page(c, http.StatusOK, "misconceptions", web.Page{
		Title: "Misconceptions", Description: "What people say about OAuth 2.0, OpenID Connect and JWT, why it tempts, what is true, and where to watch it.",
		Nav: "learn", Data: newMythsView(s.course.Misconceptions),
	}, cachePublic)
}
