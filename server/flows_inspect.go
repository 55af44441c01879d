package main

import (
	"html/template"
	"slices"

	"claimcheck/mockprovider/trace"
	"claimcheck/mockprovider/walkthrough"
	"claimcheck/web"
)

// The tabs of the inspector, as they stand in URLs.
const (
	tabExplain = "explain"
	tabMessage = "message"
	tabXray    = "xray"
	tabValues  = "values"
	tabSees    = "who"
	tabWrong   = "wrong"
	tabRFC     = "rfc"
)

type rulesView struct {
	Who   web.Role
	Rows  []web.Row // the rules that the step is about, and every failure
	Rest  []web.Row // the others that ran
	Ahead []web.Row // what the sender found out about the answer
	Empty string
}

type valueView struct {
	Name, Value, Role, Life string
	Notes                   []string
}

type digestView struct {
	walkthrough.Digest
	Equal bool
	At    int // the step that shows the verifier
}

type wrongView struct {
	walkthrough.Wrong
	Ask    *askView
	Tried  bool
	Active bool
	Key    string
}

type clauseView struct {
	walkthrough.Clause
	Title, Href string
}

// An inspectView is the inspector, tab by tab.
type inspectView struct {
	Tabs        web.Tabs
	Tab         string
	Explain     template.HTML
	Rules       rulesView
	Params      web.KV
	ParamsTitle string
	Values      []valueView
	Digest      *digestView
	Observers   []walkthrough.Observer
	Matrix      []walkthrough.SightRow
	Wrong       []wrongView
	WrongAt     *stepLine // where a step that looks sends its faults
	Clauses     []clauseView
}

func (view *flowView) inspect(w *walkthrough.Walk, st *walkthrough.Step, e *trace.Entry) {
	view.rules(w, st, e)
	view.Params = web.KV{Caption: "What the parameters are for", Columns: []string{"Parameter", "What it is for"}}
	made := w != nil && e != nil && w.HalfOf(st.ID) == walkthrough.HalfMemory
	for _, p := range st.Params {
		row := web.KVRow{Name: p.Name, Text: p.Plain}
		if made {
			row.Value = w.Value(p.Name)
		}
		view.Params.Rows = append(view.Params.Rows, row)
	}
	view.ParamsTitle = "What it is about"
	if made {
		view.ParamsTitle = "The values of this run"
		if slices.ContainsFunc(st.Values, func(e walkthrough.ValueEvent) bool { return e.Event == walkthrough.Born }) {
			view.ParamsTitle = "What " + st.From.Name + " made and keeps"
		}
		view.Params.Columns = []string{"Value", "In this run", "What it is for"}
	}
	view.values(w)
	view.Observers, view.Matrix = view.V.Observers(), st.Matrix(view.V)
	view.Wrong = view.wrongs(w, st)
	if source := view.sourceOf(w, st); source != st && len(source.Wrong) > 0 {
		view.WrongAt = &stepLine{Step: source, Href: view.at(source.ID, "tab", tabWrong) + "#inspector"}
	}
	for _, cl := range st.RFC {
		ref := cl.Section()
		view.Clauses = append(view.Clauses, clauseView{cl, ref.Title(), ref.URL()})
	}
	if view.Tab == "" {
		view.Tab = tabExplain
		if len(view.Rules.Rows) > 0 && e != nil {
			view.Tab = tabXray
		}
		if view.Act.Fault != nil {
			view.Tab = tabWrong
		}
	}
	view.Tabs.Label = "Inspector"
	for _, t := range []struct{ id, text string }{
		{tabExplain, "Explain"},
		{tabMessage, "Request/Response"},
		{tabXray, "X-ray"},
		{tabValues, "Values"},
		{tabSees, "Who sees it"},
		{tabWrong, "What could go wrong"},
		{tabRFC, "RFC"},
	} {
		if t.id == tabWrong && (len(st.Wrong) == 0 && view.WrongAt == nil || w != nil && w.App() != "") {
			continue
		}
		view.Tabs.Items = append(view.Tabs.Items, web.Tab{Text: t.text, Href: view.at(st.ID, "tab", t.id) + "#inspector", Current: view.Tab == t.id})
	}
	if !slices.ContainsFunc(view.Tabs.Items, func(t web.Tab) bool { return t.Current }) {
		view.Tab = tabExplain
		view.Tabs.Items[0].Current = true
	}
}

