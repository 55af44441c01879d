package main

import (
	"encoding/csv"
	"encoding/json"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"claimcheck/lessons"
	"claimcheck/lessons/questions"
)

// A practiceLearner practises on a server whose process clock the test moves.
type practiceLearner struct {
	*site
	t     *testing.T
	who   string
	ahead *atomic.Int64 // seconds after noon
}

func practising(t *testing.T, around ...func(*surroundings)) *practiceLearner {
	t.Helper()
	p := &practiceLearner{t: t, who: somebody, ahead: new(atomic.Int64)}
	noon := time.Date(2026, 3, 28, 12, 0, 0, 0, time.UTC)
	p.site = withSmallBank(t, append(around, func(with *surroundings) {
		with.now = func() time.Time { return noon.Add(time.Duration(p.ahead.Load()) * time.Second) }
	})...)
	return p
}

var stampField = regexp.MustCompile(`name="at" value="([^"]*)"`)

// page is the session as it stands.
func (p *practiceLearner) page() string {
	p.t.Helper()
	a := p.send(p.t, http.MethodGet, sessionPath, "", as(p.who))
	if a.StatusCode != http.StatusOK {
		p.t.Fatalf("GET %s: %d %s", sessionPath, a.StatusCode, a.Header.Get("Location"))
	}
	return a.body
}

// do presses a button of the page as it stands, and returns the page that it leads to.
func (p *practiceLearner) do(act string, fields ...string) string {
	p.t.Helper()
	at := ""
	if m := stampField.FindStringSubmatch(p.page()); m != nil {
		at = m[1]
	}
	return p.doAt(at, act, fields...)
}

func (p *practiceLearner) doAt(at, act string, fields ...string) string {
	p.t.Helper()
	form := url.Values{"at": {at}}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	a := p.send(p.t, http.MethodPost, sessionPath+"/"+act, form.Encode(), as(p.who))
	where, _, _ := strings.Cut(a.Header.Get("Location"), "#")
	if a.StatusCode != http.StatusSeeOther {
		p.t.Fatalf("%s: %d %s", act, a.StatusCode, a.body)
	}
	return p.send(p.t, http.MethodGet, where, "", as(p.who)).body
}

// begin begins a session of this form about these topics.
func (p *practiceLearner) begin(f questions.Form, minutes int, topics ...string) string {
	p.t.Helper()
	body := url.Values{"form": {string(f)}, "minutes": {strconv.Itoa(minutes)}, "topic": topics}.Encode()
	if a := p.send(p.t, http.MethodPost, sessionPath, body, as(p.who)); a.Header.Get("Location") != sessionPath+cardAnchor {
		p.t.Fatalf("begin: %d %s", a.StatusCode, a.Header.Get("Location"))
	}
	return p.page()
}

func (p *practiceLearner) memory(id string) *lessons.Memory {
	st, _ := p.learners.Get(p.who, questions.KeptPrefix+id)
	return st.Memory
}

// tally are the numbers of the front page: due, today, new.
func (p *practiceLearner) tally() string {
	page := p.send(p.t, http.MethodGet, practicePath, "", as(p.who)).body
	var out []string
	for _, m := range regexp.MustCompile(`<dd>(\d+)`).FindAllStringSubmatch(page, -1) {
		out = append(out, m[1])
	}
	return strings.Join(out, " ")
}

func TestPracticeCards(t *testing.T) {
	p := practising(t)
	page := p.begin(questions.Cards, 5, "jwt")
	if !strings.Contains(page, "What is the answer to jwt-1?") || strings.Contains(page, "The short answer") || strings.Contains(page, `name="rating"`) {
		t.Fatal("it does not begin with the question alone")
	}
	if page = p.do("rate", "rating", "3"); p.memory("jwt-1") != nil || strings.Contains(page, "jwt-2?") {
		t.Fatal("an answer that was not shown can be rated")
	}
	page = p.do("show")
	for _, want := range []string{"The short answer of jwt-1", "It bounds the harm of theft.", "in 1 minute<", "in 10 minutes<"} {
		if !strings.Contains(page, want) {
			t.Errorf("the answer has no %q", want)
		}
	}
	page = p.do("rate", "rating", "3")
	if m := p.memory("jwt-1"); m == nil || m.Rating != 3 || m.Due-m.Last != 600 {
		t.Errorf("remembered: %+v", m)
	}
	if !strings.Contains(page, "What is the answer to jwt-2?") {
		t.Error("it does not go on")
	}
	p.do("show")
	if page = p.do("rate", "rating", "4"); !strings.Contains(page, "That was 2 questions") || !strings.Contains(page, "1&nbsp;×&nbsp;Good, 1&nbsp;×&nbsp;Easy") {
		t.Error("the end does not say what came of it")
	}
}

