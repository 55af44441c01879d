package main

import (
	"slices"

	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/walkthrough"
	"claimcheck/web"
)

// An attackMap is the page /attacks.
type attackMap struct {
	web.LabControl

	Groups []attackGroup
	Count  int
	// Panel are the rules that stop an attack of the list, by whose they are.
	Panel []defenceGroup
	Off   int
}

// An attackGroup are the attacks of one kind.
type attackGroup struct {
	ID, Title, Text string
	Attacks         []attackLine
}

type attackLine struct {
	*walkthrough.Flow

	Href   string
	Status string // of what came of it in this lab, empty if it was not tried
	Said   string
}

// A defenceGroup are the defences of one party.
type defenceGroup struct {
	Name  string
	Rules []defenceView
}

func newAttackMap(ws *walkthrough.Walks, l *lab.Lab, control web.LabControl) attackMap {
	view := attackMap{LabControl: control, Count: len(ws.Attacks()), Off: len(l.Off())}
	groups := []attackGroup{
		{ID: walkthrough.GroupBrowser, Title: "On the way through the browser", Text: "Alice’s browser carries the messages between the parties. Mallory plants one, or reads one."},
		{ID: walkthrough.GroupCode, Title: "With a code", Text: "A code is worth a token to whoever may redeem it."},
		{ID: walkthrough.GroupToken, Title: "With a token", Text: "Forged, stolen, or meant for somebody else."},
		{ID: walkthrough.GroupServer, Title: "With people and accounts", Text: "AcmeID’s own pages, and who is taken for whom."},
	}
	stops := map[string][]web.Tab{}
	for _, f := range ws.Attacks() {
		for i := range groups {
			if groups[i].ID == f.Attack.Group {
				groups[i].Attacks = append(groups[i].Attacks, newAttackLine(ws, l, f))
			}
		}
		for _, id := range f.Attack.Rules() {
			stops[id] = append(stops[id], web.Tab{Text: f.Title, Href: f.Path()})
		}
	}
	for _, g := range groups {
		if len(g.Attacks) > 0 {
			view.Groups = append(view.Groups, g)
		}
	}
	for _, d := range l.Defences() {
		if len(stops[d.ID]) == 0 {
			continue
		}
		i := slices.IndexFunc(view.Panel, func(g defenceGroup) bool { return g.Name == d.Party })
		if i < 0 {
			i = len(view.Panel)
			view.Panel = append(view.Panel, defenceGroup{Name: d.Party})
		}
		view.Panel[i].Rules = append(view.Panel[i].Rules, defenceView{LabDefence: switchRow(d.Rule, d.Off, control.Switched), Level: string(d.Level), Attacks: stops[d.ID]})
	}
	return view
}

// newAttackLine says of an attack whether it was tried in the lab, and how it went.
func newAttackLine(ws *walkthrough.Walks, l *lab.Lab, f *walkthrough.Flow) attackLine {
	line := attackLine{Flow: f, Href: f.Path()}
	worked, stopped := false, false
	for _, w := range ws.Tried(l, f) {
		r := w.Result()
		worked, stopped = worked || r.Worked, stopped || r.Stopped
	}
	switch {
	case worked && stopped:
		line.Status, line.Said = "pass", "worked, then stopped"
	case worked:
		line.Status, line.Said = "fail", "worked in this lab"
	case stopped:
		line.Status, line.Said = "pass", "stopped in this lab"
	}
	return line
}
