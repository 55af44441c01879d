package lab

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"claimcheck/mockprovider/internal/keycache"
	"claimcheck/mockprovider/trace"
	"claimcheck/playground"
)

// keyHolders are the parties that keep AcmeID's JWK Set: the APIs, and the client
// that is told of logouts.
func keyHolders() []trace.Party {
	var all []trace.Party
	for _, x := range cloudAPIs() {
		all = append(all, x.party())
	}
	return append(all, ClientParty(RunClub))
}

// keyCaches are what each of keyHolders keeps of the set, by the party's id.
type keyCaches map[string]*keycache.Cache[*playground.KeySet]

func newKeyCaches() keyCaches {
	all := keyCaches{}
	for _, x := range keyHolders() {
		all[x.ID] = &keycache.Cache[*playground.KeySet]{}
	}
	return all
}

// forget empties the caches: everybody begins anew.
func (k keyCaches) forget() {
	for _, one := range k {
		one.Forget()
	}
}

const (
	// minKeysLife and maxKeysLife bound the lifetime that an answer names, so
	// that no answer makes a party ask for each call, or never again.
	minKeysLife = time.Minute
	maxKeysLife = time.Hour
	// fetchTimeout is how long a party waits for the set, by the wall clock.
	fetchTimeout = 5 * time.Second
)

// HeldKeys are the keys of AcmeID that a party holds: an API, or the client that
// is told of logouts.
type HeldKeys struct {
	Party trace.Party
	// At is when the party fetched them, Until how long it uses them without
	// another look, both by the lab's clock. They are zero where it holds none.
	At, Until time.Time
	// Stale says that Until is over: the party fetches them before it uses them.
	Stale bool
	KIDs  []string
}

// HeldKeys are what each party that keeps them holds of AcmeID's JWK Set now, which may differ from
// what AcmeID publishes now.
func (l *Lab) HeldKeys() []HeldKeys {
	var all []HeldKeys
	for _, x := range keyHolders() {
		held := l.heldKeys[x.ID].Held()
		one := HeldKeys{Party: x, At: held.At, Until: held.Until, Stale: !held.Good(l.Now())}
		if held.Keys != nil {
			for i := range held.Keys.Keys {
				one.KIDs = append(one.KIDs, held.Keys.Keys[i].ID)
			}
		}
		all = append(all, one)
	}
	return all
}

// meanwhile is a ctx for a message that a party sends while it works on another:
// it belongs to the run and the step of that one.
func (l *Lab) meanwhile(ctx context.Context, by trace.Party) context.Context {
	sender := trace.Sender{From: by, Channel: trace.Back}
	if r, ok := l.Run(trace.RunID(ctx)); ok {
		sender = r.sender(by, trace.Back, "")
	}
	return trace.WithCall(ctx, &trace.Call{Sender: sender})
}

// noKeys is why a fetch brought no keys, in words for the learner.
type noKeys struct{ expected, got string }

func (e *noKeys) Error() string { return "no keys: " + e.got }

// fetchAcmeIDsKeys is a party's request for AcmeID's JWK Set (RFC 9068 §4), over
// TCP, at the address that the party is configured with. It returns the set and
// its lifetime, zero if the answer names none.
func (l *Lab) fetchAcmeIDsKeys(ctx context.Context, by trace.Party) (*playground.KeySet, time.Duration, error) {
	// Who waits for the set is not the one alone whose call is worked on.
	ctx, cancel := context.WithTimeout(l.meanwhile(context.WithoutCancel(ctx), by), fetchTimeout)
	defer cancel()
	req, err := getJSON(ctx, l.Issuer()+"/jwks", "")
	if err != nil {
		return nil, 0, err
	}
	out := &sending{wire: l.world.wire}
	res, err := out.RoundTrip(req)
	if err != nil {
		return nil, 0, &noKeys{"an answer within five seconds", "none"}
	}
	_ = res.Body.Close() // it is in memory
	rows, refused, err := playground.Run(l.mode(), &keysAnswer{reply: out.reply}, keysAnswerChecks())
	trace.ReportResponse(ctx, rows)
	switch {
	case err != nil:
		return nil, 0, fmt.Errorf("lab: AcmeID's JWK Set: %w", err)
	case refused != nil:
		return nil, 0, &noKeys{refused.Expected, refused.Got}
	}
	set, _, err := publishedKeys(out.reply.body)
	if err != nil {
		return nil, 0, &noKeys{"a JWK Set", "something else"}
	}
	return set, keysLife(out.reply.header), nil
}

