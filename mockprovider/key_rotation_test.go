package mockprovider

import (
	"crypto/ed25519"
	"crypto/rand"
	"strings"
	"testing"
)

func newEd(t *testing.T) ed25519.PrivateKey {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return private
}

// JW-03, JW-05: a key is published, then signs, then the one before goes.
func TestKeyRotation(t *testing.T) {
	keys, err := KeysFrom(SigningKey{KID: "old", Alg: "EdDSA", Private: newEd(t)})
	if err != nil {
		t.Fatal(err)
	}
	i := newIDP(t, func(c *Config) {
		c.Keys = keys
		for n := range c.Clients {
			c.Clients[n].IDTokenAlg, c.Clients[n].AccessTokenAlg = "", ""
		}
	})
	check := func(step, signs, published string) {
		t.Helper()
		if got := headerOf(tokensOf(t, clientCredentialsRequest(i).send(i)).AccessToken)["kid"]; got != signs {
			t.Errorf("%s: %v signs, want %s", step, got, signs)
		}
		set := i.send("GET", "/jwks", "").Body.String()
		for _, kid := range []string{"old", "new"} {
			if want := strings.Contains(published, kid); strings.Contains(set, `"kid":"`+kid+`"`) != want {
				t.Errorf("%s: %s published: %v", step, kid, !want)
			}
		}
	}
	check("start", "old", "old")
	first := tokensOf(t, clientCredentialsRequest(i).send(i)).AccessToken
	minted, _ := mint(t, i, MintRequest{Client: "web", User: "u-alice", KID: "old"})
	if kid, err := keys.Publish(SigningKey{KID: "new", Alg: "EdDSA", Private: newEd(t)}); err != nil || kid != "new" {
		t.Fatal(kid, err)
	}
	check("published", "old", "old new")
	if err := keys.Activate("new"); err != nil {
		t.Fatal(err)
	}
	check("activated", "new", "old new")
	for name, token := range map[string]string{"issued": first, "minted": minted} {
		if info, _ := i.Introspect(t.Context(), token); !info.Active {
			t.Errorf("%s: a token of the key before is no good any more", name)
		}
	}
	if err := keys.Retire("old"); err != nil {
		t.Fatal(err)
	}
	check("retired", "new", "new")
	gone := func(when string) {
		t.Helper()
		for name, token := range map[string]string{"issued": first, "minted": minted} {
			if info, _ := i.Introspect(t.Context(), token); info.Active {
				t.Errorf("%s, %s: the token of a retired key is good", when, name)
			}
		}
	}
	gone("retired")
	for name, err := range map[string]error{"activate": keys.Activate("old"), "retire": keys.Retire("new")} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := keys.Publish(SigningKey{KID: "new", Alg: "EdDSA", Private: newEd(t)}); err == nil {
		t.Error("an ID twice")
	}
	if _, err := keys.Publish(SigningKey{KID: "old", Alg: "EdDSA", Private: newEd(t)}); err != nil {
		t.Fatal(err)
	}
	gone("another key of that ID")
}
