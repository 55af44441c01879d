package lessons

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// kept is how many bytes the shelf has of a learner.
func (s *shelf) size(learner string) (n int) {
	for path, k := range s.kept[learner] {
		n += len(path) + len(k)
	}
	return n
}

// TestGreedyLearner: who types without end, imports and starts over has no more than
// the limit, loses nothing of what was done, and takes nothing from another.
func TestGreedyLearner(t *testing.T) {
	keeper := newShelf()
	p := NewProgress(keeper)
	put(p, "alice", parts, State{Done: true, Draft: "GET /rs"})
	long := strings.Repeat("<", maxDraft)
	for i := range 100 {
		put(p, "greedy", "/learn/a/b/"+strconv.Itoa(i), State{Done: true, Draft: long})
	}
	if n := keeper.size("greedy"); n > maxKept || n < maxKept-2*maxDraft {
		t.Errorf("%d bytes are kept, want up to %d", n, maxKept)
	}
	if n := len(p.Done("greedy")); n != 100 {
		t.Errorf("%d are done, want 100", n)
	}
	file := &Transfer{Exercises: map[string]Kept{}}
	for i := range 100 {
		file.Exercises["/learn/c/d/"+strconv.Itoa(i)] = Kept{Answers: url.Values{"a": {long[:maxDraft/2]}}}
	}
	before := p.All("greedy")
	_, err := p.Import("greedy", file, anyPath)
	if wrong, ok := errors.AsType[*TransferError](err); !ok || !strings.Contains(wrong.Text, "256 KiB") {
		t.Errorf("an import beyond the limit: %v", err)
	}
	if diff := cmp.Diff(before, p.All("greedy")); diff != "" {
		t.Errorf("a refused import changed something: %s", diff)
	}
	for range 3 {
		p.StartOver("greedy", "/learn/", "all")
		for i := range 100 {
			put(p, "greedy", "/learn/a/b/"+strconv.Itoa(i), State{Draft: long})
		}
		p.TakeBack("greedy")
		if n := keeper.size("greedy"); n > maxKept+100*100 {
			t.Errorf("%d bytes with the way back", n)
		}
	}
	want := map[string]Kept{parts: {Done: true, Draft: "GET /rs"}}
	if diff := cmp.Diff(want, NewProgress(keeper).All("alice")); diff != "" {
		t.Error(diff)
	}
}

// TestImportOfUnknownExercises: what the course does not have is left out and
// counted, and what is here already is no change.
func TestImportOfUnknownExercises(t *testing.T) {
	p := NewProgress(nil)
	put(p, "alice", "/learn/a/b/here", State{Tried: 1})
	file := &Transfer{Exercises: map[string]Kept{parts: {Done: true}, "/learn/a/b/here": {Tried: 1}, "/learn/a/b/invented": {Done: true}, "/learn/": {Done: true}}}
	knows := func(path string) bool { return path == parts || path == "/learn/a/b/here" }
	did, err := p.Import("alice", file, knows)
	if err != nil || did != (Imported{Taken: 1, LeftOut: 2}) {
		t.Errorf("%+v %v", did, err)
	}
	if diff := cmp.Diff(map[string]Kept{parts: {Done: true}, "/learn/a/b/here": {Tried: 1}}, p.All("alice")); diff != "" {
		t.Error(diff)
	}
	if u := p.Undo("alice"); u == nil || u.What != "the import of one exercise" {
		t.Errorf("way back %+v", u)
	}
	if did, _ := p.Import("alice", file, knows); did.Taken != 0 {
		t.Errorf("the same again took %d over", did.Taken)
	}
}

// TestStartOverLeavesNothing: what was emptied does not count against the limit of
// states, and an answer that was on its way comes too late.
func TestStartOverLeavesNothing(t *testing.T) {
	p := NewProgress(nil)
	for i := range maxStates {
		put(p, "alice", "/learn/a/b/"+strconv.Itoa(i), State{Tried: 1})
	}
	begun := p.See("alice", "/learn/a/b/0", 1)
	p.StartOver("alice", "/learn/", "all")
	if n := len(p.learners["alice"].states); n != 0 {
		t.Errorf("%d states are left", n)
	}
	if now := p.See("alice", "/learn/a/b/0", 2); now.Round == begun.Round || now.Since != 2 {
		t.Errorf("it began in round %d, and now is %+v", begun.Round, now)
	}
	put(p, "alice", parts, State{Done: true})
	if !p.Done("alice")[parts] {
		t.Error("there is no room for another")
	}
}

