package lessons

import (
	"net/url"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestTwoLabsOneBrowser: who changes labs keeps what was typed and how far they came,
// what came in meanwhile too, and leaves behind what belongs to the lab.
func TestTwoLabsOneBrowser(t *testing.T) {
	p := NewProgress(newShelf())
	one, two := In("alice", "one"), In("alice", "two")
	ofLab := State{
		Since: 40, Tried: 2, Hints: 1, Done: true, Draft: "GET /", Answers: url.Values{"pick": {"a"}},
		Vars: map[string]string{"code": "c"}, Reply: &Reply{Answer: "200"}, Fault: "refused",
		Outcomes: map[string]Outcome{"a": {}}, Verdict: &Verdict{Done: true},
		Before: &State{Since: 3, Tried: 1, Vars: map[string]string{"code": "b"}},
	}
	put(p, one, parts, ofLab)
	p.Trail(one).addRun("run of lab one")

	got := p.See(two, parts, 7)
	if got.Since != 7 || !got.seen || got.restored || got.Before == nil || !got.Before.restored || got.Before.Vars != nil {
		t.Errorf("counting goes on from %d, %+v", got.Since, got)
	}
	want := State{Tried: 2, Hints: 1, Done: true, Draft: "GET /", Answers: url.Values{"pick": {"a"}}, Since: 7}
	got.Before, got.seen = nil, false
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(State{})); diff != "" {
		t.Error(diff)
	}
	if p.Trail(two).ran("run of lab one") {
		t.Error("a run of another lab counts")
	}
	p.Update(two, "/learn/a/b/new", func(s *State) { s.Tried++ })
	if s, _ := p.Get(one, "/learn/a/b/new"); s.Tried != 1 {
		t.Error("back in the first lab it is older")
	}
	if err := p.Forget(two); err != nil || len(p.All(one)) != 0 || len(p.All("alice")) != 0 {
		t.Errorf("%v; of another lab there is left %v", err, p.All(one))
	}
	if n := len(p.learners); n != 1 {
		t.Errorf("one browser is %d learners in memory", n)
	}
}

// TestTwoLabsAtOnce: two pages of a browser, each in its own lab, lose nothing of
// each other and never count from a place in the other's log.
func TestTwoLabsAtOnce(t *testing.T) {
	p := NewProgress(nil)
	var all sync.WaitGroup
	for lab, since := range map[string]int64{"one": 100, "two": 200} {
		who := In("alice", lab)
		for range 50 {
			all.Go(func() { p.Update(who, parts, func(s *State) { s.Tried++ }) })
			all.Go(func() {
				if s := p.See(who, parts, since); s.Since != since {
					t.Errorf("in lab %s it counts from %d", lab, s.Since)
				}
			})
		}
	}
	all.Wait()
	if s, _ := p.Get(In("alice", "one"), parts); s.Tried != 100 {
		t.Errorf("%d tries, want 100", s.Tried)
	}
}

// TestIn: nobody is nobody in every lab.
func TestIn(t *testing.T) {
	if In("", "one") != "" || In("alice", "") != "alice" || browserOf(In("alice", "one")) != "alice" {
		t.Errorf("%q %q %q", In("", "one"), In("alice", ""), In("alice", "one"))
	}
}
