package lab

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"claimcheck/mockprovider/trace"
)

// The bounds of visitors' labs.
const (
	// VisitorIdle is how long a visitor's lab stays without a request to it.
	VisitorIdle = 24 * time.Hour
	// visitorSpare is after how long without a request a lab makes room for a
	// new visitor when there are as many as there may be; visitorOnce is that for
	// a lab whose visitor has never come back, as of a program without cookies.
	visitorSpare = 30 * time.Minute
	visitorOnce  = time.Minute
	// visitorLog is what a visitor's log keeps, in bytes.
	visitorLog = 4 << 20
)

// A visit is how a visitor's lab is used.
type visit struct {
	last  atomic.Int64 // by the wall clock, in ns since 1970
	times atomic.Int64
}

// Visit opens a lab for one visitor: it has the cast and nothing of other labs,
// an id that nobody can guess, and a secret of its own. Random is where both come
// from. It closes after VisitorIdle without a request. ErrFull means that the cap
// is reached and every lab is in use.
func (w *World) Visit(random io.Reader) (*Lab, error) {
	b := make([]byte, 16+24)
	if _, err := io.ReadFull(random, b); err != nil {
		return nil, fmt.Errorf("lab: an id for a visitor: %w", err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sweep()
	l, err := w.open(hex.EncodeToString(b[:16]), func(l *Lab) {
		l.visit = &visit{}
		l.log = trace.NewLog(0, visitorLog)
		l.secret = base64.RawURLEncoding.EncodeToString(b[16:])
	})
	if err != nil {
		return nil, err
	}
	l.used()
	return l, nil
}

// OfVisitor says that the lab is one of [World.Visit].
func (l *Lab) OfVisitor() bool { return l.visit != nil }

// used notes that somebody uses the lab.
func (l *Lab) used() {
	if l.visit != nil {
		l.visit.last.Store(l.world.cfg.Now().UnixNano())
		l.visit.times.Add(1)
	}
}

// sweep closes the labs whose time is over, and where the world is full the one
// that is spared most easily. It is called with mu held.
func (w *World) sweep() {
	now := w.cfg.Now()
	var spare *Lab
	for _, l := range w.labs {
		if l.visit == nil {
			continue
		}
		idle := now.Sub(time.Unix(0, l.visit.last.Load()))
		switch {
		case idle >= VisitorIdle:
			w.close(l)
		case idle >= visitorSpare || idle >= visitorOnce && l.visit.times.Load() < 2:
			if spare == nil || l.visit.last.Load() < spare.visit.last.Load() {
				spare = l
			}
		}
	}
	if spare != nil && len(w.labs) >= w.cfg.MaxLabs {
		w.close(spare)
	}
}

// close ends a lab: nobody finds it any more. It is called with mu held.
func (w *World) close(l *Lab) {
	delete(w.labs, l.id)
	l.StopDrill()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.endRuns()
}

// Scratch opens a lab that nobody can find, gives it to use, and closes it: for
// what must not touch anybody's own lab. Random is where its id and its secret
// come from. ErrFull means that there are as many labs as there may be.
func (w *World) Scratch(random io.Reader, use func(*Lab) error) error {
	l, err := w.Visit(random)
	if err != nil {
		return err
	}
	defer func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.close(l)
	}()
	return use(l)
}
