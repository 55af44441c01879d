package lessons

import (
	"encoding/base64"
	"html/template"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"claimcheck/mockprovider/trace"
	"claimcheck/playground"
)

// A pattern says what an item of the lab's log must be like; see the authoring
// format. All members that are given must hold.
type pattern struct {
	Is      string            `yaml:"is"`
	Missing string            `yaml:"missing"`
	Says    string            `yaml:"says"`
	To      string            `yaml:"to"`
	Path    string            `yaml:"path"`
	Method  string            `yaml:"method"`
	Status  statuses          `yaml:"status"`
	Error   string            `yaml:"error"`
	Rule    string            `yaml:"rule"`
	Token   string            `yaml:"token"`
	Claims  map[string]any    `yaml:"claims"`
	Header  map[string]any    `yaml:"header"`
	Form    map[string]any    `yaml:"form"`
	Client  string            `yaml:"client"`
	Same    map[string]int    `yaml:"same"`
	Issued  *bool             `yaml:"issued"`
	Mark    string            `yaml:"mark"`
	JSON    map[string]any    `yaml:"json"`    // members of the request's JSON body
	Answer  map[string]any    `yaml:"answer"`  // members of the answer's JSON body
	Flow    string            `yaml:"flow"`    // the run is a walk of this flow or attack
	Step    string            `yaml:"step"`    // the step of that walk
	Switch  string            `yaml:"switch"`  // with mark defence_switched: the rule
	Cookies map[string]string `yaml:"cookies"` // of the request, "*" for any value, "" for absent
	// Loopback says that an address is one of RFC 8252 §7.3: of a request, its
	// redirect_uri; of a code, where the answer brings it.
	Loopback string `yaml:"loopback"`
	Change   string `yaml:"change"` // with mark keys_changed: published, activated, retired or revoked
}

// statuses is one status or several.
type statuses []int

// UnmarshalYAML takes a number or a list of them.
func (s *statuses) UnmarshalYAML(unmarshal func(any) error) error {
	var one int
	if err := unmarshal(&one); err == nil {
		*s = statuses{one}
		return nil
	}
	var many []int
	if err := unmarshal(&many); err != nil {
		return err
	}
	*s = many
	return nil
}

// wireParams are the parameters of the check "wire".
type wireParams struct {
	Events []pattern `yaml:"events"`
	Near   []pattern `yaml:"near"`
	// Never must not happen; who did it starts over.
	Never []pattern `yaml:"never"`
}

// wireCheck waits for events of the lab's log in their order; others may lie
// between.
func wireCheck(b *builder) Check {
	var p wireParams
	if !b.params(&p) || !b.need(len(p.Events) > 0, "events") {
		return nil
	}
	for i := range p.Events {
		e := &p.Events[i]
		if e.Is == "" || e.Missing == "" {
			b.problem(b.d.line("with", "events", i), "write both", "an event lacks is or missing")
		}
		b.pattern(e, i, "with", "events", i)
		b.e.Events = append(b.e.Events, Event{
			Is: b.inline(e.Is, "with", "events", i, "is"), Missing: b.inline(e.Missing, "with", "events", i, "missing"),
		})
	}
	says := b.feedback(p.Near, "near", "a near miss says nothing")
	never := b.feedback(p.Never, "never", "what must not happen says nothing")
	events := b.e.Events
	return func(a *Attempt) Verdict {
		w := newWireLog(a)
		found := w.search(p.Events)
		v := Verdict{Done: len(found) == len(p.Events)}
		from := a.Since
		for i, e := range events {
			if i < len(found) {
				from = found[i].Seq
				v.Rungs = append(v.Rungs, Rung{Status: "pass", Word: "done", Title: e.Is, At: when(found[i])})
				continue
			}
			v.Missing = append(v.Missing, e.Missing)
			v.Rungs = append(v.Rungs, Rung{Status: "skipped", Word: "open", Title: e.Missing})
		}
		if !v.Done {
			v.near(len(found), w.nearest(p.Near, says, from))
		}
		if why := w.nearest(p.Never, never, a.Since); why != "" {
			v = v.and(near("Nothing went wrong on the way", why+" Start over to try again."))
			v.NearMiss = coded(why)
		}
		return v
	}
}

// feedback reads what is said where one of the patterns is met. Lacks says what is
// wrong with a pattern that says nothing.
func (b *builder) feedback(patterns []pattern, name, lacks string) []template.HTML {
	says := make([]template.HTML, len(patterns))
	for i := range patterns {
		if patterns[i].Says == "" {
			b.problem(b.d.line("with", name, i), "write the feedback", "%s", lacks)
		}
		b.pattern(&patterns[i], 0, "with", name, i)
		says[i] = b.inline(patterns[i].Says, "with", name, i, "says")
	}
	return says
}

// near turns the first open rung into a near miss.
func (v *Verdict) near(rung int, why template.HTML) {
	if why == "" {
		return
	}
	why = coded(why)
	v.NearMiss = why
	v.Rungs[rung].Status, v.Rungs[rung].Word, v.Rungs[rung].Why = "fail", "near", why
}

