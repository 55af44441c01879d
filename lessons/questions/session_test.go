package questions

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"claimcheck/lessons"
)

// threeTopics is a bank of three topics with four questions each; the last one of
// each has no options.
func threeTopics() *Bank {
	b := &Bank{byID: map[string]*Question{}}
	for _, id := range []string{"a", "b", "c"} {
		t := &Topic{ID: id}
		b.Topics = append(b.Topics, t)
		for n, level := range []Level{Junior, Junior, Mid, Senior} {
			q := &Question{ID: fmt.Sprintf("%s%d", id, n+1), Topic: t, Level: level}
			if n < 3 {
				q.Choice = &Choice{Options: make([]Option, 3)}
			}
			t.Questions, b.Questions, b.byID[q.ID] = append(t.Questions, q), append(b.Questions, q), q
		}
	}
	return b
}

// rated is what is kept once each question was rated at that time.
func rated(b *Bank, at time.Time, ratings map[string]Rating) map[string]lessons.Kept {
	all := map[string]lessons.Kept{}
	for id, r := range ratings {
		all[b.byID[id].Path()] = lessons.Kept{Memory: Rate(nil, r, at)}
	}
	return all
}

func TestSessionTakesDueThenWeakThenNew(t *testing.T) {
	b := threeTopics()
	all := rated(b, noon().AddDate(0, -1, 0), map[string]Rating{"a1": Good, "b3": Easy})
	for id, k := range rated(b, noon(), map[string]Rating{"c2": Hard, "b1": Easy}) {
		all[b.byID[strings.TrimPrefix(id, KeptPrefix)].Path()] = k
	}
	now := noon().Add(time.Second)
	for _, tc := range []struct {
		minutes int
		want    string
	}{
		{1, "a1"},         // the first one, which is due and most likely forgotten
		{2, "a1"},         // 60 s, and 75 s are too many for the rest
		{3, "a1 b3"},      // both that are due
		{4, "a1 b3 c2"},   // and the weak one
		{60, "everybody"}, // all
	} {
		got := b.Session(Drill{Form: Cards, Minutes: tc.minutes}, all, now, "seed").Row
		if tc.want == "everybody" {
			if len(got) != len(b.Questions) {
				t.Errorf("%d minutes: %d questions", tc.minutes, len(got))
			}
			continue
		}
		slices.Sort(got)
		if strings.Join(got, " ") != tc.want {
			t.Errorf("%d minutes: %v, want %s", tc.minutes, got, tc.want)
		}
	}
	// What is known well comes last of all.
	short := b.Session(Drill{Form: Cards, Minutes: 13}, all, now, "seed").Row
	if slices.Contains(short, "b1") || len(short) < 9 {
		t.Errorf("%v has b1, which is known, before others are asked", short)
	}
}

func TestSessionMixesTopics(t *testing.T) {
	b := threeTopics()
	for _, seed := range []string{"one", "two", "three"} {
		row := b.Session(Drill{Form: Cards, Minutes: 60}, nil, noon(), seed).Row
		for i := 1; i < len(row); i++ {
			if row[i][0] == row[i-1][0] {
				t.Errorf("%s: neighbours of one topic in %v", seed, row)
			}
		}
		for _, topic := range []string{"a", "b", "c"} {
			var of []string
			for _, id := range row {
				if id[:1] == topic {
					of = append(of, id)
				}
			}
			if !slices.IsSorted(of) {
				t.Errorf("%s: %v is not from easy to hard", seed, of)
			}
		}
	}
}

func TestSessionIsDecidedBySeedAndLearner(t *testing.T) {
	b := threeTopics()
	w := Drill{Form: Cards, Minutes: 5}
	first := b.Session(w, nil, noon(), "seed").Row
	if again := b.Session(w, nil, noon(), "seed").Row; !slices.Equal(first, again) {
		t.Errorf("%v, and then %v", first, again)
	}
	differs := false
	for _, seed := range []string{"1", "2", "3", "4", "5", "6"} {
		differs = differs || !slices.Equal(first, b.Session(w, nil, noon(), seed).Row)
	}
	if !differs {
		t.Error("no seed makes a difference")
	}
}

func TestSessionIsAsWished(t *testing.T) {
	b := threeTopics()
	belief := &lessons.Misconception{ID: "M7"}
	b.byID["b2"].Flags = []Flag{{Misconception: belief}}
	b.byID["c1"].Choice.Options[1].Misconception = belief
	for name, tc := range map[string]struct {
		w    Drill
		want string
	}{
		"levels":  {Drill{Form: Cards, Levels: []Level{Senior}}, "a4 b4 c4"},
		"topics":  {Drill{Form: Cards, Topics: []string{"b"}}, "b1 b2 b3 b4"},
		"both":    {Drill{Form: Cards, Levels: []Level{Mid}, Topics: []string{"a", "c"}}, "a3 c3"},
		"a quiz":  {Drill{Form: Quiz, Topics: []string{"b"}}, "b1 b2 b3"},
		"belief":  {Drill{Form: Cards, Belief: "M7"}, "b2 c1"},
		"nothing": {Drill{Form: Quiz, Levels: []Level{Senior}}, ""},
	} {
		tc.w.Minutes = 60
		row := b.Session(tc.w, nil, noon(), "seed").Row
		slices.Sort(row)
		if strings.Join(row, " ") != tc.want {
			t.Errorf("%s: %v, want %s", name, row, tc.want)
		}
	}
}

