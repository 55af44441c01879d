package lessons

import (
	"slices"
	"testing"
)

// slugsOf are the lessons' slugs.
func slugsOf(ls []*Lesson) []string {
	var out []string
	for _, l := range ls {
		out = append(out, l.Slug)
	}
	return out
}

// TestNaming: a page is treated by the lessons that link to it or below it; without
// any, by those that correct what can be seen there.
func TestNaming(t *testing.T) {
	a := &Lesson{Slug: "a", links: []link{{href: "/attacks/one/step?run=1#x"}, {href: "/attacks/one"}, {href: "#here"}}}
	b := &Lesson{Slug: "b", links: []link{{href: "/attacks/two"}}, Misconceptions: []*Misconception{{See: Try{Href: "/attacks/one"}}, {See: Try{Href: "/attacks/three/step"}}}}
	c := &Course{Lessons: []*Lesson{a, b}}
	c.indexLinks()
	for page, want := range map[string][]string{
		"/attacks/one": {"a"}, "/attacks/two": {"b"}, "/attacks": {"a", "b"}, "/attacks/one/step": {"a"},
		"/attacks/three": {"b"}, "/attacks/on": nil, "": nil, "/attacks/four": nil,
	} {
		if got := slugsOf(c.Naming(page)); !slices.Equal(got, want) {
			t.Errorf("%q is treated by %q, want %q", page, got, want)
		}
	}
}
