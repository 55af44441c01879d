package main

import (
	"fmt"
	"maps"
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
	placeView
	listView
	pictureView
	inspectView
	attemptsView

	Attack *attackBar // nil where nobody attacks

	Act   actView
	Wires []wireView
	// Log is what this walk has sent, and LogTitle says so, empty without a walk.
	Log      web.Log
	LogTitle string
	Texts    []textStep // as text
	Watch    *watchView // of an own app, nil in a walk of one's own
	Bar      *barView   // the lab's controls, nil for who does not own it
	Sheet    paperView  // the print, if it is one
}

// A placeView is where the page is, and where it leads to.
type placeView struct {
	Flow     *walkthrough.Flow
	V        *walkthrough.Variant
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
	Apps     []web.Tab // whose requests fill the steps
	View     string    // lanes, wire, list or table
	Views    []viewTab // the links to them
	ResumeOf string    // the title of its flow or attack
	Resume   *stepLine // where the run is that the browser is in, if the page names none

	query url.Values // what every address of the page carries
}

// at is the address of a step in this run or variant, with one more name and
// value in its query if they are not empty.
func (view *placeView) at(step, name, value string) string {
	return view.FlowPath + "/" + step + query(maps.Clone(view.query), name, value)
}

// A listView is the list of steps, and the one that the page is about.
type listView struct {
	Step       *walkthrough.Step
	N, Of      int
	From, To   web.Role
	Legacy     string // why nobody should build it any more
	Otherwise  string // what in this run is not as the text says
	Steps      []stepLine
	Tally      string
	Prev, Next *stepLine
}

// A pictureView is what is drawn: lanes, the other views of the list, and the
// lives of the values.
type pictureView struct {
	Heads   []walkthrough.Head
	Rows    []laneRow
	Pair    []walkthrough.Head
	Caption string
	Duo     laneRow
	Over    []overRow // the steps, in the views that are not the lanes
	Threads []threadView
	Axis    []axisMark
	AxisAt  string // the left edge of the current step
	AxisOne string // the width of a step
}

// An attemptsView are the sendings of the step, and the way back to one.
type attemptsView struct {
	Attempts    web.Tabs
	Compare     string // the last two attempts side by side
	AttemptText string
	Restore     *restoreView
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
	Hidden  bool // it can't be seen, because an own app walks
	Key     string
}

// Todo and Failed ask for the state, for the templates.
func (l stepLine) Todo() bool { return l.State == walkthrough.StateTodo }

// Failed says that the step's message was refused.
func (l stepLine) Failed() bool { return l.State == walkthrough.StateFailed }

// Words is the state as the list says it.
func (l stepLine) Words() string {
	if l.Hidden {
		return "not seen from here"
	}
	switch l.State {
	case walkthrough.StateDone:
		return "done"
	case walkthrough.StateFailed:
		return "failed"
	case walkthrough.StateTodo:
	}
	return "not yet"
}

func (s *server) newFlowView(c *gin.Context, p place) (*flowView, error) {
	w, v, st := p.walk, p.variant, p.step
	view := &flowView{placeView: s.placeView(c, p), listView: newListView(w, v, st)}
	view.Legacy = p.flow.Legacy
	view.Tab = c.Query("tab")
	view.Attack = newAttackBar(p.flow, s.labOf(c).Off())
	for i := range view.Steps {
		view.Steps[i].Href = view.at(view.Steps[i].ID, "", "") + "#heading"
	}
	if w == nil {
		view.resume(s, c)
	}
	var err error
	if view.Explain, err = lessons.Markdown(st.Explain); err != nil {
		return nil, fmt.Errorf("%s: %w", st.File, err)
	}
	shown := view.shownEntry(c, w, st)
	if view.Paper {
		s.paper(view, c.Query("print"))
	}
	view.lanes(w, st)
	if shown != nil {
		if said := viaText(shown); said != "" {
			view.Caption += " " + said
		}
	}
	if view.View != viewLanes {
		view.overview(w)
	}
	view.act(c, w, st)
	view.otherwise(w, st)
	view.inspect(w, st, shown)
	view.Wires = view.wires(c, w, st, shown)
	reached := 0
	if w != nil {
		reached = min(st.N, w.Position())
		if w.Run() == nil && len(w.Seen()) == 0 {
			reached = 0 // the own app has not begun
		}
	}
	view.threads(reached)
	view.ownAppTabs(s, c, w)
	view.bar(s, c)
	if w != nil && w.App() != "" {
		view.watch(w)
	}
	s.logOf(c, view, w)
	if view.AsText {
		if view.Texts, err = textSteps(w, v); err != nil {
			return nil, err
		}
	}
	return view, nil
}

