package lessons

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestNote: an exercise keeps its last twenty attempts and the day it was done, over
// a restart, a start over and the way back, and in a file.
func TestNote(t *testing.T) {
	keeper := newShelf()
	p := NewProgress(keeper)
	at := func(n int64) time.Time { return time.Unix(n, 0) }
	for n := range int64(30) {
		p.Update("alice", parts, func(s *State) { s.Note(at(n), n == 25) })
	}
	p = NewProgress(keeper)
	s := p.See("alice", parts, 1)
	if len(s.Past) != MaxPast || s.Past[0].At != 10 || s.Past[15] != (PastAttempt{At: 25, Solved: true}) || !s.Done || s.DoneAt != 25 {
		t.Errorf("done at %d, %v", s.DoneAt, s.Past)
	}
	past := s.Past
	p.Update("alice", parts, func(s *State) { s.StartOver(3) })
	s, _ = p.Get("alice", parts)
	if diff := cmp.Diff(past, s.Past); s.Done || s.DoneAt != 25 || s.Before.Past != nil || diff != "" {
		t.Errorf("started over: %+v %s", s, diff)
	}
	p.Update("alice", parts, (*State).GoBack)
	s, _ = p.Get("alice", parts)
	if diff := cmp.Diff(past, s.Past); !s.Done || s.DoneAt != 25 || diff != "" {
		t.Errorf("and back: %+v %s", s, diff)
	}
	if _, err := p.Import("bob", NewTransfer(p.All("alice"), at(40)), anyPath); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(p.All("alice"), p.All("bob")); diff != "" {
		t.Error(diff)
	}
}

// TestKeptWithoutADate: what an earlier version kept goes on.
func TestKeptWithoutADate(t *testing.T) {
	keeper := newShelf()
	keeper.kept["alice"] = map[string][]byte{parts: []byte(`{"tried":3,"done":true}`)}
	p := NewProgress(keeper)
	if s := p.See("alice", parts, 1); !s.Done || s.DoneAt != 0 || s.Past != nil {
		t.Errorf("%+v", s)
	}
	p.Update("alice", parts, func(s *State) { s.Note(time.Unix(7, 0), false) })
	want := `{"tried":3,"done":true,"attempts":[{"at":7}]}`
	if got := string(keeper.kept["alice"][parts]); got != want {
		t.Errorf("kept %s, want %s", got, want)
	}
}

// TestNoRoomForAttempts: where there is no room, the record goes before "done".
func TestNoRoomForAttempts(t *testing.T) {
	p := NewProgress(nil)
	for i := range MaxPast {
		put(p, "greedy", "/learn/a/b/"+strings.Repeat("x", i), State{Draft: strings.Repeat("x", maxDraft)})
	}
	p.Update("greedy", parts, func(s *State) {
		for n := range int64(MaxPast) {
			s.Note(time.Unix(1e9+n, 0), true)
		}
	})
	filled := p.learners["greedy"].size
	p.Update("greedy", parts, func(s *State) { s.Draft = strings.Repeat("y", maxDraft) })
	if s, _ := p.Get("greedy", parts); filled > maxKept || !s.Done || s.Draft != "" || s.Past != nil {
		t.Errorf("%d bytes, done %t, %d attempts", filled, s.Done, len(s.Past))
	}
}

// TestFileWithOtherTimes breaks one thing of a good file at a time.
func TestFileWithOtherTimes(t *testing.T) {
	good := `{"format":"claimcheck-progress","version":1,"exercises":{"/learn/a/b/c":{"done":true,"done_at":1767225600,"attempts":[{"at":1767225600,"solved":true}]}}}`
	if _, err := ReadTransfer([]byte(good)); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ old, now string }{
		"day":    {`"done_at":1767225600`, `"done_at":-1`},
		"future": {`"done_at":1767225600`, `"done_at":1099511627776`},
		"at":     {`"at":1767225600,`, `"at":-1,`},
		"never":  {`"at":1767225600,`, `"at":1099511627776,`},
		"many":   {`"solved":true}`, `"solved":true}` + strings.Repeat(`,{"at":1}`, MaxPast)},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ReadTransfer([]byte(strings.Replace(good, c.old, c.now, 1)))
			if wrong, ok := errors.AsType[*TransferError](err); !ok || !strings.Contains(wrong.Text, "attempts") {
				t.Errorf("got %v", err)
			}
		})
	}
}

// TestStartOverInAnEmptyLog: things count from its start, and no later look moves it.
func TestStartOverInAnEmptyLog(t *testing.T) {
	p := NewProgress(nil)
	p.Update("alice", parts, func(s *State) { s.StartOver(0) })
	if s := p.See("alice", parts, 5); s.Since != 0 {
		t.Errorf("it counts from %d", s.Since)
	}
}
