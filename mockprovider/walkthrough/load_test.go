package walkthrough

import (
	"strings"
	"testing"
	"testing/fstest"
)

const wellFormed = `---
id: greet
title: Alice greets
short: Alice greets
from: owner
to: client
via: front
kind: user
label: hello
say: Alice says hello.
---
She does.
`

const flowYAML = `title: A greeting
lead: Alice greets.
choose: Nothing
region: person
client: fittrack
lanes:
  - {id: owner, role: owner, name: Alice, part: resource owner}
  - {id: client, role: client, name: "{{.App}}", part: client}
`

func loadOne(text string) error {
	_, err := LoadFS(fstest.MapFS{"flow.yaml": {Data: []byte(flowYAML)}, "010-greet.md": {Data: []byte(text)}}, "test")
	return err
}

// Each mistake in a step's text is reported with its file, and its line where
// there is one.
func TestLoadReportsMistakes(t *testing.T) {
	if err := loadOne(wellFormed); err != nil {
		t.Fatalf("the text that the cases break is broken: %v", err)
	}
	for name, c := range map[string]struct{ old, with, want string }{
		"unknown_field":  {"say: Alice", "sayy: Alice", `010-greet.md:10: unknown field "sayy"`},
		"wrong_type":     {"label: hello", "label: [hello]", "010-greet.md:9:"},
		"id_not_name":    {"id: greet", "id: greeting", `id is "greeting"`},
		"label_too_long": {"label: hello", "label: hello and good morning", "at most 14"},
		"short_too_long": {"short: Alice greets", "short: Alice greets everybody whom she meets", "at most 28"},
		"no_lane":        {"to: client", "to: nobody", "no lane"},
		"way_and_ends":   {"via: front", "via: local", "does not go with"},
		"empty_say":      {"say: Alice says hello.", "say: ''", "say is empty"},
		"bad_template":   {"She does.", "She {{if}} does.", "missing value for if"},
		"no_such_step":   {"She does.", `See step {{step "none"}}.`, `no step has the ID "none"`},
		"no_such_clause": {"---\nShe", "rfc:\n  - {ref: RFC 6749 §99.9, level: must, says: x}\n---\nShe", `no section "RFC 6749 §99.9"`},
		"bad_when":       {"---\nShe", "params:\n  - {name: x, plain: y, when: never}\n---\nShe", `"never" is no option`},
		"bad_answer":     {"---\nShe", "predict: {question: q, options: [a, b], answer: 3, why: w}\n---\nShe", "answer 3 is none"},
		"no_front":       {"---\nid", "id", "010-greet.md:1:"},
	} {
		t.Run(name, func(t *testing.T) {
			broken := strings.Replace(wellFormed, c.old, c.with, 1)
			if broken == wellFormed {
				t.Fatal("the case breaks nothing")
			}
			err := loadOne(broken)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q in it", err, c.want)
			}
		})
	}
}

func TestWhenTakesEveryOtherOption(t *testing.T) {
	f := &Flow{Switches: []Switch{{Name: "branch", Options: []Option{{ID: "theft"}, {ID: "race"}}}}}
	f.spread()
	for i, want := range []bool{false, true} {
		if got, err := When("branch!=theft").holds(f.variants[i]); got != want || err != nil {
			t.Errorf("%s: %v, %v", f.variants[i].choices["branch"], got, err)
		}
	}
	if _, err := When("branch!=nothing").holds(f.variants[0]); err == nil {
		t.Error("an option that does not exist was taken")
	}
}
