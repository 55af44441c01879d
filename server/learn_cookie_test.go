package main

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

// learnerCookies are the cookies of the learner that an answer sets.
func learnerCookies(a answer) []string {
	var out []string
	for _, line := range a.Header.Values("Set-Cookie") {
		if strings.HasPrefix(line, learnerCookie+"=") {
			out = append(out, line)
		}
	}
	return out
}

// TestLearnerCookieOnce: whatever a browser does first, it gets one cookie, and who
// has one gets it anew, to last from then on. Reading does not set it again.
func TestLearnerCookieOnce(t *testing.T) {
	s := start(t, keepIn(filepath.Join(t.TempDir(), keptFile)))
	e := s.solve(t, somebody)
	file := s.export(t, somebody)
	for name, do := range map[string]func(change ...func(*http.Request)) answer{
		"answer": func(change ...func(*http.Request)) answer {
			return s.send(t, http.MethodPost, e.Path(), "do=hint", change...)
		},
		"undo": func(change ...func(*http.Request)) answer {
			return s.send(t, http.MethodPost, progressPath+"/undo", "do=undo", change...)
		},
		"reset": func(change ...func(*http.Request)) answer {
			return s.send(t, http.MethodPost, progressPath+"/reset", "of="+everything, change...)
		},
		"import": func(change ...func(*http.Request)) answer { return s.upload(t, file, change...) },
	} {
		t.Run(name, func(t *testing.T) {
			if got := learnerCookies(do()); len(got) != 1 || !strings.Contains(got[0], "Max-Age=34560000") {
				t.Errorf("a browser without a cookie gets %q", got)
			}
			if got := learnerCookies(do(as(other))); len(got) != 1 || !strings.HasPrefix(got[0], learnerCookie+"="+other+";") {
				t.Errorf("one with a cookie gets %q", got)
			}
		})
	}
	if got := learnerCookies(s.send(t, http.MethodGet, e.Lesson.Path(), "")); len(got) != 1 {
		t.Errorf("the first look at a lesson: %q", got)
	}
	if got := learnerCookies(s.send(t, http.MethodGet, e.Lesson.Path(), "", as(somebody))); len(got) != 0 {
		t.Errorf("a later look: %q", got)
	}
}
