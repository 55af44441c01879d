package mockprovider

import (
	"fmt"
	"strings"
	"testing"
)

func states(t *testing.T, k *Keys) string {
	t.Helper()
	infos, err := k.Published()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, info := range infos {
		b.WriteString(info.KID + " " + info.State + ", ")
	}
	return b.String()
}

func TestKeyStates(t *testing.T) {
	ed := func(kid string) SigningKey { return SigningKey{KID: kid, Alg: "EdDSA", Private: newEd(t)} }
	keys, err := KeysFrom(ed("a"))
	if err != nil {
		t.Fatal(err)
	}
	at := func(want string) {
		t.Helper()
		if got := states(t, keys); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	at("a signing, ")
	if _, err := keys.Publish(ed("b")); err != nil {
		t.Fatal(err)
	}
	at("a signing, b next, ")
	before, err := keys.State()
	if err != nil {
		t.Fatal(err)
	}
	if err := keys.Activate("b"); err != nil {
		t.Fatal(err)
	}
	at("b signing, a previous, ")
	if err := keys.Activate("a"); err != nil {
		t.Fatal(err)
	}
	at("a signing, b previous, ")
	if err := keys.Retire("b"); err != nil {
		t.Fatal(err)
	}
	if err := keys.Restore(before); err != nil {
		t.Fatal(err)
	}
	at("a signing, b next, ")

	other, err := KeysFrom(ed("c"))
	if err != nil {
		t.Fatal(err)
	}
	if err := keys.Replace(other); err != nil {
		t.Fatal(err)
	}
	at("c signing, ")
	for n := range maxPublished {
		if _, err := keys.Publish(ed(fmt.Sprint("n", n))); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := keys.Publish(ed("one-more")); err == nil {
		t.Error("there is no end to the keys")
	}
}
