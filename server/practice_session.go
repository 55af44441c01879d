package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"claimcheck/lessons"
	"claimcheck/lessons/questions"
	"claimcheck/web"
)

const sessionPath = practicePath + "/session"

// cardAnchor is where the question stands on the page of a session.
const cardAnchor = "#card"

// practiceBegin is POST /practice/session: it chooses the questions of a new session,
// in the place of the one before.
func (s *server) practiceBegin(c *gin.Context) error {
	form, err := s.form(c)
	if err != nil {
		return err
	}
	drill := drillOf(s.bank, form)
	who := s.learner(c)
	now := s.now()
	// A digest, because it is kept, and what a lab is made of is not.
	seed := sha256.Sum256(fmt.Appendf(nil, "%s\x00%d", s.labOf(c).Seed(), now.Unix()))
	ses := s.bank.Session(drill, s.learners.All(who), now, hex.EncodeToString(seed[:8]))
	if len(ses.Row) == 0 {
		return s.redirect(c, practicePath+"?none=1&"+drillQuery(drill).Encode()+"#session")
	}
	s.learners.Update(who, questions.SessionPath, func(st *lessons.State) { st.Answers = ses.Values() })
	return s.redirect(c, sessionPath+cardAnchor)
}

// practiceSession is GET /practice/session: the question that is asked now, or what
// came of the session.
func (s *server) practiceSession(c *gin.Context) error {
	all := s.learners.All(s.knownLearner(c))
	ses, ok := questions.ReadSession(all[questions.SessionPath].Answers, s.bank)
	if !ok {
		return s.redirect(c, practicePath)
	}
	v := s.newSessionView(ses, all)
	v.Stuck, v.Edit = c.Query("stuck") != "", c.Query("edit") != ""
	title := "Session"
	if v.Q != nil {
		title = fmt.Sprintf("%d of %d: %s", v.N, v.Of, v.Q.Plain)
	}
	return s.page(c, http.StatusOK, "session", web.Page{Title: title, Description: "A session of practice for an interview.", Nav: "practice", Data: v})
}

// step changes the learner's session, if it is still where the page was that the
// form is from. It returns the session before, and whether it changed.
func (s *server) step(who, stamp string, change func(questions.Session) questions.Session) (before questions.Session, did bool) {
	s.learners.Update(who, questions.SessionPath, func(st *lessons.State) {
		ses, ok := questions.ReadSession(st.Answers, s.bank)
		if !ok || ses.Stamp() != stamp {
			return
		}
		next := change(ses)
		before, did = ses, next.Stamp() != stamp
		st.Answers = next.Values()
	})
	return before, did
}

// practiceAct is POST /practice/session/…: what one does with the question.
func (s *server) practiceAct(c *gin.Context) error {
	form, err := s.form(c)
	if err != nil {
		return err
	}
	who, stamp := s.learner(c), form.Get("at")
	step := func(change func(questions.Session) questions.Session) { s.step(who, stamp, change) }
	switch c.Param("do") {
	case "show":
		step(questions.Session.Show)
	case "hide":
		step(questions.Session.Hide)
		return s.redirect(c, sessionPath+"?edit=1"+cardAnchor)
	case "next":
		step(questions.Session.Next)
	case "rate":
		s.practiceRate(who, stamp, form)
	case "choose":
		s.practiceChoose(who, stamp, form.Get("option"))
	case "check":
		s.practiceCheck(who, stamp, form.Get(questions.AnswerText))
	case "undo":
		if !s.practiceUndo(who, stamp) {
			return s.redirect(c, sessionPath+"?stuck=1"+cardAnchor)
		}
	case "end":
		return s.practiceEnd(c, who)
	default:
		return problem{
			Status: http.StatusNotFound, Title: "A session has no such button.", Detail: "The page was changed, perhaps.", Fix: "Open it again: " + sessionPath + ".",
		}
	}
	return s.redirect(c, sessionPath+cardAnchor)
}

// practiceRate takes the learner's own rating, and the points that they ticked.
func (s *server) practiceRate(who, stamp string, form url.Values) {
	n, _ := strconv.Atoi(form.Get("rating"))
	r := questions.Rating(min(max(n, 0), 9))
	if !slices.Contains(questions.Ratings(), r) {
		return
	}
	before, did := s.step(who, stamp, func(ses questions.Session) questions.Session {
		if !ses.Shown || ses.Form == questions.Quiz {
			return ses
		}
		return ses.Rate(r)
	})
	if !did {
		return
	}
	s.practiceRemember(who, before.Now(), r, func(answers url.Values) {
		if before.Form == questions.Write || before.Form == questions.Speak {
			answers[questions.AnswerTicks] = s.ticks(before.Now(), form)
		}
	})
}

