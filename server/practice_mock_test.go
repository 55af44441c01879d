package main

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"claimcheck/lessons"
	"claimcheck/lessons/questions"
)

// post sends a form as a learner.
func (s *site) post(t *testing.T, path string, form url.Values) answer {
	t.Helper()
	return s.send(t, http.MethodPost, path, form.Encode(), as(somebody))
}

// look opens a page as a learner.
func (s *site) look(t *testing.T, path string) answer {
	t.Helper()
	return s.send(t, http.MethodGet, path, "", as(somebody))
}

// afterField names the interview that a new one comes after.
var afterField = regexp.MustCompile(`name="after" value="([^"]+)"`)

// beginMock starts an interview from its page and returns it.
func (s *site) beginMock(t *testing.T, wish url.Values) *mock {
	t.Helper()
	if m := afterField.FindStringSubmatch(s.look(t, mockPath).body); m != nil {
		wish.Set("after", m[1])
	}
	a := s.post(t, mockPath, wish)
	if a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != mockItem(1) {
		t.Fatalf("%d %s %s", a.StatusCode, a.Header.Get("Location"), a.body)
	}
	return s.mockOf(somebody)
}

// tags are what makes HTML of text.
var tags = regexp.MustCompile(`<[^>]*>`)

// TestMockFromBeginToReport goes through a whole interview by forms alone: the
// answers of our own, a task that the lab judges, a follow-up, a pass, the report.
func TestMockFromBeginToReport(t *testing.T) {
	s := start(t)
	s.look(t, mockPath) // the bank is there now
	m := s.beginMock(t, url.Values{"level": {"mid"}, "minutes": {"15"}, "doing": {"yes"}})
	passed, tasks := "", 0
	for n, slot := range m.Slots {
		path := mockItem(n + 1)
		page := s.look(t, path)
		if page.StatusCode != http.StatusOK || !strings.Contains(page.body, "part "+strconv.Itoa(n+1)+" of") {
			t.Fatalf("%s: %d", path, page.StatusCode)
		}
		switch {
		case slot.Doing:
			tasks++
			if at := s.doTask(t, path, slot); at != path+"#task" {
				t.Errorf("%s: the look at the lab leads to %s", path, at)
			}
			s.post(t, path, url.Values{"do": {"next"}, "text": {"I did it."}})
		case passed == "":
			passed = string(slot.Question.Short)
			s.post(t, path, url.Values{"do": {"skip"}})
		default:
			a := s.post(t, path, url.Values{"do": {"next"}, "text": {tags.ReplaceAllString(string(slot.Question.Long), " ")}})
			if got := a.Header.Get("Location"); got != path+"#answer" {
				t.Errorf("%s: the answer leads to %s, not to the follow-up", path, got)
			}
			if page := s.look(t, path).body; !strings.Contains(page, string(slot.Question.Then[slot.Then].Ask)) {
				t.Errorf("%s: no follow-up", path)
			}
			s.post(t, path, url.Values{"do": {"next"}, "follow": {"It depends."}})
		}
	}
	if tasks != 1 {
		t.Errorf("%d tasks", tasks)
	}
	if s.mockOf(somebody) == nil || !s.mockOf(somebody).Ended {
		t.Error("after the last part the interview goes on")
	}
	if page := s.look(t, progressPath).body; !strings.Contains(page, "0 exercises done") {
		t.Error("the interview counts as an exercise of the course")
	}
	report := s.look(t, mockPath+"/report").body
	for _, want := range []string{"done in the lab", passed, "You passed.", "It depends.", `id="gaps"`} {
		if !strings.Contains(report, want) {
			t.Errorf("the report has no %q", want)
		}
	}
	s.post(t, mockPath+"/report", url.Values{"do": {"cards"}})
	cards := 0
	for path, k := range s.learners.All(somebody) {
		if strings.HasPrefix(path, questions.KeptPrefix) && k.Memory != nil {
			cards++
		}
	}
	if cards == 0 {
		t.Error("the gap of the part that was passed became no card")
	}
}

