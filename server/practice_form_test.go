package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"claimcheck/lessons/questions"
)

// TestPracticeNoneKeepsTheForm: where no question fits, the form comes back as it was
// filled in.
func TestPracticeNoneKeepsTheForm(t *testing.T) {
	p := practising(t)
	form := url.Values{"form": {string(questions.Quiz)}, "minutes": {"15"}, "level": {"senior"}, "topic": {"jwt", "nothing"}}
	a := p.send(t, http.MethodPost, sessionPath, form.Encode(), as(p.who))
	to, err := url.Parse(a.Header.Get("Location"))
	if err != nil || to.Path != practicePath || to.Query().Get("none") == "" {
		t.Fatalf("%d %s", a.StatusCode, a.Header.Get("Location"))
	}
	page := p.send(t, http.MethodGet, to.RequestURI(), "", as(p.who)).body
	for box, want := range map[string]bool{
		`name="form" value="quiz"`: true, `name="form" value="cards"`: false,
		`name="level" value="senior"`: true, `name="level" value="junior"`: false,
		`name="topic" value="jwt"`: true, `name="topic" value="oauth"`: false,
	} {
		if !strings.Contains(page, box) {
			t.Errorf("the form has no %s", box)
		}
		if got := strings.Contains(page, box+" checked"); got != want {
			t.Errorf("%s is chosen: %v", box, got)
		}
	}
	if !strings.Contains(page, "No question fits") || !strings.Contains(page, "<details open>") {
		t.Error("the page does not say why there is no session, or hides what was chosen")
	}
}

// TestPracticeUnknownTopic: a topic that the bank does not have is left out, as a level
// is; what is left decides.
func TestPracticeUnknownTopic(t *testing.T) {
	p := practising(t)
	if page := p.begin(questions.Cards, 15, "nothing", "jwt"); !strings.Contains(page, "of 2<") {
		t.Error("beside an unknown topic the known one is not the only one")
	}
	if page := p.begin(questions.Cards, 15, "nothing"); !strings.Contains(page, "of 6<") {
		t.Error("an unknown topic alone does not mean all of them")
	}
}

// TestMockRefusedKeepsTheForm: what was chosen for an interview that can't be is still
// chosen on the page that says so.
func TestMockRefusedKeepsTheForm(t *testing.T) {
	s := start(t)
	a := s.send(t, http.MethodPost, mockPath, "level=expert&minutes=45&topic=jwt")
	if a.StatusCode != http.StatusUnprocessableEntity {
		t.Fatalf("it answers %d", a.StatusCode)
	}
	for field, want := range map[string]bool{`name="minutes" value="45"`: true, `name="minutes" value="15"`: false, `name="topic" value="jwt"`: true, `name="topic" value="oauth"`: false, `name="doing" value="yes"`: false} {
		if got := strings.Contains(a.body, field+" checked"); got != want {
			t.Errorf("%s is checked: %t", field, got)
		}
	}
}
