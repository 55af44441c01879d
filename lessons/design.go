package lessons

import (
	"html/template"
	"io/fs"
	"maps"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"claimcheck/playground/spec"
)

// designYAML is a design game as an author writes it, in a file beside the lesson:
// what a brief can say, what can be chosen, and the rules that judge the choices.
type designYAML struct {
	Facts   map[string]answer `yaml:"facts"` // by name, the values that a brief can give
	Choices []designChoice    `yaml:"choices"`
	Rules   []designRule      `yaml:"rules"`
}

// A designChoice is one question, and what can be answered.
type designChoice struct {
	ID      string `yaml:"id"`
	Text    string `yaml:"text"`
	Options []struct {
		ID   string `yaml:"id"`
		Text string `yaml:"text"`
	} `yaml:"options"`
}

// A designRule objects to designs: to those where each name of When has one of its
// values, unless each of Unless has as well. Names are those of facts and choices.
type designRule struct {
	ID     string            `yaml:"id"`
	Level  string            `yaml:"level"` // error or warning
	When   map[string]answer `yaml:"when"`
	Unless map[string]answer `yaml:"unless"`
	Says   string            `yaml:"says"`
	Why    string            `yaml:"why"`
	RFC    string            `yaml:"rfc"`

	says, why template.HTML
	spec      *spec.Ref
}

// Levels of a rule.
const (
	designError   = "error"
	designWarning = "warning"
)

// A designGame is the game of one exercise.
type designGame struct {
	designYAML

	given map[string]string // the brief's facts
}

func (c *designChoice) field() string { return "cell." + c.ID }

// option is the id of the option with this text, empty if there is none.
func (c *designChoice) option(text string) string {
	for _, o := range c.Options {
		if o.Text == text {
			return o.ID
		}
	}
	return ""
}

// text is what the learner reads for the option with this id, empty if there is
// none.
func (c *designChoice) text(id string) string {
	for _, o := range c.Options {
		if o.ID == id {
			return o.Text
		}
	}
	return ""
}

func (r *designRule) objects(design map[string]string) bool {
	return holds(r.When, design) && (len(r.Unless) == 0 || !holds(r.Unless, design))
}

func holds(want map[string]answer, design map[string]string) bool {
	for name, values := range want {
		if !slices.Contains(values, design[name]) {
			return false
		}
	}
	return true
}

// chosen is the design of an attempt, with the brief's facts, and how many choices
// are open.
func (g *designGame) chosen(answers url.Values) (design map[string]string, blank int) {
	design = maps.Clone(g.given)
	for i := range g.Choices {
		c := &g.Choices[i]
		id := c.option(answers.Get(c.field()))
		if id == "" {
			blank++
		}
		design[c.ID] = id
	}
	return design, blank
}

// designCheck holds the learner's choices against the rules. Without an error, and
// with no more warnings than allowed, the design passes.
func designCheck(b *builder) Check {
	var p struct {
		Warnings int `yaml:"warnings"` // so many are allowed
	}
	g := b.e.game
	if !b.params(&p) || !b.need(g != nil && b.y.Kind == KindDesign, "kind design") {
		return nil
	}
	return func(a *Attempt) Verdict {
		design, blank := g.chosen(a.Answers)
		if blank > 0 {
			return open("Your design", say("%d of %d choices are open. The rules look at a whole design.", blank, len(g.Choices)))
		}
		return g.judge(design, p.Warnings)
	}
}

// judge lists the objections, errors first.
func (g *designGame) judge(design map[string]string, allowed int) Verdict {
	var v Verdict
	count := map[string]int{}
	for _, level := range []string{designError, designWarning} {
		status := map[string]string{designError: "fail", designWarning: "warn"}[level]
		for i := range g.Rules {
			if r := &g.Rules[i]; r.Level == level && r.objects(design) {
				count[level]++
				v.Rungs = append(v.Rungs, Rung{Status: status, Word: level, Title: r.says, Why: r.why, Spec: r.spec})
				v.Missing = append(v.Missing, r.says+" "+r.why)
			}
		}
	}
	v.Done = count[designError] == 0 && count[designWarning] <= allowed
	if v.Done {
		v.Missing = nil
	}
	if len(v.Rungs) == 0 {
		v.Rungs = done("Your design", say("None of the %d rules objects.", len(g.Rules))).Rungs
	}
	v.Score = say("%s, %s. It passes without an error and with at most %s.", counted(count[designError], designError), counted(count[designWarning], designWarning), counted(allowed, designWarning))
	return v
}

func counted(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return strconv.Itoa(n) + " " + what
}

// design reads the game of an exercise and shows its choices as a table.
func (b *builder) design() {
	file := path.Join(b.lesson, path.Clean("/"+b.y.Design))
	raw, err := fs.ReadFile(b.fsys, file)
	if err != nil {
		b.problem(b.d.line("design"), "put it into the folder "+b.lesson, "no file %q beside the lesson", b.y.Design)
		return
	}
	g := &designGame{given: b.y.Given}
	d := parseYAML(b.m.ps, file, 0, raw)
	if d == nil || !d.decode(d.root, &g.designYAML) {
		return
	}
	b.brief(g)
	defer b.m.at(b.m.file, b.m.before)
	b.m.at(file, 0) // what follows stands there
	g.read(b.m, d)
	b.e.game = g
	b.e.Columns = []string{"Your choice"}
	for i := range g.Choices {
		c := &g.Choices[i]
		row := FillRow{Head: b.m.inlineAt(d.line("choices", i, "text"), c.Text)}
		cell := FillCell{ID: c.ID, Head: b.e.Columns[0]}
		for _, o := range c.Options {
			cell.Choices = append(cell.Choices, o.Text)
		}
		row.Cells = []FillCell{cell}
		b.e.Rows = append(b.e.Rows, row)
	}
}

// brief holds the exercise's facts against those that there are.
func (b *builder) brief(g *designGame) {
	for name, value := range g.given {
		if !slices.Contains(g.Facts[name], value) {
			b.problem(b.d.line("given", name), "use a fact of "+b.y.Design+" and one of its values", "the brief says %s: %s", name, value)
		}
	}
	for name := range g.Facts {
		if g.given[name] == "" {
			b.problem(b.d.line("given"), "give every fact a value", "the brief says nothing about %s", name)
		}
	}
}

// designAnswers are a proof's answers as the page's form has them: the ids of the
// options become their texts.
func (b *builder) designAnswers(answers map[string]answer, base url.Values, line int) url.Values {
	v := url.Values{}
	maps.Copy(v, base)
	if b.e.game == nil {
		return v
	}
	for id, a := range answers {
		i := slices.IndexFunc(b.e.game.Choices, func(c designChoice) bool { return c.ID == id })
		if i < 0 || b.e.game.Choices[i].text(strings.Join(a, " ")) == "" {
			b.problem(line, "use the id of a choice and of one of its options", "there is no %s: %s to choose", id, strings.Join(a, " "))
			continue
		}
		c := &b.e.game.Choices[i]
		v.Set(c.field(), c.text(a[0]))
	}
	return v
}

// designInWords tells a design that passes to who asks for it.
func (b *builder) designInWords() []template.HTML {
	var out []template.HTML
	if b.e.game == nil {
		return nil
	}
	for _, c := range b.e.game.Choices {
		out = append(out, say("%s: %s", c.Text, b.e.Solution.Answers.Get(c.field())))
	}
	return out
}
