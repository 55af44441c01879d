package attack

import (
	"embed"
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
)

// compiled holds the files of the verifiers as they were compiled.
//
//go:embed *_attack.go
var compiled embed.FS

// A Source is a function as it stands in its file.
type Source struct {
	// File is its path in the source tree, Name the function's name.
	File, Name string
	Lines      []SourceLine
}

// A SourceLine is a line of it. Changed says that the other verifier of the
// pair does not have this line.
type SourceLine struct {
	Text    string
	Changed bool
}

// function is the text of one function and the file that it is in.
type function struct{ file, text string }

// functions are all functions of the compiled files by name, read once.
var functions = sync.OnceValue(func() map[string]function {
	all := map[string]function{}
	files, err := compiled.ReadDir(".")
	if err != nil {
		return all
	}
	set := token.NewFileSet()
	for _, f := range files {
		text, err := compiled.ReadFile(f.Name())
		if err != nil {
			continue
		}
		file, err := parser.ParseFile(set, f.Name(), text, parser.SkipObjectResolution)
		if err != nil { // what was compiled can be parsed
			continue
		}
		for _, d := range file.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil {
				from, to := set.Position(fn.Pos()).Offset, set.Position(fn.End()).Offset
				all[fn.Name.Name] = function{f.Name(), string(text[from:to])}
			}
		}
	}
	return all
})

// nameOf is the name of the function that runs when v is called.
func nameOf(v Verifier) string {
	full := runtime.FuncForPC(reflect.ValueOf(v).Pointer()).Name()
	return full[strings.LastIndexByte(full, '.')+1:]
}

// listing is the source of a verifier, compared with the other of its pair,
// and of the helpers that belong to the story.
func listing(v, other Verifier, helpers ...string) Source {
	name := nameOf(v)
	fn := functions()[name]
	s := Source{File: "playground/attack/" + fn.file, Name: name}
	mine, theirs := strings.Split(fn.text, "\n"), strings.Split(functions()[nameOf(other)].text, "\n")
	kept := common(mine[1:], theirs[1:]) // the first line has the function's name
	s.Lines = append(s.Lines, SourceLine{Text: mine[0]})
	for i, line := range mine[1:] {
		s.Lines = append(s.Lines, SourceLine{Text: line, Changed: !kept[i]})
	}
	for _, h := range helpers {
		s.Lines = append(s.Lines, SourceLine{})
		for line := range strings.SplitSeq(functions()[h].text, "\n") {
			s.Lines = append(s.Lines, SourceLine{Text: line})
		}
	}
	return s
}

// common says which lines of a are in the longest sequence that a and b share.
func common(a, b []string) []bool {
	length := make([][]int, len(a)+1)
	for i := range length {
		length[i] = make([]int, len(b)+1)
	}
	for i, line := range slices.Backward(a) {
		for j, other := range slices.Backward(b) {
			if length[i][j] = max(length[i+1][j], length[i][j+1]); line == other {
				length[i][j] = 1 + length[i+1][j+1]
			}
		}
	}
	kept := make([]bool, len(a))
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] == b[j]:
			kept[i] = true
			i, j = i+1, j+1
		case length[i+1][j] >= length[i][j+1]:
			i++
		default:
			j++
		}
	}
	return kept
}