// pattern reports words that no pattern knows.
func (b *builder) pattern(p *pattern, before int, at ...any) {
	known := func(value string, allowed ...string) {
		if value != "" && !slices.Contains(allowed, value) {
			b.problem(b.d.line(at...), "use one of "+strings.Join(allowed, ", "), "a pattern has %q", value)
		}
	}
	known(p.To, "as", "rs", "client")
	known(p.Token, "none", "some", "jwt", "opaque")
	known(p.Loopback, loopbackRequest, loopbackCode)
	known(p.Mark, trace.MarkRunStarted, trace.MarkUndone, trace.MarkReset, trace.MarkClockAdvanced, trace.MarkDefenceSwitched, trace.MarkKeysChanged)
	known(p.Change, "published", "activated", "retired", "revoked")
	for name, n := range p.Same {
		known(name, "token", "code", "refresh_token")
		if n < 1 || n > before {
			b.problem(b.d.line(at...), "number an earlier event, from 1", "same: {%s: %d}", name, n)
		}
	}
}

// A wireLog is a log with what patterns ask about it.
type wireLog struct {
	items  []trace.Item // since the reset
	issued map[string]string
	flows  map[string]string // what the runs are walks of
	read   map[string]jwt    // the tokens of the requests
	steps  int               // of the search, which is bounded
}

func newWireLog(a *Attempt) *wireLog {
	w := &wireLog{issued: a.Issued, flows: map[string]string{}, read: map[string]jwt{}}
	for _, it := range a.Log {
		if it.Mark != nil && it.Mark.Kind == trace.MarkRunStarted {
			w.flows[it.Mark.Run] = it.Mark.Data["flow"]
		}
		if it.Seq > a.Since {
			w.items = append(w.items, it)
		}
	}
	return w
}

// maxSearch bounds the work of one search.
const maxSearch = 200_000

// search finds the longest beginning of the list of events that happened in
// order.
func (w *wireLog) search(events []pattern) []trace.Item {
	var best, path []trace.Item
	var try func(from int) bool
	try = func(from int) bool {
		if len(path) > len(best) {
			best = slices.Clone(path)
		}
		if len(path) == len(events) {
			return true
		}
		p := &events[len(path)]
		for i := from; i < len(w.items) && w.steps < maxSearch; i++ {
			w.steps++
			if !w.matches(p, w.items[i], path) {
				continue
			}
			path = append(path, w.items[i])
			if try(i + 1) {
				return true
			}
			path = path[:len(path)-1]
			if len(p.Same) == 0 && !refersTo(events, len(path)+1) {
				return false // the earliest match is as good as any
			}
		}
		return false
	}
	try(0)
	return best
}

// refersTo says whether an event compares itself with event number n.
func refersTo(events []pattern, n int) bool {
	return slices.ContainsFunc(events, func(p pattern) bool {
		for _, m := range p.Same {
			if m == n {
				return true
			}
		}
		return false
	})
}

// nearest is the feedback for the latest known wrong way after a position.
func (w *wireLog) nearest(ways []pattern, says []template.HTML, after int64) template.HTML {
	for _, it := range slices.Backward(w.items) {
		if it.Seq <= after {
			break
		}
		for i := range ways {
			if w.matches(&ways[i], it, nil) {
				return says[i]
			}
		}
	}
	return ""
}

func (w *wireLog) matches(p *pattern, it trace.Item, earlier []trace.Item) bool {
	if p.Mark != "" {
		return it.Mark != nil && it.Mark.Kind == p.Mark && (p.Switch == "" || it.Mark.Data["rule"] == p.Switch) && (p.Change == "" || it.Mark.Data["change"] == p.Change)
	}
	e := it.Entry
	if e == nil {
		return false
	}
	tok := bearer(e)
	claims := w.jwt(tok)
	switch {
	case p.To != "" && string(e.To.Role) != p.To,
		p.Path != "" && !strings.HasSuffix(e.Path(), p.Path),
		p.Method != "" && e.Request.Method != p.Method,
		len(p.Status) > 0 && !slices.Contains(p.Status, e.Response.Status),
		p.Error == "none" && oauthError(e) != "",
		p.Error != "" && p.Error != "none" && oauthError(e) != p.Error,
		p.Rule != "" && !refusedBy(e, p.Rule),
		p.Client != "" && clientOf(e) != p.Client,
		!tokenIs(p.Token, tok, claims),
		p.Flow != "" && w.flows[e.Run] != p.Flow,
		p.Step != "" && e.Step != p.Step,
		!loopbackIs(p.Loopback, e),
		p.Issued != nil && (tok == "" || (w.issued[tok] != "") != *p.Issued):
		return false
	}
	return jsonHas(&e.Request, p.JSON) && jsonHas(&e.Response, p.Answer) && hasAll(claims.payload, p.Claims) && hasAll(claims.header, p.Header) && formHas(e, p.Form) && cookiesHave(e, p.Cookies) && same(e, p.Same, earlier)
}

