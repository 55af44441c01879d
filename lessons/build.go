package lessons

import (
	"cmp"
	"hash/fnv"
	"html/template"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
)

// A builder turns an exercise's YAML into an Exercise.
type builder struct {
	m      *markdown
	d      *yamlDoc
	y      exerciseYAML
	e      *Exercise
	fsys   fs.FS
	lesson string
	key    []keyItem // for the check "key"
}

// exercise reads a fence; nil if its YAML cannot be used.
func (m *markdown) exercise(fsys fs.FS, lesson string, f fenceInfo) *Exercise {
	d := parseYAML(m.ps, m.file, f.line, []byte(f.body))
	if d == nil {
		return nil
	}
	b := &builder{m: m, d: d, fsys: fsys, lesson: lesson, e: &Exercise{line: f.line}}
	if !d.decode(d.root, &b.y) {
		return nil
	}
	m.texts++ // what follows is no running text
	defer func() { m.texts-- }()
	b.common()
	b.byKind()
	b.makeCheck()
	b.proofs()
	return b.e
}

func (b *builder) problem(line int, do, format string, args ...any) {
	b.m.ps.add(b.m.file, line, do, format, args...)
}

func (b *builder) inline(src string, at ...any) template.HTML {
	return b.m.inlineAt(b.d.line(at...), src)
}

func (b *builder) common() {
	y, e := &b.y, b.e
	e.ID, e.Kind, e.Title = y.ID, y.Kind, y.Title
	if e.ID == "" || slug(e.ID) != e.ID {
		b.problem(b.d.line("id"), "write id: some-name, lower case with hyphens", "the exercise has no proper id")
	}
	for _, part := range missing("title", e.Title, "ask", y.Ask, "explain", y.Explain) {
		b.problem(b.e.line, "write it", "exercise %q has no %s", e.ID, part)
	}
	if n := len(y.Hints); n < 2 {
		b.problem(b.d.line("hints"), "write two or more, from gentle to nearly the answer", "exercise %q needs two hints and has %d", e.ID, n)
	}
	if n := len(y.Decoys); n < 2 {
		b.problem(b.d.line("decoys"), "write two or more wrong attempts with the feedback they must get", "exercise %q needs two decoys and has %d", e.ID, n)
	}
	e.Ask = b.m.blockAt(b.d.line("ask"), y.Ask)
	e.Explain = b.m.blockAt(b.d.line("explain"), y.Explain)
	for i, h := range y.Hints {
		e.Hints = append(e.Hints, b.inline(h, "hints", i))
	}
	for i, l := range y.Links {
		if l.Text == "" || !strings.HasPrefix(l.Href, "/") {
			b.problem(b.d.line("links", i), "give text and an href that begins with /", "a link is incomplete")
		}
		b.m.links = append(b.m.links, link{href: l.Href, line: b.d.line("links", i)})
		e.Links = append(e.Links, Link(l))
	}
	for i, f := range y.Fields {
		if f.ID == "" || f.Label == "" {
			b.problem(b.d.line("fields", i), "give id and label", "a field is incomplete")
		}
		e.Fields = append(e.Fields, Field(f))
	}
	if y.Send != "" {
		if _, err := parseRequest(y.Send); err != nil {
			b.problem(b.d.line("send"), "write METHOD /path HTTP/1.1, headers, an empty line, the body", "%v", err)
		}
		e.Send = y.Send
	}
}

func (b *builder) byKind() {
	switch b.y.Kind {
	case KindQuiz:
		b.quiz()
	case KindSort, KindPredict:
		b.sort()
	case KindFill:
		b.fill()
	case KindOrder:
		b.order()
	case KindBug:
		b.bug()
	case KindDesign:
		b.design()
	case KindCompute, KindDo, KindForge, KindFix:
	default:
		b.problem(b.d.line("kind"), "use one of "+strings.Join(kinds(), ", "), "unknown kind %q", b.y.Kind)
	}
}

