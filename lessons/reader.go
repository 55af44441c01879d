package lessons

import (
	"html/template"

	"claimcheck/playground/spec"
)

// A Reader reads data files that stand beside the lessons: their YAML, and the
// Markdown in it with the course's terms. It collects every mistake with its file
// and line. It is not for concurrent use.
//
//	r := course.Reader()
//	line, ok := r.YAML("bank/jwt.yaml", src, &list)
//	html := r.Inline(line(0, "ask"), list[0].Ask)
//	err := r.Err() // LoadError
type Reader struct {
	m  *markdown
	ps *problems
}

// Reader begins the reading of files of another kind.
func (c *Course) Reader() *Reader {
	ps := &problems{}
	m := newMarkdown(ps, c.terms)
	m.linkTerms = true
	return &Reader{m: m, ps: ps}
}

// YAML reads a file into v, a pointer: unknown fields and wrong types are mistakes.
// What follows is reported for this file. line gives the file's line of what a
// path of field names and indexes names; ok is false where nothing can be used.
func (r *Reader) YAML(file string, src []byte, v any) (line func(path ...any) int, ok bool) {
	r.m.at(file, 0)
	d := parseYAML(r.ps, file, 0, src)
	if d == nil || !d.decode(d.root, v) {
		return nil, false
	}
	return d.line, true
}

// Inline renders one paragraph of Markdown, whose first line is the file's line.
func (r *Reader) Inline(line int, src string) template.HTML { return r.m.inlineAt(line, src) }

// Block is Inline for several paragraphs.
func (r *Reader) Block(line int, src string) template.HTML { return r.m.blockAt(line, src) }

// Spec reads a citation as lessons write it: "6749 1.4", "oidc-core 2".
func (r *Reader) Spec(line int, citation string) (ref spec.Ref, ok bool) {
	ref, err := parseCitation(citation)
	if err != nil {
		r.Problem(line, "cite a section that the index has", "%v", err)
	}
	return ref, err == nil
}

// Problem reports a mistake in the file that is being read.
func (r *Reader) Problem(line int, do, format string, args ...any) {
	r.ps.add(r.m.file, line, do, format, args...)
}

// Links are the destinations inside the site that the texts named so far.
func (r *Reader) Links() []string {
	out := make([]string, len(r.m.links))
	for i, l := range r.m.links {
		out[i] = l.href
	}
	return out
}

// Err is nil, or the [LoadError] with all mistakes so far.
func (r *Reader) Err() error { return r.ps.err() }