// A form that is sent twice, or with nonsense, changes nothing more.
func TestPracticeIsDoneOnce(t *testing.T) {
	p := practising(t)
	p.begin(questions.Cards, 5, "jwt")
	at := stampField.FindStringSubmatch(p.do("show"))[1]
	p.doAt(at, "rate", "rating", "3")
	p.doAt(at, "rate", "rating", "1")
	p.doAt(at, "undo")
	if m := p.memory("jwt-1"); m == nil || m.Reps != 1 || m.Rating != 3 {
		t.Errorf("sent twice: %+v", m)
	}
	p.do("show")
	for _, nonsense := range []string{"0", "5", "-1", "x", ""} {
		p.do("rate", "rating", nonsense)
	}
	if m := p.memory("jwt-2"); m != nil {
		t.Errorf("nonsense is remembered: %+v", m)
	}
	if a := p.send(t, http.MethodPost, sessionPath+"/dance", "at=1.1", as(p.who)); a.StatusCode != http.StatusNotFound {
		t.Errorf("an unknown button: %d", a.StatusCode)
	}
}

// A rating that came after the session's is not the session's to take back.
func TestPracticeUndoKeepsALaterRating(t *testing.T) {
	p := practising(t)
	p.begin(questions.Cards, 5, "jwt")
	p.do("show")
	p.do("rate", "rating", "4")
	p.learners.Update(p.who, questions.KeptPrefix+"jwt-1", func(st *lessons.State) {
		st.Memory = questions.Rate(st.Memory, questions.Again, p.now()) // as the report of an interview does
	})
	p.do("undo")
	if m := p.memory("jwt-1"); m == nil || m.Reps != 2 || m.Rating != int8(questions.Again) {
		t.Errorf("after the undo: %+v", m)
	}
	if page := p.page(); !strings.Contains(page, "jwt-2?") {
		t.Error("the session went back without its rating")
	}
}

func TestPracticeUndo(t *testing.T) {
	p := practising(t)
	p.begin(questions.Cards, 5, "jwt")
	p.do("show")
	p.do("rate", "rating", "1")
	page := p.do("undo")
	if p.memory("jwt-1") != nil || !strings.Contains(page, "jwt-1?") || !strings.Contains(page, `name="rating"`) || !strings.Contains(page, "of 2<") {
		t.Errorf("the rating was not taken back: %+v", p.memory("jwt-1"))
	}
	p.do("rate", "rating", "1")
	for range 2 { // jwt-2, and jwt-1 again
		p.do("show")
		page = p.do("rate", "rating", "3")
	}
	if m := p.memory("jwt-1"); !strings.Contains(page, "That was 2 questions") || m.Reps != 2 {
		t.Fatalf("what was not known did not come again: %+v", m)
	}
	p.do("undo")
	if m := p.memory("jwt-1"); m.Reps != 1 || m.Rating != 1 {
		t.Errorf("the second rating was not taken back: %+v", m)
	}
	p.do("undo")
	if page = p.do("undo"); !strings.Contains(page, "no way back") || p.memory("jwt-1").Reps != 1 {
		t.Error("it does not say that there is no way back")
	}
}

