package main

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
	"claimcheck/mockprovider/walkthrough"
	"claimcheck/mockprovider/witness"
	"claimcheck/playground"
	"claimcheck/web"
)

// A watchView is what a step's page says about the own app that walks.
type watchView struct {
	App    string // its client_id, or "any app"
	Anew   string // the same page, from now on
	Stop   string // the page without an own app
	Since  int64
	Count  int
	Last   *stepLine // the step that the newest message filled
	LastAt string    // when, by the lab's clock
	Sum    string    // what its requests show, in a sentence
	Rows   []web.Row // what it left out
	Rest   []web.Row // what it did as it should
	Blind  []web.Row // what can't be seen from here
}

// watched finds the walk of the own app that the address names: app, and since
// for where its messages begin to count. It is for the lab's owner, because it
// shows codes and tokens.
func (s *server) watched(c *gin.Context, f *walkthrough.Flow) (*walkthrough.Walk, error) {
	l, id := s.labOf(c), c.Query("app")
	if !s.visits(c, l) {
		return nil, notOwner(c, s.origin, l)
	}
	if !f.Fillable() {
		return nil, problem{
			Status: http.StatusNotFound, Title: "An app of your own does not walk here",
			Detail: "None of the steps is a message that it could send.", Fix: "Open " + flowPath(f) + ", or let your app walk one of the flows.",
		}
	}
	v := f.Variant(c.Query)
	if id != walkthrough.AnyApp {
		client := l.Registry().Client(id)
		if client == nil || lab.OfTheCast(id) {
			return nil, problem{
				Status: http.StatusNotFound, Title: "No app of yours has this client_id",
				Detail: "It is not registered at AcmeID, or it belongs to the story.", Fix: "Register your app at /connect.",
			}
		}
		// A client without a secret walks the way of the public client of the cast.
		if client.Secret == "" && len(client.SecretSHA256) == 0 && client.JWKSURI == "" && len(client.JWKS) == 0 && c.Query("client") == "" {
			v = f.Variant(func(name string) string {
				if name == "client" {
					return lab.FitTrackLite
				}
				return c.Query(name)
			})
		}
	}
	since, err := strconv.ParseInt(c.DefaultQuery("since", "0"), 10, 64)
	if err != nil || since < 0 {
		return nil, problem{Status: http.StatusBadRequest, Title: "That is not a position in the log", Fix: "Leave since out of the address, or give the number of a message."}
	}
	return s.walks.Watch(l, v, id, since), nil
}

// ownAppTabs lists whose requests may fill the steps of this page.
func (view *flowView) ownAppTabs(s *server, c *gin.Context, w *walkthrough.Walk) {
	l := s.labOf(c)
	if !view.Flow.Fillable() || !s.visits(c, l) {
		return
	}
	walks := ""
	if w != nil {
		walks = w.App()
	}
	tab := func(text, id string) {
		view.Apps = append(view.Apps, web.Tab{Text: text, Href: view.FlowPath + query(url.Values{}, "app", id), Current: id == walks})
	}
	tab("The cast, as the story tells", "")
	for _, client := range l.Clients() {
		if !lab.OfTheCast(client.ID) && len(view.Apps) < 20 {
			tab(client.ID, client.ID)
		}
	}
	tab("Any app that talks to this lab", walkthrough.AnyApp)
}

