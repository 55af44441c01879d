package walkthrough

import (
	"context"
	"net/url"

	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
)

// logoutTokenForgery is the attack logout-token-forgery: an ID token comes as a
// logout token (OpenID Connect Back-Channel Logout 1.0 §4.1).
func logoutTokenForgery() *script {
	page := func(w *Walk) (string, error) { return w.page(lab.RunClub, ""), nil }
	member := aliceOpens("member-page", "signed-in", "/"+lab.RunClub+"/", page)
	member.good = func(w *Walk, e *trace.Entry) bool { return accepted(w, e) && !signedOut(w, e) }
	after := aliceOpens("page-after", "logout-request", "/"+lab.RunClub+"/", page)
	after.good = signedOut
	return &script{
		config: func(*Variant) lab.RunConfig { return lab.RunConfig{PKCE: true, Scope: lab.ScopeLogin} },
		actions: map[string]*action{
			"signed-in": {
				half: HalfResponse, owns: during("signed-in", "/token"), good: accepted, preview: previewConnect,
				back: signInAt(lab.RunClub),
			},
			"member-page": member,
			"logout-request": mallorySends("logout-request", "member-page", "/backchannel-logout",
				needs("signed-in", "has signed nobody in yet", func(_ context.Context, w *Walk) (*Draft, error) {
					return postForm(w.page(lab.RunClub, "backchannel-logout"), url.Values{
						"logout_token": {carried(w.current("signed-in"), HalfResponse, "id_token")},
					})
				})),
			"logout-check":    {of: "logout-request", half: HalfFindings},
			"logout-response": {of: "logout-request", half: HalfResponse},
			"page-after":      after,
		},
	}
}
