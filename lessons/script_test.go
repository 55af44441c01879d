package lessons

import (
	"net/url"
	"testing"
)

// A walk of a script is the learner's own, and patterns know it by its name, its
// steps and the rule that ended it.
func TestScriptWalks(t *testing.T) {
	b := newBench(t)
	stolen := build(t, `kind: forge
check: wire
with:
  events:
    - {is: x, missing: The attack., flow: login-csrf, step: token-request, status: 200}
    - {is: x, missing: The defence., flow: login-csrf, step: callback, rule: state_equal}`)
	run := func(e *Exercise, want string, steps ...ScriptStep) {
		t.Helper()
		since := b.Last()
		if _, err := b.Run(t.Context(), steps); err != nil {
			t.Fatal(err)
		}
		a, err := b.Attempt(url.Values{}, since)
		if err != nil {
			t.Fatal(err)
		}
		expect(t, e.Check(a), want)
	}
	open := ScriptStep{Walk: &WalkStep{ID: "login-csrf", On: []string{}}}
	shut := ScriptStep{Walk: &WalkStep{ID: "login-csrf", On: []string{"state_equal"}}}
	run(stolen, "The attack.", shut)
	run(stolen, "The defence.", open)
	run(stolen, "The attack.", ScriptStep{Walk: &WalkStep{ID: "code-injection"}}, shut)
	run(stolen, "done", open, shut)

	fast := build(t, `kind: do
check: wire
with:
  events:
    - {is: x, missing: The fault., flow: device-authorization, to: as, path: /token, error: slow_down}`)
	run(fast, "The fault.", ScriptStep{Walk: &WalkStep{ID: "device-authorization", Until: "poll"}})
	run(fast, "done", ScriptStep{Walk: &WalkStep{ID: "device-authorization", Variant: map[string]string{"branch": "deny"}}})
	if _, err := b.Run(t.Context(), []ScriptStep{{Walk: &WalkStep{ID: "no-such"}}}); err == nil {
		t.Error("a walk that does not exist was taken")
	}
	if _, err := b.Run(t.Context(), []ScriptStep{{Walk: &WalkStep{ID: "device-authorization", Break: "poll/no-such"}}}); err == nil {
		t.Error("a fault that does not exist was sent")
	}
}

// A switched defence is in the log, and the body of a request and of an answer are
// read as JSON.
func TestScriptSwitchesAndBodies(t *testing.T) {
	b := newBench(t)
	e := build(t, `kind: fix
check: wire
with:
  events:
    - {is: x, missing: Switch it., mark: defence_switched, switch: scope}
    - {is: x, missing: Register., to: as, path: /register, json: {token_endpoint_auth_method: none, jwks: ""}, answer: {client_id: "*", client_secret: ""}}`)
	register := `POST /idp/main/register HTTP/1.1
Content-Type: application/json

{"redirect_uris": ["http://127.0.0.1/callback"], "token_endpoint_auth_method": "`
	for _, c := range []struct{ off, method, want string }{
		{"user_rights", "none", "Switch it."},
		{"scope", "client_secret_basic", "Register."},
		{"scope", "none", "done"},
	} {
		since := b.Last()
		_, err := b.Run(t.Context(), []ScriptStep{{Switch: &SwitchStep{Off: []string{c.off}}}, {Send: register + c.method + `"}`, Expect: 201}})
		if err != nil {
			t.Fatal(err)
		}
		a, err := b.Attempt(url.Values{}, since)
		if err != nil {
			t.Fatal(err)
		}
		expect(t, e.Check(a), c.want)
		if err := b.lab.SwitchTo(nil, b.lab.Off()); err != nil {
			t.Fatal(err)
		}
	}
}

// The authorization endpoint answers with redirects, to go on or to go back with
// an error.
func TestOutcomeAccepted(t *testing.T) {
	for o, want := range map[Outcome]bool{
		{Status: 200}: true, {Status: 303}: true, {Status: 303, Rule: "scope_allowed"}: false, {Status: 400, Rule: "x"}: false, {Status: 401}: false,
	} {
		if o.Accepted() != want {
			t.Errorf("%+v: %v", o, o.Accepted())
		}
	}
}
