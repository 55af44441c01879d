package lessons

import (
	"net/url"
	"strconv"
	"strings"
	"testing"
)

func TestProgressIsBounded(t *testing.T) {
	p := NewProgress()
	p.Put("first", "/learn/x/y/z", State{Done: true})
	for i := range maxLearners - 1 {
		p.Put(strconv.Itoa(i), "/learn/x/y/z", State{})
	}
	p.Get("first", "/learn/x/y/z") // used again: not the oldest any more
	p.Put("one more", "/learn/x/y/z", State{})
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
		p.Put("first", strconv.Itoa(i), State{})
	}
	if n := len(p.learners["first"].states); n != maxStates {
		t.Errorf("%d states, want %d", n, maxStates)
	}
}

func TestProgressVarsAreACopy(t *testing.T) {
	p := NewProgress()
	p.Put("a", "x", State{Vars: map[string]string{"code": "one"}})
	s, _ := p.Get("a", "x")
	s.Vars["code"] = "two"
	if again, _ := p.Get("a", "x"); again.Vars["code"] != "one" {
		t.Error("two requests share a map")
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
