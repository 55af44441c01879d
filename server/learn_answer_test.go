package main

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"claimcheck/lessons"
	"claimcheck/mockprovider/lab"
	"claimcheck/playground"
)

// exercise finds the first exercise that is like this.
func (s *site) exercise(t *testing.T, is func(*lessons.Exercise) bool) *lessons.Exercise {
	t.Helper()
	for _, l := range s.course.Lessons {
		for _, e := range l.Exercises {
			if is(e) {
				return e
			}
		}
	}
	t.Fatal("the course has no such exercise")
	return nil
}

// TestLearnOthersRunsDoNotCount has one browser that walks the flow, and another
// one that reads the same lesson.
func TestLearnOthersRunsDoNotCount(t *testing.T) {
	s := read(t)
	e := s.exercise(t, func(e *lessons.Exercise) bool { return e.Lesson.Slug == "oauth/code" && e.UsesWire })
	for _, who := range []string{somebody, other} {
		s.send(t, http.MethodGet, e.Lesson.Path(), "", as(who))
	}
	_, run := s.walked(t, "page")
	if st, _ := s.learners.Get(other, e.Path()); st.Done {
		t.Error("done before anybody looked")
	}
	holds := func(r *http.Request) { r.AddCookie(&http.Cookie{Name: lab.RunCookie, Value: run}) }
	if page := s.send(t, http.MethodGet, e.Lesson.Path(), "", as(other)).body; strings.Contains(page, "Done.") {
		t.Error("another browser's run has done the exercise")
	}
	s.send(t, http.MethodGet, e.Lesson.Path(), "", as(somebody), holds)
	if st, _ := s.learners.Get(somebody, e.Path()); !st.Done {
		t.Error("the browser's own run has not done the exercise")
	}
}

// TestLearnReadingLosesNothing has page loads beside answers: of each answer
// something is kept.
func TestLearnReadingLosesNothing(t *testing.T) {
	s := read(t)
	e := s.exercise(t, func(e *lessons.Exercise) bool { return e.UsesWire && len(e.Probes) == 0 })
	h := s.handler()
	ask := func(method, path, body string) int {
		r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
		r.Host = s.origin.host
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		as(somebody)(r)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Code
	}
	const times = 40
	var all sync.WaitGroup
	for range times {
		all.Go(func() { ask(http.MethodGet, e.Lesson.Path(), "") })
		all.Go(func() {
			if code := ask(http.MethodPost, e.Path(), "do=check"); code != http.StatusSeeOther {
				t.Errorf("answered %d", code)
			}
		})
	}
	all.Wait()
	if st, _ := s.learners.Get(somebody, e.Path()); st.Tried != times {
		t.Errorf("%d of %d answers are there", st.Tried, times)
	}
	before, _ := s.learners.Get(somebody, e.Path())
	ask(http.MethodGet, e.Lesson.Path(), "")
	if after, _ := s.learners.Get(somebody, e.Path()); after.Verdict != before.Verdict {
		t.Error("reading the page has written what it judged")
	}
}

// TestLearnStartOver takes a start over back.
func TestLearnStartOver(t *testing.T) {
	s := read(t)
	e := s.exercise(t, func(e *lessons.Exercise) bool { return len(e.Fields) > 0 && !e.UsesWire })
	do := func(what string) string {
		body := url.Values{"do": {what}}
		if what == "check" {
			body.Set(e.Fields[0].ID, "my-own-answer")
		}
		s.send(t, http.MethodPost, e.Path(), body.Encode(), as(somebody))
		return s.send(t, http.MethodGet, e.Lesson.Path(), "", as(somebody)).body
	}
	const mine, back = "my-own-answer", "Bring my answers back"
	if page := do("check"); !strings.Contains(page, mine) || strings.Contains(page, back) {
		t.Error("the answer is lost, or there is a way back from nothing")
	}
	s.send(t, http.MethodPost, e.Path(), "do=reset&"+e.Fields[0].ID+"="+mine, as(somebody))
	if page := s.send(t, http.MethodGet, e.Lesson.Path(), "", as(somebody)).body; strings.Contains(page, mine) || !strings.Contains(page, back) {
		t.Error("after the start the answer is still there, or there is no way back")
	}
	if page := do("restore"); !strings.Contains(page, mine) || strings.Contains(page, back) {
		t.Error("the answer did not come back")
	}
}

// TestLearnTooFast says when to come back.
func TestLearnTooFast(t *testing.T) {
	s := read(t)
	e := s.exercise(t, func(e *lessons.Exercise) bool { return e.Send != "" })
	for range 2 * costlyBurst {
		a := s.send(t, http.MethodPost, e.Path(), "do=send&request=nonsense", as(somebody))
		if a.StatusCode == http.StatusTooManyRequests {
			if a.Header.Get("Retry-After") == "" {
				t.Error("no Retry-After")
			}
			return
		}
	}
	t.Error("never too fast")
}

// TestLearnBrokenForm has a body that is no form.
func TestLearnBrokenForm(t *testing.T) {
	s := read(t)
	var paths []string
	for _, l := range s.course.Lessons {
		for _, seg := range l.Body {
			if seg.Sample != nil {
				paths = append(paths, seg.Sample.Path())
			}
			if seg.Exercise != nil {
				paths = append(paths, seg.Exercise.Path())
			}
		}
	}
	for _, path := range paths {
		if a := s.send(t, http.MethodPost, path, "do=%zz", as(somebody)); a.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %d", path, a.StatusCode)
		}
	}
}

// TestLearnTokensAreLive opens the token that a lesson shows: it has not expired.
func TestLearnTokensAreLive(t *testing.T) {
	s := read(t)
	page := s.send(t, http.MethodGet, "/learn/jwt/anatomy", "").body
	_, rest, found := strings.Cut(page, `name="token" value="`)
	token, _, _ := strings.Cut(rest, `"`)
	if !found {
		t.Fatal("no token on the page")
	}
	r := playground.Verify(token, nil, playground.Policy{Now: s.world.Main().Now()})
	if f := r.Finding("exp"); f == nil || f.Status != playground.StatusPass {
		t.Errorf("the time: %+v", f)
	}
}
