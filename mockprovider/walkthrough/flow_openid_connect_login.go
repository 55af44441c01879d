package walkthrough

import (
	"context"
	"net/http"
	"strings"

	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
)

// openIDConnectLogin is the flow openid-connect-login: CoachBoard lets AcmeID say
// who somebody is (OpenID Connect Core 1.0 §3.1), and asks a second time.
func openIDConnectLogin() *script {
	actions := codeActions()
	for _, id := range []string{"api-request", "api-check", "api-response"} {
		delete(actions, id)
	}
	for _, a := range actions {
		if owns := a.owns; owns != nil {
			a.owns = func(w *Walk, e *trace.Entry) bool { return !strings.HasPrefix(e.Step, "again") && owns(w, e) }
		}
	}
	actions["keys"] = &action{
		half: HalfResponse, after: "consent",
		owns: to(trace.RoleAS, http.MethodGet, "/jwks"), good: validated,
		preview: previewAfter("callback", "has no code yet", lab.GetKeys()), back: call(lab.GetKeys()),
	}
	actions["token-request"].good = validated
	actions["token-request"].preview = needs("keys", "does not hold AcmeID’s keys yet", previewToken)
	actions["id-token-signature"] = &action{of: "token-request", half: HalfVerdict}
	actions["id-token-claims"] = &action{of: "token-request", half: HalfVerdict}
	actions["userinfo-request"] = &action{
		half: HalfRequest, after: "token-request",
		owns: to(trace.RoleAS, http.MethodGet, "/userinfo"), good: validated,
		preview: previewWithToken("token-request", lab.GetUserInfo()), back: call(lab.GetUserInfo()),
		expires: &expiry{"token_exp", "access token", "authorization-request", "token-request"},
	}
	actions["userinfo-check"] = &action{of: "userinfo-request", half: HalfFindings}
	actions["account"] = &action{of: "userinfo-request", half: HalfVerdict}
	actions["page"].after = "userinfo-request"
	actions["page"].preview = needs("userinfo-request", "does not know yet who she is", func(_ context.Context, w *Walk) (*Draft, error) {
		return get(w.home().String())
	})
	actions["again"] = &action{
		half: HalfRequest, after: "userinfo-request",
		owns: func(_ *Walk, e *trace.Entry) bool {
			return e.Step == "again" && strings.HasSuffix(e.Path(), "/connect")
		},
		preview: needs("userinfo-request", "has not logged her in yet", previewConnect), good: redirects,
	}
	actions["again-request"] = &action{
		half: HalfResponse, after: "again",
		owns: func(_ *Walk, e *trace.Entry) bool {
			return e.Step == "again-request" && e.To.Role == trace.RoleAS && strings.HasSuffix(e.Path(), "/authorize")
		},
		preview: func(_ context.Context, w *Walk) (*Draft, error) {
			e := w.current("again")
			if e == nil || e.Response.Location() == nil {
				return nil, notYet{w.number("again"), "Alice has not clicked a second time yet"}
			}
			return get(e.Response.Location().String())
		},
		// A code at once, or the consent page: AcmeID knows who she is.
		good: func(w *Walk, e *trace.Entry) bool {
			u := e.Response.Location()
			return accepted(w, e) && (asks(e, "consent") != "" || u != nil && strings.HasSuffix(u.Path, "/callback"))
		},
	}
	return &script{
		actions: actions, memory: loginValue,
		config: func(*Variant) lab.RunConfig { return lab.RunConfig{PKCE: true, Scope: lab.ScopeLogin} },
		people: map[string]person{"consent/deny_consent": deny},
		faults: map[string]preparation{
			"authorization-request/without_nonce": set("nonce", ""),
			"consent/deny_consent":                unchanged,
			"callback/wrong_state": func(_ context.Context, _ *Walk, d *Draft) error {
				d.Set("state", flip(d.Get("state")))
				return nil
			},
			"keys/keys_empty":                unchanged,
			"token-request/wrong_audience":   unchanged,
			"token-request/wrong_nonce":      unchanged,
			"token-request/bad_signature":    unchanged,
			"token-request/alg_none":         unchanged,
			"token-request/expired_id_token": unchanged,
			"token-request/access_token":     unchanged,
			"userinfo-request/other_person":  unchanged,
			"again-request/prompt_login":     set("prompt", "login"),
		},
		misbehaves: map[string]string{ //nolint:gosec // names of steps and faults
			"keys/keys_empty":                "jwks_empty",
			"token-request/wrong_audience":   "idt_aud_wrong",
			"token-request/wrong_nonce":      "idt_nonce_wrong",
			"token-request/bad_signature":    "idt_sig_corrupt_rs256",
			"token-request/alg_none":         "idt_alg_none",
			"token-request/expired_id_token": "idt_exp_past",
			"token-request/access_token":     "idt_at_as_idt",
			"userinfo-request/other_person":  "ui_sub_mismatch",
		},
	}
}

// loginValue is a value of the first login, also after the second has begun.
func loginValue(w *Walk, name string) string {
	step := map[string]string{"state": "authorization-request", "nonce": "authorization-request", "code_challenge": "authorization-request", "code_verifier": "token-request"}[name]
	if e := w.current(step); e != nil {
		return e.Request.Param(name)
	}
	if name == "nonce" {
		return w.run.Session().Nonce
	}
	return sessionValue(w, name)
}
