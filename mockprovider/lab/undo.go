package lab

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"claimcheck/mockprovider/trace"
)

// The caps of what is kept for undo. When the first or second is reached, the
// run's oldest writes can no longer be taken back; at the third, none of the run
// that was used least recently. Undo then goes back less far and says so, and a
// reset takes back what it still can.
const (
	maxJournal      = 4096     // writes per run
	maxJournalBytes = 1 << 20  // per run
	maxUndoBytes    = 16 << 20 // per lab
)

// ErrTooOld is returned for a checkpoint whose writes are no longer known. It is
// a sentence for the learner.
var ErrTooOld = errors.New("that is too far back: what was there before is no longer kept, because the run, or the lab's other runs, have written too much since; undo goes back less far now, and a reset of the flow begins anew")

// A write is what one write of a run replaced in the store.
type write struct {
	key string
	old []byte
	had bool
	ttl time.Duration
}

// size is what keeping the write costs, in bytes, roughly.
func (w *write) size() int { return 96 + len(w.key) + cap(w.old) }

// undoLog is what a run can take back. The run's mu guards all but bytes.
type undoLog struct {
	writes []write
	forgot int          // writes that a cap has dropped
	bytes  atomic.Int64 // of the writes that are kept
	epoch  int          // counts the run's resets
	ended  bool         // the lab has dropped the run
}

// remember notes what a write of a run replaced.
func (j *journal) remember(ctx context.Context, w write) {
	r, ok := j.lab.Run(trace.RunID(ctx))
	if !ok {
		return
	}
	r.note(w)
	for j.bytes.Load() > maxUndoBytes {
		idle := j.lab.idlest()
		if idle == nil {
			return
		}
		idle.forget()
	}
}

// idlest is the run that was used least recently of those that can undo
// anything, or nil.
func (l *Lab) idlest() *Run {
	l.mu.Lock()
	defer l.mu.Unlock()
	var idle *Run
	for _, r := range l.runs {
		if r.undo.bytes.Load() > 0 && (idle == nil || r.used.Before(idle.used)) {
			idle = r
		}
	}
	return idle
}

func (r *Run) note(w write) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.undo.ended {
		return
	}
	r.undo.writes = append(r.undo.writes, w)
	r.keeps(w.size())
	if len(r.undo.writes) <= maxJournal && r.undo.bytes.Load() <= maxJournalBytes {
		return
	}
	drop := 0 // a quarter at once, so that not every write has to make room
	for ; len(r.undo.writes)-drop > maxJournal*3/4 || r.undo.bytes.Load() > maxJournalBytes*3/4; drop++ {
		r.keeps(-r.undo.writes[drop].size())
	}
	r.undo.writes = slices.Clone(r.undo.writes[drop:])
	r.undo.forgot += drop
}

// keeps counts bytes, of the run and of the lab.
func (r *Run) keeps(n int) {
	r.undo.bytes.Add(int64(n))
	r.lab.store.bytes.Add(int64(n))
}

// forget drops everything that the run could take back.
func (r *Run) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.keeps(-int(r.undo.bytes.Load()))
	r.undo.forgot += len(r.undo.writes)
	r.undo.writes = nil
}

// end is called when the lab drops the run. What the run still does is not
// noted any more.
func (r *Run) end() {
	r.mu.Lock()
	r.undo.ended = true
	r.mu.Unlock()
	r.forget()
}

// rewind takes back all but the first keep of the writes that are kept. It is
// called with mu held.
func (r *Run) rewind(ctx context.Context, keep int) error {
	for i, w := range slices.Backward(r.undo.writes) {
		if i < keep {
			break
		}
		if err := r.lab.store.undo(ctx, w); err != nil {
			return err
		}
		r.keeps(-w.size())
		r.undo.writes[i] = write{} // its array stays
		r.undo.writes = r.undo.writes[:i]
	}
	return nil
}