// keysLife is how long an answer says that it is fresh (RFC 9111 §5.2.2.1), within
// the API's own bounds; zero if it does not say.
func keysLife(h http.Header) time.Duration {
	for field := range strings.SplitSeq(strings.Join(h.Values("Cache-Control"), ","), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(field), "=")
		switch strings.ToLower(name) {
		case "no-store", "no-cache":
			return minKeysLife
		case "max-age":
			if n, err := strconv.Atoi(strings.Trim(value, `"`)); err == nil {
				return min(max(time.Duration(min(n, 1<<31))*time.Second, minKeysLife), maxKeysLife)
			}
		}
	}
	return 0
}

// keysFor are the keys that a party judges a token with: those that it holds, or
// AcmeID's of now, where it holds none that are good, or none with the token's kid.
// A party that is none of keyHolders gets an error: a fault of ours.
func (l *Lab) keysFor(ctx context.Context, by trace.Party, token string) (*playground.KeySet, keycache.Source, error) {
	named := func(set *playground.KeySet) bool { return hasKeyOf(set, token) }
	held := l.heldKeys[by.ID]
	if held == nil {
		return nil, keycache.Cached, fmt.Errorf("lab: %q keeps no keys of AcmeID's", by.ID)
	}
	return held.Get(l.Now(), named, func() (*playground.KeySet, time.Duration, error) { return l.fetchKeys(ctx, by) })
}

// hasKeyOf says whether a set has the key that a token names, if it names one.
func hasKeyOf(set *playground.KeySet, token string) bool {
	kid := kidOf(token)
	return kid == "" || slices.ContainsFunc(set.Keys, func(k playground.Key) bool { return k.ID == kid })
}

// signingKeys is about what a JWT is judged with.
func signingKeys() playground.Check[apiRequest] {
	return playground.Check[apiRequest]{
		Rule: playground.Rule{
			ID: "signing_keys", Title: "AcmeID’s keys are at hand", Spec: rfc("9068", "4"),
			Level: playground.Must, Refusal: unavailable,
		},
		Test: (*apiRequest).findKeys,
	}
}

// unavailable is the answer of an API that can't judge a token now (RFC 9110
// §15.6.4). Nothing is known against the token.
const unavailable = "temporarily_unavailable"

// findKeys takes AcmeID's keys from the API's cache, which fetches them when it
// has to. An opaque token needs none.
func (a *apiRequest) findKeys() playground.Outcome {
	if a.opaque() {
		return playground.Skip(playground.WhyNotConcerned)
	}
	keys, source, err := a.lab.keysFor(a.ctx, a.api.party(), a.token)
	if err != nil {
		return noKeysAtHand(err)
	}
	a.keys = keys
	o := playground.Pass()
	switch {
	case source == keycache.Cached:
		o.Message = "They were fetched for an earlier call, and their lifetime is not over."
	case source == keycache.Fetched && hasKeyOf(keys, a.token):
		o.Message = "They were fetched from AcmeID for this call, and are kept for the next ones."
	case source == keycache.Limited:
		o.Status, o.Case = playground.StatusInfo, "signing_keys_limit"
		o.Message = "None of the keys at hand has the kid of this token. AcmeID was asked again several times within five minutes, and is not asked for now."
		o.Why = "Anybody can make up a kid. An API that asked for each one would let a stranger flood AcmeID through it."
	default:
		o.Status, o.Case = playground.StatusInfo, "signing_keys_again"
		o.Message = "None of the keys at hand had the kid of this token, so AcmeID was asked once more. It publishes no such key."
	}
	return o
}

func noKeysAtHand(err error) playground.Outcome {
	o := playground.Fail("AcmeID’s JWK Set", "none", "Look at AcmeID’s answer to the request for the keys, and try again when it is right.")
	switch err := err.(type) { //nolint:errorlint // these are ours, and nobody wraps them
	case *noKeys:
		o.Expected, o.Got = err.expected, err.got
	default:
		if err != keycache.ErrLimit { //nolint:errorlint // as above
			return playground.Broken(err)
		}
		o.Case, o.Got, o.Fix = "signing_keys_limit", "none, and AcmeID was asked too often already", "Wait five minutes, or move the lab’s clock."
	}
	o.Why = "Without the keys nobody can tell a good token from a forged one. The API says that it can’t judge now, and lets nobody in: 503, not 401."
	return o
}

// kidOf is the kid that a JWT's header names, which nobody has verified: it says
// which key to look for, and no more.
func kidOf(token string) string {
	head, _, _ := strings.Cut(token, ".")
	raw, err := base64.RawURLEncoding.DecodeString(head)
	var header struct {
		KeyID string `json:"kid"`
	}
	if err != nil || json.Unmarshal(raw, &header) != nil {
		return ""
	}
	return header.KeyID
}
