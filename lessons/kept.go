package lessons

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/url"
	"reflect"
	"slices"
	"strings"
)

// A Keeper keeps what learners did beyond the process, as JSON by path. It is
// safe for concurrent use. Its errors are its own to tell: a [Progress] goes on in
// memory, and offers what was refused again with the learner's next step.
type Keeper interface {
	// Load returns everything that is kept of the learner, who is a browser here: no
	// lab outlives the process.
	Load(learner string) (map[string][]byte, error)
	// Save keeps these, all or none; nil forgets one. After it returned nil they
	// outlive the process.
	Save(learner string, kept map[string][]byte) error
	// Forget keeps nothing of the learner any more.
	Forget(learner string) error
}

// A Kept is what of a [State] outlives the process: what the learner typed and
// how far they came. The rest ends with the lab that it is about: the position in
// the log, the answers of parties, and above all the variables and replies, which
// hold codes and tokens. What the lab made is never written by us; what a learner
// typed or pasted is, a token too.
type Kept struct {
	Answers url.Values    `json:"answers,omitempty"`
	Draft   string        `json:"draft,omitempty"`
	Tried   int           `json:"tried,omitempty"`
	Hints   int           `json:"hints,omitempty"`
	Done    bool          `json:"done,omitempty"`
	Shown   bool          `json:"shown,omitempty"`
	DoneAt  int64         `json:"done_at,omitempty"`  // in Unix seconds, 0 if it was not noted
	Past    []PastAttempt `json:"attempts,omitempty"` // the last ones, the newest at the end
	Memory  *Memory       `json:"memory,omitempty"`   // of a question that comes back
	Before  *Kept         `json:"before,omitempty"`   // the way back from starting over
}

// maxDraft is the longest draft that is kept, in bytes.
const maxDraft = 16 << 10

// Kept is what of the state outlives the process.
func (s *State) Kept() Kept {
	k := Kept{Tried: s.Tried, Hints: s.Hints, Done: s.Done, Shown: s.Shown, DoneAt: s.DoneAt, Past: s.Past, Memory: s.Memory}
	if len(s.Answers) > 0 {
		k.Answers = s.Answers
	}
	if len(s.Draft) <= maxDraft {
		k.Draft = s.Draft
	}
	if s.Before != nil {
		before := s.Before.Kept()
		k.Before = &before
	}
	return k
}

// state is a state that goes on from what was kept.
func (k Kept) state() State {
	s := State{
		Answers: k.Answers, Draft: k.Draft, Tried: k.Tried, Hints: k.Hints, Done: k.Done, Shown: k.Shown,
		DoneAt: k.DoneAt, Past: k.Past, Memory: k.Memory, restored: true,
	}
	if k.Before != nil {
		before := k.Before.state()
		s.Before = &before
	}
	return s
}

// empty says whether there is nothing to keep.
func (k Kept) empty() bool { return reflect.DeepEqual(k, Kept{}) }

// encode is the JSON of a kept thing, nil for one that is empty.
func (k Kept) encode() []byte {
	if k.empty() {
		return nil
	}
	return keptJSON(k)
}

// keptJSON is JSON of strings, numbers and maps of them, which cannot fail. What is
// typed holds many <, which stay one byte each: no page has this JSON in it.
func keptJSON(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// undoPath is where a learner's [Undo] is kept. It is no path of an exercise.
const undoPath = "undo"

// An Undo is the way back from a change of many exercises at once.
type Undo struct {
	// What was done, to complete "Take back: ".
	What string `json:"what"`
	// Taken says that it was taken back: the way leads forth again.
	Taken bool `json:"taken,omitempty"`
	// States are what stood there before, nil for nothing.
	States map[string]*Kept `json:"states"`
}

// TakeBack undoes the learner's last [Progress.StartOver] or [Progress.Import];
// done twice it changes nothing. It returns false if there is none.
func (p *Progress) TakeBack(who string) bool {
	had := false
	p.with(who, func(l *learner) {
		if had = l.undo != nil; had {
			next := *l.undo
			next.Taken = !next.Taken
			p.save(who, l, l.exchange(&next)...)
		}
	})
	return had
}

// exchange brings about what next holds, and leaves the way back in its place. It
// returns the paths that changed, the one of the way back first. It is called with
// the learner locked.
func (l *learner) exchange(next *Undo) (changed []string) {
	back := &Undo{What: next.What, Taken: next.Taken, States: map[string]*Kept{}}
	changed = []string{undoPath}
	for _, path := range slices.Sorted(maps.Keys(next.States)) {
		old, known := l.states[path]
		if !known && len(l.states) >= maxStates {
			continue
		}
		back.States[path] = nil
		if k := old.Kept(); !k.empty() {
			back.States[path] = &k
		}
		l.round = max(l.round, old.Round+1)
		delete(l.states, path)
		if k := next.States[path]; k != nil {
			s := k.state()
			s.Round = l.round
			l.states[path] = s
		}
		l.weigh(path)
		changed = append(changed, path)
	}
	l.undo = back
	l.weigh(undoPath)
	return changed
}

// StartOver forgets the exercises whose path begins so, and returns of how many
// there was anything to forget. [Progress.TakeBack] brings them back.
func (p *Progress) StartOver(who, prefix, what string) (n int) {
	p.with(who, func(l *learner) {
		with := map[string]*Kept{}
		for path, s := range l.states {
			if strings.HasPrefix(path, prefix) {
				with[path] = nil
				if !s.Kept().empty() {
					n++
				}
			}
		}
		if n > 0 {
			p.save(who, l, l.exchange(&Undo{What: what, States: with})...)
		}
	})
	return n
}

// Undo is the learner's last change of many exercises at once, nil if there is
// none.
func (p *Progress) Undo(who string) (u *Undo) {
	p.look(who, func(l *learner) { u = l.undo })
	return u
}

// All is everything that is kept of a learner, by the exercise's path.
func (p *Progress) All(who string) map[string]Kept {
	out := map[string]Kept{}
	p.look(who, func(l *learner) {
		for path, s := range l.states {
			if k := s.Kept(); !k.empty() {
				out[path] = k
			}
		}
	})
	return out
}

// load reads what is kept of the learner, once. While that fails nothing is
// written either: it would write over what could not be read. It is called with
// the learner locked.
func (p *Progress) load(who string, l *learner) {
	if p.keeper == nil || l.loaded {
		return
	}
	all, err := p.keeper.Load(browserOf(who))
	if err != nil {
		return
	}
	l.loaded = true
	for path, raw := range all {
		if path == undoPath {
			var u Undo
			if l.undo == nil && json.Unmarshal(raw, &u) == nil {
				l.undo = &u
				l.weigh(undoPath)
			}
			continue
		}
		var k Kept
		if _, newer := l.states[path]; !newer && len(l.states) < maxStates && json.Unmarshal(raw, &k) == nil {
			l.states[path] = k.state()
			l.weigh(path)
		}
	}
}

// save gives the keeper what changed, and what it refused before. It is called
// with the learner locked.
func (p *Progress) save(who string, l *learner, changed ...string) {
	if p.keeper == nil {
		return
	}
	for _, path := range changed {
		l.unsaved[path] = true
	}
	if !l.loaded || len(l.unsaved) == 0 {
		return
	}
	batch := map[string][]byte{}
	for path := range l.unsaved {
		if path == undoPath {
			batch[path] = keptJSON(l.undo)
			continue
		}
		s := l.states[path]
		batch[path] = s.Kept().encode()
	}
	if p.keeper.Save(browserOf(who), batch) == nil {
		clear(l.unsaved)
	}
}
