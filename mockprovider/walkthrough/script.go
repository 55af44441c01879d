package walkthrough

import (
	"context"
	"net/http"
	"strings"

	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
	"claimcheck/playground"
)

// register lists the flows in the order of the map: the name of the directory,
// and what its Go file makes.
func register() []registered {
	return []registered{
		{"authorization-code-pkce", authorizationCode},
		{"authorization-code", confidentialCode},
		{"openid-connect-login", openIDConnectLogin},
		{"device-authorization", device},
		{"client-credentials", clientCredentials},
		{"private-key-jwt", keyed},
		{"discovery-and-keys", discovery},
		{"refresh-token-rotation", refresh},
		{"introspection-and-revocation", introspection},
		{"token-exchange", tokenExchange},
		{"logout", logout},
		{"pushed-authorization-request", pushed},
		{"mix-up", mixUp},
		{"dpop", dpop},
		{"browser-app", browserApp},
		{"implicit", implicit},
		{"password", passwordGrant},
	}
}

type registered struct {
	id     string
	script func() *script
}

// A script is what a flow does, beside its text.
type script struct {
	// actions are by the IDs of the steps.
	actions map[string]*action
	// faults are by step and fault, "callback/wrong_state". Each fault of a step's
	// text has one, and the other way round; a test holds the two together.
	faults map[string]preparation
	// people are the faults in which a person fills in a page otherwise.
	people map[string]person
	// misbehaves are the faults in which AcmeID does something wrong, by the name
	// of what it does. Their preparation is unchanged.
	misbehaves map[string]string
	// config is the run that the flow needs, beside what every run has. Nil means
	// that the variant says it all.
	config func(*Variant) lab.RunConfig
	// memory is what a party keeps of a value that stands in no message, empty for
	// others. It may be nil.
	memory func(w *Walk, name string) string
}

// A preparation makes a step's next sending wrong: it edits the draft, or moves
// the clock.
type preparation func(ctx context.Context, w *Walk, d *Draft) error

// A person fills in a page and sends its form.
type person func(ctx context.Context, w *Walk, page *trace.Entry) (*trace.Entry, error)

// Half is the part of an exchange that a step shows.
type Half string

// The halves. Findings are the request together with the rules that ran on it.
const (
	HalfRequest  Half = "request"
	HalfFindings Half = "findings"
	HalfResponse Half = "response"
	HalfVerdict  Half = "verdict" // the rules that the sender ran on the answer
	HalfMemory   Half = "memory"  // nothing was sent; the step shows what is kept
)

// An action is what a step does, beside its text.
type action struct {
	// of is the sending step whose exchange this step looks at. Empty for a
	// step that sends.
	of   string
	half Half
	// within chooses another message of that step's sending, which somebody sent
	// to be able to answer: an API that asks. Nil means the step's own.
	within func(e *trace.Entry) bool

	// What follows is for steps that send.

	// owns tells the step's own messages in the log.
	owns func(w *Walk, e *trace.Entry) bool
	// seen does the same for an own app, whose messages belong to no step, where
	// owns goes by the step. Nil means that owns serves.
	seen func(e *trace.Entry) bool
	// preview is the request that is about to go out, or why there is none.
	preview func(ctx context.Context, w *Walk) (*Draft, error)
	// good says whether the exchange led on.
	good func(w *Walk, e *trace.Entry) bool
	// after is the sending step that must have come before in time.
	after string
	// person says that somebody fills in a page: the step's message is the
	// form that the page sends, not the preview.
	person person
	// pass lets the browser have the answer even in a guided run.
	pass func(e *trace.Entry) bool
	// back sends from the client, not through the browser.
	back func(ctx context.Context, w *Walk, edited *http.Request) (*trace.Entry, error)
	// stead says that the server sends in the page's stead even where the page has a
	// script: back sends a whole row of messages, or the answer is an error, which a
	// browser would report as one of the page.
	stead bool
	// ready is what has to be so before the message goes out: a clock that is
	// moved. Undoing the step undoes it. It may be nil.
	ready func(ctx context.Context, w *Walk) error
	// skipped says that the step was left out, rightly. Nil means never.
	skipped func(w *Walk) bool
	// odd says in a sentence what was out of the ordinary in a message, beside
	// edits and faults; empty if nothing was. It may be nil.
	odd func(w *Walk, s *Step, e *trace.Entry) string
	// kept is the rule that a party kept where the exchange of an attack did not lead
	// on and nobody refused, read from the answer. Nil means that findings say it.
	kept func(e *trace.Entry) *playground.Finding
	// expires is set where time alone makes the step fail.
	expires *expiry
}

