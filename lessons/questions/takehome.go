package questions

import (
	"fmt"
	"html/template"
	"io/fs"
	"slices"
	"strings"

	"claimcheck/lessons"
	"claimcheck/mockprovider/drill"
	"claimcheck/playground/spec"
)

// A TakeHome is a task for a candidate to work on alone: a program that logs people
// in, and has faults that a review should find.
type TakeHome struct {
	Client   string // the program with its faults, in Go
	Solution string // the same, mended
	GoMod    string // for both
	Faults   []PlantedFault
	More     []template.HTML // what else a good review may say, and is not planted
}

// A PlantedFault is one of the faults of a take-home.
type PlantedFault struct {
	ID    string
	Title string
	Line  int    // of the program, from 1
	Code  string // that line
	Wrong template.HTML
	Why   template.HTML
	Mend  template.HTML
	Spec  spec.Ref
	// Drill names the faults of the provider's drill that show it. None means that
	// it is found by reading.
	Drill  []string
	Lesson *lessons.Lesson
}

// Drilled are how many of the planted faults the drill shows.
func (t *TakeHome) Drilled() int {
	n := 0
	for i := range t.Faults {
		if len(t.Faults[i].Drill) > 0 {
			n++
		}
	}
	return n
}

// Lines are how many lines the program has.
func (t *TakeHome) Lines() int { return strings.Count(t.Client, "\n") }

type takeHomeYAML struct {
	Faults []plantedYAML `yaml:"faults"`
	More   []string      `yaml:"more"`
}

type plantedYAML struct {
	ID     string   `yaml:"id"`
	Title  string   `yaml:"title"`
	At     string   `yaml:"at"`
	Wrong  string   `yaml:"wrong"`
	Why    string   `yaml:"why"`
	RFC    string   `yaml:"rfc"`
	Drill  []string `yaml:"drill"`
	Lesson string   `yaml:"lesson"`
	Mend   string   `yaml:"mend"`
}

// LoadTakeHome reads the take-home in the folder takehome of files. The error about a
// mistake in it is [lessons.LoadError].
func LoadTakeHome(files fs.FS, course *lessons.Course) (*TakeHome, error) {
	sub, err := fs.Sub(files, "takehome")
	if err != nil {
		return nil, fmt.Errorf("the take-home: %w", err)
	}
	return takeHome(sub, course)
}

func takeHome(files fs.FS, course *lessons.Course) (*TakeHome, error) {
	read := func(name string) string {
		text, _ := fs.ReadFile(files, name) // what is missing reads as empty: no line of it is found
		return string(text)
	}
	r := course.Reader()
	t := &TakeHome{Client: read("client.go.txt"), Solution: read("solution.go.txt"), GoMod: read("go.mod.txt")}
	var y takeHomeYAML
	line, ok := r.YAML("key.yaml", []byte(read("key.yaml")), &y)
	if !ok {
		return nil, r.Err()
	}
	known := drill.Faults()
	for i, f := range y.Faults {
		at := line("faults", i)
		bad := func(do, format string, args ...any) {
			r.Problem(at, do, "fault %q: "+format, append([]any{f.ID}, args...)...)
		}
		if slices.Contains([]string{f.ID, f.Title, f.At, f.Wrong, f.Why, f.Mend}, "") || slices.ContainsFunc(t.Faults, func(p PlantedFault) bool { return p.ID == f.ID }) {
			bad("give each an id of its own, title, at, wrong, why and mend", "it is incomplete, or there twice")
		}
		p := PlantedFault{ID: f.ID, Title: f.Title, Wrong: r.Inline(at, f.Wrong), Why: r.Inline(at, f.Why), Mend: r.Inline(at, f.Mend), Drill: f.Drill}
		if p.Line, p.Code = lineOf(t.Client, f.At); p.Line == 0 {
			bad("copy a part of its line that is nowhere else", "client.go.txt does not have %q once", f.At)
		}
		p.Spec, _ = r.Spec(at, f.RFC)
		for _, name := range f.Drill {
			if !slices.Contains(known, name) {
				bad("name faults that the drill runs", "the drill has no %q", name)
			}
		}
		if p.Lesson, ok = course.Lesson(f.Lesson); !ok {
			bad("name a lesson of order.txt", "no lesson %q", f.Lesson)
		}
		t.Faults = append(t.Faults, p)
	}
	slices.SortStableFunc(t.Faults, func(a, b PlantedFault) int { return a.Line - b.Line })
	for i, s := range y.More {
		t.More = append(t.More, r.Inline(line("more", i), s))
	}
	return t, r.Err()
}

// lineOf is the line, from 1, of a text that is there once, and 0 where it is not.
func lineOf(text, part string) (n int, whole string) {
	if part == "" || strings.Count(text, part) != 1 {
		return 0, ""
	}
	before, _, _ := strings.Cut(text, part)
	n = strings.Count(before, "\n")
	return n + 1, strings.TrimSpace(strings.Split(text, "\n")[n])
}
