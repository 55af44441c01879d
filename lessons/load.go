package lessons

import (
	"bytes"
	"cmp"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/yuin/goldmark/ast"

	"claimcheck/playground/spec"
)

//go:embed all:content
var content embed.FS

// Content is the course that the product carries.
func Content() fs.FS {
	sub, err := fs.Sub(content, "content")
	if err != nil {
		return content // the name is constant and valid
	}
	return sub
}

// Options are what the rendering of samples depends on. The zero value is good
// for tests.
type Options struct {
	// Now is the time that tokens in lessons are made at. Zero is a fixed day.
	Now time.Time
	// Origin is where the lab is. Empty means http://localhost:8080.
	Origin string
	// Own is a folder with lessons of an instructor's own, which come after ours and
	// get the same checks; nil for none. OwnName is how mistakes in it call it.
	Own     fs.FS
	OwnName string
}

// A loader reads one course.
type loader struct {
	fsys fs.FS
	ps   *problems
	m    *markdown
	c    *Course
	mis  map[string]*Misconception
}

// Load reads and renders the course in fsys. The error is [LoadError]: all
// mistakes, not the first one. The course is nil then.
func Load(fsys fs.FS, o Options) (*Course, error) {
	if o.Now.IsZero() {
		o.Now = time.Date(2026, time.March, 9, 9, 0, 0, 0, time.UTC)
	}
	mint, err := sampleMinter(o.Now, cmp.Or(o.Origin, "http://localhost:8080"))
	if err != nil {
		return nil, err
	}
	ps := &problems{}
	l := &loader{fsys: fsys, ps: ps, mis: map[string]*Misconception{}, c: &Course{bySlug: map[string]*Lesson{}, terms: map[string]*Term{}}}
	l.m = newMarkdown(ps, l.c.terms)
	l.m.mint = mint
	see := l.glossary("")
	l.misconceptions()
	l.order("", fsys)
	see = append(see, l.own(o)...)
	for _, lesson := range l.c.Lessons {
		l.lesson(lesson)
	}
	l.seeAlso(see)
	l.sheets()
	l.coverage()
	l.links()
	l.c.indexLinks()
	ps.named(o.OwnName)
	if err := ps.err(); err != nil {
		return nil, err
	}
	return l.c, nil
}

// read returns a file, or reports that it is missing.
func (l *loader) read(name string) []byte {
	raw, err := fs.ReadFile(l.fsys, name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		l.ps.add(name, 0, "write it; README.md tells how, under “Add a lesson”", "there is no such file")
	case err != nil:
		l.ps.add(name, 0, "", "%v", err)
	}
	return bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n"))
}

// order reads order.txt: tracks, and the slugs of their lessons. prefix begins the
// names of the files in here while they are read.
func (l *loader) order(prefix string, here fs.FS) {
	var track *Track
	listed := map[string]bool{}
	file := prefix + "order.txt"
	for i, line := range strings.Split(string(l.read(file)), "\n") {
		line = strings.TrimSpace(line)
		id, title, isTrack := strings.Cut(line, ":")
		switch {
		case line == "" || line[0] == '#':
		case isTrack && slices.ContainsFunc(l.c.Tracks, func(t *Track) bool { return t.ID == strings.TrimSpace(id) }):
			l.ps.add(file, i+1, "give the track an id of its own", "there is a track %q already", strings.TrimSpace(id))
			track = nil
		case isTrack:
			track = &Track{ID: strings.TrimSpace(id), Title: strings.TrimSpace(title), Number: len(l.c.Tracks)}
			l.c.Tracks = append(l.c.Tracks, track)
		case track == nil || !strings.HasPrefix(line, track.ID+"/"):
			l.ps.add(file, i+1, "put it below its track's line, as in \"jwt: JSON Web Tokens\"", "%s stands under no track of that name", line)
		case listed[line]:
			l.ps.add(file, i+1, "list each lesson once", "%s is listed twice", line)
		default:
			listed[line] = true
			lesson := &Lesson{Slug: line, Track: track, Number: fmt.Sprintf("%d.%d", track.Number, len(track.Lessons)+1), file: prefix + line + ".md", samples: map[string]*Sample{}}
			track.Lessons = append(track.Lessons, lesson)
			l.c.bySlug[line] = lesson
			if n := len(l.c.Lessons); n > 0 {
				lesson.Prev = l.c.Lessons[n-1]
				lesson.Prev.Next = lesson
			}
			l.c.Lessons = append(l.c.Lessons, lesson)
		}
	}
	files, _ := fs.Glob(here, "*/*.md") // the pattern is well-formed
	for _, f := range files {
		if slug := strings.TrimSuffix(f, ".md"); !listed[slug] && !strings.HasPrefix(f, sheetsDir+"/") {
			l.ps.add(prefix+f, 0, "list it in order.txt", "the lesson is in no order")
		}
	}
}

