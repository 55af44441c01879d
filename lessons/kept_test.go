package lessons

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// shelf is a Keeper for a test. It refuses while broken is set.
type shelf struct {
	mu     sync.Mutex
	kept   map[string]map[string][]byte
	saves  int
	broken error
}

func newShelf() *shelf { return &shelf{kept: map[string]map[string][]byte{}} }

func (s *shelf) Load(learner string) (map[string][]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.kept[learner]), s.broken
}

func (s *shelf) Save(learner string, kept map[string][]byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken != nil {
		return s.broken
	}
	s.saves++
	if s.kept[learner] == nil {
		s.kept[learner] = map[string][]byte{}
	}
	for path, k := range kept {
		if k == nil {
			delete(s.kept[learner], path)
		} else {
			s.kept[learner][path] = k
		}
	}
	return nil
}

func (s *shelf) Forget(learner string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken == nil {
		delete(s.kept, learner)
	}
	return s.broken
}

// anyPath is a course that has every exercise.
func anyPath(string) bool { return true }

const parts = "/learn/jwt/anatomy/parts"

// TestKeptWithoutSecrets: what a lab's parties handed out is never kept.
func TestKeptWithoutSecrets(t *testing.T) {
	keeper := newShelf()
	put(NewProgress(keeper), "alice", parts, State{
		Since: 12, Answers: url.Values{"pick": {"a"}}, Draft: "GET /", Tried: 2, Hints: 1, Done: true, Shown: true,
		Vars: map[string]string{"code": "S3CRET"}, Reply: &Reply{Request: "S3CRET", Answer: "S3CRET"}, Fault: "S3CRET",
		Outcomes: map[string]Outcome{"a": {Said: "S3CRET"}}, Verdict: &Verdict{NearMiss: "S3CRET"},
		Before: &State{Since: 3, Tried: 1, Vars: map[string]string{"token": "S3CRET"}},
	})
	got := string(keeper.kept["alice"][parts])
	want := `{"answers":{"pick":["a"]},"draft":"GET /","tried":2,"hints":1,"done":true,"shown":true,"before":{"tried":1}}`
	if got != want {
		t.Errorf("kept %s\nwant %s", got, want)
	}
}

// TestKeptAfterRestart: done stays done; what is open begins its counting anew, in
// the log of the new process.
func TestKeptAfterRestart(t *testing.T) {
	keeper := newShelf()
	put(NewProgress(keeper), "alice", parts, State{Since: 99, Tried: 2, Done: true, Answers: url.Values{"pick": {"a"}}})

	p := NewProgress(keeper)
	if !p.Done("alice")[parts] || len(p.Done("bob")) != 0 {
		t.Error("done is forgotten, or everybody's")
	}
	if s := p.See("alice", parts, 7); s.Since != 7 || s.Tried != 2 || !s.Done || s.Answers.Get("pick") != "a" {
		t.Errorf("after the restart: %+v", s)
	}
	if s := p.See("alice", parts, 8); s.Since != 7 {
		t.Errorf("each look begins anew: counted from %d", s.Since)
	}
	if keeper.saves != 1 {
		t.Errorf("reading wrote: %d times", keeper.saves)
	}
	p.Update("alice", parts, func(s *State) { s.StartOver(9) })
	p = NewProgress(keeper)
	p.Update("alice", parts, (*State).GoBack)
	if s := p.See("alice", parts, 11); !s.Done || s.Tried != 2 || s.Since != 11 {
		t.Errorf("the way back after a restart: %+v", s)
	}
}

// TestKeptLater: what the keeper refused is offered again, and what could not be
// read is not written over.
func TestKeptLater(t *testing.T) {
	keeper := newShelf()
	put(NewProgress(keeper), "alice", parts, State{Done: true})
	keeper.broken = errors.New("the disk is full")
	p := NewProgress(keeper)
	put(p, "alice", "/learn/a/b/one", State{Done: true})
	if !p.Done("alice")["/learn/a/b/one"] {
		t.Error("it does not go on in memory")
	}
	keeper.broken = nil
	put(p, "alice", "/learn/a/b/two", State{Done: true})
	want := map[string]bool{parts: true, "/learn/a/b/one": true, "/learn/a/b/two": true}
	if diff := cmp.Diff(want, NewProgress(keeper).Done("alice")); diff != "" {
		t.Error(diff)
	}
}

// TestKeptBeyondMemory: who was put out of memory is found again.
func TestKeptBeyondMemory(t *testing.T) {
	p := NewProgress(newShelf())
	put(p, "alice", parts, State{Done: true})
	for i := range maxLearners {
		put(p, strings.Repeat("x", i+1), parts, State{Tried: 1})
	}
	if p.learners["alice"] != nil {
		t.Fatal("she is still in memory")
	}
	if !p.Done("alice")[parts] {
		t.Error("she is forgotten")
	}
}

