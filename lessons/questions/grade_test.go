package questions

import (
	"strings"
	"testing"
)

func rubric() *Question {
	w := func(groups ...[]string) [][]string {
		for _, g := range groups {
			for i := range g {
				g[i] = normal(g[i])
			}
		}
		return groups
	}
	return &Question{
		Points: []Point{
			{Plain: "theft", words: w([]string{"stolen", "theft"}, []string{"short", "expir"})},
			{Plain: "front channel", words: w([]string{"front channel"})},
		},
		Flags: []Flag{
			{Says: "encrypted", words: w([]string{"jwt"}, []string{"encrypt"})},
			{Says: "cannot be stolen", words: w([]string{"can't be stolen", "theft proof"})},
		},
	}
}

func TestGradeFindsWhatWasSaid(t *testing.T) {
	for _, tc := range []struct {
		name, answer string
		met          []bool
		flags        int
	}{
		{"both words in one sentence", "A stolen token expires soon.", []bool{true, false}, 0},
		{"in neighbouring sentences", "It can be stolen. So it is SHORT-lived.", []bool{true, false}, 0},
		{"a sentence between them", "It can be stolen. Bob likes tea. It is short.", []bool{false, false}, 0},
		{"one group alone", "It is stolen.", []bool{false, false}, 0},
		{"the stem begins a word, not in its midst", "It was unexpired and stolen.", []bool{false, false}, 0},
		{"a hyphen is a space", "That is the front-channel", []bool{false, true}, 0},
		{"a phrase across lines of a list", "- the front\n- channel", []bool{false, true}, 0},
		{"markup is no letter", "**stolen** and `short`", []bool{true, false}, 0},
		{"a flag", "The JWT is encrypted.", []bool{false, false}, 1},
		{"a flag that is denied", "A JWT isn't encrypted.", []bool{false, false}, 0},
		{"a typographic apostrophe", "A JWT isn’t encrypted.", []bool{false, false}, 0},
		{"a denial elsewhere does not help", "No. The JWT is encrypted.", []bool{false, false}, 1},
		{"a flag over two sentences", "I use a JWT. TLS encrypts.", []bool{false, false}, 0},
		{"a flag that is a denial itself", "A badge can't be stolen.", []bool{false, false}, 1},
		{"the other words of such a flag", "A badge is theft-proof.", []bool{false, false}, 1},
		{"the other words of such a flag, denied", "A badge is not theft-proof.", []bool{false, false}, 0},
		{"a number with a point does not end a sentence", "stolen, see 1.4 of it, so short", []bool{true, false}, 0},
		{"nothing", "", []bool{false, false}, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			g := rubric().Grade(tc.answer)
			for i, want := range tc.met {
				if g.Points[i].Met != want {
					t.Errorf("%s: met %v, want %v", g.Points[i].Plain, g.Points[i].Met, want)
				}
				if g.Points[i].Met && g.Points[i].Where == "" {
					t.Errorf("%s: met, and no place is named", g.Points[i].Plain)
				}
			}
			if len(g.Flags) != tc.flags {
				t.Errorf("%d flags, want %d: %v", len(g.Flags), tc.flags, g.Flags)
			}
		})
	}
}

func TestGradeCountsAndIsBounded(t *testing.T) {
	g := rubric().Grade("Stolen and short, on the front channel. A JWT is encrypted.")
	if g.Met() != 2 || len(g.Flags) != 1 || g.Score() != 1 || g.Words != 11 {
		t.Errorf("met %d, flags %d, score %d, words %d", g.Met(), len(g.Flags), g.Score(), g.Words)
	}
	if g := rubric().Grade(strings.Repeat("é ", maxGraded) + "front channel"); g.Met() != 0 {
		t.Error("what stands beyond the bound was looked at")
	}
}
