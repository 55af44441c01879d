package main

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"claimcheck/mockprovider"
	"claimcheck/mockprovider/lab"
)

// controlOperations are the calls that set how a lab works.
func controlOperations() []operation {
	return []operation{
		labRead("/clock", "getClock", "The lab’s clock", readClock),
		labChange(http.MethodPost, "/clock", "moveClock", "Advance the lab’s clock, or set it", setClock).
			more("Every party of the lab lives by this clock. Send one of advance and set. The clock stays within ten years of the real time."),
		labRead("/seed", "getSeed", "Where the lab’s values come from", readSeed),
		labChange(http.MethodPut, "/seed", "setSeed", "Make the lab’s values repeat, or random", setSeed).
			more("The lab is reset, and its values and keys come from the seed, as if the server had been started with it. An empty seed makes random values and fresh keys. The lab’s secret stays.").
			fails(http.StatusTooManyRequests),
		labRead("/policy", "getPolicy", "How strict AcmeID is", readPolicy),
		labChange(http.MethodPut, "/policy", "setPolicy", "Choose how strict AcmeID is", setPolicy).
			more("It counts for every client that has no policy of its own."),
		labRead("/defences", "listDefences", "The rules that can be switched off", readDefences),
		labChange(http.MethodPut, "/defences/:rule", "switchDefence", "Switch a rule off, or on again", switchDefence).
			more("A rule that is off is still evaluated: its finding becomes a warning, and the attack that it stops works."),
		labChange(http.MethodPost, "/tokens", "mintToken", "Sign a token with any content", mintToken).
			more("No grant leads to a minted token, and the log says that it was minted. An access token with a jti is known at UserInfo and introspection, and StepCloud judges it like any other.").
			fails(http.StatusTooManyRequests),
		labRead("/snapshots", "listSnapshots", "The lab’s snapshots", readSnapshots),
		labChange(http.MethodPut, "/snapshots/:name", "takeSnapshot", "Keep the lab as it is now", takeSnapshot).
			more("What AcmeID has stored, its keys, policy, users and clients, the rules that are off, the seed and the clock. A name is 1 to 40 of a–z, 0–9 and -; one of the same name is replaced. A lab keeps 8.").
			fails(http.StatusConflict),
		labChange(http.MethodPost, "/snapshots/:name/restore", "restoreSnapshot", "Go back to a snapshot", restoreSnapshot).
			more("Runs end. The log keeps what happened and gets a line."),
		labDelete("/snapshots/:name", "deleteSnapshot", "Forget a snapshot", deleteSnapshot),
		labChange(http.MethodPost, "/reset", "resetLab", "Take the lab back to its beginning", resetLab).
			more("Codes, tokens, logins and runs are gone, each rule is on, the policy is the configured one and the clock is right. Keys, users, clients, snapshots and the log stay."),
	}
}

// apiClock is the lab's clock.
type apiClock struct {
	Now    time.Time `json:"now" doc:"the lab’s time, in UTC"`
	Offset string    `json:"offset" doc:"how far it is ahead of the real time, as in 1h0m0s"`
}

// clockCall moves the clock.
type clockCall struct {
	Advance string    `json:"advance" doc:"how far to move, as in 61s, -5m or 1h; or reset, for the real time"`
	Set     time.Time `json:"set,omitzero" doc:"the time to set, as in 2026-03-09T12:00:00Z"`
}

func readClock(x controlled) (apiClock, error) {
	return apiClock{x.lab.Now().UTC(), x.lab.Offset().String()}, nil
}

func setClock(x controlled, in clockCall) (apiClock, error) {
	var err error
	switch {
	case in.Advance != "" && !in.Set.IsZero():
		err = problem{Status: http.StatusBadRequest, Title: "The clock was told to advance and to be set.", Fix: "Send one of advance and set."}
	case !in.Set.IsZero():
		err = x.lab.SetClock(in.Set)
	default:
		err = moveClock(x.lab, in.Advance)
	}
	if err != nil {
		return apiClock{}, err
	}
	return readClock(x)
}

