package lessons

import (
	"regexp"
	"strings"
)

// A Section is what stands below one heading of a lesson, as plain text: for
// searching. What comes before the first heading has no ID and no Title.
type Section struct{ ID, Title, Text string }

// sectionHeading is a heading as the lessons' Markdown renders it.
var sectionHeading = regexp.MustCompile(`<h[23] id="([^"]+)">(.*?)</h[23]>`)

// Sections are the lesson's text by its headings. Exercises are in it with what they
// ask, and without hints, answers and explanations.
func (l *Lesson) Sections() []Section {
	out := []Section{{}}
	add := func(text string) {
		s := &out[len(out)-1]
		s.Text = strings.Join(strings.Fields(s.Text+" "+text), " ")
	}
	for _, seg := range l.Body {
		if e := seg.Exercise; e != nil {
			add(e.Title + ". " + PlainText(e.Ask))
			continue
		}
		html := seg.HTML
		for {
			at := sectionHeading.FindStringSubmatchIndex(string(html))
			if at == nil {
				add(PlainText(html))
				break
			}
			add(PlainText(html[:at[0]]))
			out = append(out, Section{ID: string(html[at[2]:at[3]]), Title: PlainText(html[at[4]:at[5]])})
			html = html[at[1]:]
		}
	}
	return out
}
