package main

import (
	"html"
	"net/http"
	"strings"
	"testing"
)

// Every claim stands on the page, in its group, with what is true and where to
// watch it; and what it says one can watch is there.
func TestMisconceptionsPage(t *testing.T) {
	s := read(t)
	a := s.send(t, http.MethodGet, "/learn/misconceptions", "")
	if a.StatusCode != http.StatusOK {
		t.Fatalf("status %d", a.StatusCode)
	}
	for _, m := range s.course.Misconceptions {
		_, entry, found := strings.Cut(a.body, `<article id="`+m.Anchor()+`"`)
		entry, _, _ = strings.Cut(entry, "</article>")
		if !found || !strings.Contains(entry, string(m.Correct)) || !strings.Contains(entry, string(m.Tempting)) ||
			!strings.Contains(entry, `href="`+html.EscapeString(m.See.Href)+`"`) {
			t.Errorf("%s: the page has no whole entry: %s", m.ID, entry)
		}
		for _, l := range m.Lessons {
			if !strings.Contains(entry, `href="`+l.Path()+`"`) {
				t.Errorf("%s: no link to %s", m.ID, l.Slug)
			}
		}
		leadsSomewhere(t, s, m.ID, m.See.Href)
	}
}

// leadsSomewhere proves that a link of ours has a page, and the place in it.
func leadsSomewhere(t *testing.T, s *site, who, href string) {
	t.Helper()
	path, fragment, _ := strings.Cut(href, "#")
	a := s.send(t, http.MethodGet, path, "")
	for range 3 { // a flow's own address goes on to its first step
		if a.StatusCode != http.StatusSeeOther {
			break
		}
		a = s.send(t, http.MethodGet, a.Header.Get("Location"), "")
	}
	if a.StatusCode != http.StatusOK {
		t.Errorf("%s: %s answers %d", who, href, a.StatusCode)
	} else if fragment != "" && !strings.Contains(a.body, `id="`+fragment+`"`) {
		t.Errorf("%s: %s: nothing on the page has that id", who, href)
	}
}
