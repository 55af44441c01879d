package mockprovider

import (
	"sync"

	"claimcheck/playground"
)

// A judgement is one message going through several lists of rules, as if they
// were one: who authenticates how, what the grant type asks for. After the first
// refusal the rest is not reached.
type judgement struct {
	mode    playground.Mode
	rows    []playground.Finding
	refused *playground.Finding
	err     error

	rooms *sync.Pool
	room  *room // what rows began in
}

// A room has place for as many rows as a message gets. It is used again and
// again: who keeps rows keeps a copy.
type room [64]playground.Finding

// newJudgement begins the judgement of a message.
func (p *Provider) newJudgement(mode playground.Mode) *judgement {
	return &judgement{mode: mode, rooms: &p.rooms}
}

// end gives the room back. Nobody may look at the rows, or at the refusal among
// them, any more.
func (j *judgement) end() {
	if j.room != nil {
		clear(j.room[:min(len(j.rows), len(j.room))]) // what the texts are parts of may go
		j.rooms.Put(j.room)
	}
	j.rows, j.refused, j.room = nil, nil, nil
}

func (j *judgement) begin() {
	j.room, _ = j.rooms.Get().(*room)
	if j.room == nil {
		j.room = new(room)
	}
	j.rows = j.room[:0]
}

// judge runs one more list. Lists about different states of the same message
// may follow each other.
func judge[S any](j *judgement, s *S, checks []playground.Check[S]) {
	why := playground.WhyNotReached
	switch {
	case j.err != nil:
		why = playground.WhyOwnFailure
	case j.refused == nil:
		if j.rows == nil {
			j.begin()
		}
		j.rows, j.refused, j.err = playground.RunOnto(j.rows, j.mode, s, checks)
		return
	}
	for i := range checks {
		j.rows = append(j.rows, playground.Finding{Rule: &checks[i].Rule, Outcome: playground.Skip(why)})
	}
}
