package main

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
)

// as keeps the cookie that tells one learner from another.
func as(cookie string) func(*http.Request) {
	return func(r *http.Request) { r.AddCookie(&http.Cookie{Name: learnerCookie, Value: cookie}) }
}

const (
	somebody = "0123456789abcdef0123456789abcdef"
	other    = "ffffffffffffffffffffffffffffffff"
)

// read waits until the lessons are there.
func read(t testing.TB) *site {
	t.Helper()
	s := start(t)
	if a := s.send(t, http.MethodGet, "/learn", ""); a.StatusCode != http.StatusOK {
		t.Fatalf("GET /learn: %d", a.StatusCode)
	}
	return s
}

func TestLearnEveryLesson(t *testing.T) {
	s := read(t)
	for _, l := range s.course.Lessons {
		a := s.send(t, http.MethodGet, l.Path(), "")
		if a.StatusCode != http.StatusOK || a.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d, Cache-Control %q", l.Path(), a.StatusCode, a.Header.Get("Cache-Control"))
		}
		for _, e := range l.Exercises {
			if !strings.Contains(a.body, `id="`+e.Anchor()+`"`) || !strings.Contains(a.body, `action="`+e.Path()+`"`) {
				t.Errorf("%s: exercise %s is not on the page", l.Slug, e.ID)
			}
		}
		for _, e := range l.Exercises { // the page must not tell what it asks for
			for _, answer := range e.ShowMe() {
				if strings.Contains(a.body, "<li>"+string(answer)+"</li>") {
					t.Errorf("%s/%s: the answer is on the page: %s", l.Slug, e.ID, answer)
				}
			}
		}
	}
}

// The first sort of the course is solved, wrongly and then rightly.
func TestLearnAnswer(t *testing.T) {
	s := read(t)
	l, _ := s.course.Lesson("start/two-layers")
	e := l.Exercises[0]
	wrong := url.Values{"do": {"check"}}
	maps.Copy(wrong, e.Solution.Answers)
	name := "card." + e.Cards[0].ID
	right := wrong.Get(name)
	for _, b := range e.Buckets {
		if b.ID != right {
			wrong[name] = []string{b.ID}
		}
	}
	a := s.send(t, http.MethodPost, e.Path(), wrong.Encode(), as(somebody))
	if a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != l.Path()+"#"+e.Anchor() {
		t.Fatalf("%d %s", a.StatusCode, a.Header.Get("Location"))
	}
	page := s.send(t, http.MethodGet, l.Path(), "", as(somebody)).body
	if !strings.Contains(page, ">wrong<") || !strings.Contains(page, `value="`+wrong.Get(name)+`" selected`) {
		t.Error("a wrong answer is not told, or what was chosen is lost")
	}
	if strings.Contains(s.send(t, http.MethodGet, l.Path(), "", as(other)).body, ">wrong<") {
		t.Error("another browser sees the answer")
	}
	fixed := url.Values{"do": {"check"}}
	maps.Copy(fixed, e.Solution.Answers)
	fixed.Set(name, right)
	s.send(t, http.MethodPost, e.Path(), fixed.Encode(), as(somebody))
	page = s.send(t, http.MethodGet, l.Path(), "", as(somebody)).body
	if !strings.Contains(page, `class="explain"`) {
		t.Error("the right answer brings no explanation")
	}
	s.send(t, http.MethodPost, e.Path(), "do=reset", as(somebody))
	if page = s.send(t, http.MethodGet, l.Path(), "", as(somebody)).body; strings.Contains(page, `class="explain"`) {
		t.Error("the reset forgets nothing")
	}
}

func TestLearnHintsOneByOne(t *testing.T) {
	s := read(t)
	l := s.course.Lessons[0]
	e := l.Exercises[0]
	for n := 1; n <= 2; n++ {
		s.send(t, http.MethodPost, e.Path(), "do=hint", as(somebody))
		page := s.send(t, http.MethodGet, l.Path(), "", as(somebody)).body
		for i, h := range e.Hints {
			if shown := strings.Contains(page, "<li>"+string(h)+"</li>"); shown != (i < n) {
				t.Errorf("after %d: hint %d shown %v", n, i+1, shown)
			}
		}
	}
}

// A request that a lesson shows is sent, and its answer stands below it.
func TestLearnSample(t *testing.T) {
	s := read(t)
	for _, l := range s.course.Lessons {
		for _, seg := range l.Body {
			if seg.Sample == nil {
				continue
			}
			a := s.send(t, http.MethodPost, seg.Sample.Path(), "x=y", as(somebody))
			if a.StatusCode != http.StatusSeeOther {
				t.Fatalf("%s: %d", seg.Sample.Path(), a.StatusCode)
			}
			if page := s.send(t, http.MethodGet, l.Path(), "", as(somebody)).body; !strings.Contains(page, "as the lesson says") {
				t.Errorf("%s: the answer is not as the lesson says", seg.Sample.Path())
			}
			return
		}
	}
	t.Error("no lesson has a request to run")
}