func (b *builder) quiz() {
	item := keyItem{field: "pick", many: b.y.Many, why: map[string]template.HTML{}, words: map[string]template.HTML{}}
	b.e.Many = b.y.Many
	for i, o := range b.y.Options {
		if o.ID == "" || o.Text == "" || o.Why == "" {
			b.problem(b.d.line("options", i), "give all three", "an option lacks id, text or why")
		}
		text := b.inline(o.Text, "options", i, "text")
		b.e.Options = append(b.e.Options, Option{ID: o.ID, Text: text})
		item.why[o.ID] = b.inline(o.Why, "options", i, "why")
		item.words[o.ID] = text
		if o.Right {
			item.right = append(item.right, o.ID)
		}
	}
	if len(b.y.Options) < 2 || len(item.right) == 0 || len(item.right) > 1 && !b.y.Many {
		b.problem(b.e.line, "mark one option right: true, or several and many: true", "quiz %q has %d options, %d of them right", b.e.ID, len(b.y.Options), len(item.right))
	}
	b.key = []keyItem{item}
}

func (b *builder) sort() {
	names := map[string]string{}
	for i, k := range b.y.Buckets {
		if k.ID == "" || k.Name == "" {
			b.problem(b.d.line("buckets", i), "give id and name", "a bucket is incomplete")
		}
		names[k.ID] = k.Name
		b.e.Buckets = append(b.e.Buckets, Bucket(k))
	}
	for i, c := range b.y.Cards {
		computed := c.Token != nil || c.Request != ""
		if c.ID == "" || c.Text == "" || c.Why == "" || !computed && c.Bucket == "" {
			b.problem(b.d.line("cards", i), "give all four; a token or request instead of the bucket if the outcome is computed", "a card lacks id, text, bucket or why")
		}
		if _, ok := names[c.Bucket]; !ok && c.Bucket != "" {
			b.problem(b.d.line("cards", i, "bucket"), "use one of the buckets' ids", "unknown bucket %q", c.Bucket)
		}
		item := keyItem{
			id: c.ID, field: "card." + c.ID, title: b.inline(c.Text, "cards", i, "text"), probe: computed,
			anyWhy: b.inline(c.Why, "cards", i, "why"), words: map[string]template.HTML{},
		}
		for id, name := range names {
			item.words[id] = say("%s", name)
		}
		if c.Bucket != "" {
			item.right = []string{c.Bucket}
		}
		item.spec = b.cite(c.RFC, "cards", i, "rfc")
		if computed {
			b.probe(i, c, names)
		}
		item.offers = slices.Collect(maps.Keys(names))
		b.e.Cards = append(b.e.Cards, Card{ID: c.ID, Text: item.title})
		b.key = append(b.key, item)
	}
	if len(b.e.Buckets) < 2 || len(b.e.Cards) < 2 {
		b.problem(b.e.line, "give two or more of each", "exercise %q has %d buckets and %d cards", b.e.ID, len(b.e.Buckets), len(b.e.Cards))
	}
	b.e.Cards = shuffled(b.e.ID, b.e.Cards, func(c Card) string { return c.ID })
	place := func(k keyItem) int { return slices.IndexFunc(b.e.Cards, func(c Card) bool { return c.ID == k.id }) }
	slices.SortStableFunc(b.key, func(x, y keyItem) int { return cmp.Compare(place(x), place(y)) })
}

// probe makes the request whose outcome is the truth about a card.
func (b *builder) probe(i int, c cardYAML, names map[string]string) {
	if names["accepted"] == "" || names["refused"] == "" {
		b.problem(b.d.line("buckets"), "name the two buckets accepted and refused", "the outcome of card %q is computed", c.ID)
	}
	p := Probe{ID: c.ID, Request: c.Request, recipe: c.Token}
	if c.Request == "" {
		p.Request = "GET /rs/main/stepcloud/v1/steps HTTP/1.1\nAuthorization: Bearer ${probe}\n"
	}
	if _, err := parseRequest(p.Request); err != nil {
		b.problem(b.d.line("cards", i, "request"), "write METHOD /path HTTP/1.1, headers, an empty line, the body", "%v", err)
	}
	b.e.Probes = append(b.e.Probes, p)
}

