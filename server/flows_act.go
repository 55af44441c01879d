package main

import (
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"claimcheck/mockprovider/trace"
	"claimcheck/mockprovider/walkthrough"
	"claimcheck/web"
)

// An actView is what can be done in a step: predict, send, edit, take back.
type actView struct {
	Ask     *askView
	Result  string               // what the last sending led to
	Status  string               // pass or fail
	Lesson  string               // what a fault that was tried shows
	DeadEnd *walkthrough.DeadEnd // only another variant leads on
	Late    string               // what has expired while the learner was reading
	// Send is the one thing to do. PostTo makes it a form.
	Send   *web.Send
	PostTo string
	Hidden []hidden
	// NotYet says why nothing can be sent, DoTo what to do about it.
	NotYet  string
	CanDo   bool
	DoText  string
	CanUndo bool
	CanEdit bool
	Blame   *walkthrough.Blame // what a failure comes from
	Editing bool
	EditTo  string
	Edit    editView
	Changes []walkthrough.Change
	Fault   *wrongView
	InPage  bool   // a script of the page sends it
	Again   string // a link or button that sends once more
}

type hidden struct{ Name, Value string }

// An askView is a prediction: open, or with its answer.
type askView struct {
	Question string
	Options  []optionView
	Guessed  int
	Solved   bool
	Right    bool
	Why      string
	Looks    bool // the step sends nothing: the answer comes at once
	Start    bool // answering it starts the run
}

type optionView struct {
	N             int
	Text          string
	Mine, Correct bool
}

type editView struct {
	Fields []walkthrough.Field
	Raw    string
	Front  bool
}

func ask(q *walkthrough.Question, guessed int, solved bool) *askView {
	if q == nil {
		return nil
	}
	a := &askView{Question: q.Question, Guessed: guessed, Solved: solved, Right: guessed == q.Answer, Why: q.Why}
	for i, o := range q.Options {
		a.Options = append(a.Options, optionView{N: i + 1, Text: o, Mine: i+1 == guessed, Correct: i+1 == q.Answer})
	}
	return a
}

// act says what can be done now. The order is that of the loop: predict, send,
// see what came of it, go on.
func (view *flowView) act(c *gin.Context, w *walkthrough.Walk, st *walkthrough.Step) {
	a := &view.Act
	next := func() {
		if view.Next != nil {
			a.Send = &web.Send{Text: "Next", Stub: strconv.Itoa(view.Next.N), Href: view.Next.Href}
			return
		}
		if w != nil && w.Flow().Attack != nil {
			a.Send = view.backToAttack("See what stops it")
			return
		}
		a.Send = &web.Send{Text: "Choose another walk", Stub: "all", Href: "/flows"}
	}
	if w == nil {
		view.actWithoutRun(st)
		return
	}
	if w.App() != "" {
		view.actWatched(w, st)
		return
	}
	entry := w.Entry(st.ID)
	passed := w.Passed(st.ID)
	guessed := w.Guessed(st.ID, "")
	fault := w.Fault(st.ID)
	a.CanUndo = len(w.Run().Entries()) > 0
	a.Ask = ask(st.Predict, guessed, guessed > 0 && (entry != nil || !w.Sends(st.ID)))
	if a.Ask != nil {
		a.Ask.Looks = !w.Sends(st.ID) || entry != nil
	}
	a.Blame = w.Blame(st.ID)
	if view.stopped(w, st) {
		return
	}
	if entry != nil {
		view.result(w, st, entry, passed)
	} else if passed {
		a.Result, a.Status = "AcmeID left this step out: it knew Alice and her answer already.", "pass"
	}
	generated, out, err := w.Preview(c.Request.Context(), st.ID)
	switch {
	case !w.Sends(st.ID):
		if entry == nil {
			a.NotYet = "Nothing to see yet: step " + strconv.Itoa(w.SourceNumber(st.ID)) + " has not been sent."
			if a.Blame != nil {
				a.NotYet += " " + a.Blame.Why
				view.sendBack()
				return
			}
			a.CanDo, a.DoText = true, "Do it for me, up to here"
			return
		}
		if w.Passed(st.ID) || st.N+1 <= w.Position() {
			next()
		} else if a.Late != "" {
			a.Send, a.PostTo = view.renew(), view.FlowPath+"/"+view.sourceOf(w, st).ID+"/renew"
		} else if a.Blame != nil {
			view.sendBack()
		} else if at := w.SourceNumber(st.ID); at > 0 { // what it looks at failed
			a.Send = &web.Send{Text: "Back to step " + strconv.Itoa(at), Stub: strconv.Itoa(at), Href: view.Steps[at-1].Href}
		}
		return
	case err != nil:
		if passed {
			next()
			return
		}
		a.NotYet = err.Error()
		if a.Blame != nil {
			a.NotYet += " " + a.Blame.Why
			view.sendBack()
			return
		}
		a.CanDo, a.DoText = true, "Do it for me, up to here"
		return
	}
	a.Changes = out.Changes(generated)
	a.CanEdit = !w.Person(st.ID) && len(st.Editable) > 0
	a.EditTo = view.at(st.ID, "edit", "1")
	a.Editing = a.CanEdit && c.Query("edit") != ""
	a.Edit = editView{Raw: out.Raw(), Front: !w.Back(st.ID)}
	for _, name := range st.Editable {
		a.Edit.Fields = append(a.Edit.Fields, walkthrough.Field{Name: name, Value: out.Get(name)})
	}
	if fault != "" {
		for _, x := range view.wrongs(w, st) {
			if x.Fault == fault {
				a.Fault, a.Ask = &x, x.Ask
			}
		}
	}
	view.sendOrNext(w, st, entry, passed && fault == "" && len(a.Changes) == 0, next)
}

