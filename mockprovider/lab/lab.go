package lab

import (
	"cmp"
	"context"
	"crypto/ecdsa"
	"encoding/json"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"claimcheck/mockprovider"
	"claimcheck/mockprovider/trace"
	"claimcheck/playground"
)

// The lifetimes in a lab are longer than the policy's own, because a learner
// reads between the messages. All stay within what is recommended: ten minutes
// for a code (RFC 6749 §4.1.2), an hour for a bearer token (RFC 6750 §5.3), ten
// minutes for a pushed request (RFC 9126 §2.2).
const (
	CodeLifetime        = 10 * time.Minute
	AccessTokenLifetime = 30 * time.Minute
	PushedLifetime      = 10 * time.Minute
)

// A Lab is one isolated world. Nothing leaks from one to another.
type Lab struct {
	id       string
	world    *World
	cfg      Settings
	secret   string
	log      *trace.Log
	store    *journal
	keys     *mockprovider.Keys
	gate     *gate
	visit    *visit // nil for a lab that stays
	handler  http.Handler
	heldKeys keyCaches // what the parties hold of AcmeID's keys
	// passSecret is what StepCloud signs its passes with.
	passSecret []byte
	// fetchKeys is how a party gets AcmeID's keys, and how long it may use them.
	fetchKeys func(ctx context.Context, by trace.Party) (*playground.KeySet, time.Duration, error)
	// introspect is how an API asks about a token that it can't read.
	introspect func(ctx context.Context, x *api, token string) (introspected, error)
	// swap and callInside are what the gateway does about a call: it gets a JWT for
	// the token, and calls StepCloud with it.
	swap       func(ctx context.Context, token string) (string, error)
	callInside func(ctx context.Context, jwt string, query url.Values) (json.RawMessage, error)
	apps       []*app
	provider   *mockprovider.Provider
	registry   *mockprovider.Registry
	beside     *beside
	offset     atomic.Int64           // of the lab's clock against the wall clock, in ns
	seed       atomic.Pointer[string] // empty means real randomness

	clockResets atomic.Int64 // how often the clock was put right

	trying chan struct{} // full while a trial goes on

	// control is held by whoever changes how the lab works, and before mu.
	control   sync.Mutex
	snapshots []snapshot // the oldest first

	mu       sync.Mutex
	runs     map[string]*Run
	off      map[string]bool
	switched int64 // counts how often off was replaced
	counters map[string]uint64
	// partyKeys are the key pairs of those who sign, beside AcmeID.
	partyKeys map[string]*ecdsa.PrivateKey
}

func newLab(w *World, id string, change func(*Lab)) (*Lab, error) {
	l := &Lab{
		id: id, world: w, log: trace.NewLog(0, 0),
		trying:   make(chan struct{}, 1),
		heldKeys: newKeyCaches(), runs: map[string]*Run{}, off: map[string]bool{}, counters: map[string]uint64{},
	}
	l.cfg = w.cfg.Labs[id]
	l.cfg.Policy, l.cfg.Seed = cmp.Or(l.cfg.Policy, w.cfg.Policy), cmp.Or(l.cfg.Seed, w.cfg.Seed)
	l.seed.Store(&l.cfg.Seed)
	l.store = newJournal(l)
	l.gate = newGate(l)
	keys, err := l.firstKeys()
	if err != nil {
		return nil, err
	}
	l.keys = keys
	l.secret = w.cfg.Secret
	if l.secret == "" || id != Main {
		l.secret = l.value(context.Background(), "lab_secret", 24)
	}
	l.passSecret = l.random(context.Background(), "pass_secret", minPassSecret)
	change(l)
	if err := l.newProvider(); err != nil {
		return nil, err
	}
	pages, err := newAppPages()
	if err != nil {
		return nil, err
	}
	l.introspect, l.fetchKeys = l.askAcmeID, l.fetchAcmeIDsKeys
	l.swap, l.callInside = l.swapAtAcmeID, l.callStepCloud
	l.apps = []*app{
		newApp(l, FitTrack, fitTrackSecret, pages),
		newApp(l, FitTrackLite, "", pages),
		newApp(l, FitTrackWeb, webSecret, pages),
		newApp(l, FitTrackClassic, "", pages),
		newApp(l, FitTrackPro, fitTrackProSecret, pages),
		newApp(l, MediTrack, mediTrackSecret, pages),
		newApp(l, TrailMates, trailSecret, pages),
		newApp(l, CoachBoard, coachSecret, pages),
		newApp(l, RunClub, runClubSecret, pages),
		newApp(l, FitTV, "", pages),
		newApp(l, NightlyReport, nightlySecret, pages),
		newApp(l, WeeklyReport, "", pages),
		newApp(l, HourlyReport, hourlySecret, pages),
		newApp(l, DevLog, devLogSecret, pages),
		newApp(l, CodeQuiz, codeQuizSecret, pages),
	}
	l.handler = l.mounts()
	return l, nil
}

