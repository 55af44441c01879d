package lab

import (
	"context"
	"slices"
	"time"

	"claimcheck/mockprovider/trace"
)

// A Checkpoint is a point of a run to which it can go back. It is small and
// stays valid until the run, or the lab, is reset, or its writes are too many to
// be kept.
type Checkpoint struct {
	run    string
	epoch  int // of the run's resets
	writes int // since the run began, or its last reset
	jar    jar
	theirs jar // the attacker's
	moved  moved
	step   string
	seq    int64
}

// moved is how far a run has moved the lab's clock since the clock was put right
// for the nth time.
type moved struct {
	by     time.Duration
	resets int64
}

// since is what is left of it: nothing, if the clock was put right meanwhile.
func (m moved) since(resets int64) time.Duration {
	if m.resets != resets {
		return 0
	}
	return m.by
}

// Checkpoint returns the point where the run is now.
func (r *Run) Checkpoint() Checkpoint {
	seq := r.lab.log.Last()
	r.mu.Lock()
	defer r.mu.Unlock()
	return Checkpoint{
		run: r.id, epoch: r.undo.epoch, writes: r.undo.forgot + len(r.undo.writes), jar: slices.Clone(r.jar), theirs: slices.Clone(r.theirs),
		moved: r.moved, step: r.step, seq: seq,
	}
}

// Restore takes back everything that the run wrote since the checkpoint: at the
// authorization server, at its client, in its browser, and on the clock. The
// log keeps what happened and gets a mark. ErrTooOld means that it changed
// nothing, because not all of that is still known.
func (r *Run) Restore(ctx context.Context, c Checkpoint) error {
	if err := r.restore(ctx, c); err != nil {
		return err
	}
	r.lab.log.Mark(trace.Mark{
		Kind: trace.MarkUndone, At: r.lab.Now(), Run: r.id, Step: c.step, After: c.seq,
		Text: "Undone. The messages above stay in the log, their effects are taken back.",
	})
	return nil
}

// Reset takes back everything that the run ever did and marks it in the log.
// Exercises count from there. Where the oldest writes are no longer known, they
// stay, and the mark says so; the run's browser is empty all the same, so that
// its new beginning does not meet them.
func (r *Run) Reset(ctx context.Context) error {
	r.mu.Lock()
	whole := r.undo.forgot == 0
	if err := r.rewind(ctx, 0); err != nil {
		r.mu.Unlock()
		return err
	}
	r.back(Checkpoint{})
	r.undo.forgot = 0
	r.undo.epoch++ // no checkpoint of before holds any more
	clear(r.attempts)
	after := r.startSeq
	r.mu.Unlock()
	text := "This run starts anew."
	if !whole {
		text += " Its oldest codes and tokens stay: too much was written since to take them back."
	}
	seq := r.lab.log.Mark(trace.Mark{Kind: trace.MarkReset, At: r.lab.Now(), Run: r.id, After: after, Text: text})
	r.mu.Lock()
	r.startSeq = seq
	r.mu.Unlock()
	return nil
}

func (r *Run) restore(ctx context.Context, c Checkpoint) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	keep := c.writes - r.undo.forgot
	if c.run != r.id || c.epoch != r.undo.epoch || keep < 0 || keep > len(r.undo.writes) {
		return ErrTooOld
	}
	if err := r.rewind(ctx, keep); err != nil {
		return err
	}
	r.back(c)
	return nil
}

// back gives the run the browser, the step and the clock of the checkpoint. It is
// called with mu held.
func (r *Run) back(c Checkpoint) {
	r.jar, r.theirs = slices.Clone(c.jar), slices.Clone(c.theirs)
	r.step = c.step
	resets := r.lab.clockResets.Load()
	want := c.moved.since(resets)
	r.lab.advance(want - r.moved.since(resets))
	r.moved = moved{by: want, resets: resets}
}

// Advance moves the lab's clock for the run. Undoing the run moves it back.
func (r *Run) Advance(d time.Duration) {
	r.mu.Lock()
	resets := r.lab.clockResets.Load()
	r.moved = moved{by: r.moved.since(resets) + d, resets: resets}
	r.mu.Unlock()
	r.lab.advance(d)
	r.lab.log.Mark(trace.Mark{
		Kind: trace.MarkClockAdvanced, At: r.lab.Now(), Run: r.id, Step: r.Step(),
		Text: "The lab's clock moved by " + d.String() + ".", Data: map[string]string{"by": d.String()},
	})
}

// ReturnClock moves the lab's clock back by what the run has moved it.
func (r *Run) ReturnClock() {
	r.mu.Lock()
	by := r.moved.since(r.lab.clockResets.Load())
	r.mu.Unlock()
	if by != 0 {
		r.Advance(-by)
	}
}