// frontYAML is a lesson's front matter.
type frontYAML struct {
	Slug           string    `yaml:"slug"`
	Title          string    `yaml:"title"`
	Lead           string    `yaml:"lead"`
	Minutes        int       `yaml:"minutes"`
	Objectives     []string  `yaml:"objectives"`
	Needs          []string  `yaml:"needs"`
	RFC            []string  `yaml:"rfc"`
	Misconceptions []string  `yaml:"misconceptions"`
	Heard          heardYAML `yaml:"heard"`
	Interview      string    `yaml:"interview"`
	Try            []tryYAML `yaml:"try"`
}

type heardYAML struct {
	Quote  string `yaml:"quote"`
	Stamp  string `yaml:"stamp"`
	Answer string `yaml:"answer"`
}

type tryYAML struct {
	Text string `yaml:"text"`
	Href string `yaml:"href"`
	Then string `yaml:"then"`
}

func (l *loader) lesson(lesson *Lesson) {
	front, body, before := l.frontMatter(lesson.file)
	if body == nil {
		return
	}
	m := l.m
	m.used, m.links, m.words = nil, nil, nil
	m.at(lesson.file, 0)
	m.texts = 1
	if d := parseYAML(l.ps, lesson.file, 1, front); d != nil {
		l.front(lesson, d)
	}
	m.texts = 0
	m.at(lesson.file, before)
	l.body(lesson, body)
	lesson.Terms, lesson.links, lesson.words = m.used, m.links, m.words
}

func (l *loader) front(lesson *Lesson, d *yamlDoc) {
	var y frontYAML
	if !d.decode(d.root, &y) {
		return
	}
	bad := func(do, format string, path ...any) {
		l.ps.add(lesson.file, d.line(path...), do, "%s", format)
	}
	if y.Slug != lesson.Slug || len(y.Slug) > 40 {
		bad("write slug: "+lesson.Slug+", 40 characters at most", fmt.Sprintf("slug %q is not the file's path", y.Slug), "slug")
	}
	if y.Title == "" || len([]rune(y.Title)) > 60 {
		bad("write one of at most 60 characters", "no title, or a long one", "title")
	}
	for _, part := range missing("lead", y.Lead, "interview", y.Interview, "heard.quote", y.Heard.Quote, "heard.stamp", y.Heard.Stamp, "heard.answer", y.Heard.Answer) {
		bad("write it", "no "+part)
	}
	if y.Minutes < 1 || y.Minutes > 10 {
		bad("write 1 to 10, and cut the lesson if it takes longer", fmt.Sprintf("%d minutes", y.Minutes), "minutes")
	}
	if len(y.Objectives) < 1 || len(y.Objectives) > 4 {
		bad("write one to four that complete \"You can\"", fmt.Sprintf("%d objectives", len(y.Objectives)), "objectives")
	}
	if y.Heard.Stamp != "" && !slices.Contains([]string{"Mixed up", "Half true", "False", "Dangerous", "True, but"}, y.Heard.Stamp) {
		bad("use Mixed up, Half true, False, Dangerous or True, but", fmt.Sprintf("unknown stamp %q", y.Heard.Stamp), "heard", "stamp")
	}
	m := l.m
	lesson.Title, lesson.Minutes = y.Title, y.Minutes
	lesson.Lead = m.inlineAt(d.line("lead"), y.Lead)
	lesson.Summary = PlainText(lesson.Lead)
	lesson.Interview = m.inlineAt(d.line("interview"), y.Interview)
	lesson.Heard = Heard{Quote: y.Heard.Quote, Stamp: y.Heard.Stamp, Answer: m.inlineAt(d.line("heard", "answer"), y.Heard.Answer)}
	for i, o := range y.Objectives {
		lesson.Objectives = append(lesson.Objectives, m.inlineAt(d.line("objectives", i), o))
	}
	for i, t := range y.Try {
		if t.Text == "" || !strings.HasPrefix(t.Href, "/") {
			bad("give text and an href that begins with /", "a link to try is incomplete", "try", i)
		}
		m.links = append(m.links, link{href: t.Href, line: d.line("try", i)})
		lesson.Try = append(lesson.Try, Try{Text: t.Text, Href: t.Href, Then: m.inlineAt(d.line("try", i, "then"), t.Then)})
	}
	for i, n := range y.Needs {
		need, ok := l.c.bySlug[n]
		if !ok || slices.Index(l.c.Lessons, need) >= slices.Index(l.c.Lessons, lesson) {
			bad("name a lesson that comes earlier in order.txt", fmt.Sprintf("needs %q", n), "needs", i)
			continue
		}
		lesson.Needs = append(lesson.Needs, need)
	}
	lesson.Specs = l.specs(d, y.RFC, "rfc")
	if len(y.RFC) == 0 {
		bad("cite at least one section", "no rfc", "rfc")
	}
	for i, id := range y.Misconceptions {
		mis, ok := l.mis[id]
		if !ok {
			bad("add it to misconceptions.yaml or mend the id", fmt.Sprintf("unknown misconception %q", id), "misconceptions", i)
			continue
		}
		mis.Lessons = append(mis.Lessons, lesson)
		lesson.Misconceptions = append(lesson.Misconceptions, mis)
	}
}

