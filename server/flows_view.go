package main

import (
	"fmt"
	"html/template"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"claimcheck/lessons"
	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
	"claimcheck/mockprovider/walkthrough"
	"claimcheck/web"
)

// clockStep is what "+1 min" means.
const clockStep = time.Minute

// A flowView is the page of a step. It is made of the step's text, the walk's
// state and the run's log, and adds nothing of its own.
type flowView struct {
	Flow     *walkthrough.Flow
	V        walkthrough.Variant
	Base     string // /flows/ID/STEP
	FlowPath string
	Run      string
	Guided   bool
	Clock    string
	AsText   bool
	Paper    bool
	TextHref, PrintHref,
	HARHref string
	Switches []web.Tab // the variants

	Otherwise   string // what in this run is not as the text says
	Step        *walkthrough.Step
	N, Of       int
	Steps       []stepLine
	Tally       string
	Prev, Next  *stepLine
	From, To    web.Role
	Heads       []walkthrough.Head
	Rows        []laneRow
	Pair        []walkthrough.Head
	Caption     string
	Duo         laneRow
	Act         actView
	Tabs        web.Tabs
	Tab         string
	Explain     template.HTML
	Rules       rulesView
	Wires       []wireView
	Params      web.KV
	ParamsTitle string
	Resume      *stepLine // where the run is that the browser is in, if the page names none
	Values      []valueView
	Digest      *digestView
	Observers   []walkthrough.Observer
	Matrix      []walkthrough.SightRow
	Wrong       []wrongView
	WrongAt     *stepLine // where a step that looks sends its faults
	Clauses     []clauseView
	Threads     []threadView
	Axis        []axisMark
	AxisAt      string
	Log         web.Log
	Attempts    web.Tabs
	AttemptText string
	Restore     *restoreView
	Texts       []textStep
	Sheet       paperView // the print, if it is one
	View        string    // lanes, wire, list or table
	Views       []viewTab // the links to them
	printAt     func(kind string) string
	Over        []overRow // the steps, in the views that are not the lanes
}

// A restoreView is the way back to an attempt.
type restoreView struct {
	N    int
	Text string
}

// A viewTab leads to a view. Its key is its place, from 1.
type viewTab struct {
	web.Tab
	Key string
}

// A stepLine is a line of the list of steps.
type stepLine struct {
	*walkthrough.Step
	Href    string
	State   walkthrough.State
	Current bool
	Key     string
}

// Todo and Failed ask for the state, for the templates.
func (l stepLine) Todo() bool { return l.State == walkthrough.StateTodo }

// Failed says that the step's message was refused.
func (l stepLine) Failed() bool { return l.State == walkthrough.StateFailed }

// Words is the state as the list says it.
func (l stepLine) Words() string {
	switch l.State {
	case walkthrough.StateDone:
		return "done"
	case walkthrough.StateFailed:
		return "failed"
	case walkthrough.StateTodo:
	}
	return "not yet"
}

