// Package trace records the HTTP messages that a lab's parties receive, once
// each, where they arrive, together with the findings of the rules that the
// receiver ran on them.
//
// It imports nothing but the vocabulary of findings, so that the provider can
// report what it decided without knowing whether anybody records it.
package trace

import (
	"net/http"
	"time"
)

// A Role is the part that a party plays in OAuth (RFC 6749 §1.1), or in the lab.
// Its text is the data-role attribute of every page.
type Role string

// The roles.
const (
	RoleOwner    Role = "owner"    // resource owner: Alice
	RoleBrowser  Role = "browser"  // user agent: acts for the resource owner
	RoleClient   Role = "client"   // FitTrack
	RoleAS       Role = "as"       // authorization server: AcmeID
	RoleRS       Role = "rs"       // resource server: StepCloud
	RoleAttacker Role = "attacker" // Mallory
	RoleOwnApp   Role = "own"      // the learner's own app, told by its client_id
	RoleOutside  Role = "outside"  // anything else: curl, a script
)

// A Party is somebody who sends or receives messages.
type Party struct {
	Role Role   `json:"role"`
	ID   string `json:"id"`   // "fittrack", "acmeid", "alice"
	Name string `json:"name"` // as the story calls it: "FitTrack"
}

// A Channel is the way that a message took.
type Channel string

// The channels: through the browser, or from server to server.
const (
	Front Channel = "front"
	Back  Channel = "back"
)

// An Entry is one HTTP message and its answer, as the receiver saw them. It is
// kept as raw bytes; HAR is made when it is read.
type Entry struct {
	Seq int64     `json:"seq"` // position in the lab's log, from 1
	At  time.Time `json:"at"`  // when it arrived, by the lab's clock
	// Trace is the id that the answer carries in [HeaderTrace], empty where the
	// recorder gives none.
	Trace string        `json:"trace,omitempty"`
	Took  time.Duration // how long the receiver worked on it, by the wall clock
	Run   string        `json:"run,omitempty"`
	Step  string        `json:"step,omitempty"`
	// Attempt counts the sendings of the step in its run, from 1. Zero outside
	// a step.
	Attempt int     `json:"attempt,omitempty"`
	From    Party   `json:"from"`
	To      Party   `json:"to"`
	Channel Channel `json:"channel"`
	// Via is "server" where the server sent the message in a page's or a
	// browser's stead, empty where the sender did it itself.
	Via string `json:"via,omitempty"`
	// Held says that a guided run kept the answer from the browser: it is
	// shown on the step's page instead.
	Held bool `json:"held,omitempty"`

	// Failure says in words why there is no answer, or none that could be read to
	// its end. It is empty where there is one. Only what the provider sends out
	// to somebody else's server can fail like that.
	Failure string `json:"failure,omitempty"`

	Request  Message `json:"request"`
	Response Message `json:"response"`
	// RequestFindings are the rules that the receiver ran on the request,
	// ResponseFindings those that the sender ran on the answer, once it has.
	RequestFindings  Findings `json:"-"`
	ResponseFindings Findings `json:"-"`
}

// A Message is one half of an exchange, as it was on the wire. Login passwords
// and the site's own cookies are masked before it is kept.
type Message struct {
	Method string // requests
	URL    string // requests: the absolute URL
	Proto  string
	Status int // responses
	Header http.Header
	Body   []byte
	// Cut says that the body was longer than what is kept, HeaderCut the same
	// of the headers.
	Cut, HeaderCut bool

	headerSize int // of Header, once it is known
}
