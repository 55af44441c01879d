package lessons

import (
	"slices"
	"sync"

	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
)

// A Learner is who does the exercises, as far as a lab's log can tell: only what
// they did counts for them. The zero value has done nothing.
type Learner struct {
	// Runs are the ids of the runs that the learner's browser holds.
	Runs []string
	// Local says that only this machine reaches the lab. What no run made, an own
	// app's request or one by curl, is the learner's then.
	Local bool
	// Trail is what a [Bench] did for the learner. It may be nil.
	Trail *Trail
}

// did says whether an item of the log counts for the learner. What happened to
// the lab as a whole, its clock above all, counts for everybody.
func (l Learner) did(it trace.Item) bool {
	run := it.Run()
	switch {
	case run != "":
		return slices.Contains(l.Runs, run) || l.Trail.ran(run)
	case it.Mark != nil:
		return true
	case it.Entry.From == lab.Learner():
		return l.Trail.sent(it.Seq)
	default:
		return l.Local
	}
}

// The caps of what a trail remembers. The oldest goes first.
const (
	maxTrailRuns = 64
	maxTrailSent = 512
)

// A Trail is what was done for a learner from the pages of lessons: flows in the
// background, and requests. Its zero value is empty. It is safe for concurrent
// use.
type Trail struct {
	mu   sync.Mutex
	runs []string
	seqs []int64 // positions in the lab's log
}

// empty says whether nothing was done.
func (t *Trail) empty() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.runs) == 0 && len(t.seqs) == 0
}

func (t *Trail) addRun(id string) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.runs = lastOf(append(t.runs, id), maxTrailRuns)
}

func (t *Trail) addSent(seq int64) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.seqs = lastOf(append(t.seqs, seq), maxTrailSent)
}

func (t *Trail) ran(id string) bool {
	if t == nil {
		return false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Contains(t.runs, id)
}

func (t *Trail) sent(seq int64) bool {
	if t == nil {
		return false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Contains(t.seqs, seq)
}

// lastOf keeps the last n of a list.
func lastOf[E any](list []E, n int) []E {
	if len(list) <= n {
		return list
	}
	return slices.Clone(list[len(list)-n:])
}
