package lessons

import (
	"html/template"
	"strings"

	"claimcheck/playground/spec"
)

// A Course is all lessons, read and rendered. It does not change after [Load]
// and may be used by many at once.
type Course struct {
	Tracks         []*Track
	Lessons        []*Lesson // in reading order
	Terms          []*Term   // by name
	Misconceptions []*Misconception
	Coverage       []Statement
	Sheets         []*Sheet // those of the tracks and those across them, in their order

	bySlug map[string]*Lesson
	terms  map[string]*Term // by lower-case name and other names
	// naming and seenAt are lessons by pages of the site: see [Course.Naming].
	naming, seenAt map[string][]*Lesson
}

// Lesson finds a lesson by its slug, "jwt/anatomy".
func (c *Course) Lesson(slug string) (*Lesson, bool) {
	l, ok := c.bySlug[slug]
	return l, ok
}

// Knows says whether an exercise has this path, as in /learn/jwt/anatomy/parts.
func (c *Course) Knows(path string) bool {
	slug, ok := strings.CutPrefix(path, "/learn/")
	at := strings.LastIndexByte(slug, '/')
	if !ok || at < 0 {
		return false
	}
	l, ok := c.Lesson(slug[:at])
	if ok {
		_, ok = l.Exercise(slug[at+1:])
	}
	return ok
}

// A Track is a row of lessons about one subject.
type Track struct {
	ID      string // the first part of its lessons' slugs
	Title   string
	Number  int // from 0
	Lessons []*Lesson
	Sheet   *Sheet // nil if it has none
}

// A Lesson is one page of the course.
type Lesson struct {
	Slug    string
	Number  string // "1.2": track and place in it
	Title   string
	Lead    template.HTML
	Summary string // the lead as plain text
	Minutes int
	// Objectives complete the sentence "You can".
	Objectives     []template.HTML
	Needs          []*Lesson
	Specs          []spec.Ref
	Misconceptions []*Misconception
	Heard          Heard
	Interview      template.HTML
	Try            []Try
	TOC            []Heading
	Body           []Segment
	Exercises      []*Exercise
	Terms          []*Term // in the order in which they are first used
	Track          *Track
	Prev, Next     *Lesson

	samples map[string]*Sample
	file    string
	links   []link
	words   []proseLine
}

// Path is the lesson's URL.
func (l *Lesson) Path() string { return "/learn/" + l.Slug }

// Exercise finds an exercise of the lesson by its id.
func (l *Lesson) Exercise(id string) (*Exercise, bool) {
	for _, e := range l.Exercises {
		if e.ID == id {
			return e, true
		}
	}
	return nil, false
}

// Sample finds a request of the lesson that can be run.
func (l *Lesson) Sample(id string) (*Sample, bool) {
	s, ok := l.samples[id]
	return s, ok
}

// A Segment is a piece of a lesson's body: rendered Markdown, an exercise, or
// a request that can be run. Exactly one of them is set.
type Segment struct {
	HTML     template.HTML
	Exercise *Exercise
	Sample   *Sample
}

// A Heading is a line of the lesson's own contents list.
type Heading struct {
	ID, Text string
}

// Heard is a sentence that one often hears, and what is wrong with it.
type Heard struct {
	Quote  string
	Stamp  string
	Answer template.HTML
}

// Try is a link to go on from.
type Try struct {
	Text, Href string
	Then       template.HTML
}

// A Term is an entry of the glossary.
type Term struct {
	ID    string // anchor on the glossary page
	Name  string
	Also  []string
	Says  template.HTML
	Plain string
	Specs []spec.Ref
	See   []*Lesson
}

// A Misconception is a claim that one often hears, and what is true of it.
type Misconception struct {
	ID       string // "M3"
	Severity string // dangerous, wrong or caveat
	Claim    string
	Tempting template.HTML // why one believes it
	Correct  template.HTML
	Specs    []spec.Ref
	Lessons  []*Lesson // that name it
	See      Try       // where to watch it happen; it has no Then
}

// Anchor is the claim's id on the page of all misconceptions.
func (m *Misconception) Anchor() string { return strings.ToLower(m.ID) }

// A Statement is something that people are often taught, and the lessons that
// say what is true of it.
type Statement struct {
	Says           string
	Lessons        []*Lesson
	Misconceptions []*Misconception
}
