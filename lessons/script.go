package lessons

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"html/template"
	"maps"
	"slices"
	"strings"
	"time"

	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/walkthrough"
)

// A ScriptStep is one step of a solution's or decoy's script. One member is set.
type ScriptStep struct {
	Flow   *FlowStep   `yaml:"flow"`
	Send   string      `yaml:"send"`
	Expect int         `yaml:"expect"` // with Send: the status, zero for any
	Clock  string      `yaml:"clock"`
	Token  *recipe     `yaml:"token"`
	Switch *SwitchStep `yaml:"switch"`
	Walk   *WalkStep   `yaml:"walk"`
	Keys   *KeysStep   `yaml:"keys"`
	Browse *BrowseStep `yaml:"browse"`
}

// FlowStep walks the authorization code flow as a user who says yes.
type FlowStep struct {
	Client string `yaml:"client"`
	User   string `yaml:"user"`
	Scope  string `yaml:"scope"`
	Until  string `yaml:"until"` // code, tokens or api
	PKCE   *bool  `yaml:"pkce"`
	// Leave are scopes whose boxes the user unticks on the consent page.
	Leave []string `yaml:"leave"`
}

// SwitchStep switches defences of the lab, by the ids of their rules.
type SwitchStep struct {
	Off []string `yaml:"off"`
	On  []string `yaml:"on"`
}

// WalkStep takes a walk of /flows or of /attacks as somebody does who presses
// every button in turn.
type WalkStep struct {
	ID string `yaml:"id"` // of the flow or attack
	// Variant are the switches of a flow that are not as they come.
	Variant map[string]string `yaml:"variant"`
	// Until is the last step, all if it is empty.
	Until string `yaml:"until"`
	// Break is a fault, as STEP/FAULT: the walk goes there and sends it.
	Break string `yaml:"break"`
	// On are the defences that stay on while an attack is tried.
	On []string `yaml:"on"`
}

// words say a step for who asks to be shown the solution.
func (s *ScriptStep) words() template.HTML {
	switch {
	case s.Keys != nil:
		return s.Keys.words()
	case s.Browse != nil:
		return s.Browse.words()
	case s.Walk != nil && len(s.Walk.On) > 0:
		return say("Try the attack `%s` with %s on.", s.Walk.ID, strings.Join(s.Walk.On, " and "))
	case s.Walk != nil && s.Walk.Break != "":
		step, fault, _ := strings.Cut(s.Walk.Break, "/")
		return say("Walk `%s` to the step `%s`, and send it with the fault `%s`.", s.Walk.ID, step, fault)
	case s.Walk != nil:
		return say("Walk `%s`.", s.Walk.ID)
	case len(s.Switch.Off) > 0:
		return say("Switch off: %s.", strings.Join(s.Switch.Off, ", "))
	}
	return say("Switch on: %s.", strings.Join(s.Switch.On, ", "))
}

// Run runs a solution's or decoy's script and returns its variables. A learner is
// shown a script in words; it runs where a test proves that it solves.
func (b *Bench) Run(ctx context.Context, script []ScriptStep) (map[string]string, error) {
	vars := b.Vars()
	for i, s := range script {
		if err := b.runStep(ctx, s, vars); err != nil {
			return nil, fmt.Errorf("step %d of the script: %w", i+1, err)
		}
	}
	return vars, nil
}

func (b *Bench) runStep(ctx context.Context, s ScriptStep, vars map[string]string) error {
	switch {
	case s.Flow != nil:
		got, err := b.Flow(ctx, *s.Flow)
		if err != nil {
			return err
		}
		maps.Copy(vars, got)
	case s.Send != "":
		return b.step(ctx, s, vars)
	case s.Clock != "":
		d, err := time.ParseDuration(s.Clock)
		if err != nil {
			return fmt.Errorf("clock: %w", err)
		}
		b.lab.Advance(d)
	case s.Token != nil:
		tok, err := b.mint(s.Token, vars)
		if err != nil {
			return err
		}
		vars[s.Token.Name] = tok
	case s.Switch != nil:
		return b.lab.SwitchTo(s.Switch.Off, s.Switch.On) //nolint:wrapcheck // it says all
	case s.Walk != nil:
		return b.Walk(ctx, *s.Walk)
	case s.Keys != nil:
		return b.keys(*s.Keys)
	case s.Browse != nil:
		return b.open(ctx, *s.Browse, vars)
	}
	return nil
}

