package lab

import (
	"bytes"
	"crypto/rand"
	"errors"
	"testing"
	"time"
)

// visitors is a world of three labs at most, on a clock that the test moves.
func visitors(t *testing.T) (*World, *time.Time) {
	t.Helper()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	w, err := New(Config{Origin: "http://localhost:8080", MaxLabs: 3, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	return w, &now
}

func arrive(t *testing.T, w *World) *Lab {
	t.Helper()
	l, err := w.Visit(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestVisitorsHaveLabsOfTheirOwn(t *testing.T) {
	w, _ := visitors(t)
	a, b := arrive(t, w), arrive(t, w)
	if len(a.ID()) != 32 || a.ID() == b.ID() || a.Secret() == b.Secret() || a.Secret() == w.Main().Secret() {
		t.Errorf("ids %q and %q, are the secrets apart? %t", a.ID(), b.ID(), a.Secret() != b.Secret())
	}
	if !a.OfVisitor() || w.Main().OfVisitor() {
		t.Error("main is taken for a visitor's lab, or a visitor's for another")
	}
	if err := a.Registry().RemoveClient(FitTrack); err != nil {
		t.Fatal(err)
	}
	if b.Registry().Client(FitTrack) == nil || w.Main().Registry().Client(FitTrack) == nil {
		t.Error("what one visitor removes is gone for others")
	}
}

// A random source that fails opens no lab.
func TestVisitWithoutEntropy(t *testing.T) {
	w, _ := visitors(t)
	if l, err := w.Visit(bytes.NewReader(make([]byte, 20))); err == nil {
		t.Errorf("a lab %q of 20 random bytes", l.ID())
	}
}

func TestVisitorsLabsAreBoundedAndExpire(t *testing.T) {
	t.Run("full", func(t *testing.T) {
		w, now := visitors(t)
		a, b := arrive(t, w), arrive(t, w)
		w.Lab(a.ID())
		w.Lab(b.ID())
		*now = now.Add(visitorSpare - time.Second)
		if _, err := w.Visit(rand.Reader); !errors.Is(err, ErrFull) {
			t.Errorf("a fourth lab while all are in use: %v", err)
		}
	})
	t.Run("the longest unused makes room", func(t *testing.T) {
		w, now := visitors(t)
		a, b := arrive(t, w), arrive(t, w)
		w.Lab(a.ID())
		w.Lab(b.ID())
		*now = now.Add(visitorSpare)
		w.Lab(a.ID())
		arrive(t, w)
		_, stays := w.Lab(a.ID())
		_, went := w.Lab(b.ID())
		if !stays || went || w.Main() == nil {
			t.Errorf("the one in use stays: %t; the other one too: %t", stays, went)
		}
	})
	t.Run("who never came back makes room at once", func(t *testing.T) {
		w, now := visitors(t)
		arrive(t, w)
		arrive(t, w)
		*now = now.Add(visitorOnce)
		arrive(t, w)
	})
	t.Run("a day", func(t *testing.T) {
		w, now := visitors(t)
		a := arrive(t, w)
		w.Lab(a.ID())
		run, err := a.NewRun(RunConfig{})
		if err != nil {
			t.Fatal(err)
		}
		*now = now.Add(VisitorIdle)
		arrive(t, w)
		if _, ok := w.Lab(a.ID()); ok {
			t.Error("a lab without use for a day is still there")
		}
		if _, ok := a.Run(run.ID()); ok {
			t.Error("its runs go on")
		}
	})
}
