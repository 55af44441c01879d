package trace

import (
	"context"
	"slices"
	"sync"

	"claimcheck/playground"
)

type ctxKey int

const (
	keyReport ctxKey = iota
	keySender
	keyCall
)

// A Sender is who sent a message and in which run, as far as the receiver can
// tell.
type Sender struct {
	From    Party
	Channel Channel
	Via     string
	Run     string
	Step    string
	Attempt int
}

// report collects what the receiver finds while it works on a message.
type report struct {
	id, pages string // see [ID] and [Page]

	recorder *Recorder // see [Sent]
	party    Party     // the receiver

	mu   sync.Mutex
	rows Findings
}

// Report adds the rows of a list of rules that the receiver of the message in
// ctx ran. It does nothing where nobody records.
func Report(ctx context.Context, rows []playground.Finding) {
	if r, ok := ctx.Value(keyReport).(*report); ok {
		r.mu.Lock()
		if r.rows == nil {
			r.rows = Keep(rows)
		} else {
			r.rows = r.rows.and(rows)
		}
		r.mu.Unlock()
	}
}

func (r *report) findings() Findings {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clip(r.rows) // what is reported later goes elsewhere
}

// SenderFrom returns who sent the message that is being worked on in ctx.
func SenderFrom(ctx context.Context) (Sender, bool) {
	if s, ok := ctx.Value(keySender).(*Sender); ok {
		return *s, true
	}
	return Sender{}, false
}

// WithSender returns a ctx for work that belongs to s, also where no message
// arrived: what a run does by itself is journaled and seeded like the rest.
func WithSender(ctx context.Context, s Sender) context.Context {
	return context.WithValue(ctx, keySender, &s)
}

// RunID is the run that the work in ctx belongs to, empty if none.
func RunID(ctx context.Context) string {
	if s, ok := ctx.Value(keySender).(*Sender); ok {
		return s.Run
	}
	return ""
}

// A Call is one message that a party of the lab sends. The transport hands it
// to the receiver's recorder, which fills in the entry.
type Call struct {
	Sender

	mu    sync.Mutex
	log   *Log
	entry *Entry
}

// Entry is what the receiver recorded, nil if the message never arrived.
func (c *Call) Entry() *Entry {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.entry == nil {
		return nil
	}
	if e, ok := c.log.Entry(c.entry.Seq); ok {
		return e // with the findings that were added since
	}
	return c.entry
}

func (c *Call) recorded(l *Log, e *Entry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.log, c.entry = l, e
}

// WithCall returns a ctx for sending one message. See [Wire.Transport].
func WithCall(ctx context.Context, c *Call) context.Context {
	return context.WithValue(ctx, keyCall, c)
}

// ReportResponse adds the rows of the rules that the sender in ctx ran on the
// answer to its message. It does nothing where nobody recorded that message.
func ReportResponse(ctx context.Context, rows []playground.Finding) {
	c, ok := ctx.Value(keyCall).(*Call)
	if !ok {
		return
	}
	c.mu.Lock()
	l, e := c.log, c.entry
	c.mu.Unlock()
	if e != nil {
		l.Answered(e.Seq, rows)
	}
}
