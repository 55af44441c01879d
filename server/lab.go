package main

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"claimcheck/mockprovider"
	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
	"claimcheck/web"
)

// labPage is /lab: what the lab contains, its log and its controls. On a server
// that only this machine can reach, who opens the page is the owner.
func (s *server) labPage(c *gin.Context) error {
	l := s.labOf(c)
	owned := s.visits(c, l)
	return s.page(c, http.StatusOK, "lab", web.Page{
		Title: "Lab", Description: "What runs here: people and passwords, apps, keys, the clock, and every message so far.",
		Nav: "lab", Mark: labName(l) + " · you are Alice", Data: s.newLabView(l, owned, c.Query("done"), c.Query("client")),
	})
}

func (s *server) newLabView(l *lab.Lab, owned bool, done, client string) web.Lab {
	now := l.Now().UTC()
	v := web.Lab{
		ID: l.ID(), Local: s.origin.local, Owned: owned, Visitor: l.OfVisitor(), Notice: notice(done), Client: client,
		Index: labIndex(l), Own: ownIndex(), Runs: l.Runs(),
		Time: now.Format(time.TimeOnly), Day: now.Format("2 January 2006"), Stamp: now.Format(time.RFC3339),
		Ahead: ahead(l.Offset()), Parties: labParties(l), Users: labUsers(l),
	}
	if owned {
		v.Secret = l.Secret()
		v.Log, v.Hidden = newLogView(l, client)
		v.Dropped = l.Log().Dropped()
	}
	return v
}

// notice is what was just done. The query names it; its text is ours.
func notice(done string) string {
	switch done {
	case "clock":
		return "The lab’s clock was moved."
	case "reset":
		return "The lab was reset. Runs, codes, tokens and logins are gone."
	case "policy":
		return "The policy was changed. New requests are judged by it."
	case "rule":
		return "Done. Send a request again to see the difference."
	case "publish":
		return "The next key is published. It signs nothing yet."
	case "activate":
		return "AcmeID signs with that key now. The one before stays published."
	case "retire":
		return "The key is no longer published."
	case "revoke":
		return "The key is gone, and another one signs."
	case "take":
		return "The lab is kept as it is now."
	case "restore":
		return "The lab is as it was. Runs have ended."
	case "delete":
		return "The snapshot is gone."
	case "seed":
		return "The seed was set and the lab was reset. AcmeID signs with other keys."
	case "saved":
		return "Saved."
	case "confirmed":
		return "Confirmed. AcmeID calls these addresses from now on."
	case "removed":
		return "Removed, with everything that was granted."
	case "sure":
		return "Nothing was reset: the answer was not yes."
	default:
		return ""
	}
}

// ahead says how far the lab's clock is from the real one.
func ahead(d time.Duration) string {
	switch {
	case d > 0:
		return d.Round(time.Second).String() + " ahead of the real time"
	case d < 0:
		return (-d).Round(time.Second).String() + " behind the real time"
	default:
		return ""
	}
}

func webRole(p trace.Party) web.Role { return web.Role{Kind: string(p.Role), Name: p.Name} }

func labParties(l *lab.Lab) []web.LabParty {
	out := []web.LabParty{{
		Role: webRole(lab.AcmeID()), What: "authorization server", URL: l.Issuer(),
		Href: l.Issuer() + "/.well-known/openid-configuration", HrefText: "metadata",
	}}
	for _, c := range l.Clients() {
		if !lab.OfTheCast(c.ID) {
			out = append(out, web.LabParty{Role: clientRole(&c), What: "client, an app of your own", URL: strings.Join(c.RedirectURIs, " ")})
			continue
		}
		if lab.ClientParty(c.ID).Role == trace.RoleRS {
			continue // an API that asks about tokens: it stands with the APIs
		}
		if len(c.RedirectURIs) == 0 {
			out = append(out, web.LabParty{Role: webRole(lab.ClientParty(c.ID)), What: "client, a machine on its own"})
			continue
		}
		what := "client, a web app with a server"
		if c.Secret == "" {
			what = "client, a page in the browser"
		}
		at := strings.TrimSuffix(c.RedirectURIs[0], "callback")
		out = append(out, web.LabParty{Role: webRole(lab.ClientParty(c.ID)), What: what, URL: at, Href: at, HrefText: "open"})
	}
	for _, a := range l.APIs() {
		out = append(out, web.LabParty{Role: webRole(l.APIParty(a.Audience)), What: "API; this is the audience of its tokens", URL: a.Audience})
	}
	return out
}

func labClients(l *lab.Lab) []web.LabClient {
	var out []web.LabClient
	for _, c := range l.Clients() {
		v := web.LabClient{
			Role: clientRole(&c), ID: c.ID, Type: "confidential", Auth: c.TokenEndpointAuthMethod,
			RedirectURIs: c.RedirectURIs, Scopes: c.Scopes, Cast: lab.OfTheCast(c.ID), Asked: lab.Asked(&c),
		}
		if v.Cast {
			v.Secret = c.Secret
		}
		if c.TokenEndpointAuthMethod == "none" {
			v.Type = "public"
		}
		out = append(out, v)
	}
	return out
}

