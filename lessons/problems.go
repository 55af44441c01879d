package lessons

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// A Problem is a mistake in the content: where, what is wrong, what to do.
type Problem struct {
	File string // path inside the content folder
	Line int    // from 1; zero if the file as a whole is meant
	What string
	Do   string
}

func (p Problem) String() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d", p.Line)
	}
	b.WriteString(": " + p.What)
	if p.Do != "" {
		b.WriteString("; " + p.Do)
	}
	return b.String()
}

// LoadError holds all the mistakes of one loading, in the order of the files
// and lines. It is the error of [Load].
type LoadError []Problem

func (ps LoadError) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// problems collects while the content is read.
type problems struct {
	all LoadError
	// fields are the fields of the types that YAML was read into so far.
	fields map[reflect.Type]map[string]reflect.Type
}

func (ps *problems) add(file string, line int, do, format string, args ...any) {
	ps.all = append(ps.all, Problem{File: file, Line: line, What: fmt.Sprintf(format, args...), Do: do})
}

// err is nil or all the problems, sorted, each once.
func (ps *problems) err() error {
	if len(ps.all) == 0 {
		return nil
	}
	slices.SortStableFunc(ps.all, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
	return slices.Compact(ps.all)
}
