package main

import (
	"slices"

	"claimcheck/mockprovider/walkthrough"
	"claimcheck/web"
)

// An attackBar says on the page of an attack's step that it is one, and how its
// defences stand.
type attackBar struct {
	Href     string
	Defences []attackSwitch
}

type attackSwitch struct {
	ID, Title string
	Off       bool
}

func newAttackBar(f *walkthrough.Flow, off []string) *attackBar {
	if f.Attack == nil {
		return nil
	}
	bar := &attackBar{Href: f.Path()}
	for _, d := range f.Attack.Defences {
		bar.Defences = append(bar.Defences, attackSwitch{d.Rule, d.RuleOf().Title, slices.Contains(off, d.Rule)})
	}
	return bar
}

// backToAttack leads to the attack's own page.
func (view *flowView) backToAttack(text string) *web.Send {
	return &web.Send{Text: text, Stub: "Enter", Href: view.FlowPath}
}

// stopped says, on the step of an attack at which it ended, that this is what a
// defence does. It is not a mistake to be put right.
func (view *flowView) stopped(w *walkthrough.Walk, st *walkthrough.Step) bool {
	if w.Flow().Attack == nil {
		return false
	}
	r := w.Result()
	if !r.Stopped || w.Source(st.ID) != w.Source(r.Step.ID) {
		return false
	}
	a := &view.Act
	a.Blame, a.Status = nil, "fail"
	a.Result = r.Outcome(w.Entry(st.ID)) + " Here the attack ends: " + r.Said + "."
	if f := w.Entry(st.ID).Refusal(); f != nil {
		a.Result = r.Outcome(w.Entry(st.ID)) + " Here the attack ends." // the rule is named
	}
	a.Send = view.backToAttack("Back to the attack and its defences")
	return true
}
