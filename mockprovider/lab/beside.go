package lab

import (
	"fmt"
	"net/http"
	"strings"
	"sync"

	"claimcheck/mockprovider"
	"claimcheck/mockprovider/drill"
	"claimcheck/mockprovider/trace"
)

// beside is the issuers next to the lab's own: /idp/{lab}~{fault}, each of which
// misbehaves in one way. An app under test changes nothing but its issuer. They
// are made when first asked for, at most one for each fault. One more is
// Mallory's: [PaceID].
type beside struct {
	lab *Lab
	rec *trace.Recorder

	mu        sync.Mutex
	drill     *drill.Drill // the last one that was started
	providers map[string]*mockprovider.Provider
}

func newBeside(l *Lab, rec *trace.Recorder) *beside {
	return &beside{lab: l, rec: rec, providers: map[string]*mockprovider.Provider{}}
}

// besideName is the part of a path after the tilde, empty for the lab's own
// issuer.
func besideName(path string) string {
	_, rest, ok := strings.Cut(path, "/idp/")
	if !ok {
		return ""
	}
	id, _, _ := strings.Cut(rest, "/")
	_, name, _ := strings.Cut(id, mockprovider.IssuerMark)
	return name
}

func (b *beside) serve(w http.ResponseWriter, r *http.Request, name string) {
	if d := b.drilled(); drill.IsIssuer(name) && d != nil {
		d.ServeHTTP(w, r)
		return
	}
	p, err := b.get(name)
	if err != nil {
		http.Error(w, "No issuer has this address. Behind the tilde stands the name of a fault, or the word drill. The page /faults lists the faults.", http.StatusNotFound)
		return
	}
	if strings.HasSuffix(r.URL.Path, "/style.css") {
		p.ServeHTTP(w, r)
		return
	}
	if name == PaceID {
		b.rec.Handler(PaceIDParty(), b.lab.misdirect(p)).ServeHTTP(w, r)
		return
	}
	b.rec.Handler(AcmeID(), p).ServeHTTP(w, r)
}

func (b *beside) get(name string) (*mockprovider.Provider, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if p := b.providers[name]; p != nil {
		return p, nil
	}
	newIssuer := b.lab.provider.Faulty
	switch {
	case name == PaceID:
		newIssuer = b.lab.newPaceID
	case drill.IsIssuer(name):
		// Before the first drill its issuer is right: an app that reads the
		// metadata when it starts must be able to start before the drill does.
		newIssuer = b.lab.provider.Beside
	}
	p, err := newIssuer(name)
	if err != nil {
		return nil, fmt.Errorf("lab: %w", err)
	}
	b.providers[name] = p
	return p, nil
}

// FaultyIssuer is the issuer identifier that has the fault on for everybody, and
// false if there is no such fault or the issuer can't have it.
func (l *Lab) FaultyIssuer(name string) (string, bool) {
	if drill.IsIssuer(name) || name == PaceID {
		return "", false
	}
	p, err := l.beside.get(name)
	if err != nil {
		return "", false
	}
	return p.Issuer(), true
}
