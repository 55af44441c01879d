package main

import (
	"errors"
	"testing"
	"testing/synctest"
)

// TestHurry: one after the other while nobody waits, and at the same time as soon as
// somebody does. Two that wait for each other would stop the test here.
func TestHurry(t *testing.T) {
	t.Run("nobody_waits", func(t *testing.T) {
		var order []string
		do := func(name string) func() error {
			return func() error { order = append(order, name); return nil }
		}
		if err := newHurry().inTurn(do("first"), do("second")); err != nil || len(order) != 2 || order[0] != "first" {
			t.Errorf("%q, %v", order, err)
		}
	})
	t.Run("somebody_waits", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			h, begun, times := newHurry(), make(chan struct{}), 0
			first := func() error {
				h.up()
				h.up()
				<-begun
				return nil
			}
			second := func() error {
				times++
				close(begun)
				return nil
			}
			if err := h.inTurn(first, second); err != nil || times != 1 {
				t.Errorf("second was done %d times, %v", times, err)
			}
		})
	})
	t.Run("errors", func(t *testing.T) {
		wrong := errors.New("wrong")
		good, bad := func() error { return nil }, func() error { return wrong }
		if err := newHurry().inTurn(bad, good); !errors.Is(err, wrong) {
			t.Errorf("the first one's: %v", err)
		}
		if err := newHurry().inTurn(good, bad); !errors.Is(err, wrong) {
			t.Errorf("the second one's: %v", err)
		}
	})
}
