package lab

import (
	"strconv"
	"testing"
)

// The values that lead to a run have a limit; the oldest goes first.
func TestGateForgetsTheOldest(t *testing.T) {
	g := newGate(nil)
	const more = 3
	for n := range maxKnown + more {
		g.learn("state", strconv.Itoa(n), "run")
	}
	g.learn("state", strconv.Itoa(more), "another") // known already: nothing goes for it
	for n, want := range map[int]string{0: "", more - 1: "", more: "another", more + 1: "run", maxKnown + more - 1: "run"} {
		if got := g.runOf("state", strconv.Itoa(n)); got != want {
			t.Errorf("value %d leads to %q, want %q", n, got, want)
		}
	}
	if len(g.known) != maxKnown || len(g.order) != maxKnown {
		t.Errorf("%d are known, in an order of %d, want %d", len(g.known), len(g.order), maxKnown)
	}
}
