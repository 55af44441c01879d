package main

import "sync"

// A hurry says whether somebody waits. The zero value is not of use: see newHurry.
type hurry struct {
	once sync.Once
	on   chan struct{}
}

func newHurry() *hurry { return &hurry{on: make(chan struct{})} }

// up says that somebody waits now. It may be called again.
func (h *hurry) up() { h.once.Do(func() { close(h.on) }) }

// inTurn does first and then second: in the first moments one core is enough for us,
// and another is free for a visitor of the front page. As soon as somebody waits for
// what they do, second is done at the same time. Both are done once, and second may
// still run when first has failed.
func (h *hurry) inTurn(first, second func() error) error {
	later, over := sync.OnceValue(second), make(chan struct{})
	defer close(over)
	go func() {
		select {
		case <-h.on:
			_ = later() // it is returned below
		case <-over:
		}
	}()
	if err := first(); err != nil {
		return err
	}
	return later()
}
