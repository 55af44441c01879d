package main

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

// TestAttackLeadsToItsLessons: an attack that a lesson links to leads back to it.
func TestAttackLeadsToItsLessons(t *testing.T) {
	s := read(t)
	// Attacks that are about no lesson's subject.
	without := []string{"clickjacked-consent", "password-reposted", "stolen-bound-token"}
	for _, f := range s.walks.Attacks() {
		body := s.send(t, http.MethodGet, f.Path(), "").body
		for _, l := range s.course.Lessons {
			for _, href := range l.Links() {
				if page, _, _ := strings.Cut(href, "?"); page == f.Path() && !strings.Contains(body, `<a href="`+l.Path()+`">`+l.Number+" ") {
					t.Errorf("%s does not lead to %s, which links to it", f.Path(), l.Path())
				}
			}
		}
		if untreated := slices.Contains(without, f.ID); untreated != (len(s.course.Naming(f.Path())) == 0) {
			t.Errorf("%s: no lesson treats it is %v here, but not in the course: link to it from one, or mend this list", f.Path(), untreated)
		}
	}
}
