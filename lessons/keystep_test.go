package lessons

import (
	"errors"
	"testing"

	"claimcheck/mockprovider"
	"claimcheck/mockprovider/trace"
)

// TestCheckWireNever proves that what must not happen unsolves an exercise, and
// that a mark of the keys is told from another by what changed.
func TestCheckWireNever(t *testing.T) {
	e := build(t, `kind: do
check: wire
with:
  events: [{is: it was published, missing: publish it, mark: keys_changed, change: published}]
  never: [{mark: keys_changed, change: revoked, says: nobody asked for that}]`)
	mark := func(seq int64, change string) trace.Item {
		return trace.Item{Seq: seq, Mark: &trace.Mark{Kind: trace.MarkKeysChanged, Data: map[string]string{"change": change}}}
	}
	expect(t, verdict(e, []trace.Item{mark(1, "published")}), "done")
	expect(t, verdict(e, []trace.Item{mark(1, "activated")}), "publish it")
	v := verdict(e, []trace.Item{mark(1, "published"), mark(2, "revoked")})
	expect(t, v, "nobody asked for that")
	if v.Done {
		t.Error("done, although what must not happen did")
	}
}

// TestScriptKeys takes a key through its life.
func TestScriptKeys(t *testing.T) {
	b := newBench(t)
	states := func() (all []string) {
		keys, err := b.lab.PublishedKeys()
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range keys {
			if k.Alg == "ES256" {
				all = append(all, k.State)
			}
		}
		return all
	}
	steps := []struct {
		step KeysStep
		want []string
	}{
		{KeysStep{Publish: "ES256"}, []string{mockprovider.KeySigns, mockprovider.KeyNext}},
		{KeysStep{Activate: "ES256"}, []string{mockprovider.KeySigns, mockprovider.KeyPrevious}},
		{KeysStep{Retire: "ES256"}, []string{mockprovider.KeySigns}},
		{KeysStep{Revoke: "ES256"}, []string{mockprovider.KeySigns}},
	}
	for _, s := range steps {
		if err := b.keys(s.step); err != nil {
			t.Fatal(err)
		}
		got := map[string]int{}
		for _, state := range states() {
			got[state]++
		}
		for _, state := range s.want {
			got[state]--
		}
		for state, n := range got {
			if n != 0 {
				t.Errorf("%+v: %d keys too many or too few are %s", s.step, n, state)
			}
		}
	}
	if err := b.keys(KeysStep{Retire: "ES256"}); !errors.Is(err, errNoKey) {
		t.Errorf("retire without a previous key: %v", err)
	}
}