// refusedBy tells a message that its receiver refused by the rule, or whose answer
// its sender did: a client that finds the ID token bad.
func refusedBy(e *trace.Entry, rule string) bool {
	for _, f := range []*playground.Finding{e.Refusal(), e.AnswerRefusal()} {
		if f != nil && (f.ID == rule || f.FindingID() == rule) {
			return true
		}
	}
	return false
}

// jwt reads a token once.
func (w *wireLog) jwt(tok string) jwt {
	if tok == "" {
		return jwt{}
	}
	v, ok := w.read[tok]
	if !ok {
		v = readJWT(tok)
		w.read[tok] = v
	}
	return v
}

func tokenIs(want, tok string, read jwt) bool {
	isJWT := read.header != nil
	switch want {
	case "none":
		return tok == ""
	case "some":
		return tok != ""
	case "jwt":
		return isJWT
	case "opaque":
		return tok != "" && !isJWT
	}
	return true
}

func hasAll(v, want map[string]any) bool {
	for name, w := range want {
		got, ok := v[name]
		if !ok || w != "*" && !sameJSON(got, w) {
			return false
		}
	}
	return true
}

// jsonHas says whether a body is a JSON object with these members. A member of
// the pattern that is an empty text must be absent.
func jsonHas(m *trace.Message, want map[string]any) bool {
	if len(want) == 0 {
		return true
	}
	var v map[string]any
	if !m.JSON(&v) {
		return false
	}
	present := maps.Clone(want)
	for name, w := range want {
		if w == "" {
			if _, ok := v[name]; ok {
				return false
			}
			delete(present, name)
		}
	}
	return hasAll(v, present)
}

func formHas(e *trace.Entry, want map[string]any) bool {
	for name, w := range want {
		got := e.Request.Param(name)
		text := strings.Trim(jsonText(w), `"`)
		if text == "*" && got == "" || text != "*" && got != text {
			return false
		}
	}
	return true
}

func same(e *trace.Entry, want map[string]int, earlier []trace.Item) bool {
	for name, n := range want {
		if n < 1 || n > len(earlier) || earlier[n-1].Entry == nil {
			return false
		}
		first := earlier[n-1].Entry
		a, b := shown(first), shown(e)
		if name != "token" {
			a, b = first.Request.Param(name), e.Request.Param(name)
		}
		if a == "" || a != b {
			return false
		}
	}
	return true
}

// bearer is the request's bearer token (RFC 6750 §2.1), empty if none.
func bearer(e *trace.Entry) string {
	scheme, tok, _ := strings.Cut(e.Request.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(tok)
}

var errorParam = regexp.MustCompile(`\berror="([^"]+)"`)

// oauthError is the error code of the answer: in WWW-Authenticate (RFC 6750 §3),
// in the JSON body (RFC 6749 §5.2) or in the redirect (§4.1.2.1).
func oauthError(e *trace.Entry) string {
	if m := errorParam.FindStringSubmatch(e.Response.Header.Get("Www-Authenticate")); m != nil {
		return m[1]
	}
	if l := e.Response.Location(); l != nil && l.Query().Get("error") != "" {
		return l.Query().Get("error")
	}
	var v struct {
		Error string `json:"error"`
	}
	if e.Response.Status >= 400 && e.Response.JSON(&v) {
		return v.Error
	}
	return ""
}

// clientOf is the client_id of a request: a parameter, or in Basic credentials,
// where it is form-encoded (RFC 6749 §2.3.1).
func clientOf(e *trace.Entry) string {
	if id := e.Request.Param("client_id"); id != "" {
		return id
	}
	scheme, credentials, _ := strings.Cut(e.Request.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Basic") {
		return ""
	}
	raw, err := base64.StdEncoding.DecodeString(credentials)
	if err != nil {
		return ""
	}
	id, _, _ := strings.Cut(string(raw), ":")
	if dec, err := url.QueryUnescape(id); err == nil {
		return dec
	}
	return id
}

// issuedTokens are the tokens of all token responses in the log, with their kind.
func issuedTokens(log []trace.Item) map[string]string {
	out := map[string]string{}
	for _, it := range log {
		e := it.Entry
		if e == nil || e.To.Role != trace.RoleAS || e.Response.Status != 200 || e.Request.Method != http.MethodPost {
			continue
		}
		var t struct {
			Access  string `json:"access_token"`
			ID      string `json:"id_token"`
			Refresh string `json:"refresh_token"`
		}
		if !e.Response.JSON(&t) {
			continue
		}
		for tok, kind := range map[string]string{t.Access: "access", t.ID: "id", t.Refresh: "refresh"} {
			if tok != "" {
				out[tok] = kind
			}
		}
	}
	return out
}

// when is the lab's time of an item.
func when(it trace.Item) time.Time {
	if it.Mark != nil {
		return it.Mark.At
	}
	return it.Entry.At
}
