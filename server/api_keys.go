package main

import (
	"net/http"
	"time"

	"claimcheck/mockprovider/lab"
)

// keyOperations are the calls for AcmeID's signing keys.
func keyOperations() []operation {
	return []operation{
		labRead("/keys", "listKeys", "The keys that AcmeID publishes", readKeys),
		labChange(http.MethodPost, "/keys", "publishKey", "Make a key and publish it, before it signs", publishKey).
			fails(http.StatusConflict, http.StatusTooManyRequests),
		labChange(http.MethodPost, "/keys/:kid/activate", "activateKey", "Sign with a published key from now on", keyAction(0, (*lab.Lab).ActivateKey)).
			fails(http.StatusConflict),
		labChange(http.MethodPost, "/keys/:kid/retire", "retireKey", "Stop publishing a key that signs no more", keyAction(0, (*lab.Lab).RetireKey)).
			fails(http.StatusConflict),
		labChange(http.MethodPost, "/keys/:kid/revoke", "revokeKey", "Take a key out at once, also one that signs", keyAction(seededKeyCost, (*lab.Lab).RevokeKey)).
			more("The key that was published to be next takes its place, or a new one.").
			fails(http.StatusTooManyRequests),
	}
}

// apiKeyInfo is a published key.
type apiKeyInfo struct {
	KID   string `json:"kid"`
	Alg   string `json:"alg"`
	State string `json:"state" enum:"signing,next,previous" doc:"signing: new tokens are signed with it; next: it has signed nothing yet; previous: it stays for what it has signed"`
}

// apiKeyList are the published keys, and what the parties hold of them.
type apiKeyList struct {
	Keys []apiKeyInfo `json:"keys"`
	Held []apiHeld    `json:"held" doc:"what each API, and the client that hears of logouts, has fetched: it judges by these until their lifetime is over, whatever is published now"`
}

// apiHeld is what one party holds.
type apiHeld struct {
	Party string     `json:"party" doc:"an API, or the client that hears of logouts"`
	At    *time.Time `json:"fetched_at,omitempty" doc:"by the lab's clock; absent where it holds none"`
	Until *time.Time `json:"good_until,omitempty"`
	KIDs  []string   `json:"kids"`
}

func readKeys(x controlled) (apiKeyList, error) {
	all, err := x.lab.PublishedKeys()
	if err != nil {
		return apiKeyList{}, err
	}
	var out apiKeyList
	for _, k := range all {
		out.Keys = append(out.Keys, apiKeyInfo{k.KID, k.Alg, k.State})
	}
	for _, h := range x.lab.HeldKeys() {
		one := apiHeld{Party: h.Party.ID, KIDs: append([]string{}, h.KIDs...)}
		if !h.At.IsZero() {
			one.At, one.Until = &h.At, &h.Until
		}
		out.Held = append(out.Held, one)
	}
	return out, nil
}

// publishCall asks for a key.
type publishCall struct {
	Alg string `json:"alg" doc:"one of the algorithms that AcmeID signs with: RS256, ES256, EdDSA, Ed25519"`
}

func publishKey(x controlled, in publishCall) (apiKeyList, error) {
	if err := x.spend(x.c, seededKeyCost, "Making a key takes a good part of a second."); err != nil {
		return apiKeyList{}, err
	}
	if _, err := x.lab.PublishKey(in.Alg); err != nil {
		return apiKeyList{}, err
	}
	return readKeys(x)
}

// keyAction is a call that does something to the key that the path names, and
// may cost the making of another.
func keyAction(cost int, act func(*lab.Lab, string) error) func(controlled, nothing) (apiKeyList, error) {
	return func(x controlled, _ nothing) (apiKeyList, error) {
		if cost > 0 {
			if err := x.spend(x.c, cost, "Making a key takes a good part of a second."); err != nil {
				return apiKeyList{}, err
			}
		}
		if err := act(x.lab, x.c.Param("kid")); err != nil {
			return apiKeyList{}, err
		}
		return readKeys(x)
	}
}
