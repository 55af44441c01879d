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

// A Defence is a rule that can be switched off, and who runs it.
type Defence struct {
	playground.Rule
	// Party is "AcmeID", "the apps" or "StepCloud": the first that runs it.
	Party string
	Off   bool
}

// Defences lists every rule that can be switched, by party and in the order in
// which the rules run.
func (l *Lab) Defences() []Defence {
	off := l.mode().InsecureOff
	var out []Defence
	seen := map[string]bool{}
	for _, party := range []struct {
		name  string
		rules []playground.Rule
	}{{"AcmeID", mockprovider.Rules()}, {"the apps", appRules()}, {"StepCloud", slices.Concat(verdictRules(), apiRules())}} {
		for _, r := range party.rules {
			if r.Switchable && !seen[r.ID] {
				seen[r.ID] = true
				out = append(out, Defence{r, party.name, off[r.ID]})
			}
		}
	}
	return out
}

// InsecureSwitch turns the rule with this id off or on again, at every party of
// the lab that has it. See [Lab.SwitchTo].
func (l *Lab) InsecureSwitch(rule string, off bool) error {
	if off {
		return l.SwitchTo([]string{rule}, nil)
	}
	return l.SwitchTo(nil, []string{rule})
}

// SwitchTo turns these rules off and these on, at every party of the lab that has
// them, and leaves the others as they are. It is one step: all are switched, or
// none. What changed is marked in the log. The error is for an id that no rule
// has, or whose rule cannot be switched.
func (l *Lab) SwitchTo(off, on []string) error {
	for _, id := range slices.Concat(off, on) {
		if _, ok := SwitchableRule(id); !ok {
			return fmt.Errorf("lab: no rule %q can be switched", id)
		}
	}
	l.control.Lock()
	defer l.control.Unlock()
	l.mu.Lock()
	defer l.mu.Unlock()
	next := maps.Clone(l.off)
	for _, id := range off {
		next[id] = true
	}
	for _, id := range on {
		delete(next, id)
	}
	return l.switchAndMark(next)
}

// switchAndMark is switchOff with a mark for each rule that it changes. It is
// called with control and mu held.
func (l *Lab) switchAndMark(next map[string]bool) error {
	was := l.off
	if err := l.switchOff(next); err != nil {
		return err
	}
	for _, ids := range []struct {
		word    string
		of, not map[string]bool
	}{{"on", was, next}, {"off", next, was}} {
		for _, id := range slices.Sorted(maps.Keys(ids.of)) {
			if !ids.not[id] {
				l.mark(trace.MarkDefenceSwitched, "The rule "+id+" is "+ids.word+".", map[string]string{"rule": id, "state": ids.word})
			}
		}
	}
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
	l.switched++
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
// run: those of the clients, then those of the API.
func Rules() []playground.Rule {
	return slices.Concat(appRules(), apiRules())
}

// appRules are those of the clients.
func appRules() []playground.Rule {
	return slices.Concat(
		rulesOf(callbackChecks()), rulesOf(backendChecks()), lastRule(fragmentChecks()), rulesOf(tokenAnswerChecks()), []playground.Rule{boundType().Rule}, rulesOf(pushAnswerChecks()), rulesOf(idTokenChecks()),
		rulesOf(apiAnswerChecks()), rulesOf(metadataAnswerChecks()), rulesOf(keysAnswerChecks()), rulesOf(userInfoAnswerChecks()),
		rulesOf(deviceAnswerChecks()), rulesOf(pollAnswerChecks()), rulesOf(logoutTokenChecks()), rulesOf(pupilLoginChecks()), rulesOf(pupilChecks()),
		rulesOf(hubAnswerChecks()),
	)
}

func apiRules() []playground.Rule {
	reports, exports, downloads := rulesOf(reportChecks()), rulesOf(exportChecks()), rulesOf(detailChecks())
	return slices.Concat(rulesOf(apiChecks()), reports[len(reports)-1:], exports[len(exports)-1:], []playground.Rule{auditLine().Rule, hubAccountExists().Rule}, downloads, rulesOf(ownPassChecks()), rulesOf(gatewayOwnChecks()))
}

func rulesOf[S any](checks []playground.Check[S]) []playground.Rule {
	out := make([]playground.Rule, len(checks))
	for i := range checks {
		out[i] = checks[i].Rule
	}
	return out
}

// SwitchableRule is the rule with this id, of any party, if it can be switched.
func SwitchableRule(id string) (playground.Rule, bool) {
	for _, rules := range [][]playground.Rule{mockprovider.Rules(), Rules(), verdictRules()} {
		for _, r := range rules {
			if r.ID == id && r.Switchable {
				return r, true
			}
		}
	}
	return playground.Rule{}, false
}

// lastRule is for a list that is another one with a rule of its own at the end.
func lastRule[S any](checks []playground.Check[S]) []playground.Rule {
	return rulesOf(checks[len(checks)-1:])
}
