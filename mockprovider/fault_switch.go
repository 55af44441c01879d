package mockprovider

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"sync/atomic"

	"claimcheck/mockprovider/trace"
)

// maxFaultsOn is how many switches can be on at once.
const maxFaultsOn = 256

// A FaultSwitch says that a fault is on, for whom, and how often.
type FaultSwitch struct {
	// Name is that of one of [Faults].
	Name string `json:"name"`
	// Client is the ID of the one client that is concerned. Empty means all.
	Client string `json:"client,omitempty"`
	// Times is how often the fault acts before it is off again. Zero means until
	// somebody switches it off.
	Times int `json:"times,omitempty"`
}

// faults is which faults are on. It is safe for concurrent use.
type faults struct {
	// any says without the lock that there is something to look for.
	any atomic.Bool

	mu    sync.Mutex
	on    []FaultSwitch
	acted map[string]int
	// next are the keys that tokens of a rotation fault are signed with, and
	// published those of them that the JWK Set has by now.
	next      map[string]*SigningKey
	published bool
}

// FaultsOn lists what is on, in the order in which it was switched on. Times is
// how often it acts yet.
func (p *Provider) FaultsOn() []FaultSwitch {
	p.faults.mu.Lock()
	defer p.faults.mu.Unlock()
	return slices.Clone(p.faults.on)
}

// SetFault switches a fault on, in the place of the same fault for the same
// client. It returns an error for an unknown fault or client, and where the fault
// can't be on as it is asked for.
func (p *Provider) SetFault(s FaultSwitch) error {
	d := deviationNamed(s.Name)
	switch {
	case d == nil:
		return fmt.Errorf("fault %q is none of this provider's", s.Name)
	case s.Times < 0:
		return errors.New("a fault can't act fewer than no times")
	case s.Client != "" && p.Client(s.Client) == nil:
		return fmt.Errorf("client %q is not registered", s.Client)
	case s.Client != "" && d.NoClient:
		return fmt.Errorf("fault %q can't be on for one client: its answer goes out before anybody knows the client", s.Name)
	case d.NeedsHTTPS && p.issuer.Scheme != "https":
		return fmt.Errorf("fault %q needs an https issuer", s.Name)
	}
	f := &p.faults
	f.mu.Lock()
	defer f.mu.Unlock()
	on := slices.DeleteFunc(slices.Clone(f.on), func(o FaultSwitch) bool { return o.Name == s.Name && o.Client == s.Client })
	if len(on) >= maxFaultsOn {
		return fmt.Errorf("%d faults are on: switch one off first", maxFaultsOn)
	}
	on = append(on, s)
	f.on, f.next, f.published = on, nil, false
	f.any.Store(true)
	return nil
}

// ClearFault switches a fault off, for every client. Empty means all faults.
func (p *Provider) ClearFault(name string) {
	f := &p.faults
	f.mu.Lock()
	defer f.mu.Unlock()
	f.on = slices.DeleteFunc(slices.Clone(f.on), func(o FaultSwitch) bool { return name == "" || o.Name == name })
	f.next, f.published = nil, false
	f.any.Store(len(f.on) > 0)
}

// FaultsActed is how often each fault has acted since the provider began.
func (p *Provider) FaultsActed() map[string]int {
	p.faults.mu.Lock()
	defer p.faults.mu.Unlock()
	out := make(map[string]int, len(p.faults.acted))
	maps.Copy(out, p.faults.acted)
	return out
}

// TakeFault asks whether the fault of this name is on for the client, and counts
// it as acted. The answer that is written to w then says so in its header; w may
// be nil. An API asks for the faults of its group; the provider asks itself.
func (p *Provider) TakeFault(w http.ResponseWriter, client, name string) bool {
	if !p.faults.any.Load() || !p.faults.take(client, name) {
		return false
	}
	if w != nil {
		w.Header().Add(trace.HeaderFault, name)
	}
	return true
}

func (f *faults) take(client, name string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	i := slices.IndexFunc(f.on, func(s FaultSwitch) bool { return s.Name == name && (s.Client == "" || s.Client == client) })
	if i < 0 {
		return false
	}
	if f.acted == nil {
		f.acted = make(map[string]int)
	}
	f.acted[name]++
	switch f.on[i].Times {
	case 0:
	case 1:
		f.on = slices.Delete(slices.Clone(f.on), i, i+1)
		f.any.Store(len(f.on) > 0)
	default:
		f.on[i].Times--
	}
	return true
}

// faultsAt takes every fault that is on for the client and that fits. Nearly
// always that is none, and costs one look at a flag.
func (p *Provider) faultsAt(w http.ResponseWriter, client string, fits func(*deviation) bool) []*deviation {
	if !p.faults.any.Load() {
		return nil
	}
	var out []*deviation
	for _, s := range p.FaultsOn() {
		if s.Client != "" && s.Client != client {
			continue
		}
		if d := deviationNamed(s.Name); fits(d) && !slices.Contains(out, d) && p.TakeFault(w, client, s.Name) {
			out = append(out, d)
		}
	}
	return out
}

// answersInstead lets a fault answer in the stead of the endpoint at this path.
func (p *Provider) answersInstead(w http.ResponseWriter, r *http.Request, at, client string, refresh bool) bool {
	for _, d := range p.faultsAt(w, client, func(d *deviation) bool { return d.instead != nil && d.at == at && (refresh || !d.refresh) }) {
		d.instead(p, w, r)
		return true
	}
	return false
}

// faultNames are the faults that the pages warn of.
func (p *Provider) faultNames() []string {
	if !p.faults.any.Load() {
		return nil
	}
	var out []string
	for _, s := range p.FaultsOn() {
		if !slices.Contains(out, s.Name) {
			out = append(out, s.Name)
		}
	}
	return out
}

// nextKey is a key that is in no JWK Set. A rotation fault signs with it, and may
// publish it from then on.
func (p *Provider) nextKey(alg string, publish bool) (*SigningKey, error) {
	f := &p.faults
	f.mu.Lock()
	defer f.mu.Unlock()
	f.published = f.published || publish
	if key := f.next[alg]; key != nil {
		return key, nil
	}
	key, err := generate(alg)
	if err != nil {
		return nil, err
	}
	if f.next == nil {
		f.next = make(map[string]*SigningKey)
	}
	f.next[alg] = key
	return key, nil
}

// publishedNext are the keys of a rotation fault that the JWK Set has by now.
func (p *Provider) publishedNext() []*SigningKey {
	f := &p.faults
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.published {
		return nil
	}
	var out []*SigningKey
	for _, alg := range p.keys.algs {
		if key := f.next[alg]; key != nil {
			out = append(out, key)
		}
	}
	return out
}

// elsewhere is an address that belongs to nobody (RFC 2606), for answers that
// lead astray.
func elsewhere(path string) string {
	return (&url.URL{Scheme: "https", Host: "attacker.example", Path: path}).String()
}
