package walkthrough

import (
	"bytes"
	"context"
	"net/url"
	"time"

	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
)

// deviceCodePhishing is the attack device-code-phishing: Alice answers for a device
// of Mallory's (RFC 8628 §5.4).
func deviceCodePhishing() *script {
	codes := func(w *Walk) (c struct {
		DeviceCode string `json:"device_code"`
		UserCode   string `json:"user_code"`
		Complete   string `json:"verification_uri_complete"`
	},
	) {
		if e := w.current("device-request"); e != nil {
			e.Response.JSON(&c)
		}
		return c
	}
	link := aliceOpens("link", "device-request", "/device", func(w *Walk) (string, error) {
		at := codes(w).Complete
		if at == "" {
			return "", notYet{w.number("device-request"), "Mallory has no code yet"}
		}
		return at, nil
	})
	link.ready = func(_ context.Context, w *Walk) error {
		w.run.Advance(15 * time.Minute)
		return nil
	}
	// decides answers by what the page says: Alice has no device before her.
	decides := func(ctx context.Context, w *Walk, page *trace.Entry) (*trace.Entry, error) {
		word := "allow"
		if c := codes(w).UserCode; c != "" && bytes.Contains(page.Response.Body, []byte(c)) {
			word = "deny"
		}
		return decide(ctx, w, page, word)
	}
	return &script{actions: map[string]*action{
		"device-request": mallorySends("device-request", "", "/device_authorization", func(_ context.Context, w *Walk) (*Draft, error) {
			return postForm(w.run.Lab().Issuer()+"/device_authorization", url.Values{"client_id": {lab.FitTV}, "scope": {lab.ScopeStepsRead}})
		}),
		"link": link,
		"user-code": {
			half: HalfRequest, after: "link", owns: during("user-code", "/device"), good: redirects,
			preview: func(_ context.Context, w *Walk) (*Draft, error) {
				if w.current("link") == nil {
					return nil, notYet{w.number("link"), "Alice has not opened the link yet"}
				}
				return get(codes(w).Complete)
			},
			person: enterCode, pass: notRedirected,
		},
		"login": {
			half: HalfRequest, after: "user-code", owns: during("login", "/login"), good: redirects,
			preview: previewPage("login", "user-code"), person: logIn, pass: notRedirected, skipped: knownOnPhone,
		},
		"consent": {
			half: HalfRequest, after: "user-code", owns: during("consent", "/consent"), good: accepted,
			preview: previewPage("consent", "login", "user-code"), person: decides,
		},
		"token-request": mallorySends("token-request", "consent", "/token", needs("consent", "has no answer to fetch", func(_ context.Context, w *Walk) (*Draft, error) {
			return tokenForm(w, url.Values{
				"grant_type": {"urn:ietf:params:oauth:grant-type:device_code"}, "client_id": {lab.FitTV}, "device_code": {codes(w).DeviceCode},
			})
		})),
		"api-request":  mallorySends("api-request", "token-request", "/v1/steps", stepsWith("token-request")),
		"api-response": {of: "api-request", half: HalfResponse},
	}}
}
