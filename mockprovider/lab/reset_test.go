package lab

import (
	"slices"
	"sync"
	"testing"

	"claimcheck/mockprovider"
	"claimcheck/playground"
)

// TestResetIsOneStep lets a switch and a reset meet. Whichever comes first, AcmeID
// and the cast end with the same rules off.
func TestResetIsOneStep(t *testing.T) {
	l := newTestLab(t)
	rules := mockprovider.Rules()
	rule := rules[slices.IndexFunc(rules, func(r playground.Rule) bool { return r.Switchable })].ID
	for range 300 {
		var both sync.WaitGroup
		both.Go(func() {
			if err := l.InsecureSwitch(rule, true); err != nil {
				t.Error(err)
			}
		})
		both.Go(func() {
			if err := l.Reset(); err != nil {
				t.Error(err)
			}
		})
		both.Wait()
		if cast, as := l.Off(), l.provider.InsecureOff(); !slices.Equal(cast, as) {
			t.Fatalf("the cast has %v off, AcmeID %v", cast, as)
		}
	}
}
