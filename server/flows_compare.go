package main

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
	"claimcheck/mockprovider/walkthrough"
	"claimcheck/web"
)

// A diffView is the page /flows/compare: two attempts of a step, or two walks.
type diffView struct {
	First, Second *diffSide
	Sentence      string
	Between       []string   // what was switched between the two
	Pairs         []diffPair // step by step
	Runs          []web.Tab  // the runs that this browser holds: text, and the reference
	Ready         []diffReady
	A, B          string // what was chosen
}

// A diffSide is one of the two.
type diffSide struct {
	Name, Note, Href, Outcome string
}

// A diffPair is one exchange of each, place by place.
type diffPair struct {
	Title    string
	Says     string // how many places differ
	Open     bool
	Parts    []diffPart
	A, B     string // where to read each
	TokenA   string // two tokens to be compared member by member
	TokenB   string
	OnlyText string // where only one of them has it
}

// A diffPart are the differing rows of a request, an answer or the rules; Alike
// is how many others are the same.
type diffPart struct {
	Title     string
	Rows      []compareRow
	Alike     int
	Unreached int // rules that one of the two ended before
}

// A diffReady is a comparison that is made on request: both are walked for real.
type diffReady struct{ ID, Title, Text string }

// readyMade lists the comparisons that the page offers.
func readyMade() []diffReady {
	return []diffReady{
		{"pkce", "A code, and a code with PKCE", "The same walk of FitTrack, without PKCE and with it."},
		{"clients", "A confidential and a public client", "FitTrack keeps a secret on its server; FitTrack Lite runs in the browser and has none."},
		{"formats", "A JWT and an opaque token", "The same call of an API: one reads the token, the other asks AcmeID."},
		{"redirect_uri_exact", "Before and after a defence: the redirect URI", "A redirect URI with a slash too much, while AcmeID compares it exactly, and while it does not."},
		{"state_equal", "Before and after a defence: state", "An answer with a wrong state, while FitTrack compares it, and while it does not."},
		{"code_single_use", "Before and after a defence: the code", "A code that is sent twice, while AcmeID takes it once, and while it takes it again."},
	}
}

// flowComparePage is GET /flows/compare: a and b name a run, a step of it, or an
// attempt of that step (RUN, RUN/STEP, RUN/STEP/N).
func (s *server) flowComparePage(c *gin.Context) error {
	v := diffView{Ready: readyMade(), A: c.Query("a"), B: c.Query("b")}
	held := runsOf(c.Request)
	for i, id := range held {
		if slices.Contains(held[:i], id) {
			continue // the current run is in both cookies
		}
		if w, ok := s.walks.Get(s.labOf(c), id); ok {
			v.Runs = append(v.Runs, web.Tab{Text: w.Flow().Title + ", " + w.Variant().Words() + ", at step " + strconv.Itoa(min(w.Position(), len(w.Steps()))), Href: id})
		}
	}
	if v.A != "" && v.B != "" {
		if err := s.compareRuns(c, &v); err != nil {
			return err
		}
	} else if len(v.Runs) > 1 {
		v.A, v.B = v.Runs[1].Href, v.Runs[0].Href // the newest beside the one before
	}
	return s.page(c, http.StatusOK, "flowcompare", web.Page{
		Title: "Compare two walks", Description: "Two attempts of a step, or two walks, side by side: what differs, in words.",
		Nav: "flows", Mark: labName(s.labOf(c)), Data: v,
	})
}

// compareHref lays an attempt of a step beside the one before it, the first beside
// the last.
func compareHref(w *walkthrough.Walk, step string, n, of int) string {
	other := n - 1
	if other < 1 {
		n, other = of, n
	}
	at := w.Run().ID() + "/" + step + "/"
	return "/flows/compare?" + url.Values{"a": {at + strconv.Itoa(other)}, "b": {at + strconv.Itoa(n)}}.Encode() + "#compared"
}

// A compared is what a reference names.
type compared struct {
	walk    *walkthrough.Walk
	step    *walkthrough.Step // nil for the whole walk
	attempt int               // 0 for the one that counts
	entry   *trace.Entry
}

func (s *server) compared(c *gin.Context, ref string) (compared, error) {
	run, rest, _ := strings.Cut(ref, "/")
	w, ok := s.walks.Get(s.labOf(c), run)
	if !ok {
		return compared{}, problem{
			Status: http.StatusGone, Title: "One of the two runs is gone",
			Detail: "Runs end when the server restarts, when the lab is reset, and after a day without use.", Fix: "Start anew at /flows/compare.",
		}
	}
	x := compared{walk: w}
	if rest == "" {
		return x, nil
	}
	id, n, _ := strings.Cut(rest, "/")
	if x.step, ok = w.Variant().Step(id); !ok {
		return x, problem{Status: http.StatusNotFound, Title: "There is no such step", Detail: "The flow of this run has no step of this name.", Fix: "Start anew at /flows/compare."}
	}
	x.entry = w.Entry(id)
	if n != "" {
		as := w.Attempts(id)
		at, err := strconv.Atoi(n)
		if err != nil || at < 1 || at > len(as) {
			return x, problem{Status: http.StatusNotFound, Title: "There is no such attempt", Detail: "The step was not sent that often.", Fix: "Open the step: " + w.Href(id) + "."}
		}
		x.attempt, x.entry = at, as[at-1].Entry
	}
	return x, nil
}

