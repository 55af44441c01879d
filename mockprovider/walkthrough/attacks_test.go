package walkthrough

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"claimcheck/mockprovider/lab"
)

func allAttacks(t *testing.T) []*Flow {
	t.Helper()
	all, err := Attacks()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestEveryAttackDirectoryIsAnAttack(t *testing.T) {
	dirs, err := fs.ReadDir(texts, "attacks")
	if err != nil {
		t.Fatal(err)
	}
	all := allAttacks(t)
	for _, d := range dirs {
		if !slices.ContainsFunc(all, func(f *Flow) bool { return f.ID == d.Name() }) {
			t.Errorf("attacks/%s is not registered", d.Name())
		}
	}
	if len(dirs) != len(all) {
		t.Errorf("%d directories, %d attacks", len(dirs), len(all))
	}
}

// Each attack works while its defences are off, and each defence by itself stops
// it at the step that its text names, by the rule of that name.
func TestAttacksWorkAndAreStopped(t *testing.T) {
	l := newLabWith(t, lab.Config{}) // without a seed a lab is made faster
	for _, f := range allAttacks(t) {
		t.Run(f.ID, func(t *testing.T) {
			ws := NewWalks(f)
			w := try(t, ws, l, f, nil)
			r := w.Result()
			if !r.Worked || r.Step.ID != f.Attack.Won {
				t.Fatalf("with every defence off: %s", r.Said)
			}
			for _, s := range w.Steps() {
				if !w.Passed(s.ID) {
					t.Errorf("step %d %s: %s", s.N, s.ID, w.StateOf(s.ID))
				}
				if e := w.Entry(s.ID); e != nil && len(s.Rules) > 0 {
					ranInOrder(t, s, w.Findings(s.ID, e))
				}
			}
			if got := r.Sentence(f, nil); !strings.Contains(got, f.Attack.Gain) || !strings.HasPrefix(got, "With ") {
				t.Errorf("the sentence is %q", got)
			}
			if err := w.run.Reset(t.Context()); err != nil {
				t.Fatal(err)
			}
			for _, d := range f.Attack.Defences {
				t.Run(d.Rule, func(t *testing.T) { stops(t, ws, l, f, d) })
			}
		})
	}
}

func stops(t *testing.T, ws *Walks, l *lab.Lab, f *Flow, d Defence) {
	t.Helper()
	w := try(t, ws, l, f, []string{d.Rule})
	r := w.Result()
	switch {
	case !r.Stopped:
		t.Fatalf("it works all the same: %s", r.Said)
	case r.Finding == nil || r.Finding.ID != cmp.Or(d.Refuses, d.Rule):
		t.Errorf("stopped by %v, text says %s: %s", r.Finding, d.Rule, r.Said)
	case r.Step.ID != d.At:
		t.Errorf("stopped at %s, text says at %s", r.Step.ID, d.At)
	case !strings.Contains(r.Sentence(f, []string{d.Rule}), d.Rule+" on"):
		t.Errorf("the sentence is %q", r.Sentence(f, []string{d.Rule}))
	}
	if err := w.run.Reset(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func try(t *testing.T, ws *Walks, l *lab.Lab, f *Flow, on []string) *Walk {
	t.Helper()
	w, err := ws.Try(t.Context(), l, f, on)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// A run of an attack has its own defences off and nothing else, and leaves the
// lab's rules and its clock as they were. A study of the same attack takes turns.
func TestTryLeavesNothing(t *testing.T) {
	l := newLabWith(t, lab.Config{})
	all := allAttacks(t)
	i := slices.IndexFunc(all, func(f *Flow) bool { return f.ID == "expired-token" })
	f := all[i]
	ws := NewWalks(f)
	was := []string{"scope"}
	if err := l.SwitchTo(was, nil); err != nil {
		t.Fatal(err)
	}
	from := l.Log().Last()
	w := try(t, ws, l, f, nil)
	if !w.Result().Worked || l.Offset() != 0 || !slices.Equal(l.Off(), was) {
		t.Errorf("%s; the clock moved by %s, off %v", w.Result().Said, l.Offset(), l.Off())
	}
	items, _ := l.Log().After(from)
	if len(items) == 0 || items[0].Mark == nil || items[0].Mark.Data["rule"] != "scope" || items[0].Mark.Data["state"] != "on" {
		t.Error("a rule that is none of its defences was off while it ran")
	}
	ws.studying[f.ID] <- struct{}{}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := ws.Study(ctx, l.World(), rand.NewChaCha8([32]byte{7}), f); !errors.Is(err, context.Canceled) {
		t.Errorf("a second study at the same time: %v", err)
	}
	try(t, ws, l, f, nil) // does not wait for a study
}

// The defences of an attack are the ones that matter: each is in a smallest set
// that stops it. The lab of the learner is not touched.
func TestStudyFindsTheMinimalSets(t *testing.T) {
	l := newLabWith(t, lab.Config{}) // without a seed a lab is made faster
	for _, f := range allAttacks(t) {
		t.Run(f.ID, func(t *testing.T) {
			ws := NewWalks(f)
			before := l.Log().Last()
			s, err := ws.Study(t.Context(), l.World(), rand.NewChaCha8([32]byte{7}), f)
			if err != nil {
				t.Fatal(err)
			}
			if want := 1 << len(f.Attack.Defences); len(s.Combinations) != want {
				t.Errorf("%d combinations, want %d", len(s.Combinations), want)
			}
			for _, d := range f.Attack.Defences {
				if !slices.ContainsFunc(s.Minimal, func(set []string) bool { return slices.Contains(set, d.Rule) }) {
					t.Errorf("%s is in no minimal set: %v", d.Rule, s.Minimal)
				}
			}
			if l.Log().Last() != before || len(l.Off()) != 0 {
				t.Error("the lab was touched")
			}
			if ws.Studied(f) != s {
				t.Error("the study was not kept")
			}
		})
	}
}

// The defences that the panel is there for can be switched, and each is the one
// that matters in some attack.
func TestPanelHasItsDefences(t *testing.T) {
	stops := map[string]bool{}
	for _, f := range allAttacks(t) {
		for _, d := range f.Attack.Defences {
			stops[d.Rule] = true
		}
	}
	for _, id := range []string{
		"logout_events", "logout_no_nonce", "logout_jti", "login_see_other", "device_context", "device_code_ttl",
		"nonce_equal", "code_client_bind", "code_ttl",
		"state_equal", "iss_equal", "pkce_require", "pkce_downgrade_guard", "pkce_s256_only", "pkce_verifier",
		"redirect_uri_exact", "code_single_use", "client_auth", "refresh_rotate", "scope", "user_rights", "aud", "hdr_typ",
		"alg_policy", "exp", "require", "hs_min_key", "kid_strict", "token_scheme", "logout_uri_registered", "frame_deny",
		"email_link_guard", "cookie_host_only",
	} {
		if _, ok := lab.SwitchableRule(id); !ok {
			t.Errorf("%s can't be switched", id)
		}
		if !stops[id] {
			t.Errorf("%s stops no attack", id)
		}
	}
}

// What a text of an attack needs beside what the loader asks for.
func TestAttackTextsAreWhole(t *testing.T) {
	for _, f := range allAttacks(t) {
		named := map[string]bool{}
		for _, s := range f.variants[0].Steps() {
			named[s.ID] = true
			stepFitsAction(t, f, s)
			if len(s.RFC) == 0 || len(strings.Fields(s.Explain)) < 30 {
				t.Errorf("%s/%s: %d clauses, %d words", f.ID, s.File, len(s.RFC), len(strings.Fields(s.Explain)))
			}
			if rules := s.RuleSet(); len(rules) != len(s.Rules) {
				t.Errorf("%s/%s: %v, of which %d exist", f.ID, s.File, s.Rules, len(rules))
			}
			if s.From.Role == "attacker" || s.To.Role == "attacker" {
				named["mallory"] = true
			}
		}
		if !named["mallory"] {
			t.Errorf("%s: Mallory takes no step", f.ID)
		}
		for id := range f.script.actions {
			if !named[id] {
				t.Errorf("%s: the action %s has no text", f.ID, id)
			}
		}
	}
}

// A walk of which no step was taken shows no value, and shows that.
func TestAttackHasNoValuesBeforeItsFirstStep(t *testing.T) {
	l := newLabWith(t, lab.Config{})
	for _, f := range allAttacks(t) {
		w, err := begin(l, f.variants[0], true)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range f.Values {
			if got := w.Value(v.Name); got != "" {
				t.Errorf("%s: %s is %q", f.ID, v.Name, got)
			}
		}
	}
}
