package mockprovider

import (
	"context"
	"net/http"
	"slices"
	"time"

	"claimcheck/playground/spec"
)

// An Expectation is what a correct client does with the answer of a fault.
type Expectation string

// The expectations.
const (
	ExpectReject Expectation = "reject" // it stops, and nobody is logged in
	ExpectAccept Expectation = "accept" // it goes on: the answer is odd and allowed
	ExpectRetry  Expectation = "retry"  // it repeats what failed, within bounds
	ExpectEither Expectation = "either" // the documents leave it open; it must not crash
)

// The groups of faults, in the order of a login.
const (
	GroupDiscovery = "Discovery and keys"
	GroupResponse  = "Authorization response"
	GroupToken     = "Token response"
	GroupIDToken   = "ID token"
	GroupUserInfo  = "UserInfo and APIs"
	GroupLogout    = "Logout"
	GroupLifecycle = "Life of a session"
)

// FaultGroups lists the groups in the order of a login.
func FaultGroups() []string {
	return []string{GroupDiscovery, GroupResponse, GroupToken, GroupIDToken, GroupUserInfo, GroupLogout, GroupLifecycle}
}

// A Fault is one way in which the provider misbehaves on purpose. None is on
// unless somebody asks for it by name.
type Fault struct {
	// Name is how it is asked for: "idt_aud_wrong".
	Name string
	// Group is one of the groups above.
	Group string
	// Deviation is what goes wrong, in one line.
	Deviation string
	// Spec is the section that is broken, or that says what a client does.
	Spec spec.Ref
	// Expect is what a correct client does, in one word; Correct in a sentence.
	Expect  Expectation
	Correct string
	// Lenient is why a client that goes on may be right all the same, where the
	// documents leave it that choice. Empty means that they do not.
	Lenient string
	// BySignature says that only a check of the signature finds it. In the code
	// flow a client may let TLS to the token endpoint stand in for that check
	// (OpenID Connect Core 1.0 §3.1.3.7); on an http issuer there is no TLS.
	BySignature bool
	// Detected is how one sees from outside what a client did.
	Detected string
	// NoClient says that the answer goes out before anybody knows the client, so
	// that the fault can't be on for one client alone.
	NoClient bool
	// NeedsHTTPS says that there is nothing to break on an http issuer.
	NeedsHTTPS bool
}

// deviation is a fault with what it does. Where no function is set, the endpoint
// itself asks for the fault by name. A fault that changes two answers acts in each.
type deviation struct {
	Fault
	// at is the path below the issuer whose answer is concerned: "/token".
	// "metadata" is the metadata at each of its places, "*" every path.
	at string
	// refresh says that only a refresh is concerned (RFC 6749 §6).
	refresh bool

	instead  func(*Provider, http.ResponseWriter, *http.Request) // answers in the endpoint's stead
	document func(*Provider, map[string]any)                     // changes the JSON document that goes out
	token    func(*wrongToken)                                   // changes the ID token or the logout token
	response func(*wrongResponse)                                // changes the authorization response
}

// faultCatalogue is every fault, in the order of a login.
var faultCatalogue = slices.Concat(discoveryFaults, jwksFaults, responseFaults, tokenFaults, refreshFaults, idTokenFaults, idTokenAlgFaults, userInfoFaults, apiFaults, logoutFaults, lifecycleFaults)

// Faults lists every fault that the provider knows, in the order of a login.
func Faults() []Fault {
	out := make([]Fault, len(faultCatalogue))
	for i := range faultCatalogue {
		out[i] = faultCatalogue[i].Fault
	}
	return out
}

// FaultNamed returns the fault of this name.
func FaultNamed(name string) (Fault, bool) {
	if d := deviationNamed(name); d != nil {
		return d.Fault, true
	}
	return Fault{}, false
}

func deviationNamed(name string) *deviation {
	i := slices.IndexFunc(faultCatalogue, func(d deviation) bool { return d.Name == name })
	if i < 0 {
		return nil
	}
	return &faultCatalogue[i]
}

// How one sees what the client did.
const (
	seenNoTokenCall = "The client sends no token request."
	seenNotIn       = "The client's own page says that nobody is logged in, and no call with the tokens follows."
	seenIn          = "The client's own page says who is logged in."
	seenAgain       = "The client sends the same request once more, and not again and again."
	seenNoLogin     = "The client sends no browser to the authorization endpoint."
)

// LongestWait is the longest that a fault holds an answer back. A server must give
// answers more time than that, or the client sees a closed connection where the
// catalogue promises an answer.
const LongestWait = longAnswer

// slowAnswer is how long a slow answer takes, longAnswer one that a client
// should not wait for.
const (
	slowAnswer = 10 * time.Second
	longAnswer = 30 * time.Second
)

// wait waits for d, or until the caller is gone.
func (p *Provider) wait(ctx context.Context, d time.Duration) {
	if p.cfg.Wait != nil {
		p.cfg.Wait(ctx, d)
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// plainAnswer answers with a body that nobody asked for.
func plainAnswer(w http.ResponseWriter, status int, contentType, body string) {
	h := w.Header()
	noStore(h)
	h.Set("Content-Type", contentType)
	w.WriteHeader(status)
	_, _ = w.Write([]byte(body))
}

// captivePage is what a hotel's network puts in front of everything.
const captivePage = "<!doctype html><title>Welcome</title><h1>Welcome to the network</h1><p>Please accept the terms of use.</p>\n"
