package walkthrough

import (
	"cmp"
	"maps"
	"net/url"
	"slices"
	"sync"

	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
)

// maxWalks is how many walks are remembered beside the lab's runs. Those whose run
// is gone go first, then the one that was begun first.
const maxWalks = 512

// Walks are the walks of all learners, by their runs. It is safe for concurrent
// use.
type Walks struct {
	flows, attacks []*Flow

	// studying has a place for each attack, full while it is studied.
	studying map[string]chan struct{}

	mu      sync.Mutex
	byID    map[string]*Walk
	started int
	studies map[string]*Study // by attack
}

// NewWalks returns the walks of these flows and attacks.
func NewWalks(flows ...*Flow) *Walks {
	ws := &Walks{byID: map[string]*Walk{}, studies: map[string]*Study{}, studying: map[string]chan struct{}{}}
	for _, f := range flows {
		if f.Attack != nil {
			ws.attacks = append(ws.attacks, f)
			ws.studying[f.ID] = make(chan struct{}, 1)
		} else {
			ws.flows = append(ws.flows, f)
		}
	}
	return ws
}

// Flows are the flows that can be walked, in the order of the map.
func (ws *Walks) Flows() []*Flow { return ws.flows }

// Attacks are the attacks that can be walked, in the order of their list.
func (ws *Walks) Attacks() []*Flow { return ws.attacks }

// Flow finds a flow or an attack by its ID.
func (ws *Walks) Flow(id string) (*Flow, bool) {
	for _, f := range slices.Concat(ws.flows, ws.attacks) {
		if f.ID == id {
			return f, true
		}
	}
	return nil, false
}

// Start begins a walk in the lab: a new run, with a browser of its own.
func (ws *Walks) Start(l *lab.Lab, v *Variant, guided bool) (*Walk, error) {
	w, err := begin(l, v, guided)
	if err != nil {
		return nil, err
	}
	ws.add(w)
	return w, nil
}

// add lets a walk be found by its run.
func (ws *Walks) add(w *Walk) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	if len(ws.byID) >= maxWalks {
		for id, old := range ws.byID {
			if _, alive := old.run.Lab().Run(id); !alive {
				delete(ws.byID, id)
			}
		}
	}
	if len(ws.byID) >= maxWalks {
		oldest := slices.MinFunc(slices.Collect(maps.Values(ws.byID)), func(a, b *Walk) int { return cmp.Compare(a.n, b.n) })
		delete(ws.byID, oldest.run.ID())
	}
	ws.started++
	w.n = ws.started
	ws.byID[w.run.ID()] = w
}

// begin begins a walk that nobody has to find again.
func begin(l *lab.Lab, v *Variant, guided bool) (*Walk, error) {
	w := newWalk(v)
	cfg := lab.RunConfig{PKCE: v.PKCE(), Scope: lab.ScopeStepsRead}
	if w.script.config != nil {
		cfg = w.script.config(v)
	}
	cfg.Client, cfg.Guided, cfg.Flow = v.Client, guided, v.flow.ID
	cfg.Hold = func(e *trace.Entry) string { return w.hold(e) }
	cfg.Page = func(run string) string { return v.flow.Path() + "?run=" + url.QueryEscape(run) }
	run, err := l.NewRun(cfg)
	if err != nil {
		return nil, err
	}
	w.run = run
	return w, nil
}

// Get returns the walk of a run, if both are (still) there.
func (ws *Walks) Get(l *lab.Lab, run string) (*Walk, bool) {
	ws.mu.Lock()
	w, ok := ws.byID[run]
	ws.mu.Unlock()
	if !ok {
		return nil, false
	}
	if r, alive := l.Run(run); !alive || r != w.run {
		return nil, false
	}
	return w, true
}
