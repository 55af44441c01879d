package lessons

import (
	"bytes"
	"fmt"
	"html/template"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// Markdown renders a text in the lessons' Markdown, without fences that are
// exercises. It is for the texts of other pages. The error is [LoadError], with
// lines of src.
func (c *Course) Markdown(src string) (template.HTML, error) {
	ps := &problems{}
	m := newMarkdown(ps, c.terms)
	m.linkTerms = true
	m.at("text", 0)
	html := m.block(src)
	return html, ps.err()
}

// Markdown renders like [Course.Markdown], for callers without a course: a term
// is shown as its word.
func Markdown(src string) (template.HTML, error) {
	return (&Course{}).Markdown(src)
}

// A markdown renders the texts of one file after the other and keeps what they
// use. It is not for concurrent use.
type markdown struct {
	gm    goldmark.Markdown
	ps    *problems
	terms map[string]*Term // nil: terms are shown as words
	// linkTerms leads to the glossary page instead of to the definition on the
	// same page.
	linkTerms bool

	file   string
	before int    // lines of the file before src
	src    []byte // what is being rendered

	used  []*Term
	links []link
	words []proseLine
	mint  *minter
	texts int // depth of texts that are rendered inside another
}

// A link is a destination inside the site, with the place that names it.
type link struct {
	href string
	line int
}

// A proseLine is a paragraph without its code, for the rules about words.
type proseLine struct {
	text string
	line int
	main bool // of the lesson's own text, not of an exercise
}

func newMarkdown(ps *problems, terms map[string]*Term) *markdown {
	m := &markdown{ps: ps, terms: terms}
	m.gm = goldmark.New(
		goldmark.WithExtensions(extension.Table),
		goldmark.WithParserOptions(
			parser.WithAutoHeadingID(),
			parser.WithInlineParsers(util.Prioritized(directiveParser{m}, 50)),
			parser.WithBlockParsers(util.Prioritized(calloutParser{m}, 50)),
		),
		goldmark.WithRendererOptions(renderer.WithNodeRenderers(util.Prioritized(nodeRenderer{m}, 50))),
	)
	return m
}

// at says where the next text stands: its first line is the one after before.
func (m *markdown) at(file string, before int) { m.file, m.before = file, before }

// line is the file's line of a byte of the text.
func (m *markdown) line(offset int) int {
	offset = min(offset, len(m.src))
	return m.before + 1 + bytes.Count(m.src[:offset], []byte("\n"))
}

// lineOf is the file's line of a node: its own, or that of the block it is in.
func (m *markdown) lineOf(n ast.Node) int {
	for ; n != nil; n = n.Parent() {
		if n.Type() == ast.TypeInline || n.Kind() == ast.KindDocument {
			continue
		}
		if l := n.Lines(); l != nil && l.Len() > 0 {
			return m.line(l.At(0).Start)
		}
	}
	return m.before + 1
}

func (m *markdown) problem(n ast.Node, do, format string, args ...any) {
	m.ps.add(m.file, m.lineOf(n), do, format, args...)
}

// parse reads src and collects what the tests about links and words need.
func (m *markdown) parse(src []byte) ast.Node {
	m.src = src
	doc := m.gm.Parser().Parse(text.NewReader(src))
	m.collect(doc)
	return doc
}

func (m *markdown) collect(doc ast.Node) {
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.HTMLBlock, *ast.RawHTML:
			m.problem(n, "write it in Markdown", "raw HTML")
		case *ast.Image:
			m.problem(n, "draw it with a fence", "an image")
		case *ast.Link:
			m.link(n)
		case *ast.Heading, *ast.Paragraph, *ast.TextBlock:
			m.words = append(m.words, proseLine{text: plain(n, m.src), line: m.lineOf(n), main: m.texts == 0})
		}
		return ast.WalkContinue, nil // the walk's own function never fails
	})
}

func (m *markdown) link(n *ast.Link) {
	href := string(n.Destination)
	if !strings.HasPrefix(href, "/") && !strings.HasPrefix(href, "#") {
		m.problem(n, "link inside the site, or cite with {{rfc …}}", "link to %q", href)
		return
	}
	m.links = append(m.links, link{href: href, line: m.lineOf(n)})
}

// plain is the text of a node without its code.
func plain(n ast.Node, src []byte) string {
	var b strings.Builder
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		switch n := n.(type) {
		case *ast.CodeSpan:
			if entering {
				b.WriteString("…")
			}
			return ast.WalkSkipChildren, nil
		case *ast.Text:
			if entering {
				b.Write(n.Segment.Value(src))
				if n.SoftLineBreak() || n.HardLineBreak() {
					b.WriteByte(' ')
				}
			}
		case *directive:
			if entering {
				b.WriteString(n.word)
			}
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}

// render writes one node. A fault of the renderer is a fault of ours.
func (m *markdown) render(n ast.Node) template.HTML {
	var b rendered
	if err := m.gm.Renderer().Render(&b, m.src, n); err != nil {
		m.problem(n, "report it", "cannot be rendered: %v", err)
	}
	return template.HTML(b.String()) //nolint:gosec // goldmark escapes; raw HTML is refused
}

// rendered is what goldmark writes to. It would put a buffer of 4 KB before any other
// writer, for each of the thousands of sentences that are rendered one by one.
type rendered struct{ bytes.Buffer }

// Buffered is how much is held back: nothing.
func (*rendered) Buffered() int { return 0 }

// Flush writes what is held back.
func (*rendered) Flush() error { return nil }

// block renders a text of paragraphs, lists and fences.
func (m *markdown) block(src string) template.HTML {
	saved := m.src
	m.texts++
	defer func() { m.src = saved; m.texts-- }()
	doc := m.parse([]byte(src))
	return m.render(doc)
}

// inline renders a text of one paragraph without its <p>.
func (m *markdown) inline(src string) template.HTML {
	if src == "" {
		return ""
	}
	html := strings.TrimSpace(string(m.block(src)))
	inner, ok := strings.CutPrefix(html, "<p>")
	if inner, ok = cutSuffix(inner, "</p>", ok); !ok || strings.Contains(inner, "<p>") {
		m.ps.add(m.file, m.before+1, "write one paragraph without lists", "%q is more than one paragraph", src)
	}
	return template.HTML(inner) //nolint:gosec // as in render
}

func cutSuffix(s, suffix string, ok bool) (string, bool) {
	s, cut := strings.CutSuffix(s, suffix)
	return s, ok && cut
}

// inlineAt renders a text of one paragraph that stands at this line of the file.
func (m *markdown) inlineAt(line int, src string) template.HTML {
	saved := m.before
	defer func() { m.before = saved }()
	m.before = line - 1
	return m.inline(src)
}

// blockAt is inlineAt for several paragraphs.
func (m *markdown) blockAt(line int, src string) template.HTML {
	saved := m.before
	defer func() { m.before = saved }()
	m.before = line - 1
	return m.block(src)
}

// escape is for text that goes into HTML which is built by hand.
func escape(s string) string { return template.HTMLEscapeString(s) }

// slug makes an anchor from words.
func slug(s string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(s) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	return strings.Trim(b.String(), "-")
}

// element writes <name attributes>inner</name>; inner is HTML.
func element(name, attributes, inner string) string {
	if attributes != "" {
		attributes = " " + attributes
	}
	return fmt.Sprintf("<%s%s>%s</%s>", name, attributes, inner, name)
}
