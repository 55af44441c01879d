package walkthrough

import (
	"context"
	"net/http"

	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
)

// emailTakeover is the attack email-takeover: CoachBoard takes an e-mail address
// for a person, and Mallory's provider says whatever she wants about hers (OpenID
// Connect Core 1.0 §5.7).
func emailTakeover() *script {
	withCode := func(e *trace.Entry) bool {
		u := e.Response.Location()
		return u != nil && u.Query().Has("code")
	}
	return &script{
		memory: func(w *Walk, name string) string {
			if e := w.current("userinfo-request"); name == "email" && e != nil {
				return carried(e, HalfResponse, name)
			}
			return ""
		},
		config: func(*Variant) lab.RunConfig { return lab.RunConfig{PKCE: true, Scope: lab.ScopeLogin} },
		actions: map[string]*action{
			"connected": {
				half: HalfResponse, owns: during("connected", "/userinfo"), good: validated, preview: previewConnect, back: signAliceIn,
			},
			"connect": malloryBrowses("connect", "connected", "/connect", needs("connected", "knows no Alice yet", previewConnectWith(lab.PaceID)), redirects),
			"login": {
				half: HalfRequest, after: "connect", good: toCode,
				owns:    func(_ *Walk, e *trace.Entry) bool { return e.Step == "login" && withCode(e) },
				preview: previewNext("connect", "CoachBoard has not sent Mallory to PaceID yet"),
				back: func(ctx context.Context, w *Walk, _ *http.Request) (*trace.Entry, error) {
					return grantedTo(ctx, "mallory", w.current("connect").Response.Location().String(), w.run.BrowseAsMallory)
				},
			},
			"callback": malloryBrowses("callback", "login", "/callback", previewNext("login", "PaceID has not sent Mallory back yet"), accepted),
			"token-request": {
				half: HalfRequest, after: "callback", owns: during("token-request", "/token"), good: validated,
				preview: needs("callback", "has no code yet", func(ctx context.Context, w *Walk) (*Draft, error) {
					r, err := w.run.TokenRequest(lab.AsMallory(ctx))
					if err != nil {
						return nil, err
					}
					return draftOf(r)
				}),
				back: func(ctx context.Context, w *Walk, edited *http.Request) (*trace.Entry, error) {
					if _, err := w.run.Call(lab.AsMallory(ctx), lab.GetKeys(), nil); err != nil {
						return nil, err
					}
					return w.run.Redeem(lab.AsMallory(ctx), edited)
				},
			},
			"id-token": {of: "token-request", half: HalfVerdict},
			"userinfo-request": {
				half: HalfRequest, after: "token-request", owns: during("userinfo-request", "/userinfo"), good: validated,
				preview: needs("token-request", "has no token yet", func(ctx context.Context, w *Walk) (*Draft, error) {
					return previewCall(lab.GetUserInfo())(lab.AsMallory(ctx), w)
				}),
				back: func(ctx context.Context, w *Walk, edited *http.Request) (*trace.Entry, error) {
					return w.run.Call(lab.AsMallory(ctx), lab.GetUserInfo(), edited)
				},
			},
			"account": {of: "userinfo-request", half: HalfVerdict},
			"page": malloryBrowses("page", "userinfo-request", "/coachboard/", func(_ context.Context, w *Walk) (*Draft, error) {
				return get(w.home().String())
			}, accepted),
		},
	}
}

// signAliceIn is the whole of a login of Alice's, up to the account.
func signAliceIn(ctx context.Context, w *Walk, _ *http.Request) (*trace.Entry, error) {
	if e, err := codeForAlice(ctx, w, nil); err != nil || !w.run.Guided() { // else the client has gone on by itself
		return e, err
	}
	if _, err := w.run.Call(ctx, lab.GetKeys(), nil); err != nil {
		return nil, err
	}
	if _, err := w.run.Redeem(ctx, nil); err != nil {
		return nil, err
	}
	return w.run.Call(ctx, lab.GetUserInfo(), nil)
}
