package questions

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/goccy/go-yaml"

	"claimcheck/lessons"
)

// course and bank are the ones that the product carries, read once.
var (
	course = sync.OnceValues(func() (*lessons.Course, error) { return lessons.Load(lessons.Content(), lessons.Options{}) })
	bank   = sync.OnceValues(func() (*Bank, error) {
		c, err := course()
		if err != nil {
			return nil, err
		}
		return Load(Content(), c)
	})
)

func theBank(t *testing.T) *Bank {
	t.Helper()
	b, err := bank()
	if err != nil {
		t.Fatalf("the bank has mistakes:\n%v", err)
	}
	return b
}

func TestEachFileIsATopic(t *testing.T) {
	files, err := fs.Glob(Content(), "bank/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if f := path.Base(f); f != topicsFile && !slices.ContainsFunc(theBank(t).Topics, func(t *Topic) bool { return t.ID+".yaml" == f }) {
			t.Errorf("%s is no topic, so nobody reads it", f)
		}
	}
}

// The bank is large enough, and neither a level nor a topic is the whole of it.
func TestBankIsBalanced(t *testing.T) {
	b := theBank(t)
	all := len(b.Questions)
	if all < 150 {
		t.Errorf("%d questions; 150 are the least", all)
	}
	for _, l := range Levels() {
		n := 0
		for _, q := range b.Questions {
			if q.Level == l {
				n++
			}
		}
		if 5*n < all || 2*n > all {
			t.Errorf("%d of %d questions are of the level %s: a fifth is the least, a half the most", n, all, l)
		}
	}
	for _, topic := range b.Topics {
		tasks, levels := 0, map[Level]bool{}
		for _, q := range topic.Questions {
			levels[q.Level] = true
			if q.Do != nil {
				tasks++
			}
		}
		if n := len(topic.Questions); n < 12 || 4*n > all {
			t.Errorf("%s has %d of %d questions: 12 are the least, a quarter the most", topic.ID, n, all)
		}
		if len(levels) < len(Levels()) {
			t.Errorf("%s has the levels %v", topic.ID, levels)
		}
		if tasks == 0 {
			t.Errorf("%s has no task", topic.ID)
		}
	}
}

// What leads to a hole is asked about: each dangerous misconception stands behind a
// wrong option or a red flag.
func TestDangerousMisconceptionsAreAskedAbout(t *testing.T) {
	asked := map[string]bool{}
	for _, q := range theBank(t).Questions {
		for _, m := range q.Misconceptions() {
			asked[m.ID] = true
		}
	}
	c, err := course()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range c.Misconceptions {
		if m.Severity == "dangerous" && !asked[m.ID] {
			t.Errorf("no question is about %s: %s", m.ID, m.Claim)
		}
	}
}

// The rubric finds its points in the answers that we call good: what it does not
// find there it finds nowhere.
func TestModelAnswersMeetTheirRubric(t *testing.T) {
	for _, q := range theBank(t).Questions {
		long, short := q.Grade(q.long), q.Grade(q.short)
		for _, p := range long.Points {
			if !p.Met {
				t.Errorf("%s: the long answer does not meet %q with words %v", q.ID, p.Plain, p.words)
			}
		}
		if 2*short.Met() < len(q.Points) {
			t.Errorf("%s: the short answer meets %d of %d points", q.ID, short.Met(), len(q.Points))
		}
		for _, f := range append(long.Flags, short.Flags...) {
			t.Errorf("%s: our own answer raises the flag %q: %q", q.ID, f.Says, f.Where)
		}
	}
}

// Options do not tell by their length which one is right.
func TestOptionsDoNotTellByLength(t *testing.T) {
	for _, topic := range theBank(t).Topics {
		longest, all := 0, 0
		for _, q := range topic.Questions {
			if q.Choice == nil {
				continue
			}
			all++
			sizes := make([]int, len(q.Choice.Options))
			for i, o := range q.Choice.Options {
				sizes[i] = o.size
				if p := strings.ToLower(string(o.Text)); strings.Contains(p, "all of the above") || strings.Contains(p, "none of the above") {
					t.Errorf("%s: %q", q.ID, o.Text)
				}
			}
			// Beside few words a word more is much.
			if lo, hi := slices.Min(sizes), slices.Max(sizes); float64(hi) > 1.6*float64(max(lo, 25)) {
				t.Errorf("%s: the options have %v characters: none may be longer than 1.6 times the shortest", q.ID, sizes)
			}
			if sizes[0] == slices.Max(sizes) {
				longest++
			}
		}
		if 2*longest > all+1 {
			t.Errorf("%s: the right option is the longest in %d of %d", topic.ID, longest, all)
		}
		if 4*all < 3*len(topic.Questions) {
			t.Errorf("%s: %d of %d questions have options; three of four should", topic.ID, all, len(topic.Questions))
		}
	}
}

func TestNoQuestionIsThereTwice(t *testing.T) {
	words := func(q *Question) map[string]bool {
		out := map[string]bool{}
		for w := range strings.FieldsSeq(normal(q.Plain)) {
			if len(w) > 3 {
				out[w] = true
			}
		}
		return out
	}
	all := theBank(t).Questions
	for i, a := range all {
		for _, b := range all[:i] {
			wa, wb := words(a), words(b)
			both := 0
			for w := range wa {
				if wb[w] {
					both++
				}
			}
			if either := len(wa) + len(wb) - both; either > 0 && 10*both >= 7*either {
				t.Errorf("%s and %s ask nearly the same: %q, %q", b.ID, a.ID, b.Plain, a.Plain)
			}
		}
	}
}

// pair is a strong and a weak candidate's answer to one question.
type pair struct {
	Question string `yaml:"question"`
	Strong   string `yaml:"strong"`
	Weak     string `yaml:"weak"`
}

func pairs(t *testing.T) []pair {
	t.Helper()
	files, err := fs.Glob(os.DirFS("testdata"), "answers-*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var all []pair
	for _, f := range files {
		src, err := os.ReadFile("testdata/" + f)
		if err != nil {
			t.Fatal(err)
		}
		var some []pair
		if err := yaml.UnmarshalWithOptions(src, &some, yaml.Strict()); err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		all = append(all, some...)
	}
	return all
}

func TestStrongAnswersRankAboveWeakOnes(t *testing.T) {
	b := theBank(t)
	if n := len(pairs(t)); n < 20 {
		t.Errorf("%d pairs; 20 are the least", n)
	}
	for _, p := range pairs(t) {
		q, ok := b.Question(p.Question)
		if !ok {
			t.Errorf("no question %q", p.Question)
			continue
		}
		strong, weak := q.Grade(p.Strong), q.Grade(p.Weak)
		if strong.Score() <= weak.Score() {
			t.Errorf("%s: the strong answer has %s, the weak one %s", q.ID, told(strong), told(weak))
		}
	}
}

func told(g Graded) string {
	return fmt.Sprintf("%d points of %d and %d flags", g.Met(), len(g.Points), len(g.Flags))
}
