package walkthrough

import (
	"context"
	"io"
	"slices"

	"claimcheck/mockprovider/lab"
)

// A Study is an attack under every combination of its defences.
type Study struct {
	// Combinations begin with all defences off and end with all on.
	Combinations []Combination
	// Minimal are the smallest sets of defences that stop it: none of them could
	// do without one of its own.
	Minimal [][]string
}

// A Combination is one run of an attack.
type Combination struct {
	// On are the defences that were on.
	On     []string
	Worked bool
	Said   string
}

// Studied is the study of an attack that was made last, nil if there is none.
func (ws *Walks) Studied(f *Flow) *Study {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	return ws.studies[f.ID]
}

// Study carries out an attack once for each combination of its defences, in a lab
// of its own that is closed afterwards. Random is for that lab. An attack is
// studied by one at a time: the others wait for their turn, or for the end of
// their context.
func (ws *Walks) Study(ctx context.Context, world *lab.World, random io.Reader, f *Flow) (*Study, error) {
	turn := ws.studying[f.ID]
	select {
	case turn <- struct{}{}:
		defer func() { <-turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	s := &Study{}
	err := world.Scratch(random, func(l *lab.Lab) error {
		for _, on := range subsets(f.Attack.Rules()) {
			c, err := tryApart(ctx, l, f, on)
			if err != nil {
				return err
			}
			s.Combinations = append(s.Combinations, c)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	s.Minimal = minimal(s.Combinations)
	ws.mu.Lock()
	defer ws.mu.Unlock()
	ws.studies[f.ID] = s
	return s, nil
}

// tryApart is one run, of which nothing is left for the next one.
func tryApart(ctx context.Context, l *lab.Lab, f *Flow, on []string) (Combination, error) {
	if err := l.SwitchTo(minus(f.Attack.Rules(), on), on); err != nil {
		return Combination{}, err
	}
	w, err := begin(l, f.variants[0], true)
	if err != nil {
		return Combination{}, err
	}
	if err := w.attempt(ctx); err != nil {
		return Combination{}, err
	}
	r := w.Result()
	return Combination{On: on, Worked: r.Worked, Said: r.Said}, w.run.Reset(ctx)
}

// subsets are all of them, the small ones first.
func subsets(all []string) [][]string {
	var out [][]string
	for bits := range 1 << len(all) {
		on := []string{}
		for i, id := range all {
			if bits&(1<<i) != 0 {
				on = append(on, id)
			}
		}
		out = append(out, on)
	}
	slices.SortStableFunc(out, func(a, b []string) int { return len(a) - len(b) })
	return out
}

// minimal are the combinations that stop the attack and hold no smaller one that
// does. The combinations are in the order of their size.
func minimal(all []Combination) [][]string {
	var out [][]string
	for _, c := range all {
		holds := func(small []string) bool { return len(minus(small, c.On)) == 0 }
		if !c.Worked && !slices.ContainsFunc(out, holds) {
			out = append(out, c.On)
		}
	}
	return out
}
