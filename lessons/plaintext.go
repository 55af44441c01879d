package lessons

import (
	"html"
	"html/template"
	"strings"
)

// PlainText is the text of HTML that this package rendered, without tags and
// entities: for searching, for attributes, and for comparing words. Where a block or
// a cell ends, a space stands between its last word and the next one. It is not for
// HTML from elsewhere.
func PlainText(h template.HTML) string {
	var b strings.Builder
	b.Grow(len(h))
	rest := string(h)
	for {
		text, tag, found := strings.Cut(rest, "<")
		b.WriteString(text)
		if !found {
			break
		}
		tag, rest, _ = strings.Cut(tag, ">")
		if apart(tag) {
			b.WriteByte(' ')
		}
	}
	return strings.ReplaceAll(html.UnescapeString(b.String()), zeroWidth, "")
}

// zeroWidth is the character at which a long line of a message may be broken.
const zeroWidth = "\u200b"

// apart says that the tag ends something that a reader sees apart from what follows.
func apart(tag string) bool {
	switch tag {
	case "/td", "/th", "/caption", "/li", "/p", "/dt", "/dd", "/h2", "/h3", "/figcaption", "/summary", "br", "br/":
		return true
	}
	return false
}
