package lessons

import (
	"fmt"
	"html/template"
	"regexp"
	"strings"
	"testing"
	"time"
)

// loadContent loads the course that the product carries.
func loadContent(t testing.TB) *Course {
	t.Helper()
	c, err := Load(Content(), Options{})
	if err != nil {
		t.Fatalf("the content has mistakes:\n%v", err)
	}
	return c
}

func TestContentLoads(t *testing.T) {
	c := loadContent(t)
	if len(c.Lessons) < 10 {
		t.Errorf("%d lessons, want ten or more", len(c.Lessons))
	}
}

// Words that tell a learner how hard it ought to be, or nothing.
var banned = regexp.MustCompile(`(?i)\b(just|simply|obviously|of course|easy|easily)\b`)

func TestContentWords(t *testing.T) {
	for _, l := range loadContent(t).Lessons {
		words := 0
		for _, w := range l.words {
			if m := banned.FindString(w.text); m != "" {
				t.Errorf("%s:%d: %q; leave it out: %s", l.file, w.line, m, w.text)
			}
			for s := range strings.SplitSeq(regexp.MustCompile(`[.!?:;]+["”’)]*\s+`).ReplaceAllString(w.text, "\n"), "\n") {
				if n := len(strings.Fields(s)); n > 40 {
					t.Errorf("%s:%d: a sentence of %d words; split it: %s", l.file, w.line, n, s)
				}
			}
			if w.main {
				words += len(strings.Fields(w.text))
			}
		}
		if words > 1100 {
			t.Errorf("%s: %d words outside exercises; 1100 take ten minutes", l.file, words)
		}
	}
}

// misconceptionCount is how many claims the course has undertaken to answer.
const misconceptionCount = 84

// TestContentMisconceptionsAreCorrected proves that each claim is there, and is
// answered: by a lesson that names it, or by the page of all misconceptions, which
// then has to rest on a section. Where to see it happen, the loader demands of all.
func TestContentMisconceptionsAreCorrected(t *testing.T) {
	c := loadContent(t)
	there := map[string]bool{}
	for _, m := range c.Misconceptions {
		there[m.ID] = true
		if len(m.Lessons) == 0 && len(m.Specs) == 0 {
			t.Errorf("misconceptions.yaml: no lesson names %s and it cites nothing; do one of them", m.ID)
		}
		for _, html := range []template.HTML{m.Tempting, m.Correct} {
			if w := banned.FindString(string(html)); w != "" {
				t.Errorf("misconceptions.yaml: %s: %q; leave it out", m.ID, w)
			}
		}
	}
	for n := 1; n <= misconceptionCount; n++ {
		if id := fmt.Sprintf("M%d", n); !there[id] {
			t.Errorf("misconceptions.yaml: %s is missing", id)
		}
	}
	if len(there) != misconceptionCount {
		t.Errorf("%d misconceptions, want %d", len(there), misconceptionCount)
	}
}

func TestContentHasNoLeftovers(t *testing.T) {
	for _, l := range loadContent(t).Lessons {
		for _, s := range l.Body {
			html := string(s.HTML)
			for _, bad := range []string{"{{", "}}", ":::", "&amp;amp;", "&amp;lt;", "raw HTML omitted"} {
				if i := strings.Index(html, bad); i >= 0 {
					t.Errorf("%s: %q is left in the page: …%s", l.file, bad, html[max(0, i-60):min(len(html), i+60)])
				}
			}
		}
	}
}

// TestContentAtAnotherTime proves that no text and no answer depends on when the
// tokens of the lessons were made.
func TestContentAtAnotherTime(t *testing.T) {
	c, err := Load(Content(), Options{Now: day.AddDate(3, 4, 5).Add(6 * time.Hour), Origin: "https://claims.example"})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range exercises(c) {
		if e.UsesWire || len(e.Probes) > 0 || len(e.Solution.Script) > 0 {
			continue
		}
		if v := e.Check(&Attempt{Answers: e.Solution.Answers, Now: day}); !v.Done {
			t.Errorf("%s.md:%d: the solution does not solve it:\n%s", e.Lesson.Slug, e.Solution.line, feedback(v))
		}
	}
}
