package crawl

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"

	"claimcheck/server/internal/markup"
)

// escapedTwice finds a character reference that a reader would see as such.
const escapedTwice = `&(amp|lt|gt|quot|#34|#39|#x27|#43);`

// Inspect says what is wrong with a page's markup, a line each:
//
//   - a template's braces or a double escape left in the text (code excepted)
//   - a backtick left in the text or in a label (code excepted)
//   - an id twice, a reference (for, aria-…) to an id that is not there
//   - a control without a label, a link, button or image without a name
//   - a heading level left out, no title, no language, not exactly one h1 and main
//   - inline script, inline style, event handlers: the content security policy
//     would block them
func Inspect(doc *html.Node) []string {
	i := &inspection{ids: map[string]int{}, twice: regexp.MustCompile(escapedTwice)}
	for n := range doc.Descendants() {
		if id := markup.Attr(n, "id"); n.Type == html.ElementNode && id != "" {
			i.ids[id]++
		}
		if n.Data == "label" && markup.Attr(n, "for") != "" {
			i.labelled = append(i.labelled, markup.Attr(n, "for"))
		}
	}
	for id, n := range i.ids {
		if n > 1 {
			i.say("the id %q stands %d times", id, n)
		}
	}
	for n := range doc.Descendants() {
		switch n.Type {
		case html.TextNode:
			i.text(n)
		case html.ElementNode:
			i.element(n)
		default:
		}
	}
	i.frame()
	slices.Sort(i.wrong)
	return slices.Compact(i.wrong)
}

type inspection struct {
	ids      map[string]int
	labelled []string
	twice    *regexp.Regexp

	level, h1, mains int
	title, lang      bool
	wrong            []string
}

func (i *inspection) say(format string, args ...any) {
	i.wrong = append(i.wrong, fmt.Sprintf(format, args...))
}

func (i *inspection) text(n *html.Node) {
	for a := n.Parent; a != nil; a = a.Parent {
		switch a.Data {
		case "code", "pre", "textarea", "samp", "kbd", "script", "style":
			return
		}
	}
	i.leftover("the text", n.Data)
	i.backtick("the text", n.Data)
}

func (i *inspection) leftover(where, s string) {
	if strings.Contains(s, "{{") || strings.Contains(s, "}}") || strings.Contains(s, "<no value>") || strings.Contains(s, "ZgotmplZ") {
		i.say("%s has something of a template left in it: %.60q", where, strings.TrimSpace(s))
	}
	if i.twice.MatchString(s) {
		i.say("%s is escaped twice: %.60q", where, strings.TrimSpace(s))
	}
}

// backtick finds the mark around code in a sentence that nothing made code of.
func (i *inspection) backtick(where, s string) {
	if strings.Contains(s, "`") {
		i.say("%s has a backtick left in it: %.80q", where, strings.TrimSpace(s))
	}
}

func (i *inspection) element(n *html.Node) {
	for _, a := range n.Attr {
		switch {
		case a.Key == "style":
			i.say("<%s> has an inline style", n.Data)
		case strings.HasPrefix(a.Key, "on"):
			i.say("<%s> has an inline handler %s", n.Data, a.Key)
		case a.Key == "for", a.Key == "aria-labelledby", a.Key == "aria-describedby", a.Key == "aria-controls", a.Key == "list":
			for id := range strings.FieldsSeq(a.Val) {
				if i.ids[id] == 0 {
					i.say("<%s %s=%q> names an id that is not there", n.Data, a.Key, id)
				}
			}
		case a.Key == "value", strings.HasPrefix(a.Key, "data-"):
			// A learner's own text, or a script's.
		default:
			i.leftover("an attribute "+a.Key, a.Val)
			i.backtick("an attribute "+a.Key, a.Val)
		}
	}
	switch n.Data {
	case "html":
		i.lang = markup.Attr(n, "lang") != ""
	case "title":
		i.title = i.title || strings.TrimSpace(markup.Text(n)) != ""
	case "main":
		i.mains++
	case "style":
		i.say("there is an inline style sheet")
	case "script":
		if t := markup.Attr(n, "type"); markup.Attr(n, "src") == "" && t != "application/json" {
			i.say("there is an inline script")
		}
	case "h1", "h2", "h3", "h4", "h5", "h6":
		level := int(n.Data[1] - '0')
		if i.level > 0 && level > i.level+1 {
			i.say("a %s follows an h%d: %.40q", n.Data, i.level, markup.Text(n))
		}
		i.level = level
		if level == 1 {
			i.h1++
		}
	case "img":
		if !markup.HasAttr(n, "alt") {
			i.say("the image %q has no alternative text", markup.Attr(n, "src"))
		}
	case "a", "button", "summary":
		if (n.Data != "a" || markup.HasAttr(n, "href")) && !named(n) {
			i.say("<%s> has no name: %v", n.Data, n.Attr)
		}
	case "input", "select", "textarea":
		i.control(n)
	}
}

func (i *inspection) control(n *html.Node) {
	switch markup.Attr(n, "type") {
	case "hidden", "submit", "button", "reset":
		return
	}
	if markup.Attr(n, "aria-label") != "" || markup.Attr(n, "aria-labelledby") != "" || slices.Contains(i.labelled, markup.Attr(n, "id")) {
		return
	}
	for a := n.Parent; a != nil; a = a.Parent {
		if a.Data == "label" {
			return
		}
	}
	i.say("<%s name=%q> has no label", n.Data, markup.Attr(n, "name"))
}

func (i *inspection) frame() {
	if !i.title {
		i.say("there is no title")
	}
	if !i.lang {
		i.say("the page does not say its language")
	}
	if i.h1 != 1 {
		i.say("there are %d h1, want one", i.h1)
	}
	if i.mains != 1 {
		i.say("there are %d main, want one", i.mains)
	}
}

// named says whether a link or a button has words for who cannot see it.
func named(n *html.Node) bool {
	if markup.Attr(n, "aria-label") != "" || markup.Attr(n, "aria-labelledby") != "" || markup.Attr(n, "title") != "" || strings.TrimSpace(markup.Text(n)) != "" {
		return true
	}
	for d := range n.Descendants() {
		if d.Data == "img" && markup.Attr(d, "alt") != "" || d.Data == "title" {
			return true
		}
	}
	return false
}
