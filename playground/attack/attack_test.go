package attack_test

import (
	"go/format"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"claimcheck/playground"
	"claimcheck/playground/attack"
)

func newLab(tb testing.TB) *attack.Lab {
	tb.Helper()
	l, err := attack.New(time.Unix(1795262700, 0))
	if err != nil {
		tb.Fatal(err)
	}
	return l
}

// TestAttacks tries each with its solution: the vulnerable verifier lets in
// whom it should not, the fixed one does not, and what stood in the fields at
// first does not solve it.
func TestAttacks(t *testing.T) {
	l := newLab(t)
	if n := len(l.Attacks()); n != 17 {
		t.Errorf("%d attacks", n)
	}
	for i := range l.Attacks() {
		a := &l.Attacks()[i]
		t.Run(a.ID, func(t *testing.T) {
			if a.Try(a.Start()).Solved {
				t.Error("solved by what stands there at first")
			}
			try := a.Try(a.Solution())
			if try.Problem != "" || !try.Solved || try.Vulnerable.Subject != a.Wants() {
				t.Errorf("not solved: %q, %+v", try.Problem, try.Vulnerable)
			}
			if try.Fixed.Err == nil && (try.Fixed.Subject == a.Wants() || a.ID != "letter-case") {
				t.Errorf("the fixed verifier lets %q in", try.Fixed.Subject)
			}
			if a.Check == nil {
				return
			}
			// The playground, with the policy that the API ought to have, refuses it too.
			keys, err := playground.ParseKey([]byte(a.Check.JWK), "")
			if err != nil {
				t.Fatal(err)
			}
			p := playground.Policy{Algorithms: []string{a.Check.Algorithm}, Issuer: a.Check.Issuer, Audience: a.Check.Audience, Type: a.Check.Type, Now: time.Unix(a.Check.Now, 0)}
			if r := playground.Verify(try.Token, keys, p); r.Accepted() && a.ID != "letter-case" {
				t.Errorf("the playground: %s", r.Sentence)
			}
		})
	}
}

// TestGenuineTokensAreAccepted: what the fix shuts out is the attack, not Mallory.
func TestGenuineTokensAreAccepted(t *testing.T) {
	l := newLab(t)
	for i := range l.Attacks() {
		a := &l.Attacks()[i]
		vulnerable, fixed := a.Genuine()
		for name, got := range map[string]attack.Answer{"vulnerable": vulnerable, "fixed": fixed} {
			if got.Err != nil || got.Subject != "mallory" {
				t.Errorf("%s, %s: %q, %v", a.ID, name, got.Subject, got.Err)
			}
		}
	}
}

// TestWaysIn tries what the hints name besides the solution.
func TestWaysIn(t *testing.T) {
	l := newLab(t)
	for _, way := range []struct{ id, field, from, to string }{
		{"no-end", "payload", `"sub":"mallory"`, `"sub":"mallory","exp":0`},
		{"key-address", "header", "acme.example.mallory.example", "acme.example@mallory.example"},
		{"key-path", "header", "../../dev/null", "../public/robots.txt"},
	} {
		a, _ := l.Attack(way.id)
		texts := a.Solution()
		texts[way.field] = strings.Replace(texts[way.field], way.from, way.to, 1)
		if way.id == "key-path" {
			texts["secret"] = a.Loot[1].Text
		}
		if try := a.Try(texts); !try.Solved {
			t.Errorf("%s with %s: %q %+v", way.id, way.to, try.Problem, try.Vulnerable)
		}
	}
	a, _ := l.Attack("deny-list")
	if try := a.Try(map[string]string{"token": a.Fields[0].Start + "\n"}); !try.Solved {
		t.Errorf("a line break: %+v", try.Vulnerable)
	}
	a, _ = l.Attack("none")
	texts := a.Solution()
	texts["header"] = `{"alg":"none"}`
	if try := a.Try(texts); try.Solved || !strings.Contains(try.Vulnerable.Err.Error(), "forbidden") {
		t.Errorf("none: %+v", try.Vulnerable)
	}
	a, _ = l.Attack("confusion")
	texts = a.Solution()
	texts["secret"] = strings.TrimSpace(texts["secret"])
	if a.Try(texts).Solved {
		t.Error("confusion without the last line break")
	}
}

