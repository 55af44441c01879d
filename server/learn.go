package main

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"claimcheck/lessons"
	"claimcheck/web"
)

// learnerCookie tells one browser's progress from another's. It names nobody
// and ends with the browser's session; the progress ends with the server.
const learnerCookie = "cc_learner"

// learn is the map of all lessons.
func (s *server) learn(c *gin.Context) error {
	done := s.learners.Done(s.knownLearner(c))
	return s.page(c, http.StatusOK, "learn", web.Page{
		Title: "Learn", Description: "Short lessons about OAuth 2.0 and JWT, with exercises that look at what you did.",
		Nav: "learn", Data: newMapView(s.course, done),
	})
}

// glossary is every term on one page. It is the same for everybody.
func (s *server) glossary(c *gin.Context) error {
	return s.page(c, http.StatusOK, "glossary", web.Page{
		Title: "Glossary", Description: "The words of OAuth 2.0, OpenID Connect and JWT, one sentence or two each.",
		Nav: "learn", Data: s.course.Terms,
	}, cachePublic)
}

// lesson is one lesson with the learner's answers.
func (s *server) lesson(c *gin.Context) error {
	l, err := s.lessonOf(c)
	if err != nil {
		return err
	}
	v, err := s.lessonView(s.learner(c), l)
	if err != nil {
		return err
	}
	return s.page(c, http.StatusOK, "lesson", web.Page{Title: l.Title, Description: l.Summary, Nav: "learn", Data: v})
}

// lessonOf finds the lesson that the path names.
func (s *server) lessonOf(c *gin.Context) (*lessons.Lesson, error) {
	l, ok := s.course.Lesson(c.Param("track") + "/" + c.Param("lesson"))
	if !ok {
		return nil, problem{
			Status: http.StatusNotFound, Title: "There is no such lesson.",
			Detail: fmt.Sprintf("No lesson has the address %s.", c.Request.URL.Path), Fix: "All lessons are listed at /learn.",
		}
	}
	return l, nil
}

// knownLearner is the learner that the browser's cookie names, empty if none.
func (s *server) knownLearner(c *gin.Context) string {
	ck, err := c.Request.Cookie(learnerCookie)
	if err != nil || len(ck.Value) != 32 {
		return ""
	}
	return ck.Value
}

// learner is the same, and starts remembering a browser that comes for the
// first time.
func (s *server) learner(c *gin.Context) string {
	if who := s.knownLearner(c); who != "" {
		return who
	}
	var raw [16]byte
	if _, err := io.ReadFull(s.rand, raw[:]); err != nil {
		s.log.ErrorContext(c.Request.Context(), "no entropy for a learner", "error", err.Error())
		return ""
	}
	who := hex.EncodeToString(raw[:])
	http.SetCookie(c.Writer, &http.Cookie{
		Name: learnerCookie, Value: who, Path: "/",
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: s.origin.secure(),
	})
	return who
}

// answer takes what a learner does with an exercise: check, hint, show, reset
// or send. What was typed is kept in every case.
func (s *server) answer(c *gin.Context) error {
	l, err := s.lessonOf(c)
	if err != nil {
		return err
	}
	e, ok := l.Exercise(c.Param("exercise"))
	if !ok {
		return problem{
			Status: http.StatusNotFound, Title: "There is no such exercise.",
			Detail: "The lesson was changed, perhaps.", Fix: "Open the lesson again: " + l.Path() + ".",
		}
	}
	form, err := s.form(c)
	if err != nil {
		return err
	}
	who := s.learner(c)
	st := s.state(who, e)
	st.Answers = lessons.Clip(form)
	if e.Send != "" && form.Has("request") {
		st.Draft = form.Get("request")
	}
	switch form.Get("do") {
	case "hint":
		st.Hints = min(st.Hints+1, len(e.Hints))
	case "show":
		st.Shown = true
	case "reset":
		st = lessons.State{Since: s.bench.Last()}
	case "send":
		if err := s.allowed(c); err != nil {
			return err
		}
		s.send(c.Request.Context(), &st)
		err = s.judge(e, &st)
	default:
		if len(e.Probes) > 0 {
			if err := s.allowed(c); err != nil {
				return err
			}
			err = s.probe(c.Request.Context(), e, &st)
		}
		if err == nil {
			st.Tried++
			err = s.judge(e, &st)
		}
	}
	if err != nil {
		return err
	}
	s.learners.Put(who, e.Path(), st)
	return s.redirect(c, l.Path()+"#"+e.Anchor())
}

