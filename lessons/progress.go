package lessons

import (
	"net/url"
	"reflect"
	"sync"
)

// Bounds of what is remembered. They keep the process from growing; a learner
// meets none of them.
const (
	maxLearners   = 512      // in memory
	maxStates     = 1024     // per learner
	maxAnswerSize = 16 << 10 // of all answers to one exercise, as weight counts
)

// Progress remembers how learners stand: those who were here last in memory, and
// what is a [Kept] of everybody with its keeper. Learners are named as [In] says. It
// is safe for concurrent use.
type Progress struct {
	keeper Keeper

	mu       sync.Mutex
	learners map[string]*learner // by browser
	clock    uint64              // counts uses, for finding the longest unused
}

type learner struct {
	// used and users are the Progress's: who was here when, and how many are at
	// it now.
	used  uint64
	users int

	mu      sync.Mutex
	lab     string // what the states' positions and the trail belong to
	states  map[string]State
	trail   *Trail
	undo    *Undo
	round   int             // a state that begins has it
	sizes   map[string]int  // what each path has to keep, in bytes; 0 is left out
	size    int             // of all of them
	loaded  bool            // what is kept has been read
	unsaved map[string]bool // paths whose change the keeper does not have yet
}

// NewProgress remembers nobody yet. The keeper knows those of earlier processes;
// nil keeps nothing, and all ends with this one.
func NewProgress(k Keeper) *Progress { return &Progress{keeper: k, learners: map[string]*learner{}} }

// Get returns how the learner stands with the exercise or sample of this path.
func (p *Progress) Get(who, path string) (s State, ok bool) {
	p.look(who, func(l *learner) { s, ok = l.states[path] })
	return s.clone(), ok
}

// See is Get for an exercise that is looked at: the first look makes things count
// from the position since on.
func (p *Progress) See(who, path string, since int64) State {
	if s, ok := p.Get(who, path); ok && !s.anew() {
		return s
	}
	return p.Update(who, path, func(s *State) {
		if s.anew() {
			s.Since, s.restored = since, false
		}
		s.seen = true // also where the log was empty, and things count from its start
	})
}

// Update changes how the learner stands, from what is remembered at that moment,
// so that two requests at a time lose nothing of each other. It returns the new
// state, once it is kept if there is a keeper. change must be quick and must not
// change what the state's maps held.
func (p *Progress) Update(who, path string, change func(*State)) (s State) {
	p.with(who, func(l *learner) {
		old, known := l.states[path]
		if !known {
			old.Round = l.round
		}
		s = old
		change(&s)
		if !known && (len(l.states) >= maxStates || reflect.DeepEqual(s, old)) {
			return
		}
		changed := l.makeRoom(path, &s)
		if !l.fit(path, &s) {
			s = old
			p.save(who, l, changed...)
			return
		}
		l.states[path] = s
		if !reflect.DeepEqual(old.Kept(), s.Kept()) {
			changed = append(changed, path)
		}
		p.save(who, l, changed...)
	})
	return s.clone()
}

// Trail is what was done for the learner.
func (p *Progress) Trail(who string) (t *Trail) {
	p.with(who, func(l *learner) { t = l.trail })
	return t
}

// Done returns the paths that the learner has done.
func (p *Progress) Done(who string) map[string]bool {
	out := map[string]bool{}
	p.look(who, func(l *learner) {
		for path, s := range l.states {
			if s.Done {
				out[path] = true
			}
		}
	})
	return out
}

// look is with for who only reads. For somebody of whom nothing is remembered or
// kept it does nothing: a cookie that somebody made up puts nobody out of memory.
func (p *Progress) look(who string, do func(*learner)) {
	p.mu.Lock()
	_, here := p.learners[browserOf(who)]
	p.mu.Unlock()
	if !here {
		if p.keeper == nil || who == "" {
			return
		}
		if kept, err := p.keeper.Load(browserOf(who)); err != nil || len(kept) == 0 {
			return
		}
	}
	p.with(who, do)
}

// with lets do look at a learner and change it, while nobody else does. One
// learner's writing to the disk keeps no other one waiting here.
func (p *Progress) with(who string, do func(*learner)) {
	p.mu.Lock()
	l := p.learner(browserOf(who))
	l.users++
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		l.users--
		p.mu.Unlock()
	}()
	l.mu.Lock()
	defer l.mu.Unlock()
	p.load(who, l)
	l.enter(who)
	do(l)
}

// learner finds or adds the learner. It is called with mu held.
func (p *Progress) learner(browser string) *learner {
	p.clock++
	l, ok := p.learners[browser]
	if !ok {
		if len(p.learners) >= maxLearners {
			p.forget()
		}
		l = &learner{states: map[string]State{}, trail: &Trail{}, sizes: map[string]int{}, unsaved: map[string]bool{}}
		p.learners[browser] = l
	}
	l.used = p.clock
	return l
}

// forget drops the learner who has been away longest, of those whom nobody looks
// at: first of those who only read, last of those whose changes the keeper does not
// have.
func (p *Progress) forget() {
	oldest, at, least := "", uint64(0), 0
	for browser, l := range p.learners {
		if l.users > 0 { // with nobody at it, it is read here without its lock
			continue
		}
		worth := l.worth()
		if oldest == "" || worth < least || worth == least && l.used < at {
			oldest, at, least = browser, l.used, worth
		}
	}
	delete(p.learners, oldest)
}

// worth says how much would be lost with the learner.
func (l *learner) worth() int {
	switch {
	case len(l.unsaved) > 0:
		return 2
	case l.size > 0 || !l.trail.empty():
		return 1
	}
	return 0
}

// Clip keeps the fields of a form that the exercise may have, bounded in size.
func Clip(form url.Values) url.Values {
	out, size := url.Values{}, 0
	for name, list := range form {
		if name == "do" || name == "request" {
			continue
		}
		for _, v := range list {
			if size += weight(name, v); size > maxAnswerSize {
				return out
			}
			out.Add(name, v)
		}
	}
	return out
}
