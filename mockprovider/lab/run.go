package lab

import (
	"slices"
	"sync"
	"time"

	"claimcheck/mockprovider/trace"
)

// The caps of runs.
const (
	maxRuns = 256            // per lab; the longest unused goes first
	runIdle = 24 * time.Hour // by the wall clock
)

// RunConfig says what a run is about. The zero value is a free pass of FitTrack
// with the scope steps:read, and without PKCE.
type RunConfig struct {
	// Client is the id of one of the cast's clients, such as FitTrack. Empty
	// means FitTrack.
	Client string
	// PKCE makes the client send a code_challenge (RFC 7636 §4.3).
	PKCE bool
	// Guided keeps the client from going on by itself and asks Hold after each
	// message that came through the browser.
	Guided bool
	// Flow names what the run is a walk of, for whoever reads the log. It may be
	// empty.
	Flow string
	// Scope is what the client asks for, "steps:read" if empty.
	Scope string
	// InsecureOff are rules that the run's client leaves out, by their ids: an app
	// that was built without them. They are still evaluated, and warn.
	InsecureOff []string
	// RedirectPerIssuer gives each authorization server a redirect URI of its own
	// (RFC 9700 §4.4.2.2).
	RedirectPerIssuer bool
	// Details is the authorization_details that the client asks for (RFC 9396 §2),
	// a JSON array. Empty asks for none.
	Details string
	// Hold says where to send the browser instead of giving it the answer, or
	// "" to give it the answer. It is asked for guided runs only, must not
	// block, and may be nil.
	Hold func(*trace.Entry) string
	// Page returns the address of the page that shows the run, given its id: the
	// client's own page links there. Nil means that there is none.
	Page func(run string) string
}

// A Run is one learner's pass through a flow: a browser of its own, what its
// client holds, and its part of the log. It is safe for concurrent use.
type Run struct {
	id  string
	lab *Lab
	cfg RunConfig

	mu       sync.Mutex
	guided   bool
	step     string
	attempts map[string]int
	jar      jar
	theirs   jar // of the attacker's browser
	undo     undoLog
	moved    moved // what this run added to the lab's clock
	startSeq int64 // position of the mark that started it, or of its reset
	born     int64 // position of the mark that started it
	used     time.Time
	counters map[string]uint64
	signed   map[string]signedAhead
}

// ID is the run's id, as it stands in URLs.
func (r *Run) ID() string { return r.id }

// Lab is the lab that the run belongs to.
func (r *Run) Lab() *Lab { return r.lab }

// Config is what the run was made with. Guided and SetStep may have changed since.
func (r *Run) Config() RunConfig { return r.cfg }

// Guided says whether the run is guided now.
func (r *Run) Guided() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.guided
}

// SetGuided switches between guided and free.
func (r *Run) SetGuided(on bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.guided = on
}

// SetStep says which step the next messages of the run belong to, and counts a
// new attempt of it. It returns the attempt's number, from 1.
func (r *Run) SetStep(step string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.step = step
	if r.attempts == nil {
		r.attempts = map[string]int{}
	}
	if len(r.attempts) < 256 || r.attempts[step] > 0 {
		r.attempts[step]++
	}
	return r.attempts[step]
}

// Step is the step that SetStep named last.
func (r *Run) Step() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.step
}

// Items are the run's entries and marks, in order, undone ones included. A lab
// with a seed gives a run the id of one before its reset: what that one did is
// left out.
func (r *Run) Items() []trace.Item {
	r.mu.Lock()
	born := r.born
	r.mu.Unlock()
	return slices.DeleteFunc(r.lab.log.Run(r.id), func(it trace.Item) bool { return it.Seq < born })
}

// Entries are the run's entries that no undo and no reset took back, in order.
func (r *Run) Entries() []*trace.Entry { return trace.Entries(trace.Current(r.Items())) }

// Events are what the check of an exercise reads: what still counts of this
// run, and what an own app has done since the run began or was reset.
func (r *Run) Events() []trace.Item {
	r.mu.Lock()
	start := r.startSeq
	r.mu.Unlock()
	all, _ := r.lab.log.After(start - 1)
	out := make([]trace.Item, 0, len(all))
	for _, it := range trace.Current(all) {
		own := it.Entry != nil && it.Entry.Run == "" && it.Entry.From.Role == trace.RoleOwnApp
		if it.Run() == r.id || own {
			out = append(out, it)
		}
	}
	return out
}

// Mark adds a mark of the run to the log and returns its position.
func (r *Run) Mark(kind, text string, data map[string]string) int64 {
	return r.lab.log.Mark(trace.Mark{
		Kind: kind, At: r.lab.Now(), Run: r.id, Step: r.Step(), Text: text, Data: data,
	})
}

// sender is who sends for the run right now.
func (r *Run) sender(from trace.Party, ch trace.Channel, via string) trace.Sender {
	r.mu.Lock()
	defer r.mu.Unlock()
	return trace.Sender{From: from, Channel: ch, Via: via, Run: r.id, Step: r.step, Attempt: r.attempts[r.step]}
}
