package walkthrough

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"time"

	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
)

// aliceCode is a step in which AcmeID makes a code for Alice, which is not
// delivered.
func aliceCode() *action {
	return &action{
		half: HalfResponse, owns: during("alice-code", "/consent"), good: toCode, preview: previewConnect,
		back: func(ctx context.Context, w *Walk, _ *http.Request) (*trace.Entry, error) {
			return grantedTo(ctx, "alice", connectPage(w), w.run.Browse)
		},
	}
}

// redeemedAs are the steps in which Mallory redeems that code in a client's name,
// empty for the one that it was made for, and reads Alice's steps.
func redeemedAs(client string) *script {
	return &script{actions: map[string]*action{
		"alice-code": aliceCode(),
		"token-request": mallorySends("token-request", "alice-code", "/token", needs("alice-code", "has sent no code yet", func(_ context.Context, w *Walk) (*Draft, error) {
			return tokenForm(w, url.Values{
				"grant_type": {"authorization_code"}, "code": {landed(w, "alice-code", "code")}, "client_id": {cmp.Or(client, w.v.Client)},
				"redirect_uri": {w.home().JoinPath("callback").String()},
			})
		})),
		"token-check":  {of: "token-request", half: HalfFindings},
		"api-request":  mallorySends("api-request", "token-request", "/v1/steps", stepsWith("token-request")),
		"api-response": {of: "api-request", half: HalfResponse},
	}}
}

// codeForAnotherClient is the attack code-for-another-client: the code of a client
// with a secret comes in the name of one without (RFC 6749 §4.1.3).
func codeForAnotherClient() *script { return redeemedAs(lab.FitTrackLite) }

// lateCode is the attack late-code: a code that was never redeemed is found a day
// later (RFC 6749 §4.1.2).
func lateCode() *script {
	s := redeemedAs(lab.FitTrackLite)
	s.actions["token-request"].ready = func(_ context.Context, w *Walk) error {
		w.run.Advance(24 * time.Hour)
		return nil
	}
	return s
}

// loginInjection is the attack login-injection: CoachBoard logs Mallory's browser
// in with a code of Alice's (RFC 9700 §4.5).
func loginInjection() *script {
	asMallory := func(id, after, path, lacks string, c lab.Call) *action {
		return &action{
			half: HalfRequest, after: after, owns: during(id, path), good: validated,
			preview: needs(after, lacks, func(ctx context.Context, w *Walk) (*Draft, error) {
				r, err := w.run.Request(lab.AsMallory(ctx), c)
				if err != nil {
					return nil, err
				}
				return draftOf(r)
			}),
			back: func(ctx context.Context, w *Walk, edited *http.Request) (*trace.Entry, error) {
				return w.run.Call(lab.AsMallory(ctx), c, edited)
			},
		}
	}
	shared := codeInjection().actions
	actions := map[string]*action{
		"keys":           asMallory("keys", "injection", "/jwks", "has no code yet", lab.GetKeys()),
		"id-token-check": {of: "token-request", half: HalfVerdict},
		"userinfo":       asMallory("userinfo", "token-request", "/userinfo", "has no token yet", lab.GetUserInfo()),
		"page": malloryBrowses("page", "userinfo", "/"+lab.CoachBoard+"/", func(_ context.Context, w *Walk) (*Draft, error) {
			return get(w.home().String())
		}, func(w *Walk, e *trace.Entry) bool { return accepted(w, e) && !signedOut(w, e) }),
	}
	for _, id := range []string{"alice-code", "mallory-connect", "injection"} {
		actions[id] = shared[id]
	}
	redeem := *shared["token-request"]
	redeem.after, redeem.good = "keys", validated
	actions["token-request"] = &redeem
	return &script{
		config:  func(*Variant) lab.RunConfig { return lab.RunConfig{PKCE: true, Scope: lab.ScopeLogin} },
		actions: actions,
	}
}
