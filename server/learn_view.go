package main

import (
	"html/template"
	"slices"
	"strconv"

	"claimcheck/lessons"
)

// mapView is the page of all lessons.
type mapView struct {
	Tracks  []trackView
	Lessons int
	Minutes int
	DoneAll int
	Left    int             // minutes of the lessons that are not done
	Next    *lessons.Lesson // the best one to go on with, nil if all are done
	Begun   bool            // whether there is an answer in Next
	Again   *againView      // nil if nothing is worth doing again today
	Kept    keptView
}

type trackView struct {
	Track     *lessons.Track
	Minutes   int
	Lessons   []entryView
	Done      int // lessons
	Exercises int
	Part      int // exercises done
	Begun     bool
}

type entryView struct {
	Lesson *lessons.Lesson
	Done   bool
	Begun  bool              // there is an answer, right or not
	Again  bool              // done before, and started over
	Days   int64             // since it was done, if that is long ago
	Part   int               // exercises done
	Needs  []*lessons.Lesson // those that it builds on and that were never done
	Next   bool              // the best one to go on with
}

// newMapView lays what a learner did over the course. The best lesson to go on
// with is one that is begun, or else the first, of those whose needs are all done.
func newMapView(c *lessons.Course, r *record) *mapView {
	v := &mapView{Lessons: len(c.Lessons), Again: r.offer(c)}
	var next *entryView
	for _, t := range c.Tracks {
		tv := trackView{Track: t, Lessons: make([]entryView, 0, len(t.Lessons))}
		for _, l := range t.Lessons {
			e := newEntryView(l, r)
			if e.Done {
				tv.Done++
			} else {
				v.Left += l.Minutes
			}
			tv.Minutes, tv.Exercises, tv.Part = tv.Minutes+l.Minutes, tv.Exercises+len(l.Exercises), tv.Part+e.Part
			tv.Begun = tv.Begun || e.Begun
			tv.Lessons = append(tv.Lessons, e)
			if at := &tv.Lessons[len(tv.Lessons)-1]; !e.Done && len(e.Needs) == 0 && (next == nil || e.Begun && !next.Begun) {
				next = at
			}
		}
		v.Minutes, v.DoneAll = v.Minutes+tv.Minutes, v.DoneAll+tv.Done
		v.Tracks = append(v.Tracks, tv)
	}
	if next != nil {
		next.Next, v.Next, v.Begun = true, next.Lesson, next.Begun
	}
	return v
}

func newEntryView(l *lessons.Lesson, r *record) entryView {
	e := entryView{Lesson: l, Done: lessonDone(l, r.done), Begun: begun(l, r.all), Again: r.again(l), Days: r.daysAgo(l)}
	for _, x := range l.Exercises {
		if r.done[x.Path()] {
			e.Part++
		}
	}
	for _, need := range l.Needs {
		if !lessonDone(need, r.once) {
			e.Needs = append(e.Needs, need)
		}
	}
	return e
}

// State is how the learner stands with the lesson, in a word.
func (e *entryView) State() string {
	switch {
	case e.Again, e.Days > 0:
		return "again"
	case e.Done:
		return "done"
	case e.Begun:
		return "begun"
	}
	return "new"
}

// begun says whether there is anything of the lesson.
func begun(l *lessons.Lesson, all map[string]lessons.Kept) bool {
	return slices.ContainsFunc(l.Exercises, func(e *lessons.Exercise) bool {
		_, ok := all[e.Path()]
		return ok
	})
}

// lessonDone says whether every exercise of the lesson is.
func lessonDone(l *lessons.Lesson, done map[string]bool) bool {
	return len(l.Exercises) > 0 && !slices.ContainsFunc(l.Exercises, func(e *lessons.Exercise) bool { return !done[e.Path()] })
}

// lessonView is a lesson as one learner sees it.
type lessonView struct {
	Lesson *lessons.Lesson
	Body   []segmentView
	Done   map[string]bool // lessons of the track, by slug
	Begun  bool            // there is something to start over from
	Kept   keptView
}

