package walkthrough

import (
	"strings"

	"claimcheck/playground/spec"
)

// A Step is one step of a flow, as its text file states it, for one variant.
type Step struct {
	// N is its position from 1. It follows from the order of the files.
	N int `yaml:"-"`
	// ID names it in URLs, in the log and in other steps: "token-request".
	ID string `yaml:"id"`
	// Title is the heading of its page, Short the line in the list of steps
	// (at most MaxShort characters).
	Title string `yaml:"title"`
	Short string `yaml:"short"`
	// From and To are the parties, the same one for local work. The file names
	// their lanes.
	From *Party `yaml:"-"`
	To   *Party `yaml:"-"`
	Via  Via    `yaml:"via"`
	Kind Kind   `yaml:"kind"`
	// Label stands on the arrow (at most MaxLabel characters), Under below it
	// while the step is the current one.
	Label string `yaml:"label"`
	Under string `yaml:"under"`
	// Say is the step in two or three sentences, also for a screen reader.
	Say string `yaml:"say"`
	// Send is the button of a step that sends.
	Send string `yaml:"send"`
	// Clock says that sending it moves the lab's clock.
	Clock bool `yaml:"clock"`
	// Rules are the IDs of the rules that the receiver runs here, in order. A
	// test compares them with what it really ran.
	Rules   []string     `yaml:"rules"`
	Params  []Param      `yaml:"params"`
	Predict *Question    `yaml:"predict"`
	Wrong   []Wrong      `yaml:"wrong"`
	Values  []ValueEvent `yaml:"values"`
	Sees    []Sight      `yaml:"sees"`
	RFC     []Clause     `yaml:"rfc"`
	// Editable are the parameters that the edit form offers.
	Editable []string `yaml:"editable"`
	// Explain is the body of the file: Markdown.
	Explain string `yaml:"-"`
	// File is where the text stands, for messages about it.
	File string `yaml:"-"`
	// When limits the step to some variants.
	When When `yaml:"when"`

	FromLane string `yaml:"from"`
	ToLane   string `yaml:"to"`
}

// The widths that the drawing has room for.
const (
	MaxShort = 28
	MaxLabel = 14
)

// Kind is what sort of thing happens in a step.
type Kind string

// The kinds.
const (
	KindUser     Kind = "user"     // a person acts
	KindCompute  Kind = "compute"  // one party works on its own
	KindRedirect Kind = "redirect" // an answer that sends the browser on
	KindRequest  Kind = "request"
	KindResponse Kind = "response"
	KindCheck    Kind = "check" // one party decides, rule by rule
)

// Via is the way that a message takes.
type Via string

// The ways. Page is a request that a script in the browser's page sends by
// itself: no redirect carries it, and no server of the client either.
const (
	ViaFront Via = "front"
	ViaBack  Via = "back"
	ViaPage  Via = "page"
	ViaLocal Via = "local"
)

// Words is the way as it is written beside an arrow.
func (v Via) Words() string {
	switch v {
	case ViaFront:
		return "via the browser"
	case ViaBack:
		return "server to server"
	case ViaPage:
		return "from the page, by script"
	case ViaLocal:
		return "no message"
	}
	return ""
}

// A Param is a parameter or header field of a step's message.
type Param struct {
	Name string `yaml:"name"`
	// Plain says what it is for.
	Plain string `yaml:"plain"`
	When  When   `yaml:"when"`
}

// A Question is a prediction: what will happen? Answer counts from 1.
type Question struct {
	Question string   `yaml:"question"`
	Options  []string `yaml:"options"`
	Answer   int      `yaml:"answer"`
	Why      string   `yaml:"why"`
}

// Wrong is something that can go wrong, as a fault that is really sent.
type Wrong struct {
	// Fault names the Go preparation: "wrong_state".
	Fault string `yaml:"fault"`
	Title string `yaml:"title"`
	// Ask is the prediction before it is sent.
	Ask Question `yaml:"ask"`
	// Outcome says what happens and what it protects from.
	Outcome string `yaml:"outcome"`
	// Rule is the rule that refuses, Status and Error what goes on the wire. An
	// empty rule says that nobody refuses. A test sends the fault and compares.
	Rule   string `yaml:"rule"`
	Status int    `yaml:"status"`
	Error  string `yaml:"error"`
	// Clock says that it moves the lab's clock.
	Clock bool `yaml:"clock"`
	When  When `yaml:"when"`
}

// A ValueEvent is something that happens to a value in a step.
type ValueEvent struct {
	Name string `yaml:"name"`
	// Event is born, carried, checked or dies.
	Event ValueEventKind `yaml:"event"`
	Note  string         `yaml:"note"`
	When  When           `yaml:"when"`
}

// ValueEventKind is what happens to a value.
type ValueEventKind string

// The events of a value's life.
const (
	Born    ValueEventKind = "born"
	Carried ValueEventKind = "carried"
	Checked ValueEventKind = "checked"
	Dies    ValueEventKind = "dies"
)

// A Sight says where a value stands in a step's message. Who can see it there
// follows from the place and the way (see Observers).
type Sight struct {
	Value string `yaml:"value"`
	In    Place  `yaml:"in"`
	Note  string `yaml:"note"`
	When  When   `yaml:"when"`
}

// Place is where in a message, or at a party, a value stands.
type Place string

// The places.
const (
	InURL    Place = "url"    // the request's URL, or the Location of an answer
	InHeader Place = "header" // another header field
	InBody   Place = "body"
	InMemory Place = "memory" // kept by the party, in no message
)

// A Clause is what a specification says about a step, in our words.
type Clause struct {
	// Ref is the section, as people write it: "RFC 6749 §4.1.1".
	Ref   string `yaml:"ref"`
	Level string `yaml:"level"` // must, should, may or text
	Says  string `yaml:"says"`
	When  When   `yaml:"when"`
}

// Section is the clause's reference, taken apart.
func (c Clause) Section() spec.Ref {
	name, section, _ := strings.Cut(c.Ref, " §")
	return spec.Ref{Name: name, Section: section}
}