// doTask asks for a verdict before and after the task is done, and returns where
// the last look led.
func (s *site) doTask(t *testing.T, path string, slot questions.Slot) string {
	t.Helper()
	s.post(t, path, url.Values{"do": {"judge"}})
	if page := s.look(t, path).body; strings.Contains(page, `data-status="pass">done`) {
		t.Fatalf("%s: done before anything was done", path)
	}
	e := slot.Question.Do.Exercise
	b := lessons.NewBench(s.world.Main()).For(lessons.Learner{Local: true, Trail: s.learners.Trail(somebody)})
	vars, err := b.Run(t.Context(), e.Solution.Script)
	if err != nil {
		t.Fatal(err)
	}
	form := url.Values{"do": {"judge"}}
	for name, values := range e.Solution.Answers {
		for _, v := range values {
			for name, value := range vars {
				v = strings.ReplaceAll(v, "${"+name+"}", value)
			}
			form.Add(name, v)
		}
	}
	a := s.post(t, path, form)
	if page := s.look(t, path).body; !strings.Contains(page, `data-status="pass">done`) {
		t.Errorf("%s: %s/%s is not done by its own solution", path, e.Lesson.Slug, e.ID)
	}
	return a.Header.Get("Location")
}

// TestMockTicks: what the checklist missed counts once the candidate ticks it, and
// ticks of no point count nothing.
func TestMockTicks(t *testing.T) {
	s := start(t)
	s.look(t, mockPath)
	m := s.beginMock(t, url.Values{"level": {"junior"}, "minutes": {"15"}})
	of := len(m.Slots[0].Question.Points)
	s.post(t, mockItem(1), url.Values{"do": {"next"}, "text": {"Nothing of it."}})
	got := func() int {
		g, _ := s.given(somebody, s.mockOf(somebody), 1)
		return g.Marked().Got()
	}
	if got() != 0 {
		t.Fatalf("%d points for nothing", got())
	}
	s.post(t, mockPath+"/report", url.Values{"n": {"1"}, "tick": {"0", "1", "99", "x", "-1"}})
	if got() != 2 || of < 3 {
		t.Errorf("two ticks make %d of %d points", got(), of)
	}
	if g, _ := s.given(somebody, s.mockOf(somebody), 1); g.Text != "Nothing of it." {
		t.Errorf("the tick changed the answer to %q", g.Text)
	}
}

// TestMockKeepsWhatWasGiven: who looks at an answered part once more goes on from
// there, and loses nothing by it.
func TestMockKeepsWhatWasGiven(t *testing.T) {
	s := start(t)
	s.look(t, mockPath)
	s.beginMock(t, url.Values{"level": {"junior"}, "minutes": {"15"}})
	s.post(t, mockItem(1), url.Values{"do": {"skip"}})
	s.post(t, mockItem(2), url.Values{"do": {"next"}, "text": {strings.Repeat("é", maxSaid)}})
	s.post(t, mockItem(2), url.Values{"do": {"next"}, "follow": {strings.Repeat("é", maxSaid)}})
	s.post(t, mockPath+"/report", url.Values{"n": {"2"}, "tick": {"1"}})
	for _, n := range []int{1, 2} {
		if to := s.post(t, mockItem(n), url.Values{"do": {"next"}}).Header.Get("Location"); to != mockItem(3) {
			t.Errorf("on from part %d one comes to %s", n, to)
		}
	}
	g, _ := s.given(somebody, s.mockOf(somebody), 2)
	if want := strings.Repeat("é", maxSaid/2); g.Text != want || g.Follow != want || !slices.Equal(g.Ticked, []int{1}) {
		t.Errorf("%d and %d bytes are kept, and the ticks %v", len(g.Text), len(g.Follow), g.Ticked)
	}
	var file strings.Builder
	if err := lessons.NewTransfer(s.learners.All(somebody), s.now()).Write(&file); err != nil {
		t.Fatal(err)
	}
	if _, err := lessons.ReadTransfer([]byte(file.String())); err != nil {
		t.Errorf("the export cannot be read: %v", err)
	}
}