func (b *Bench) step(ctx context.Context, s ScriptStep, vars map[string]string) error {
	if err := b.fillClients(ctx, s.Send, vars); err != nil {
		return err
	}
	r, err := b.Send(ctx, s.Send, vars)
	if err != nil {
		return err
	}
	if s.Expect != 0 && r.Status != s.Expect {
		return fmt.Errorf("answered %d by rule %q, want %d:\n%s", r.Status, r.Rule, s.Expect, r.Answer)
	}
	r.Learn(vars)
	return nil
}

var errNoWalk = errors.New("there is no such flow or attack")

// Walk takes a walk. For an attack it is what the button on its page does; for a
// flow, what the buttons of its steps do.
func (b *Bench) Walk(ctx context.Context, s WalkStep) error {
	f, err := walkOf(s.ID)
	if err != nil {
		return err
	}
	ws := walkthrough.NewWalks(f)
	var w *walkthrough.Walk
	if f.Attack != nil {
		w, err = ws.Try(ctx, b.lab, f, s.On)
	} else {
		v := f.Variant(func(name string) string { return s.Variant[name] })
		w, err = ws.Start(b.lab, v, true)
	}
	if w != nil && w.Run() != nil {
		b.who.Trail.addRun(w.Run().ID())
	}
	if err != nil || f.Attack != nil {
		return err //nolint:wrapcheck // it names the flow and the step
	}
	return walkTo(ctx, w, s)
}

// walkTo does the steps of a walk, and the broken one at its end.
func walkTo(ctx context.Context, w *walkthrough.Walk, s WalkStep) error {
	if s.Break != "" {
		step, fault, _ := strings.Cut(s.Break, "/")
		if err := w.Break(ctx, step, fault); err != nil {
			return fmt.Errorf("%s: %w", s.ID, err)
		}
		if _, err := w.Send(ctx, step); err != nil {
			return fmt.Errorf("%s, step %s: %w", s.ID, step, err)
		}
		return nil
	}
	steps := w.Steps()
	until := s.Until
	if until == "" {
		until = steps[len(steps)-1].ID
	}
	if at, err := w.Do(ctx, until); err != nil {
		return fmt.Errorf("%s, step %s: %w", s.ID, at, err)
	}
	return nil
}

// walkOf is the flow or attack with this id.
func walkOf(id string) (*walkthrough.Flow, error) {
	for _, read := range []func() ([]*walkthrough.Flow, error){walkthrough.All, walkthrough.Attacks} {
		all, err := read()
		if err != nil {
			return nil, err
		}
		if i := slices.IndexFunc(all, func(f *walkthrough.Flow) bool { return f.ID == id }); i >= 0 {
			return all[i], nil
		}
	}
	return nil, fmt.Errorf("%w: %q", errNoWalk, id)
}

func (b *builder) script(steps []ScriptStep, at ...any) {
	for i, s := range steps {
		line := b.d.line(append(slices.Clone(at), i)...)
		n := 0
		for _, set := range []bool{s.Flow != nil, s.Send != "", s.Clock != "", s.Token != nil, s.Switch != nil, s.Walk != nil, s.Keys != nil, s.Browse != nil} {
			if set {
				n++
			}
		}
		if n != 1 {
			b.problem(line, "give one of flow, send, clock, token, switch, walk, keys or browse", "a step of a script has %d of them", n)
		}
		if s.Clock != "" {
			if _, err := time.ParseDuration(s.Clock); err != nil {
				b.problem(line, "write 6m, 90s or 1h", "%q is no duration", s.Clock)
			}
		}
		if s.Send != "" {
			if _, err := parseRequest(s.Send); err != nil {
				b.problem(line, "write METHOD /path HTTP/1.1, headers, an empty line, the body", "%v", err)
			}
		}
	}
}

// words say what the walk of a flow is for.
func (f *FlowStep) words() template.HTML {
	if len(f.Leave) > 0 {
		return say("Walk the flow as Alice, with the scope `%s`, and leave out %s on the consent page.", f.Scope, strings.Join(f.Leave, ", "))
	}
	return say("Walk the flow as Alice, so that %s gets a token.", lab.ClientParty(cmp.Or(f.Client, lab.FitTrack)).Name)
}
