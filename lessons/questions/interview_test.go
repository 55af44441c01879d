package questions

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"testing"

	"claimcheck/lessons"
)

// small is a bank of three topics with n questions of each level, the harder ones
// building on the easier, and a task with every third.
func small(n int) *Bank {
	b := &Bank{byID: map[string]*Question{}}
	for _, id := range []string{"a", "b", "c"} {
		t := &Topic{ID: id}
		b.Topics = append(b.Topics, t)
		for _, l := range Levels() {
			for i := range n {
				q := &Question{ID: fmt.Sprintf("%s-%s-%d", id, l, i), Topic: t, Level: l, Lesson: &lessons.Lesson{Slug: id}, Then: make([]FollowUp, 2)}
				if l != Junior && i%2 == 0 {
					q.Builds = t.Questions[len(t.Questions)-n]
				}
				if i%3 == 0 {
					q.Do = &Task{Lesson: &lessons.Lesson{Slug: id + "-do"}}
				}
				t.Questions = append(t.Questions, q)
				b.Questions = append(b.Questions, q)
				b.byID[q.ID] = q
			}
		}
	}
	return b
}

func minutes(slots []Slot) int {
	n := 0
	for _, s := range slots {
		if n += minutesToTalk; s.Doing {
			n += minutesToDo - minutesToTalk
		}
	}
	return n
}

func TestInterviewIsAsWished(t *testing.T) {
	b := small(6)
	for _, level := range Levels() {
		for _, length := range []int{15, 30, 45} {
			for _, doing := range []bool{false, true} {
				for seed := range 20 {
					w := Wish{Level: level, Minutes: length, Doing: doing, Seed: strconv.Itoa(seed)}
					name := fmt.Sprintf("%+v", w)
					slots := b.Interview(w)
					if got := minutes(slots); got > length || got < length-5 {
						t.Errorf("%s: takes %d minutes", name, got)
					}
					tasks, at := 0, map[*Question]int{}
					for i, s := range slots {
						if _, twice := at[s.Question]; twice {
							t.Errorf("%s: asks %s twice", name, s.Question.ID)
						}
						at[s.Question] = i
						if s.Doing {
							tasks++
							if s.Question.Do == nil {
								t.Errorf("%s: %s has no task", name, s.Question.ID)
							}
						}
						if rank(s.Question.Level) > rank(level)+1 || rank(s.Question.Level) < rank(level)-1 && !s.Doing {
							t.Errorf("%s: asks %s", name, s.Question.ID)
						}
					}
					for q, i := range at {
						if on, ok := at[q.Builds]; ok && on > i && !slots[i].Doing && !slots[on].Doing {
							t.Errorf("%s: %s comes before %s, on which it builds", name, q.ID, q.Builds.ID)
						}
					}
					if want := length / 15; doing && tasks != want || !doing && tasks != 0 {
						t.Errorf("%s: %d tasks", name, tasks)
					}
				}
			}
		}
	}
}

func TestInterviewIsDecidedByItsSeed(t *testing.T) {
	b := small(6)
	w := Wish{Level: Mid, Minutes: 30, Doing: true, Seed: "x"}
	if !reflect.DeepEqual(b.Interview(w), b.Interview(w)) {
		t.Error("the same seed makes two interviews")
	}
	other := w
	other.Seed = "y"
	if reflect.DeepEqual(b.Interview(w), b.Interview(other)) {
		t.Error("two seeds make one interview")
	}
}

func TestInterviewKeepsToItsTopics(t *testing.T) {
	slots := small(6).Interview(Wish{Level: Senior, Minutes: 30, Topics: []string{"b"}, Doing: true, Seed: "x"})
	for _, s := range slots {
		if s.Question.Topic.ID != "b" {
			t.Errorf("asks %s", s.Question.ID)
		}
	}
	if len(slots) < 5 {
		t.Errorf("only %d parts", len(slots))
	}
}

