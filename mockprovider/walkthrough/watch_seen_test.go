package walkthrough

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
	"claimcheck/playground"
)

// A sent is a message of an own app, and what came of it.
type sent struct {
	path    string // at AcmeID, or at an API if it begins with /v1
	form    url.Values
	header  http.Header
	answer  string // its body
	refused string // the rule at which it ended, empty if it was accepted
	leads   string // where the browser of a person is sent, who sends this
}

func (x sent) append(l *lab.Lab) {
	e := &trace.Entry{
		At: l.Now(), From: trace.Party{Role: trace.RoleOwnApp, ID: "my-app", Name: "my-app"}, To: lab.AcmeID(), Channel: trace.Back,
		Request: trace.Message{
			Method: http.MethodPost, URL: l.Issuer() + x.path, Body: []byte(x.form.Encode()),
			Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}},
		},
		Response: trace.Message{Status: http.StatusOK, Header: http.Header{}, Body: []byte(x.answer)},
	}
	maps.Copy(e.Request.Header, x.header)
	if strings.HasPrefix(x.path, "/v1/") {
		e.To, e.Request.Method, e.Request.URL = lab.StepCloudParty(), http.MethodGet, l.Origin()+"/rs/main/stepcloud"+x.path
		e.Request.Body = nil
	}
	if x.leads != "" {
		e.From = lab.Browser()
		e.Response.Status = http.StatusSeeOther
		e.Response.Header.Set("Location", l.Issuer()+x.leads)
	}
	if x.refused != "" {
		e.Response.Status = http.StatusBadRequest
		e.RequestFindings = trace.Keep([]playground.Finding{{Rule: &playground.Rule{ID: x.refused}, Outcome: playground.Outcome{Status: playground.StatusFail}}})
	}
	l.Log().Append(e)
}

// In each flow, what an own app sends fills the steps whose message can be told by
// itself, and leaves those alone that take somebody of the story.
func TestWatchTellsMessagesByThemselves(t *testing.T) {
	grant := func(name string, more ...string) url.Values {
		v := url.Values{"grant_type": {name}}
		for i := 0; i < len(more); i += 2 {
			v.Set(more[i], more[i+1])
		}
		return v
	}
	const token, opaque = `{"access_token":"a.b.c"}`, `{"access_token":"at_1"}`
	bearer := func(value string) http.Header { return http.Header{"Authorization": {"Bearer " + value}} }
	proof := http.Header{"Dpop": {"p"}}
	bound := http.Header{"Dpop": {"p"}, "Authorization": {"DPoP a.b.c"}}
	login := sent{path: "/token", form: grant("authorization_code"), answer: token}
	steps := sent{path: "/v1/steps", header: bearer("a.b.c")}
	for flow, c := range map[string]struct {
		sends  []sent
		filled string // steps that are done, or were rightly refused
		empty  string
	}{
		"device-authorization": {[]sent{
			{path: "/device_authorization", answer: `{"device_code":"d","user_code":"BCDF-GHJK"}`},
			{path: "/token", form: grant(deviceGrant), refused: "device_decided"},
			{path: "/token", form: grant(deviceGrant), refused: "device_poll_interval"},
			{path: "/device", form: url.Values{"user_code": {"bcdfghjk"}}, leads: "/consent?interaction=i"},
			{path: "/device", form: url.Values{"user_code": {"of-another"}}, leads: "/consent?interaction=j"},
			{path: "/token", form: grant(deviceGrant), answer: token},
			steps,
		}, "device-request poll poll-fast user-code last-poll api-request", ""},
		"dpop": {[]sent{
			{path: "/token", form: grant("authorization_code"), header: proof, refused: "dpop_nonce"},
			{path: "/token", form: grant("authorization_code"), header: proof, answer: token},
			{path: "/v1/steps", header: bound},
		}, "token-request token-retry api-request", "stolen-token stolen-proof own-key"},
		"private-key-jwt": {[]sent{
			{path: "/token", form: grant("client_credentials"), answer: token},
			{path: "/token", form: grant("client_credentials", "client_assertion", "a.b.c"), answer: token},
			{path: "/token", form: grant("client_credentials", "client_assertion", "a.b.c"), refused: "client_assertion_once"},
			{path: "/v1/reports", header: bearer("a.b.c")},
		}, "secret-way token-request replay api-request", "secret-leak passed-on own-key"},
		"browser-app": {[]sent{login, steps}, "connected api-request", "steal mallory-calls mallory-refreshes"},
		"implicit":    {[]sent{steps}, "api-request", "found"},
		"password":    {[]sent{{path: "/token", form: grant("password"), answer: token}, steps}, "token-request api-request", "more mallory-login"},
		"logout":      {[]sent{steps, {path: "/logout"}, steps}, "api-request still-works", "replayed"},
		"token-exchange": {[]sent{
			login, steps,
			{path: "/v1/meals", header: bearer("a.b.c"), refused: "aud"},
			{path: "/token", form: grant("client_credentials"), answer: token},
			{path: "/token", form: grant(exchangeGrant, "actor_token", "a"), answer: token},
			{path: "/v1/meals", header: bearer("a.b.c")},
			{path: "/token", form: grant(exchangeGrant), answer: token},
		}, "connected api-request forward actor-request exchange-request meals-request no-actor", ""},
		"introspection-and-revocation": {[]sent{
			{path: "/token", form: grant("client_credentials"), answer: token},
			{path: "/token", form: grant("client_credentials"), answer: opaque},
			{path: "/v1/reports", header: bearer("a.b.c")},
			{path: "/v1/reports", header: bearer("at_1")},
			{path: "/revoke", form: url.Values{"token": {"a.b.c"}}},
			{path: "/revoke", form: url.Values{"token": {"at_1"}}},
			{path: "/v1/reports", header: bearer("at_1"), refused: "access_token"},
			{path: "/v1/reports", header: bearer("a.b.c")},
			{path: "/v1/reports", header: bearer("a.b.c"), refused: "exp"},
		}, "jwt-token opaque-token jwt-call opaque-call jwt-revoke opaque-revoke opaque-again jwt-again jwt-late", ""},
		"refresh-token-rotation": {[]sent{
			login,
			{path: "/v1/steps", header: bearer("a.b.c"), refused: "exp"},
			{path: "/token", form: grant("refresh_token"), answer: token},
			steps,
		}, "connected refresh-request api-request", "theft-request victim-request"},
	} {
		t.Run(flow, func(t *testing.T) {
			l := newLab(t)
			for _, x := range c.sends {
				x.append(l)
			}
			w := watchOf(t, l, flow, "my-app", 0)
			for step := range strings.FieldsSeq(c.filled) {
				if got := w.StateOf(step); got != StateDone {
					t.Errorf("%s is %s", step, got)
				}
			}
			for step := range strings.FieldsSeq(c.empty) {
				if w.Entry(step) != nil {
					t.Errorf("%s is filled by the app", step)
				}
			}
		})
	}
}
