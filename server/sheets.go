package main

import (
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"

	"claimcheck/lessons"
	"claimcheck/web"
)

// sheetsView is the list of the cheat sheets.
type sheetsView struct {
	Tracks []*lessons.Sheet // one that sums up a track
	Across []*lessons.Sheet // one that goes across them
}

// sheets is the list of all cheat sheets. It is the same for everybody.
func (s *server) sheets(c *gin.Context) error {
	var v sheetsView
	for _, sheet := range s.course.Sheets {
		if sheet.Track != nil {
			v.Tracks = append(v.Tracks, sheet)
		} else {
			v.Across = append(v.Across, sheet)
		}
	}
	return s.page(c, http.StatusOK, "sheets", web.Page{
		Title: "Cheat sheets", Description: "What is essential about OAuth 2.0, OpenID Connect and JWT, each subject on one page of paper.",
		Nav: "learn", Data: v,
	}, cachePublic)
}

// sheet is one cheat sheet. It is the same for everybody, and fits a page of paper.
func (s *server) sheet(c *gin.Context) error {
	sheet, ok := s.course.Sheet(c.Param("sheet"))
	if !ok {
		return problem{
			Status: http.StatusNotFound, Title: "There is no such cheat sheet.",
			Detail: fmt.Sprintf("None has the address %s.", c.Request.URL.Path), Fix: "All of them are listed at " + lessons.SheetsPath + ".",
		}
	}
	return s.page(c, http.StatusOK, "cheatsheet", web.Page{
		Title: sheet.Title + ", cheat sheet", Description: sheet.Summary, Nav: "learn", Data: sheet,
	}, cachePublic)
}