func (b *builder) fill() {
	b.e.Columns = b.y.Columns
	for i, r := range b.y.Rows {
		row := FillRow{Head: b.inline(r.Head, "rows", i, "head")}
		if len(r.Cells) != len(b.y.Columns) {
			b.problem(b.d.line("rows", i), "give one cell per column", "row %q has %d cells for %d columns", r.Head, len(r.Cells), len(b.y.Columns))
			continue
		}
		for j, c := range r.Cells {
			cell := FillCell{ID: c.ID, Head: b.y.Columns[j]}
			if c.ID == "" {
				cell.Text = b.inline(c.text, "rows", i, "cells", j)
				row.Cells = append(row.Cells, cell)
				continue
			}
			if c.Right == "" || len(c.Wrong) == 0 || c.Why == "" {
				b.problem(b.d.line("rows", i, "cells", j), "give all three", "cell %q lacks right, wrong or why", c.ID)
			}
			offers := append([]string{c.Right}, c.Wrong...)
			if slices.Sort(offers); len(slices.Compact(slices.Clone(offers))) < len(offers) {
				b.problem(b.d.line("rows", i, "cells", j), `give each once; a text with a comma in a list in [] wants quotation marks`, "cell %q offers a choice twice", c.ID)
			}
			cell.Choices = shuffled(c.ID, offers, func(s string) string { return s })
			b.key = append(b.key, keyItem{
				id: c.ID, field: "cell." + c.ID, right: []string{c.Right}, offers: offers, anyWhy: b.inline(c.Why, "rows", i, "cells", j, "why"),
				title: row.Head + template.HTML(", "+escape(b.y.Columns[j])), //nolint:gosec // escaped
				spec:  b.cite(c.RFC, "rows", i, "cells", j, "rfc"),
			})
			row.Cells = append(row.Cells, cell)
		}
		b.e.Rows = append(b.e.Rows, row)
	}
	if len(b.key) == 0 {
		b.problem(b.e.line, "make a cell a choice: {id: …, right: …, wrong: […], why: …}", "no cell of %q is to be filled", b.e.ID)
	}
}

func (b *builder) order() {
	for i, s := range b.y.Steps {
		if s.ID == "" || s.Text == "" || s.Why == "" {
			b.problem(b.d.line("steps", i), "give all three", "a step lacks id, text or why")
		}
		text := b.inline(s.Text, "steps", i, "text")
		b.e.Steps = append(b.e.Steps, Card{ID: s.ID, Text: text})
		b.key = append(b.key, keyItem{id: s.ID, field: "pos." + s.ID, title: text, anyWhy: b.inline(s.Why, "steps", i, "why")})
	}
	if len(b.key) < 3 {
		b.problem(b.e.line, "give three or more", "exercise %q has %d steps to order", b.e.ID, len(b.key))
	}
	b.e.Steps = shuffled(b.e.ID, b.e.Steps, func(c Card) string { return c.ID })
}

func (b *builder) bug() {
	code := b.y.Code
	if b.y.File != "" {
		raw, err := fs.ReadFile(b.fsys, path.Join(b.lesson, path.Clean("/"+b.y.File)))
		if err != nil {
			b.problem(b.d.line("file"), "put it into the folder "+b.lesson, "no file %q beside the lesson", b.y.File)
		}
		code = string(raw)
	}
	b.e.Many = b.y.Many
	b.e.Lines = b.m.codeLines(b.e.line, cmp.Or(b.y.Lang, "go"), code)
	item := keyItem{field: "line", many: b.y.Many, why: map[string]template.HTML{}, words: map[string]template.HTML{}}
	for n, l := range b.y.Lines {
		if n < 1 || n > len(b.e.Lines) || l.Why == "" {
			b.problem(b.d.line("lines"), "number a line of the code and give its why", "line %d cannot be marked", n)
		}
		id := itoa(n)
		if l.Right {
			item.right = append(item.right, id)
		}
		item.why[id] = b.inline(l.Why, "lines")
	}
	slices.Sort(item.right)
	if len(item.right) == 0 || len(item.right) > 1 && !b.y.Many || b.y.Otherwise == "" {
		b.problem(b.e.line, "mark one line right: true (several with many: true) and write otherwise: …", "bug %q has %d right lines, or no feedback for the others", b.e.ID, len(item.right))
	}
	item.anyWhy = b.inline(b.y.Otherwise, "otherwise")
	for i := range b.e.Lines {
		item.words[itoa(i+1)] = say("Line %d", i+1)
	}
	b.key = []keyItem{item}
}