func (s *server) placeView(c *gin.Context, p place) placeView {
	w, v, st := p.walk, p.variant, p.step
	view := placeView{
		Flow: p.flow, V: v, Guided: true, FlowPath: flowPath(p.flow), Base: flowPath(p.flow) + "/" + st.ID,
		AsText: c.Query("view") == "text" || c.Query("print") != "", Paper: c.Query("print") != "",
		Clock: s.labOf(c).Now().UTC().Format("15:04:05"), query: url.Values{},
	}
	looksOn := w != nil && w.Run() == nil
	if w != nil {
		view.query = w.Query()
		view.HARHref = view.Base + "/har?" + view.query.Encode()
	}
	if looksOn {
		w = nil // it has no run whose view could be kept
	}
	if w != nil {
		view.Run, view.Guided = w.Run().ID(), w.Run().Guided()
	} else if !looksOn && v != p.flow.Variants()[0] {
		view.query = v.Query()
	}
	view.chooseView(c.Query("view"), w)
	for i, name := range []string{viewLanes, viewWire, viewList, viewTable} {
		view.Views = append(view.Views, viewTab{
			web.Tab{Text: strings.ToUpper(name[:1]) + name[1:], Href: view.at(st.ID, "view", name) + "#act", Current: name == view.View}, strconv.Itoa(i + 1),
		})
	}
	view.TextHref, view.PrintHref = view.at(st.ID, "view", "text"), view.at(st.ID, "print", paperText)
	if w == nil && view.View != viewLanes {
		view.query.Set("view", view.View) // without a run nothing remembers it
	}
	if all := p.flow.Variants(); len(all) > 1 {
		for _, o := range all {
			href := o.Href(o.Steps()[0].ID)
			if looksOn {
				href += "&app=" + url.QueryEscape(view.query.Get("app"))
			}
			view.Switches = append(view.Switches, web.Tab{Text: o.Words(), Href: href, Current: o == v})
		}
	}
	return view
}

// newListView makes the lines; their addresses come from the place.
func newListView(w *walkthrough.Walk, v *walkthrough.Variant, st *walkthrough.Step) listView {
	steps := v.Steps()
	view := listView{Step: st, N: st.N, Of: len(steps), From: roleOf(st.From), To: roleOf(st.To)}
	done, failed, todo, hidden := 0, 0, 0, 0
	for _, o := range steps {
		line := stepLine{Step: o, Current: o == st, State: walkthrough.StateTodo}
		if w != nil {
			line.State, line.Hidden = w.StateOf(o.ID), w.Hidden(o.ID)
		}
		switch line.State {
		case walkthrough.StateDone:
			done++
		case walkthrough.StateTodo:
			if line.Hidden {
				hidden++
			} else {
				todo++
			}
		case walkthrough.StateFailed:
			// A refusal is one failure, however many steps look at it.
			if w.Sends(o.ID) {
				failed++
			} else {
				done++
			}
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
	if hidden > 0 {
		view.Tally += fmt.Sprintf(", %d in your app", hidden)
	}
	return view
}

// roleOf is a party as the pages show it.
func roleOf(p *walkthrough.Party) web.Role { return web.Role{Kind: string(p.Role), Name: p.Name} }

// chooseView takes the view that the address names, else the one that the run
// was last looked at in.
func (view *placeView) chooseView(asked string, w *walkthrough.Walk) {
	view.View = knownView(asked)
	switch {
	case w == nil:
	case asked == "" || asked == "text":
		view.View = knownView(w.View())
	default:
		w.SetView(view.View)
	}
}

// resume finds the run that this browser is in, for a page that names none. One
// that has sent nothing, has come to its end or was stopped is not under way.
func (view *placeView) resume(s *server, c *gin.Context) {
	id, err := c.Cookie(lab.RunCookie)
	if err != nil {
		return
	}
	if w, ok := s.walks.Get(s.labOf(c), id); ok {
		if _, tried := w.TriedWith(); tried {
			return // an attack's buttons made it: nobody walks it
		}
		if len(w.Run().Entries()) == 0 || w.Position() > len(w.Steps()) || w.Flow().Attack != nil && w.Result().Stopped {
			return
		}
		at := stepAt(w, w.Position())
		st, _ := w.Variant().Step(at)
		view.Resume, view.ResumeOf = &stepLine{Step: st, Href: w.Href(at)}, w.Flow().Title
	}
}

// shownEntry is the exchange that the page shows: the chosen attempt, or the one
// that counts.
func (view *flowView) shownEntry(c *gin.Context, w *walkthrough.Walk, st *walkthrough.Step) *trace.Entry {
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
		t := web.Tab{Text: "A" + strconv.Itoa(a.N), Href: view.at(st.ID, "attempt", strconv.Itoa(a.N)), Status: "pass"}
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
			view.AttemptText = attemptText(view.sourceOf(w, st), a, len(attempts), w.Entry(st.ID))
		}
		view.Attempts.Items = append(view.Attempts.Items, t)
	}
	view.Attempts.Label = "Attempts"
	if shown != nil && len(attempts) > 1 && w.Run() != nil {
		n := 1 + slices.IndexFunc(attempts, func(a walkthrough.Attempt) bool { return a.Entry.Seq == shown.Seq })
		view.Compare = compareHref(w, w.Source(st.ID), max(n, 1), len(attempts))
	}
	return shown
}

// attemptText says how an attempt differed and how it ended. What the page says
// already, of the attempt that counts, it does not repeat.
func attemptText(st *walkthrough.Step, a walkthrough.Attempt, of int, counts *trace.Entry) string {
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
		says = append(says, walkthrough.Outcome(a.Entry))
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
	if w == nil || w.App() != "" || w.Entry(st.ID) == nil {
		return
	}
	says := w.Unlike(st.ID)
	if !w.Passed(st.ID) && !w.Sends(st.ID) {
		says = append(says, walkthrough.Outcome(w.Entry(st.ID)))
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
	case e.From.ID == lab.FitTrackLite:
		return "A script in this browser sent it."
	}
	return ""
}
