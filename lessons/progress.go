package lessons

import (
	"maps"
	"net/url"
	"sync"
)

// A State is how a learner stands with one exercise.
type State struct {
	// Since is the position in the lab's log from which on things count.
	Since   int64
	Answers url.Values
	// Draft is the request that the learner is writing, empty for the given one.
	Draft   string
	Verdict *Verdict
	Tried   int
	Hints   int // shown so far
	Done    bool
	Shown   bool // the explanation was asked for
	// Outcomes are the answers to the exercise's probes.
	Outcomes map[string]Outcome
	// Vars are what a flow in the background brought, until the next reset.
	Vars map[string]string
	// Reply is the answer to the last request sent from the page.
	Reply *Reply
	// Fault is why the last request could not be sent.
	Fault string
	// Before is what was there before the learner started over, nil if nothing.
	// Round counts the times: what was begun in an earlier round comes too late.
	Before *State
	Round  int
}

func (s *State) clone() State {
	c := *s
	c.Vars = maps.Clone(s.Vars)
	return c
}

// StartOver forgets everything but the way back. Things count from the position
// since on.
func (s *State) StartOver(since int64) {
	old := *s
	old.Before = nil
	*s = State{Since: since, Before: &old, Round: s.Round + 1}
}

// GoBack takes back the last StartOver.
func (s *State) GoBack() {
	if s.Before == nil {
		return
	}
	round := s.Round + 1
	*s = *s.Before
	s.Round = round
}

// Bounds of what is remembered. They keep the process from growing; a learner
// meets none of them.
const (
	maxLearners   = 512
	maxStates     = 256      // per learner
	maxAnswerSize = 16 << 10 // bytes of all answers to one exercise
)

// Progress remembers how learners stand, in memory: it ends with the process.
// It is safe for concurrent use.
type Progress struct {
	mu       sync.Mutex
	learners map[string]*learner
	clock    uint64 // counts uses, for finding the longest unused
}

type learner struct {
	states map[string]State
	trail  *Trail
	used   uint64
}

// NewProgress remembers nobody yet.
func NewProgress() *Progress { return &Progress{learners: map[string]*learner{}} }

// Get returns how the learner stands with the exercise or sample of this path.
func (p *Progress) Get(who, path string) (State, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	l, ok := p.learners[who]
	if !ok {
		return State{}, false
	}
	p.clock++
	l.used = p.clock
	s, ok := l.states[path]
	return s.clone(), ok
}

// See is Get for an exercise that is looked at: the first look makes things count
// from the position since on.
func (p *Progress) See(who, path string, since int64) State {
	if s, ok := p.Get(who, path); ok {
		return s
	}
	return p.Update(who, path, func(s *State) {
		if s.Since == 0 {
			s.Since = since
		}
	})
}

// Update changes how the learner stands, from what is remembered at that moment,
// so that two requests at a time lose nothing of each other. It returns the new
// state. change must be quick and must not change what the state's maps held.
func (p *Progress) Update(who, path string, change func(*State)) State {
	p.mu.Lock()
	defer p.mu.Unlock()
	l := p.learner(who)
	s, known := l.states[path]
	change(&s)
	if known || len(l.states) < maxStates {
		l.states[path] = s
	}
	return s.clone()
}

// Trail is what was done for the learner.
func (p *Progress) Trail(who string) *Trail {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.learner(who).trail
}

// learner finds or adds the learner. It is called with mu held.
func (p *Progress) learner(who string) *learner {
	p.clock++
	l, ok := p.learners[who]
	if !ok {
		if len(p.learners) >= maxLearners {
			p.forget()
		}
		l = &learner{states: map[string]State{}, trail: &Trail{}}
		p.learners[who] = l
	}
	l.used = p.clock
	return l
}

// forget drops the learner who has been away longest.
func (p *Progress) forget() {
	oldest, at := "", p.clock+1
	for who, l := range p.learners {
		if l.used < at {
			oldest, at = who, l.used
		}
	}
	delete(p.learners, oldest)
}

// Done returns the paths that the learner has done.
func (p *Progress) Done(who string) map[string]bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := map[string]bool{}
	if l, ok := p.learners[who]; ok {
		for path, s := range l.states {
			if s.Done {
				out[path] = true
			}
		}
	}
	return out
}

// Clip keeps the fields of a form that the exercise may have, bounded in size.
func Clip(form url.Values) url.Values {
	out, size := url.Values{}, 0
	for name, list := range form {
		if name == "do" || name == "request" {
			continue
		}
		for _, v := range list {
			if size += len(name) + len(v); size > maxAnswerSize {
				return out
			}
			out.Add(name, v)
		}
	}
	return out
}
