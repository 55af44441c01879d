package questions

import (
	"fmt"
	"html/template"
	"io/fs"
	"slices"
	"strconv"

	"claimcheck/lessons"
	"claimcheck/playground/spec"
)

// A Board is an exercise for a whiteboard: the checks that somebody runs, from
// which some are missing.
type Board struct {
	ID      string
	Title   string
	Setting template.HTML
	Checks  []BoardCheck // all, in order
	Decoys  []BoardCheck // offered, and in no place here
}

// A BoardCheck is one check, or one that does not belong.
type BoardCheck struct {
	ID      string // "c3", "d1"
	Says    template.HTML
	Why     template.HTML
	Spec    spec.Ref // zero for a decoy
	Missing bool     // it was taken off the board
	Show    lessons.Link
}

// Offered are the missing checks and the decoys in an order that tells nothing.
func (b *Board) Offered() []BoardCheck {
	out := slices.Clone(b.Decoys)
	for _, c := range b.Checks {
		if c.Missing {
			out = append(out, c)
		}
	}
	return Shuffled(b.ID, out)
}

// Shuffled is the list in an order that the seed decides.
func Shuffled[T any](seed string, list []T) []T {
	out := slices.Clone(list)
	random(seed).Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

type boardYAML struct {
	ID      string       `yaml:"id"`
	Title   string       `yaml:"title"`
	Setting string       `yaml:"setting"`
	Checks  []boardCheck `yaml:"checks"`
	Decoys  []boardCheck `yaml:"decoys"`
}

type boardCheck struct {
	Says    string `yaml:"says"`
	Why     string `yaml:"why"`
	RFC     string `yaml:"rfc"`
	Missing bool   `yaml:"missing"`
	Show    struct {
		Text string `yaml:"text"`
		Href string `yaml:"href"`
	} `yaml:"show"`
}

// Boards reads the exercises in the file whiteboard.yaml of files. The error about a
// mistake in it is [lessons.LoadError].
func Boards(files fs.FS, course *lessons.Course) ([]*Board, error) {
	src, err := fs.ReadFile(files, "whiteboard.yaml")
	if err != nil {
		return nil, fmt.Errorf("the boards: %w", err)
	}
	return boards(src, course)
}

func boards(src []byte, course *lessons.Course) ([]*Board, error) {
	r := course.Reader()
	var list []boardYAML
	line, ok := r.YAML("whiteboard.yaml", src, &list)
	if !ok {
		return nil, r.Err()
	}
	var out []*Board
	for i, y := range list {
		if y.ID == "" || y.Title == "" || y.Setting == "" || slices.ContainsFunc(out, func(b *Board) bool { return b.ID == y.ID }) {
			r.Problem(line(i), "give each an id of its own, a title and a setting", "board %q is incomplete, or there twice", y.ID)
		}
		b := &Board{ID: y.ID, Title: y.Title, Setting: r.Inline(line(i, "setting"), y.Setting)}
		read := func(list []boardCheck, name, prefix string) (out []BoardCheck) {
			for j, c := range list {
				at := line(i, name, j)
				if c.Says == "" || c.Why == "" || c.Missing && c.Show.Href == "" {
					r.Problem(at, "write says and why, and for a missing one show", "a check of board %q is incomplete", y.ID)
				}
				check := BoardCheck{ID: prefix + strconv.Itoa(j+1), Says: r.Inline(at, c.Says), Why: r.Inline(at, c.Why), Missing: c.Missing, Show: lessons.Link(c.Show)}
				if name == "checks" {
					check.Spec, _ = r.Spec(at, c.RFC)
				}
				out = append(out, check)
			}
			return out
		}
		b.Checks, b.Decoys = read(y.Checks, "checks", "c"), read(y.Decoys, "decoys", "d")
		if offered := len(b.Offered()); offered == len(b.Decoys) || len(b.Decoys) < 2 {
			r.Problem(line(i), "take a check off, and offer two that do not belong or more", "board %q has nothing to find", y.ID)
		}
		out = append(out, b)
	}
	return out, r.Err()
}