// TestMockAnswersStayWithTheirQuestion: a question that the bank does not have any more
// takes no answer of another one with it.
func TestMockAnswersStayWithTheirQuestion(t *testing.T) {
	s := start(t)
	s.look(t, mockPath)
	m := s.beginMock(t, url.Values{"level": {"junior"}, "minutes": {"15"}})
	s.post(t, mockItem(2), url.Values{"do": {"next"}, "text": {"Of the second one."}})
	s.learners.Update(somebody, mockPlan, func(st *lessons.State) {
		st.Answers = noted(st.Answers, func(plan url.Values) { plan["slot"][0] = "gone" })
	})
	now := s.mockOf(somebody)
	if g, _ := s.given(somebody, now, 1); g.Question != m.Slots[1].Question || g.Text != "Of the second one." {
		t.Errorf("%s has the answer %q", g.Question.ID, g.Text)
	}
}

// TestMockCardsOnce: who asks for the cards twice has forgotten nothing twice.
func TestMockCardsOnce(t *testing.T) {
	s := start(t)
	s.look(t, mockPath)
	m := s.beginMock(t, url.Values{"level": {"junior"}, "minutes": {"15"}})
	for range 2 {
		s.post(t, mockPath+"/report", url.Values{"do": {"cards"}})
	}
	for _, slot := range m.Slots {
		if st, _ := s.learners.Get(somebody, slot.Question.Path()); st.Memory == nil || st.Memory.Reps != 1 {
			t.Errorf("%s: %+v", slot.Question.ID, st.Memory)
		}
	}
}

// TestMockAsksThePlannedFollowUp: the plan says which one; what it cannot say is the
// first one.
func TestMockAsksThePlannedFollowUp(t *testing.T) {
	s := start(t)
	s.look(t, mockPath)
	m := s.beginMock(t, url.Values{"level": {"junior"}, "minutes": {"15"}})
	last := len(m.Slots[0].Question.Then) - 1
	for says, want := range map[string]int{strconv.Itoa(last): last, strconv.Itoa(last + 1): 0, "-1": 0, "x": 0} {
		s.learners.Update(somebody, mockPlan, func(st *lessons.State) {
			if len(st.Answers["then"]) != len(m.Slots) {
				t.Fatalf("the plan has the follow-ups %q for %d parts", st.Answers["then"], len(m.Slots))
			}
			st.Answers = noted(st.Answers, func(plan url.Values) { plan["then"][0] = says })
		})
		if got := s.mockOf(somebody).Slots[0].Then; got != want {
			t.Errorf("%q asks follow-up %d, want %d", says, got, want)
		}
	}
	s.learners.Update(somebody, mockPlan, func(st *lessons.State) {
		st.Answers = noted(st.Answers, func(plan url.Values) { plan.Del("then") })
	})
	if got := s.mockOf(somebody).Slots[1].Then; got != 0 {
		t.Errorf("without a word of the plan it asks follow-up %d", got)
	}
}

func TestMockRefusesWhatItCannotAsk(t *testing.T) {
	s := start(t)
	s.look(t, mockPath)
	for name, wish := range map[string]url.Values{
		"level":  {"level": {"wizard"}, "minutes": {"15"}},
		"length": {"level": {"mid"}, "minutes": {"16"}},
		"empty":  {},
	} {
		if a := s.post(t, mockPath, wish); a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(a.body, "Choose a level and a length.") {
			t.Errorf("%s: %d", name, a.StatusCode)
		}
	}
	if a := s.look(t, mockPath+"/1"); a.Header.Get("Location") != mockPath {
		t.Errorf("a part without an interview: %d", a.StatusCode)
	}
	s.beginMock(t, url.Values{"level": {"mid"}, "minutes": {"15"}})
	for _, n := range []string{"0", "999", "x", "-1"} {
		if a := s.look(t, mockPath+"/"+n); a.StatusCode != http.StatusNotFound {
			t.Errorf("part %s: %d", n, a.StatusCode)
		}
		if a := s.post(t, mockPath+"/report", url.Values{"n": {n}}); a.StatusCode != http.StatusBadRequest {
			t.Errorf("ticks of part %s: %d", n, a.StatusCode)
		}
	}
	if a := s.post(t, mockItem(1), url.Values{"do": {"next"}, "text": {" "}}); a.Header.Get("Location") != mockItem(1)+"?said=nothing#answer" {
		t.Errorf("an empty answer leads to %s", a.Header.Get("Location"))
	}
}

