package walkthrough

import (
	"cmp"
	"encoding/json"

	"claimcheck/mockprovider/trace"
)

// Value is what a value of the flow is in this run, empty while it is not born:
// what a party keeps of it, or what the messages of its steps say.
func (w *Walk) Value(name string) string {
	if w.script.memory != nil && w.watch == nil {
		if v := w.script.memory(w, name); v != "" {
			return v
		}
	}
	param := name
	if info := w.flow.value(name); info != nil {
		param = cmp.Or(info.Param, name)
	}
	for _, t := range w.v.threads {
		if t.Name != name {
			continue
		}
		for _, at := range t.Events {
			if e := w.Entry(at.Step.ID); e != nil {
				if v := carried(e, w.HalfOf(at.Step.ID), param); v != "" {
					return v
				}
			}
		}
	}
	return ""
}

// carried is a parameter of a request, or a member of an answer or of where it
// leads to.
func carried(e *trace.Entry, half Half, name string) string {
	if half == HalfRequest {
		return e.Request.Param(name)
	}
	if u := e.Response.Location(); u != nil {
		return u.Query().Get(name)
	}
	var body map[string]any
	if e.Response.JSON(&body) {
		switch v := body[name].(type) {
		case nil:
		case string:
			return v
		default:
			b, err := json.Marshal(v)
			if err == nil {
				return string(b)
			}
		}
	}
	return ""
}
