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

func loadOne(text string) error {
	_, err := LoadFS(fstest.MapFS{"010-greet.md": {Data: []byte(text)}}, "test", "Test")
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
		"bad_when":       {"---\nShe", "params:\n  - {name: x, plain: y, when: never}\n---\nShe", `"never" is none of`},
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

// Text and action belong together: every step has an action, every action a
// step, every fault of a text a preparation, and the other way round.
func TestTextsAndActionsBelongTogether(t *testing.T) {
	f, err := Load(CodePKCE)
	if err != nil {
		t.Fatal(err)
	}
	actions, preparations := codePKCEActions(), faults()
	named := map[string]bool{}
	for _, v := range Variants() {
		for _, s := range f.Steps(v) {
			named[s.ID] = true
			a := actions[s.ID]
			if a == nil {
				t.Errorf("%s: no action", s.File)
				continue
			}
			if !a.sends() && (actions[a.of] == nil || !actions[a.of].sends()) {
				t.Errorf("%s: it looks at %q, which does not send", s.File, a.of)
			}
			if a.sends() != (s.Send != "") {
				t.Errorf("%s: it sends: %v; the text has a button: %v", s.File, a.sends(), s.Send != "")
			}
			for _, x := range s.Wrong {
				named[s.ID+"/"+x.Fault] = true
				if preparations[s.ID+"/"+x.Fault] == nil {
					t.Errorf("%s: nothing prepares the fault %s", s.File, x.Fault)
				}
			}
		}
	}
	for id := range actions {
		if !named[id] {
			t.Errorf("the action %s has no text", id)
		}
	}
	for id := range preparations {
		if !named[id] {
			t.Errorf("the fault %s stands in no text", id)
		}
	}
}

// A value is born once, before anything else happens to it, and is not touched
// after its end.
func TestThreadsAreLives(t *testing.T) {
	f, err := Load(CodePKCE)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range Variants() {
		for _, th := range f.Threads(v) {
			if th.Events[0].Event != Born {
				t.Errorf("%s begins with %s in step %d", th.Name, th.Events[0].Event, th.Events[0].Step.N)
			}
			for _, e := range th.Events[1:] {
				if e.Event == Born {
					t.Errorf("%s is born again in step %d", th.Name, e.Step.N)
				}
				if th.End > 0 && e.Step.N > th.End {
					t.Errorf("%s dies in step %d and is touched in step %d", th.Name, th.End, e.Step.N)
				}
			}
		}
	}
}

// Before a message is sent its page names the rules by their titles, so each ID
// of a text has to be a rule of its party.
func TestStepNamesRulesThatExist(t *testing.T) {
	f, err := Load(CodePKCE)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range Variants() {
		for _, s := range f.Steps(v) {
			rules := s.RuleSet()
			if len(rules) != len(s.Rules) {
				t.Errorf("%s: %v, of which %d exist", s.File, s.Rules, len(rules))
			}
			for _, r := range rules {
				if r.Title == "" || r.Spec.String() == "" {
					t.Errorf("%s: %s has no title or no section", s.File, r.ID)
				}
			}
		}
	}
}
