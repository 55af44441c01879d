package main

import (
	"html/template"
	"net/http"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"claimcheck/lessons"
	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/walkthrough"
	"claimcheck/playground"
	"claimcheck/web"
)

// studyCost is what a run of all combinations takes of an address's allowance: a
// lab of its own with its keys, and up to sixteen walks.
const studyCost = 15

// tryCost is that of one run of an attack.
const tryCost = 1

// attacksMap is /attacks: every attack, and the panel of the defences.
func (s *server) attacksMap(c *gin.Context) error {
	l := s.labOf(c)
	return s.page(c, http.StatusOK, "attackmap", web.Page{
		Title: "Attack and defence", Description: "Carry out the attacks that OAuth’s rules are there for, and see at which rule each of them ends.",
		Nav: "flows", Mark: labName(l), Data: newAttackMap(s.walks, l, s.control(c, l)),
	})
}

// attack is /attacks/ID: an attack with its story, its three buttons, and what
// came of them. An address with a run leads to where the run is.
func (s *server) attack(c *gin.Context) error {
	f, err := s.knownFlow(c)
	if err != nil {
		return err
	}
	if c.Query("app") != "" { // Mallory sends here, and nobody else
		_, err := s.watched(c, f)
		return err
	}
	l := s.labOf(c)
	if w, ok := s.walks.Get(l, c.Query("run")); ok && w.Flow() == f {
		return s.redirect(c, w.Href(stepAt(w, w.Position())))
	}
	view, err := s.newAttackRun(c, l, f)
	if err != nil {
		return err
	}
	return s.page(c, http.StatusOK, "attackrun", web.Page{
		Title: f.Title, Description: f.Lead, Nav: "flows", Mark: labName(l) + " · you are Mallory", Data: view,
	})
}

// attackAct is the forms of an attack's page: try carries it out with some of its
// defences on, study under all combinations of them.
func (s *server) attackAct(c *gin.Context) error {
	f, err := s.knownFlow(c)
	if err != nil {
		return err
	}
	l := s.labOf(c)
	form, err := s.controlForm(c, l)
	if err != nil {
		return err
	}
	at := f.Path()
	switch c.Param("step") {
	case "try":
		if err := s.spend(c, tryCost, "An attack is a whole walk, message by message."); err != nil {
			return err
		}
		w, err := s.walks.Try(c.Request.Context(), l, f, defencesOn(f, form("on")))
		if err != nil && w != nil { // say because AcmeID's policy lets no such walk begin
			return s.cannot(w, w.Steps()[0], err)
		}
		if err != nil {
			return err
		}
		s.carryRun(c, w)
		at += "#result"
	case "study":
		if err := s.spend(c, studyCost, "Every combination is a whole walk, in a lab of its own."); err != nil {
			return err
		}
		if _, err := s.walks.Study(c.Request.Context(), s.world, s.rand, f); err != nil {
			return err
		}
		at += "#combinations"
	default:
		return s.noRoute(c)
	}
	return s.redirect(c, at)
}

// defencesOn are those that a form asks for: all of them, one by its id, or none.
func defencesOn(f *walkthrough.Flow, asked string) []string {
	all := f.Attack.Rules()
	switch {
	case asked == "all":
		return all
	case slices.Contains(all, asked):
		return []string{asked}
	}
	return nil
}

// An attackRun is the page of an attack.
type attackRun struct {
	web.LabControl

	Flow     *walkthrough.Flow
	Path     string
	Of       int
	First    string // the address of its first step
	Parties  []web.Role
	Ask      *askView
	Defences []defenceView
	// Works and Stops are what came of the last run of each kind, for whoever may
	// see it.
	Works, Stops *triedView
	Study        *walkthrough.Study
	Combos       int
	Lesson       template.HTML
	Treated      []*lessons.Lesson // in the course
	Clauses      []clauseView
}