// shuffled is a fixed order that is not the given one.
func shuffled[T any](seed string, in []T, id func(T) string) []T {
	rank := func(t T) uint64 {
		h := fnv.New64a()
		_, _ = h.Write([]byte(seed + "/" + id(t)))
		return h.Sum64()
	}
	out := slices.SortedStableFunc(slices.Values(in), func(a, b T) int { return cmp.Compare(rank(a), rank(b)) })
	same := slices.EqualFunc(in, out, func(a, b T) bool { return id(a) == id(b) })
	if same && len(out) > 1 {
		out = append(out[1:], out[0])
	}
	return out
}

// proofs compiles solution and decoys.
func (b *builder) proofs() {
	byKey := cmp.Or(b.y.Check, "key") == "key"
	switch {
	case byKey && b.y.Solution != nil:
		b.problem(b.d.line("solution"), "leave it out: the key is the solution", "exercise %q has a key and a solution", b.e.ID)
	case byKey:
		b.e.Solution = Proof{Answers: b.rightAnswers(), line: b.e.line}
	case b.y.Solution == nil:
		b.problem(b.e.line, "write the answer or the steps", "exercise %q has no solution", b.e.ID)
	default:
		s := b.y.Solution
		b.e.Solution = Proof{Answers: values(s.Answer), Script: s.Steps, line: b.d.line("solution")}
		b.script(s.Steps, "solution", "steps")
		b.e.solutions = b.inWords(s)
		if b.y.Kind == KindDesign {
			b.e.Solution.Answers = b.designAnswers(s.Answer, nil, b.e.Solution.line)
			b.e.solutions = b.designInWords()
		}
	}
	for i, y := range b.y.Decoys {
		p := Proof{Answers: values(y.Answer), Script: y.Steps, Says: y.Says, line: b.d.line("decoys", i)}
		if y.Says == "" {
			b.problem(p.line, "quote a few words of it", "a decoy does not say which feedback it must get")
		}
		if byKey {
			p.Answers = b.changed(y.Answer, p.line)
		}
		if b.y.Kind == KindDesign {
			p.Answers = b.designAnswers(y.Answer, b.e.Solution.Answers, p.line)
		}
		b.script(y.Steps, "decoys", i, "steps")
		b.e.Decoys = append(b.e.Decoys, p)
	}
}

// inWords tells a solution to who asks for it.
func (b *builder) inWords(s *proofYAML) []template.HTML {
	var out []template.HTML
	for _, step := range s.Steps {
		switch {
		case step.Flow != nil:
			out = append(out, step.Flow.words())
		case step.Send != "":
			out = append(out, "Send this: "+Wire(readable(step.Send)))
		case step.Clock != "":
			out = append(out, say("Move the lab's clock by %s.", step.Clock))
		case step.Switch != nil || step.Walk != nil || step.Keys != nil:
			out = append(out, step.words())
		case step.Token != nil:
			out = append(out, say("Make a token: claims %s, header %s, signature: %s.", jsonText(step.Token.Claims), jsonText(step.Token.Header), cmp.Or(step.Token.Sign, "acmeid")))
		}
	}
	for _, f := range b.y.Fields {
		for _, v := range s.Answer[f.ID] {
			out = append(out, b.label(f.ID)+say(": `%s`", readable(v)))
		}
	}
	return out
}