// What is due is so by the clock of the process, not by the one of a lab.
func TestPracticeDue(t *testing.T) {
	p := practising(t)
	if got := p.tally(); got != "0 0 6" {
		t.Errorf("at first: %s", got)
	}
	p.begin(questions.Cards, 5, "jwt")
	p.do("show")
	p.do("rate", "rating", "3") // for ten minutes
	p.do("show")
	p.do("rate", "rating", "4") // for days
	p.send(t, http.MethodPost, "/lab/clock", "by=1h", as(p.who))
	for _, tc := range []struct {
		after time.Duration
		want  string
	}{{0, "0 2 4"}, {10*time.Minute - time.Second, "0 2 4"}, {10 * time.Minute, "1 2 4"}, {12 * time.Hour, "1 0 4"}, {60 * 24 * time.Hour, "2 0 4"}, {-time.Hour, "0 2 4"}} {
		p.ahead.Store(int64(tc.after / time.Second))
		if got := p.tally(); got != tc.want {
			t.Errorf("after %v: due, today, new are %s, want %s", tc.after, got, tc.want)
		}
	}
	p.ahead.Store(int64(20 * time.Minute / time.Second))
	if page := p.begin(questions.Cards, 5); !strings.Contains(page, "of 4<") {
		t.Error("five minutes are not full")
	}
	if st, _ := p.learners.Get(p.who, questions.SessionPath); !strings.Contains(strings.Join(st.Answers["row"], " "), "jwt-1") || strings.Contains(strings.Join(st.Answers["row"], " "), "jwt-2") {
		t.Errorf("what is due is not asked, or what is not: %v", st.Answers["row"])
	}
}

func TestPracticeQuiz(t *testing.T) {
	p := practising(t)
	page := p.begin(questions.Quiz, 5, "oauth")
	if strings.Contains(page, "This is why it is right.") {
		t.Fatal("the reasons come before the answer")
	}
	q, _ := p.bank.Question("oauth-1")
	ses, _ := p.learners.Get(p.who, questions.SessionPath)
	order := q.Order(ses.Answers.Get("seed"))
	at := func(option int) string {
		for place, o := range order {
			if o == option {
				return strconv.Itoa(place)
			}
		}
		return ""
	}
	if page = p.do("choose", "option", "7"); strings.Contains(page, "This is why") {
		t.Error("an option that there is not is taken")
	}
	page = p.do("choose", "option", at(1))
	for _, want := range []string{"This is why it is right.", "wrong because of this", "wrong because of that", "misconceptions#m7", "It counts as Again", "your answer"} {
		if !strings.Contains(page, want) {
			t.Errorf("after a wrong answer there is no %q", want)
		}
	}
	st, _ := p.learners.Get(p.who, questions.KeptPrefix+"oauth-1")
	if st.Memory.Rating != 1 || st.Answers.Get(questions.AnswerWrong) != "M7" {
		t.Errorf("%+v %v", st.Memory, st.Answers)
	}
	page = p.do("undo")
	if p.memory("oauth-1") != nil || strings.Contains(page, "This is why") {
		t.Error("the answer was not taken back")
	}
	if page = p.do("choose", "option", at(0)); !strings.Contains(page, "It counts as Good") {
		t.Error("the right answer is not")
	}
	if page = p.do("next"); !strings.Contains(page, "oauth-2?") {
		t.Error("it does not go on")
	}
}

// A session survives a restart.
func TestPracticeSessionIsKept(t *testing.T) {
	file := filepath.Join(t.TempDir(), keptFile)
	s := start(t, keepIn(file))
	p := &practiceLearner{site: s, t: t, who: somebody}
	p.begin(questions.Cards, 15)
	p.do("show")
	p.do("rate", "rating", "3")
	p.do("show")
	before := p.page()
	s.stop()
	<-s.ended
	p.site = start(t, keepIn(file))
	if after := p.page(); heading(after) != heading(before) || !strings.Contains(after, `name="rating"`) {
		t.Errorf("%q, and before the restart %q", heading(after), heading(before))
	}
}

func heading(page string) string {
	return regexp.MustCompile(`(?s)<h1.*?</h1>`).FindString(page)
}

