// Package drill runs the faults of a mock provider one after another against
// somebody's own app, and says of each whether the app took the bad thing or
// refused it. It is for who wrote the app; it attacks nobody else's: it sends
// browsers to registered loopback addresses alone, begins only when told to, and
// stops when told to.
//
//	d, err := drill.New(drill.Config{Home: provider, Client: "my-app", Start: "http://localhost:3000/login", SignedIn: "http://localhost:3000/me"})
//	go d.Run(ctx)
//	report := d.Report()
//
// What can be seen from here is what arrives at the provider, how the app answers
// at its callback, and whether a page of the app that is for people who are
// logged in opens afterwards. Where that is not enough the verdict says so.
package drill

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"claimcheck/mockprovider"
)

// The name of the issuer beside the provider that a drill uses.
const issuerName = "drill"

// attemptLimit is how long one login may take, runLimit the whole drill.
const (
	attemptLimit = 20 * time.Second
	runLimit     = 10 * time.Minute
)

// Config says what is drilled.
type Config struct {
	// Home is the provider whose faults are run; the drill has an issuer of its own
	// beside it.
	Home *mockprovider.Provider
	// Client is the ID of a registered client. Its redirect URIs must all be http
	// or https on a loopback address.
	Client string
	// Start is the address at which the app begins a login. Empty means that a
	// person logs in by hand and says what the app did: [Drill.Answer].
	Start string
	// SignedIn is an address of the app that answers 200 to who is logged in and
	// something else to others. It may be empty; fewer verdicts are sure then.
	SignedIn string
	// Username and Password log in at the provider.
	Username, Password string
	// Faults are those to run, by name. Empty means [Faults].
	Faults []string
	// Wrap is put around the drill's issuer, to record its messages. May be nil.
	Wrap func(http.Handler) http.Handler
	// Now is the wall clock.
	Now func() time.Time
}

// Faults are the faults that one login can show. Those that need a long wait, a
// refresh, an API or a logout are left out.
func Faults() []string {
	out := []string{
		"disc_issuer_mismatch", "disc_missing_jwks_uri", "disc_no_s256", "jwks_empty", "jwks_kid_missing_single", "jwks_key_rotated_now",
		"jwks_rotated_just_before_signing", "jwks_has_oct_key", "jwks_use_enc", "jwks_stale_cache",
	}
	leftOut := []string{"az_error_in_form_post", "az_fragment_instead_of_query", "idt_auth_time_stale", "idt_acr_lower", "tok_invalid_grant_once", "tok_500_once", "tok_timeout"}
	for _, f := range mockprovider.Faults() {
		drilled := f.Group == mockprovider.GroupResponse || f.Group == mockprovider.GroupIDToken || strings.HasPrefix(f.Name, "clock_skew") ||
			f.Group == mockprovider.GroupToken && !strings.HasPrefix(f.Name, "tok_refresh") || f.Name == "ui_sub_mismatch"
		graded := f.Expect == mockprovider.ExpectReject || f.Expect == mockprovider.ExpectAccept
		if drilled && graded && !slices.Contains(leftOut, f.Name) {
			out = append(out, f.Name)
		}
	}
	return out
}

// A Verdict is what the app did.
type Verdict string

// The verdicts.
const (
	Accepted   Verdict = "accepted"
	Refused    Verdict = "refused"
	NotReached Verdict = "not_reached" // the fault had no occasion to act
	Unseen     Verdict = "unseen"      // what the app did can't be seen from here
)

// An Attempt is one login under one fault.
type Attempt struct {
	Fault     string  `json:"fault"`
	Deviation string  `json:"deviation"`
	Correct   string  `json:"correct"`
	Spec      string  `json:"spec"`
	Expect    string  `json:"expect" enum:"reject,accept"`
	Verdict   Verdict `json:"verdict" enum:"accepted,refused,not_reached,unseen"`
	// Right says that the app did what a correct client does. It means nothing
	// where nothing was reached or seen.
	Right bool `json:"right"`
	// Why says by what the verdict was reached.
	Why string `json:"why"`
	// Lenient is why an app that accepted may be right, where the documents leave
	// it that choice: then the attempt is not graded.
	Lenient string `json:"lenient,omitempty"`
}

