package web

import (
	"bytes"
	"fmt"
	"html/template"
	"io/fs"
	"strings"
)

// Styleguide is the view of the page "styleguide".
type Styleguide struct {
	// Examples are the components that have one, in the order of their names.
	Examples []Example
}

// Example is a component as it looks, and the template that made it so.
type Example struct {
	Name   string
	HTML   template.HTML // from our own templates, escaped there
	Source string
}

// Styleguide renders the example of every component.
func (s *Site) Styleguide() (Styleguide, error) {
	var v Styleguide
	b, err := s.current()
	if err != nil {
		return v, err
	}
	for _, name := range b.components {
		var out bytes.Buffer
		if err := b.base.ExecuteTemplate(&out, name+"/example", NewSpecimen()); err != nil {
			return v, fmt.Errorf("web: example of %s: %w", name, err)
		}
		source, err := fs.ReadFile(s.fsys, "components/"+name+"/example.tmpl")
		if err != nil {
			return v, fmt.Errorf("web: %w", err)
		}
		v.Examples = append(v.Examples, Example{
			Name:   name,
			HTML:   template.HTML(out.String()), //nolint:gosec // rendered by html/template above
			Source: strings.TrimSpace(string(source)),
		})
	}
	return v, nil
}
