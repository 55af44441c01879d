package walkthrough

import (
	"slices"
	"sync"

	"claimcheck/mockprovider/trace"
)

// A reading is what a run's log said at one moment, read once: a page asks of
// every step, in many ways, what came of it.
type reading struct {
	version int64          // of the log
	all     []*trace.Entry // of the run, in order
	entries []*trace.Entry // those that no undo took back

	mu      sync.Mutex
	current map[string]*trace.Entry // by sending step, once it was asked for
}

// read returns what the log says now.
func (w *Walk) read() *reading {
	version := w.lab().Log().Version()
	if r := w.last.Load(); r != nil && r.version == version {
		return r
	}
	items := w.items()
	r := &reading{
		version: version, all: trace.Entries(items), entries: trace.Entries(trace.Current(items)),
		current: map[string]*trace.Entry{},
	}
	w.last.Store(r)
	return r
}

// current is the exchange of a sending step that counts now: its last one that
// was not undone, and that came after the step before it. nil if there is none.
func (w *Walk) current(step string) *trace.Entry {
	a := w.script.actions[step]
	if a == nil || !a.sends() {
		return nil
	}
	r := w.read()
	r.mu.Lock()
	e, known := r.current[step]
	r.mu.Unlock()
	if known {
		return e
	}
	e = w.find(r.entries, step)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.current[step] = e
	return e
}

func (w *Walk) find(entries []*trace.Entry, step string) *trace.Entry {
	from := int64(0)
	for _, id := range w.chain(step) {
		a := w.script.actions[id]
		at := slices.IndexFunc(entries, func(e *trace.Entry) bool { return e.Seq > from && w.owns(a, e) })
		if at < 0 {
			if id == step {
				return nil
			}
			continue // AcmeID may skip login or consent for somebody whom it knows
		}
		// In one's own walk the last try of each step counts. An own app may send what
		// looks the same at several steps: its last beginning counts, and then the
		// first of each on the way. A call to an API begins nothing.
		if id == step || w.watch == nil || from == 0 && entries[at].To.Role != trace.RoleRS {
			for i := len(entries) - 1; i > at; i-- {
				if w.owns(a, entries[i]) {
					at = i
					break
				}
			}
		}
		if id == step {
			return entries[at]
		}
		from = entries[at].Seq
	}
	return nil
}
