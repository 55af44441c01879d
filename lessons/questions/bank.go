package questions

import (
	"html/template"
	"slices"
	"strings"

	"claimcheck/lessons"
	"claimcheck/playground/spec"
)

// A Level is whom a question is for.
type Level string

// The levels, from easy to hard.
const (
	Junior Level = "junior"
	Mid    Level = "mid"
	Senior Level = "senior"
)

// Levels are all levels, from easy to hard.
func Levels() []Level { return []Level{Junior, Mid, Senior} }

// A Topic is what a file of the bank is about.
type Topic struct {
	ID        string // the file's name
	Title     string
	Questions []*Question // in the order of the file
}

// A Bank is all questions. It does not change after [Load] and may be used by many
// at once.
type Bank struct {
	Topics    []*Topic
	Questions []*Question // by topic, in the order of the files

	byID  map[string]*Question
	links []string
}

// Question finds a question by its id.
func (b *Bank) Question(id string) (*Question, bool) {
	q, ok := b.byID[id]
	return q, ok
}

// Knows says whether a learner's state may be kept under this path: a question's, or
// that of a session, or one of an interview.
func (b *Bank) Knows(path string) bool {
	id, ok := strings.CutPrefix(path, KeptPrefix)
	return ok && (b.byID[id] != nil || path == SessionPath || strings.HasPrefix(id, "mock/"))
}

// Links are all destinations inside the site that the bank names.
func (b *Bank) Links() []string { return slices.Clone(b.links) }

// A Question is one question of an interview.
type Question struct {
	ID    string // never changes: what learners remember is kept under it
	Topic *Topic
	Level Level
	Ask   template.HTML
	Plain string        // Ask without markup
	Short template.HTML // what one says in thirty seconds
	Long  template.HTML // what one says in two minutes
	// Points are the rubric, Flags what costs points.
	Points []Point
	Flags  []Flag
	Then   []FollowUp
	Choice *Choice // nil: no form for a quiz
	Do     *Task   // nil: not answered by doing
	Show   lessons.Link
	Specs  []spec.Ref
	Lesson *lessons.Lesson
	// Builds is the easier question that this one goes on from, nil if none.
	Builds *Question

	long, short string // as written, for the tests of the rubric
}

// Path is where the state of a learner with this question is kept.
func (q *Question) Path() string { return KeptPrefix + q.ID }

// KeptPrefix begins the paths of states that are about practice.
const KeptPrefix = "/practice/"

// Misconceptions are those behind the wrong options and red flags, each once.
func (q *Question) Misconceptions() []*lessons.Misconception {
	var out []*lessons.Misconception
	add := func(m *lessons.Misconception) {
		if m != nil && !slices.Contains(out, m) {
			out = append(out, m)
		}
	}
	if q.Choice != nil {
		for _, o := range q.Choice.Options {
			add(o.Misconception)
		}
	}
	for _, f := range q.Flags {
		add(f.Misconception)
	}
	return out
}

// A Point is a key point of the rubric.
type Point struct {
	Says  template.HTML
	Plain string
	words [][]string
}

// A Flag is something that costs points when it is said.
type Flag struct {
	Says          template.HTML
	Misconception *lessons.Misconception // nil: none of the list
	words         [][]string
}

// A FollowUp is what an interviewer asks next, and what to listen for.
type FollowUp struct{ Ask, Key template.HTML }

// A Choice is the question as one of a quiz. The right option is the first one;
// who shows them shuffles.
type Choice struct {
	Ask     template.HTML
	Options []Option
}

// An Option is an answer to choose. Only a wrong one has a misconception.
type Option struct {
	Text, Why     template.HTML
	Misconception *lessons.Misconception
	size          int // characters
}

// A Task is a question that is answered by doing.
type Task struct {
	Ask      template.HTML
	Lesson   *lessons.Lesson
	Exercise *lessons.Exercise
}
