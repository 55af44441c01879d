package main

import (
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"claimcheck/lessons"
	"claimcheck/mockprovider/lab"
	"claimcheck/web"
)

// learnerCookie tells one browser's progress from another's. It names nobody.
// Where progress outlives the server, the cookie outlives the browser's session.
const learnerCookie = "cc_learner"

// learnerSize is how many random bytes it has.
const learnerSize = 16

// learnerAge is how long a browser keeps the cookie, in seconds, from the last
// answer on: as long as browsers keep any.
const learnerAge = 400 * 24 * 60 * 60

// learn is the map of all lessons.
func (s *server) learn(c *gin.Context) error {
	v := newMapView(s.course, s.record(s.knownLearner(c)))
	v.Kept = s.kept()
	return s.page(c, http.StatusOK, "learn", web.Page{
		Title: "Learn", Description: "Short lessons about OAuth 2.0 and JWT, with exercises that look at what you did.",
		Nav: "learn", Data: v,
	})
}

// record is what the learner did until now.
func (s *server) record(who string) *record {
	return newRecord(s.learners.All(who), s.learners.Undo(who), s.now())
}

// track is /learn/jwt, which somebody typed by cutting an address short: its
// place on the map.
func (s *server) track(c *gin.Context) error {
	for _, t := range s.course.Tracks {
		if t.ID == c.Param("track") {
			return s.redirect(c, "/learn#"+t.ID)
		}
	}
	return problem{
		Status: http.StatusNotFound, Title: "There is no such track.",
		Detail: fmt.Sprintf("No lessons are at %s.", c.Request.URL.Path), Fix: "All lessons are listed at /learn.",
	}
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
	who := s.knownLearner(c)
	if who == "" {
		who = s.learner(c)
	}
	v, err := s.lessonView(who, s.benchFor(c, who), l)
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

// browser is the value of the browser's cookie, empty if it has none of ours.
func browser(c *gin.Context) string {
	ck, err := c.Request.Cookie(learnerCookie)
	if err != nil {
		return ""
	}
	if raw, err := hex.DecodeString(ck.Value); err != nil || len(raw) != learnerSize {
		return ""
	}
	return ck.Value
}

// knownLearner is the learner that the browser's cookie names, in the lab that the
// browser has now; empty if none.
func (s *server) knownLearner(c *gin.Context) string { return s.inLab(c, browser(c)) }

// inLab names the browser's learner. The machine's own lab needs no name.
func (s *server) inLab(c *gin.Context, browser string) string {
	if l := s.labOf(c); l.OfVisitor() {
		return lessons.In(browser, l.ID())
	}
	return browser
}

// learner is the same for who does something: it starts remembering a browser that
// comes for the first time, and lets the cookie last from now on. One response
// asks once.
func (s *server) learner(c *gin.Context) string {
	value := browser(c)
	if value == "" {
		var raw [learnerSize]byte
		if _, err := io.ReadFull(s.rand, raw[:]); err != nil {
			s.log.ErrorContext(c.Request.Context(), "no entropy for a learner", "error", err.Error())
			return ""
		}
		value = hex.EncodeToString(raw[:])
	}
	s.giveLearner(c, value)
	return s.inLab(c, value)
}

// giveLearner sets the cookie, for as long as it is worth anything.
func (s *server) giveLearner(c *gin.Context, value string) {
	ck := s.learnerCookie(value)
	if s.keeping.path != "" {
		ck.MaxAge = learnerAge
	}
	http.SetCookie(c.Writer, ck)
}

// learnerCookie is the cookie with this value, until the browser's session ends.
func (s *server) learnerCookie(value string) *http.Cookie {
	return &http.Cookie{
		Name: learnerCookie, Value: value, Path: "/",
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: s.origin.secure(),
	}
}

// benchFor is the bench that works for the learner and knows which runs the
// browser holds.
func (s *server) benchFor(c *gin.Context, who string) *lessons.Bench {
	return lessons.NewBench(s.labOf(c)).For(lessons.Learner{Runs: runsOf(c.Request), Local: s.origin.local, Trail: s.learners.Trail(who)})
}

// maxRunsHeld is how many runs of a browser count at a time.
const maxRunsHeld = 16

// runsOf are the ids of the runs that the browser says it holds. An id is a
// secret of its browser, so having it is the proof.
func runsOf(r *http.Request) []string {
	var ids []string
	for _, name := range []string{lab.RunCookie, lab.RunsCookie} {
		if c, err := r.Cookie(name); err == nil && c.Value != "" {
			ids = append(ids, strings.SplitN(c.Value, ".", maxRunsHeld+1)...)
		}
	}
	return ids[:min(len(ids), maxRunsHeld)]
}

// lessonView puts the learner's answers into the lesson.
func (s *server) lessonView(who string, b *lessons.Bench, l *lessons.Lesson) (*lessonView, error) {
	v := &lessonView{Lesson: l, Done: map[string]bool{}}
	for _, seg := range l.Body {
		switch {
		case seg.Exercise != nil:
			x, err := s.exerciseView(who, b, seg.Exercise)
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
	v.Begun, v.Kept = begun(l, s.learners.All(who)), s.kept()
	done := s.learners.Done(who)
	for _, other := range l.Track.Lessons {
		v.Done[other.Slug] = lessonDone(other, done)
	}
	return v, nil
}

// exerciseView shows an exercise. One that looks at the lab's log is judged at
// each look, because what it waits for happens elsewhere. Of that only "done" is
// kept: a page that is read must not write over an answer that is being sent.
func (s *server) exerciseView(who string, b *lessons.Bench, e *lessons.Exercise) (*exerciseView, error) {
	if !e.UsesWire {
		st, _ := s.learners.Get(who, e.Path())
		if err := rejudge(b, e, &st); err != nil {
			return nil, err
		}
		return &exerciseView{Exercise: e, State: st, here: b.Here}, nil
	}
	st := s.learners.See(who, e.Path(), b.Last())
	v, err := judge(b, e, &st)
	if err != nil {
		return nil, err
	}
	if v.Done && !st.Done {
		s.learners.Update(who, e.Path(), func(now *lessons.State) {
			if !now.Done && now.Round == st.Round {
				now.Note(s.now(), true)
			}
		})
	}
	st.Verdict, st.Done = v, st.Done || v.Done
	return &exerciseView{Exercise: e, State: st, here: b.Here}, nil
}

// rejudge brings back what was said of an answer that an earlier process judged,
// where the answer alone decides. It says nothing that contradicts "done".
func rejudge(b *lessons.Bench, e *lessons.Exercise, st *lessons.State) error {
	if st.Verdict != nil || st.Tried == 0 || len(e.Probes) > 0 {
		return nil
	}
	v, err := judge(b, e, st)
	if err != nil {
		return err
	}
	if v.Done == st.Done {
		st.Verdict = v
	}
	return nil
}