// Cards go from one browser to another in a file, without those that the bank does not have.
func TestPracticeExportImport(t *testing.T) {
	p := practising(t)
	p.begin(questions.Cards, 5, "jwt")
	p.do("show")
	p.do("rate", "rating", "3")
	var file lessons.Transfer
	if err := json.Unmarshal([]byte(p.export(t, p.who)), &file); err != nil {
		t.Fatal(err)
	}
	file.Exercises["/practice/gone"] = file.Exercises["/practice/jwt-1"]
	raw, err := json.Marshal(file)
	if err != nil {
		t.Fatal(err)
	}
	a := p.upload(t, string(raw), as(other))
	if got := a.Header.Get("Location"); a.StatusCode != http.StatusSeeOther || !strings.Contains(got, "left=1") {
		t.Fatalf("%d %s", a.StatusCode, got)
	}
	was := *p.memory("jwt-1")
	p.who = other
	if m := p.memory("jwt-1"); m == nil || m.Due != was.Due || m.Stability != was.Stability {
		t.Errorf("imported %+v, want %+v", m, was)
	}
	if page := p.page(); !strings.Contains(page, "jwt-2?") {
		t.Error("the session did not come along")
	}
	page := p.send(t, http.MethodGet, progressPath, "", as(other)).body
	if !strings.Contains(page, "1 question answered") || !strings.Contains(page, "of=practice") {
		t.Error("the page of the progress does not name the practice")
	}
	p.send(t, http.MethodPost, progressPath+"/reset", "of=practice", as(other))
	if p.memory("jwt-1") != nil || p.tally() != "0 0 6" {
		t.Error("it was not started over")
	}
	p.send(t, http.MethodPost, progressPath+"/undo", "do=undo", as(other))
	if p.memory("jwt-1") == nil {
		t.Error("it was not taken back")
	}
}

func TestPracticeEndsEarly(t *testing.T) {
	p := practising(t)
	p.begin(questions.Cards, 30)
	p.do("show")
	p.do("rate", "rating", "2")
	if page := p.do("end"); !strings.Contains(page, "That was 1 question<") {
		t.Error("the end does not count what was asked")
	}
	p.begin(questions.Cards, 30)
	if page := p.do("end"); !strings.Contains(page, "<h1>Practice</h1>") {
		t.Error("a session without an answer has a summary")
	}
	if a := p.send(t, http.MethodGet, sessionPath, "", as(p.who)); a.Header.Get("Location") != practicePath {
		t.Errorf("there is still a session: %d", a.StatusCode)
	}
	a := p.send(t, http.MethodPost, sessionPath, "form=quiz&level=senior&topic=jwt&minutes=5", as(p.who))
	if page := p.send(t, http.MethodGet, strings.TrimSuffix(a.Header.Get("Location"), "#session"), "").body; !strings.Contains(page, "No question fits") {
		t.Error("a session of no question does not say so")
	}
}

// A written answer is held against the rubric, which says what it is; what the
// learner ticks is kept.
func TestPracticeWriting(t *testing.T) {
	p := practising(t)
	if page := p.begin(questions.Write, 15, "jwt"); !strings.Contains(page, `<textarea id="answer"`) || strings.Contains(page, "The short answer") {
		t.Fatal("there is no place to write, or the answer stands there")
	}
	const said = "A <b>stolen</b> token is short-lived. It is encrypted. Bob asks again."
	page := p.do("check", "answer", said)
	for _, want := range []string{
		"found 2 of 3 points", "It is no judge", "The short answer of jwt-1", "misconceptions#m7",
		"<q>A &lt;b&gt;stolen&lt;/b&gt; token is short-lived.</q>", "<q>It is encrypted.</q>", `value="0" checked`, `value="1">`, `value="2" checked`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("there is no %q", want)
		}
	}
	if strings.Contains(page, said) {
		t.Error("what was written is not escaped")
	}
	if page = p.do("hide"); !strings.Contains(page, "Bob asks again.</textarea>") {
		t.Error("one cannot go on writing")
	}
	p.do("check", "answer", "Nothing at all.")
	if page = p.page(); !strings.Contains(page, "found 0 of 3 points") || !strings.Contains(page, "It found no red flag.") {
		t.Error("another answer is not compared anew")
	}
	p.do("rate", "rating", "2", "tick", "1", "tick", "9", "tick", "1")
	st, _ := p.learners.Get(p.who, questions.KeptPrefix+"jwt-1")
	if got := strings.Join(st.Answers[questions.AnswerTicks], " "); got != "1" || st.Memory.Rating != 2 || st.Answers.Get(questions.AnswerText) != "Nothing at all." {
		t.Errorf("kept: ticks %q, %v, %+v", got, st.Answers, st.Memory)
	}
	p.do("check", "answer", strings.Repeat("é", maxWritten))
	if page = p.page(); !strings.Contains(page, "found 0 of 3 points") || strings.Contains(page, "\ufffd") {
		t.Error("a long answer is not cut where a letter ends")
	}
}

