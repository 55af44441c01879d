package walkthrough

import (
	"testing"

	"claimcheck/mockprovider/lab"
)

// The registry is bounded also while every run is alive, and drops the oldest.
func TestWalksAreBounded(t *testing.T) {
	f, err := Load(codePKCE)
	if err != nil {
		t.Fatal(err)
	}
	ws := NewWalks(f)
	v := f.Variants()[0]
	var first *Walk
	for _, seed := range []string{"one", "two", "three"} { // a lab keeps 256 runs
		l := newLabWith(t, lab.Config{Seed: seed})
		for range 180 {
			w, err := ws.Start(l, v, true)
			if err != nil {
				t.Fatal(err)
			}
			if first == nil {
				first = w
			}
		}
	}
	if n := len(ws.byID); n != maxWalks {
		t.Errorf("%d walks are kept, want %d", n, maxWalks)
	}
	if _, ok := ws.Get(first.run.Lab(), first.run.ID()); ok {
		t.Error("the first walk is still kept")
	}
}
