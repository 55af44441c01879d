package main

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"claimcheck/mockprovider"
	"claimcheck/mockprovider/lab"
	"claimcheck/web"
)

// labRules is GET /lab/rules: the policy and the defences.
func (s *server) labRules(c *gin.Context) error {
	l := s.labOf(c)
	v := web.LabRules{LabControl: s.control(c, l), Off: len(l.Off()), Graces: graces(l)}
	for _, p := range mockprovider.Policies() {
		v.Policies = append(v.Policies, web.LabPolicy{ID: string(p), What: policyLine(p), Now: p == l.Policy()})
	}
	for _, d := range l.Defences() {
		i := slices.IndexFunc(v.Parties, func(p web.LabDefences) bool { return p.Name == d.Party })
		if i < 0 {
			i = len(v.Parties)
			v.Parties = append(v.Parties, web.LabDefences{Name: d.Party})
		}
		party := &v.Parties[i]
		party.Rules = append(party.Rules, switchRow(d.Rule, d.Off, v.Switched))
		party.Open = party.Open || d.Off || d.ID == v.Switched
		if d.Off {
			party.Off++
		}
	}
	return s.page(c, http.StatusOK, "labrules", web.Page{
		Title: "Rules of the lab", Description: "How strict AcmeID is, and which defences stand.", Nav: "lab", Mark: labName(l), Data: v,
	})
}

// policyLine says in a line what a policy asks.
func policyLine(p mockprovider.Policy) string {
	switch p {
	case mockprovider.PolicyPermissive:
		return "Less than the first standard asks, for an old client that nothing else lets in. Never copy it."
	case mockprovider.PolicyRFC6749:
		return "OAuth 2.0 as of 2012. PKCE is up to the client, and the password grant is still there."
	case mockprovider.PolicyRFC9700:
		return "Today’s security practice, and the default: PKCE, exact redirect URIs, refresh tokens that rotate."
	case mockprovider.PolicyOAuth21:
		return "The draft that rewrites OAuth 2.0 with that practice in it. What was dropped is gone."
	default:
		return "For banks and the like: pushed requests, clients with a private key, bound tokens. It refuses FitTrack, which has a secret and sends plain requests: pick another policy for the cast’s flows, or register an own client with a key."
	}
}

// control is what every page of the lab's controls has.
func (s *server) control(c *gin.Context, l *lab.Lab) web.LabControl {
	v := web.LabControl{ID: l.ID(), Owned: s.visits(c, l), Notice: notice(c.Query("done"))}
	if id := c.Query("rule"); slices.ContainsFunc(l.Defences(), func(d lab.Defence) bool { return d.ID == id }) {
		v.Notice, v.Switched = "", id
	}
	return v
}

// switchedNow is what the row of a rule says that was just switched.
func switchedNow(off bool) string {
	if off {
		return "Off now. What it stops works."
	}
	return "On now."
}

// labPolicy is POST /lab/policy.
func (s *server) labPolicy(c *gin.Context) error {
	l := s.labOf(c)
	form, err := s.controlForm(c, l)
	if err != nil {
		return err
	}
	if err := l.SetPolicy(mockprovider.Policy(form("policy"))); err != nil {
		return asRefusal(err)
	}
	return s.redirect(c, backTo(form, "/lab/rules?done=policy#policy"))
}

// graces are the grace windows that the page offers.
func graces(l *lab.Lab) []web.LabPolicy {
	now := l.RefreshGrace()
	return []web.LabPolicy{
		{ID: "0", What: "None: a refresh token that was used once is refused, and its family ends.", Now: now == 0},
		{ID: "10", What: "10 seconds: two tabs at once go through. So does a thief who is that quick.", Now: now > 0},
	}
}

// labGrace is POST /lab/grace: seconds.
func (s *server) labGrace(c *gin.Context) error {
	l := s.labOf(c)
	form, err := s.controlForm(c, l)
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(form("seconds"))
	if err != nil {
		return problem{Status: http.StatusBadRequest, Title: "That is no number of seconds", Fix: "Choose one of the windows on the page."}
	}
	if n < 0 || n > int(mockprovider.MaxRefreshGrace/time.Second) { // before it is multiplied
		n = -1
	}
	if err := l.SetRefreshGrace(time.Duration(n) * time.Second); err != nil {
		return asRefusal(err)
	}
	return s.redirect(c, backTo(form, "/lab/rules?done=policy#grace"))
}

// labDefence is POST /lab/defences: off or on names a rule, and on=* all of them.
func (s *server) labDefence(c *gin.Context) error {
	l := s.labOf(c)
	form, err := s.controlForm(c, l)
	if err != nil {
		return err
	}
	switch on, off := form("on"), form("off"); {
	case on == "*":
		err = l.SwitchTo(nil, l.Off())
	case on != "":
		err = setDefence(l, on, true)
	default:
		err = setDefence(l, off, false)
	}
	if err != nil {
		return err
	}
	to := "/lab/rules?done=rule"
	if form("back") == "attacks" { // from the panel
		to = "/attacks?done=rule"
	}
	if id := form("on") + form("off"); id != "*" {
		return s.redirect(c, to+"&rule="+url.QueryEscape(id)+"#rule-"+url.PathEscape(id))
	}
	return s.redirect(c, to+"#defences")
}