// TestTakeBack: many at once, the way back, and the way forth again; what was done
// elsewhere meanwhile stays. All of it outlives the process.
func TestTakeBack(t *testing.T) {
	keeper := newShelf()
	p := NewProgress(keeper)
	put(p, "alice", parts, State{Done: true, Tried: 3})
	put(p, "alice", "/learn/a/b/open", State{Tried: 1})
	round := p.See("alice", parts, 1).Round
	if n := p.StartOver("alice", "/learn/", "starting everything over"); n != 2 {
		t.Errorf("%d started over, want 2", n)
	}
	if p.StartOver("alice", "/learn/", "nothing") != 0 {
		t.Error("what is empty is started over, and the way back is lost")
	}
	if len(p.All("alice")) != 0 || p.See("alice", parts, 1).Round == round {
		t.Errorf("after it there is %v, or an answer that was on its way comes in", p.All("alice"))
	}
	put(p, "alice", "/learn/a/b/new", State{Done: true})

	p = NewProgress(keeper)
	if u := p.Undo("alice"); u == nil || u.What != "starting everything over" || u.Taken {
		t.Fatalf("way back %+v", u)
	}
	if !p.TakeBack("alice") || !p.Undo("alice").Taken {
		t.Error("there is no way back")
	}
	want := map[string]Kept{parts: {Done: true, Tried: 3}, "/learn/a/b/open": {Tried: 1}, "/learn/a/b/new": {Done: true}}
	if diff := cmp.Diff(want, p.All("alice")); diff != "" {
		t.Error(diff)
	}
	p.TakeBack("alice")
	if diff := cmp.Diff(map[string]Kept{"/learn/a/b/new": {Done: true}}, p.All("alice")); diff != "" {
		t.Error(diff)
	}
	if p.TakeBack("bob") {
		t.Error("bob takes back what he never did")
	}
}

// TestTransfer: exported, and imported by a browser that lost its cookie.
func TestTransfer(t *testing.T) {
	p := NewProgress(nil)
	put(p, "alice", parts, State{Done: true, Tried: 3, Answers: url.Values{"pick": {"a", "b"}}})
	put(p, "alice", "/learn/a/b/open", State{Tried: 1, Draft: "GET /rs <x>"})
	p.Update("alice", "/learn/a/b/open", func(s *State) { s.StartOver(4) })
	var file bytes.Buffer
	if err := NewTransfer(p.All("alice"), time.Unix(1_767_225_600, 5)).Write(&file); err != nil {
		t.Fatal(err)
	}
	got, err := ReadTransfer(file.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if did, err := p.Import("new", got, anyPath); err != nil || did.Taken != 2 || did.LeftOut != 0 {
		t.Errorf("%+v %v, want 2 taken over", did, err)
	}
	if diff := cmp.Diff(p.All("alice"), p.All("new")); diff != "" {
		t.Error(diff)
	}
	put(p, "bob", "/learn/a/b/open", State{Done: true})
	put(p, "bob", "/learn/a/b/own", State{Tried: 1})
	if did, err := p.Import("bob", got, anyPath); err != nil || did.Taken != 1 {
		t.Errorf("%+v %v, want 1 taken over", did, err)
	}
	want := map[string]Kept{parts: p.All("alice")[parts], "/learn/a/b/open": {Done: true}, "/learn/a/b/own": {Tried: 1}}
	if diff := cmp.Diff(want, p.All("bob")); diff != "" {
		t.Errorf("what bob had done is lost: %s", diff)
	}
}

// TestTransferRefused breaks one thing of a good file at a time.
func TestTransferRefused(t *testing.T) {
	good := `{"format":"claimcheck-progress","version":1,"exported":"2026-01-01T00:00:00Z","exercises":{"/learn/jwt/anatomy/parts":{"done":true,"tried":2}}}`
	if _, err := ReadTransfer([]byte(good)); err != nil {
		t.Fatal(err)
	}
	many := map[string]Kept{}
	for i := range maxStates + 1 {
		many["/learn/a/b/"+strings.Repeat("x", i%100)+string(rune('a'+i/100))] = Kept{Done: true}
	}
	manyJSON, err := json.Marshal(many)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ old, now, want string }{
		"empty":     {good, " ", "No file was chosen"},
		"cut":       {`true,"tried":2}}}`, `tr`, "breaks at byte"},
		"picture":   {good, "\x89PNG\r\n", "breaks at byte 1"},
		"list":      {good, "[]", "not JSON"},
		"format":    {"claimcheck-progress", "har", `"har"`},
		"version":   {`"version":1`, `"version":2`, "version 2"},
		"type":      {`"tried":2`, `"tried":"2"`, "holds a string"},
		"count":     {`"tried":2`, `"tried":-2`, "counts"},
		"path":      {"/learn/jwt", "/lab/jwt", "no path"},
		"undo":      {"/learn/jwt/anatomy/parts", "undo", "no path"},
		"long path": {"anatomy", strings.Repeat("a", maxPath), "no path"},
		"draft":     {`"tried":2`, `"draft":"` + strings.Repeat("x", maxDraft+1) + `"`, "draft is longer"},
		"name":      {`"tried":2`, `"answers":{"` + strings.Repeat("x", 4_000_000) + `":[]}`, "answers are longer"},
		"no names":  {`"tried":2`, `"answers":{"":["` + strings.Repeat(`","`, maxAnswerSize/4) + `"]}`, "answers are longer"},
		"answers":   {`"tried":2`, `"answers":{"a":["` + strings.Repeat("x", maxAnswerSize) + `"]}`, "answers are longer"},
		"way back":  {`"tried":2`, `"before":{"before":{}}`, "one way back"},
		"many":      {good[strings.Index(good, `{"/learn`) : len(good)-1], string(manyJSON), "1024 are the most"},
		"large":     {good, good + strings.Repeat(" ", MaxTransfer), "larger than 4 MiB"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ReadTransfer([]byte(strings.Replace(good, c.old, c.now, 1)))
			wrong, ok := errors.AsType[*TransferError](err)
			if !ok || !strings.Contains(wrong.Text, c.want) || wrong.Fix == "" {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}
