package questions

import (
	"maps"
	"net/url"
	"strings"
	"testing"
	"time"

	"claimcheck/lessons"
)

func TestStandCounts(t *testing.T) {
	b := threeTopics()
	all := rated(b, noon().AddDate(0, 0, -2), map[string]Rating{"a1": Good, "a2": Again})
	maps.Copy(all, rated(b, noon(), map[string]Rating{"b1": Easy, "b2": Hard}))
	b.byID["a1"].Lesson, b.byID["a2"].Lesson = &lessons.Lesson{Slug: "x"}, &lessons.Lesson{Slug: "y"}
	st := b.Stand(all, noon().Add(time.Minute))
	if st.Count != (Count{All: 12, Due: 2, Weak: 1, New: 8, Known: 1}) || st.Today != 2 {
		t.Errorf("%+v, %d today", st.Count, st.Today)
	}
	a, c := st.Topics[0], st.Topics[2]
	if a.Due != 2 || a.Seen() != 2 || a.Recall <= 0 || a.Recall >= 1 || len(a.Lessons) != 2 || c.Recall != 0 || c.Seen() != 0 {
		t.Errorf("topics: %+v, %+v", a, c)
	}
}

// The day begins at midnight where the clock is.
func TestStandOfToday(t *testing.T) {
	b := threeTopics()
	zone := time.FixedZone("east", 10*60*60)
	all := rated(b, time.Date(2026, 3, 28, 23, 59, 59, 0, zone), map[string]Rating{"a1": Good})
	maps.Copy(all, rated(b, time.Date(2026, 3, 29, 0, 0, 0, 0, zone), map[string]Rating{"b1": Good}))
	if got := b.Stand(all, time.Date(2026, 3, 29, 9, 0, 0, 0, zone)).Today; got != 1 {
		t.Errorf("%d today, want the one after midnight", got)
	}
}

func TestStandFindsBeliefs(t *testing.T) {
	b := threeTopics()
	m7, m8, m9 := &lessons.Misconception{ID: "M7"}, &lessons.Misconception{ID: "M8"}, &lessons.Misconception{ID: "M9"}
	b.byID["a1"].Choice.Options[1].Misconception = m7
	b.byID["b1"].Flags = []Flag{{Misconception: m8, words: [][]string{{normal("encrypted")}}}}
	b.byID["c1"].Flags = []Flag{{Misconception: m9, words: [][]string{{normal("elephant")}}}}
	for _, tc := range []struct {
		name            string
		answers         map[string]url.Values
		ratings         map[string]Rating
		beliefs, doubts string
	}{
		{"nothing", nil, map[string]Rating{"a1": Good, "b1": Good}, "", ""},
		{"chosen", map[string]url.Values{"a1": {AnswerWrong: {"M7"}}}, nil, "M7 ", ""},
		{"an option of long ago", map[string]url.Values{"a1": {AnswerWrong: {"M99"}}}, nil, "", ""},
		{"written", map[string]url.Values{"b1": {AnswerText: {"Hm. It is encrypted."}}}, nil, "M8 ", ""},
		{"denied in writing", map[string]url.Values{"b1": {AnswerText: {"It is not encrypted."}}}, nil, "", ""},
		{"rated badly", nil, map[string]Rating{"c1": Again, "a1": Hard}, "", "M7 M9 "},
		{"both", map[string]url.Values{"b1": {AnswerText: {"It is encrypted."}}}, map[string]Rating{"c1": Again}, "M8 ", "M9 "},
	} {
		all := rated(b, noon(), tc.ratings)
		for id, answers := range tc.answers {
			k := all[b.byID[id].Path()]
			k.Answers = answers
			all[b.byID[id].Path()] = k
		}
		st := b.Stand(all, noon())
		names := func(list []*BeliefStand) string {
			var out strings.Builder
			for _, bs := range list {
				out.WriteString(bs.ID + " ")
			}
			return out.String()
		}
		if got, doubts := names(st.Beliefs), names(st.Doubts); got != tc.beliefs || doubts != tc.doubts {
			t.Errorf("%s: beliefs %q and doubts %q, want %q and %q", tc.name, got, doubts, tc.beliefs, tc.doubts)
		}
	}
}
