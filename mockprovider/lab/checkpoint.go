package lab

import (
	"context"
	"slices"
	"time"

	"claimcheck/mockprovider/trace"
)

// A write is what one write of a run replaced in the store.
type write struct {
	key string
	old []byte
	had bool
	ttl time.Duration
}

// A Checkpoint is a point of a run to which it can go back. It is small and
// stays valid until the run, or the lab, is reset.
type Checkpoint struct {
	run      string
	writes   int // since the run began
	jar      jar
	advanced time.Duration
	step     string
	seq      int64
}

// Checkpoint returns the point where the run is now.
func (r *Run) Checkpoint() Checkpoint {
	seq := r.lab.log.Last()
	r.mu.Lock()
	defer r.mu.Unlock()
	return Checkpoint{
		run: r.id, writes: r.forgot + len(r.journal), jar: slices.Clone(r.jar),
		advanced: r.advanced, step: r.step, seq: seq,
	}
}

// Restore takes back everything that the run wrote since the checkpoint: at the
// authorization server, at its client, in its browser, and on the clock. The
// log keeps what happened and gets a mark.
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
// Exercises count from there.
func (r *Run) Reset(ctx context.Context) error {
	if err := r.restore(ctx, Checkpoint{run: r.id}); err != nil {
		return err
	}
	r.mu.Lock()
	after := r.startSeq
	clear(r.attempts)
	r.step = ""
	r.mu.Unlock()
	seq := r.lab.log.Mark(trace.Mark{
		Kind: trace.MarkReset, At: r.lab.Now(), Run: r.id, After: after,
		Text: "This run starts anew.",
	})
	r.mu.Lock()
	r.startSeq = seq
	r.mu.Unlock()
	return nil
}

func (r *Run) restore(ctx context.Context, c Checkpoint) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if c.run != r.id || c.writes < r.forgot {
		return ErrTooOld
	}
	keep := c.writes - r.forgot
	if keep > len(r.journal) {
		return ErrTooOld // a reset came between
	}
	for _, w := range slices.Backward(r.journal[keep:]) {
		if err := r.lab.store.undo(ctx, w); err != nil {
			return err
		}
	}
	r.journal = r.journal[:keep]
	r.jar = slices.Clone(c.jar)
	r.step = c.step
	r.lab.advance(c.advanced - r.advanced)
	r.advanced = c.advanced
	return nil
}

// Advance moves the lab's clock for the run. Undoing the run moves it back.
func (r *Run) Advance(d time.Duration) {
	r.mu.Lock()
	r.advanced += d
	r.mu.Unlock()
	r.lab.advance(d)
	r.lab.log.Mark(trace.Mark{
		Kind: trace.MarkClockAdvanced, At: r.lab.Now(), Run: r.id, Step: r.Step(),
		Text: "The lab's clock moved by " + d.String() + ".", Data: map[string]string{"by": d.String()},
	})
}
