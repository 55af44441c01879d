package main

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"claimcheck/mockprovider"
	"claimcheck/mockprovider/lab"
	"claimcheck/web"
)

// faultsPage is GET /faults: the ways in which AcmeID can misbehave, and the
// switches for the lab's owner.
func (s *server) faultsPage(c *gin.Context) error {
	l := s.labOf(c)
	return s.page(c, http.StatusOK, "faults", web.Page{
		Title: "Faults", Description: "The ways in which AcmeID misbehaves on request, to see what an app makes of it.",
		Nav: "lab", Mark: labName(l), Data: newFaultsView(l, s.visits(c, l)),
	})
}

// faultsSwitch is POST /faults: name and times (0: until it is off), or off.
func (s *server) faultsSwitch(c *gin.Context) error {
	l := s.labOf(c)
	form, err := s.controlForm(c, l)
	if err != nil {
		return err
	}
	name := form("name")
	if off := form("off"); off != "" {
		if name = off; off == "all" {
			name = ""
		}
		if err := l.ClearFault(name); err != nil {
			return asRefusal(err)
		}
		return s.redirect(c, backTo(form, "/faults#on"))
	}
	times, err := strconv.Atoi(form("times"))
	if err != nil || times < 0 {
		return problem{Status: http.StatusBadRequest, Title: "It is not said how often the fault shall act.", Fix: "Use the buttons of the page."}
	}
	if err := l.SetFault(mockprovider.FaultSwitch{Name: name, Client: form("client"), Times: times}); err != nil {
		return asRefusal(err)
	}
	return s.redirect(c, backTo(form, "/faults#on"))
}

func newFaultsView(l *lab.Lab, owned bool) web.Faults {
	v := web.Faults{Owned: owned, Issuer: l.Issuer(), Mark: mockprovider.IssuerMark}
	if owned {
		for _, s := range l.Faults() {
			one := web.FaultOn{Name: s.Name, Client: s.Client}
			if s.Times > 0 {
				one.Times = counted(s.Times, "time")
			}
			v.On = append(v.On, one)
		}
	}
	for _, c := range l.Clients() {
		v.Clients = append(v.Clients, c.ID)
	}
	groups := mockprovider.FaultGroups()
	for _, name := range groups {
		v.Groups = append(v.Groups, web.FaultGroup{Name: name, ID: strings.ReplaceAll(strings.ToLower(name), " ", "-")})
	}
	for _, f := range mockprovider.Faults() {
		group := &v.Groups[slices.Index(groups, f.Group)]
		one := web.Fault{
			Name: f.Name, Deviation: f.Deviation, Expect: expectation(f.Expect), Correct: f.Correct, Detected: f.Detected, Lenient: f.Lenient,
			Cite: f.Spec.String(), CiteHref: f.Spec.URL(), PerClient: !f.NoClient,
		}
		if !f.NeedsHTTPS {
			one.Issuer = l.Issuer() + mockprovider.IssuerMark + f.Name
		}
		group.Faults = append(group.Faults, one)
		v.Count++
	}
	return v
}

// expectation is what a correct client does, in a word for a list.
func expectation(e mockprovider.Expectation) string {
	switch e {
	case mockprovider.ExpectReject:
		return "refuses"
	case mockprovider.ExpectAccept:
		return "accepts"
	case mockprovider.ExpectRetry:
		return "tries again"
	default:
		return "either"
	}
}
