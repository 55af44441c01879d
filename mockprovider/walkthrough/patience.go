package walkthrough

import (
	"time"

	"claimcheck/mockprovider/trace"
)

// patience is how long a learner may read before the clock waits for them. Below
// it nothing needs to be done: a code lives longer.
const patience = 20 * time.Second

// maxIssues bounds the codes whose time is remembered.
const maxIssues = 256

// An issue is when a code was issued: by the lab's clock, and how far that was
// ahead of the wall clock then.
type issue struct {
	at     time.Time
	offset time.Duration
}

// noteCode remembers when a code was issued.
func (w *Walk) noteCode(e *trace.Entry) {
	u := e.Response.Location()
	if e.To.Role != trace.RoleAS || u == nil || u.Query().Get("code") == "" {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.issues) < maxIssues {
		w.issues[u.Query().Get("code")] = issue{e.At, w.run.Lab().Offset()}
	}
}

// waited is for how long the learner of a guided run has been reading since the
// code was issued. What the clock was moved by on purpose does not count.
func (w *Walk) waited() time.Duration {
	u := w.answer()
	if u == nil || !w.run.Guided() {
		return 0
	}
	w.mu.Lock()
	at, ok := w.issues[u.Query().Get("code")]
	w.mu.Unlock()
	if !ok {
		return 0
	}
	l := w.run.Lab()
	moved := l.Offset() - at.offset
	if d := l.Now().Sub(at.at) - moved; d > patience {
		return d
	}
	return 0
}

// whileRead lets the lab's clock wait for the learner: during send it stands
// where it stood when the code was issued, plus what it was moved by on
// purpose. Otherwise every code would have expired by the time that its step
// has been read. The log says so.
func (w *Walk) whileRead(send func() (*trace.Entry, error)) (*trace.Entry, error) {
	d := w.waited()
	if d == 0 {
		return send()
	}
	w.run.Mark("clock_waited", "The clock waited while you read, for "+d.Round(time.Second).String()+".", nil)
	w.run.Advance(-d)
	defer w.run.Advance(d)
	return send()
}
