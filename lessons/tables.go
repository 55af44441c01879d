package lessons

import (
	"fmt"
	"html/template"
	"strings"
)

// compareYAML is a table that sets two or more things side by side.
type compareYAML struct {
	Caption string   `yaml:"caption"`
	Columns []string `yaml:"columns"`
	Rows    []struct {
		Head  string   `yaml:"head"`
		Cells []string `yaml:"cells"`
	} `yaml:"rows"`
}

func (m *markdown) compare(f fenceInfo) string {
	d := parseYAML(m.ps, m.file, f.line, []byte(f.body))
	var t compareYAML
	if d == nil || !d.decode(d.root, &t) {
		return ""
	}
	if t.Caption == "" || len(t.Columns) < 2 || len(t.Rows) == 0 {
		m.ps.add(m.file, f.line, "give caption, two columns or more, and rows", "an incomplete comparison")
	}
	var b strings.Builder
	b.WriteString(element("caption", "", string(m.inlineAt(d.line("caption"), t.Caption))))
	b.WriteString(`<thead><tr><td></td>`)
	for _, c := range t.Columns {
		b.WriteString(element("th", `scope="col"`, escape(c)))
	}
	b.WriteString("</tr></thead><tbody>")
	for i, r := range t.Rows {
		if len(r.Cells) != len(t.Columns) {
			m.ps.add(m.file, d.line("rows", i), "give one cell per column", "row %q has %d cells for %d columns", r.Head, len(r.Cells), len(t.Columns))
			continue
		}
		b.WriteString("<tr>" + element("th", `scope="row"`, string(m.inlineAt(d.line("rows", i, "head"), r.Head))))
		for j, c := range r.Cells {
			cell := string(m.inlineAt(d.line("rows", i, "cells", j), c))
			b.WriteString(element("td", fmt.Sprintf(`data-head="%s"`, escape(t.Columns[j])), cell))
		}
		b.WriteString("</tr>")
	}
	b.WriteString("</tbody>")
	return element("table", `class="compare"`, b.String()) + "\n"
}

// flowYAML is a link into a walkthrough.
type flowYAML struct {
	Flow string `yaml:"flow"`
	Step string `yaml:"step"`
	Text string `yaml:"text"`
}

func (m *markdown) flow(f fenceInfo) string {
	d := parseYAML(m.ps, m.file, f.line, []byte(f.body))
	var l flowYAML
	if d == nil || !d.decode(d.root, &l) {
		return ""
	}
	if slug(l.Flow) != l.Flow || l.Flow == "" {
		m.ps.add(m.file, d.line("flow"), "write its slug, such as authorization-code-pkce", "%q is no flow", l.Flow)
	}
	href := "/flows/" + l.Flow
	if l.Step != "" {
		href += "/" + l.Step
	}
	if l.Text == "" {
		l.Text = "Walk through it, step by step"
	}
	m.links = append(m.links, link{href: href, line: d.line("flow")})
	inner := element("span", `class="mark"`, "Walkthrough") + element("b", "", string(m.inlineAt(d.line("text"), l.Text)))
	return element("p", `class="leads"`, `<a href="`+escape(href)+`">`+inner+`</a>`) + "\n"
}

// angles are for the formats of say, which are ours.
var angles = strings.NewReplacer("<", "&lt;", ">", "&gt;")

// say makes feedback from a format whose text holds code between backticks; the
// arguments are shown as they are.
func say(format string, args ...any) template.HTML {
	safe := make([]any, len(args))
	for i, a := range args {
		safe[i] = a
		if s, ok := a.(string); ok {
			safe[i] = escape(strings.ReplaceAll(clip(s), "`", "'"))
		}
	}
	text := fmt.Sprintf(angles.Replace(format), safe...)
	return coded(template.HTML(text)) //nolint:gosec // the format is ours, its arguments are escaped
}

// coded turns backticks into code elements. What people typed has none left.
func coded(text template.HTML) template.HTML {
	var b strings.Builder
	for i, piece := range strings.Split(string(text), "`") {
		if i%2 == 1 {
			piece = element("code", "", piece)
		}
		b.WriteString(piece)
	}
	return template.HTML(b.String()) //nolint:gosec // it was HTML before
}

// clip shortens what a learner typed, for feedback.
func clip(s string) string {
	if r := []rune(s); len(r) > 80 {
		return string(r[:77]) + "…"
	}
	return s
}
