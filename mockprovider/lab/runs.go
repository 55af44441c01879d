package lab

import (
	"context"
	"fmt"
	"time"

	"claimcheck/mockprovider/trace"
)

// NewRun begins a run. When there are too many, the one that was used least
// recently ends. The error names a client that the cast does not have.
func (l *Lab) NewRun(cfg RunConfig) (*Run, error) {
	if cfg.Client == "" {
		cfg.Client = FitTrack
	}
	if cfg.Scope == "" {
		cfg.Scope = ScopeStepsRead
	}
	if l.app(cfg.Client) == nil {
		return nil, fmt.Errorf("lab: the cast has no client %q", cfg.Client)
	}
	now := l.world.cfg.Now()
	r := &Run{
		id: l.value(context.Background(), "run", 12), lab: l, cfg: cfg,
		guided: cfg.Guided, attempts: map[string]int{}, used: now,
	}
	l.mu.Lock()
	l.makeRoom(now)
	l.runs[r.id] = r
	l.mu.Unlock()
	text := "A run of " + ClientParty(cfg.Client).Name + " began"
	if cfg.PKCE {
		text += ", with PKCE"
	}
	seq := l.log.Mark(trace.Mark{
		Kind: trace.MarkRunStarted, At: l.Now(), Run: r.id, Text: text + ".",
		Data: map[string]string{"client": cfg.Client, "scope": cfg.Scope, "flow": cfg.Flow},
	})
	r.mu.Lock()
	r.startSeq, r.born = seq, seq
	r.mu.Unlock()
	return r, nil
}

// Run returns the run with this id, if it is (still) there.
func (l *Lab) Run(id string) (*Run, bool) {
	if id == "" {
		return nil, false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	r, ok := l.runs[id]
	if ok {
		r.used = l.world.cfg.Now()
	}
	return r, ok
}

// Runs is how many runs there are.
func (l *Lab) Runs() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.runs)
}

// makeRoom drops what is idle, and the longest unused where that is not enough.
// It is called with mu held, which also guards used;
// a run's own mu comes after it.
func (l *Lab) makeRoom(now time.Time) {
	var oldest *Run
	for id, r := range l.runs {
		if now.Sub(r.used) > runIdle {
			delete(l.runs, id)
			r.end()
		} else if oldest == nil || r.used.Before(oldest.used) {
			oldest = r
		}
	}
	if len(l.runs) >= maxRuns && oldest != nil {
		delete(l.runs, oldest.id)
		oldest.end()
	}
}