// segmentView is a piece of the lesson. One member is set.
type segmentView struct {
	HTML     template.HTML
	Exercise *exerciseView
	Sample   *sampleView
}

// sampleView is a request to run, and its last answer.
type sampleView struct {
	*lessons.Sample
	State lessons.State
}

// Reply is the answer as a message.
func (v *sampleView) Reply() template.HTML { return replyHTML(v.State.Reply) }

// AsSaid says whether the answer is the one that the lesson tells of.
func (v *sampleView) AsSaid() bool {
	return v.State.Reply != nil && v.Differs(v.State.Reply) == ""
}

func replyHTML(r *lessons.Reply) template.HTML {
	if r == nil {
		return ""
	}
	return lessons.Wire(r.Answer)
}

// exerciseView is an exercise and how the learner stands with it.
type exerciseView struct {
	*lessons.Exercise
	State lessons.State
	here  func(string) string // an address of the lab main, in the learner's lab
}

// Links lead to the parties of the learner's own lab.
func (v *exerciseView) Links() []lessons.Link {
	all := slices.Clone(v.Exercise.Links)
	for i := range all {
		all[i].Href = v.here(all[i].Href)
	}
	return all
}

// KindWords says in the header how the exercise is checked.
func (v *exerciseView) KindWords() string {
	switch {
	case v.UsesWire:
		return "checked by what happens on the wire"
	case v.Kind == lessons.KindCompute:
		return "recomputed here"
	case v.Kind == lessons.KindDesign:
		return "read by rules, as a whole"
	case len(v.Probes) > 0:
		return "predict; then all of them are sent"
	default:
		return "checked with a reason for each answer"
	}
}

// Chosen says whether the learner's answer to a field is this value.
func (v *exerciseView) Chosen(field, value string) bool {
	return slices.Contains(v.State.Answers[field], value)
}

// Value is the learner's answer to a field.
func (v *exerciseView) Value(field string) string { return v.State.Answers.Get(field) }

// Request is the request that is being written.
func (v *exerciseView) Request() string {
	if v.State.Draft != "" {
		return v.State.Draft
	}
	return v.Send
}

// Reply is the answer to the last request.
func (v *exerciseView) Reply() template.HTML { return replyHTML(v.State.Reply) }

// Badge is the token that the question is about.
func (v *exerciseView) Badge() template.HTML {
	if v.Token == "" {
		return ""
	}
	return template.HTML(lessons.JWT(v.Token, "")) //nolint:gosec // rendered and escaped there
}

// ShownHints are the hints that the learner has asked for.
func (v *exerciseView) ShownHints() []template.HTML {
	return v.Hints[:min(v.State.Hints, len(v.Hints))]
}

// MoreHints is how many there are still.
func (v *exerciseView) MoreHints() int { return len(v.Hints) - len(v.ShownHints()) }

// Explained says whether the explanation is shown.
func (v *exerciseView) Explained() bool { return v.State.Done || v.State.Shown }

// Judged says whether there is a verdict to show.
func (v *exerciseView) Judged() bool { return v.State.Verdict != nil }

// ManyRungs says whether the verdict's rows should be kept small.
func (v *exerciseView) ManyRungs() bool {
	return v.State.Verdict != nil && len(v.State.Verdict.Rungs) > 3
}

// Places are the numbers that a step may get.
func (v *exerciseView) Places() []string {
	out := make([]string, len(v.Steps))
	for i := range out {
		out[i] = strconv.Itoa(i + 1)
	}
	return out
}

// Summary is one line for the live region.
func (v *exerciseView) Summary() string {
	switch {
	case v.State.Done:
		return "Done."
	case v.State.Verdict != nil && v.State.Tried > 0 || v.State.Reply != nil:
		return "Not yet."
	}
	return ""
}

// CheckStub is the text on the button's stub.
func (v *exerciseView) CheckStub() string {
	if v.State.Tried > 0 {
		return "again"
	}
	return ""
}

// Started says whether there is anything to start over from.
func (v *exerciseView) Started() bool {
	return v.State.Tried > 0 || v.State.Hints > 0 || v.State.Shown || v.State.Done || v.State.Draft != "" || v.Answered(v.State.Answers)
}
