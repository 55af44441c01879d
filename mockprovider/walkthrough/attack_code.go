package walkthrough

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
)

// codeReplay is the attack code-replay: Mallory finds a used code in a log.
func codeReplay() *script {
	return &script{
		memory: func(w *Walk, name string) string {
			if name == "code" {
				return seenCode(w)
			}
			return ""
		},
		actions: map[string]*action{
			"connected": {
				half: HalfRequest, owns: during("connected", "/token"), good: accepted,
				preview: previewConnect, back: connectForAlice,
			},
			"leak": {of: "connected", half: HalfMemory},
			"token-request": mallorySends("token-request", "connected", "/token", needs("connected", "has not used the code yet", func(_ context.Context, w *Walk) (*Draft, error) {
				return tokenForm(w, url.Values{
					"grant_type": {"authorization_code"}, "code": {seenCode(w)}, "client_id": {lab.FitTrackLite},
					"redirect_uri": {w.home().JoinPath("callback").String()},
				})
			})),
			"token-check":  {of: "token-request", half: HalfFindings},
			"api-request":  mallorySends("api-request", "token-request", "/v1/steps", stepsWith("token-request")),
			"api-response": {of: "api-request", half: HalfResponse},
		},
	}
}

// seenCode is the code of the last callback that came to the client, as it stands
// in an access log.
func seenCode(w *Walk) string {
	code := ""
	for _, e := range w.read().entries {
		if e.To.Role == trace.RoleClient && strings.HasSuffix(e.Path(), "/callback") {
			code = e.Request.Param("code")
		}
	}
	return code
}

// codeInjection is the attack code-injection: Mallory takes Alice's code into her
// own session at the client (RFC 9700 §4.5).
func codeInjection() *script {
	return &script{actions: map[string]*action{
		"alice-code":      aliceCode(),
		"mallory-connect": malloryBrowses("mallory-connect", "alice-code", "/connect", previewConnect, redirects),
		"injection": malloryBrowses("injection", "mallory-connect", "/callback", needs("mallory-connect", "waits for no answer of Mallory’s yet", func(ctx context.Context, w *Walk) (*Draft, error) {
			d, err := get(w.current("alice-code").Response.Location().String())
			if err == nil {
				d.Set("state", w.run.SessionOf(lab.AsMallory(ctx)).State)
			}
			return d, err
		}), accepted),
		"injection-check": {of: "injection", half: HalfFindings},
		"token-request": {
			half: HalfRequest, after: "injection", owns: to(trace.RoleAS, http.MethodPost, "/token"), good: accepted,
			preview: needs("injection", "has no code yet", func(ctx context.Context, w *Walk) (*Draft, error) {
				r, err := w.run.TokenRequest(lab.AsMallory(ctx))
				if err != nil {
					return nil, err
				}
				return draftOf(r)
			}),
			back: func(ctx context.Context, w *Walk, edited *http.Request) (*trace.Entry, error) {
				return w.run.Redeem(lab.AsMallory(ctx), edited)
			},
		},
		"token-check": {of: "token-request", half: HalfFindings},
		"api-request": {
			half: HalfRequest, after: "token-request", owns: to(trace.RoleRS, http.MethodGet, "/v1/steps"), good: accepted,
			preview: needs("token-request", "has no token yet", func(ctx context.Context, w *Walk) (*Draft, error) {
				r, err := w.run.APIRequest(lab.AsMallory(ctx))
				if err != nil {
					return nil, err
				}
				return draftOf(r)
			}),
			back: func(ctx context.Context, w *Walk, edited *http.Request) (*trace.Entry, error) {
				return w.run.CallAPI(lab.AsMallory(ctx), edited)
			},
		},
		"page": malloryBrowses("page", "api-request", "/fittrack/", func(_ context.Context, w *Walk) (*Draft, error) {
			return get(w.home().String())
		}, accepted),
	}}
}