// rules are the rows of the X-ray: those that the step names and those that did
// not pass come first, the rest of what ran below.
func (view *flowView) rules(w *walkthrough.Walk, st *walkthrough.Step, e *trace.Entry) {
	r := &view.Rules
	if w == nil || e == nil {
		r.Rows = aheadRows(st)
		r.Empty = "No rule has run here yet. Once the message was sent, these and all others that its receiver ran stand here, with what they found."
		if len(st.Rules) == 0 {
			r.Empty = "No party decides anything in this step."
		}
		r.Who = roleOf(st.To)
		return
	}
	rows, half := w.Findings(st.ID, e), w.HalfOf(st.ID)
	if half == walkthrough.HalfMemory && len(st.Rules) == 0 {
		rows = nil // of the message nearby
	}
	r.Who = web.Role{Kind: string(e.To.Role), Name: e.To.Name}
	if half == walkthrough.HalfVerdict {
		r.Who = web.Role{Kind: string(e.From.Role), Name: e.From.Name}
	}
	for i := range rows {
		row := findingRow("", &rows[i])
		named := slices.Contains(st.Rules, rows[i].ID)
		if named || row.Status == "fail" || row.Status == "warn" || len(st.Rules) == 0 && row.Status != "skipped" && half != walkthrough.HalfResponse {
			r.Rows = append(r.Rows, row)
		} else {
			r.Rest = append(r.Rest, row)
		}
	}
	if half == walkthrough.HalfResponse {
		r.Ahead = findingRows("", e.ResponseFindings.All())
	}
	if half == walkthrough.HalfMemory && len(r.Rows) == 0 {
		r.Empty = "No party decides anything in this step."
	} else if len(r.Rows) == 0 && len(r.Ahead) == 0 {
		r.Empty = r.Who.Name + " ran no rule of OAuth on this message."
	}
}

// aheadRows are the rules that have not run yet.
func aheadRows(st *walkthrough.Step) []web.Row {
	rules := st.RuleSet()
	rows := make([]web.Row, 0, len(rules))
	for i := range rules {
		rows = append(rows, web.Row{Status: "skipped", Word: "not yet", Title: rules[i].Title, Cite: rules[i].Spec.String()})
	}
	return rows
}

func (view *flowView) values(w *walkthrough.Walk) {
	for _, t := range view.V.Threads() {
		x := valueView{Name: t.Name, Role: string(t.Role), Life: t.Life(), Notes: t.Notes()}
		if w != nil {
			x.Value = w.Value(t.Name)
		}
		view.Values = append(view.Values, x)
	}
	if w == nil {
		return
	}
	if d, ok := w.Digest(); ok {
		view.Digest = &digestView{Digest: d, Equal: d.Equal(), At: stepNumber(w, "token-check")}
	}
}

// sourceOf is the step that sends what the step looks at.
func (view *flowView) sourceOf(w *walkthrough.Walk, st *walkthrough.Step) *walkthrough.Step {
	if w == nil {
		return st
	}
	return view.Steps[w.SourceNumber(st.ID)-1].Step
}

func stepNumber(w *walkthrough.Walk, id string) int {
	if s, ok := w.Variant().Step(id); ok {
		return s.N
	}
	return 0
}

func (view *flowView) wrongs(w *walkthrough.Walk, st *walkthrough.Step) []wrongView {
	var out []wrongView
	for _, x := range st.Wrong {
		wv := wrongView{Wrong: x}
		if w == nil {
			wv.Ask = ask(&x.Ask, 0, false)
			out = append(out, wv)
			continue
		}
		for _, a := range w.Attempts(st.ID) {
			if a.Fault == x.Fault {
				wv.Tried = true
			}
		}
		wv.Active = w.Fault(st.ID) == x.Fault
		guessed := w.Guessed(st.ID, x.Fault)
		wv.Ask = ask(&x.Ask, guessed, wv.Tried && guessed > 0)
		out = append(out, wv)
	}
	return out
}
