package walkthrough

import (
	"errors"
	"net/url"
	"strconv"

	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
	"claimcheck/mockprovider/witness"
)

// ErrWatched is returned for whatever a page could do in a walk of its own: here
// somebody else's app sends.
var ErrWatched = errors.New("your app sends here, and this page looks on")

// AnyApp stands for every app that talks to the lab and is not of its cast.
const AnyApp = "*"

// A watch is a walk that an own app takes: what arrived from it, laid on the
// steps of the flow. It keeps nothing; the log is all there is.
type watch struct {
	lab    *lab.Lab
	client string // AnyApp for all
	since  int64  // what counts came after this position
}

func (x *watch) query(v *Variant) url.Values {
	q := url.Values{}
	if v != v.flow.variants[0] {
		q = v.Query()
	}
	q.Set("app", x.client)
	if x.since > 0 {
		q.Set("since", strconv.FormatInt(x.since, 10))
	}
	return q
}

// Watch is a walk whose messages an own app sends, told by its client_id, or all
// of them by AnyApp. Only what came after the position since in the lab's log
// counts. The walk can be read, and nothing can be sent or taken back in it.
func (ws *Walks) Watch(l *lab.Lab, v *Variant, client string, since int64) *Walk {
	w := newWalk(v)
	w.watch = &watch{lab: l, client: client, since: since}
	return w
}

// App is the own app that the walk watches: its client_id, or AnyApp. Empty for a
// walk of one's own.
func (w *Walk) App() string {
	if w.watch == nil {
		return ""
	}
	return w.watch.client
}

// Seen are the app's exchanges that count, in order. It is nil for a walk of
// one's own.
func (w *Walk) Seen() []*trace.Entry {
	if w.watch == nil {
		return nil
	}
	return w.read().entries
}

// Hidden says whether a step's message passes no party of the lab where an own
// app walks: it goes from the browser to the app, or stays inside it.
func (w *Walk) Hidden(step string) bool {
	s, ok := w.v.Step(w.source(step))
	return ok && w.watch != nil && !atParty(s.From) && !atParty(s.To)
}

// Fillable says whether an own app's messages can fill a step of the flow.
func (f *Flow) Fillable() bool {
	if f.Attack != nil { // its requests are Mallory's
		return false
	}
	v := f.variants[0]
	w := &Walk{flow: f, v: v, script: f.script, watch: &watch{}}
	for _, s := range v.steps {
		if w.Sends(s.ID) && !w.Hidden(s.ID) {
			return true
		}
	}
	return false
}

func atParty(p *Party) bool { return p.Role == trace.RoleAS || p.Role == trace.RoleRS }

func (w *Walk) lab() *lab.Lab {
	if w.watch != nil {
		return w.watch.lab
	}
	return w.run.Lab()
}

// items are what the log says of the walk.
func (w *Walk) items() []trace.Item {
	if w.watch == nil {
		return w.run.Items()
	}
	after, _ := w.watch.lab.Log().After(w.watch.since)
	client := w.watch.client
	if client == AnyApp {
		client = ""
	}
	entries := witness.Of(after, client)
	items := make([]trace.Item, len(entries))
	for i, e := range entries {
		items[i] = trace.Item{Seq: e.Seq, Entry: e}
	}
	return items
}
