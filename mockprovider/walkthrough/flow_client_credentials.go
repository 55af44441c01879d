package walkthrough

import (
	"context"
	"net/http"
	"time"

	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
)

// clientCredentials is the flow client-credentials: a program gets a token of its
// own (RFC 6749 §4.4).
func clientCredentials() *script {
	return &script{
		config: func(*Variant) lab.RunConfig { return lab.RunConfig{Scope: lab.ScopeReportsRun} },
		memory: func(w *Walk, name string) string {
			if e := w.current("token-request"); e != nil && name == "client_secret" {
				return e.Request.Header.Get("Authorization")
			}
			return ""
		},
		actions: map[string]*action{
			"token-request": {
				half: HalfRequest,
				owns: to(trace.RoleAS, http.MethodPost, "/token"), seen: grants("client_credentials"),
				good: accepted, preview: previewCall(lab.ClientCredentials()), back: call(lab.ClientCredentials()),
			},
			"token-check":    {of: "token-request", half: HalfFindings},
			"token-response": {of: "token-request", half: HalfResponse},
			"api-request": {
				half: HalfRequest, after: "token-request",
				owns: func(_ *Walk, e *trace.Entry) bool { return e.To.Role == trace.RoleRS },
				good: accepted, preview: previewWithToken("token-request", lab.RunReport()), back: call(lab.RunReport()),
				expires: &expiry{"exp", "access token", "token-request", "token-request"},
			},
			"api-check":    {of: "api-request", half: HalfFindings},
			"api-response": {of: "api-request", half: HalfResponse},
		},
		faults: map[string]preparation{
			"token-request/wrong_secret":      wrongSecret,
			"token-request/no_secret":         noClient,
			"token-request/scope_of_a_person": set("scope", lab.ScopeStepsRead),
			"token-request/secret_in_url": func(_ context.Context, _ *Walk, d *Draft) error {
				d.URL.RawQuery = "client_id=nightly-report&client_secret=nightly-report-secret-for-the-lab"
				d.Header.Del("Authorization")
				return nil
			},
			"api-request/steps_of_alice": func(_ context.Context, _ *Walk, d *Draft) error {
				d.Method = http.MethodGet
				d.URL.Path = d.URL.Path[:len(d.URL.Path)-len("reports")] + "steps"
				d.URL.RawQuery = "user=alice"
				return nil
			},
			"api-request/altered_token": alteredToken,
			"api-request/expired_token": later(lab.AccessTokenLifetime + time.Second),
		},
	}
}
