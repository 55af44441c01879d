package main

import (
	"net/http"
	"strings"
	"testing"
)

// TestProgressInAnotherLab: on a network a visitor who gets another lab has what was
// done there and here, and what is deleted is gone in every lab.
func TestProgressInAnotherLab(t *testing.T) {
	s, a, _ := open(t)
	l, _ := s.course.Lesson("start/two-layers")
	e := l.Exercises[0]
	export := func() string { return a.ask(http.MethodGet, progressPath+"/export", "").Body.String() }

	if got := a.ask(http.MethodPost, e.Path(), e.Solution.Answers.Encode()); got.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", got.Code, got.Body)
	}
	one, browser, lab := a.cookies[labCookie], a.cookies[learnerCookie], a.lab(s)
	delete(a.cookies, labCookie)
	a.ask(http.MethodPost, e.Path(), "do=hint&"+e.Solution.Answers.Encode())
	if a.cookies[learnerCookie] != browser || a.lab(s) == lab {
		t.Fatal("it is not the same browser in another lab")
	}
	page := a.ask(http.MethodGet, l.Path(), "").Body.String()
	if !strings.Contains(page, `data-status="pass">done<`) || !strings.Contains(page, ">right<") {
		t.Error("what was done in the first lab is not shown in the second")
	}
	two := a.cookies[labCookie]
	a.cookies[labCookie] = one
	if !strings.Contains(export(), `"hints": 1`) {
		t.Error("what was done in the second lab is not there in the first")
	}
	a.cookies[labCookie] = two
	if got := a.ask(http.MethodPost, progressPath+"/delete", "sure=yes"); got.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", got.Code, got.Body)
	}
	a.cookies[labCookie], a.cookies[learnerCookie] = one, browser
	if got := export(); strings.Contains(got, e.Path()) {
		t.Errorf("what was deleted is still in the first lab: %s", got)
	}
}