// state is how the learner stands. What happened in the lab before somebody
// saw the exercise does not count for it.
func (s *server) state(who string, e *lessons.Exercise) lessons.State {
	st, ok := s.learners.Get(who, e.Path())
	if !ok {
		st = lessons.State{Since: s.bench.Last()}
	}
	return st
}

// judge lets the exercise's check look at the answers and at the lab's log.
func (s *server) judge(e *lessons.Exercise, st *lessons.State) error {
	a, err := s.bench.Attempt(st.Answers, st.Since)
	if err != nil {
		return err
	}
	a.Outcomes = st.Outcomes
	v := e.Check(a)
	st.Verdict = &v
	st.Done = st.Done || v.Done
	return nil
}

// probe sends the requests whose outcome was predicted, once all predictions
// have been made.
func (s *server) probe(ctx context.Context, e *lessons.Exercise, st *lessons.State) error {
	for _, card := range e.Cards {
		if st.Answers.Get("card."+card.ID) == "" {
			return nil
		}
	}
	outcomes, err := s.bench.Probe(ctx, e, s.bench.Vars())
	if err != nil {
		return fmt.Errorf("send what was predicted: %w", err)
	}
	st.Outcomes = outcomes
	return nil
}

// send sends the learner's request. Why it could not be sent is shown beside
// it: that is no error of the page.
func (s *server) send(ctx context.Context, st *lessons.State) {
	st.Reply, st.Fault = nil, ""
	if st.Vars == nil {
		st.Vars = s.bench.Vars()
	}
	err := s.bench.Fill(ctx, st.Draft, st.Vars)
	if err == nil {
		st.Reply, err = s.bench.Send(ctx, st.Draft, st.Vars)
	}
	if err != nil {
		st.Fault = err.Error()
		return
	}
	st.Reply.Learn(st.Vars)
}

// runSample sends a request that a lesson shows.
func (s *server) runSample(c *gin.Context) error {
	l, err := s.lessonOf(c)
	if err != nil {
		return err
	}
	sample, ok := l.Sample(c.Param("sample"))
	if !ok {
		return problem{
			Status: http.StatusNotFound, Title: "There is no such request.",
			Detail: "The lesson was changed, perhaps.", Fix: "Open the lesson again: " + l.Path() + ".",
		}
	}
	if err := s.allowed(c); err != nil {
		return err
	}
	who := s.learner(c)
	st, _ := s.learners.Get(who, sample.Path())
	st.Draft = sample.Request
	s.send(c.Request.Context(), &st)
	s.learners.Put(who, sample.Path(), st)
	return s.redirect(c, l.Path()+"#"+sample.Anchor())
}

// allowed limits what makes the lab work.
func (s *server) allowed(c *gin.Context) error {
	if s.costly.allow(c.RemoteIP()) {
		return nil
	}
	return problem{
		Status: http.StatusTooManyRequests, Title: "That was too fast.",
		Detail: "The lab answers a limited number of requests per second from one address.", Fix: "Wait a second and send it again.",
	}
}

// lessonView puts the learner's answers into the lesson.
func (s *server) lessonView(who string, l *lessons.Lesson) (*lessonView, error) {
	v := &lessonView{Lesson: l, Done: map[string]bool{}}
	for _, seg := range l.Body {
		switch {
		case seg.Exercise != nil:
			x, err := s.exerciseView(who, seg.Exercise)
			if err != nil {
				return nil, err
			}
			v.Body = append(v.Body, segmentView{Exercise: x})
		case seg.Sample != nil:
			st, _ := s.learners.Get(who, seg.Sample.Path())
			v.Body = append(v.Body, segmentView{Sample: &sampleView{Sample: seg.Sample, State: st}})
		default:
			v.Body = append(v.Body, segmentView{HTML: seg.HTML})
		}
	}
	done := s.learners.Done(who)
	for _, other := range l.Track.Lessons {
		v.Done[other.Slug] = lessonDone(other, done)
	}
	return v, nil
}

// exerciseView shows an exercise. One that looks at the lab's log is judged at
// each look, because what it waits for happens elsewhere.
func (s *server) exerciseView(who string, e *lessons.Exercise) (*exerciseView, error) {
	st := s.state(who, e)
	if e.UsesWire {
		if st.Answers == nil {
			st.Answers = url.Values{}
		}
		if err := s.judge(e, &st); err != nil {
			return nil, err
		}
		s.learners.Put(who, e.Path(), st)
	}
	return &exerciseView{Exercise: e, State: st}, nil
}
