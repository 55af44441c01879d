package main

import (
	"slices"

	"claimcheck/mockprovider/walkthrough"
	"claimcheck/mockprovider/witness"
	"claimcheck/web"
)

// A reference is what the pages that one looks things up on are made of. It
// follows from texts and rules alone, and is made when it is first asked for.
type reference struct {
	Errors []errorView
	Params []paramView
}

func newReference(ws *walkthrough.Walks) *reference {
	h := newHappenings(ws)
	return &reference{Errors: newErrorViews(h), Params: newParamViews(h)}
}

// happenings say where one can make a rule refuse, or watch it run: generated from
// the texts of flows and attacks, which tests send.
type happenings struct {
	byRule map[string][]web.Tab // what makes the rule refuse, then where it runs
	byName map[string][]web.Tab // steps whose message has the parameter
	byCode map[string][]web.Tab // what is answered with the error code
}

// maxHappenings is how many places are worth naming for one rule or parameter.
const maxHappenings = 3

func newHappenings(ws *walkthrough.Walks) happenings {
	h := happenings{byRule: map[string][]web.Tab{}, byName: map[string][]web.Tab{}, byCode: map[string][]web.Tab{}}
	for _, f := range ws.Attacks() {
		for _, d := range f.Attack.Defences {
			add(h.byRule, d.Rule, web.Tab{Text: "Attack: " + f.Title, Href: f.Path()})
		}
	}
	each := func(look func(f *walkthrough.Flow, v *walkthrough.Variant, s *walkthrough.Step)) {
		for _, f := range ws.Flows() {
			for _, v := range f.Variants() {
				for _, s := range v.Steps() {
					look(f, v, s)
				}
			}
		}
	}
	each(func(f *walkthrough.Flow, v *walkthrough.Variant, s *walkthrough.Step) {
		for _, w := range s.Wrong {
			l := web.Tab{Text: "Fault: " + w.Title, Href: f.Path() + "/" + s.ID + query(v.Query(), "tab", tabWrong) + "#inspector"}
			add(h.byRule, w.Rule, l)
			add(h.byCode, w.Error, l)
		}
		for _, p := range s.Params {
			if s.Kind == walkthrough.KindUser && !typed(p.Name) {
				continue // a form's field that is called like a parameter: Alice's own login
			}
			add(h.byName, p.Name, web.Tab{Text: f.Title + ": " + s.Short, Href: v.Href(s.ID)})
		}
	})
	each(func(f *walkthrough.Flow, v *walkthrough.Variant, s *walkthrough.Step) { // faults first
		for _, id := range s.Rules {
			if len(h.byRule[id]) == 0 {
				add(h.byRule, id, web.Tab{Text: "Step: " + s.Title, Href: v.Href(s.ID)})
			}
		}
	})
	return h
}

// add keeps a link to a place that is not named yet.
func add(m map[string][]web.Tab, key string, l web.Tab) {
	same := func(o web.Tab) bool { return o.Text == l.Text }
	if key != "" && len(m[key]) < maxHappenings && !slices.ContainsFunc(m[key], same) {
		m[key] = append(m[key], l)
	}
}

// typed says whether a person types the parameter into a page of the
// authorization server.
func typed(name string) bool {
	return slices.ContainsFunc(witness.Params(), func(p witness.Param) bool {
		return p.Name == name && slices.ContainsFunc(p.Carried(), func(c witness.Carrier) bool { return c.From == "person" })
	})
}
