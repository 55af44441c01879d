package questions

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"claimcheck/lessons"
)

//go:embed bank takehome whiteboard.yaml
var content embed.FS

// Content is what the product carries: the folder bank for [Load], the file
// whiteboard.yaml for [Boards], the folder takehome for [LoadTakeHome].
func Content() fs.FS { return content }

type questionYAML struct {
	ID     string   `yaml:"id"`
	Level  string   `yaml:"level"`
	Ask    string   `yaml:"ask"`
	Short  string   `yaml:"short"`
	Long   string   `yaml:"long"`
	Points []ruleY  `yaml:"points"`
	Flags  []ruleY  `yaml:"flags"`
	Then   []thenY  `yaml:"then"`
	Choice *choiceY `yaml:"choice"`
	Do     *struct {
		Ask      string `yaml:"ask"`
		Exercise string `yaml:"exercise"`
	} `yaml:"do"`
	Show struct {
		Text string `yaml:"text"`
		Href string `yaml:"href"`
	} `yaml:"show"`
	RFC    []string `yaml:"rfc"`
	Lesson string   `yaml:"lesson"`
	Builds string   `yaml:"builds"`
}

type ruleY struct {
	Says          string     `yaml:"says"`
	Words         [][]string `yaml:"words"`
	Misconception string     `yaml:"misconception"`
}

type thenY struct {
	Ask string `yaml:"ask"`
	Key string `yaml:"key"`
}

type choiceY struct {
	Ask   string    `yaml:"ask"`
	Right optionY   `yaml:"right"`
	Wrong []optionY `yaml:"wrong"`
}

type optionY struct {
	Text          string `yaml:"text"`
	Why           string `yaml:"why"`
	Misconception string `yaml:"misconception"`
}

// Load reads the bank in the folder bank of files: topics.yaml, and one file for each
// topic in it. Lessons, exercises and misconceptions are those of the course. The
// error is [lessons.LoadError], with all mistakes.
func Load(files fs.FS, course *lessons.Course) (*Bank, error) {
	fsys, err := fs.Sub(files, "bank")
	if err != nil {
		return nil, fmt.Errorf("the bank: %w", err)
	}
	l := &loader{r: course.Reader(), course: course, b: &Bank{byID: map[string]*Question{}}, mis: map[string]*lessons.Misconception{}}
	for _, m := range course.Misconceptions {
		l.mis[m.ID] = m
	}
	for _, t := range l.topics(fsys) {
		l.topic(fsys, t)
	}
	l.builds()
	l.b.links = append(l.b.links, l.r.Links()...)
	return l.b, l.r.Err()
}

type loader struct {
	r      *lessons.Reader
	course *lessons.Course
	b      *Bank
	mis    map[string]*lessons.Misconception
	pairs  []builtOn

	line func(path ...any) int // of the file that is being read
	bad  func(at []any, do, format string, args ...any)
}

// builtOn is a question whose easier one is not known yet.
type builtOn struct {
	q      *Question
	on     string
	report func(format string, args ...any)
}

// topicsFile names the topics in the order in which pages show them.
const topicsFile = "topics.yaml"

// topics reads which files there are.
func (l *loader) topics(fsys fs.FS) []*Topic {
	var list []struct {
		ID    string `yaml:"id"`
		Title string `yaml:"title"`
	}
	src, _ := fs.ReadFile(fsys, topicsFile) // what is missing reads as empty, which is reported
	line, ok := l.r.YAML(topicsFile, src, &list)
	if !ok {
		return nil
	}
	for i, y := range list {
		if y.ID == "" || y.Title == "" {
			l.r.Problem(line(i), "write both", "a topic lacks id or title")
		}
		if slices.ContainsFunc(l.b.Topics, func(t *Topic) bool { return t.ID == y.ID }) {
			l.r.Problem(line(i), "name each once", "the topic %q is there twice", y.ID)
			continue
		}
		l.b.Topics = append(l.b.Topics, &Topic{ID: y.ID, Title: y.Title})
	}
	return l.b.Topics
}

func (l *loader) topic(fsys fs.FS, t *Topic) {
	file := t.ID + ".yaml"
	src, _ := fs.ReadFile(fsys, file) // what is missing reads as empty, which is reported
	var list []questionYAML
	line, ok := l.r.YAML(file, src, &list)
	if !ok {
		return
	}
	l.line = line
	for i := range list {
		q := l.question(i, &list[i])
		q.Topic = t
		t.Questions = append(t.Questions, q)
		l.b.Questions = append(l.b.Questions, q)
	}
}

