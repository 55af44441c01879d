package lessons

import (
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// A callout is a remark beside the text:
//
//	:::note Title
//	Markdown
//	:::
//
// note and warn stay open; deep is folded, and printed open; predict asks a
// question and folds the answer.
type callout struct {
	ast.BaseBlock
	kind, title string
	line        int
	closed      bool
}

// kindCallout is registered with goldmark once, like kindDirective.
var kindCallout = ast.NewNodeKind("Callout")

func (*callout) Kind() ast.NodeKind { return kindCallout }

func (c *callout) Dump(src []byte, level int) { ast.DumpHelper(c, src, level, nil, nil) }

type calloutParser struct{ m *markdown }

func (calloutParser) Trigger() []byte { return []byte{':'} }

func (p calloutParser) Open(parent ast.Node, r text.Reader, _ parser.Context) (ast.Node, parser.State) {
	line, segment := r.PeekLine()
	rest, ok := strings.CutPrefix(strings.TrimSpace(string(line)), ":::")
	if !ok || rest == "" {
		return nil, parser.NoChildren
	}
	kind, title, _ := strings.Cut(rest, " ")
	c := &callout{kind: kind, title: strings.TrimSpace(title), line: p.m.line(segment.Start)}
	switch kind {
	case "note", "warn":
	case "deep", "predict":
		if c.title == "" {
			p.m.ps.add(p.m.file, c.line, "write it after the name", ":::%s without a title", kind)
		}
	default:
		p.m.ps.add(p.m.file, c.line, "use note, warn, deep or predict", "unknown callout :::%s", kind)
	}
	if parent.Kind() != ast.KindDocument {
		p.m.ps.add(p.m.file, c.line, "put it at the top level", ":::%s inside another block", kind)
	}
	r.AdvanceToEOL()
	return c, parser.HasChildren
}

func (calloutParser) Continue(node ast.Node, r text.Reader, _ parser.Context) parser.State {
	line, _ := r.PeekLine()
	if strings.TrimSpace(string(line)) == ":::" {
		r.AdvanceToEOL()
		if c, ok := node.(*callout); ok {
			c.closed = true
		}
		return parser.Close
	}
	return parser.Continue | parser.HasChildren
}

func (p calloutParser) Close(node ast.Node, _ text.Reader, _ parser.Context) {
	if c, ok := node.(*callout); ok && !c.closed {
		p.m.ps.add(p.m.file, c.line, "end it with a line :::", ":::%s is never closed", c.kind)
	}
}

func (calloutParser) CanInterruptParagraph() bool { return true }

func (calloutParser) CanAcceptIndentedLine() bool { return false }

func (r nodeRenderer) callout(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	c, ok := n.(*callout)
	if !ok {
		return ast.WalkContinue, nil
	}
	folded := c.kind == "deep" || c.kind == "predict"
	switch {
	case entering && folded:
		_, _ = w.WriteString(`<details class="aside" data-kind="` + c.kind + `"><summary>` + r.title(c) + "</summary>\n")
	case entering:
		_, _ = w.WriteString(`<div class="aside" role="note" data-kind="` + escape(c.kind) + `">`)
		if c.title != "" {
			_, _ = w.WriteString(`<p class="title">` + r.title(c) + "</p>\n")
		}
	case folded:
		_, _ = w.WriteString("</details>\n")
	default:
		_, _ = w.WriteString("</div>\n")
	}
	return ast.WalkContinue, nil
}

// title renders the title's own Markdown and puts a word before it, so that the
// kind is not told by a colour.
func (r nodeRenderer) title(c *callout) string {
	title := string(r.m.inlineAt(c.line, c.title))
	if c.kind == "predict" {
		return `<span class="kind">Predict</span> ` + title
	}
	return title
}