// newProvider makes AcmeID.
func (l *Lab) newProvider() error {
	users := make([]mockprovider.User, 0, len(Users()))
	for _, u := range Users() {
		users = append(users, u.User)
	}
	var err error
	l.registry, err = mockprovider.NewRegistry(
		append(l.clients(), l.cfg.Clients...), append(users, l.cfg.Users...), append(l.apis(), l.cfg.APIs...))
	if err != nil {
		return err
	}
	p, err := mockprovider.New(mockprovider.Config{
		Log:    l.world.cfg.Log,
		Issuer: l.Issuer(), Name: AcmeID().Name,
		Registry: l.registry,
		// Where only this machine reaches the lab, anybody may register a client.
		// Elsewhere it takes the lab's secret.
		OwnPorts:                 []string{l.world.cfg.Port},
		InsecureOpenRegistration: l.world.local, InitialAccessToken: l.secret,
		Keys: l.keys, Store: l.store, Now: l.Now, Random: l.random,
		Policy:       l.cfg.Policy,
		CodeLifetime: CodeLifetime, AccessTokenLifetime: AccessTokenLifetime, PushedLifetime: PushedLifetime,
		Inside:             l.inside,
		InsecureHTTPIssuer: true, // the lab is reached as its server is reached
		LoginHint:          "In the story you are Alice. Each password is the name: alice, bob, mallory.",
	})
	if err != nil {
		return err
	}
	l.provider = p
	return nil
}

// ID is the lab's id, as it stands in paths.
func (l *Lab) ID() string { return l.id }

// Log is what happened in the lab.
func (l *Lab) Log() *trace.Log { return l.log }

// Issuer is AcmeID's issuer identifier.
func (l *Lab) Issuer() string { return l.world.cfg.Origin + "/idp/" + l.id }

// Origin is scheme and host of all parties.
func (l *Lab) Origin() string { return l.world.cfg.Origin }

// Secret opens the lab's control calls as a bearer token.
func (l *Lab) Secret() string { return l.secret }

// Policy is how strict AcmeID is.
func (l *Lab) Policy() mockprovider.Policy {
	return cmp.Or(l.provider.Policy(), mockprovider.PolicyRFC9700)
}

// Registry holds the lab's clients, users and APIs: the cast, and what was added
// while the lab ran. A reset removes the clients that registered themselves, and
// leaves the others.
func (l *Lab) Registry() *mockprovider.Registry { return l.registry }

// Clients are the registered clients, the cast's first.
func (l *Lab) Clients() []mockprovider.Client {
	var all []mockprovider.Client
	for _, c := range l.registry.Clients() {
		all = append(all, *c)
	}
	return all
}

// APIs are the resource servers of the lab.
func (l *Lab) APIs() []mockprovider.API { return l.registry.APIs() }

// Keys are AcmeID's signing keys.
func (l *Lab) Keys() *mockprovider.Keys { return l.keys }

// Provider is AcmeID.
func (l *Lab) Provider() *mockprovider.Provider { return l.provider }

// Now is the lab's clock: the wall clock, moved.
func (l *Lab) Now() time.Time { return l.world.cfg.Now().Add(l.Offset()) }

// Offset is how far the lab's clock is ahead of the wall clock.
func (l *Lab) Offset() time.Duration { return time.Duration(l.offset.Load()) }

// MaxOffset is how far the lab's clock can be moved in all.
const MaxOffset = 10 * 365 * 24 * time.Hour

// Advance moves the lab's clock forward (or back, by a negative d) and marks it
// in the log. It stays within MaxOffset of the wall clock.
func (l *Lab) Advance(d time.Duration) {
	l.advance(d)
	l.log.Mark(trace.Mark{
		Kind: trace.MarkClockAdvanced, At: l.Now(),
		Text: "The lab's clock moved by " + d.String() + ".", Data: map[string]string{"by": d.String()},
	})
}

// ResetClock puts the lab's clock back on the wall clock. What runs have moved it
// by before is over: undoing them moves it no more.
func (l *Lab) ResetClock() {
	l.clockResets.Add(1)
	l.Advance(-l.Offset())
}

func (l *Lab) advance(d time.Duration) {
	for {
		old := l.offset.Load()
		sum := min(max(time.Duration(old)+min(max(d, -2*MaxOffset), 2*MaxOffset), -MaxOffset), MaxOffset)
		if l.offset.CompareAndSwap(old, int64(sum)) {
			return
		}
	}
}

// Reset takes the lab back to its beginning: codes, tokens, sessions, grants and
// runs are gone, the APIs hold no keys of AcmeID's, every rule is on at every
// party, the policy is the configured one, and the clock is right. The log keeps what happened and gets a mark; keys,
// secret and snapshots stay. It is one step: what is switched meanwhile is
// switched before or after it.
func (l *Lab) Reset() error {
	l.control.Lock()
	defer l.control.Unlock()
	return l.reset()
}

// reset is Reset. It is called with control held.
func (l *Lab) reset() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.provider.SetPolicy(l.cfg.Policy); err != nil {
		return err
	}
	if err := l.switchOff(map[string]bool{}); err != nil {
		return err
	}
	if err := l.provider.SetRefreshGrace(0); err != nil {
		return err
	}
	l.provider.ClearFault("")
	l.StopDrill()
	l.endRuns()
	clear(l.counters)
	l.store.clear()
	l.heldKeys.forget()
	l.registry.RemoveDynamic()
	l.offset.Store(0)
	l.log.Mark(trace.Mark{Kind: trace.MarkReset, At: l.Now(), Text: "The lab was reset. Codes, tokens, sessions and runs are gone."})
	return nil
}

// endRuns drops every run. It is called with mu held.
func (l *Lab) endRuns() {
	for _, r := range l.runs {
		r.end()
	}
	clear(l.runs)
	l.gate.clear()
}
