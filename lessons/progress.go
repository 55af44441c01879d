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
	s.Vars = maps.Clone(s.Vars)
	return s, ok
}

// Put remembers it. Of two tabs the later one counts.
func (p *Progress) Put(who, path string, s State) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clock++
	l, ok := p.learners[who]
	if !ok {
		if len(p.learners) >= maxLearners {
			p.forget()
		}
		l = &learner{states: map[string]State{}}
		p.learners[who] = l
	}
	l.used = p.clock
	if _, known := l.states[path]; known || len(l.states) < maxStates {
		l.states[path] = s
	}
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