func (view *flowView) sendOrNext(w *walkthrough.Walk, st *walkthrough.Step, entry *trace.Entry, passed bool, next func()) {
	a := &view.Act
	goTo := view.Base + "/go?run=" + view.Run
	a.InPage = w.InPage(st.ID)
	byForm := w.ByForm(st.ID)
	if byForm {
		goTo = ""
		a.PostTo = view.Base + "/send"
	}
	text := st.Send
	if a.Fault != nil {
		text = "Send it with the fault"
	} else if len(a.Changes) > 0 {
		text = "Send as edited"
	}
	if passed {
		a.Again, a.PostTo = goTo, ""
		if byForm {
			a.Again = "post"
		}
		next()
		return
	}
	if entry != nil && a.Fault == nil {
		text = "Send again"
	}
	if entry != nil && a.Lesson != "" && a.Fault == nil && len(a.Changes) == 0 {
		a.Again, a.PostTo = goTo, view.Base+"/undo"
		if byForm {
			a.Again = "post"
		}
		a.Send = &web.Send{Text: "Undo it and go on", Stub: "Enter"}
		return
	}
	if entry != nil && a.Late != "" && a.Fault == nil && len(a.Changes) == 0 {
		a.Send, a.PostTo = view.renew(), view.Base+"/renew"
		return
	}
	if entry != nil && a.DeadEnd != nil {
		a.Send, a.PostTo = &web.Send{Text: a.DeadEnd.Text, Stub: "1", Href: a.DeadEnd.Href(view.Flow)}, ""
		return
	}
	if entry != nil && a.Blame != nil && a.Fault == nil && len(a.Changes) == 0 {
		a.Again = goTo
		if byForm {
			a.Again = "post"
		}
		view.sendBack()
		return
	}
	a.Send = &web.Send{Text: text, Stub: "Enter", Href: goTo}
	if w.Person(st.ID) && entry == nil {
		a.CanDo, a.DoText = true, "Do it for me"
	}
}

// sendBack makes going back to what caused a failure the one thing to do.
func (view *flowView) sendBack() {
	a, n := &view.Act, view.Act.Blame.Step.N
	a.Send = &web.Send{Text: "Undo it and go on", Stub: "Enter"}
	if n != view.N {
		a.Send = &web.Send{Text: "Undo, back to step " + strconv.Itoa(n), Stub: strconv.Itoa(n)}
	}
	a.PostTo = view.Base + "/back"
}

// renew is the button that gets anew what has expired.
func (view *flowView) renew() *web.Send {
	return &web.Send{Text: "Get a fresh " + view.Act.Late, Stub: "Enter"}
}

func (view *flowView) result(w *walkthrough.Walk, st *walkthrough.Step, e *trace.Entry, passed bool) {
	a := &view.Act
	a.Result, a.Status = walkthrough.Outcome(e), "pass"
	// A fault that was tried answers its own question here.
	for _, at := range w.Attempts(st.ID) {
		if at.Entry.Seq != e.Seq || at.Fault == "" {
			continue
		}
		for _, x := range st.Wrong {
			if x.Fault == at.Fault {
				a.Ask = ask(&x.Ask, w.Guessed(st.ID, x.Fault), true)
				a.Lesson = x.Outcome
			}
		}
	}
	if !passed {
		a.Status = "fail"
		a.Result += " The walk can’t go on from here."
		if a.Blame != nil {
			a.Result += " " + a.Blame.Why
		} else {
			a.Result += " Try it again."
		}
		if d := view.V.DeadEnd(w.Source(st.ID)); d != nil {
			a.Result, a.DeadEnd = walkthrough.Outcome(e)+" "+d.Says, d
		}
		if what := w.Expired(st.ID); what != "" {
			a.Late = what
			a.Result = walkthrough.Outcome(e) + " The " + what + " had expired: more time went by than it lives. Nothing is broken. Get a fresh one, and send this step again."
		}
	}
	if !w.Sends(st.ID) && st.Kind != walkthrough.KindCheck {
		a.Result = ""
	}
}

// actWithoutRun is the page before anything was started.
func (view *flowView) actWithoutRun(st *walkthrough.Step) {
	a := &view.Act
	if st.N == 1 {
		if a.Ask = ask(st.Predict, 0, false); a.Ask != nil {
			a.Ask.Start = true
		}
	}
	for name, values := range view.V.Query() {
		a.Hidden = append(a.Hidden, hidden{name, values[0]})
	}
	slices.SortFunc(a.Hidden, func(x, y hidden) int { return strings.Compare(x.Name, y.Name) })
	if st.N == 1 {
		a.PostTo = view.FlowPath
		a.Send = &web.Send{Text: st.Send, Stub: "Enter", Name: "send", Value: "1"}
		a.NotYet = "This starts a run of your own: a fresh browser for Alice, beside your real one. A second tab is a second run."
		return
	}
	a.NotYet = "No run has been started here. Begin with step 1, or let the steps before this one be done for you."
	a.Send = &web.Send{Text: "Begin with step 1", Stub: "1", Href: view.Steps[0].Href}
	a.CanDo, a.DoText = true, "Do it for me, up to here"
}
