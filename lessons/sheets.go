package lessons

import (
	"bytes"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
)

// A Sheet is one page of paper with what is essential about a subject: a track of
// the course, or a question that goes across them.
type Sheet struct {
	ID      string
	Title   string
	Lead    template.HTML
	Summary string // the lead as plain text
	// Track is the one that it sums up; nil for a sheet across the tracks.
	Track *Track
	// Lessons explain what it says, in reading order.
	Lessons []*Lesson
	Parts   []SheetPart

	file  string
	links []link
	words []proseLine
}

// A SheetPart is a heading of a sheet and what stands below it. It is not cut
// between two columns or pages.
type SheetPart struct {
	ID, Title string
	HTML      template.HTML
}

// SheetsPath lists all sheets. It is no place for a lesson.
const SheetsPath = "/learn/sheets"

// Path is the sheet's URL.
func (s *Sheet) Path() string { return SheetsPath + "/" + s.ID }

// Text is what stands on the sheet, as plain text: for searching.
func (s *Sheet) Text() string {
	var b strings.Builder
	b.WriteString(s.Summary)
	for _, p := range s.Parts {
		b.WriteString(" " + p.Title + ". " + PlainText(p.HTML))
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// Sheet finds a sheet by its id.
func (c *Course) Sheet(id string) (*Sheet, bool) {
	for _, s := range c.Sheets {
		if s.ID == id {
			return s, true
		}
	}
	return nil, false
}

// sheetsDir is the folder of the sheets, and sheetsOrder lists them. A course may
// have none.
const (
	sheetsDir   = "sheets"
	sheetsOrder = sheetsDir + "/order.txt"
)

// sheetYAML is a sheet's front matter. One that is named like a track belongs to
// it and to its lessons; another names the lessons that explain it.
type sheetYAML struct {
	Title   string   `yaml:"title"`
	Lead    string   `yaml:"lead"`
	Lessons []string `yaml:"lessons"`
}

// sheets reads the sheets in their order.
func (l *loader) sheets() {
	files, _ := fs.Glob(l.fsys, sheetsDir+"/*.md") // the pattern is well-formed
	if len(files) == 0 {
		return
	}
	for i, id := range strings.Split(string(l.read(sheetsOrder)), "\n") {
		id = strings.TrimSpace(id)
		if id == "" || id[0] == '#' {
			continue
		}
		file := path.Join(sheetsDir, id+".md")
		at := slices.Index(files, file)
		if slug(id) != id || at < 0 {
			l.ps.add(sheetsOrder, i+1, "name a file of the folder, once, without .md", "there is no sheet %q, or it is listed twice", id)
			continue
		}
		files = slices.Delete(files, at, at+1)
		if s := l.sheet(id, file); s != nil {
			l.c.Sheets = append(l.c.Sheets, s)
		}
	}
	for _, f := range files {
		l.ps.add(f, 0, "list it in "+sheetsOrder, "the sheet is in no order")
	}
}

func (l *loader) sheet(id, file string) *Sheet {
	s := &Sheet{ID: id, file: file}
	front, body, before := l.frontMatter(file)
	if body == nil {
		return nil
	}
	m := l.m
	m.used, m.links, m.words = nil, nil, nil
	m.linkTerms = true
	defer func() { m.linkTerms = false }()
	m.at(file, 0)
	d := parseYAML(l.ps, file, 1, front)
	var y sheetYAML
	if d == nil || !d.decode(d.root, &y) {
		return nil
	}
	if y.Title == "" || y.Lead == "" {
		l.ps.add(file, 1, "write both", "title or lead is missing")
	}
	s.Title, s.Lead = y.Title, m.inlineAt(d.line("lead"), y.Lead)
	s.Summary = PlainText(s.Lead)
	l.sheetLessons(s, d, y.Lessons)
	m.at(file, before)
	l.sheetParts(s, body)
	s.links, s.words = m.links, m.words
	return s
}

// sheetLessons are those of the track that has the sheet's name, or else the
// named ones.
func (l *loader) sheetLessons(s *Sheet, d *yamlDoc, named []string) {
	if at := slices.IndexFunc(l.c.Tracks, func(t *Track) bool { return t.ID == s.ID }); at >= 0 {
		s.Track = l.c.Tracks[at]
		s.Track.Sheet, s.Lessons = s, s.Track.Lessons
		if len(named) > 0 {
			l.ps.add(s.file, d.line("lessons"), "leave them out: they are those of the track", "the sheet of a track names lessons")
		}
		return
	}
	if len(named) == 0 {
		l.ps.add(s.file, 1, "name a track's id, or write lessons: […]", "no lesson explains the sheet %s", s.ID)
	}
	for i, name := range named {
		lesson, ok := l.c.bySlug[name]
		if !ok || slices.Contains(s.Lessons, lesson) {
			l.ps.add(s.file, d.line("lessons", i), "name a lesson of order.txt, once", "no lesson %q, or it is named twice", name)
			continue
		}
		s.Lessons = append(s.Lessons, lesson)
	}
	slices.SortFunc(s.Lessons, func(a, b *Lesson) int {
		return slices.Index(l.c.Lessons, a) - slices.Index(l.c.Lessons, b)
	})
}

// sheetParts renders what stands below each heading.
func (l *loader) sheetParts(s *Sheet, body []byte) {
	m := l.m
	for n := m.parse(body).FirstChild(); n != nil; n = n.NextSibling() {
		if h, ok := n.(*ast.Heading); ok {
			id, _ := h.AttributeString("id")
			raw, _ := id.([]byte)
			if h.Level != 2 {
				m.problem(h, "use ##", "a heading of level %d on a sheet", h.Level)
			}
			s.Parts = append(s.Parts, SheetPart{ID: string(raw), Title: plain(h, m.src)})
			continue
		}
		if f, ok := n.(*ast.FencedCodeBlock); ok {
			if info := m.fenceInfo(f); info.lang == "exercise" || info.flags["lab"] {
				m.problem(n, "leave it to a lesson", "something to do on a sheet of paper")
				continue
			}
		}
		if len(s.Parts) == 0 {
			m.problem(n, "begin with a ## line", "text before the first heading")
			return
		}
		p := &s.Parts[len(s.Parts)-1]
		p.HTML += m.render(n)
	}
	if len(s.Parts) == 0 {
		l.ps.add(s.file, 1, "write some, each under a ## line", "the sheet is empty")
	}
}

// frontMatter cuts a file into its fields and its text, which begins after this many
// lines. The text is nil if there is none, which is reported.
func (l *loader) frontMatter(file string) (front, body []byte, before int) {
	src := l.read(file)
	if src == nil {
		return nil, nil, 0
	}
	rest, ok := bytes.CutPrefix(src, []byte("---\n"))
	front, body, closed := bytes.Cut(rest, []byte("\n---\n"))
	if !ok || !closed {
		l.ps.add(file, 1, "begin with a line ---, the fields, and a line ---", "no front matter")
		return nil, nil, 0
	}
	return front, body, bytes.Count(front, []byte("\n")) + 3
}

// linking is a text of the course that has links: where it stands, what they name,
// and which anchors are its own.
type linking struct {
	file  string
	links []link
	has   func(anchor string) bool
}

// linked are all of them, in the course's order.
func (c *Course) linked() []linking {
	out := make([]linking, 0, len(c.Lessons)+len(c.Sheets))
	for _, x := range c.Lessons {
		out = append(out, linking{x.file, x.links, x.has})
	}
	for _, s := range c.Sheets {
		out = append(out, linking{s.file, s.links, func(anchor string) bool {
			return slices.ContainsFunc(s.Parts, func(p SheetPart) bool { return p.ID == anchor })
		}})
	}
	return out
}

// target says what is wrong with the page of a link, if it is one of the course:
// a lesson or a sheet. Other pages are left to the server's own test.
func (c *Course) target(page string) (has func(anchor string) bool, wrong string) {
	rest, ok := strings.CutPrefix(page, "/learn/")
	if !ok || !strings.Contains(rest, "/") { // a page beside the lessons, or a track
		return nil, ""
	}
	if id, ok := strings.CutPrefix(page, SheetsPath+"/"); ok {
		if _, ok := c.Sheet(id); !ok {
			return nil, fmt.Sprintf("link to %s: there is no such sheet", page)
		}
		return nil, ""
	}
	l, ok := c.bySlug[rest]
	if !ok {
		return nil, fmt.Sprintf("link to %s: there is no such lesson", page)
	}
	return l.has, ""
}
