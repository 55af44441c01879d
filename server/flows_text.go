package main

import (
	"html/template"
	"strconv"

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
func textSteps(w *walkthrough.Walk, v *walkthrough.Variant) ([]textStep, error) {
	steps := v.Steps()
	out := make([]textStep, 0, len(steps))
	for _, st := range steps {
		body, err := lessons.Markdown(st.Explain)
		if err != nil {
			return nil, err
		}
		t := textStep{
			Step: st, Way: st.Via.Words(), Body: body,
			From: roleOf(st.From), To: roleOf(st.To),
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
			t.Result = walkthrough.Outcome(e)
			switch w.HalfOf(st.ID) {
			case walkthrough.HalfRequest:
				t.Message = e.Request.Method + " " + e.Path()
			case walkthrough.HalfFindings, walkthrough.HalfVerdict:
				rows := w.Findings(st.ID, e)
				for i := range rows {
					if row := findingRow("", &rows[i]); row.Status != "skipped" {
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
