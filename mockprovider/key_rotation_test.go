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
	if kid, err := keys.Publish(SigningKey{KID: "new", Alg: "EdDSA", Private: newEd(t)}); err != nil || kid != "new" {
		t.Fatal(kid, err)
	}
	check("published", "old", "old new")
	if err := keys.Activate("new"); err != nil {
		t.Fatal(err)
	}
	check("activated", "new", "old new")
	if info, _ := i.Introspect(t.Context(), first); !info.Active {
		t.Error("a token of the key before is no good any more")
	}
	if err := keys.Retire("old"); err != nil {
		t.Fatal(err)
	}
	check("retired", "new", "new")
	if info, _ := i.Introspect(t.Context(), first); info.Active {
		t.Error("a token of a retired key is still good")
	}
	for name, err := range map[string]error{"activate": keys.Activate("old"), "retire": keys.Retire("new")} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := keys.Publish(SigningKey{KID: "new", Alg: "EdDSA", Private: newEd(t)}); err == nil {
		t.Error("an ID twice")
	}
}