func TestInterviewOfAPoorBankIsShort(t *testing.T) {
	if slots := small(1).Interview(Wish{Level: Junior, Minutes: 45, Seed: "x"}); len(slots) != 6 {
		t.Errorf("%d parts of the three junior and three mid questions", len(slots))
	}
	if slots := (&Bank{}).Interview(Wish{Level: Junior, Minutes: 45, Doing: true}); len(slots) != 0 {
		t.Errorf("%d parts of an empty bank", len(slots))
	}
}

func TestReport(t *testing.T) {
	mis := &lessons.Misconception{ID: "M1", Lessons: []*lessons.Lesson{{Slug: "of-the-flag"}}}
	topics := map[string]*Topic{"x": {ID: "x"}, "y": {ID: "y"}, "z": {ID: "z"}, "w": {ID: "w"}}
	ask := func(id, topic string) *Question {
		q := rubric()
		q.ID, q.Topic, q.Lesson = id, topics[topic], &lessons.Lesson{Slug: "of-" + id}
		q.Flags[0].Misconception = mis
		q.Do = &Task{Lesson: &lessons.Lesson{Slug: "task-of-" + id}}
		return q
	}
	full, half := "A stolen token is short. The front channel leaks.", "A stolen token is short."
	r := NewReport([]Given{
		{Slot: Slot{Question: ask("full", "x")}, Text: full},
		{Slot: Slot{Question: ask("flag", "x")}, Text: full + " A JWT is encrypted."},
		{Slot: Slot{Question: ask("later", "y")}, Text: full, Follow: "A JWT is encrypted."},
		{Slot: Slot{Question: ask("none", "y")}, Text: ""},
		{Slot: Slot{Question: ask("ticked", "z")}, Text: half, Ticked: []int{1, 7}},
		{Slot: Slot{Question: ask("half", "z")}, Text: half},
		{Slot: Slot{Question: ask("did", "w"), Doing: true}, Text: full, Done: true},
		{Slot: Slot{Question: ask("said", "w"), Doing: true}, Text: full},
	})
	ids := func(ms []Mark) (out []string) {
		for _, m := range ms {
			out = append(out, m.Question.ID)
		}
		return out
	}
	if got, want := ids(r.Strong), []string{"full", "ticked", "did"}; !slices.Equal(got, want) {
		t.Errorf("strengths %v, want %v", got, want)
	}
	if got, want := ids(r.Gaps), []string{"none", "flag", "later"}; !slices.Equal(got, want) {
		t.Errorf("gaps %v, want %v", got, want)
	}
	var read []string
	for _, l := range r.Read {
		read = append(read, l.Slug)
	}
	if want := []string{"of-none", "of-flag", "of-the-flag", "of-later"}; !slices.Equal(read, want) {
		t.Errorf("read %v, want %v", read, want)
	}
	for i, want := range []float64{1, 0.5, 0.5, 0, 1, 0.5, 1, 0.5} {
		if got := r.Marks[i].Share(); got != want {
			t.Errorf("%s has the share %v, want %v", r.Marks[i].Question.ID, got, want)
		}
	}
	for _, m := range r.Topics {
		if want := map[string]float64{"x": 0.75, "y": 0.25, "z": 0.75, "w": 0.75}[m.Topic.ID]; m.Share != want {
			t.Errorf("topic %s has %v, want %v", m.Topic.ID, m.Share, want)
		}
	}
}

func TestExpectedGrowsWithTheLevel(t *testing.T) {
	q := &Question{Level: Mid, Points: make([]Point, 5)}
	for l, want := range map[Level]int{Junior: 3, Mid: 4, Senior: 5} {
		if got := q.Expected(l); got != want {
			t.Errorf("%s: %d, want %d", l, got, want)
		}
	}
	if got := (&Question{Level: Senior, Points: make([]Point, 5)}).Expected(Junior); got != 0 {
		t.Errorf("a senior question expects %d of a junior", got)
	}
}
