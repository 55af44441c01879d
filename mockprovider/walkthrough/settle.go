package walkthrough

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"text/template"
	"unicode/utf8"
)

// settle makes the step's text the text of one variant: it runs the template
// conditionals, drops the entries of other variants and checks what is left.
func (s *Step) settle(v *Variant) error {
	funcs := template.FuncMap{"step": func(id string) (int, error) {
		if o, ok := v.Step(id); ok {
			return o.N, nil
		}
		return 0, fmt.Errorf("no step has the ID %q", id)
	}}
	if err := expand(reflect.ValueOf(s).Elem(), v, funcs); err != nil {
		return err
	}
	if s.Predict != nil && s.Predict.Question == "" {
		s.Predict = nil
	}
	s.Rules = slices.DeleteFunc(s.Rules, func(r string) bool { return r == "" })
	s.Editable = slices.DeleteFunc(s.Editable, func(r string) bool { return r == "" })
	var bad error
	drop := func(w When) bool {
		ok, err := w.holds(v)
		if err != nil {
			bad = err
		}
		return !ok
	}
	s.Params = slices.DeleteFunc(s.Params, func(p Param) bool { return drop(p.When) })
	s.Wrong = slices.DeleteFunc(s.Wrong, func(p Wrong) bool { return drop(p.When) })
	s.Values = slices.DeleteFunc(s.Values, func(p ValueEvent) bool { return drop(p.When) })
	s.Sees = slices.DeleteFunc(s.Sees, func(p Sight) bool { return drop(p.When) })
	s.RFC = slices.DeleteFunc(s.RFC, func(p Clause) bool { return drop(p.When) })
	if bad != nil {
		return bad
	}
	_, s.From = v.lane(s.FromLane)
	_, s.To = v.lane(s.ToLane)
	if s.From == nil || s.To == nil {
		return fmt.Errorf("from %q to %q: one of them is no lane", s.FromLane, s.ToLane)
	}
	return s.check()
}

// expand runs every text below v as a template on the variant.
func expand(val reflect.Value, v *Variant, funcs template.FuncMap) error {
	switch val.Kind() { //nolint:exhaustive // the texts are strings in structs, slices and pointers
	case reflect.Pointer:
		if !val.IsNil() {
			return expand(val.Elem(), v, funcs)
		}
	case reflect.Struct:
		for _, field := range val.Fields() {
			if err := expand(field, v, funcs); err != nil {
				return err
			}
		}
	case reflect.Slice:
		for i := range val.Len() {
			if err := expand(val.Index(i), v, funcs); err != nil {
				return err
			}
		}
	case reflect.String:
		if !strings.Contains(val.String(), "{{") {
			return nil
		}
		t, err := template.New("text").Funcs(funcs).Option("missingkey=error").Parse(val.String())
		if err != nil {
			return err
		}
		var out strings.Builder
		if err := t.Execute(&out, v); err != nil {
			return err
		}
		val.SetString(strings.TrimSpace(out.String()))
	}
	return nil
}

// check says what is missing or too long.
func (s *Step) check() error {
	need := []struct{ name, text string }{
		{"title", s.Title}, {"short", s.Short}, {"label", s.Label}, {"say", s.Say}, {"explain", s.Explain},
	}
	for _, n := range need {
		if n.text == "" {
			return fmt.Errorf("%s is empty", n.name)
		}
	}
	if n := utf8.RuneCountInString(s.Short); n > MaxShort {
		return fmt.Errorf("short has %d characters, at most %d fit", n, MaxShort)
	}
	if n := utf8.RuneCountInString(s.Label); n > MaxLabel {
		return fmt.Errorf("label has %d characters, at most %d fit", n, MaxLabel)
	}
	if !slices.Contains([]Kind{KindUser, KindCompute, KindRedirect, KindRequest, KindResponse, KindCheck}, s.Kind) {
		return fmt.Errorf("kind %q is not known", s.Kind)
	}
	if s.Via.Words() == "" {
		return fmt.Errorf("via %q is not known", s.Via)
	}
	if (s.From == s.To) != (s.Via == ViaLocal) {
		return fmt.Errorf("from %s to %s does not go with via %s", s.FromLane, s.ToLane, s.Via)
	}
	if s.Predict != nil {
		if err := s.Predict.check(); err != nil {
			return fmt.Errorf("predict: %w", err)
		}
	}
	for _, w := range s.Wrong {
		if w.Title == "" || w.Outcome == "" || w.Status == 0 || w.Rule == "" && w.Status >= 400 {
			return fmt.Errorf("wrong: %s needs title, outcome, rule and status", w.Fault)
		}
		if err := w.Ask.check(); err != nil {
			return fmt.Errorf("wrong: %s: ask: %w", w.Fault, err)
		}
	}
	for _, e := range s.Values {
		if !slices.Contains([]ValueEventKind{Born, Carried, Checked, Dies}, e.Event) {
			return fmt.Errorf("values: %s: event %q is not known", e.Name, e.Event)
		}
	}
	for _, e := range s.Sees {
		if !slices.Contains([]Place{InURL, InHeader, InBody, InMemory}, e.In) {
			return fmt.Errorf("sees: %s: in %q is not known", e.Value, e.In)
		}
	}
	for _, c := range s.RFC {
		if !slices.Contains([]string{"must", "should", "may", "text"}, c.Level) {
			return fmt.Errorf("rfc: %s: level %q is not known", c.Ref, c.Level)
		}
		if !c.Section().Valid() {
			return fmt.Errorf("rfc: there is no section %q", c.Ref)
		}
	}
	return nil
}

func (q *Question) check() error {
	if q.Question == "" || len(q.Options) < 2 || q.Why == "" {
		return errors.New("a question needs question, at least two options, and why")
	}
	if q.Answer < 1 || q.Answer > len(q.Options) {
		return fmt.Errorf("answer %d is none of the %d options", q.Answer, len(q.Options))
	}
	return nil
}