// labUsers are the people. The passwords of the story are part of it; others are
// not shown.
func labUsers(l *lab.Lab) []web.LabUser {
	var out []web.LabUser
	cast := lab.Users()
	for _, u := range l.Registry().Users() {
		v := web.LabUser{ID: u.ID, Name: cmp.Or(u.Name, u.ID), Username: cmp.Or(u.Username, u.ID)}
		if i := slices.IndexFunc(cast, func(one lab.User) bool { return one.ID == u.ID }); i >= 0 {
			v.What = cast[i].Role
			if u.Password == cast[i].Password {
				v.Password = u.Password
			}
		}
		out = append(out, v)
	}
	return out
}

// labIndex leads to the pages of controls.
func labIndex(l *lab.Lab) []web.LabIndex {
	rules := "every rule on"
	if n := len(l.Off()); n > 0 {
		rules = fmt.Sprintf("%d off", n)
	}
	return []web.LabIndex{
		{Href: "/lab/rules", Name: "Rules", What: "How strict AcmeID is, and which defences stand.", State: string(l.Policy()) + ", " + rules},
		{Href: "/lab/keys", Name: "Keys", What: "Rotate what AcmeID signs with; mint a token by hand.", State: "signs with " + strings.Join(l.Keys().Algs(), ", ")},
		{Href: "/lab/people", Name: "People and clients", What: "Who can log in, and which apps may ask.", State: fmt.Sprintf("%d people, %d clients", len(l.Registry().Users()), len(l.Registry().Clients()))},
		{Href: "/lab/snapshots", Name: "Snapshots and seed", What: "Keep the lab as it is and come back; values that repeat.", State: fmt.Sprintf("%d kept", len(l.Snapshots()))},
	}
}

// ownIndex leads to the pages for somebody who builds or tests an app.
func ownIndex() []web.LabIndex {
	return []web.LabIndex{
		{Href: "/connect", Name: "Your own app", What: "Register it, copy its configuration, see its requests, ask the doctor.", State: "Go, Node, browser, Python, …"},
		{Href: "/faults", Name: "Faults", What: "Let AcmeID be wrong on purpose, in one way of your choice.", State: fmt.Sprintf("%d by name", len(mockprovider.Faults()))},
		{Href: "/lab/drill", Name: "Drill", What: "One fault after another against your app, and a grade.", State: "page, JSON, JUnit"},
		{Href: "/lab/policies", Name: "Five policies", What: "One request, judged under each policy, side by side.", State: "permissive to FAPI 2.0"},
		{Href: "/lab/selftest", Name: "Self-test", What: "Is each promise of the discovery document true?", State: "try them all"},
	}
}

// labClock moves the lab's clock.
func (s *server) labClock(c *gin.Context) error {
	l := s.labOf(c)
	form, err := s.controlForm(c, l)
	if err != nil {
		return err
	}
	if err := moveClock(l, form("advance")); err != nil {
		return err
	}
	return s.redirect(c, "/lab?done=clock#clock")
}

// moveClock takes "reset" or how far to move: "1m", "-90s".
func moveClock(l *lab.Lab, by string) error {
	if by == "reset" {
		l.ResetClock()
		return nil
	}
	d, err := time.ParseDuration(by)
	if err != nil || d == 0 || d > lab.MaxOffset || d < -lab.MaxOffset {
		return problem{
			Status: http.StatusBadRequest, Title: "The clock cannot move by that.",
			Detail: "It was asked to move by “" + limit(by, 40) + "”.", Fix: "Say how far, as in 61s, 1m or 1h, or reset.",
		}
	}
	l.Advance(d)
	return nil
}

// labReset resets the lab, for who said yes.
func (s *server) labReset(c *gin.Context) error {
	l := s.labOf(c)
	form, err := s.controlForm(c, l)
	if err != nil {
		return err
	}
	if form("sure") != "yes" {
		return s.redirect(c, "/lab?done=sure")
	}
	if err := l.Reset(); err != nil {
		return err
	}
	return s.redirect(c, "/lab?done=reset")
}

// controlForm reads a control's form, from the lab's owner alone.
func (s *server) controlForm(c *gin.Context, l *lab.Lab) (func(string) string, error) {
	if err := s.mustOwn(c, l); err != nil {
		return nil, err
	}
	form, err := s.form(c)
	if err != nil {
		return nil, err
	}
	return form.Get, nil
}

// clientRole is a client as pages show it: one of the cast by its name in the
// story, an own app by the name that it registered.
func clientRole(c *mockprovider.Client) web.Role {
	p := lab.ClientParty(c.ID)
	if p.Role == trace.RoleOwnApp {
		p.Name = cmp.Or(c.Name, c.ID)
	}
	return webRole(p)
}
