package main

import (
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"claimcheck/lessons"
	"claimcheck/lessons/questions"
)

// mockAnswer is POST /practice/mock/:n: an answer, a look at the lab, or the way on.
func (s *server) mockAnswer(c *gin.Context) error {
	m, n, who, err := s.mockPart(c)
	if err != nil {
		return err
	}
	form, err := s.form(c)
	if err != nil {
		return err
	}
	if m == nil {
		return s.redirect(c, mockPath)
	}
	slot, do := m.Slots[n-1], form.Get("do")
	var judged *lessons.Verdict
	if do == "judge" && slot.Doing {
		if err := s.spend(c, 1, answerCosts); err != nil {
			return err
		}
		if judged, err = s.judgeTask(c, who, slot, m.kept(n), form); err != nil {
			return err
		}
	}
	after := s.learners.Update(who, m.kept(n), func(st *lessons.State) {
		st.Answers = mockAnswers(st.Answers, slot, form)
		switch {
		case judged != nil:
			st.Verdict, st.Done, st.Tried = judged, st.Done || judged.Done, st.Tried+1
		case do == "skip":
			st.Shown = true
		case do == "next":
			said := strings.TrimSpace(st.Answers.Get("text")) != ""
			last := slot.Doing || slot.Then >= len(slot.Question.Then) || form.Has("follow")
			st.Shown = st.Shown || said && last // who looks at a part once more goes on
		}
	})
	switch {
	case do == "judge":
		return s.redirect(c, mockItem(n)+"#task")
	case do == "end":
		return s.endMock(c, who)
	case !after.Shown && strings.TrimSpace(after.Answers.Get("text")) == "":
		return s.redirect(c, mockItem(n)+"?said=nothing#answer")
	case !after.Shown:
		return s.redirect(c, mockItem(n)+"#answer")
	}
	if at := s.mockAt(who, m); at <= len(m.Slots) {
		return s.redirect(c, mockItem(at))
	}
	return s.endMock(c, who)
}

// Bounds of what is kept of a part, in bytes; together they are below what an export
// may hold. The page takes half as many letters of an answer as there are bytes.
const (
	maxSaid  = 7 << 10 // of an answer
	maxField = 2 << 10 // of a field of a task
)

// mockAnswers are the answers of a part with what a form brings: what one said, and
// fields of the task. What it does not bring stays.
func mockAnswers(old url.Values, slot questions.Slot, form url.Values) url.Values {
	return noted(old, func(answers url.Values) {
		take := func(name string, most int) {
			if form.Has(name) {
				answers.Set(name, clipped(form.Get(name), most))
			}
		}
		if slot.Doing {
			for _, f := range slot.Question.Do.Exercise.Fields {
				take(f.ID, maxField)
			}
		}
		take("text", maxSaid)
		take("follow", maxSaid)
	})
}

func (s *server) endMock(c *gin.Context, who string) error {
	s.learners.Update(who, mockPlan, func(st *lessons.State) { st.Done = true })
	return s.redirect(c, mockPath+"/report")
}

// judgeTask lets the exercise's check look at what was done in the lab since the
// task was first seen.
func (s *server) judgeTask(c *gin.Context, who string, slot questions.Slot, path string, form url.Values) (*lessons.Verdict, error) {
	b := s.benchFor(c, who)
	st := s.learners.See(who, path, b.Last())
	st.Answers = lessons.Clip(form)
	return judge(b, slot.Question.Do.Exercise, &st)
}
