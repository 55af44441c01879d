package lab

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"claimcheck/mockprovider"
	"claimcheck/playground"
)

// StepsExport is StepCloud's type of authorization details (RFC 9396 §2.1): what
// may be done with the step counts of which days.
const StepsExport = "steps_export"

// The actions of a steps_export.
const (
	actionRead     = "read"
	actionDownload = "download"
)

// exportType is StepsExport as AcmeID knows it.
func exportType() mockprovider.DetailType {
	return mockprovider.DetailType{Type: StepsExport, Words: "take your step counts of these days with it", Fields: map[string]mockprovider.DetailField{
		"actions": {Values: []string{actionRead, actionDownload}, Required: true},
		"from":    {Kind: mockprovider.FieldFrom, Required: true},
		"to":      {Kind: mockprovider.FieldTo, Required: true},
	}}
}

// An exportDetail is one element of authorization_details, as StepCloud reads it.
// Dates are as in 2026-03-02, and compare as text.
type exportDetail struct {
	Type      string   `json:"type"`
	Locations []string `json:"locations"`
	Actions   []string `json:"actions"`
	From      string   `json:"from"`
	To        string   `json:"to"`
}

// downloadChecks are what StepCloud tests before days are downloaded. No scope is
// enough for it: the authorization details say which days. Each rule keeps the
// details that allow the call so far, so that one detail has to allow all of it.
func downloadChecks() []playground.Check[apiRequest] {
	return slices.Concat(bearerChecks(), detailChecks(), []playground.Check[apiRequest]{personOnly(), userRights()})
}

// detailChecks are those of them that are about the days and the details.
func detailChecks() []playground.Check[apiRequest] {
	return []playground.Check[apiRequest]{
		{
			Rule: playground.Rule{
				ID: "days_asked", Title: "The request says which days", Spec: rfc("9110", "15.5.1"),
				Level: playground.Must, Refusal: "invalid_request",
			},
			Test: func(a *apiRequest) playground.Outcome {
				from, ferr := time.Parse(time.DateOnly, a.query.Get("from"))
				to, terr := time.Parse(time.DateOnly, a.query.Get("to"))
				if ferr != nil || terr != nil || to.Before(from) {
					return playground.Fail("from and to, as in 2026-03-02, in this order", orNone(strings.TrimSpace(a.query.Get("from")+" "+a.query.Get("to"))), "Ask for from=2026-03-02&to=2026-03-08.")
				}
				return playground.Pass()
			},
		},
		{
			Rule: playground.Rule{
				ID: "detail_type", Title: "The token has an authorization detail of the type steps_export", Spec: rfc("9396", "9"),
				Level: playground.Must, Refusal: "insufficient_scope",
			},
			Test: func(a *apiRequest) playground.Outcome {
				var all []exportDetail
				_ = json.Unmarshal(a.claims.Details, &all) // what can't be read allows nothing
				a.details = slices.DeleteFunc(all, func(d exportDetail) bool { return d.Type != StepsExport })
				if len(a.details) > 0 {
					return playground.Pass()
				}
				o := playground.Fail("a detail of the type "+StepsExport, "none", "Ask for authorization_details of that type in a new authorization request.")
				o.Why = "A scope could only say that steps may be downloaded. It can't say of which days."
				return o
			},
		},
		{
			Rule: playground.Rule{
				ID: "detail_location", Title: "The detail is for this API", Spec: rfc("9396", "2.2"),
				Level: playground.Must, Refusal: "insufficient_scope", Switchable: true,
			},
			Test: func(a *apiRequest) playground.Outcome {
				here := a.lab.apiURL(a.api.id)
				return a.keepDetails(func(d exportDetail) bool { return d.Locations == nil || slices.Contains(d.Locations, here) },
					"locations with "+here+", or none", func(d exportDetail) string { return strings.Join(d.Locations, " ") })
			},
		},
		{
			Rule: playground.Rule{
				ID: "detail_action", Title: "The detail allows the download", Spec: rfc("9396", "2.2"),
				Level: playground.Must, Refusal: "insufficient_scope", Switchable: true,
			},
			Test: func(a *apiRequest) playground.Outcome {
				return a.keepDetails(func(d exportDetail) bool { return slices.Contains(d.Actions, actionDownload) },
					"actions with "+actionDownload, func(d exportDetail) string { return strings.Join(d.Actions, " ") })
			},
		},
		{
			Rule: playground.Rule{
				ID: "detail_days", Title: "The days that are asked for are days of the detail", Spec: rfc("9396", "9"),
				Level: playground.Must, Refusal: "insufficient_scope", Switchable: true,
			},
			Test: func(a *apiRequest) playground.Outcome {
				from, to := a.query.Get("from"), a.query.Get("to")
				return a.keepDetails(func(d exportDetail) bool { return d.From != "" && d.From <= from && to <= d.To },
					"days that hold "+from+" to "+to, func(d exportDetail) string { return d.From + " to " + d.To })
			},
		},
	}
}

// keepDetails keeps the details that allow the call, and fails if none does.
func (a *apiRequest) keepDetails(allows func(exportDetail) bool, wanted string, has func(exportDetail) string) playground.Outcome {
	var got []string
	kept := slices.DeleteFunc(slices.Clone(a.details), func(d exportDetail) bool {
		got = append(got, orNone(has(d)))
		return !allows(d)
	})
	if len(kept) == 0 { // those before stay, for a lab that has switched this rule off
		return playground.Fail(wanted, strings.Join(got, " and "), "Ask the person for it in a new authorization request.")
	}
	a.details = kept
	return playground.Pass()
}

// downloadEndpoint is where days are downloaded.
func downloadEndpoint() *endpoint {
	return &endpoint{
		methods: []string{http.MethodGet, http.MethodHead}, checks: downloadChecks(), denied: "This person may not see these steps.",
		answer: func(a *apiRequest) any {
			from, to := a.query.Get("from"), a.query.Get("to")
			days := slices.DeleteFunc(slices.Clone(daysOf(a.subject())), func(d Day) bool { return d.Date < from || d.Date > to })
			return map[string]any{"user": a.subject(), "from": from, "to": to, "steps": days}
		},
	}
}
