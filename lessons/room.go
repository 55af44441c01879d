package lessons

import (
	"cmp"
	"slices"
)

// maxKept is how much is kept of one learner, in bytes of JSON and paths, the way
// back included. The whole course, answered, takes less than a quarter of it, so
// no greedy learner takes the room of others.
const maxKept = 256 << 10

// weight is what a value of a form counts for in [maxAnswerSize]. Names count with
// each value, and so does the punctuation around it.
func weight(name, value string) int { return len(name) + len(value) + len(`"":[""],`) }

// sizeOf is how much there is to keep at a path, 0 for nothing.
func sizeOf(path string, k Kept) int {
	if b := k.encode(); b != nil {
		return len(path) + len(b)
	}
	return 0
}

// weigh counts anew what there is to keep at a path.
func (l *learner) weigh(path string) {
	s := l.states[path]
	n := sizeOf(path, s.Kept())
	if path == undoPath && l.undo != nil {
		n = len(path) + len(keptJSON(l.undo))
	}
	l.setSize(path, n)
}

func (l *learner) setSize(path string, n int) {
	l.size += n - l.sizes[path]
	if n == 0 {
		delete(l.sizes, path)
	} else {
		l.sizes[path] = n
	}
}

// makeRoom lets go of what was typed to questions that come back, those asked longest
// ago first, until the state that is to stand at the path has room or none is left.
// When they come back stays. It returns the paths that changed.
func (l *learner) makeRoom(path string, s *State) (changed []string) {
	n := sizeOf(path, s.Kept())
	if l.size-l.sizes[path]+n <= maxKept {
		return nil
	}
	var asked []string
	for at, other := range l.states {
		if at != path && other.Memory != nil && len(other.Answers) > 0 {
			asked = append(asked, at)
		}
	}
	slices.SortFunc(asked, func(a, b string) int {
		return cmp.Or(cmp.Compare(l.states[a].Memory.Last, l.states[b].Memory.Last), cmp.Compare(a, b))
	})
	for _, at := range asked {
		if l.size-l.sizes[path]+n <= maxKept {
			break
		}
		other := l.states[at]
		other.Answers = nil
		l.states[at] = other
		l.weigh(at)
		changed = append(changed, at)
	}
	return changed
}

// fit makes room for the state that is to stand at the path. Where there is none,
// what was typed goes, and the record of attempts; how far the learner came stays.
// It is false where even that has no room.
func (l *learner) fit(path string, s *State) bool {
	others := l.size - l.sizes[path]
	n := sizeOf(path, s.Kept())
	if others+n > maxKept && n > l.sizes[path] {
		s.Answers, s.Draft, s.Before, s.Past = nil, "", nil, nil
		if n = sizeOf(path, s.Kept()); others+n > maxKept && n > l.sizes[path] {
			return false
		}
	}
	l.setSize(path, n)
	return true
}

// sizeWith is how much there would be to keep after an exchange with these.
func (l *learner) sizeWith(with map[string]*Kept) int {
	n := l.size - l.sizes[undoPath]
	back := Undo{What: "the import of 1024 exercises", States: map[string]*Kept{}}
	for path, k := range with {
		s := l.states[path]
		old := s.Kept()
		back.States[path] = &old
		n += sizeOf(path, *k) - l.sizes[path]
	}
	return n + len(undoPath) + len(keptJSON(back))
}

// Forget deletes everything of the learner, in memory and with the keeper: there is
// no way back. The error is the keeper's, and everything is still there then.
func (p *Progress) Forget(who string) (err error) {
	p.with(who, func(l *learner) {
		if p.keeper != nil {
			if err = p.keeper.Forget(browserOf(who)); err != nil {
				return
			}
		}
		for _, s := range l.states {
			l.round = max(l.round, s.Round+1) // what is on its way comes too late
		}
		clear(l.states)
		clear(l.sizes)
		clear(l.unsaved)
		l.trail, l.undo, l.size, l.loaded = &Trail{}, nil, 0, true
	})
	return err
}
