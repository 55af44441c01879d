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
