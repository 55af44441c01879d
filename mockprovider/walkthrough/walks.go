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
	flow *Flow

	mu   sync.Mutex
	byID map[string]*Walk
}

// NewWalks returns the walks of a flow.
func NewWalks(f *Flow) *Walks { return &Walks{flow: f, byID: map[string]*Walk{}} }

// Flow is the flow that they walk.
func (ws *Walks) Flow() *Flow { return ws.flow }

// Start begins a walk in the lab: a new run, with a browser of its own.
func (ws *Walks) Start(l *lab.Lab, v Variant, guided bool) (*Walk, error) {
	w := newWalk(ws.flow, v)
	run, err := l.NewRun(lab.RunConfig{
		Client: v.Client, PKCE: v.PKCE, Guided: guided, Scope: lab.ScopeStepsRead,
		Hold: func(e *trace.Entry) string { return w.hold(e) },
		Page: func(run string) string { return "/flows/" + ws.flow.ID + "?run=" + url.QueryEscape(run) },
	})
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