// A request from a lesson goes to this lab only, and a bad one loses nothing.
func TestLearnSendStaysInTheLab(t *testing.T) {
	s := read(t)
	l, e := sending(t, s)
	for _, request := range []string{
		"GET /learn HTTP/1.1", "GET /idp/other/authorize HTTP/1.1", "GET //evil.example/ HTTP/1.1", "GET http://evil.example/ HTTP/1.1",
		"GET /rs/main/../../healthz HTTP/1.1", "GET /rs/main/%2e%2e/%2e%2e/healthz HTTP/1.1", "nonsense", "", "GET /rs/main/stepcloud/v1/steps HTTP/1.1\nno header",
		"GET /rs/main/stepcloud/v1/steps HTTP/1.1\nX: ${nothing}",
	} {
		body := url.Values{"do": {"send"}, "request": {request}}.Encode()
		if a := s.send(t, http.MethodPost, e.Path(), body, as(somebody)); a.StatusCode != http.StatusSeeOther {
			t.Errorf("%q: %d", request, a.StatusCode)
		}
		page := s.send(t, http.MethodGet, l.Path(), "", as(somebody))
		if page.StatusCode != http.StatusOK || strings.Contains(page.body, "HTTP/1.1</span> <b>200") || strings.Contains(page.body, "Learn – Claimcheck") {
			t.Errorf("%q: got out", request)
		}
	}
}

func sending(t *testing.T, s *site) (l interface{ Path() string }, e interface{ Path() string }) {
	t.Helper()
	for _, lesson := range s.course.Lessons {
		for _, x := range lesson.Exercises {
			if x.Send != "" {
				return lesson, x
			}
		}
	}
	t.Fatal("no exercise offers a request")
	return nil, nil
}

func TestLearnUnknown(t *testing.T) {
	s := read(t)
	for _, path := range []string{"/learn/jwt/nothing", "/learn/jwt/anatomy/nothing"} {
		if a := s.send(t, http.MethodGet, path, ""); a.StatusCode < 400 || a.StatusCode >= 500 {
			t.Errorf("GET %s: %d", path, a.StatusCode)
		}
	}
	for _, path := range []string{"/learn/jwt/anatomy/nothing", "/learn/jwt/anatomy/run/nothing", "/learn/x/y/z"} {
		if a := s.send(t, http.MethodPost, path, "do=check"); a.StatusCode != http.StatusNotFound {
			t.Errorf("POST %s: %d", path, a.StatusCode)
		}
	}
}

// Whatever is typed comes back as text.
func TestLearnAnswerIsEscaped(t *testing.T) {
	s := read(t)
	for _, l := range s.course.Lessons {
		for _, e := range l.Exercises {
			body := url.Values{"do": {"check"}}
			for _, f := range e.Fields {
				body.Set(f.ID, "<script>alert(`1`)</script>")
			}
			for name := range e.Solution.Answers {
				body.Set(name, "<script>alert(`1`)</script>")
			}
			if a := s.send(t, http.MethodPost, e.Path(), body.Encode(), as(somebody)); a.StatusCode != http.StatusSeeOther {
				t.Errorf("%s: %d", e.Path(), a.StatusCode)
			}
		}
		a := s.send(t, http.MethodGet, l.Path(), "", as(somebody))
		if a.StatusCode != http.StatusOK || strings.Contains(a.body, "<script>alert") {
			t.Errorf("%s: %d, or not escaped", l.Slug, a.StatusCode)
		}
	}
}

// BenchmarkLesson measures the page of a lesson through every middleware.
func BenchmarkLesson(b *testing.B) {
	s := read(b)
	h := s.handler()
	for b.Loop() {
		r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, "/learn/jwt/anatomy", http.NoBody)
		r.Host = s.origin.host
		as(somebody)(r)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			b.Fatal(w.Code)
		}
	}
}

// TestLearnStylesOnlyLessons keeps the stylesheet of lessons, whose layer wins
// over that of all text, from styling the text of other pages.
func TestLearnStylesOnlyLessons(t *testing.T) {
	css, err := os.ReadFile("../web/pages/lesson/lesson.css")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(css), "\n\t.prose") {
		t.Error("lesson.css styles .prose on every page")
	}
}
