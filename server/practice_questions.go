package main

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"claimcheck/lessons"
	"claimcheck/lessons/questions"
	"claimcheck/web"
)

const (
	practicePath  = "/practice"
	questionsPath = practicePath + "/questions"
)

// questionPath is the page of a question.
func questionPath(q *questions.Question) string { return questionsPath + "/" + q.ID }

// maxWords is how much of a filter's words is read, in bytes.
const maxWords = 100

// A questionsView is the page of the whole bank, or of what a filter leaves of it.
type questionsView struct {
	Levels              []questions.Level
	Topics              []*questions.Topic
	Level, Topic, Words string // the filter
	All, Found          int
	Groups              []questionGroup
}

// A questionGroup is the questions of a topic.
type questionGroup struct {
	Topic     *questions.Topic
	Questions []*questions.Question
}

// Filtered says whether some may be left out.
func (v *questionsView) Filtered() bool { return v.Level+v.Topic+v.Words != "" }

// newQuestionsView leaves out what a filter of the query does not have. A level or
// topic that does not exist filters nothing.
func newQuestionsView(b *questions.Bank, query url.Values) *questionsView {
	v := &questionsView{Levels: questions.Levels(), Topics: b.Topics, All: len(b.Questions)}
	if l := query.Get("level"); slices.Contains(v.Levels, questions.Level(l)) {
		v.Level = l
	}
	if t := query.Get("topic"); slices.ContainsFunc(b.Topics, func(o *questions.Topic) bool { return o.ID == t }) {
		v.Topic = t
	}
	v.Words = strings.TrimSpace(clipped(query.Get("q"), maxWords))
	wanted := strings.Fields(strings.ToLower(v.Words))
	for _, t := range b.Topics {
		g := questionGroup{Topic: t}
		for _, q := range t.Questions {
			if (v.Level == "" || v.Level == string(q.Level)) && (v.Topic == "" || v.Topic == t.ID) && saysAll(q, wanted) {
				g.Questions = append(g.Questions, q)
			}
		}
		if len(g.Questions) > 0 {
			v.Groups = append(v.Groups, g)
			v.Found += len(g.Questions)
		}
	}
	return v
}

// clipped is the beginning of s, so many bytes at most, as whole letters.
func clipped(s string, most int) string { return strings.ToValidUTF8(s[:min(len(s), most)], "") }

// saysAll says whether each of the words stands in the question or its short answer.
func saysAll(q *questions.Question, wanted []string) bool {
	text := ""
	for _, w := range wanted {
		if text == "" {
			text = strings.ToLower(q.Plain + " " + lessons.PlainText(q.Short))
		}
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}

// questionsPage is the bank. It is the same for everybody.
func (s *server) questionsPage(c *gin.Context) error {
	return s.page(c, http.StatusOK, "questions", web.Page{
		Title: "Interview questions", Description: "Questions of an interview about OAuth 2.0, OpenID Connect and JWT, with answers, key points and red flags.",
		Nav: "practice", Data: newQuestionsView(s.bank, c.Request.URL.Query()),
	}, cachePublic)
}

// An choiceView is an option after it was answered.
type choiceView struct {
	questions.Option
	Right, Chosen bool
}

// choiceViews are the options in the order of the bank.
func choiceViews(q *questions.Question) []choiceView {
	if q.Choice == nil {
		return nil
	}
	out := make([]choiceView, len(q.Choice.Options))
	for i, o := range q.Choice.Options {
		out[i] = choiceView{Option: o, Right: i == 0}
	}
	return out
}

// A questionView is one question whole.
type questionView struct {
	*questions.Question
	Options []choiceView
	Next    *questions.Question // of the bank, nil after the last one
}

// questionPage is one question. It is the same for everybody.
func (s *server) questionPage(c *gin.Context) error {
	q, err := s.questionOf(c)
	if err != nil {
		return err
	}
	v := &questionView{Question: q, Options: choiceViews(q)}
	if at := slices.Index(s.bank.Questions, q) + 1; at < len(s.bank.Questions) {
		v.Next = s.bank.Questions[at]
	}
	return s.page(c, http.StatusOK, "question", web.Page{
		Title: q.Plain, Description: lessons.PlainText(q.Short), Nav: "practice", Data: v,
	}, cachePublic)
}

// questionOf finds the question that the path names.
func (s *server) questionOf(c *gin.Context) (*questions.Question, error) {
	q, ok := s.bank.Question(c.Param("question"))
	if !ok {
		return nil, problem{
			Status: http.StatusNotFound, Title: "There is no such question.",
			Detail: fmt.Sprintf("No question has the address %.100s.", c.Request.URL.Path), Fix: "All questions are listed at " + questionsPath + ".",
		}
	}
	return q, nil
}
