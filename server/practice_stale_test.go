package main

import (
	"net/http"
	"strings"
	"testing"

	"claimcheck/lessons"
	"claimcheck/lessons/questions"
)

// TestPracticeFormOfAnotherSession: a page of an earlier session, open in another tab,
// rates no question of the one that came after it.
func TestPracticeFormOfAnotherSession(t *testing.T) {
	p := practising(t)
	p.begin(questions.Cards, 5, "jwt")
	stale := stampField.FindStringSubmatch(p.do("show"))[1]
	p.ahead.Add(60)
	p.begin(questions.Cards, 5, "jwt")
	p.do("show")
	if p.doAt(stale, "rate", "rating", "4"); p.memory("jwt-1") != nil {
		t.Error("the older page rated a question of the new session")
	}
	if p.do("rate", "rating", "4"); p.memory("jwt-1") == nil {
		t.Error("the page of the session does not rate")
	}
}

// TestPracticeQuizWithoutMemory: an answered question whose schedule is not there, as
// an import may have it, is shown all the same.
func TestPracticeQuizWithoutMemory(t *testing.T) {
	p := practising(t)
	p.begin(questions.Quiz, 5, "jwt")
	p.do("choose", "option", "0")
	p.learners.Update(p.who, questions.KeptPrefix+"jwt-1", func(st *lessons.State) { st.Memory = nil })
	a := p.send(t, http.MethodGet, sessionPath, "", as(p.who))
	if a.StatusCode != http.StatusOK || !strings.Contains(a.body, "It counts as") {
		t.Errorf("%d", a.StatusCode)
	}
}