func (x *compared) side() *diffSide {
	out := &diffSide{Name: x.walk.Flow().Title, Note: x.walk.Variant().Words(), Href: x.walk.Href(stepAt(x.walk, x.walk.Position()))}
	if x.step != nil {
		out.Name, out.Href = "Step "+strconv.Itoa(x.step.N)+": "+x.step.Title, x.walk.Href(x.step.ID)
		if x.attempt > 0 {
			out.Name += ", attempt A" + strconv.Itoa(x.attempt)
			out.Href += "&attempt=" + strconv.Itoa(x.attempt)
		}
		out.Outcome = "It was not sent."
		if x.entry != nil {
			out.Outcome = walkthrough.Outcome(x.entry)
		}
	}
	return out
}

func (s *server) compareRuns(c *gin.Context, v *diffView) error {
	a, err := s.compared(c, v.A)
	if err != nil {
		return err
	}
	b, err := s.compared(c, v.B)
	if err != nil {
		return err
	}
	v.First, v.Second = a.side(), b.side()
	if a.step != nil && b.step != nil {
		p := newDiffPair(walkthrough.Pair{First: a.step, Second: b.step, FirstEntry: a.entry, SecondEntry: b.entry, Comparison: walkthrough.Compare(a.entry, b.entry)}, a.walk, b.walk)
		p.Open = true
		v.Pairs = []diffPair{p}
		v.Sentence = p.Says
		v.Between = s.between(c, a.entry, b.entry)
		return nil
	}
	differ := 0
	pairs := walkthrough.CompareWalks(a.walk, b.walk)
	for i := range pairs {
		p := newDiffPair(pairs[i], a.walk, b.walk)
		if p.Parts != nil {
			differ++
		}
		v.Pairs = append(v.Pairs, p)
	}
	v.Sentence = "Nothing differs but the values that each login makes anew."
	if differ > 0 {
		v.Sentence = "They differ in " + strconv.Itoa(differ) + " of " + counted(len(pairs), "message") + "."
	}
	return nil
}

// between are the switches that were turned between two exchanges.
func (s *server) between(c *gin.Context, a, b *trace.Entry) []string {
	if a == nil || b == nil {
		return nil
	}
	from, to := min(a.Seq, b.Seq), max(a.Seq, b.Seq)
	items, _ := s.labOf(c).Log().After(from)
	var out []string
	for _, it := range items {
		if it.Seq >= to || len(out) == 6 {
			break
		}
		if m := it.Mark; m != nil && slices.Contains([]string{trace.MarkDefenceSwitched, trace.MarkPolicyChanged, trace.MarkClockAdvanced, trace.MarkKeysChanged}, m.Kind) {
			out = append(out, m.Text)
		}
	}
	return out
}

func newDiffPair(p walkthrough.Pair, a, b *walkthrough.Walk) diffPair {
	out := diffPair{}
	switch {
	case p.First == nil:
		out.Title, out.B, out.OnlyText = p.Second.Short, b.Href(p.Second.ID), "Only the second has this step."
	case p.Second == nil:
		out.Title, out.A, out.OnlyText = p.First.Short, a.Href(p.First.ID), "Only the first has this step."
	default:
		out.Title, out.A, out.B = p.First.Short, a.Href(p.First.ID), b.Href(p.Second.ID)
		if p.Second.Short != p.First.Short {
			out.Title += " / " + p.Second.Short
		}
	}
	if p.FirstEntry == nil && p.SecondEntry == nil {
		out.Says = "Neither was sent."
		return out
	}
	out.Says = "They are alike."
	if n := p.Comparison.Count(); n > 0 {
		out.Says = "They differ in " + counted(n, "place") + "."
		for _, part := range []struct {
			title string
			rows  []walkthrough.Difference
		}{{"Request", p.Comparison.Request}, {"Answer", p.Comparison.Answer}, {"Rules that ran", p.Comparison.Rules}} {
			if d := newDiffPart(part.title, part.rows); len(d.Rows) > 0 {
				out.Parts = append(out.Parts, d)
			}
		}
	}
	out.TokenA, out.TokenB = accessToken(p.FirstEntry), accessToken(p.SecondEntry)
	return out
}