// Graded tells whether the attempt counts.
func (a *Attempt) Graded() bool {
	return (a.Verdict == Accepted || a.Verdict == Refused) && a.Lenient == ""
}

// A State is how far a drill is.
type State string

// The states.
const (
	Running State = "running" // it drives the app
	Waiting State = "waiting" // it waits for a person
	Done    State = "done"
	Stopped State = "stopped"
	Failed  State = "failed" // it could not begin, Problem says why
)

// A Report is how the drill stands.
type Report struct {
	Client  string    `json:"client"`
	Issuer  string    `json:"issuer" doc:"what the app must use as its issuer"`
	State   State     `json:"state" enum:"running,waiting,done,stopped,failed"`
	Problem string    `json:"problem,omitempty" doc:"why it failed"`
	Started time.Time `json:"started"`
	// Current is the fault that is on now, where a person drills by hand.
	Current  string    `json:"current,omitempty"`
	Seen     string    `json:"seen,omitempty" doc:"what has arrived under the current fault"`
	Attempts []Attempt `json:"attempts"`
	Right    int       `json:"right"`
	Wrong    int       `json:"wrong"`
	Open     int       `json:"open" doc:"not reached, or not to be seen from here"`
	Total    int       `json:"total" doc:"how many faults the drill has"`
}

// Grade is the result in words.
func (r *Report) Grade() string {
	graded := r.Right + r.Wrong
	switch {
	case graded == 0:
		return "nothing to grade yet"
	case r.Wrong == 0:
		return fmt.Sprintf("%d of %d right: it refused what it must", r.Right, graded)
	default:
		return fmt.Sprintf("%d of %d right, %d wrong", r.Right, graded, r.Wrong)
	}
}

// A Drill is one run of the faults. It is safe for concurrent use.
type Drill struct {
	cfg      Config
	provider *mockprovider.Provider
	handler  http.Handler
	origins  []string // of the app

	mu     sync.Mutex
	report Report
	stop   chan struct{}
	traffic
}

// New checks the configuration and makes the drill's issuer. Nothing is sent yet.
func New(cfg Config) (*Drill, error) {
	c := cfg.Home.Client(cfg.Client)
	if c == nil {
		return nil, fmt.Errorf("client %q is not registered", cfg.Client)
	}
	d := &Drill{cfg: cfg, stop: make(chan struct{})}
	if len(c.RedirectURIs) == 0 {
		return nil, errors.New("the client has no redirect URI")
	}
	for _, raw := range append(slices.Clone(c.RedirectURIs), cfg.Start, cfg.SignedIn) {
		if raw == "" {
			continue
		}
		u, err := url.Parse(raw)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || !loopback(u.Hostname()) {
			return nil, fmt.Errorf("%q is not on this machine: a drill goes to loopback addresses alone", raw)
		}
		if u.Host == hostOf(cfg.Home.Issuer()) {
			return nil, fmt.Errorf("%q is an address of this server and not of an app", raw)
		}
		d.origins = append(d.origins, u.Scheme+"://"+u.Host)
	}
	if len(d.cfg.Faults) == 0 {
		d.cfg.Faults = Faults()
	}
	for _, name := range d.cfg.Faults {
		if _, ok := mockprovider.FaultNamed(name); !ok {
			return nil, fmt.Errorf("there is no fault %q", name)
		}
	}
	p, err := cfg.Home.Beside(issuerName)
	if err != nil {
		return nil, err
	}
	d.provider, d.handler = p, p
	if cfg.Wrap != nil {
		d.handler = cfg.Wrap(p)
	}
	state := Running
	if cfg.Start == "" {
		state = Waiting
	}
	d.report = Report{Client: cfg.Client, Issuer: p.Issuer(), State: state, Started: cfg.Now(), Total: len(d.cfg.Faults), Attempts: []Attempt{}}
	if state == Waiting {
		d.next()
	}
	return d, nil
}