// apiSeed is the lab's seed.
type apiSeed struct {
	Seed string `json:"seed" doc:"empty: random values"`
}

func readSeed(x controlled) (apiSeed, error) { return apiSeed{x.lab.Seed()}, nil }

// seededKeyCost is what deriving a lab's keys costs, in milliseconds of CPU.
const seededKeyCost = 30

func setSeed(x controlled, in apiSeed) (apiSeed, error) {
	if err := x.spend(x.c, seededKeyCost, "Making the lab’s keys takes a good part of a second."); err != nil {
		return apiSeed{}, err
	}
	if err := x.lab.SetSeed(in.Seed); err != nil {
		return apiSeed{}, err
	}
	return readSeed(x)
}

// apiPolicy is how strict the lab is.
type apiPolicy struct {
	Policy mockprovider.Policy `json:"policy"`
}

func readPolicy(x controlled) (apiPolicy, error) { return apiPolicy{x.lab.Policy()}, nil }

func setPolicy(x controlled, in apiPolicy) (apiPolicy, error) {
	if in.Policy == "" {
		return apiPolicy{}, problem{Status: http.StatusBadRequest, Title: "No policy came.", Fix: `Send {"policy": "oauth21"} or another of the five.`}
	}
	if err := x.lab.SetPolicy(in.Policy); err != nil {
		return apiPolicy{}, err
	}
	return readPolicy(x)
}

// apiDefence is a rule that can be switched off.
type apiDefence struct {
	Rule  string `json:"rule" doc:"its id"`
	Title string `json:"title" doc:"what must hold"`
	Spec  string `json:"spec" doc:"the section that asks for it"`
	Party string `json:"party" doc:"who runs it"`
	On    bool   `json:"on"`
}

// apiDefences are all of them.
type apiDefences struct {
	Defences []apiDefence `json:"defences"`
}

func readDefences(x controlled) (apiDefences, error) {
	var out apiDefences
	for _, d := range x.lab.Defences() {
		out.Defences = append(out.Defences, asDefence(d))
	}
	return out, nil
}

func asDefence(d lab.Defence) apiDefence {
	return apiDefence{d.ID, d.Title, d.Spec.String(), d.Party, !d.Off}
}

// switchCall switches a rule.
type switchCall struct {
	On *bool `json:"on" doc:"false switches the rule off"`
}

func switchDefence(x controlled, in switchCall) (apiDefence, error) {
	if in.On == nil {
		return apiDefence{}, problem{Status: http.StatusBadRequest, Title: "On or off?", Fix: `Send {"on": false} or {"on": true}.`}
	}
	rule := x.c.Param("rule")
	if err := setDefence(x.lab, rule, *in.On); err != nil {
		return apiDefence{}, err
	}
	all := x.lab.Defences()
	return asDefence(all[slices.IndexFunc(all, func(d lab.Defence) bool { return d.ID == rule })]), nil
}

// setDefence switches a rule of the lab.
func setDefence(l *lab.Lab, rule string, on bool) error {
	if !slices.ContainsFunc(l.Defences(), func(d lab.Defence) bool { return d.ID == rule }) {
		return problem{Status: http.StatusNotFound, Title: "There is no such rule to switch.", Detail: "It was asked for “" + limit(rule, 60) + "”.", Fix: "The list of defences has the ids. A rule that reads what later rules need cannot be switched off."}
	}
	return l.InsecureSwitch(rule, !on)
}

// The bounds of what a minted token is asked for.
const (
	maxName     = 200  // bytes of a client's or user's id, or a key's
	maxScope    = 1000 // bytes
	maxLifetime = 10 * 365 * 24 * 60 * 60
)

