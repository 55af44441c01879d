package lessons

import (
	"bytes"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"claimcheck/playground/spec"
)

// A directive is {{term …}}, {{rfc …}}, {{role …}} or {{part …}} in a sentence.
type directive struct {
	ast.BaseInline
	html string
	word string // what is read aloud
}

// kindDirective is registered with goldmark once; its registry is the library's.
var kindDirective = ast.NewNodeKind("Directive")

func (*directive) Kind() ast.NodeKind { return kindDirective }

func (d *directive) Dump(src []byte, level int) { ast.DumpHelper(d, src, level, nil, nil) }

type directiveParser struct{ m *markdown }

func (directiveParser) Trigger() []byte { return []byte{'{'} }

// Parse reads {{name argument}} or {{name argument|shown words}}.
func (p directiveParser) Parse(_ ast.Node, block text.Reader, _ parser.Context) ast.Node {
	line, segment := block.PeekLine()
	if !bytes.HasPrefix(line, []byte("{{")) {
		return nil
	}
	end := bytes.Index(line, []byte("}}"))
	at := p.m.line(segment.Start)
	if end < 0 || bytes.Contains(line[2:end], []byte("{{")) {
		p.m.ps.add(p.m.file, at, "close it with }} on the same line", "{{ without }}")
		return nil
	}
	block.Advance(end + 2)
	inner := strings.TrimSpace(string(line[2:end]))
	name, argument, _ := strings.Cut(inner, " ")
	argument, shown, _ := strings.Cut(strings.TrimSpace(argument), "|")
	d := &directive{}
	switch name {
	case "term":
		p.m.term(d, at, argument, shown)
	case "rfc":
		p.m.rfc(d, at, argument)
	case "role":
		p.m.role(d, at, argument, shown)
	case "part":
		p.m.part(d, at, argument, shown)
	default:
		p.m.ps.add(p.m.file, at, "use term, rfc, role or part", "unknown {{%s}}", name)
	}
	return d
}

func (m *markdown) term(d *directive, line int, name, shown string) {
	d.word = shown
	if d.word == "" {
		d.word = name
	}
	d.html = escape(d.word)
	if m.terms == nil {
		return
	}
	t, ok := m.terms[strings.ToLower(name)]
	if !ok {
		m.ps.add(m.file, line, "add it to glossary.yaml or mend the spelling", "unknown term %q", name)
		return
	}
	if m.linkTerms {
		d.html = element("a", `class="term" href="/learn/glossary#`+t.ID+`"`, escape(d.word))
		return
	}
	button := element("button", `type="button" class="term" popovertarget="term-`+t.ID+`"`, escape(d.word))
	if slices.Contains(m.used, t) {
		d.html = button
		return
	}
	m.used = append(m.used, t)
	d.html = element("dfn", "", button)
}

func (m *markdown) rfc(d *directive, line int, citation string) {
	ref, err := parseCitation(citation)
	d.word = citation
	if err != nil {
		m.ps.add(m.file, line, "cite a section that the index has", "{{rfc %s}}: %v", citation, err)
		return
	}
	d.word = ref.String()
	d.html = element("a", `class="cite" rel="external noreferrer" href="`+escape(ref.URL())+`"`, escape(d.word))
}

// parseCitation reads "7636 4.6", "7519" and "oidc-core 3.1.3.7".
func parseCitation(s string) (spec.Ref, error) {
	name, section, _ := strings.Cut(strings.TrimSpace(s), " ")
	if name != "" && strings.Trim(name, "0123456789") == "" {
		name = "rfc" + name
	}
	if section = strings.TrimSpace(section); section != "" {
		name += "#" + section
	}
	return spec.ParseRef(name)
}

func (m *markdown) role(d *directive, line int, kind, shown string) {
	name, ok := map[string]string{
		"owner": "Alice", "browser": "the browser", "client": "FitTrack", "as": "AcmeID", "rs": "StepCloud", "attacker": "Mallory",
	}[kind]
	if !ok {
		m.ps.add(m.file, line, "use owner, browser, client, as, rs or attacker", "unknown role %q", kind)
	}
	if d.word = name; shown != "" {
		d.word = shown
	}
	d.html = element("span", `class="role" data-role="`+escape(kind)+`"`, escape(d.word))
}

func (m *markdown) part(d *directive, line int, kind, shown string) {
	if kind != "header" && kind != "payload" && kind != "signature" {
		m.ps.add(m.file, line, "use header, payload or signature", "unknown part %q", kind)
	}
	if d.word = kind; shown != "" {
		d.word = shown
	}
	d.html = element("span", `class="part" data-part="`+escape(kind)+`"`, escape(d.word))
}

// A nodeRenderer writes the nodes that are ours, and the fences.
type nodeRenderer struct{ m *markdown }

func (r nodeRenderer) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(kindDirective, func(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if d, ok := n.(*directive); ok && entering {
			_, _ = w.WriteString(d.html)
		}
		return ast.WalkContinue, nil
	})
	reg.Register(kindCallout, r.callout)
	reg.Register(ast.KindFencedCodeBlock, func(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if f, ok := n.(*ast.FencedCodeBlock); ok && entering {
			_, _ = w.WriteString(r.m.fence(f))
		}
		return ast.WalkSkipChildren, nil
	})
	reg.Register(ast.KindLink, func(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if l, ok := n.(*ast.Link); ok && entering {
			_, _ = w.WriteString(`<a href="` + escape(string(l.Destination)) + `">`)
		} else {
			_, _ = w.WriteString("</a>")
		}
		return ast.WalkContinue, nil
	})
	reg.Register(extast.KindTableCell, tableCell)
}

// tableCell writes a cell of a table. The head of a column says so; the corner
// over row heads is empty, and an empty cell heads nothing.
func tableCell(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	tag, scope := "td", ""
	if n.Parent() != nil && n.Parent().Kind() == extast.KindTableHeader && n.HasChildren() {
		tag, scope = "th", ` scope="col"`
	}
	if entering {
		_, _ = w.WriteString("<" + tag + scope + ">")
	} else {
		_, _ = w.WriteString("</" + tag + ">\n")
	}
	return ast.WalkContinue, nil
}
