package web

import (
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
)

// templates are the pages, each with the layout and all components.
type templates struct {
	// pages parse themselves when they are first asked for: a start that parses
	// them all is slower by an order, and a test parses them all anyway.
	pages map[string]func() (*template.Template, error)
	// base is layout and components without a page, for the examples.
	base *template.Template
	// components are the names of those that have an example.
	components []string
}

// parse reads layout and components once and gives each page its own copy, so
// that every page can define "main".
func parse(fsys fs.FS, a assets) (templates, error) {
	t := templates{pages: map[string]func() (*template.Template, error){}}
	shared := template.New("layout").Funcs(funcs(a))
	if err := addFile(shared, fsys, "layout.tmpl", "layout"); err != nil {
		return t, err
	}
	components, err := fs.Glob(fsys, "components/*/*.tmpl")
	if err != nil {
		return t, fmt.Errorf("web: %w", err)
	}
	for _, file := range components {
		name := path.Base(path.Dir(file)) + "/" + strings.TrimSuffix(path.Base(file), ".tmpl")
		if err := addFile(shared, fsys, file, name); err != nil {
			return t, err
		}
		if path.Base(file) == "example.tmpl" {
			t.components = append(t.components, path.Base(path.Dir(file)))
		}
	}
	// What has run cannot be cloned, so shared itself never runs.
	if t.base, err = shared.Clone(); err != nil {
		return t, fmt.Errorf("web: %w", err)
	}
	files, err := fs.Glob(fsys, "pages/*/*.tmpl")
	if err != nil {
		return t, fmt.Errorf("web: %w", err)
	}
	byPage := map[string][]string{}
	for _, file := range files {
		page := path.Base(path.Dir(file))
		byPage[page] = append(byPage[page], file)
	}
	var cloning sync.Mutex
	for page, files := range byPage {
		t.pages[page] = sync.OnceValues(func() (*template.Template, error) {
			cloning.Lock()
			defer cloning.Unlock()
			return parsePage(shared, fsys, page, files)
		})
	}
	return t, nil
}

func parsePage(shared *template.Template, fsys fs.FS, page string, files []string) (*template.Template, error) {
	t, err := shared.Clone()
	if err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	for _, file := range files {
		if err := addFile(t, fsys, file, page+"/"+path.Base(file)); err != nil {
			return nil, err
		}
	}
	return t, nil
}

func addFile(set *template.Template, fsys fs.FS, file, name string) error {
	text, err := fs.ReadFile(fsys, file)
	if err != nil {
		return fmt.Errorf("web: %w", err)
	}
	t := set
	if name != set.Name() {
		t = set.New(name)
	}
	if _, err := t.Parse(string(text)); err != nil {
		return fmt.Errorf("web: %s: %w", file, err)
	}
	return nil
}

// funcs are the functions of every template. None of them marks text as safe.
func funcs(a assets) template.FuncMap {
	return template.FuncMap{
		"asset":    a.path,
		"elements": a.elementMap,
		"dict":     dict,
		"list":     func(items ...any) []any { return items },
		"plural":   plural,
		"add":      func(a, b int) int { return a + b },
		"spans":    Spans,
		"plain":    Plain,
	}
}

// dict makes a map from keys and values in turn: {{dict "A" 1 "B" .X}}.
func dict(pairs ...any) (map[string]any, error) {
	if len(pairs)%2 != 0 {
		return nil, errors.New("dict: a key without a value")
	}
	m := make(map[string]any, len(pairs)/2)
	for pair := range slices.Chunk(pairs, 2) {
		key, ok := pair[0].(string)
		if !ok {
			return nil, fmt.Errorf("dict: key %v is no string", pair[0])
		}
		m[key] = pair[1]
	}
	return m, nil
}

// plural returns "1 step", "2 steps"; a third word replaces the added s.
func plural(n int, one string, many ...string) string {
	word := one
	if n != 1 {
		word = one + "s"
		if len(many) > 0 {
			word = many[0]
		}
	}
	return fmt.Sprintf("%d %s", n, word)
}

// Plain is a sentence without its backticks, for an attribute.
func Plain(text string) string { return strings.ReplaceAll(text, "`", "") }

// A Span is a piece of a sentence: words, or code.
type Span struct {
	Text string
	Code bool
}

// Spans cuts a sentence at its backticks: "the `exp` claim" has the code "exp".
// A backtick without a partner stays as it is.
func Spans(text string) []Span {
	var spans []Span
	for text != "" {
		before, rest, ok := strings.Cut(text, "`")
		code, after, closed := strings.Cut(rest, "`")
		if !ok || !closed {
			return append(spans, Span{Text: text})
		}
		if before != "" {
			spans = append(spans, Span{Text: before})
		}
		spans = append(spans, Span{Text: code, Code: true})
		text = after
	}
	return spans
}