// A defenceView is a rule that stops an attack, as it is now.
type defenceView struct {
	web.LabDefence

	Says  string
	Level string
	At    int
	// Attacks are those that the rule stops, for the panel.
	Attacks []web.Tab
}

// A triedView is a run of an attack, with its steps to look at.
type triedView struct {
	Worked   bool
	Sentence string
	Steps    []triedStep
}

type triedStep struct {
	N            int
	Title, Href  string
	Said, Status string
}

func (s *server) newAttackRun(c *gin.Context, l *lab.Lab, f *walkthrough.Flow) (*attackRun, error) {
	a, v := f.Attack, f.Variants()[0]
	guess, _ := strconv.Atoi(c.Query("guess")) // what is no number is no guess
	view := &attackRun{
		LabControl: s.control(c, l), Flow: f, Path: f.Path(), Of: len(v.Steps()), First: v.Href(v.Steps()[0].ID),
		Ask: ask(&a.Ask, guess, guess > 0), Study: s.walks.Studied(f), Combos: 1 << len(a.Defences),
		Treated: s.course.Naming(f.Path()),
	}
	view.Ask.Looks = true
	for _, p := range v.Lanes() {
		view.Parties = append(view.Parties, roleOf(p))
	}
	for _, d := range a.Defences {
		at, _ := v.Step(d.At)
		view.Defences = append(view.Defences, defenceView{LabDefence: switchRow(d.RuleOf(), slices.Contains(l.Off(), d.Rule), ""), Says: d.Says, Level: string(d.RuleOf().Level), At: at.N})
	}
	held := runsOf(c.Request)
	for _, w := range s.walks.Tried(l, f) {
		// A run is the secret of its browser, which remembers the last few, and of
		// the lab's owner, who alone can have begun it.
		if !view.Owned && !slices.Contains(held, w.Run().ID()) {
			continue
		}
		if t := newTried(w); t.Worked {
			view.Works = t
		} else {
			view.Stops = t
		}
	}
	var err error
	if view.Lesson, err = lessons.Markdown(a.Lesson); err != nil {
		return nil, err
	}
	for _, cl := range a.RFC {
		ref := cl.Section()
		view.Clauses = append(view.Clauses, clauseView{cl, ref.Title(), ref.URL()})
	}
	return view, nil
}

// newTried reads a run of an attack.
func newTried(w *walkthrough.Walk) *triedView {
	r := w.Result()
	on, _ := w.TriedWith()
	t := &triedView{Worked: r.Worked, Sentence: r.Sentence(w.Flow(), on)}
	for _, st := range w.Steps() {
		e := w.Entry(st.ID)
		if e == nil || !w.Sends(st.ID) && !decides(w.Flow().Attack, r.Worked, on, st.ID) {
			continue
		}
		one := triedStep{N: st.N, Title: st.Title, Href: w.Href(st.ID), Said: walkthrough.Outcome(e), Status: "pass"}
		if !w.Passed(st.ID) {
			one.Status, one.Said = "fail", r.Outcome(e)
		}
		if !w.Sends(st.ID) {
			one.Said = "" // the step that sent it has said it
		}
		t.Steps = append(t.Steps, one)
	}
	return t
}

// decides says whether the step is the one that the sentence about a run names: the
// one in which Mallory wins, or at which a rule that was on ended it.
func decides(a *walkthrough.Attack, worked bool, on []string, step string) bool {
	if worked {
		return step == a.Won
	}
	return slices.ContainsFunc(a.Defences, func(d walkthrough.Defence) bool { return d.At == step && slices.Contains(on, d.Rule) })
}

// switchRow is a rule with its switch. Switched is the ID of one that was just
// switched.
func switchRow(r playground.Rule, off bool, switched string) web.LabDefence {
	row := web.LabDefence{ID: r.ID, Title: r.Title, Cite: r.Spec.String(), CiteHref: r.Spec.URL(), Off: off}
	if r.ID == switched {
		row.Now = switchedNow(off)
	}
	return row
}