// TestMockComesBack: a new interview takes the place of the old one, which the way
// back of the progress brings again.
func TestMockComesBack(t *testing.T) {
	s := start(t)
	s.look(t, mockPath)
	first := s.beginMock(t, url.Values{"level": {"junior"}, "minutes": {"15"}})
	s.post(t, mockItem(1), url.Values{"do": {"next"}, "text": {"My first answer."}})
	s.post(t, mockItem(1), url.Values{"do": {"next"}, "follow": {"And more."}})
	wish := url.Values{"level": {"senior"}, "minutes": {"30"}}
	second := s.beginMock(t, wish)
	if a := s.post(t, mockPath, wish); a.Header.Get("Location") != mockItem(1) || s.mockOf(somebody).Wish.Seed != second.Wish.Seed {
		t.Errorf("“Begin” pressed twice begins twice, and leads to %s", a.Header.Get("Location"))
	}
	for n := range second.Slots {
		s.post(t, mockItem(n+1), url.Values{"do": {"skip"}})
	}
	if g, _ := s.given(somebody, s.mockOf(somebody), 1); g.Text != "" {
		t.Errorf("the new interview begins with %q", g.Text)
	}
	s.post(t, progressPath+"/undo", nil)
	again := s.mockOf(somebody)
	if g, _ := s.given(somebody, again, 1); again.Wish.Level != questions.Junior || len(again.Slots) != len(first.Slots) || g.Text != "My first answer." {
		t.Errorf("%+v, %q", again.Wish, g.Text)
	}
	if at := s.mockAt(somebody, again); at != 2 {
		t.Errorf("the new interview has answered parts of the old one up to %d", at-1)
	}
}

// TestMockBeginsOnce: the same form sent many times at once begins one interview, so
// that the way back leads to the one before it.
func TestMockBeginsOnce(t *testing.T) {
	s := start(t)
	s.look(t, mockPath)
	first := s.beginMock(t, url.Values{"level": {"junior"}, "minutes": {"15"}})
	s.post(t, mockItem(1), url.Values{"do": {"next"}, "text": {"My first answer."}})
	wish := url.Values{"level": {"senior"}, "minutes": {"30"}, "after": {first.Wish.Seed}}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() { s.post(t, mockPath, wish) })
	}
	all.Wait()
	if now := s.mockOf(somebody); now == nil || now.Wish.Level != questions.Senior {
		t.Fatalf("%+v", now)
	}
	s.post(t, progressPath+"/undo", nil)
	again := s.mockOf(somebody)
	if g, _ := s.given(somebody, again, 1); again.Wish.Seed != first.Wish.Seed || g.Text != "My first answer." {
		t.Errorf("the way back leads to %+v, %q", again.Wish, g.Text)
	}
}

func TestInterviewerSetIsInItsAddress(t *testing.T) {
	s := start(t)
	ask := interviewerPath + "?level=senior&minutes=30&topic=jwt&topic=verify"
	to := s.look(t, ask).Header.Get("Location")
	if !strings.HasPrefix(to, interviewerPath) || !strings.Contains(to, "seed=") || !strings.HasSuffix(to, "#set") {
		t.Fatalf("leads to %q", to)
	}
	to = strings.TrimSuffix(to, "#set")
	one, two := s.look(t, to), s.send(t, http.MethodGet, to, "")
	if one.StatusCode != http.StatusOK || one.body != two.body {
		t.Error("a colleague gets another set by the same address")
	}
	if !strings.Contains(one.body, "Red flags") || !strings.Contains(one.body, "of 4") && !strings.Contains(one.body, "of 5") {
		t.Error("no rubric")
	}
	for _, wrong := range []string{"?level=wizard&minutes=30", "?level=mid&minutes=7", "?level=mid&minutes=30&seed=" + strings.Repeat("x", maxSeed+1)} {
		if a := s.look(t, interviewerPath+wrong); a.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %d", wrong, a.StatusCode)
		}
	}
}
