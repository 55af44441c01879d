package questions

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Form is how a session asks.
type Form string

// The forms.
const (
	Cards Form = "cards" // look, think, turn over, rate
	Quiz  Form = "quiz"  // choose an option; rated by it
	Write Form = "write" // answer in writing, held against the rubric
	Speak Form = "speak" // answer aloud, and tick the rubric oneself
)

// Forms are all of them.
func Forms() []Form { return []Form{Cards, Quiz, Write, Speak} }

// Asks says whether the form can ask this question.
func (f Form) Asks(q *Question) bool { return f != Quiz || q.Choice != nil }

// Takes is how long a question of the level is expected to take.
func (f Form) Takes(l Level) time.Duration {
	seconds := map[Form][3]int{Cards: {60, 75, 90}, Quiz: {45, 60, 60}, Write: {180, 240, 300}, Speak: {120, 180, 210}}[f]
	return time.Duration(seconds[max(rank(l), 0)]) * time.Second
}

// SessionPath is where a learner's session is kept.
const SessionPath = KeptPrefix + "session"

// maxRow is how many questions a session has at most, those that come again included.
const maxRow = 100

// A Session is a row of questions that are asked one after the other. It is a value:
// what changes it makes another one.
type Session struct {
	Form    Form
	Minutes int
	// Seed orders the options of a quiz.
	Seed string
	// Row are the ids in the order of asking. A question that was not known stands
	// in it once more.
	Row []string
	// At is the place of the question that is asked now, len(Row) after the last one.
	At int
	// Rated are the ratings of those before At, and in a quiz that of the one at At
	// once it is answered.
	Rated []Rating
	// Shown says that the answer to the one at At is on the page.
	Shown bool
	// Pick is the option of the bank's order that was chosen, in a quiz that is Shown.
	Pick int
}

// Over says whether all were asked.
func (s Session) Over() bool { return s.At >= len(s.Row) }

// Now is the id of the question that is asked, empty when all were.
func (s Session) Now() string {
	if s.Over() {
		return ""
	}
	return s.Row[s.At]
}

// Stamp tells this moment of the session from others, and from those of another one, so
// that a form that is sent twice does what it says once, and one that an older page
// sends does nothing.
func (s Session) Stamp() string {
	return strings.Join([]string{s.Seed, s.Now(), strconv.Itoa(s.At), strconv.Itoa(len(s.Rated))}, ".")
}

// Show turns the card over.
func (s Session) Show() Session {
	s.Shown = !s.Over()
	return s
}

// Hide turns it back, where it is not rated yet.
func (s Session) Hide() Session {
	s.Shown = s.Shown && len(s.Rated) > s.At
	return s
}

// Rate is the session once the question was rated: it goes on to the next one. In a
// quiz it stays, and shows the reasons, until [Session.Next].
func (s Session) Rate(r Rating) Session {
	id := s.Now()
	if id == "" || len(s.Rated) > s.At {
		return s
	}
	s.Rated = append(slices.Clone(s.Rated), r)
	if r == Again && len(s.Row) < maxRow && !slices.Contains(s.Row[s.At+1:], id) {
		s.Row = append(slices.Clone(s.Row), id)
	}
	if s.Form == Quiz {
		s.Shown = true
		return s
	}
	s.At, s.Shown = s.At+1, false
	return s
}

// Next goes on from a question of a quiz that was answered.
func (s Session) Next() Session {
	if len(s.Rated) > s.At {
		s.At, s.Shown, s.Pick = s.At+1, false, 0
	}
	return s
}

// Back is the session before its last rating, and the question that it was of; empty
// if none was rated.
func (s Session) Back() (before Session, id string) {
	n := len(s.Rated)
	if n == 0 {
		return s, ""
	}
	id = s.Row[n-1]
	if last := len(s.Row) - 1; s.Rated[n-1] == Again && last > n-1 && s.Row[last] == id {
		s.Row = slices.Clone(s.Row[:last])
	}
	s.Rated = slices.Clone(s.Rated[:n-1])
	s.At, s.Shown, s.Pick = n-1, s.Form != Quiz, 0
	return s, id
}

// Left is how long the rest is expected to take.
func (s Session) Left(b *Bank) time.Duration {
	left := time.Duration(0)
	for _, id := range s.Row[min(len(s.Rated), len(s.Row)):] {
		if q, ok := b.Question(id); ok {
			left += s.Form.Takes(q.Level)
		}
	}
	return left
}

// Values are what is kept of the session.
func (s Session) Values() url.Values {
	v := url.Values{
		"form": {string(s.Form)}, "minutes": {strconv.Itoa(s.Minutes)}, "seed": {s.Seed}, "at": {strconv.Itoa(s.At)},
		"row": s.Row,
	}
	for _, r := range s.Rated {
		v.Add("rated", strconv.Itoa(int(r)))
	}
	if s.Shown {
		v.Set("shown", strconv.Itoa(s.Pick))
	}
	return v
}

// ReadSession is the session that [Session.Values] were made of, without questions
// that the bank does not have any more; false where there is none. The values may be
// anybody's.
func ReadSession(v url.Values, b *Bank) (Session, bool) {
	s := Session{Form: Form(v.Get("form")), Seed: v.Get("seed")}
	s.Minutes, _ = strconv.Atoi(v.Get("minutes"))
	at, err := strconv.Atoi(v.Get("at"))
	row, rated := v["row"], v["rated"]
	if err != nil || !slices.Contains(Forms(), s.Form) || len(row) == 0 || len(row) > maxRow || at < 0 || at > len(row) ||
		len(rated) < at || len(rated) > min(at+1, len(row)) || len(rated) > at && s.Form != Quiz {
		return Session{}, false
	}
	for i, id := range row {
		q, ok := b.Question(id)
		if !ok || !s.Form.Asks(q) {
			continue
		}
		if i < at {
			s.At++
		}
		s.Row = append(s.Row, id)
		if i < len(rated) {
			r, _ := strconv.Atoi(rated[i])
			s.Rated = append(s.Rated, min(max(Rating(min(max(r, 0), 9)), Again), Easy))
		}
	}
	pick, err := strconv.Atoi(v.Get("shown"))
	s.Shown = err == nil && !s.Over()
	if q, ok := b.Question(s.Now()); s.Shown && s.Form == Quiz {
		if s.Shown = ok && pick >= 0 && pick < len(q.Choice.Options) && len(s.Rated) > s.At; s.Shown {
			s.Pick = pick
		}
	}
	if len(s.Rated) > s.At && !s.Shown {
		s.At++ // a quiz whose answered question is not there any more
	}
	return s, len(s.Row) > 0
}
