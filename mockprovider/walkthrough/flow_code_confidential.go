package walkthrough

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
)

// confidentialCode is the flow authorization-code: RFC 6749 §4.1 and nothing more.
//
// It is a flow of its own and not the variant of authorization-code-pkce without
// PKCE, because its story is another one: there a switch shows what is missing;
// here Mallory tries a stolen code at each place where something stops her (the
// secret, the binding to the client, the single use), and the last step says which
// theft nothing of that stops. The messages are the same, so it shares codeActions.
func confidentialCode() *script {
	actions := codeActions()
	for _, id := range []string{"secrets", "redirect", "authorization-check", "callback-check", "api-request", "api-check", "api-response", "page"} {
		delete(actions, id)
	}
	mallory := sendAs(lab.MalloryParty())
	actions["stolen-code"] = &action{
		half: HalfRequest, after: "consent", owns: during("stolen-code", "/token"), good: refusedBy("client_auth"),
		preview: previewStolen(lab.FitTrack), back: mallory,
	}
	actions["other-client"] = &action{
		half: HalfRequest, after: "stolen-code", owns: during("other-client", "/token"), good: refusedBy("code_client_bind"),
		preview: previewStolen(lab.FitTrackLite), back: mallory,
	}
	actions["callback"].after = "other-client"
	redeemed := actions["token-request"]
	redeemed.after, redeemed.good = "callback", validated
	redeemed.owns = func(_ *Walk, e *trace.Entry) bool {
		return e.To.Role == trace.RoleAS && e.From.ID == lab.FitTrack && e.Step != "refresh-request" && strings.HasSuffix(e.Path(), "/token")
	}
	actions["replay"] = &action{
		half: HalfRequest, after: "token-request", owns: during("replay", "/token"), good: refusedBy("code_single_use"),
		preview: replay("token-request"), back: mallory,
	}
	actions["replay-check"] = &action{of: "replay", half: HalfFindings}
	actions["refresh-request"] = &action{
		half: HalfRequest, after: "replay", owns: during("refresh-request", "/token"), good: refusedBy("grant_active"),
		preview: needs("replay", "does not refresh yet", previewCall(lab.Refresh())), back: call(lab.Refresh()),
	}
	actions["missing"] = &action{of: "refresh-request", half: HalfMemory}
	return &script{
		actions: actions, memory: sessionValue,
		config: func(*Variant) lab.RunConfig { return lab.RunConfig{Scope: lab.ScopeStepsRead} },
		people: map[string]person{"consent/deny_consent": deny},
		faults: map[string]preparation{
			"consent/deny_consent": unchanged,
			"callback/wrong_state": func(_ context.Context, _ *Walk, d *Draft) error {
				d.Set("state", flip(d.Get("state")))
				return nil
			},
			"token-request/wrong_secret":         wrongSecret,
			"token-request/changed_redirect_uri": addSlash,
			"token-request/expired_code":         later(lab.CodeLifetime + time.Second),
			"token-request/json_body": func(_ context.Context, _ *Walk, d *Draft) error {
				d.Header.Set("Content-Type", "application/json")
				d.Body = `{"grant_type":"authorization_code","code":"` + d.Get("code") + `"}`
				return nil
			},
			"token-request/secret_in_url": func(_ context.Context, w *Walk, d *Draft) error {
				d.URL.RawQuery = url.Values{"client_id": {w.v.Client}, "client_secret": {"fittrack-secret-for-the-lab"}}.Encode()
				d.Header.Del("Authorization")
				return nil
			},
		},
	}
}

// previewStolen is a token request with the code that stands in Alice's browser, by
// somebody who has no secret.
func previewStolen(client string) func(context.Context, *Walk) (*Draft, error) {
	return needs("consent", "has no code that could be stolen", func(_ context.Context, w *Walk) (*Draft, error) {
		answer := w.answer()
		if answer == nil {
			return nil, notYet{w.number("consent"), "AcmeID has not sent Alice back yet"}
		}
		d, err := get(w.run.Lab().Issuer() + "/token")
		if err != nil {
			return nil, err
		}
		d.Method = http.MethodPost
		d.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		d.Set("grant_type", "authorization_code")
		d.Set("code", answer.Query().Get("code"))
		d.Set("redirect_uri", w.home().JoinPath("callback").String())
		d.Set("client_id", client)
		return d, nil
	})
}
