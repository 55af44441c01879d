package walkthrough

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"reflect"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/token"
)

//go:embed flows attacks
var texts embed.FS

// Load reads the texts of a flow or of an attack. An error names the file and,
// where there is one, the line.
func Load(id string) (*Flow, error) {
	for _, r := range register() {
		if r.id == id {
			return r.load("flows")
		}
	}
	for _, r := range registerAttacks() {
		if r.id == id {
			return r.load("attacks")
		}
	}
	return nil, fmt.Errorf("walkthrough: there is no flow %q", id)
}

// All is every flow, in the order of the map. They are read once, which takes a
// quarter of a second; nobody may change them.
func All() ([]*Flow, error) { return readFlows() }

// Attacks is every attack, in the order of their list, read once as well.
func Attacks() ([]*Flow, error) { return readAttacks() }

var (
	readFlows   = sync.OnceValues(func() ([]*Flow, error) { return loadAll("flows", register()) })
	readAttacks = sync.OnceValues(func() ([]*Flow, error) { return loadAll("attacks", registerAttacks()) })
)

func loadAll(dir string, list []registered) ([]*Flow, error) {
	var all []*Flow
	for _, r := range list {
		f, err := r.load(dir)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r.id, err)
		}
		all = append(all, f)
	}
	return all, nil
}

func (r registered) load(dir string) (*Flow, error) {
	sub, err := fs.Sub(texts, dir+"/"+r.id)
	if err != nil {
		return nil, err
	}
	f, err := LoadFS(sub, r.id)
	if err != nil {
		return nil, err
	}
	f.script = r.script()
	if (f.Attack != nil) != (dir == "attacks") {
		return nil, fmt.Errorf("%s: flow.yaml has a part attack in the directory attacks, and nowhere else", dir)
	}
	return f, nil
}

// LoadFS reads a flow's directory: flow.yaml, and the step files (*.md) in the
// order of their names, for every variant. The flow can be shown, not walked.
func LoadFS(dir fs.FS, id string) (*Flow, error) {
	src, err := fs.ReadFile(dir, "flow.yaml")
	if err != nil {
		return nil, err
	}
	f := &Flow{ID: id, script: &script{}}
	if err := decode("flow.yaml", src, 0, f); err != nil {
		return nil, err
	}
	f.spread()
	files, err := fs.Glob(dir, "*.md")
	if err != nil {
		return nil, err
	}
	for _, v := range f.variants {
		if err := v.meet(); err != nil {
			return nil, fmt.Errorf("flow.yaml: %w", err)
		}
	}
	if err := f.check(); err != nil {
		return nil, fmt.Errorf("flow.yaml: %w", err)
	}
	for _, v := range f.variants {
		for _, name := range files {
			src, err := fs.ReadFile(dir, name)
			if err != nil {
				return nil, err
			}
			s, err := parseStep(name, src)
			if err != nil {
				return nil, err
			}
			switch ok, err := s.When.holds(v); {
			case err != nil:
				return nil, fmt.Errorf("%s: %w", name, err)
			case ok:
				s.N = len(v.steps) + 1
				v.steps = append(v.steps, s)
			}
		}
		for _, s := range v.steps {
			if err := s.settle(v); err != nil {
				return nil, fmt.Errorf("%s (%s): %w", s.File, v.Words(), err)
			}
		}
		v.live()
	}
	if f.Attack != nil {
		if err := f.Attack.settle(f); err != nil {
			return nil, fmt.Errorf("flow.yaml: %w", err)
		}
	}
	return f, nil
}

// meet gives the variant its parties.
func (v *Variant) meet() error {
	for _, p := range v.flow.Lanes {
		switch ok, err := p.When.holds(v); {
		case err != nil:
			return err
		case ok:
			if err := expand(reflect.ValueOf(&p), v, nil); err != nil {
				return err
			}
			if p.ID == "" || p.Name == "" || p.Part == "" || p.Role == "" {
				return fmt.Errorf("the lane %q needs id, role, name and part", p.ID)
			}
			v.lanes = append(v.lanes, &p)
		}
	}
	return nil
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
	if err := decode(name, front, 1, s); err != nil {
		return nil, err
	}
	// 090-callback.md holds the step callback: the name orders, the ID names.
	if _, id, _ := strings.Cut(strings.TrimSuffix(path.Base(name), ".md"), "-"); id != s.ID {
		return nil, fmt.Errorf("%s: id is %q, the file's name says %q", name, s.ID, id)
	}
	return s, nil
}

// decode reads YAML that begins after so many lines of the file.
func decode(name string, src []byte, after int, into any) error {
	err := yaml.NewDecoder(bytes.NewReader(src), yaml.Strict()).Decode(into)
	var at interface {
		GetToken() *token.Token
		GetMessage() string
	}
	switch {
	case err == nil:
		return nil
	case errors.As(err, &at) && at.GetToken() != nil:
		return fmt.Errorf("%s:%d: %s", name, at.GetToken().Position.Line+after, at.GetMessage())
	}
	return fmt.Errorf("%s: %w", name, err)
}