func newDiffPart(title string, rows []walkthrough.Difference) diffPart {
	out := diffPart{Title: title}
	for _, d := range rows {
		row := compareRow{Name: d.Name, First: cutText(d.First, 120), Second: cutText(d.Second, 120), Word: string(d.How), Status: "info"}
		switch d.How {
		case walkthrough.Same:
			out.Alike++
			continue
		case walkthrough.Unreached:
			out.Unreached++
			continue
		case walkthrough.Own:
			row.Status = "skipped"
		case walkthrough.Differs:
			row.Status = "warn"
		case walkthrough.OnlyFirst, walkthrough.OnlySecond:
		}
		if len(out.Rows) < maxClaims {
			out.Rows = append(out.Rows, row)
		}
	}
	return out
}

// accessToken is a JWT that an answer brings, or a request shows.
func accessToken(e *trace.Entry) string {
	if e == nil {
		return ""
	}
	var body struct {
		AccessToken string `json:"access_token"`
	}
	if e.Response.JSON(&body) && isJWT(body.AccessToken) {
		return body.AccessToken
	}
	if _, token, _ := strings.Cut(e.Request.Header.Get("Authorization"), " "); isJWT(token) {
		return token
	}
	return ""
}

// flowCompareForm is POST /flows/compare: it walks both for real, and leads to the
// two side by side.
func (s *server) flowCompareForm(c *gin.Context) error {
	form, err := s.form(c)
	if err != nil {
		return err
	}
	if err := s.spend(c, 2*tryCost, "A comparison is two walks, message by message."); err != nil {
		return err
	}
	ctx := c.Request.Context()
	codeFlow := "authorization-code-pkce"
	var a, b string
	switch id := form.Get("ready"); id {
	case "pkce":
		a, b, err = s.walkBoth(c, codeFlow, "page", url.Values{"pkce": {"off"}}, url.Values{"pkce": {"on"}})
	case "clients":
		a, b, err = s.walkBoth(c, codeFlow, "page", url.Values{"client": {"fittrack"}}, url.Values{"client": {"fittrack-lite"}})
	case "formats":
		var w *walkthrough.Walk
		if w, err = s.walked1(c, "introspection-and-revocation", nil, "opaque-call"); err == nil {
			a, b = w.Run().ID()+"/jwt-call", w.Run().ID()+"/opaque-call"
		}
	case "redirect_uri_exact":
		a, b, err = s.beforeAndAfter(ctx, c, id, "authorization-request", "changed_redirect_uri")
	case "state_equal":
		a, b, err = s.beforeAndAfter(ctx, c, id, "callback", "wrong_state")
	case "code_single_use":
		a, b, err = s.beforeAndAfter(ctx, c, id, "token-request", "code_twice")
	default:
		return problem{Status: http.StatusBadRequest, Title: "That comparison is not ready-made.", Fix: "Choose one of the buttons at /flows/compare."}
	}
	if err != nil {
		return err
	}
	return s.redirect(c, "/flows/compare?"+url.Values{"a": {a}, "b": {b}}.Encode()+"#compared")
}

// walked1 starts a run and does it up to a step.
func (s *server) walked1(c *gin.Context, flow string, choices url.Values, upTo string) (*walkthrough.Walk, error) {
	f, ok := s.walks.Flow(flow)
	if !ok {
		return nil, problem{Status: http.StatusNotFound, Title: "There is no such flow", Fix: "See what can be walked at /flows."}
	}
	w, err := s.walks.Start(s.labOf(c), f.Variant(choices.Get), true)
	if err != nil {
		return nil, err
	}
	if upTo == "" {
		return w, nil
	}
	_, err = w.Do(c.Request.Context(), upTo)
	return w, err
}

func (s *server) walkBoth(c *gin.Context, flow, upTo string, first, second url.Values) (a, b string, err error) {
	x, err := s.walked1(c, flow, first, upTo)
	if err != nil {
		return "", "", err
	}
	y, err := s.walked1(c, flow, second, upTo)
	if err != nil {
		return "", "", err
	}
	return x.Run().ID(), y.Run().ID(), nil
}

// beforeAndAfter sends the same fault twice: while a rule alone is off, and while
// every rule is on. What the rules were before, they are afterwards. Switching is
// for the owner.
func (s *server) beforeAndAfter(ctx context.Context, c *gin.Context, rule, step, fault string) (a, b string, err error) {
	l := s.labOf(c)
	if !s.origin.local {
		if err := s.mustOwn(c, l); err != nil {
			return "", "", err
		}
	}
	send := func() (ref string, err error) {
		w, err := s.walked1(c, "authorization-code-pkce", nil, "")
		if err != nil {
			return "", err
		}
		if err = w.Break(ctx, step, fault); err == nil {
			_, err = w.Send(ctx, step)
		}
		if err != nil { // say because AcmeID's policy lets no such walk begin
			return "", s.cannot(w, w.Steps()[0], err)
		}
		return w.Run().ID() + "/" + step, nil
	}
	err = l.Try(ctx, func(t *lab.Trial) error {
		if err := t.OnlyOff(rule); err != nil {
			return err
		}
		if a, err = send(); err != nil {
			return err
		}
		if err := t.OnlyOff(); err != nil {
			return err
		}
		b, err = send()
		return err
	})
	return a, b, err
}
