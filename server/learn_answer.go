package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"claimcheck/lessons"
)

// answerCosts says what an answer that sends requests costs.
const answerCosts = "An exercise sends real requests, and 20 a second are enough for a person."

// answer takes what a learner does with an exercise. What was typed is kept in
// every case.
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
	do := form.Get("do")
	if sends(e, do) {
		if err := s.spend(c, 1, answerCosts); err != nil {
			return err
		}
	}
	who := s.learner(c)
	b := s.benchFor(c, who)
	st := s.learners.See(who, e.Path(), b.Last())
	take(&st, e, form)
	change, err := act(c.Request.Context(), b, e, &st, do, s.now())
	if err != nil {
		return err
	}
	s.learners.Update(who, e.Path(), func(now *lessons.State) {
		if now.Round != st.Round {
			return // it was started over meanwhile
		}
		take(now, e, form)
		change(now)
	})
	return s.redirect(c, l.Path()+"#"+e.Anchor())
}

// sends says whether the lab gets requests for this: the box, or probes.
func sends(e *lessons.Exercise, do string) bool {
	switch do {
	case "send":
		return true
	case "hint", "show", "reset", "restore":
		return false
	}
	return len(e.Probes) > 0
}

// take keeps what was typed.
func take(st *lessons.State, e *lessons.Exercise, form url.Values) {
	st.Answers = lessons.Clip(form)
	if e.Send != "" && form.Has("request") {
		st.Draft = form.Get("request")
	}
}

// act does what the button says, and returns how that changes the state: it may
// take its time, and other requests may come in between. The state given is the
// request's own copy. A button without a name checks the answers, which is an
// attempt at that moment.
func act(ctx context.Context, b *lessons.Bench, e *lessons.Exercise, st *lessons.State, do string, at time.Time) (func(*lessons.State), error) {
	switch do {
	case "hint":
		return func(now *lessons.State) { now.Hints = min(now.Hints+1, len(e.Hints)) }, nil
	case "show":
		return func(now *lessons.State) { now.Shown = true }, nil
	case "reset":
		since := b.Last()
		return func(now *lessons.State) { now.StartOver(since) }, nil
	case "restore":
		return (*lessons.State).GoBack, nil
	case "send":
		send(ctx, b, st)
	default:
		if err := probe(ctx, b, e, st); err != nil {
			return nil, err
		}
	}
	v, err := judge(b, e, st)
	if err != nil {
		return nil, err
	}
	return func(now *lessons.State) {
		now.Verdict = v
		now.Reply, now.Fault, now.Vars, now.Outcomes = st.Reply, st.Fault, st.Vars, st.Outcomes
		if do != "send" || v.Done && !now.Done {
			now.Note(at, v.Done)
		}
		if do != "send" {
			now.Tried++
			now.Before = nil // what was started over has an answer of its own
		}
	}, nil
}

// judge lets the exercise's check look at the answers and at what the learner
// did in the lab.
func judge(b *lessons.Bench, e *lessons.Exercise, st *lessons.State) (*lessons.Verdict, error) {
	a, err := b.Attempt(st.Answers, st.Since)
	if err != nil {
		return nil, err
	}
	if a.Answers == nil {
		a.Answers = url.Values{}
	}
	a.Outcomes = st.Outcomes
	v := e.Check(a)
	return &v, nil
}

// probe sends the requests whose outcome was predicted, once all predictions
// have been made.
func probe(ctx context.Context, b *lessons.Bench, e *lessons.Exercise, st *lessons.State) error {
	unpredicted := func(c lessons.Card) bool { return st.Answers.Get("card."+c.ID) == "" }
	if len(e.Probes) == 0 || slices.ContainsFunc(e.Cards, unpredicted) {
		return nil
	}
	outcomes, err := b.Probe(ctx, e, b.Vars())
	if err != nil {
		return fmt.Errorf("send what was predicted: %w", err)
	}
	st.Outcomes = outcomes
	return nil
}

// send sends the learner's request. Why it could not be sent is shown beside
// it: that is no error of the page.
func send(ctx context.Context, b *lessons.Bench, st *lessons.State) {
	st.Reply, st.Fault = nil, ""
	if st.Vars == nil {
		st.Vars = b.Vars()
	}
	err := b.Fill(ctx, st.Draft, st.Vars)
	if err == nil {
		st.Reply, err = b.Send(ctx, st.Draft, st.Vars)
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
	if _, err := s.form(c); err != nil {
		return err
	}
	if err := s.spend(c, 1, answerCosts); err != nil {
		return err
	}
	who := s.learner(c)
	st, _ := s.learners.Get(who, sample.Path())
	st.Draft = sample.Request
	send(c.Request.Context(), s.benchFor(c, who), &st)
	s.learners.Update(who, sample.Path(), func(now *lessons.State) {
		now.Reply, now.Fault, now.Vars = st.Reply, st.Fault, st.Vars
	})
	return s.redirect(c, l.Path()+"#"+sample.Anchor())
}
