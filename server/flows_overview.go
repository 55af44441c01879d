package main

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"claimcheck/mockprovider/trace"
	"claimcheck/mockprovider/walkthrough"
	"claimcheck/playground"
	"claimcheck/web"
)

// The views of the list of steps, as they stand in URLs. The text is a page of
// its own.
const (
	viewLanes = "lanes"
	viewWire  = "wire"
	viewList  = "list"
	viewTable = "table"
)

// knownView is the view of this name, the lanes if there is none.
func knownView(name string) string {
	if slices.Contains([]string{viewWire, viewList, viewTable}, name) {
		return name
	}
	return viewLanes
}

// An overRow is a step in the views wire, list and table. It is made of the same
// text and the same entry as the step's own page.
type overRow struct {
	stepLine
	From, To web.Role
	Start    string   // the start line of the message, or what happens instead
	Lines    []string // what it carries: with values once it was sent
	Names    []string // the names alone
	Rules    string   // how many rules its receiver ran, and how they ended
}

// overview makes the rows. What was not sent yet shows what it will carry.
func (view *flowView) overview(w *walkthrough.Walk) {
	for _, l := range view.Steps {
		st := l.Step
		row := overRow{
			stepLine: l, Start: st.Label,
			From: roleOf(st.From), To: roleOf(st.To),
		}
		for _, p := range st.Params {
			row.Names = append(row.Names, p.Name)
		}
		if w != nil {
			if e := w.Entry(st.ID); e != nil {
				row.happened(w, e)
			}
		}
		if row.Rules == "" && len(st.Rules) > 0 && st.Kind == walkthrough.KindCheck {
			row.Rules = "to come"
		}
		view.Over = append(view.Over, row)
	}
}

// happened fills in what the entry says.
func (r *overRow) happened(w *walkthrough.Walk, e *trace.Entry) {
	switch w.HalfOf(r.ID) {
	case walkthrough.HalfRequest:
		r.Start = e.Request.Method + " " + e.Path()
		for _, name := range r.Names {
			got := e.Request.Param(name)
			if got == "" {
				got = e.Request.Header.Get(name)
			}
			if got != "" && name != "password" {
				r.Lines = append(r.Lines, name+": "+cutText(got, 40))
			}
		}
	case walkthrough.HalfResponse:
		r.Start = strconv.Itoa(e.Response.Status) + " " + http.StatusText(e.Response.Status)
		r.Lines = answerLines(&e.Response)
	case walkthrough.HalfFindings, walkthrough.HalfVerdict:
		r.Rules = tallyOf(w.Findings(r.ID, e))
		r.Start = r.Rules
	case walkthrough.HalfMemory:
		for _, name := range r.Names {
			if got := w.Value(name); got != "" {
				r.Lines = append(r.Lines, name+": "+cutText(got, 40))
			}
		}
	}
}

// answerLines are what an answer brings: where it leads to and with what, or the
// members of its JSON.
func answerLines(m *trace.Message) []string {
	var lines []string
	add := func(name, value string) { lines = append(lines, name+": "+cutText(value, 40)) }
	if u := m.Location(); u != nil {
		add("Location", (&url.URL{Path: u.Path}).String())
		q := u.Query()
		for _, name := range slices.Sorted(maps.Keys(q)) {
			add(name, q.Get(name))
		}
		return lines
	}
	var body map[string]any
	if m.JSON(&body) {
		for _, name := range slices.Sorted(maps.Keys(body)) {
			switch x := body[name].(type) {
			case string:
				add(name, x)
			case float64:
				add(name, strconv.FormatFloat(x, 'f', -1, 64))
			case []any:
				add(name, strconv.Itoa(len(x))+" entries")
			}
		}
		return lines
	}
	kind, _, _ := strings.Cut(m.Header.Get("Content-Type"), ";")
	if kind != "" {
		lines = append(lines, "Content-Type: "+kind)
	}
	return lines
}

// tallyOf counts findings: "43 rules passed, none refused", or the one that refused.
func tallyOf(rows []playground.Finding) string {
	passed, failed := 0, ""
	for i := range rows {
		switch rows[i].Status { //nolint:exhaustive // what did not run is not counted
		case playground.StatusPass:
			passed++
		case playground.StatusFail:
			if failed == "" {
				failed = rows[i].Title
			}
		}
	}
	if failed != "" {
		return "refused: " + failed
	}
	return strconv.Itoa(passed) + " rules passed, none refused"
}
