package lab

import (
	"bytes"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"claimcheck/mockprovider/trace"
)

// maxKnown caps the values that tell a run.
const maxKnown = 4096

// noRun stands in place of a run where a value was made for none: for the login
// at an own app, in a browser that may be in a run as well.
const noRun = "-"

// A gate stands between the browser and the parties: it tells who sent a
// message, gives a run's messages the run's own cookies, and in a guided run
// keeps the answers.
type gate struct {
	lab *Lab

	mu    sync.Mutex
	known map[string]string // "state:…" or "interaction:…" → run id, or noRun
	order []string          // the same keys, the oldest first
}

func newGate(l *Lab) *gate { return &gate{lab: l, known: map[string]string{}} }

// learn notes that this value was made for this run.
func (g *gate) learn(kind, value, run string) {
	if value == "" || run == "" {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	key := kind + ":" + value
	if _, ok := g.known[key]; !ok {
		g.order = append(g.order, key)
	}
	g.known[key] = run
	if len(g.order) > maxKnown {
		delete(g.known, g.order[0])
		g.order = g.order[1:] // the array goes when the next one takes its place
	}
}

func (g *gate) runOf(kind, value string) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.known[kind+":"+value]
}

func (g *gate) clear() {
	g.mu.Lock()
	defer g.mu.Unlock()
	clear(g.known)
	g.order = nil
}

// sender says who sent a message that did not come from the cast.
func (g *gate) sender(r *http.Request, body []byte) trace.Sender {
	clientID, _, known := trace.BasicAuth(r.Header)
	if !known {
		clientID = parameter(r, body, "client_id")
	}
	if p, ok := g.lab.ownApp(clientID); ok {
		ch := trace.Back
		if throughBrowser(r) {
			ch = trace.Front
		}
		return trace.Sender{From: p, Channel: ch}
	}
	run := g.run(r, body)
	switch {
	case run != nil && throughBrowser(r):
		return run.sender(Browser(), trace.Front, "")
	case run != nil && r.Header.Get("Sec-Fetch-Site") == "same-origin":
		// A page of the browser client calls by itself.
		return run.sender(ClientParty(run.cfg.Client), trace.Back, "")
	case throughBrowser(r):
		return trace.Sender{From: Browser(), Channel: trace.Front}
	default:
		return trace.Sender{From: trace.Party{Role: trace.RoleOutside, ID: "outside", Name: "outside"}, Channel: trace.Back}
	}
}

// run finds the run of a message from a browser: the one that a value of the
// message was made for, if this browser holds it, else the one that it is in. So
// two tabs with one cookie jar are two runs, and a value that somebody else's
// browser brings is judged under that browser's own cookies. A value that was made
// for no run leads to none.
func (g *gate) run(r *http.Request, body []byte) *Run {
	held := g.held(r)
	if len(held) == 0 {
		return nil
	}
	for _, kind := range []string{"interaction", "state"} {
		id := g.runOf(kind, parameter(r, body, kind))
		if id == noRun {
			return nil
		}
		if !slices.Contains(held, id) {
			continue
		}
		if run, ok := g.lab.Run(id); ok {
			return run
		}
	}
	return g.current(r)
}

// throughBrowser says whether a message is a navigation: a page that a person
// opens, and not a call by a program or by a page's script.
func throughBrowser(r *http.Request) bool {
	if mode := r.Header.Get("Sec-Fetch-Mode"); mode != "" {
		return mode == "navigate"
	}
	if strings.HasPrefix(r.URL.Path, "/rs/") || strings.HasSuffix(r.URL.Path, "/token") {
		return false
	}
	return strings.Contains(r.Header.Get("Accept"), "text/html")
}

// acrossSites says whether a page of another site makes the browser send this, and
// not by a link that a person follows.
func acrossSites(r *http.Request) bool {
	return r.Header.Get("Sec-Fetch-Site") == "cross-site" && r.Header.Get("Sec-Fetch-Mode") != "navigate"
}

// end moves the cookies of an answer into the run's jar, and in a guided run
// asks whether the browser may have the answer.
func (g *gate) end(s trace.Sender, e *trace.Entry, out http.Header) string {
	run, ok := g.lab.Run(s.Run)
	if !ok {
		g.outside(s, e)
		return ""
	}
	if s.Channel != trace.Front {
		run.fromPage(s, e)
		return ""
	}
	run.landed(e)
	for _, v := range interactions(e) {
		g.learn("interaction", v, run.id)
	}
	run.mu.Lock()
	cookies := run.jarOf(s.From)
	*cookies = cookies.set(schoolHost(e.Host()), out["Set-Cookie"], e.Path(), g.lab.world.cfg.Now())
	hold := run.cfg.Hold
	ask := run.guided && hold != nil && s.Via == ""
	run.mu.Unlock()
	out.Del("Set-Cookie")
	if !ask {
		return ""
	}
	return hold(e)
}

// outside notes the interaction values that a message of no run led to. One that a
// run is known by stays the run's.
func (g *gate) outside(s trace.Sender, e *trace.Entry) {
	if s.Run != "" || s.Channel != trace.Front {
		return
	}
	for _, v := range interactions(e) {
		if g.runOf("interaction", v) == "" {
			g.learn("interaction", v, noRun)
		}
	}
}

// interactionField begins the hidden field of AcmeID's forms that says which request
// of authorization they continue.
const interactionField = `name="interaction" value="`

// interactions are the interaction values that an answer gave to the browser: in
// its redirect, or in the form of its page.
func interactions(e *trace.Entry) []string {
	if u := e.Response.Location(); u != nil {
		if v := u.Query().Get("interaction"); v != "" {
			return []string{v}
		}
	}
	if e.To.Role != trace.RoleAS || !strings.HasPrefix(e.Response.Header.Get("Content-Type"), "text/html") {
		return nil
	}
	var out []string
	for rest := e.Response.Body; len(out) < 8; {
		_, field, _ := bytes.Cut(rest, []byte(interactionField))
		value, after, found := bytes.Cut(field, []byte(`"`))
		if !found {
			break
		}
		if len(value) <= 200 {
			out = append(out, string(value))
		}
		rest = after
	}
	return out
}

// parameter is the first value of a parameter, of the query or of a form body. What
// can't be read is not there.
func parameter(r *http.Request, body []byte, name string) string {
	if v, ok := firstValue(r.URL.RawQuery, name); ok {
		return v
	}
	if len(body) == 0 || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		return ""
	}
	v, _ := firstValue(string(body), name)
	return v
}

// firstValue looks for one parameter, and keeps nothing of the others: most messages
// have none of those that tell a run.
func firstValue(encoded, name string) (value string, found bool) {
	if len(encoded) < len(name) {
		return "", false
	}
	for pair := range strings.SplitSeq(encoded, "&") {
		key, raw, _ := strings.Cut(pair, "=")
		if strings.Contains(pair, ";") || !sameName(key, name) {
			continue // as url.ParseQuery has it
		}
		if v, err := url.QueryUnescape(raw); err == nil {
			return v, true
		}
	}
	return "", false
}

func sameName(encoded, name string) bool {
	if !strings.ContainsAny(encoded, "%+") {
		return encoded == name
	}
	decoded, err := url.QueryUnescape(encoded)
	return err == nil && decoded == name
}
