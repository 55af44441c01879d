package walkthrough

import (
	"context"
	"strings"

	"claimcheck/mockprovider/lab"
)

// overBroadScope is the attack over-broad-scope: a token for one thing opens
// another, at the same API (RFC 6750 §3.1).
func overBroadScope() *script {
	return &script{
		config: func(*Variant) lab.RunConfig { return lab.RunConfig{PKCE: true, Scope: lab.ScopeStepsRead} },
		actions: map[string]*action{
			"connected": {
				half: HalfResponse, owns: during("connected", "/token"), good: accepted, preview: previewConnect, back: connectForAlice,
			},
			"steps-request": {
				half: HalfRequest, after: "connected", owns: during("steps-request", "/v1/steps"), good: accepted,
				preview: previewWithToken("connected", lab.GetSteps()), back: call(lab.GetSteps()),
			},
			"profile-request": mallorySends("profile-request", "steps-request", "/v1/profile", needs("steps-request", "has written no token into its log yet", func(_ context.Context, w *Walk) (*Draft, error) {
				_, token, _ := strings.Cut(w.current("steps-request").Request.Header.Get("Authorization"), " ")
				return bearer(w, "/v1/profile", token)
			})),
			"profile-check":    {of: "profile-request", half: HalfFindings},
			"profile-response": {of: "profile-request", half: HalfResponse},
		},
	}
}
