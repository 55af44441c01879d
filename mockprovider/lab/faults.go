package lab

import (
	"fmt"

	"claimcheck/mockprovider"
)

// MarkFaultSwitched is the kind of the mark that a switched fault leaves.
const MarkFaultSwitched = "fault_switched"

// Faults lists the faults that are on at the lab's own issuer.
func (l *Lab) Faults() []mockprovider.FaultSwitch { return l.provider.FaultsOn() }

// FaultsActed is how often each fault has acted at the lab's own issuer.
func (l *Lab) FaultsActed() map[string]int { return l.provider.FaultsActed() }

// SetFault switches a fault on at the lab's own issuer and marks it in the log.
func (l *Lab) SetFault(s mockprovider.FaultSwitch) error {
	if _, ok := mockprovider.FaultNamed(s.Name); !ok {
		return unknownFault()
	}
	if err := l.provider.SetFault(s); err != nil {
		return &Refusal{Kind: ErrConflict, Text: "The fault can’t be on like that: " + err.Error() + ".", Fix: "Ask for it in another way; the page /faults says what each fault takes."}
	}
	text := "Fault " + s.Name + " was switched on"
	if s.Client != "" {
		text += " for client " + s.Client
	}
	if s.Times > 0 {
		text += fmt.Sprintf(", to act %d times at most", s.Times)
	}
	l.markFault(text+".", s.Name, "on")
	return nil
}

// ClearFault switches a fault off, every fault where the name is empty, and marks
// it in the log.
func (l *Lab) ClearFault(name string) error {
	text := "Every fault was switched off."
	if name != "" {
		if _, ok := mockprovider.FaultNamed(name); !ok {
			return unknownFault()
		}
		text = "Fault " + name + " was switched off."
	}
	l.provider.ClearFault(name)
	l.markFault(text, name, "off")
	return nil
}

func (l *Lab) markFault(text, name, to string) {
	l.mark(MarkFaultSwitched, text, map[string]string{"fault": name, "to": to})
}

func unknownFault() error {
	return &Refusal{Kind: ErrUnknown, Text: "There is no such fault.", Fix: "The page /faults lists them by name."}
}
