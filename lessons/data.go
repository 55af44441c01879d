package lessons

import (
	"cmp"
	"slices"
	"strings"
)

type termYAML struct {
	Term string   `yaml:"term"`
	Also []string `yaml:"also"`
	Says string   `yaml:"says"`
	RFC  []string `yaml:"rfc"`
	See  []string `yaml:"see"`
}

// seeRef is a lesson that a term names before lessons are known.
type seeRef struct {
	term *Term
	slug string
	file string
	line int
}

// glossary reads glossary.yaml. prefix begins its name while it is read.
func (l *loader) glossary(prefix string) (see []seeRef) {
	file := prefix + "glossary.yaml"
	var list []termYAML
	d := l.yaml(file, &list)
	l.m.at(file, 0)
	l.m.texts = 1
	for i, y := range list {
		line := d.line(i)
		if y.Term == "" || y.Says == "" {
			l.ps.add(file, line, "write both", "a term lacks term or says")
		}
		if strings.Contains(y.Says, "{{term") {
			l.ps.add(file, d.line(i, "says"), "use the word alone", "a definition that refers to another")
			continue
		}
		t := &Term{ID: slug(y.Term), Name: y.Term, Also: y.Also, Says: l.m.inlineAt(d.line(i, "says"), y.Says)}
		t.Plain = PlainText(t.Says)
		t.Specs = l.specs(d, y.RFC, i, "rfc")
		for j, s := range y.See {
			see = append(see, seeRef{t, s, file, d.line(i, "see", j)})
		}
		for _, name := range append([]string{y.Term}, y.Also...) {
			name = strings.ToLower(name)
			if _, taken := l.c.terms[name]; taken {
				l.ps.add(file, line, "name each once", "the term %q is there twice", name)
			}
			l.c.terms[name] = t
		}
		l.c.Terms = append(l.c.Terms, t)
	}
	slices.SortFunc(l.c.Terms, func(a, b *Term) int { return cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) })
	return see
}

func (l *loader) seeAlso(see []seeRef) {
	for _, s := range see {
		lesson, ok := l.c.bySlug[s.slug]
		if !ok {
			l.ps.add(s.file, s.line, "name a lesson of order.txt", "see: no lesson %q", s.slug)
			continue
		}
		s.term.See = append(s.term.See, lesson)
	}
}

// yaml reads a data file. The document is nil if it cannot be used.
func (l *loader) yaml(file string, v any) *yamlDoc {
	src := l.read(file)
	if src == nil {
		return nil
	}
	d := parseYAML(l.ps, file, 0, src)
	if d == nil {
		return nil
	}
	d.decode(d.root, v)
	return d
}

type misconceptionYAML struct {
	ID       string   `yaml:"id"`
	Severity string   `yaml:"severity"`
	Claim    string   `yaml:"claim"`
	Tempting string   `yaml:"tempting"`
	Correct  string   `yaml:"correct"`
	RFC      []string `yaml:"rfc"`
	See      struct {
		Text string `yaml:"text"`
		Href string `yaml:"href"`
	} `yaml:"see"`
}

// misconceptions reads misconceptions.yaml.
func (l *loader) misconceptions() {
	const file = "misconceptions.yaml"
	var list []misconceptionYAML
	d := l.yaml(file, &list)
	l.m.at(file, 0)
	l.m.texts = 1
	for i, y := range list {
		line := d.line(i)
		if y.ID == "" || y.Claim == "" || y.Tempting == "" || y.Correct == "" {
			l.ps.add(file, line, "write all four", "a misconception lacks id, claim, tempting or correct")
		}
		if y.See.Text == "" || !strings.HasPrefix(y.See.Href, "/") {
			l.ps.add(file, line, "give see a text and an href that begins with /", "%s does not say where to see it happen", y.ID)
		}
		if y.Severity != "dangerous" && y.Severity != "wrong" && y.Severity != "caveat" {
			l.ps.add(file, d.line(i, "severity"), "use dangerous, wrong or caveat", "unknown severity %q", y.Severity)
		}
		if l.mis[y.ID] != nil {
			l.ps.add(file, line, "number each once", "%s is there twice", y.ID)
		}
		mis := &Misconception{
			ID: y.ID, Severity: y.Severity, Claim: y.Claim,
			Tempting: l.m.inlineAt(d.line(i, "tempting"), y.Tempting), Correct: l.m.inlineAt(d.line(i, "correct"), y.Correct),
			See: Try{Text: y.See.Text, Href: y.See.Href},
		}
		mis.Specs = l.specs(d, y.RFC, i, "rfc")
		l.mis[y.ID] = mis
		l.c.Misconceptions = append(l.c.Misconceptions, mis)
	}
}

type statementYAML struct {
	Says           string   `yaml:"says"`
	Lessons        []string `yaml:"lessons"`
	Misconceptions []string `yaml:"misconceptions"`
}

// coverage reads coverage.yaml: what people are often taught, and where the
// course says what is true of it.
func (l *loader) coverage() {
	const file = "coverage.yaml"
	var list []statementYAML
	d := l.yaml(file, &list)
	for i, y := range list {
		s := Statement{Says: y.Says}
		if y.Says == "" || len(y.Lessons) == 0 {
			l.ps.add(file, d.line(i), "write both", "a statement lacks says or lessons")
		}
		for j, name := range y.Lessons {
			lesson, ok := l.c.bySlug[name]
			if !ok {
				l.ps.add(file, d.line(i, "lessons", j), "name a lesson of order.txt", "no lesson %q", name)
				continue
			}
			s.Lessons = append(s.Lessons, lesson)
		}
		for j, id := range y.Misconceptions {
			mis := l.mis[id]
			if mis == nil || !slices.ContainsFunc(s.Lessons, func(x *Lesson) bool { return slices.Contains(x.Misconceptions, mis) }) {
				l.ps.add(file, d.line(i, "misconceptions", j), "list it in the front matter of one of them", "none of the statement's lessons corrects %s", id)
				continue
			}
			s.Misconceptions = append(s.Misconceptions, mis)
		}
		l.c.Coverage = append(l.c.Coverage, s)
	}
}

// links checks the links between lessons and sheets. Those to other pages are left
// to the server's own test.
func (l *loader) links() {
	for _, text := range l.c.linked() {
		for _, k := range text.links {
			page, fragment, _ := strings.Cut(k.href, "#")
			has := text.has
			if page != "" {
				var wrong string
				if has, wrong = l.c.target(page); wrong != "" {
					l.ps.add(text.file, k.line, "mend it", "%s", wrong)
					continue
				}
			}
			if fragment != "" && has != nil && !has(fragment) {
				l.ps.add(text.file, k.line, "mend it", "link to %s: there is no such heading", k.href)
			}
		}
	}
}

// has says whether the lesson's page has this anchor.
func (l *Lesson) has(anchor string) bool {
	for _, s := range l.Body {
		switch {
		case s.Exercise != nil && s.Exercise.Anchor() == anchor,
			s.Sample != nil && s.Sample.Anchor() == anchor,
			strings.Contains(string(s.HTML), `id="`+anchor+`"`):
			return true
		}
	}
	return false
}

// Links are the destinations that the lesson names, for tests of the whole site.
func (l *Lesson) Links() []string {
	out := make([]string, 0, len(l.links))
	for _, k := range l.links {
		out = append(out, k.href)
	}
	return out
}
