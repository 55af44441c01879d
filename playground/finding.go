package playground

import (
	"encoding/json"

	"claimcheck/playground/spec"
)

// MarshalJSON writes a finding as one flat object: the rule's facts and how it
// ended, without what is empty.
func (f Finding) MarshalJSON() ([]byte, error) {
	out := struct {
		Rule     string   `json:"rule"`
		ID       string   `json:"id"`
		Title    string   `json:"title"`
		Level    Level    `json:"level,omitempty"`
		Status   Status   `json:"status"`
		Message  string   `json:"message,omitempty"`
		Expected string   `json:"expected,omitempty"`
		Got      string   `json:"got,omitempty"`
		Why      string   `json:"why,omitempty"`
		Fix      string   `json:"fix,omitempty"`
		Spec     spec.Ref `json:"spec"`
		Span     *Span    `json:"span,omitempty"`
	}{Status: f.Status, Message: f.Message, Expected: f.Expected, Got: f.Got, Why: f.Why, Fix: f.Fix}
	if f.Rule != nil {
		out.Rule, out.ID, out.Title, out.Level, out.Spec = f.ID, f.FindingID(), f.Title, f.Level, f.Spec
	}
	if f.Span != (Span{}) {
		out.Span = &f.Span
	}
	return json.Marshal(out)
}
