package main

import (
	"claimcheck/mockprovider/walkthrough"
	"claimcheck/web"
)

// A flowsView is the page /flows: a map by what somebody builds.
type flowsView struct {
	Regions []region
}

// A region of the map is an answer to the first question: who is there?
type region struct {
	ID, Title, Text string
	Flows           []flowCard
}

type flowCard struct {
	*walkthrough.Flow

	Href    string
	Of      int // steps
	Parties []web.Role
	Ways    []web.Tab // the variants, if there are several
}

// newFlowsView puts each flow into its region, in the order of the flows.
func newFlowsView(flows []*walkthrough.Flow) flowsView {
	regions := []region{
		{ID: walkthrough.RegionPerson, Title: "Somebody uses it", Text: "A person is there, has an account elsewhere, and can be asked."},
		{ID: walkthrough.RegionMachine, Title: "Nobody is there", Text: "A program calls a program. Nobody can log in, and nobody can be asked."},
		{ID: walkthrough.RegionLater, Title: "It runs, and time goes by", Text: "Tokens expire, are stolen, are taken back, and keys change. What comes after the first login."},
		{ID: walkthrough.RegionLegacy, Title: "You met it in old code", Text: "To understand it, and to replace it. Not to build it."},
	}
	for _, f := range flows {
		first := f.Variants()[0]
		card := flowCard{Flow: f, Href: flowPath(f), Of: len(first.Steps())}
		for _, p := range first.Lanes() {
			card.Parties = append(card.Parties, roleOf(p))
		}
		if all := f.Variants(); len(all) > 1 {
			for _, v := range all {
				card.Ways = append(card.Ways, web.Tab{Text: v.Words(), Href: v.Href(v.Steps()[0].ID)})
			}
		}
		for i := range regions {
			if regions[i].ID == f.Region {
				regions[i].Flows = append(regions[i].Flows, card)
			}
		}
	}
	var view flowsView
	for _, r := range regions {
		if len(r.Flows) > 0 {
			view.Regions = append(view.Regions, r)
		}
	}
	return view
}
