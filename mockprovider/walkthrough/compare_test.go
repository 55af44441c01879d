package walkthrough

import (
	"slices"
	"testing"
)

func differing(in []Difference) (out []string) {
	for _, d := range in {
		if d.How != Same && d.How != Own && d.How != Unreached {
			out = append(out, d.Name+" "+string(d.How))
		}
	}
	return out
}

// Two attempts of a step: what was changed is all that differs in the request.
func TestCompareAttempts(t *testing.T) {
	w := start(t, fitTrack)
	if _, err := w.Do(t.Context(), "authorization-request"); err != nil {
		t.Fatal(err)
	}
	if err := w.Break(t.Context(), "authorization-request", "plain_instead_of_s256"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Send(t.Context(), "authorization-request"); err != nil {
		t.Fatal(err)
	}
	as := w.Attempts("authorization-request")
	c := Compare(as[0].Entry, as[len(as)-1].Entry)
	if got, want := differing(c.Request), []string{"code_challenge differs", "code_challenge_method differs"}; !slices.Equal(got, want) {
		t.Errorf("the requests differ in %v, want %v", got, want)
	}
	if got := differing(c.Answer); len(got) == 0 || got[0] != "status differs" {
		t.Errorf("the answers differ in %v", got)
	}
	if got, want := differing(c.Rules), []string{"The challenge is a hash: S256 differs"}; !slices.Equal(got, want) {
		t.Errorf("the rules differ in %v, want %v", got, want)
	}
	if !slices.ContainsFunc(c.Rules, func(d Difference) bool { return d.How == Unreached }) || c.Count() <= len(differing(c.Request)) {
		t.Errorf("the rules differ in %v", differing(c.Rules))
	}
	if same := Compare(as[0].Entry, as[0].Entry); same.Count() != 0 {
		t.Errorf("an exchange differs from itself in %d places", same.Count())
	}
	if none := Compare(as[0].Entry, nil); none.Request[0].How != OnlyFirst {
		t.Errorf("beside nothing: %+v", none.Request[0])
	}
}

// Two variants: with PKCE two parameters more, one step further the verifier; what
// each login makes anew is no difference.
func TestCompareWalks(t *testing.T) {
	l := newLab(t)
	f, err := Load(codePKCE)
	if err != nil {
		t.Fatal(err)
	}
	var ws []*Walk
	for _, choices := range []string{"client=fittrack&pkce=off", fitTrack} {
		w := startIn(t, l, pick(t, f, choices))
		if _, err := w.Do(t.Context(), "page"); err != nil {
			t.Fatal(err)
		}
		ws = append(ws, w)
	}
	want := map[string][]string{
		"authorization-request": {"code_challenge only in the second", "code_challenge_method only in the second"},
		"token-request":         {"code_verifier only in the second"}, "connect": nil, "api-request": nil,
	}
	pairs := CompareWalks(ws[0], ws[1])
	for _, p := range pairs {
		if names, ok := want[p.First.ID]; ok {
			delete(want, p.First.ID)
			if got := differing(p.Comparison.Request); !slices.Equal(got, names) {
				t.Errorf("%s: %v, want %v", p.First.ID, got, names)
			}
		}
	}
	if len(want) != 0 {
		t.Errorf("not compared: %v", want)
	}
	own := pairs[1].Comparison.Request
	if i := slices.IndexFunc(own, func(d Difference) bool { return d.Name == "state" }); i < 0 || own[i].How != Own {
		t.Errorf("two states: %+v", own)
	}
}