func (s *server) newFlowView(c *gin.Context, w *walkthrough.Walk, v walkthrough.Variant, st *walkthrough.Step) (*flowView, error) {
	f := s.walks.Flow()
	steps := f.Steps(v)
	view := &flowView{
		Flow: f, V: v, Step: st, N: st.N, Of: len(steps), Guided: true,
		FlowPath: "/flows/" + f.ID, Base: "/flows/" + f.ID + "/" + st.ID,
		AsText: c.Query("view") == "text" || c.Query("print") != "", Paper: c.Query("print") != "",
		Clock: s.world.Main().Now().UTC().Format("15:04:05"), Tab: c.Query("tab"),
		From: web.Role{Kind: string(st.From), Name: walkthrough.NameOf(st.From, v)},
		To:   web.Role{Kind: string(st.To), Name: walkthrough.NameOf(st.To, v)},
	}
	q := url.Values{}
	if w != nil {
		view.Run, view.Guided = w.Run().ID(), w.Run().Guided()
		q.Set("run", view.Run)
	} else if v != walkthrough.Variants()[0] {
		q.Set("client", v.Client)
		q.Set("pkce", v.PKCEWord())
	}
	at := func(step, name, value string) string {
		p := url.Values{}
		for k := range q {
			p.Set(k, q.Get(k))
		}
		return view.FlowPath + "/" + step + query(p, name, value)
	}
	view.chooseView(c.Query("view"), w)
	for i, name := range []string{viewLanes, viewWire, viewList, viewTable} {
		view.Views = append(view.Views, viewTab{
			web.Tab{Text: strings.ToUpper(name[:1]) + name[1:], Href: at(st.ID, "view", name) + "#act", Current: name == view.View}, strconv.Itoa(i + 1),
		})
	}
	if w == nil && view.View != viewLanes {
		q.Set("view", view.View) // without a run nothing remembers it
	}
	view.printAt = func(kind string) string { return at(st.ID, "print", kind) }
	view.TextHref, view.PrintHref = at(st.ID, "view", "text"), view.printAt(paperText)
	if w != nil {
		view.HARHref = view.Base + "/har?run=" + url.QueryEscape(view.Run)
	}
	for _, o := range walkthrough.Variants() {
		view.Switches = append(view.Switches, web.Tab{
			Text:    o.App() + ", PKCE " + o.PKCEWord(),
			Href:    view.FlowPath + "/" + steps[0].ID + "?client=" + o.Client + "&pkce=" + o.PKCEWord(),
			Current: o == v,
		})
	}
	done, failed, todo := 0, 0, 0
	for _, o := range steps {
		line := stepLine{Step: o, Href: at(o.ID, "", "") + "#heading", Current: o == st, State: walkthrough.StateTodo}
		if w != nil {
			line.State = w.StateOf(o.ID)
		}
		switch line.State {
		case walkthrough.StateDone:
			done++
		case walkthrough.StateFailed:
			// A refusal is one failure, however many steps look at it.
			if w.Sends(o.ID) {
				failed++
			} else {
				done++
			}
		case walkthrough.StateTodo:
			todo++
		}
		switch o.N {
		case st.N - 1:
			line.Key = "ArrowLeft"
		case st.N + 1:
			line.Key = "ArrowRight"
		}
		view.Steps = append(view.Steps, line)
	}
	if st.N > 1 {
		view.Prev = &view.Steps[st.N-2]
	}
	if st.N < len(steps) {
		view.Next = &view.Steps[st.N]
	}
	view.Tally = fmt.Sprintf("%d done, %d to come", done, todo)
	if failed > 0 {
		view.Tally = fmt.Sprintf("%d done, %d failed, %d to come", done, failed, todo)
	}

	if w == nil {
		view.resume(s, c)
	}
	var err error
	if view.Explain, err = lessons.Markdown(st.Explain); err != nil {
		return nil, fmt.Errorf("%s: %w", st.File, err)
	}
	shown := s.shownEntry(c, w, st, view, at)
	if view.Paper {
		s.paper(view, c.Query("print"), v)
	}
	view.lanes(w, v, st)
	if shown != nil {
		if said := viaText(shown); said != "" {
			view.Caption += " " + said
		}
	}
	if view.View != viewLanes {
		view.overview(w, v)
	}
	view.act(c, w, st, at)
	view.otherwise(w, st)
	view.inspect(w, v, st, shown, at)
	view.Wires = view.wires(c, w, st, shown)
	reached := 0
	if w != nil {
		reached = min(st.N, w.Position())
	}
	view.threads(f, v, reached)
	s.logOf(c, view, w)
	if view.AsText {
		if view.Texts, err = s.textSteps(w, v); err != nil {
			return nil, err
		}
	}
	return view, nil
}

// chooseView takes the view that the address names, else the one that the run
// was last looked at in.
func (view *flowView) chooseView(asked string, w *walkthrough.Walk) {
	view.View = knownView(asked)
	switch {
	case w == nil:
	case asked == "" || asked == "text":
		view.View = knownView(w.View())
	default:
		w.SetView(view.View)
	}
}

// resume finds the run that this browser is in, for a page that names none.
func (view *flowView) resume(s *server, c *gin.Context) {
	id, err := c.Cookie(lab.RunCookie)
	if err != nil {
		return
	}
	if w, ok := s.walks.Get(s.world.Main(), id); ok {
		at := s.stepAt(w, w.Position())
		st, _ := w.Flow().Step(w.Variant(), at)
		view.Resume = &stepLine{Step: st, Href: w.Href(at)}
	}
}

