package main

import (
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"claimcheck/lessons"
	"claimcheck/lessons/questions"
	"claimcheck/web"
)

const (
	mockPath = "/practice/mock"
	// mockPlan is where the learner's state keeps what is asked.
	mockPlan = mockPath + "/plan"
	// asTask ends the id of a part that is done in the lab.
	asTask = "!"
)

// A mock is the interview that a learner is in, or has been in.
type mock struct {
	Wish  questions.Wish
	Slots []questions.Slot
	Ended bool
}

// mockOf is the learner's interview, nil if there is none. Questions that the bank
// no longer has are left out.
func (s *server) mockOf(who string) *mock {
	st, ok := s.learners.Get(who, mockPlan)
	if !ok || st.Answers == nil {
		return nil
	}
	m := &mock{Ended: st.Done, Wish: questions.Wish{Level: questions.Level(st.Answers.Get("level")), Topics: st.Answers["topic"], Doing: st.Answers.Get("doing") != "", Seed: st.Answers.Get("seed")}}
	m.Wish.Minutes, _ = strconv.Atoi(st.Answers.Get("minutes"))
	follows := st.Answers["then"]
	for i, id := range st.Answers["slot"] {
		id, doing := strings.CutSuffix(id, asTask)
		q, ok := s.bank.Question(id)
		if !ok || doing && q.Do == nil {
			continue
		}
		slot := questions.Slot{Question: q, Doing: doing}
		if i < len(follows) {
			if n, err := strconv.Atoi(follows[i]); err == nil && n >= 0 && n < len(q.Then) {
				slot.Then = n
			}
		}
		m.Slots = append(m.Slots, slot)
	}
	if len(m.Slots) == 0 {
		return nil
	}
	return m
}

// mockItem is the page of a part, from 1.
func mockItem(n int) string { return mockPath + "/" + strconv.Itoa(n) }

// kept is where the answers to a part are kept: by its question, for another plan, or
// a bank without one of the questions, has other numbers.
func (m *mock) kept(n int) string { return mockPath + "/part/" + m.Slots[n-1].Question.ID }

// given is what the learner gave for a part so far.
func (s *server) given(who string, m *mock, n int) (questions.Given, lessons.State) {
	st, _ := s.learners.Get(who, m.kept(n))
	g := questions.Given{Slot: m.Slots[n-1], Text: st.Answers.Get("text"), Follow: st.Answers.Get("follow"), Done: st.Done}
	for _, t := range st.Answers["tick"] {
		if i, err := strconv.Atoi(t); err == nil && i >= 0 && i < len(g.Question.Points) {
			g.Ticked = append(g.Ticked, i)
		}
	}
	return g, st
}

// mockAt is the first part that is not answered, from 1; one more than there are parts
// where all are.
func (s *server) mockAt(who string, m *mock) int {
	for n := range len(m.Slots) {
		if st, ok := s.learners.Get(who, m.kept(n+1)); !ok || !st.Shown {
			return n + 1
		}
	}
	return len(m.Slots) + 1
}

// mockStart is what the page /practice/mock shows.
type mockStart struct {
	wishForm
	Now    *mock // nil: none
	At, Of int
	Kept   keptView
	Error  string
}

// mockPage is GET /practice/mock.
func (s *server) mockPage(c *gin.Context) error {
	return s.showMock(c, http.StatusOK, questions.Wish{Level: questions.Mid, Minutes: mockLengths()[0], Doing: true}, "")
}

func (s *server) showMock(c *gin.Context, status int, w questions.Wish, wrong string) error {
	v := &mockStart{wishForm: s.wishForm(w), Kept: s.kept(), Error: wrong}
	who := s.knownLearner(c)
	if v.Now = s.mockOf(who); v.Now != nil {
		v.At, v.Of = s.mockAt(who, v.Now), len(v.Now.Slots)
	}
	return s.page(c, status, "mock", web.Page{
		Title: "Mock interview", Description: "An interview about OAuth 2.0, OpenID Connect and JWT, with tasks in the lab and a report at the end.", Nav: "practice", Data: v,
	})
}