func (l *loader) question(i int, y *questionYAML) *Question {
	l.bad = func(at []any, do, format string, args ...any) {
		l.r.Problem(l.line(append([]any{i}, at...)...), do, "question %q: "+format, append([]any{y.ID}, args...)...)
	}
	q := &Question{ID: y.ID, Level: Level(y.Level), long: y.Long, short: y.Short, Show: lessons.Link{Text: y.Show.Text, Href: y.Show.Href}}
	switch {
	case y.ID == "" || strings.Trim(y.ID, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" || len(y.ID) > 40:
		l.bad([]any{"id"}, "write lower case with hyphens, 40 characters at most", "the id cannot be used")
	case slices.Contains(taken(), y.ID):
		l.bad([]any{"id"}, "choose another one", "something else is kept under the id")
	case l.b.byID[y.ID] != nil:
		l.bad([]any{"id"}, "name each once", "the id is there twice")
	}
	l.b.byID[q.ID] = q
	if rank(q.Level) < 0 {
		l.bad([]any{"level"}, "use junior, mid or senior", "unknown level %q", y.Level)
	}
	q.Ask = l.r.Inline(l.line(i, "ask"), l.must(y.Ask, "ask"))
	q.Plain = lessons.PlainText(q.Ask)
	q.Short = l.r.Inline(l.line(i, "short"), l.must(y.Short, "short"))
	q.Long = l.r.Block(l.line(i, "long"), l.must(y.Long, "long"))
	l.length(y.Short, 30, 95, "short")
	l.length(y.Long, 100, 320, "long")
	l.rubric(i, y, q)
	l.count(len(y.Then), 1, 3, "then")
	for j, f := range y.Then {
		q.Then = append(q.Then, FollowUp{
			Ask: l.r.Inline(l.line(i, "then", j, "ask"), l.must(f.Ask, "then", j, "ask")),
			Key: l.r.Inline(l.line(i, "then", j, "key"), l.must(f.Key, "then", j, "key")),
		})
	}
	if y.Choice != nil {
		q.Choice = l.choice(i, y)
	}
	l.places(i, y, q)
	return q
}

// taken are ids whose paths hold what is no question: a session, an interview.
func taken() []string { return []string{"session", "mock"} }

// rubric reads the key points and the red flags.
func (l *loader) rubric(i int, y *questionYAML, q *Question) {
	l.count(len(y.Points), 3, 6, "points")
	l.count(len(y.Flags), 1, 4, "flags")
	for j, p := range y.Points {
		says := l.r.Inline(l.line(i, "points", j, "says"), l.must(p.Says, "points", j, "says"))
		q.Points = append(q.Points, Point{Says: says, Plain: lessons.PlainText(says), words: l.words(p.Words, "points", j)})
	}
	for j, f := range y.Flags {
		q.Flags = append(q.Flags, Flag{
			Says:          l.r.Inline(l.line(i, "flags", j, "says"), l.must(f.Says, "flags", j, "says")),
			Misconception: l.misconception(f.Misconception, false, "flags", j, "misconception"),
			words:         l.words(f.Words, "flags", j),
		})
	}
}

func (l *loader) words(groups [][]string, at ...any) [][]string {
	if len(groups) == 0 {
		l.bad(at, "write words: [[one, of, these], [and, one, of, these]]", "no words to look for")
	}
	out := make([][]string, len(groups))
	for i, g := range groups {
		for _, w := range g {
			n := normal(w)
			if strings.TrimSpace(n) == "" {
				l.bad(at, "write a word", "%q has nothing to look for", w)
				continue
			}
			out[i] = append(out[i], n)
		}
		if len(out[i]) == 0 {
			l.bad(at, "write the words that people use", "an empty group of words is never met")
		}
	}
	return out
}

func (l *loader) choice(i int, y *questionYAML) *Choice {
	c := &Choice{Ask: l.r.Inline(l.line(i, "ask"), y.Ask)}
	if y.Choice.Ask != "" {
		c.Ask = l.r.Inline(l.line(i, "choice", "ask"), y.Choice.Ask)
	}
	l.count(len(y.Choice.Wrong), 2, 3, "choice", "wrong")
	add := func(o optionY, wrong bool, at ...any) {
		text := l.r.Inline(l.line(append(append([]any{i}, at...), "text")...), l.must(o.Text, append(at, "text")...))
		c.Options = append(c.Options, Option{
			Text: text, Why: l.r.Inline(l.line(append(append([]any{i}, at...), "why")...), l.must(o.Why, append(at, "why")...)),
			Misconception: l.misconception(o.Misconception, wrong, at...), size: len(lessons.PlainText(text)),
		})
	}
	add(y.Choice.Right, false, "choice", "right")
	if y.Choice.Right.Misconception != "" {
		l.bad([]any{"choice", "right"}, "leave it out", "the right option names a misconception")
	}
	for j, o := range y.Choice.Wrong {
		add(o, true, "choice", "wrong", j)
	}
	return c
}

// places reads where the question is taught and shown.
func (l *loader) places(i int, y *questionYAML, q *Question) {
	lesson, ok := l.course.Lesson(y.Lesson)
	if !ok {
		l.bad([]any{"lesson"}, "name a lesson of order.txt", "no lesson %q", y.Lesson)
	}
	q.Lesson = lesson
	if y.Show.Text == "" || !strings.HasPrefix(y.Show.Href, "/") {
		l.bad([]any{"show"}, "give text and an href that begins with /", "it does not say where it can be shown")
	}
	if strings.ContainsAny(y.Show.Text, "`*") {
		l.bad([]any{"show"}, "write plain words", "the text of its link is no Markdown")
	}
	l.b.links = append(l.b.links, y.Show.Href)
	l.count(len(y.RFC), 1, 6, "rfc")
	for j, s := range y.RFC {
		if ref, ok := l.r.Spec(l.line(i, "rfc", j), s); ok {
			q.Specs = append(q.Specs, ref)
		}
	}
	if y.Do != nil {
		q.Do = l.task(i, y)
	}
	if y.Builds != "" {
		report := l.bad
		l.pairs = append(l.pairs, builtOn{q, y.Builds, func(format string, args ...any) {
			report([]any{"builds"}, "name a question that is easier or as hard, and not one that builds on this one", format, args...)
		}})
	}
}

func (l *loader) task(i int, y *questionYAML) *Task {
	t := &Task{Ask: l.r.Inline(l.line(i, "do", "ask"), l.must(y.Do.Ask, "do", "ask"))}
	at := strings.LastIndexByte(y.Do.Exercise, '/')
	if at > 0 {
		if t.Lesson, _ = l.course.Lesson(y.Do.Exercise[:at]); t.Lesson != nil {
			t.Exercise, _ = t.Lesson.Exercise(y.Do.Exercise[at+1:])
		}
	}
	if t.Exercise == nil {
		l.bad([]any{"do", "exercise"}, "write track/lesson/exercise", "no exercise %q", y.Do.Exercise)
	} else if !t.Exercise.UsesWire {
		l.bad([]any{"do", "exercise"}, "name one that is judged by what happened in the lab", "exercise %q is judged by an answer", y.Do.Exercise)
	}
	return t
}

func (l *loader) must(s string, at ...any) string {
	if strings.TrimSpace(s) == "" {
		l.bad(at, "write it", "%v is empty", at[len(at)-1])
	}
	return s
}

func (l *loader) length(s string, least, most int, at ...any) {
	if n := len(strings.Fields(s)); n < least || n > most {
		l.bad(at, "make it fit what it is for", "%v has %d words, and should have %d to %d", at[len(at)-1], n, least, most)
	}
}

func (l *loader) count(n, least, most int, at ...any) {
	if n < least || n > most {
		l.bad(at, "write as many as that", "%v has %d entries, and should have %d to %d", at[len(at)-1], n, least, most)
	}
}

func (l *loader) misconception(id string, must bool, at ...any) *lessons.Misconception {
	m := l.mis[id]
	if m == nil && (must || id != "") {
		l.bad(at, "name one of misconceptions.yaml", "unknown misconception %q", id)
	}
	return m
}

// builds ties each question to the easier one that it goes on from.
func (l *loader) builds() {
	for _, p := range l.pairs {
		on, ok := l.b.byID[p.on]
		switch {
		case !ok || on == p.q:
			p.report("no question %q", p.on)
		case rank(on.Level) > rank(p.q.Level):
			p.report("%q is harder", p.on)
		default:
			p.q.Builds = on
		}
	}
	for _, p := range l.pairs {
		for q, n := p.q.Builds, 0; q != nil; q, n = q.Builds, n+1 {
			if q == p.q || n > len(l.b.Questions) {
				p.report("the questions build on each other in a circle")
				p.q.Builds = nil
				break
			}
		}
	}
}
