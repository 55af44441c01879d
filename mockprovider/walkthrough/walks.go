package walkthrough

import (
	"net/url"
	"sync"

	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
)

// maxWalks bounds what is remembered beside the lab's runs.
const maxWalks = 512

// Walks are the walks of all learners, by their runs. It is safe for concurrent
// use.
type Walks struct {
	flows []*Flow

	mu   sync.Mutex
	byID map[string]*Walk
}

// NewWalks returns the walks of these flows.
func NewWalks(flows ...*Flow) *Walks { return &Walks{flows: flows, byID: map[string]*Walk{}} }

// Flows are the flows that can be walked, in the order of the map.
func (ws *Walks) Flows() []*Flow { return ws.flows }

// Flow finds a flow by its ID.
func (ws *Walks) Flow(id string) (*Flow, bool) {
	for _, f := range ws.flows {
		if f.ID == id {
			return f, true
		}
	}
	return nil, false
}

// Start begins a walk in the lab: a new run, with a browser of its own.
func (ws *Walks) Start(l *lab.Lab, v *Variant, guided bool) (*Walk, error) {
	w := newWalk(v)
	cfg := lab.RunConfig{PKCE: v.PKCE(), Scope: lab.ScopeStepsRead}
	if w.script.config != nil {
		cfg = w.script.config(v)
	}
	cfg.Client, cfg.Guided = v.Client, guided
	cfg.Hold = func(e *trace.Entry) string { return w.hold(e) }
	cfg.Page = func(run string) string { return "/flows/" + v.flow.ID + "?run=" + url.QueryEscape(run) }
	run, err := l.NewRun(cfg)
	if err != nil {
		return nil, err
	}
	w.run = run
	ws.mu.Lock()
	defer ws.mu.Unlock()
	if len(ws.byID) >= maxWalks {
		for id, old := range ws.byID {
			if _, alive := old.run.Lab().Run(id); !alive {
				delete(ws.byID, id)
			}
		}
	}
	ws.byID[run.ID()] = w
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
