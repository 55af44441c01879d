package walkthrough

import (
	"context"
	"net/http"

	"claimcheck/mockprovider/trace"
)

// loginCSRF is the attack login-csrf: Mallory's code is planted in Alice's browser
// (RFC 6749 §10.12).
func loginCSRF() *script {
	token := *codeActions()["token-request"]
	token.after = "callback"
	connect := aliceOpens("connect", "mallory-code", "/connect", func(w *Walk) (string, error) { return connectPage(w), nil })
	connect.good = redirects
	return &script{memory: sessionValue, actions: map[string]*action{
		"mallory-code": {
			half: HalfResponse, owns: during("mallory-code", "/consent"), good: toCode, preview: previewConnect,
			back: func(ctx context.Context, w *Walk, _ *http.Request) (*trace.Entry, error) {
				return grantedTo(ctx, "mallory", connectPage(w), w.run.BrowseAsMallory)
			},
		},
		"connect": connect,
		"callback": aliceOpens("callback", "connect", "/callback", func(w *Walk) (string, error) {
			e := w.current("mallory-code")
			if e == nil || !toCode(w, e) {
				return "", notYet{w.number("mallory-code"), "Mallory has no code yet"}
			}
			return e.Response.Location().String(), nil
		}),
		"callback-check": {of: "callback", half: HalfFindings},
		"token-request":  &token,
		"token-check":    {of: "token-request", half: HalfFindings},
		"token-response": {of: "token-request", half: HalfResponse},
	}}
}
