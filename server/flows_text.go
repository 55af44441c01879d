package main

import (
	"html/template"
	"strconv"

	"github.com/gin-gonic/gin"

	"claimcheck/lessons"
	"claimcheck/mockprovider/trace"
	"claimcheck/mockprovider/walkthrough"
	"claimcheck/web"
)

// A textStep is a step as sentences, for who cannot or does not want to see the
// picture, and for paper.
type textStep struct {
	*walkthrough.Step
	From, To web.Role
	Way      string
	Message  string   // "GET /idp/main/authorize"
	Carries  []string // its parameters with their values, or their purposes
	Checks   []web.Row
	Result   string
	Body     template.HTML
	Href     string
}

// textSteps are all steps as sentences. Before a run they say what would be
// carried, afterwards what was.
func (s *server) textSteps(w *walkthrough.Walk, v walkthrough.Variant) ([]textStep, error) {
	steps := s.walks.Flow().Steps(v)
	out := make([]textStep, 0, len(steps))
	for _, st := range steps {
		body, err := lessons.Markdown(st.Explain)
		if err != nil {
			return nil, err
		}
		t := textStep{
			Step: st, Way: st.Via.Words(), Body: body,
			From: web.Role{Kind: string(st.From), Name: walkthrough.NameOf(st.From, v)},
			To:   web.Role{Kind: string(st.To), Name: walkthrough.NameOf(st.To, v)},
		}
		var e *trace.Entry
		if w != nil {
			e = w.Entry(st.ID)
			t.Href = w.Href(st.ID)
		}
		for _, p := range st.Params {
			line := p.Name + ": " + p.Plain
			if e != nil && w.HalfOf(st.ID) == walkthrough.HalfRequest {
				if got := e.Request.Param(p.Name); got != "" && p.Name != "password" {
					line = p.Name + " = " + got + ". " + p.Plain
				}
			}
			t.Carries = append(t.Carries, line)
		}
		if e != nil {
			t.Result = walkthrough.Outcome(e, v)
			switch w.HalfOf(st.ID) {
			case walkthrough.HalfRequest:
				t.Message = e.Request.Method + " " + e.Path()
			case walkthrough.HalfFindings:
				for i := range e.RequestFindings {
					if row := findingRow("", &e.RequestFindings[i]); row.Status != "skipped" {
						t.Checks = append(t.Checks, row)
					}
				}
			case walkthrough.HalfResponse:
				t.Message = strconv.Itoa(e.Response.Status)
			case walkthrough.HalfMemory:
				t.Result = ""
			}
		}
		out = append(out, t)
	}
	return out, nil
}

// logLines is how much of the log a step's page shows.
const logLines = 12

// logOf are the last lines of the lab's log, to which a script adds what comes.
// Who is not the lab's owner sees what the run did, and nothing of others.
func (s *server) logOf(c *gin.Context, view *flowView, w *walkthrough.Walk) {
	var log web.Log
	if l := s.world.Main(); s.visits(c, l) {
		log, _ = newLogView(l)
	} else if w != nil {
		for _, it := range w.Run().Items() {
			log.Rows = append(log.Rows, newLogRow(it))
		}
	}
	if n := len(log.Rows); n > logLines {
		log.Rows = log.Rows[n-logLines:]
	}
	view.Log = log
}

// A flowsView is the page /flows.
type flowsView struct {
	Flows []flowCard
}

type flowCard struct {
	Title, Href, Text string
	Steps             int
	Variants          []web.Tab
}

func newFlowsView(f *walkthrough.Flow) flowsView {
	card := flowCard{
		Title: f.Title, Href: "/flows/" + f.ID, Steps: len(f.Steps(walkthrough.Variants()[0])),
		Text: "An app reads somebody’s data at an API, with their permission and without their password.",
	}
	for _, v := range walkthrough.Variants() {
		card.Variants = append(card.Variants, web.Tab{
			Text: v.App() + ", a " + v.ClientType() + " client, PKCE " + v.PKCEWord(),
			Href: card.Href + "/" + f.Steps(v)[0].ID + "?client=" + v.Client + "&pkce=" + v.PKCEWord(),
		})
	}
	return flowsView{Flows: []flowCard{card}}
}
