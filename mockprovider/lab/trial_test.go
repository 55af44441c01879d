package lab

import (
	"context"
	"errors"
	"slices"
	"testing"

	"claimcheck/mockprovider/trace"
)

func (l *Lab) marks(kind string) (n int) {
	items, _ := l.log.After(0)
	for _, it := range items {
		if it.Mark != nil && it.Mark.Kind == kind {
			n++
		}
	}
	return n
}

// All are switched or none, and only what changed gets a mark.
func TestSwitchToIsOneStep(t *testing.T) {
	l := newTestLab(t)
	if err := l.SwitchTo([]string{"state_equal", "nobody"}, nil); err == nil || len(l.Off()) != 0 || l.marks(trace.MarkDefenceSwitched) != 0 {
		t.Errorf("with a rule that there is not: %v, off %v", err, l.Off())
	}
	for range 2 { // the second changes nothing
		if err := l.SwitchTo([]string{"state_equal", "redirect_uri_exact"}, []string{"scope"}); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{"redirect_uri_exact", "state_equal"}
	if got := l.marks(trace.MarkDefenceSwitched); got != 2 || !slices.Equal(l.Off(), want) {
		t.Errorf("%d marks, off %v", got, l.Off())
	}
	if got := l.provider.InsecureOff(); !slices.Equal(got, []string{"redirect_uri_exact"}) {
		t.Errorf("AcmeID has %v off", got)
	}
}

// A trial has the rules for itself, and the lab has its own back afterwards, also
// after an error.
func TestTrial(t *testing.T) {
	l := newTestLab(t)
	was := []string{"scope"}
	if err := l.SwitchTo(was, nil); err != nil {
		t.Fatal(err)
	}
	failed := errors.New("failed")
	err := l.Try(t.Context(), func(x *Trial) error {
		if err := x.OnlyOff("nobody"); err == nil || !slices.Equal(l.Off(), was) {
			t.Errorf("a rule that there is not: %v, off %v", err, l.Off())
		}
		if err := x.OnlyOff("state_equal", "redirect_uri_exact"); err != nil || slices.Contains(l.Off(), "scope") {
			t.Errorf("%v, off %v", err, l.Off())
		}
		waits, stop := context.WithCancel(t.Context())
		stop()
		if err := l.Try(waits, func(*Trial) error { return nil }); !errors.Is(err, context.Canceled) {
			t.Errorf("a second one at the same time: %v", err)
		}
		return failed
	})
	if !errors.Is(err, failed) || !slices.Equal(l.Off(), was) {
		t.Errorf("%v, off %v", err, l.Off())
	}
}

// What somebody else switches while a trial goes on stands. What the trial turned
// off does not stay off.
func TestTrialMeetsASwitch(t *testing.T) {
	for name, c := range map[string]struct {
		meanwhile func(*Lab) error
		want      []string
	}{
		"a switch": {func(l *Lab) error { return l.InsecureSwitch("aud", true) }, []string{"aud"}},
		"a reset":  {(*Lab).Reset, nil},
	} {
		t.Run(name, func(t *testing.T) {
			l := newTestLab(t)
			if err := l.InsecureSwitch("scope", true); err != nil {
				t.Fatal(err)
			}
			err := l.Try(t.Context(), func(x *Trial) error {
				return errors.Join(x.OnlyOff("state_equal"), c.meanwhile(l))
			})
			if err != nil || !slices.Equal(l.Off(), c.want) {
				t.Errorf("%v, off %v", err, l.Off())
			}
		})
	}
}
