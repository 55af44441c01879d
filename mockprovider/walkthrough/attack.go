package walkthrough

import (
	"errors"
	"fmt"
	"slices"

	"claimcheck/mockprovider/lab"
	"claimcheck/playground"
)

// An Attack makes a flow one that Mallory walks. Its steps are those of a flow;
// what they do works while the defences are off, and is stopped at one of the
// steps while one of them is on.
type Attack struct {
	// Group is its place in the list.
	Group string `yaml:"group"`
	// Story is how it comes about, in a few sentences; Needs is what Mallory needs
	// for it, in one.
	Story string `yaml:"story"`
	Needs string `yaml:"needs"`
	// Gain is what came of it when it worked, as the end of a sentence: "Mallory
	// received Alice’s code". Won is the step in which that happened.
	Gain string `yaml:"gain"`
	Won  string `yaml:"won"`
	// Defences are the rules that stop it, the most telling first: at most
	// MaxDefences, so that all their combinations can be tried.
	Defences []Defence `yaml:"defences"`
	// Ask is the prediction before anything is sent.
	Ask Question `yaml:"ask"`
	// Lesson is what to take along, Markdown.
	Lesson string `yaml:"lesson"`
	// RFC are the clauses that ask for the defences.
	RFC []Clause `yaml:"rfc"`
}

// MaxDefences bounds the combinations of an attack's defences: 2⁴ runs.
const MaxDefences = 4

// A Defence is a rule of a lab that stops an attack.
type Defence struct {
	// Rule is its id, At the step that it stops the attack at.
	Rule string `yaml:"rule"`
	At   string `yaml:"at"`
	// Says is how it does that, in a sentence.
	Says string `yaml:"says"`
	// Refuses is the rule that then refuses, if it is another one: rotation makes
	// the tokens of which the rule about reuse speaks.
	Refuses string `yaml:"refuses"`
}

// The groups of attacks.
const (
	GroupBrowser = "browser" // on the way through Alice's browser
	GroupCode    = "code"    // with a code
	GroupToken   = "token"   // at the API
	GroupServer  = "server"  // at the authorization server's own pages, and at accounts
)

// Rules are the ids of the defences.
func (a *Attack) Rules() []string {
	out := make([]string, len(a.Defences))
	for i, d := range a.Defences {
		out[i] = d.Rule
	}
	return out
}

// RuleOf is the rule of a defence.
func (d Defence) RuleOf() playground.Rule {
	r, _ := lab.SwitchableRule(d.Rule) // settle has looked
	return r
}

// check says what is missing in the text.
func (a *Attack) check(f *Flow) error {
	need := []struct{ name, text string }{
		{"title", f.Title},
		{"lead", f.Lead},
		{"attack: story", a.Story},
		{"attack: needs", a.Needs},
		{"attack: gain", a.Gain},
		{"attack: won", a.Won},
		{"attack: lesson", a.Lesson},
	}
	for _, n := range need {
		if n.text == "" {
			return fmt.Errorf("%s is empty", n.name)
		}
	}
	if !slices.Contains([]string{GroupBrowser, GroupCode, GroupToken, GroupServer}, a.Group) {
		return fmt.Errorf("attack: group %q is not known", a.Group)
	}
	if n := len(a.Defences); n == 0 || n > MaxDefences {
		return fmt.Errorf("attack: %d defences, there have to be 1 to %d", n, MaxDefences)
	}
	if len(f.variants) > 1 {
		return errors.New("attack: one way only: it has no switches")
	}
	if len(a.RFC) == 0 {
		return errors.New("attack: rfc: which clause asks for the defence?")
	}
	for _, c := range a.RFC {
		if !c.Section().Valid() {
			return fmt.Errorf("attack: rfc: there is no section %q", c.Ref)
		}
	}
	return a.Ask.check()
}

// settle tests what the attack says about steps and rules.
func (a *Attack) settle(f *Flow) error {
	v := f.variants[0]
	if _, ok := v.Step(a.Won); !ok {
		return fmt.Errorf("attack: won: no step has the ID %q", a.Won)
	}
	for _, d := range a.Defences {
		if _, ok := v.Step(d.At); !ok || d.Says == "" {
			return fmt.Errorf("attack: %s needs says, and at: a step", d.Rule)
		}
		if _, ok := lab.SwitchableRule(d.Rule); !ok {
			return fmt.Errorf("attack: no rule %q can be switched", d.Rule)
		}
	}
	return nil
}
