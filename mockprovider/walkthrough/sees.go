package walkthrough

import (
	"slices"

	"claimcheck/mockprovider/trace"
)

// Seen is how surely an observer gets to see a value.
type Seen string

// The degrees. Their words stand in the matrix.
const (
	SeenYes Seen = "yes"
	SeenMay Seen = "may"
	SeenNo  Seen = "no"
)

// An Observer is somebody, or some file, that a value may become known to.
type Observer struct{ Name, What string }

// The observers at the browser, in the order of their columns.
const (
	seesScreen = iota
	seesHistory
	seesAddons
	seesReferer
	seesLogs // the columns from here are the logs of the parties, then the network
)

// Observers returns the columns of the matrix: who stands at the browser, if one
// takes part, each party that keeps a log, and the network.
func (v *Variant) Observers() []Observer {
	var all []Observer
	if v.browser() {
		all = []Observer{
			{"Alice’s screen", "the address bar, and who looks over her shoulder"},
			{"Browser history", "what stays on the computer after the tab is closed"},
			{"Browser add-ons", "extensions that may read pages and requests"},
			{"Referer", "the header that tells the next page where she came from"},
		}
	}
	for _, p := range v.servers() {
		what := "the access log of the API"
		switch p.Role { //nolint:exhaustive // the others keep none
		case trace.RoleClient:
			what = "the access log of the client’s web server"
		case trace.RoleAS:
			what = "the access log of the authorization server"
		}
		all = append(all, Observer{p.Name + "’s log", what})
	}
	return append(all, Observer{"The network", "somebody who reads along, with TLS in place"})
}

func (v *Variant) browser() bool {
	return slices.ContainsFunc(v.lanes, func(p *Party) bool { return p.Role == trace.RoleBrowser })
}

// servers are the parties that keep a log.
func (v *Variant) servers() []*Party {
	var all []*Party
	for _, p := range v.lanes {
		if p.Role == trace.RoleClient || p.Role == trace.RoleAS || p.Role == trace.RoleRS {
			all = append(all, p)
		}
	}
	return all
}

// A SightRow is one value of a step and who sees it.
type SightRow struct {
	Value string
	Where string
	Cells []Seen
	Note  string
}

// Matrix says who can see the values of a step's message. It follows from
// where the value stands and which way the message goes, so that a step's text
// states the place only.
func (s *Step) Matrix(v *Variant) []SightRow {
	rows := make([]SightRow, 0, len(s.Sees))
	for _, x := range s.Sees {
		rows = append(rows, SightRow{x.Value, s.where(x.In), s.cells(x.In, v), x.Note})
	}
	return rows
}

func (s *Step) where(p Place) string {
	switch p {
	case InURL:
		if s.Kind == KindRedirect || s.Kind == KindResponse {
			return "in the Location header"
		}
		return "in the URL"
	case InHeader:
		return "in a header field"
	case InBody:
		return "in the body"
	case InMemory:
		return "kept by " + s.From.Name
	}
	return ""
}

func (s *Step) cells(p Place, v *Variant) []Seen {
	c := make([]Seen, len(v.Observers()))
	for i := range c {
		c[i] = SeenNo
	}
	logs := 0
	if v.browser() {
		logs = seesLogs
		if s.Via == ViaFront || s.Via == ViaPage || (v.Lite() && s.From.Role == trace.RoleClient) {
			c[seesAddons] = SeenMay
		}
	}
	if p != InURL {
		return c
	}
	if s.Via == ViaFront && v.browser() {
		c[seesScreen], c[seesHistory], c[seesAddons] = SeenYes, SeenMay, SeenYes
		if s.Kind == KindRequest {
			c[seesReferer] = SeenMay
		}
	}
	// A server's access log keeps the request line; the answer's Location is
	// logged by few.
	servers := v.servers()
	if at := slices.Index(servers, s.To); at >= 0 {
		c[logs+at] = SeenYes
	} else if at := slices.Index(servers, s.From); at >= 0 {
		c[logs+at] = SeenMay
	}
	return c
}