// TestLookMakesNoRoom: made-up cookies put nobody out of memory, and who has
// something that the disk does not have goes last, who only read first.
func TestLookMakesNoRoom(t *testing.T) {
	keeper := newShelf()
	put(NewProgress(keeper), "kept", parts, State{Done: true})
	p := NewProgress(keeper)
	keeper.broken = errors.New("the disk is full")
	put(p, "unsaved", parts, State{Done: true})
	keeper.broken = nil
	put(p, "saved", parts, State{Done: true})
	for i := range 2 * maxLearners {
		who := fmt.Sprint("made up ", i)
		p.Get(who, parts)
		p.Done(who)
		p.All(who)
		p.Undo(who)
	}
	if n := len(p.learners); n != 2 {
		t.Errorf("%d learners in memory, want 2", n)
	}
	if !p.Done("kept")[parts] {
		t.Error("who is kept is not found")
	}
	for i := range 2 * maxLearners {
		p.See(fmt.Sprint("reader ", i), parts, 7)
	}
	if p.learners["unsaved"] == nil || p.learners["saved"] == nil {
		t.Error("a reader put out one who did something")
	}
	for i := range 2 * maxLearners {
		put(p, fmt.Sprint("doer ", i), parts, State{Done: true})
	}
	if p.learners["unsaved"] == nil || p.learners["saved"] != nil {
		t.Error("of those who did something, one with changes that are not written went first")
	}
}

// TestForget deletes one learner with the way back, and no other.
func TestForget(t *testing.T) {
	keeper := newShelf()
	p := NewProgress(keeper)
	put(p, "alice", parts, State{Done: true})
	put(p, "bob", parts, State{Done: true})
	p.StartOver("alice", "/learn/", "all")
	p.Update("alice", parts, func(s *State) { s.Tried = 1 })
	round := p.See("alice", parts, 1).Round
	keeper.broken = errors.New("the disk is away")
	if p.Forget("alice") == nil || len(p.All("alice")) != 1 {
		t.Error("what could not be deleted is hidden")
	}
	keeper.broken = nil
	if err := p.Forget("alice"); err != nil || p.Undo("alice") != nil || len(p.All("alice")) != 0 || keeper.kept["alice"] != nil {
		t.Errorf("%v, and something is left: %v", err, keeper.kept["alice"])
	}
	if p.See("alice", parts, 1).Round == round {
		t.Error("an answer that was on its way comes in")
	}
	if !p.Done("bob")[parts] {
		t.Error("bob is deleted too")
	}
}

// TestRoomForTheNewestAnswer: where there is no room, what was typed to the question
// asked longest ago goes, and nothing of an exercise; its schedule stays.
func TestRoomForTheNewestAnswer(t *testing.T) {
	keeper := newShelf()
	p := NewProgress(keeper)
	put(p, "writer", parts, State{Draft: "mine"})
	long := url.Values{"text": {strings.Repeat("x", 8<<10)}}
	question := func(n int) string { return "/practice/q" + strconv.Itoa(n) }
	const all = 40
	for n := range all {
		p.Update("writer", question(n), func(s *State) {
			s.Answers = long
			s.Memory = &Memory{Due: 1e9, Last: int64(1000 + n), Stability: 1, Difficulty: 5, Reps: 1, State: 2, Rating: 3}
		})
	}
	if size := p.learners["writer"].size; size > maxKept {
		t.Errorf("%d bytes are kept", size)
	}
	gone := 0
	for n := range all {
		s, _ := p.Get("writer", question(n))
		if s.Memory == nil {
			t.Errorf("the schedule of question %d is gone", n)
		}
		if len(s.Answers) == 0 {
			if gone++; gone != n+1 {
				t.Errorf("what was typed to question %d is gone, and older ones are there", n)
			}
		}
	}
	if s, _ := p.Get("writer", question(all-1)); gone == 0 || len(s.Answers) == 0 {
		t.Errorf("%d answers made room; the newest has %d bytes", gone, len(s.Answers.Get("text")))
	}
	if s, _ := p.Get("writer", parts); s.Draft != "mine" {
		t.Error("the draft of an exercise is gone")
	}
	if kept := string(keeper.kept["writer"][question(0)]); strings.Contains(kept, "xxx") || !strings.Contains(kept, "memory") {
		t.Errorf("on the disk stands %.60q", kept)
	}
}
