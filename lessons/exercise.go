package lessons

import (
	"html/template"
	"net/url"
	"time"

	"claimcheck/mockprovider/trace"
	"claimcheck/playground/spec"
)

// The kinds of exercises.
const (
	KindPredict = "predict" // say the outcome, then it is sent
	KindDo      = "do"      // reach a state of the lab
	KindForge   = "forge"   // carry out an attack
	KindFix     = "fix"     // make an attack fail
	KindOrder   = "order"   // arrange steps
	KindBug     = "bug"     // mark the faulty line
	KindCompute = "compute" // find a value, which is recomputed
	KindQuiz    = "quiz"    // choose an answer
	KindSort    = "sort"    // put cards into buckets
	KindFill    = "fill"    // repair the cells of a table
	KindDesign  = "design"  // choose parts, which rules judge together
)

// kinds are all of them, for messages.
func kinds() []string {
	return []string{
		KindPredict, KindDo, KindForge, KindFix, KindOrder, KindBug, KindCompute, KindQuiz, KindSort, KindFill, KindDesign,
	}
}

// An Exercise asks for something and can tell whether it was done.
type Exercise struct {
	Lesson  *Lesson
	ID      string
	Kind    string
	Title   string
	Ask     template.HTML
	Hints   []template.HTML
	Explain template.HTML

	// What the kinds show; see the authoring format. Cards, steps and choices
	// are in the order in which they are shown.
	Options   []Option
	Many      bool // several options or lines may be marked
	Buckets   []Bucket
	Cards     []Card
	Columns   []string
	Rows      []FillRow
	Steps     []Card
	Lines     []template.HTML
	Fields    []Field
	Token     string // the token that the question is about
	Send      string // a request to start from
	Links     []Link
	Events    []Event // what a wire check waits for
	Probes    []Probe // what is sent when the prediction has been made
	UsesWire  bool    // the check reads the lab's log
	Solution  Proof
	Decoys    []Proof
	solutions []template.HTML // the right answers, for "show me"

	check Check
	game  *designGame // of a design
	line  int
}

// Anchor is the exercise's place on its page.
func (e *Exercise) Anchor() string { return "ex-" + e.ID }

// Path is where its answers are posted to.
func (e *Exercise) Path() string { return e.Lesson.Path() + "/" + e.ID }

// Check judges an attempt. It is pure: the same attempt has the same verdict.
func (e *Exercise) Check(a *Attempt) Verdict { return e.check(a) }

// Answered says whether the attempt holds any answer to the exercise.
func (e *Exercise) Answered(a url.Values) bool {
	for _, vs := range a {
		for _, v := range vs {
			if v != "" {
				return true
			}
		}
	}
	return false
}

// ShowMe is the solution in words, one line per item, where there is one.
func (e *Exercise) ShowMe() []template.HTML { return e.solutions }

// Option is an answer of a quiz.
type Option struct {
	ID   string
	Text template.HTML
}

// Bucket is where a card may go.
type Bucket struct{ ID, Name string }

// Card is what is sorted or put in order.
type Card struct {
	ID   string
	Text template.HTML
	// Token is the badge that the card is about, if any.
	Token string
}

// FillRow is a row of a table to repair.
type FillRow struct {
	Head  template.HTML
	Cells []FillCell
}

// FillCell is a cell: a text, or a choice if ID is set.
type FillCell struct {
	ID      string
	Text    template.HTML
	Choices []string
	Head    string // its column
}

// Field is a value to type or paste.
type Field struct {
	ID, Label, Hint string
	Long            bool
}

// Link leads to where the exercise can be done.
type Link struct{ Text, Href string }

// Event is something that a wire check waits for.
type Event struct{ Is, Missing template.HTML }

// Probe is a request whose real outcome a prediction is compared with.
type Probe struct {
	ID      string // of the card
	Request string // with variables
	recipe  *recipe
}

// A Check judges an attempt.
type Check func(a *Attempt) Verdict

// An Attempt is what a check may look at, and nothing else.
type Attempt struct {
	// Answers are the form's values by field name.
	Answers url.Values
	// Log is what still counts of what the learner did in the lab, Since the
	// position of the exercise's last reset.
	Log   []trace.Item
	Since int64
	// Issued are all tokens that AcmeID issued in the lab, to whomever, with
	// their kind: access, id or refresh.
	Issued map[string]string
	// Outcomes are the real answers to the exercise's probes, by card.
	Outcomes map[string]Outcome
	// Now is the lab's clock.
	Now time.Time
	// JWKS is AcmeID's published key set, as JSON (RFC 7517 §5).
	JWKS []byte
	// Vars are the variables of the lab: origin, issuer, stepcloud.
	Vars map[string]string
}

// Outcome is what came back for a request that was really sent.
type Outcome struct {
	Status int
	// Rule is the finding that refused it, empty if none did.
	Rule string
	// Said is that finding's sentence.
	Said string
	// By is the party that answered, StepCloud if it is empty.
	By string
}

// Accepted says whether the request led on: to an answer, or, at the authorization
// endpoint, to the next page and not back with an error.
func (o Outcome) Accepted() bool { return o.Status < 300 || o.Status < 400 && o.Rule == "" }

// A Verdict is what a check says of an attempt.
type Verdict struct {
	Done bool
	// Rungs are the parts of the exercise, in order.
	Rungs []Rung
	// Missing has a sentence per part that is not met yet.
	Missing []template.HTML
	// NearMiss is feedback for a known wrong way, empty if there is none.
	NearMiss template.HTML
	// Score says how much is right where there are many parts.
	Score template.HTML
}

// A Rung is one part of an exercise and how it stands.
type Rung struct {
	Status string // pass, fail, skipped
	Word   string // done, near, open, right, wrong
	Title  template.HTML
	Why    template.HTML
	Spec   *spec.Ref
	At     time.Time // when it happened, zero if it is no event
}

// A Proof is a solution or a decoy: answers, and a script that is run against a
// fresh lab before.
type Proof struct {
	Answers url.Values // with variables of the script
	Script  []ScriptStep
	Says    string // words that the feedback of a decoy must hold
	line    int
}