// IsIssuer tells whether the name behind an issuer's tilde is that of a drill.
func IsIssuer(name string) bool { return name == issuerName }

func hostOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	return u.Host
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback()
}

// Report is how the drill stands.
func (d *Drill) Report() Report {
	d.mu.Lock()
	defer d.mu.Unlock()
	r := d.report
	r.Attempts = slices.Clone(r.Attempts)
	if r.Current != "" {
		r.Seen = d.seen()
	}
	return r
}

// Stop ends the drill and switches its faults off.
func (d *Drill) Stop() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.end(Stopped, "")
}

// end is called with the lock held. A drill that has ended stays as it is.
func (d *Drill) end(state State, problem string) {
	if d.report.State != Running && d.report.State != Waiting {
		return
	}
	d.report.State, d.report.Problem, d.report.Current = state, problem, ""
	d.provider.ClearFault("")
	close(d.stop)
}

// add notes an attempt. It is called with the lock held.
func (d *Drill) add(name string, v Verdict, why string) {
	f, _ := mockprovider.FaultNamed(name)
	a := Attempt{
		Fault: name, Deviation: f.Deviation, Correct: f.Correct, Spec: f.Spec.String(), Expect: string(f.Expect), Verdict: v, Why: why,
		Right: v == Refused && f.Expect == mockprovider.ExpectReject || v == Accepted && f.Expect == mockprovider.ExpectAccept,
	}
	if v == Accepted && f.Expect == mockprovider.ExpectReject {
		a.forgive(f, strings.HasPrefix(d.provider.Issuer(), "https:"))
	}
	d.report.Attempts = append(d.report.Attempts, a)
	switch {
	case !a.Graded():
		d.report.Open++
	case a.Right:
		d.report.Right++
	default:
		d.report.Wrong++
	}
}

// forgive says why an app that accepted may be right, or why it may not.
func (a *Attempt) forgive(f mockprovider.Fault, tls bool) {
	switch {
	case f.Lenient != "":
		a.Lenient = f.Lenient
	case f.BySignature && tls:
		a.Lenient = "In the code flow TLS to the token endpoint may stand in for the signature (OpenID Connect Core 1.0 §3.1.3.7)."
	case f.BySignature:
		a.Why += " Over https TLS may stand in for the signature in the code flow (OpenID Connect Core 1.0 §3.1.3.7). This issuer is http, where nothing does."
	}
}

// next switches the next fault on, for a person. It is called with the lock held,
// or before anybody else has the drill.
func (d *Drill) next() {
	d.provider.ClearFault("")
	n := len(d.report.Attempts)
	if n == len(d.cfg.Faults) {
		d.end(Done, "")
		return
	}
	d.report.Current = d.cfg.Faults[n]
	d.begin(d.provider, d.report.Current)
	if err := d.provider.SetFault(mockprovider.FaultSwitch{Name: d.report.Current}); err != nil {
		d.add(d.report.Current, NotReached, err.Error())
		d.next()
	}
}

// Answer says what the app did under the current fault, and goes on to the next:
// Accepted, Refused, or Unseen for who can't tell. What arrived here counts more
// than the answer: an app that redeemed the code of a forged response took it.
func (d *Drill) Answer(v Verdict) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.report.State != Waiting {
		return errors.New("no drill waits for an answer")
	}
	if v != Accepted && v != Refused && v != Unseen {
		return fmt.Errorf("%q is no answer", string(v))
	}
	name := d.report.Current
	if sure, why := d.judge(d.provider, name); sure != Unseen {
		d.add(name, sure, why)
	} else {
		why := "You said so."
		if v == Unseen {
			why = "You could not tell."
		}
		d.add(name, v, why)
	}
	d.next()
	return nil
}

// Ended is closed when the drill is done, stopped or failed.
func (d *Drill) Ended() <-chan struct{} { return d.stop }