// mintCall asks for a token.
type mintCall struct {
	Kind     string         `json:"kind" enum:"access_token,id_token,raw" doc:"which claims are filled in; access_token if it is left out; raw fills in none"`
	Client   string         `json:"client" doc:"for client_id, or for the aud of an ID token"`
	User     string         `json:"user" doc:"for sub"`
	Scope    string         `json:"scope" doc:"of an access token, with spaces between"`
	Lifetime int            `json:"lifetime_seconds" doc:"3600 if it is left out; a negative one makes a token that has expired"`
	Claims   map[string]any `json:"claims" doc:"replace what is filled in, or come in addition; null leaves a claim out"`
	Header   map[string]any `json:"header" doc:"the same for the JOSE header; it does not change which key signs"`
	KID      string         `json:"kid" doc:"the published key that signs; the default key if it is left out"`
	Unsigned bool           `json:"unsigned" doc:"no signature, and alg none"`
}

// mintedToken is a token that was signed by hand.
type mintedToken struct {
	Token  string `json:"token"`
	Minted bool   `json:"minted" doc:"always true: no grant led to this token"`
}

func (in *mintCall) check() error {
	for member, value := range map[string]string{"client": in.Client, "user": in.User, "kid": in.KID} {
		if err := tooBig(member, value, maxName); err != nil {
			return err
		}
	}
	if in.Lifetime > maxLifetime || in.Lifetime < -maxLifetime {
		return problem{Status: http.StatusBadRequest, Title: "lifetime_seconds is more than ten years.", Fix: "Send less. A claim exp may hold any number."}
	}
	return tooBig("scope", in.Scope, maxScope)
}

func mintToken(x controlled, in mintCall) (mintedToken, error) {
	if err := in.check(); err != nil {
		return mintedToken{}, err
	}
	if err := x.spend(x.c, 1, "Signing a token takes about a millisecond of CPU, and 20 a second are enough."); err != nil {
		return mintedToken{}, err
	}
	token, err := x.lab.Mint(x.c.Request.Context(), mockprovider.MintRequest{
		Kind: in.Kind, Client: in.Client, User: in.User, Scope: strings.Fields(in.Scope), Lifetime: time.Duration(in.Lifetime) * time.Second,
		Claims: in.Claims, Header: in.Header, KID: in.KID, InsecureUnsigned: in.Unsigned,
	})
	return mintedToken{token, true}, err
}

// apiSnapshot describes a snapshot.
type apiSnapshot struct {
	Name  string    `json:"name"`
	At    time.Time `json:"at" doc:"the lab’s clock when it was taken"`
	Taken time.Time `json:"taken" doc:"the real time when it was taken"`
	Size  int       `json:"size" doc:"what keeping it costs, in bytes"`
}

// apiSnapshots are all of them.
type apiSnapshots struct {
	Snapshots []apiSnapshot `json:"snapshots"`
}

func asSnapshot(i lab.SnapshotInfo) apiSnapshot {
	return apiSnapshot{i.Name, i.At.UTC(), i.Taken.UTC(), i.Size}
}

func readSnapshots(x controlled) (apiSnapshots, error) {
	out := apiSnapshots{[]apiSnapshot{}}
	for _, i := range x.lab.Snapshots() {
		out.Snapshots = append(out.Snapshots, asSnapshot(i))
	}
	return out, nil
}

func takeSnapshot(x controlled, _ nothing) (apiSnapshot, error) {
	i, err := x.lab.TakeSnapshot(x.c.Param("name"))
	return asSnapshot(i), err
}

func restoreSnapshot(x controlled, _ nothing) (apiSnapshots, error) {
	if err := x.lab.RestoreSnapshot(x.c.Param("name")); err != nil {
		return apiSnapshots{}, err
	}
	return readSnapshots(x)
}

func deleteSnapshot(x controlled) (apiSnapshots, error) {
	if err := x.lab.DeleteSnapshot(x.c.Param("name")); err != nil {
		return apiSnapshots{}, err
	}
	return readSnapshots(x)
}

// resetDone says where the log stands after a reset.
type resetDone struct {
	Last int64 `json:"last" doc:"the log’s last position"`
}

func resetLab(x controlled, _ nothing) (resetDone, error) {
	if err := x.lab.Reset(); err != nil {
		return resetDone{}, err
	}
	return resetDone{x.lab.Log().Last()}, nil
}