// TestSources: what is shown is in the file that is named, well formed, and
// the two verifiers differ in at least one marked line.
func TestSources(t *testing.T) {
	l := newLab(t)
	names := map[string]bool{}
	for i := range l.Attacks() {
		a := &l.Attacks()[i]
		for _, s := range []attack.Source{a.Vulnerable(), a.Fixed()} {
			var text strings.Builder
			changed := 0
			for _, line := range s.Lines {
				text.WriteString(line.Text + "\n")
				if line.Changed {
					changed++
				}
			}
			if names[s.Name] {
				t.Errorf("%s is used twice", s.Name)
			}
			names[s.Name] = true
			if !strings.HasPrefix(text.String(), "func "+s.Name+"(") || strings.Contains(text.String(), "\n\n\n") {
				t.Errorf("%s: %.80s", s.Name, text.String())
			}
			file, err := os.ReadFile("../../" + s.File)
			first := text.String()
			if helper := strings.Index(first, "\n\nfunc "); helper > 0 {
				first = first[:helper+1]
			}
			if err != nil || !strings.Contains(string(file), first) {
				t.Errorf("%s is not in %s (%v)", s.Name, s.File, err)
			}
			if nice, err := format.Source([]byte("package p\n\n" + text.String())); err != nil || string(nice) != "package p\n\n"+text.String() {
				t.Errorf("%s is not as gofmt writes it: %v", s.Name, err)
			}
			if s.Name == a.Fixed().Name && changed == 0 {
				t.Errorf("%s: no line is marked", s.Name)
			}
		}
	}
}

func TestStoriesAreComplete(t *testing.T) {
	l := newLab(t)
	ids := map[string]bool{}
	for i := range l.Attacks() {
		a := &l.Attacks()[i]
		if ids[a.ID] || a.Title == "" || a.Line == "" || len(a.Story) < 2 || a.Task == "" || a.Hint == "" || a.Cure == "" || len(a.Fields) == 0 {
			t.Errorf("%s is incomplete", a.ID)
		}
		ids[a.ID] = true
		if !a.Spec.Valid() {
			t.Errorf("%s cites %s", a.ID, a.Spec)
		}
		if !slices.ContainsFunc(a.Fields, func(f attack.Field) bool { return f.Start != f.Solution }) {
			t.Errorf("%s solves itself", a.ID)
		}
		for _, text := range append(slices.Clone(a.Story), a.Task, a.Hint, a.Cure, a.Line) {
			if strings.Count(text, "`")%2 != 0 {
				t.Errorf("%s: a backtick is left open: %s", a.ID, text)
			}
		}
	}
}

// FuzzTry: whatever is written into the fields, nothing but an answer comes out.
func FuzzTry(f *testing.F) {
	l := newLab(f)
	for i := range l.Attacks() {
		texts := l.Attacks()[i].Solution()
		f.Add(i, texts["header"], texts["payload"], texts["signature"]+texts["token"]+texts["secret"]+texts["name"]+texts["words"], texts["key"], texts["served"])
	}
	f.Fuzz(func(t *testing.T, i int, header, payload, third, key, served string) {
		a := &l.Attacks()[uint(i)%17]
		texts := map[string]string{"header": header, "payload": payload, "key": key, "served": served, "claim": header, "value": payload}
		for _, name := range []string{"signature", "token", "secret", "name", "words"} {
			texts[name] = third
		}
		if try := a.Try(texts); try.Solved && try.Fixed.Err == nil && try.Fixed.Subject == a.Wants() && a.ID != "other-audience" && a.ID != "weak-secret" {
			t.Errorf("%s: the fixed verifier let %q in, too", a.ID, try.Fixed.Subject)
		}
	})
}
