package web

// Log is the component "log": what happened in a lab, the newest last. With a
// script it grows by itself; without one, by reloading the page.
type Log struct {
	// Label names it: "Log of lab main".
	Label string
	// Src is the address of its event stream, without "after".
	Src string
	// Last is the position up to which Rows go.
	Last int64
	Rows []LogRow
}

// LogRow is one line of a log. It is also the data of a server-sent event.
type LogRow struct {
	// Seq is its position in the lab's log.
	Seq int64 `json:"seq"`
	// Time is "12:04:02", Stamp the same for a program (RFC 3339).
	Time  string `json:"time"`
	Stamp string `json:"stamp"`
	// From and To are empty for what was no message.
	From LogParty `json:"from"`
	To   LogParty `json:"to"`
	// Channel is "front" or "back", Via says who sent it in whose stead.
	Channel string `json:"channel,omitempty"`
	// Text is the request's first line, or what happened.
	Text string `json:"text"`
	// Status is "pass", "fail" or "info"; Outcome is the same in words.
	Status  string `json:"status"`
	Outcome string `json:"outcome"`
	// Href leads to all of the message; empty for what was none.
	Href string `json:"href,omitempty"`
}

// LogParty is a party in a log: the kind of its [Role], and its name.
type LogParty struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
}

// Lab is the view of the page "lab".
type Lab struct {
	ID string
	// Local says that only this machine can reach the server; Owned that the
	// visitor may see the log and use the controls.
	Local, Owned bool
	// Visitor says that the lab is a visitor's own, on a server for many.
	Visitor bool
	// Secret opens the control calls; shown to the owner.
	Secret string
	// Client is the own app whose lines alone the log shows; empty shows all.
	Client string
	// Notice is what was just done, in a sentence.
	Notice string

	Parties []LabParty
	Users   []LabUser
	// Index leads to the pages of controls.
	Index []LabIndex
	// Own leads to the pages for somebody with an app of their own.
	Own  []LabIndex
	Runs int

	// Time is the lab's clock ("12:04:02"), Day its date, Ahead how far it is
	// from the wall clock, empty if it is not.
	Time, Day, Stamp, Ahead string

	Log Log
	// Hidden counts the lines that the page leaves out, Dropped those that the
	// log's cap has cost.
	Hidden  int
	Dropped int64
}

// LabParty is a party of the lab with its address.
type LabParty struct {
	Role Role
	What string // "authorization server"
	URL  string
	// Href is where a browser can look at it; may be empty.
	Href, HrefText string
}

// LabClient is a registered client.
type LabClient struct {
	Role         Role
	ID           string
	Type         string // "confidential" or "public"
	Auth         string // how it authenticates at the token endpoint
	Secret       string
	RedirectURIs []string
	Scopes       []string
	// Cast says that it belongs to the story, and stays as it is.
	Cast bool
	// Asked are the addresses that it wants to be called at, and that nobody has
	// confirmed.
	Asked []string
}

// LabUser is one of the people.
type LabUser struct {
	ID, Name, Username, Password, What string
}

// LabEntry is the view of the page "labentry": one message of the log.
type LabEntry struct {
	Row LogRow
	// Note says what is special about it: who sent it in whose stead, that
	// its answer was held.
	Note string
	// Run and Step are where it belongs, empty if nowhere.
	Run, Step         string
	Request, Response Wire
	// Checks are the receiver's rules, AnswerChecks the sender's.
	Checks, AnswerChecks []Row
	Curl                 string
	// Prev and Next lead to the neighbours; may be empty.
	Prev, Next string
}
