package walkthrough

import "claimcheck/mockprovider/trace"

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

// Observers returns the columns of the matrix.
func Observers(v Variant) []Observer {
	return []Observer{
		{"Alice’s screen", "the address bar, and who looks over her shoulder"},
		{"Browser history", "what stays on the computer after the tab is closed"},
		{"Browser add-ons", "extensions that may read pages and requests"},
		{"Referer", "the header that tells the next page where she came from"},
		{v.App() + "’s log", "the access log of the client’s web server"},
		{"AcmeID’s log", "the access log of the authorization server"},
		{"StepCloud’s log", "the access log of the API"},
		{"The network", "somebody who reads along, with TLS in place"},
	}
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
func (s *Step) Matrix(v Variant) []SightRow {
	rows := make([]SightRow, 0, len(s.Sees))
	for _, x := range s.Sees {
		rows = append(rows, SightRow{x.Value, s.where(x.In, v), s.cells(x.In, v), x.Note})
	}
	return rows
}

func (s *Step) where(p Place, v Variant) string {
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
		return "kept by " + NameOf(s.From, v)
	}
	return ""
}

func (s *Step) cells(p Place, v Variant) []Seen {
	c := make([]Seen, len(Observers(v)))
	for i := range c {
		c[i] = SeenNo
	}
	const screen, history, addons, referer, clientLog = 0, 1, 2, 3, 4
	log := map[trace.Role]int{trace.RoleClient: clientLog, trace.RoleAS: 5, trace.RoleRS: 6}
	inBrowser := s.Via == ViaFront || s.Via == ViaPage || (v.Lite() && s.From == trace.RoleClient)
	if inBrowser {
		c[addons] = SeenMay
	}
	if p != InURL {
		return c
	}
	if s.Via == ViaFront {
		c[screen], c[history], c[addons] = SeenYes, SeenMay, SeenYes
		if s.Kind == KindRequest {
			c[referer] = SeenMay
		}
	}
	// A server's access log keeps the request line; the answer's Location is
	// logged by few.
	if at, ok := log[s.To]; ok {
		c[at] = SeenYes
	} else if at, ok := log[s.From]; ok {
		c[at] = SeenMay
	}
	return c
}
