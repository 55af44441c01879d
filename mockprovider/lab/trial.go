package lab

import (
	"context"
	"errors"
	"fmt"
	"maps"
)

// A Trial is a time in which the lab's rules are switched for a few walks. While
// it goes on, the rules count for everybody in the lab.
type Trial struct {
	lab *Lab
	was map[string]bool // what was off before it
	own map[string]bool // what it has off
	nth int64           // the lab's count of switches when it last switched
}

// Try switches rules for as long as do runs, and has them as they were before
// when it returns, whatever comes of it. One trial runs at a time in a lab; the
// others wait for their turn, or for the end of their context. Where somebody
// else switches rules meanwhile, theirs stand, and what the trial turned off is
// on again.
func (l *Lab) Try(ctx context.Context, do func(*Trial) error) (err error) {
	select {
	case l.trying <- struct{}{}:
		defer func() { <-l.trying }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := ctx.Err(); err != nil { // both were ready
		return err
	}
	l.mu.Lock()
	t := &Trial{lab: l, was: l.off, own: l.off, nth: l.switched}
	l.mu.Unlock()
	defer func() { err = errors.Join(err, t.end()) }()
	return do(t)
}

// OnlyOff turns exactly these rules off, and every other one on, in one step. The
// error is as with [Lab.SwitchTo].
func (t *Trial) OnlyOff(off ...string) error {
	next := map[string]bool{}
	for _, id := range off {
		if _, ok := SwitchableRule(id); !ok {
			return fmt.Errorf("lab: no rule %q can be switched", id)
		}
		next[id] = true
	}
	l := t.lab
	l.control.Lock()
	defer l.control.Unlock()
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.switchAndMark(next); err != nil {
		return err
	}
	t.own, t.nth = next, l.switched
	return nil
}

// end brings back what was before.
func (t *Trial) end() error {
	l := t.lab
	l.control.Lock()
	defer l.control.Unlock()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.switched == t.nth {
		if maps.Equal(l.off, t.was) {
			return nil
		}
		return l.switchAndMark(t.was)
	}
	next := maps.Clone(l.off)
	for id := range t.own {
		if !t.was[id] {
			delete(next, id)
		}
	}
	return l.switchAndMark(next)
}