// missing names the empty ones of parts: a name, its text, and so on.
func missing(parts ...string) (names []string) {
	for i := 0; i+1 < len(parts); i += 2 {
		if parts[i+1] == "" {
			names = append(names, parts[i])
		}
	}
	return names
}

// specs reads a list of citations.
func (l *loader) specs(d *yamlDoc, list []string, path ...any) []spec.Ref {
	var out []spec.Ref
	for i, s := range list {
		ref, err := parseCitation(s)
		if err != nil {
			l.ps.add(d.file, d.line(append(slices.Clone(path), i)...), "cite a section that the index has", "%v", err)
			continue
		}
		out = append(out, ref)
	}
	return out
}

// body renders the Markdown in segments, because exercises and requests to run
// are different for each learner.
func (l *loader) body(lesson *Lesson, src []byte) {
	m := l.m
	doc := m.parse(src)
	var html strings.Builder
	flush := func() {
		if html.Len() > 0 {
			lesson.Body = append(lesson.Body, Segment{HTML: template.HTML(html.String())}) //nolint:gosec // rendered by us
			html.Reset()
		}
	}
	level := 1
	ids := map[string]bool{}
	unique := func(id string, line int) {
		if ids[id] && id != "" {
			l.ps.add(lesson.file, line, "choose another", "the id %q is used twice", id)
		}
		ids[id] = true
	}
	for n := doc.FirstChild(); n != nil; n = n.NextSibling() {
		if h, ok := n.(*ast.Heading); ok {
			level = l.heading(lesson, h, level)
		}
		f, ok := n.(*ast.FencedCodeBlock)
		if !ok {
			html.WriteString(string(m.render(n)))
			continue
		}
		info := m.fenceInfo(f)
		switch {
		case info.lang == "exercise":
			flush()
			if e := m.exercise(l.fsys, strings.TrimSuffix(lesson.file, ".md"), info); e != nil {
				unique(e.ID, info.line)
				e.Lesson = lesson
				lesson.Exercises = append(lesson.Exercises, e)
				lesson.Body = append(lesson.Body, Segment{Exercise: e})
			}
		case info.lang == "http" && info.flags["lab"]:
			flush()
			s := m.sample(info)
			unique(s.ID, info.line)
			s.Lesson = lesson
			lesson.samples[s.ID] = s
			lesson.Body = append(lesson.Body, Segment{Sample: s})
		default:
			html.WriteString(string(m.render(n)))
		}
	}
	flush()
	if !slices.ContainsFunc(lesson.Exercises, func(e *Exercise) bool { return e.Kind != KindQuiz }) {
		l.ps.add(lesson.file, 0, "add an exercise of another kind", "no exercise but quizzes")
	}
}

func (l *loader) heading(lesson *Lesson, h *ast.Heading, level int) int {
	if h.Level < 2 || h.Level > 3 || h.Level > level+1 {
		l.m.problem(h, "use ## and, below it, ###", "a heading of level %d after one of level %d", h.Level, level)
	}
	if h.Level == 2 {
		id, _ := h.AttributeString("id")
		if raw, ok := id.([]byte); ok {
			lesson.TOC = append(lesson.TOC, Heading{ID: string(raw), Text: plain(h, l.m.src)})
		}
	}
	return h.Level
}
