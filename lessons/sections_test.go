package lessons

import (
	"strings"
	"testing"
)

// Every heading of a lesson begins a section, no solution is in one, and no tag.
func TestSections(t *testing.T) {
	for _, l := range loadContent(t).Lessons {
		ids := map[string]bool{}
		all := strings.Builder{}
		for _, s := range l.Sections() {
			ids[s.ID] = true
			all.WriteString(s.Title + " " + s.Text + "\n")
			if strings.Contains(s.Text, "</") || strings.Contains(s.Title, "<") {
				t.Errorf("%s#%s: a tag is left: %s", l.Slug, s.ID, s.Text)
			}
		}
		for _, h := range l.TOC {
			if !ids[h.ID] {
				t.Errorf("%s: no section begins at #%s", l.Slug, h.ID)
			}
		}
		for _, e := range l.Exercises {
			if !strings.Contains(all.String(), e.Title) {
				t.Errorf("%s: the exercise %s is in no section", l.Slug, e.ID)
			}
			if x := PlainText(e.Explain); len(x) > 60 && strings.Contains(all.String(), x) {
				t.Errorf("%s: the explanation of %s is in a section", l.Slug, e.ID)
			}
		}
	}
}
