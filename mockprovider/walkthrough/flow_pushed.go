package walkthrough

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
)

// pushed is the flow pushed-authorization-request: the client pushes its request
// to AcmeID, and the browser carries a reference (RFC 9126).
func pushed() *script {
	code := codeActions()
	actions := map[string]*action{
		"connect": code["connect"],
		"secrets": code["secrets"],
		"push": {
			half: HalfRequest, after: "connect", owns: to(trace.RoleAS, http.MethodPost, "/par"), good: validated,
			preview: needs("connect", "has not been asked to connect yet", previewCall(lab.Push())), back: call(lab.Push()),
		},
		"push-check":    {of: "push", half: HalfFindings},
		"push-response": {of: "push", half: HalfResponse},
		"redirect": {
			half: HalfResponse, after: "push", owns: to(trace.RoleClient, http.MethodGet, "/continue"), good: redirects,
			preview: needs("push", "has no request_uri yet", func(_ context.Context, w *Walk) (*Draft, error) {
				return get(w.home().JoinPath("continue").String())
			}),
		},
		"authorization-request": {
			half: HalfRequest, after: "redirect", good: accepted, owns: firstAuthorization,
			preview: needs("redirect", "has not sent Alice on yet", previewReference),
			expires: &expiry{"request_uri_ttl", "request_uri", "connect", "redirect"},
		},
		"authorization-check": {of: "authorization-request", half: HalfFindings},
		"login":               code["login"],
		"consent":             code["consent"],
		"code":                code["code"],
		"callback":            code["callback"],
		"token-request":       code["token-request"],
		"token-check":         code["token-check"],
		"token-response":      code["token-response"],
		"again": {
			half: HalfRequest, after: "token-request", good: refusedBy("request_uri_known"),
			owns:    func(_ *Walk, e *trace.Entry) bool { return e.Step == "again" && e.To.Role == trace.RoleAS },
			preview: needs("token-request", "has no tokens yet", previewReference),
		},
	}
	actions["token-request"].expires = &expiry{"code_ttl", "code", "connect", "callback"}
	return &script{
		actions: actions, memory: sessionValue,
		people: map[string]person{"consent/deny_consent": deny},
		faults: map[string]preparation{
			"push/request_uri_inside": set("request_uri", "urn:ietf:params:oauth:request_uri:of-an-earlier-one"),
			"push/other_redirect_uri": set("redirect_uri", "https://mallory.example/callback"),
			"push/wrong_secret":       wrongSecret,
			"push/wider_scope":        set("scope", lab.ScopeStepsRead+" steps:delete"),

			"authorization-request/edited_scope": set("scope", lab.ScopeStepsRead+" "+lab.ScopeStepsWrite),
			"authorization-request/other_client": set("client_id", lab.FitTrack),
			"authorization-request/guessed":      set("request_uri", "urn:ietf:params:oauth:request_uri:guessed-by-mallory"),
			"authorization-request/too_late":     later(lab.PushedLifetime + time.Second),
			"authorization-request/not_pushed":   inTheURL,

			"consent/deny_consent": unchanged,
		},
	}
}

// firstAuthorization: the browser asks AcmeID, and not a second time.
func firstAuthorization(w *Walk, e *trace.Entry) bool {
	return e.Step != "again" && to(trace.RoleAS, http.MethodGet, "/authorize")(w, e)
}

// previewReference is where the client has sent the browser: to AcmeID, with the
// reference.
func previewReference(_ context.Context, w *Walk) (*Draft, error) {
	return get(w.current("redirect").Response.Location().String())
}

// inTheURL is the request as clients send it that push nothing.
func inTheURL(_ context.Context, w *Walk, d *Draft) error {
	u, err := url.Parse(w.run.Session().AuthURL)
	if err == nil {
		d.URL = u
	}
	return err
}
