package lessons

import (
	"errors"
	"maps"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"
)

// gameYAML is a small design game.
const gameYAML = `facts: {apis: [none, two]}
choices:
  - {id: grant, text: Tokens come by, options: [{id: none, text: no grant}, {id: code, text: a code}]}
  - {id: keeps, text: They lie, options: [{id: page, text: in the page}, {id: server, text: on the server}]}
rules:
  - {id: no-grant, level: error, when: {grant: none, apis: two}, says: Empty hands., why: An API wants a token., rfc: "6749 7"}
  - {id: for-nothing, level: warning, when: {grant: code, apis: none}, unless: {keeps: server}, says: Nobody reads them., why: There is no API., rfc: "6749 1"}
  - {id: page, level: warning, when: {keeps: [page]}, says: Scripts read them., why: They lie in the page., rfc: "10017 8.5"}
`

// gameLesson is the sample lesson with a design exercise at its end.
func gameLesson(t testing.TB, game, exercise string) fstest.MapFS {
	t.Helper()
	files := sample(t)
	if exercise == "" {
		exercise = gameExercise
	}
	files["start/lab-tour/game.yaml"] = &fstest.MapFile{Data: []byte(game)}
	files[tour].Data = append(files[tour].Data, []byte("\n```exercise\n"+exercise+"```\n")...)
	return files
}

const gameExercise = `id: game
kind: design
title: Design it
ask: Choose.
design: game.yaml
given: {apis: two}
check: design
with: {warnings: 0}
hints: [one, two]
explain: That is it.
solution:
  answer: {grant: code, keeps: server}
decoys:
  - {answer: {grant: none}, says: Empty hands}
  - {answer: {keeps: page}, says: Scripts read them}
`

func TestDesignIsJudgedAsAWhole(t *testing.T) {
	for _, c := range []struct {
		name, given, allowed, grant, keeps string
		done                               bool
		says                               string
	}{
		{"passes", "two", "0", "a code", "on the server", true, "None of the 3 rules objects"},
		{"error", "two", "9", "no grant", "on the server", false, "Empty hands.: An API wants a token."},
		{"other_brief", "none", "0", "no grant", "on the server", true, "None of the 3"},
		{"warning", "two", "0", "a code", "in the page", false, "0 errors, 1 warning. It passes without an error and with at most 0 warnings."},
		{"warning_allowed", "two", "1", "a code", "in the page", true, "Scripts read them"},
		{"two_warnings", "none", "1", "a code", "in the page", false, "Nobody reads them"},
		{"unless", "none", "0", "a code", "on the server", true, "None of the 3"},
		{"open", "two", "0", "a code", "", false, "1 of 2 choices are open"},
		{"no_such_option", "two", "0", "a code", "server", false, "1 of 2 choices are open"},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := gameLesson(t, gameYAML, strings.NewReplacer("apis: two}", "apis: "+c.given+"}", "warnings: 0", "warnings: "+c.allowed).Replace(gameExercise))
			course, err := Load(files, Options{})
			if err != nil {
				t.Fatal(err)
			}
			l, _ := course.Lesson("start/lab-tour")
			v := l.Exercises[len(l.Exercises)-1].Check(&Attempt{Answers: url.Values{"cell.grant": {c.grant}, "cell.keeps": {c.keeps}}})
			if said := feedback(v); v.Done != c.done || !strings.Contains(said, c.says) {
				t.Errorf("done %t, want %t with %q:\n%s", v.Done, c.done, c.says, said)
			}
		})
	}
}

// Each mistake in a game, or in what an exercise says of it, is reported.
func TestDesignMistakes(t *testing.T) {
	for _, m := range []struct{ name, old, mistake, want string }{
		{"file", "design: game.yaml", "design: other.yaml", `no file "other.yaml"`},
		{"no_game", "design: game.yaml", "design: \"\"", "no file"},
		{"other_kind", "kind: design", "kind: do", "check design needs kind design"},
		{"fact_unknown", "given: {apis: two}", "given: {apis: two, ban: day}", "the brief says ban: day"},
		{"fact_value", "given: {apis: two}", "given: {apis: three}", "the brief says apis: three"},
		{"fact_missing", "given: {apis: two}", "given: {}", "nothing about apis"},
		{"solution_choice", "{grant: code, keeps: server}", "{grants: code, keeps: server}", "there is no grants: code"},
		{"solution_option", "{grant: code, keeps: server}", "{grant: a code, keeps: server}", "there is no grant: a code"},
		{"decoy_option", "{answer: {grant: none}", "{answer: {grant: bare}", "there is no grant: bare"},
		{"unknown_member", "rules:\n", "rule:\n", `unknown field "rule"`},
		{"choice_text", "text: They lie, ", "", `choice "keeps" is incomplete`},
		{"choice_twice", "id: keeps, text", "id: grant, text", `the name "grant" is used twice`},
		{"option_text_twice", "text: on the server", "text: in the page", `an option of "keeps"`},
		{"option_twice", "{id: server, text", "{id: page, text", `an option of "keeps"`},
		{"rule_why", ", why: There is no API.", "", `rule "for-nothing" is incomplete`},
		{"rule_clause", `, rfc: "6749 1"`, "", `rule "for-nothing" is incomplete`},
		{"rule_section", `rfc: "6749 1"`, `rfc: "6749 99"`, `no section "99"`},
		{"rule_level", "level: warning, when: {grant", "level: hint, when: {grant", `unknown level "hint"`},
		{"rule_twice", "id: page, level", "id: no-grant, level", `the rule "no-grant" is there twice`},
		{"rule_name", "when: {keeps: [page]}", "when: {kept: [page]}", `rule "page" asks for kept: page`},
		{"rule_value", "unless: {keeps: server}", "unless: {keeps: servers}", `rule "for-nothing" asks for keeps: servers`},
	} {
		t.Run(m.name, func(t *testing.T) {
			both := gameYAML + "\x00" + gameExercise
			if !strings.Contains(both, m.old) {
				t.Fatalf("neither holds %q", m.old)
			}
			game, exercise, _ := strings.Cut(strings.Replace(both, m.old, m.mistake, 1), "\x00")
			_, err := Load(gameLesson(t, game, exercise), Options{})
			var all LoadError
			if !errors.As(err, &all) || !strings.Contains(err.Error(), m.want) {
				t.Errorf("want %q, got %v", m.want, err)
			}
		})
	}
}

// TestContentDesignRules proves of each rule in the course that it can object: to a
// design that differs from one that passes in what the rule asks for.
func TestContentDesignRules(t *testing.T) {
	rules := map[string]bool{} // by id, whether somebody has met it
	for _, e := range exercises(loadContent(t)) {
		if e.Kind != KindDesign {
			continue
		}
		design, blank := e.game.chosen(e.Solution.Answers)
		if blank > 0 || !e.game.judge(design, 1).Done {
			t.Errorf("%s: the solution has more than one warning", e.ID)
		}
		for i := range e.game.Rules {
			r := &e.game.Rules[i]
			broken := maps.Clone(design)
			for name, values := range r.When {
				if e.game.given[name] == "" {
					broken[name] = values[0]
				}
			}
			rules[r.ID] = rules[r.ID] || r.objects(broken)
		}
	}
	if len(rules) < 25 {
		t.Errorf("%d rules", len(rules))
	}
	for id, met := range rules {
		if !met {
			t.Errorf("no brief of the course can meet the rule %s", id)
		}
	}
}