// ticks are the points of the question that the form has ticked.
func (s *server) ticks(id string, form url.Values) (out []string) {
	q, ok := s.bank.Question(id)
	if !ok {
		return nil
	}
	for i := range q.Points {
		if n := strconv.Itoa(i); slices.Contains(form[questions.AnswerTicks], n) {
			out = append(out, n)
		}
	}
	return out
}

// practiceChoose takes an option of a quiz, by its place on the page. Wrong counts as
// Again, right as Good.
func (s *server) practiceChoose(who, stamp, place string) {
	right, belief := false, ""
	before, did := s.step(who, stamp, func(ses questions.Session) questions.Session {
		q, ok := s.bank.Question(ses.Now())
		at, err := strconv.Atoi(place)
		if !ok || err != nil || q.Choice == nil || ses.Form != questions.Quiz || ses.Shown || at < 0 || at >= len(q.Choice.Options) {
			return ses
		}
		pick := q.Order(ses.Seed)[at]
		if right = pick == 0; !right {
			belief = q.Choice.Options[pick].Misconception.ID
		}
		ses = ses.Rate(byChoice(right))
		ses.Pick = pick
		return ses
	})
	if !did {
		return
	}
	s.practiceRemember(who, before.Now(), byChoice(right), func(answers url.Values) {
		answers.Del(questions.AnswerWrong)
		if !right {
			answers.Set(questions.AnswerWrong, belief)
		}
	})
}

// byChoice is the rating that an answer to a quiz gets.
func byChoice(right bool) questions.Rating {
	if right {
		return questions.Good
	}
	return questions.Again
}

// practiceRemember moves the question's schedule on, by the process's clock: that of a
// lab is the learner's to move.
func (s *server) practiceRemember(who, id string, r questions.Rating, note func(url.Values)) {
	now := s.now()
	s.learners.Update(who, questions.KeptPrefix+id, func(st *lessons.State) {
		st.Memory = questions.Rate(st.Memory, r, now)
		st.Tried++
		st.Answers = noted(st.Answers, note)
	})
}

// noted is a changed copy of the answers.
func noted(answers url.Values, note func(url.Values)) url.Values {
	out := url.Values{}
	for name, list := range answers {
		out[name] = slices.Clone(list)
	}
	if note(out); len(out) == 0 {
		return nil
	}
	return out
}

// maxWritten is how much of a written answer is kept, in bytes: two minutes of speech
// are two kilobytes.
const maxWritten = 4 << 10

// practiceCheck keeps a written answer and turns the card over.
func (s *server) practiceCheck(who, stamp, text string) {
	id := ""
	s.step(who, stamp, func(ses questions.Session) questions.Session {
		if ses.Form == questions.Write {
			id, ses = ses.Now(), ses.Show()
		}
		return ses
	})
	if id == "" {
		return
	}
	s.learners.Update(who, questions.KeptPrefix+id, func(st *lessons.State) {
		st.Answers = noted(st.Answers, func(answers url.Values) {
			answers.Del(questions.AnswerText)
			if text = clipped(text, maxWritten); text != "" {
				answers.Set(questions.AnswerText, text)
			}
		})
	})
}

// practiceUndo takes the last rating back. It says false where the way back is gone,
// because the question was rated since: twice, or by the report of an interview.
func (s *server) practiceUndo(who, stamp string) bool {
	st, _ := s.learners.Get(who, questions.SessionPath)
	ses, _ := questions.ReadSession(st.Answers, s.bank)
	_, id := ses.Back()
	if id == "" {
		return true // there is nothing to take back
	}
	q, _ := s.learners.Get(who, questions.KeptPrefix+id)
	if _, ok := questions.Unrate(q.Memory); !ok || questions.Rating(q.Memory.Rating) != ses.Rated[len(ses.Rated)-1] {
		return false
	}
	if _, did := s.step(who, stamp, func(ses questions.Session) questions.Session {
		ses, _ = ses.Back()
		return ses
	}); did {
		s.learners.Update(who, questions.KeptPrefix+id, func(st *lessons.State) {
			st.Memory, _ = questions.Unrate(st.Memory)
			st.Tried = max(st.Tried-1, 0)
			st.Answers = noted(st.Answers, func(answers url.Values) { answers.Del(questions.AnswerWrong) })
		})
	}
	return true
}

// practiceEnd ends the session early: what was rated stays, and what was not is not
// asked.
func (s *server) practiceEnd(c *gin.Context, who string) error {
	rated := 0
	s.learners.Update(who, questions.SessionPath, func(st *lessons.State) {
		ses, ok := questions.ReadSession(st.Answers, s.bank)
		if rated = len(ses.Rated); !ok || rated == 0 {
			st.Answers = nil
			return
		}
		ses.Row, ses.At, ses.Shown = ses.Row[:rated], rated, false
		st.Answers = ses.Values()
	})
	if rated == 0 {
		return s.redirect(c, practicePath)
	}
	return s.redirect(c, sessionPath)
}
