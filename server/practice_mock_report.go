package main

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"claimcheck/lessons"
	"claimcheck/lessons/questions"
	"claimcheck/web"
)

// mockReport is what the page of the report shows.
type mockReport struct {
	*questions.Report
	Mock     *mock
	Answered int
	Carded   string // how many cards came of it, empty if none were asked for
}

// mockReportPage is GET /practice/mock/report.
func (s *server) mockReportPage(c *gin.Context) error {
	who := s.knownLearner(c)
	m := s.mockOf(who)
	if m == nil {
		return s.redirect(c, mockPath)
	}
	v := mockReport{Mock: m, Carded: c.Query("cards")}
	v.Report = s.mockResult(who, m)
	for _, g := range v.Marks {
		if g.Text != "" || g.Done {
			v.Answered++
		}
	}
	return s.page(c, http.StatusOK, "mockreport", web.Page{
		Title: "Report of the interview", Description: "What was said, what was missing, and where to learn it.", Nav: "practice", Data: v,
	})
}

// mockResult sums up what the learner gave in the interview so far.
func (s *server) mockResult(who string, m *mock) *questions.Report {
	given := make([]questions.Given, len(m.Slots))
	for i := range given {
		given[i], _ = s.given(who, m, i+1)
	}
	return questions.NewReport(given)
}

// mockReportForm is POST /practice/mock/report: points that the checklist missed,
// or the gaps put on cards.
func (s *server) mockReportForm(c *gin.Context) error {
	form, err := s.form(c)
	if err != nil {
		return err
	}
	who := s.knownLearner(c)
	m := s.mockOf(who)
	if m == nil {
		return s.redirect(c, mockPath)
	}
	if form.Get("do") == "cards" {
		return s.mockCards(c, who, m)
	}
	n, err := strconv.Atoi(form.Get("n"))
	if err != nil || n < 1 || n > len(m.Slots) {
		return problem{Status: http.StatusBadRequest, Title: "The interview has no such part.", Fix: "Use the form on the page " + mockPath + "/report."}
	}
	ticks := s.ticks(m.Slots[n-1].Question.ID, form)
	s.learners.Update(who, m.kept(n), func(st *lessons.State) {
		st.Answers = noted(st.Answers, func(answers url.Values) { answers[questions.AnswerTicks] = ticks })
	})
	return s.redirect(c, mockPath+"/report#part-"+strconv.Itoa(n))
}

// mockCards puts each gap on the schedule of the cards, as forgotten. What is due is on
// it, and so is what went badly the last time: sent twice it counts once.
func (s *server) mockCards(c *gin.Context, who string, m *mock) error {
	now, added := s.now(), []string{}
	for _, gap := range s.mockResult(who, m).Gaps {
		path := gap.Question.Path()
		if slices.Contains(added, path) {
			continue
		}
		s.learners.Update(who, path, func(st *lessons.State) {
			if at := questions.StandingOf(st.Memory, now); at == questions.New || at == questions.Known {
				st.Memory = questions.Rate(st.Memory, questions.Again, now)
			}
		})
		added = append(added, path)
	}
	return s.redirect(c, mockPath+"/report?cards="+strconv.Itoa(len(added))+"#cards")
}