// mockBegin is POST /practice/mock: it plans an interview and asks the first
// question. One that was there before can be brought back on /learn/progress.
func (s *server) mockBegin(c *gin.Context) error {
	form, err := s.form(c)
	if err != nil {
		return err
	}
	w, ok := wishOf(s.bank, form)
	if !ok {
		return s.showMock(c, http.StatusUnprocessableEntity, w, "Choose a level and a length.")
	}
	who := s.learner(c)
	s.begins.Lock() // of two presses at once the second one finds what the first began
	defer s.begins.Unlock()
	if now := s.mockOf(who); now != nil && now.Wish.Seed != form.Get("after") {
		// Sent twice, or by an older page: to begin once more would forget the interview
		// that was just begun, and the way back to the one before it.
		return s.redirect(c, mockItem(1))
	}
	if w.Seed, err = s.seed(); err != nil {
		return err
	}
	plan := url.Values{"level": {string(w.Level)}, "minutes": {strconv.Itoa(w.Minutes)}, "topic": w.Topics, "seed": {w.Seed}}
	if w.Doing {
		plan.Set("doing", "yes")
	}
	for _, slot := range s.bank.Interview(w) {
		id := slot.Question.ID
		if slot.Doing {
			id += asTask
		}
		plan.Add("slot", id)
		plan.Add("then", strconv.Itoa(slot.Then))
	}
	if len(plan["slot"]) == 0 {
		return s.showMock(c, http.StatusUnprocessableEntity, w, "There is no question of this level on these topics. Choose more topics.")
	}
	s.learners.StartOver(who, mockPath+"/", "the mock interview before this one")
	s.learners.Update(who, mockPlan, func(st *lessons.State) { st.Answers = plan })
	return s.redirect(c, mockItem(1))
}

// seed is randomness for the choice of questions.
func (s *server) seed() (string, error) {
	var raw [8]byte
	if _, err := io.ReadFull(s.rand, raw[:]); err != nil {
		return "", fmt.Errorf("no entropy for an interview: %w", err)
	}
	return hex.EncodeToString(raw[:]), nil
}

// mockAsk is what the page of one part shows.
type mockAsk struct {
	questions.Given
	Mock     *mock
	N, Of    int
	FollowUp questions.FollowUp // empty: there is none, or it is not its turn
	Turn     string             // text, follow or done
	State    lessons.State
	Missing  bool // an answer was sent without a word
	Prev     int
}

// mockQuestion is GET /practice/mock/:n.
func (s *server) mockQuestion(c *gin.Context) error {
	m, n, who, err := s.mockPart(c)
	if err != nil {
		return err
	}
	if m == nil {
		return s.redirect(c, mockPath)
	}
	if m.Slots[n-1].Doing { // things count from the first look on
		s.learners.See(who, m.kept(n), s.benchFor(c, who).Last())
	}
	v := mockAsk{Mock: m, N: n, Of: len(m.Slots), Missing: c.Query("said") == "nothing", Prev: n - 1}
	v.Given, v.State = s.given(who, m, n)
	v.Turn = turn(v.Given, v.State)
	if v.Turn == "follow" {
		v.FollowUp = v.Question.Then[v.Then]
	}
	return s.page(c, http.StatusOK, "mockask", web.Page{
		Title: fmt.Sprintf("Interview, part %d of %d", n, len(m.Slots)), Description: "One question of a mock interview.", Nav: "practice", Data: v,
	})
}

// turn says what is asked for now.
func turn(g questions.Given, st lessons.State) string {
	switch {
	case st.Shown:
		return "done"
	case g.Text != "" && !g.Doing && g.Then < len(g.Question.Then):
		return "follow"
	default:
		return "text"
	}
}

// mockPart finds the interview and the part that the path names. Without an
// interview m is nil.
func (s *server) mockPart(c *gin.Context) (m *mock, n int, who string, err error) {
	who = s.knownLearner(c)
	if m = s.mockOf(who); m == nil {
		return nil, 0, who, nil
	}
	n, err = strconv.Atoi(c.Param("n"))
	if err != nil || n < 1 || n > len(m.Slots) {
		return nil, 0, who, problem{
			Status: http.StatusNotFound, Title: "The interview has no such part.",
			Detail: fmt.Sprintf("It has parts 1 to %d.", len(m.Slots)), Fix: "Go on at " + mockPath + ".",
		}
	}
	return m, n, who, nil
}
