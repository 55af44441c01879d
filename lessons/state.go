package lessons

import (
	"maps"
	"net/url"
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
	// DoneAt is when it was done last, in Unix seconds: 0 for never, and for who did
	// it before that was kept. It stays when the learner starts over.
	DoneAt int64
	// Past are the last attempts, the newest at the end. They stay, too.
	Past []PastAttempt
	// Memory is when a question comes back, nil for what has no schedule.
	Memory *Memory
	// Outcomes are the answers to the exercise's probes.
	Outcomes map[string]Outcome
	// Vars are what a flow in the background brought, until the next reset.
	Vars map[string]string
	// Reply is the answer to the last request sent from the page.
	Reply *Reply
	// Fault is why the last request could not be sent.
	Fault string
	// Before is what was there before the learner started over, nil if nothing.
	// Round counts the times, on this and on all: what was begun in an earlier
	// round comes too late.
	Before *State
	Round  int

	// restored says that it comes from an earlier process or lab, to whose log
	// Since would belong: counting begins anew at the next look.
	restored bool
	seen     bool // somebody has looked at the exercise
}

// anew says that counting begins at the next look.
func (s *State) anew() bool { return s.restored || !s.seen && s.Since == 0 }

func (s *State) clone() State {
	c := *s
	c.Vars = maps.Clone(s.Vars)
	return c
}

// StartOver forgets everything but the way back and the record of attempts. Things
// count from the position since on.
func (s *State) StartOver(since int64) {
	old := *s
	old.Before, old.DoneAt, old.Past = nil, 0, nil
	*s = State{Since: since, seen: true, Before: &old, Round: s.Round + 1, DoneAt: s.DoneAt, Past: s.Past}
}

// GoBack takes back the last StartOver.
func (s *State) GoBack() {
	if s.Before == nil {
		return
	}
	now := *s
	*s = *s.Before
	s.Round, s.DoneAt, s.Past = now.Round+1, now.DoneAt, now.Past
}
