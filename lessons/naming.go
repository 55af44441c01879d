package lessons

import (
	"slices"
	"strings"
)

// Naming are the lessons that link to a page of the site, or to one below it, in
// reading order: those that treat what it shows. Where none links there, they are
// those that correct a misconception which can be seen there. The page is a path,
// "/attacks/alg-none".
func (c *Course) Naming(page string) []*Lesson {
	if direct := c.naming[page]; len(direct) > 0 {
		return direct
	}
	return c.seenAt[page]
}

// indexLinks notes which lessons name which pages.
func (c *Course) indexLinks() {
	c.naming, c.seenAt = map[string][]*Lesson{}, map[string][]*Lesson{}
	for _, l := range c.Lessons {
		for _, k := range l.links {
			note(c.naming, k.href, l)
		}
		for _, m := range l.Misconceptions {
			note(c.seenAt, m.See.Href, l)
		}
	}
}

// note adds the lesson to the page of a link and to those above it, once each.
func note(pages map[string][]*Lesson, href string, l *Lesson) {
	page, _, _ := strings.Cut(href, "#")
	page, _, _ = strings.Cut(page, "?")
	for page != "" {
		if !slices.Contains(pages[page], l) {
			pages[page] = append(pages[page], l)
		}
		page = page[:max(0, strings.LastIndexByte(page, '/'))]
	}
}
