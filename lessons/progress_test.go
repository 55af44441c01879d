package lessons

import (
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
)

func put(p *Progress, who, path string, s State) { p.Update(who, path, func(now *State) { *now = s }) }

func TestProgressIsBounded(t *testing.T) {
	p := NewProgress(nil)
	put(p, "first", "/learn/x/y/z", State{Done: true})
	for i := range maxLearners - 1 {
		put(p, strconv.Itoa(i), "/learn/x/y/z", State{Since: 1})
	}
	p.Get("first", "/learn/x/y/z") // used again: not the oldest any more
	put(p, "one more", "/learn/x/y/z", State{})
	if len(p.learners) != maxLearners {
		t.Errorf("%d learners, want %d", len(p.learners), maxLearners)
	}
	if !p.Done("first")["/learn/x/y/z"] {
		t.Error("who was here last is forgotten")
	}
	if _, ok := p.Get("0", "/learn/x/y/z"); ok {
		t.Error("who was away longest is still there")
	}
	for i := range 2 * maxStates {
		put(p, "first", strconv.Itoa(i), State{Tried: 1})
	}
	if n := len(p.learners["first"].states); n != maxStates {
		t.Errorf("%d states, want %d", n, maxStates)
	}
}

func TestProgressVarsAreACopy(t *testing.T) {
	p := NewProgress(nil)
	put(p, "a", "x", State{Vars: map[string]string{"code": "one"}})
	s, _ := p.Get("a", "x")
	s.Vars["code"] = "two"
	if again, _ := p.Get("a", "x"); again.Vars["code"] != "one" {
		t.Error("two requests share a map")
	}
}

// TestProgressUpdate has many who change the same state at a time.
func TestProgressUpdate(t *testing.T) {
	p := NewProgress(nil)
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() { p.Update("a", "x", func(s *State) { s.Tried++ }) })
		all.Go(func() { p.Update("a", "x", func(s *State) { s.Hints++ }) })
		all.Go(func() { p.See("a", "x", 7) })
	}
	all.Wait()
	if s, _ := p.Get("a", "x"); s.Tried != 50 || s.Hints != 50 {
		t.Errorf("%d tries and %d hints, want 50 of each", s.Tried, s.Hints)
	}
}

func TestProgressStartOver(t *testing.T) {
	s := State{Since: 3, Tried: 2, Done: true, Draft: "GET /", Before: &State{}}
	s.StartOver(9)
	if s.Since != 9 || s.Done || s.Tried != 0 || s.Draft != "" || s.Before == nil || s.Before.Before != nil || s.Round != 1 {
		t.Errorf("after it: %+v", s)
	}
	s.GoBack()
	if s.Since != 3 || !s.Done || s.Tried != 2 || s.Draft != "GET /" || s.Before != nil || s.Round != 2 {
		t.Errorf("and back: %+v", s)
	}
	s.GoBack()
	if !s.Done {
		t.Error("a second way back loses everything")
	}
}

func TestClip(t *testing.T) {
	got := Clip(url.Values{"do": {"check"}, "request": {"GET /"}, "card.a": {"x"}, "pick": {"a", "b"}})
	if len(got) != 2 || got.Get("card.a") != "x" || len(got["pick"]) != 2 {
		t.Errorf("kept %v", got)
	}
	if got := Clip(url.Values{"a": {strings.Repeat("x", maxAnswerSize+1)}}); len(got) != 0 {
		t.Error("an answer without end is kept")
	}
}