// shownEntry is the exchange that the page shows: the chosen attempt, or the one
// that counts.
func (s *server) shownEntry(c *gin.Context, w *walkthrough.Walk, st *walkthrough.Step, view *flowView, at func(step, name, value string) string) *trace.Entry {
	if w == nil {
		return nil
	}
	shown := w.Entry(st.ID)
	attempts := w.Attempts(st.ID)
	if n, err := strconv.Atoi(c.Query("attempt")); err == nil && n >= 1 && n <= len(attempts) {
		shown = attempts[n-1].Entry
	}
	if shown == nil && len(attempts) > 0 && c.Query("attempt") != "" {
		shown = attempts[len(attempts)-1].Entry
	}
	for _, a := range attempts {
		t := web.Tab{Text: "A" + strconv.Itoa(a.N), Href: at(st.ID, "attempt", strconv.Itoa(a.N)), Status: "pass"}
		if !a.Good {
			t.Status = "fail"
		}
		if a.Undone {
			t.Text += ", undone"
		}
		if shown != nil && a.Entry.Seq == shown.Seq {
			t.Current = true
			switch w.Restorable(a) {
			case walkthrough.RestoreBack:
				if a.N < len(attempts) { // else the other steps lead back as well
					view.Restore = &restoreView{a.N, "Restore: undo what came after it"}
				}
			case walkthrough.RestoreEdit:
				view.Restore = &restoreView{a.N, "Restore: prepare it again"}
			}
			view.AttemptText = attemptText(view.sourceOf(w, st), a, len(attempts), w.Variant(), w.Entry(st.ID))
		}
		view.Attempts.Items = append(view.Attempts.Items, t)
	}
	view.Attempts.Label = "Attempts"
	return shown
}

// attemptText says how an attempt differed and how it ended. What the page says
// already, of the attempt that counts, it does not repeat.
func attemptText(st *walkthrough.Step, a walkthrough.Attempt, of int, v walkthrough.Variant, counts *trace.Entry) string {
	says := []string{"Attempt " + strconv.Itoa(a.N) + " of " + strconv.Itoa(of) + "."}
	if a.Fault != "" {
		says = append(says, "You tried “"+faultTitle(st, a.Fault)+"”.")
	}
	for i, ch := range a.Changes {
		if i == 4 {
			says = append(says, "And more.")
			break
		}
		says = append(says, "You "+ch.Kind+" `"+ch.Name+"`.")
	}
	if counts == nil || counts.Seq != a.Entry.Seq {
		says = append(says, walkthrough.Outcome(a.Entry, v))
	}
	if said := viaText(a.Entry); said != "" {
		says = append(says, said)
	}
	if a.Entry.Held {
		says = append(says, "The answer is held for you here.")
	}
	if a.Undone {
		says = append(says, "You undid it.")
	}
	return strings.Join(says, " ")
}

// faultTitle is a fault as the page calls it.
func faultTitle(st *walkthrough.Step, fault string) string {
	for _, x := range st.Wrong {
		if x.Fault == fault {
			return x.Title
		}
	}
	return fault
}

// otherwise says where the run left the way that the texts tell.
func (view *flowView) otherwise(w *walkthrough.Walk, st *walkthrough.Step) {
	if w == nil || w.Entry(st.ID) == nil {
		return
	}
	says := w.Unlike(st.ID)
	if !w.Passed(st.ID) && !w.Sends(st.ID) {
		says = append(says, walkthrough.Outcome(w.Entry(st.ID), w.Variant()))
	}
	if len(says) > 0 {
		view.Otherwise = "The text tells the unchanged walk. This run is not: " + strings.Join(says, " ")
	}
}

// viaText says who really sent a message that the story lets the browser send.
func viaText(e *trace.Entry) string {
	switch {
	case e.Via == "server" && e.Channel == trace.Back:
		return "The server sent it in the page’s stead."
	case e.Via == "server":
		return "The server sent it in the browser’s stead."
	case e.From.ID == walkthrough.FitTrackLite:
		return "A script in this browser sent it."
	}
	return ""
}

// A laneRow is a row of the picture, ready to draw.
type laneRow struct {
	walkthrough.LaneRow
	Class string
	// TurnedX1 and TurnedX2 are the ends in the picture of two parties.
	TurnedX1, TurnedX2 int
}

