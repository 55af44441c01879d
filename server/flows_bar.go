package main

import (
	"strings"

	"github.com/gin-gonic/gin"

	"claimcheck/mockprovider"
)

// A barView is the lab's controls above the steps of a flow: what else is at hand
// while one walks.
type barView struct {
	Policy   string
	Policies []string
	NextKey  string // the kid of a key that is published and signs nothing yet
	Alg      string // of the next key
	Faults   []barFaults
	On       []string // the faults that are on
	Grace    string   // empty for none
	Seed     string
	Back     string // this page
	Anew     string // the flow's beginning, for what ends the run
}

// barFaults are the faults of one group.
type barFaults struct {
	Name  string
	Names []string
}

// bar fills in the controls, for the lab's owner.
func (view *flowView) bar(s *server, c *gin.Context) {
	l := s.labOf(c)
	if view.Paper || view.AsText || !s.visits(c, l) {
		return
	}
	b := &barView{Policy: string(l.Policy()), Seed: l.Seed(), Back: c.Request.URL.RequestURI(), Anew: view.FlowPath}
	for _, p := range mockprovider.Policies() {
		b.Policies = append(b.Policies, string(p))
	}
	keys, err := l.PublishedKeys()
	for _, k := range keys {
		if err == nil && k.State == mockprovider.KeyNext {
			b.NextKey = k.KID
		}
	}
	if algs := l.Keys().Algs(); len(algs) > 0 {
		b.Alg = algs[0]
	}
	for _, name := range mockprovider.FaultGroups() {
		b.Faults = append(b.Faults, barFaults{Name: name})
	}
	for _, f := range mockprovider.Faults() {
		for i := range b.Faults {
			if b.Faults[i].Name == f.Group {
				b.Faults[i].Names = append(b.Faults[i].Names, f.Name)
			}
		}
	}
	for _, f := range l.Faults() {
		b.On = append(b.On, f.Name)
	}
	if d := l.RefreshGrace(); d > 0 {
		b.Grace = d.String()
	}
	view.Bar = b
}

// backTo is where a form that was sent from a flow leads: back to its page. Other
// addresses are not taken.
func backTo(form func(string) string, otherwise string) string {
	if back := form("back"); strings.HasPrefix(back, "/flows/") && !strings.ContainsAny(back, "\\\r\n") {
		return back
	}
	return otherwise
}
