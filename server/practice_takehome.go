package main

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"claimcheck/lessons/questions"
	"claimcheck/web"
)

const takeHomePath = "/practice/take-home"

// takeHomeView is the task, and its key.
type takeHomeView struct {
	*questions.TakeHome
	Issuer      string // of the visitor's lab
	DrillIssuer string
}

func (s *server) takeHomeView(c *gin.Context) takeHomeView {
	l := s.labOf(c)
	return takeHomeView{TakeHome: s.takeHome, Issuer: l.Issuer(), DrillIssuer: l.DrillIssuer()}
}

// takeHomeTask is GET /practice/take-home: what the candidate gets.
func (s *server) takeHomeTask(c *gin.Context) error {
	return s.page(c, http.StatusOK, "takehome", web.Page{
		Title: "Take-home", Description: "A small Go program that logs people in, with nine faults to find and mend.", Nav: "practice", Data: s.takeHomeView(c),
	})
}

// takeHomeKey is GET /practice/take-home/key: what the interviewer gets.
func (s *server) takeHomeKey(c *gin.Context) error {
	return s.page(c, http.StatusOK, "takehomekey", web.Page{
		Title: "Key of the take-home", Description: "The nine planted faults, what shows each, and how to score.", Nav: "practice", Data: s.takeHomeView(c),
	})
}

// takeHomeClient is GET /practice/take-home/client.go.
func (s *server) takeHomeClient(c *gin.Context) error {
	return s.goFile(c, "client.go", s.takeHome.Client)
}

// takeHomeSolution is GET /practice/take-home/solution.go.
func (s *server) takeHomeSolution(c *gin.Context) error {
	return s.goFile(c, "solution.go", s.takeHome.Solution)
}

// goFile answers with a Go program to keep as a file.
func (s *server) goFile(c *gin.Context, name, text string) error {
	c.Header("Content-Disposition", `attachment; filename="`+name+`"`)
	s.write(c, http.StatusOK, "text/plain; charset=utf-8", []byte(text), cachePublic)
	return nil
}