func TestSessionGoesOnAndBack(t *testing.T) {
	b := threeTopics()
	s := Session{Form: Cards, Row: []string{"a1", "b1"}}
	s = s.Show()
	if !s.Shown || s.Now() != "a1" {
		t.Fatalf("%+v", s)
	}
	s = s.Rate(Again)
	if s.Now() != "b1" || s.Shown || !slices.Equal(s.Row, []string{"a1", "b1", "a1"}) {
		t.Fatalf("what was not known does not come again: %+v", s)
	}
	before, id := s.Back()
	if id != "a1" || before.At != 0 || !before.Shown || len(before.Row) != 2 || len(before.Rated) != 0 {
		t.Fatalf("back: %q %+v", id, before)
	}
	s = s.Rate(Good).Rate(Good)
	if !s.Over() || s.Now() != "" || s.Left(b) != 0 || s.Rate(Easy).Stamp() != s.Stamp() {
		t.Fatalf("over: %+v", s)
	}
	for range 3 {
		s, _ = s.Back()
	}
	if s.Stamp() != (Session{Row: []string{"a1"}}).Stamp() || len(s.Row) != 2 {
		t.Errorf("all the way back: %+v", s)
	}
	if _, id := s.Back(); id != "" {
		t.Errorf("before the beginning stands %q", id)
	}
}

func TestSessionOfAQuizShowsReasonsFirst(t *testing.T) {
	s := Session{Form: Quiz, Row: []string{"a1", "b1"}}
	s = s.Rate(Good)
	s.Pick = 0
	if s.Now() != "a1" || !s.Shown || s.At != 0 {
		t.Fatalf("%+v", s)
	}
	if twice := s.Rate(Again); twice.Stamp() != s.Stamp() {
		t.Errorf("answered twice: %+v", twice)
	}
	if back, id := s.Back(); id != "a1" || back.Shown || len(back.Rated) != 0 {
		t.Errorf("back: %+v", back)
	}
	if s = s.Next(); s.Now() != "b1" || s.Shown {
		t.Errorf("next: %+v", s)
	}
	if again := s.Next(); again.Stamp() != s.Stamp() {
		t.Errorf("it went on without an answer: %+v", again)
	}
}

func TestSessionIsKept(t *testing.T) {
	b := threeTopics()
	quiz := Session{Form: Quiz, Minutes: 15, Seed: "s", Row: []string{"a1", "b1", "c1"}}.Rate(Good).Next().Rate(Again)
	quiz.Pick = 2
	for name, s := range map[string]Session{
		"begun": {Form: Write, Minutes: 5, Row: []string{"a1"}},
		"shown": Session{Form: Cards, Minutes: 5, Seed: "x", Row: []string{"a1", "b2"}}.Rate(Hard).Show(),
		"quiz":  quiz,
		"over":  Session{Form: Speak, Minutes: 30, Row: []string{"a1"}}.Rate(Easy),
	} {
		got, ok := ReadSession(s.Values(), b)
		if !ok || fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", s) {
			t.Errorf("%s: %+v, want %+v", name, got, s)
		}
	}
}

func TestReadSessionRefusesWhatNoneWrote(t *testing.T) {
	b := threeTopics()
	valid := Session{Form: Cards, Minutes: 5, Row: []string{"a1", "b1", "c1"}}.Rate(Good)
	for name, change := range map[string][2]string{
		"form": {"form", "dance"}, "no place": {"at", "x"}, "a place before": {"at", "-1"}, "a place after": {"at", "4"},
		"a place that was not rated": {"at", "2"}, "no row": {"row", ""}, "strangers": {"row", "zzz"},
	} {
		v := valid.Values()
		if v.Set(change[0], change[1]); change[1] == "" {
			v.Del(change[0])
		}
		if s, ok := ReadSession(v, b); ok {
			t.Errorf("%s: %+v", name, s)
		}
	}
	v := valid.Values()
	v["row"] = []string{"gone", "b1", "c1"}
	if s, ok := ReadSession(v, b); !ok || s.Now() != "b1" || s.At != 0 || len(s.Rated) != 0 {
		t.Errorf("a question that is not in the bank any more: %+v", s)
	}
}

func TestBankKnowsWhatItKeeps(t *testing.T) {
	b := threeTopics()
	for path, want := range map[string]bool{
		"/practice/a1": true, SessionPath: true, "/practice/mock/plan": true, "/practice/mock/3": true,
		"/practice/gone": false, "/practice/session/more": false, "/practice/mock": false, "/practice/interview": false,
		"/practice/whiteboard/order": false, "/practice/take-home": false, "/practice/": false, "/practice/a1/more": false, "/learn/a1": false,
	} {
		if got := b.Knows(path); got != want {
			t.Errorf("%s: %v", path, got)
		}
	}
}

// One topic has more questions than the others, and still no two of it in a row.
func TestSessionMixesTopicsOfDifferentSize(t *testing.T) {
	b := threeTopics()
	for _, seed := range []string{"1", "2", "3", "4", "5", "6"} { // which topic is first differs
		row := inTurn(slices.Concat(b.Topics[0].Questions, b.Topics[1].Questions[:3]), seed)
		for i := 1; i < len(row); i++ {
			if row[i].Topic == row[i-1].Topic {
				t.Fatalf("%s follows %s", row[i].ID, row[i-1].ID)
			}
		}
	}
}