// An expiry is how a step fails for having come too late.
type expiry struct {
	rule string // that refuses
	what string // has expired: "code"
	from string // the step to go back to
	redo string // the last step that has to be done anew
}

func (a *action) sends() bool { return a.of == "" }

// to tells a message by its receiver, method and the end of its path.
func to(role trace.Role, method, path string) func(*Walk, *trace.Entry) bool {
	return func(_ *Walk, e *trace.Entry) bool {
		return e.To.Role == role && e.Request.Method == method && strings.HasSuffix(e.Path(), path)
	}
}

func ownPage(w *Walk, e *trace.Entry) bool {
	return e.To.Role == trace.RoleClient && e.Request.Method == http.MethodGet &&
		strings.TrimSuffix(e.Path(), "/") == strings.TrimSuffix(w.home().Path, "/")
}

// accepted: no rule refused, no error status, no error in a redirect.
func accepted(_ *Walk, e *trace.Entry) bool {
	if !e.Accepted() {
		return false
	}
	at := e.Response.Location()
	return at == nil || at.Query().Get("error") == ""
}

func redirects(w *Walk, e *trace.Entry) bool {
	return accepted(w, e) && e.Response.Location() != nil
}

// notRedirected: the answer is a page for a person, such as the login page with
// a word about a wrong password.
func notRedirected(e *trace.Entry) bool { return e.Response.Location() == nil }

// call sends what a client of the cast sends by itself.
func call(c lab.Call) func(context.Context, *Walk, *http.Request) (*trace.Entry, error) {
	return func(ctx context.Context, w *Walk, edited *http.Request) (*trace.Entry, error) {
		return w.run.Call(ctx, c, edited)
	}
}

// previewCall is the call's request, which needs nothing before it.
func previewCall(c lab.Call) func(context.Context, *Walk) (*Draft, error) {
	return func(ctx context.Context, w *Walk) (*Draft, error) {
		r, err := w.run.Request(ctx, c)
		if err != nil {
			return nil, err
		}
		return draftOf(r)
	}
}

// previewWithToken is the request of a call that needs the tokens of a step.
func previewWithToken(step string, c lab.Call) func(context.Context, *Walk) (*Draft, error) {
	return previewAfter(step, "has no token yet", c)
}

// previewAfter is the request of a call that needs what a step brings.
func previewAfter(step, lacks string, c lab.Call) func(context.Context, *Walk) (*Draft, error) {
	return needs(step, lacks, previewCall(c))
}

// needs makes a preview wait until a step led on; lacks is what the client lacks
// before that: "has no token yet".
func needs(step, lacks string, preview func(context.Context, *Walk) (*Draft, error)) func(context.Context, *Walk) (*Draft, error) {
	return func(ctx context.Context, w *Walk) (*Draft, error) {
		if e := w.current(step); e == nil || !w.script.actions[step].good(w, e) {
			return nil, notYet{w.number(step), w.v.App() + " " + lacks}
		}
		return preview(ctx, w)
	}
}

// validated: accepted, and its sender accepts the answer.
func validated(w *Walk, e *trace.Entry) bool { return accepted(w, e) && e.AnswerRefusal() == nil }