func TestPracticeSpeaking(t *testing.T) {
	p := practising(t)
	if page := p.begin(questions.Speak, 15, "jwt"); !strings.Contains(page, "<speak-timer>") || strings.Contains(page, "The short answer") {
		t.Fatal("there is no timer, or the answer stands there")
	}
	if page := p.do("show"); strings.Count(page, `name="tick"`) != 3 || strings.Contains(page, " checked") {
		t.Error("the rubric is not there to be ticked")
	}
	p.do("rate", "rating", "3", "tick", "0", "tick", "2")
	st, _ := p.learners.Get(p.who, questions.KeptPrefix+"jwt-1")
	if got := strings.Join(st.Answers[questions.AnswerTicks], " "); got != "0 2" {
		t.Errorf("ticked %q", got)
	}
}

// What went badly shows with its lesson, and can be practised.
func TestPracticeWeakSpots(t *testing.T) {
	p := practising(t)
	weak := func() string { return p.send(t, http.MethodGet, weakPath, "", as(p.who)).body }
	if !strings.Contains(weak(), "You have answered nothing yet.") {
		t.Error("at first it is not empty")
	}
	p.begin(questions.Write, 5, "jwt")
	p.do("check", "answer", "It is encrypted.")
	p.do("rate", "rating", "1")
	page := weak()
	for _, want := range []string{"What you seem to believe", "<q>It is encrypted.</q>", `name="belief" value="M7"`, "/learn/misconceptions#m7", "/learn/jwt/revocation"} {
		if !strings.Contains(page, want) {
			t.Errorf("there is no %q", want)
		}
	}
	body := url.Values{"belief": {"M8"}, "minutes": {"15"}}.Encode()
	p.send(t, http.MethodPost, sessionPath, body, as(p.who))
	if page := p.page(); !strings.Contains(page, "of 5<") { // all but jwt-2, which has no options
		t.Errorf("the session about M8 is %s", heading(page))
	}
	if a := p.send(t, http.MethodPost, sessionPath, "belief=M999&minutes=5", as(p.who)); !strings.Contains(a.Header.Get("Location"), "none=1") {
		t.Errorf("a session about nothing: %s", a.Header.Get("Location"))
	}
}

func TestPracticeAnki(t *testing.T) {
	s := withSmallBank(t)
	a := s.send(t, http.MethodGet, ankiPath, "")
	if a.StatusCode != http.StatusOK || !strings.HasPrefix(a.Header.Get("Content-Type"), "text/tab-separated-values") || !strings.Contains(a.Header.Get("Content-Disposition"), ".tsv") {
		t.Fatalf("%d %s %s", a.StatusCode, a.Header.Get("Content-Type"), a.Header.Get("Content-Disposition"))
	}
	r := csv.NewReader(strings.NewReader(a.body))
	r.Comma, r.Comment = '\t', '#'
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != len(s.bank.Questions) {
		t.Fatalf("%d notes for %d questions", len(rows), len(s.bank.Questions))
	}
	for i, q := range s.bank.Questions {
		row := rows[i]
		if len(row) != 3 || row[0] != string(q.Ask) || !strings.Contains(row[1], "The short answer of "+q.ID) || row[2] != "claimcheck claimcheck::"+q.Topic.ID+" claimcheck::"+string(q.Level) || strings.Contains(row[1], "<a ") {
			t.Errorf("%s: %q", q.ID, row)
		}
	}
}
