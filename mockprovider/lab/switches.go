package lab

import (
	"fmt"
	"maps"
	"slices"

	"claimcheck/mockprovider"
	"claimcheck/mockprovider/trace"
	"claimcheck/playground"
)

// Off lists the ids of the rules that are switched off, sorted.
func (l *Lab) Off() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Sorted(maps.Keys(l.off))
}

// InsecureSwitch turns the rule with this id off or on again, at every party of
// the lab that has it, and marks it in the log. The error is for an id that no
// rule has, or whose rule cannot be switched.
func (l *Lab) InsecureSwitch(rule string, off bool) error {
	as, cast := switchable(mockprovider.Rules(), rule), switchable(Rules(), rule)
	if !as && !cast {
		return fmt.Errorf("lab: no rule %q can be switched", rule)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	next := maps.Clone(l.off)
	if off {
		next[rule] = true
	} else {
		delete(next, rule)
	}
	if err := l.switchOff(next); err != nil {
		return err
	}
	word := "on"
	if off {
		word = "off"
	}
	l.log.Mark(trace.Mark{
		Kind: trace.MarkDefenceSwitched, At: l.Now(), Text: "The rule " + rule + " is " + word + ".",
		Data: map[string]string{"rule": rule, "state": word},
	})
	return nil
}

// switchOff replaces the set of rules that are off, at AcmeID and at the cast. It
// is called with mu held, so that both always have the same.
func (l *Lab) switchOff(next map[string]bool) error {
	var forAS []string
	for id := range next {
		if switchable(mockprovider.Rules(), id) {
			forAS = append(forAS, id)
		}
	}
	if err := l.provider.SetInsecureOff(forAS...); err != nil {
		return err
	}
	l.off = next // never changed in place: mode hands it out
	return nil
}

func switchable(rules []playground.Rule, id string) bool {
	return slices.ContainsFunc(rules, func(r playground.Rule) bool { return r.ID == id && r.Switchable })
}

// mode is how strictly the cast's own rules run. The map must not be changed.
func (l *Lab) mode() playground.Mode {
	l.mu.Lock()
	defer l.mu.Unlock()
	return playground.Mode{InsecureOff: l.off}
}

// Rules are the rules of the cast's clients and APIs, in the order in which they
// run: the callback, the token endpoint's answer, the API, the API's answer.
func Rules() []playground.Rule {
	var out []playground.Rule
	for _, c := range callbackChecks() {
		out = append(out, c.Rule)
	}
	for _, c := range tokenAnswerChecks() {
		out = append(out, c.Rule)
	}
	for _, c := range apiChecks() {
		out = append(out, c.Rule)
	}
	for _, c := range apiAnswerChecks() {
		out = append(out, c.Rule)
	}
	return out
}