func (view *flowView) lanes(w *walkthrough.Walk, v walkthrough.Variant, st *walkthrough.Step) {
	after := 0
	if w != nil {
		after = min(st.N, max(w.Position()-1, 0))
	}
	if view.Paper {
		after = 0
	}
	view.Heads = view.Flow.Heads(v, after)
	came := *st
	came.Label = cameAs(w, st)
	view.Caption = walkthrough.Caption(&came, view.Of, v)
	for _, l := range view.Steps {
		r := laneRow{LaneRow: walkthrough.RowOf(l.Step, l.State), Class: "m"}
		if !view.Paper {
			r.Label = cameAs(w, l.Step)
		}
		switch {
		case view.Paper: // all steps alike
		case l.Current:
			r.Class += " cur"
		case l.State == walkthrough.StateTodo:
			r.Class += " todo"
		case l.State == walkthrough.StateFailed:
			r.Class += " failed"
		}
		if view.Sheet.Kind == paperBlank {
			r.Label = ""
		}
		if l.Current && !view.Paper {
			r.Stub = stubOf(w, st)
			d := r
			d.TurnedX1, d.TurnedX2 = 6, 94
			if r.X1 > r.X2 {
				d.TurnedX1, d.TurnedX2 = 94, 6
			}
			view.Duo = d
		}
		view.Rows = append(view.Rows, r)
	}
	for _, h := range view.Heads {
		if h.Role == st.From || h.Role == st.To {
			view.Pair = append(view.Pair, h)
		}
	}
}

// cameAs is the label of a step's arrow: of an answer that did not lead on, what
// it really was.
func cameAs(w *walkthrough.Walk, st *walkthrough.Step) string {
	if w == nil || w.Sends(st.ID) || w.HalfOf(st.ID) != walkthrough.HalfResponse {
		return st.Label
	}
	e := w.Entry(st.ID)
	if e == nil || w.Passed(st.ID) {
		return st.Label
	}
	return strconv.Itoa(e.Response.Status) + " refused"
}

// Now says whether a lane takes part in the current step.
func (view *flowView) Now(r trace.Role) bool { return r == view.Step.From || r == view.Step.To }

// stubOf is the value that travels in the step, shortened: a code is drawn as
// the stub that it is.
func stubOf(w *walkthrough.Walk, st *walkthrough.Step) string {
	if w == nil || st.From == st.To {
		return ""
	}
	for _, name := range []string{"code", "access_token"} {
		carried := slices.ContainsFunc(st.Values, func(e walkthrough.ValueEvent) bool { return e.Name == name })
		if v := w.Value(name); carried && v != "" {
			return cutText(v, 12)
		}
	}
	return ""
}

func cutText(v string, n int) string {
	if r := []rune(v); len(r) > n {
		return string(r[:n]) + "…"
	}
	return v
}

// A threadView is the life of a value on the axis of steps.
type threadView struct {
	Name, Role, Sentence string
	X1, X2, Now          string // per cent; Now is where the line becomes dotted
	Past, Future         bool
	Check                string
	Born                 bool
}

type axisMark struct {
	X   string
	N   int
	Cur bool
}

func (view *flowView) x(n int) string {
	return strconv.FormatFloat((float64(n)-0.5)/float64(view.Of)*100, 'f', 1, 64) + "%"
}

// threads draws the lives of the values. What lies after the step that was
// reached is still to come.
func (view *flowView) threads(f *walkthrough.Flow, v walkthrough.Variant, reached int) {
	for i := range view.Of {
		view.Axis = append(view.Axis, axisMark{view.x(i + 1), i + 1, i+1 == view.N})
	}
	view.AxisAt = strconv.FormatFloat(float64(view.N-1)/float64(view.Of)*100, 'f', 1, 64) + "%"
	for _, t := range f.Threads(v) {
		if t.Checked == 0 && t.End == 0 && t.Name != "refresh_token" {
			continue // a cookie or a record: no value of the protocol's
		}
		end := t.End
		tv := threadView{Name: t.Name, Role: string(t.Role), Sentence: t.Sentence(), X1: view.x(t.Born), Born: t.Born <= reached}
		tv.X2 = "100%"
		if end > 0 {
			tv.X2 = view.x(end)
		} else {
			end = view.Of + 1
		}
		now := min(max(reached, t.Born), end)
		tv.Now, tv.Past, tv.Future = view.x(now), now > t.Born, now < end
		if now >= end {
			tv.Now = tv.X2
		}
		if t.Checked > 0 {
			tv.Check = view.x(t.Checked)
		}
		view.Threads = append(view.Threads, tv)
	}
}