// watch fills in what there is to say of an own app.
func (view *flowView) watch(w *walkthrough.Walk) {
	app, l := w.App(), w.Seen()
	x := &watchView{App: app, Count: len(l), Stop: w.Variant().Href(view.Step.ID)}
	if app == walkthrough.AnyApp {
		x.App = "any app"
	}
	q := w.Query()
	x.Since, _ = strconv.ParseInt(q.Get("since"), 10, 64) // it was read before
	if len(l) > 0 {
		last := l[len(l)-1]
		q.Set("since", strconv.FormatInt(last.Seq, 10))
		x.Anew, x.LastAt = view.Base+"?"+q.Encode(), clockTime(last.At)
		if st := newestOf(w); w.Entry(st.ID) != nil {
			x.Last = &view.Steps[st.N-1]
		}
	}
	rows := witness.Concerned(witness.Examine(l))
	left := 0
	for i := range rows {
		row := findingRow("", &rows[i])
		if row.Status == string(playground.StatusFail) {
			row.Word = "not so"
		}
		row.Href, row.HrefText = messageLink(rows[i].Got)
		if rows[i].Status == playground.StatusPass {
			x.Rest = append(x.Rest, row)
			continue
		}
		left++
		x.Rows = append(x.Rows, row)
	}
	switch {
	case len(rows) == 0:
		x.Sum = "Nothing to judge yet: no request of the app has come in that a rule is about."
	case left == 0:
		x.Sum = "It kept all " + strconv.Itoa(len(rows)) + " rules that its requests concern."
	default:
		x.Sum = "Of the " + strconv.Itoa(len(rows)) + " rules that its requests concern, it did not keep " + strconv.Itoa(left) + "."
	}
	for _, b := range witness.Unseen(l) {
		x.Blind = append(x.Blind, web.Row{
			Status: "skipped", Word: "unseen", Title: b.Title, Cite: b.Spec.String(), CiteHref: b.Spec.URL(), Small: b.Says,
			Href: "/faults#" + b.Fault, HrefText: "Provoke it: " + b.Fault,
		})
	}
	view.Watch = x
	for _, party := range []*web.Role{&view.From, &view.To} {
		if party.Kind == string(trace.RoleClient) {
			*party = web.Role{Kind: string(trace.RoleOwnApp), Name: x.App}
		}
	}
	for i := range view.Heads {
		asOwn(&view.Heads[i], x.App)
	}
	for i := range view.Pair {
		asOwn(&view.Pair[i], x.App)
	}
}

// asOwn puts the own app in the client's place at the head of its lane.
func asOwn(h *walkthrough.Head, name string) {
	if h.Role == trace.RoleClient {
		h.Role, h.Name, h.Holds = trace.RoleOwnApp, name, nil
	}
}

// messageLink leads to the message that a finding names at the beginning.
func messageLink(got string) (href, text string) {
	rest, ok := strings.CutPrefix(got, "message ")
	n, _, _ := strings.Cut(rest, ":")
	if _, err := strconv.ParseInt(n, 10, 64); !ok || err != nil {
		return "", ""
	}
	return "/lab/log/" + n, "See message " + n
}

// actWatched says what there is to see of a step where an own app walks.
func (view *flowView) actWatched(w *walkthrough.Walk, st *walkthrough.Step) {
	a := &view.Act
	if next := view.nextSeen(w); next != nil {
		a.Send = &web.Send{Text: "Next: " + next.Short, Stub: strconv.Itoa(next.N), Href: next.Href}
	}
	e := w.Entry(st.ID)
	switch {
	case w.Hidden(st.ID):
		a.NotYet = "This happens in your app, or between the browser and your app. It passes no party of this lab, so it can’t be seen from here."
	case e == nil:
		a.NotYet = "Nothing of your app fills this step yet. Begin a login in the app: what it sends appears here."
		if w.Passed(st.ID) {
			a.Result, a.Status, a.NotYet = "AcmeID left this step out: it knew the person and the answer already.", "pass", ""
		}
	default:
		a.Result, a.Status = walkthrough.Outcome(e), "pass"
		if !w.Passed(st.ID) {
			a.Status = "fail"
		}
	}
}

// newestOf is the step that was filled last: the one whose message is the newest.
// Where none is, it is the first that can be.
func newestOf(w *walkthrough.Walk) *walkthrough.Step {
	var newest *walkthrough.Step
	at := int64(0)
	for _, st := range w.Steps() {
		e := w.Entry(st.ID)
		if e == nil && newest == nil && !w.Hidden(st.ID) {
			newest = st
		}
		if e != nil && e.Seq > at {
			newest, at = st, e.Seq
		}
	}
	if newest == nil {
		return w.Steps()[0]
	}
	return newest
}

// nextSeen is the next step at which a party of the lab takes part.
func (view *flowView) nextSeen(w *walkthrough.Walk) *stepLine {
	i := slices.IndexFunc(view.Steps, func(l stepLine) bool { return l.N > view.N && !w.Hidden(l.ID) })
	if i < 0 {
		return nil
	}
	return &view.Steps[i]
}
