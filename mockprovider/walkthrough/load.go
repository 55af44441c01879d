package walkthrough

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/token"
)

//go:embed flows
var texts embed.FS

// A Flow is an ordered list of steps, in each of its variants.
type Flow struct {
	// ID names the flow in URLs: "authorization-code-pkce".
	ID, Title string
	steps     map[Variant][]*Step
}

// CodePKCE is the ID of the flow that this package walks.
const CodePKCE = "authorization-code-pkce"

// Load reads a flow's texts. An error names the file and, where there is one,
// the line.
func Load(id string) (*Flow, error) {
	if id != CodePKCE {
		return nil, fmt.Errorf("walkthrough: there is no flow %q", id)
	}
	dir, err := fs.Sub(texts, "flows/"+id)
	if err != nil {
		return nil, err
	}
	return LoadFS(dir, id, "Authorization code + PKCE")
}

// LoadFS reads the step files (*.md) of a directory, in the order of their
// names, for every variant.
func LoadFS(dir fs.FS, id, title string) (*Flow, error) {
	files, err := fs.Glob(dir, "*.md")
	if err != nil {
		return nil, err
	}
	f := &Flow{ID: id, Title: title, steps: map[Variant][]*Step{}}
	for _, v := range Variants() {
		var steps []*Step
		for i, name := range files {
			src, err := fs.ReadFile(dir, name)
			if err != nil {
				return nil, err
			}
			s, err := parseStep(name, src)
			if err != nil {
				return nil, err
			}
			s.N = i + 1
			steps = append(steps, s)
		}
		for _, s := range steps {
			if err := s.settle(v, steps); err != nil {
				return nil, fmt.Errorf("%s (%s, PKCE %s): %w", s.File, v.Client, v.PKCEWord(), err)
			}
		}
		f.steps[v] = steps
	}
	return f, nil
}

// Steps returns the steps of one variant. The caller must not change them.
func (f *Flow) Steps(v Variant) []*Step { return f.steps[v] }

// Step finds a step by its ID.
func (f *Flow) Step(v Variant, id string) (*Step, bool) {
	for _, s := range f.steps[v] {
		if s.ID == id {
			return s, true
		}
	}
	return nil, false
}

// parseStep splits a file into front matter and body and reads the front
// matter strictly: an unknown field is an error with file and line.
func parseStep(name string, src []byte) (*Step, error) {
	const fence = "---\n"
	rest, ok := bytes.CutPrefix(src, []byte(fence))
	if !ok {
		return nil, fmt.Errorf("%s:1: the file must begin with front matter between --- lines", name)
	}
	front, body, ok := bytes.Cut(rest, []byte("\n"+fence))
	if !ok {
		return nil, fmt.Errorf("%s:1: the front matter has no closing --- line", name)
	}
	s := &Step{File: name, Explain: strings.TrimSpace(string(body))}
	if err := yaml.NewDecoder(bytes.NewReader(front), yaml.Strict()).Decode(s); err != nil {
		var at interface {
			GetToken() *token.Token
			GetMessage() string
		}
		if errors.As(err, &at) && at.GetToken() != nil {
			return nil, fmt.Errorf("%s:%d: %s", name, at.GetToken().Position.Line+1, at.GetMessage())
		}
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	// 090-callback.md holds the step callback: the name orders, the ID names.
	if _, id, _ := strings.Cut(strings.TrimSuffix(path.Base(name), ".md"), "-"); id != s.ID {
		return nil, fmt.Errorf("%s: id is %q, the file's name says %q", name, s.ID, id)
	}
	return s, nil
}
