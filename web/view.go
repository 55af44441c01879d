package web

// Page is what a handler gives to [Site.Render]. In the templates the dot is
// the Page, and .Data the page's own view.
type Page struct {
	// Title stands in the tab before the site's name; empty on the front page.
	Title string
	// Description is one sentence for whoever lists the page.
	Description string
	// Nav says which of the header's links is the current one: "learn",
	// "flows", "playground", "practice", "lab", or none.
	Nav string
	// Mark stands at the right of the header: "lab main · Alice".
	Mark string
	// Print lays the page out for paper, without header and footer links.
	Print bool
	// TextHref leads to the page's text version, if it has one.
	TextHref string
	// PrintHref leads to the page's version for paper, if it has one.
	PrintHref string
	// Off names the rules that are switched off in the lab whose traffic the page
	// shows; the page says so above everything else.
	Off []string
	// Data is the page's own view.
	Data any
}

// Role is a party of the story in a sentence, with its colour and shape.
type Role struct {
	// Kind is "owner", "browser", "client", "as", "rs", "attacker", "own" or "outside".
	Kind string
	// Name is what the story calls it: "FitTrack".
	Name string
}

// Part is a part of a JWT in a sentence.
type Part struct {
	// Kind is "header", "payload" or "signature".
	Kind string
	Text string
}

// Row is one rung of a ladder: a rule and how it ended. Texts may hold code
// between backticks; no HTML.
type Row struct {
	// ID is the rule's or finding's id; it becomes the row's anchor, so that a
	// ladder's ids must differ from those of others on the page. May be empty.
	ID string
	// Status is "pass", "fail", "warn", "info" or "skipped".
	Status string
	// Word is what the reader sees; empty means the status ("not run" for skipped).
	Word  string
	Title string
	// Cite is the section ("RFC 6749 §4.1.3"), CiteHref where to read it.
	Cite     string
	CiteHref string
	// Small is the line of evidence below the title.
	Small string
	// Expected and Got are what was compared, Why why it matters, Fix what to do.
	Expected string
	Got      string
	Why      string
	Fix      string
	// Href leads on, by the words HrefText ("Switch on"; empty: "More").
	Href     string
	HrefText string
}

// Label is the word that the row shows for its status.
func (r Row) Label() string {
	switch {
	case r.Word != "":
		return r.Word
	case r.Status == "skipped":
		return "not run"
	}
	return r.Status
}

// Open says whether the row shows more than its title and evidence.
func (r Row) Open() bool {
	return r.Expected != "" || r.Got != "" || r.Why != "" || r.Fix != ""
}

// Wire is an HTTP message, line by line.
type Wire struct {
	// Role is the kind of the sender; its colour stands at the edge.
	Role string
	// Label names the message for who cannot see it: "Request from FitTrack to AcmeID".
	Label string
	Lines []Line
}

// Text is the whole message, for the copy button.
func (w Wire) Text() string {
	var all []byte
	for _, l := range w.Lines {
		all = append(append(all, l.Text...), '\n')
	}
	return string(all)
}

// Line is one line of a message. A header that is broken for reading is one line
// with line feeds in it.
type Line struct {
	Text string
	// Hit marks the line that is spoken of.
	Hit bool
	// Strong marks the request line or status line.
	Strong bool
	// Part underlines the line as a part of a JWT, if set.
	Part string
	// Note is said after the line: "changed", "masked".
	Note string
}

// JWT is a badge: the three parts of a signed token, raw and read.
type JWT struct {
	Title string
	// Note stands small beside the title: "issued by AcmeID, for StepCloud".
	Note      string
	Header    Segment
	Payload   Segment
	Signature Segment
	// Brief shows the raw token once and the payload's claims only.
	Brief bool
	// Sealed draws the seal. Set it only if the signature was checked and holds.
	Sealed bool
	// Seal is the signer on the seal, two short lines.
	Seal [2]string
}

// Segment is a part of a JWT.
type Segment struct {
	// Raw is the part as it stands in the token, base64url.
	Raw string
	// Note stands below the raw text: "64 bytes, r‖s".
	Note   string
	Claims []Claim
}

// Short is the raw part as a brief badge shows it: its beginning, and an
// ellipsis where there is more.
func (s Segment) Short() string {
	const most = 44
	if len(s.Raw) <= most {
		return s.Raw
	}
	return s.Raw[:most] + "…"
}

// Claim is a member of the header or the payload.
type Claim struct {
	Name string
	// Value is the JSON value, shortened for reading where it is long.
	Value string
	// Text says what it means: "About whom".
	Text string
	// Hit marks the claim that is spoken of.
	Hit bool
}

// Stub is an opaque token.
type Stub struct {
	// Edge is the text on the torn edge, in capitals: "STEPCLOUD · ADMIT ONE APP".
	Edge string
	// Title says what it is: "Access token, opaque".
	Title string
	// Value is the token.
	Value string
	// Note stands below: "Good for steps:read until 12:15".
	Note string
}

// KV is a table of names, values and what they are for.
type KV struct {
	Caption string // for who cannot see the table's place
	Columns []string
	Rows    []KVRow
}

// KVRow is a parameter, a header, a claim.
type KVRow struct {
	Name  string
	Value string // shown as code
	Text  string // may hold code between backticks
	Hit   bool
}

// Tabs are links of which one is the current.
type Tabs struct {
	Label string
	Items []Tab
}

// Tab is one of them.
type Tab struct {
	Text    string
	Href    string
	Current bool
	// Status adds a pen stroke: how this attempt ended.
	Status string
}

// Callout is a remark beside the text.
type Callout struct {
	// Kind is "note", "warning", "heard", "rfc" or "interview".
	Kind  string
	Title string
	Text  string
}

// Send is the one thing that a view asks to do: the button with the stub.
type Send struct {
	Text string
	// Stub is the text on the stub: "Enter", "8/17". May be empty.
	Stub string
	// Href makes it a link; without it, it submits the form around it.
	Href string
	// Name and Value go with the form, if set.
	Name  string
	Value string
}
