package main

import (
	"encoding/json"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"claimcheck/lessons"
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

// TestProgressDelete: it is asked first, and then nothing is left: no answer, no way
// back, no cookie, over a restart too. Another's stays.
func TestProgressDelete(t *testing.T) {
	file := filepath.Join(t.TempDir(), keptFile)
	s := start(t, keepIn(file))
	e := s.solve(t, somebody)
	s.solve(t, other)
	s.send(t, http.MethodPost, progressPath+"/reset", "of="+everything, as(somebody))
	s.solve(t, somebody)
	path := progressPath + "/delete"
	if page := s.send(t, http.MethodGet, progressPath, "", as(somebody)).body; !strings.Contains(page, `href="`+path+`"`) || !strings.Contains(page, "never written by us") {
		t.Error("the page does not offer it, or does not say what is written")
	}
	if a := s.send(t, http.MethodGet, path, "", as(somebody)); a.StatusCode != http.StatusOK || !strings.Contains(a.body, `action="`+path+`"`) || !strings.Contains(a.body, "1 exercise ") {
		t.Errorf("it is not asked: %d", a.StatusCode)
	}
	if !strings.Contains(s.export(t, somebody), e.Path()) {
		t.Fatal("asking did it")
	}
	a := s.send(t, http.MethodPost, path, "sure=yes", as(somebody))
	if got := learnerCookies(a); a.StatusCode != http.StatusSeeOther || len(got) != 1 || !strings.HasPrefix(got[0], learnerCookie+"=;") || !strings.Contains(got[0], "Max-Age=0") {
		t.Errorf("%d, cookies %q", a.StatusCode, got)
	}
	s.send(t, http.MethodPost, progressPath+"/undo", "do=undo", as(somebody))
	if strings.Contains(s.export(t, somebody), e.Path()) {
		t.Error("there is a way back")
	}
	if got := learnerCookies(s.send(t, http.MethodPost, path, "sure=yes")); len(got) != 1 {
		t.Errorf("a browser without a cookie: %q", got)
	}
	s.stop()
	<-s.ended
	s = start(t, keepIn(file))
	s.send(t, http.MethodGet, "/learn", "") // the course is there now
	if strings.Contains(s.export(t, somebody), e.Path()) || !strings.Contains(s.export(t, other), e.Path()) {
		t.Error("after a restart it is back, or another's is gone")
	}
}

// TestProgressImportLeavesOut: exercises that the course does not have are left out,
// and the page says how many.
func TestProgressImportLeavesOut(t *testing.T) {
	s := start(t)
	e := s.solve(t, somebody)
	var file lessons.Transfer
	if err := json.Unmarshal([]byte(s.export(t, somebody)), &file); err != nil {
		t.Fatal(err)
	}
	file.Exercises["/learn/start/two-layers/invented"] = lessons.Kept{Done: true}
	file.Exercises["/learn/no/where/at-all"] = lessons.Kept{Done: true}
	raw, err := json.Marshal(file)
	if err != nil {
		t.Fatal(err)
	}
	a := s.upload(t, string(raw), as(other))
	if a.StatusCode != http.StatusSeeOther {
		t.Fatalf("%d %s", a.StatusCode, a.body)
	}
	where, _, _ := strings.Cut(a.Header.Get("Location"), "#")
	if page := s.send(t, http.MethodGet, where, "", as(other)).body; !strings.Contains(page, "2 of its exercises are not in this course") {
		t.Errorf("the page %s does not say it", where)
	}
	if got := s.export(t, other); strings.Contains(got, "invented") || strings.Contains(got, "at-all") || !strings.Contains(got, e.Path()) {
		t.Errorf("taken over: %s", got)
	}
	file.Exercises = map[string]lessons.Kept{e.Path(): {Answers: map[string][]string{strings.Repeat("x", 4_000_000): nil}}}
	if raw, err = json.Marshal(file); err != nil {
		t.Fatal(err)
	}
	if a := s.upload(t, string(raw), as(other)); a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(a.body, "answers are longer") {
		t.Errorf("a name of 4 MB: %d", a.StatusCode)
	}
}
