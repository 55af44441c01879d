package walkthrough

import (
	"context"
	"net/http"
	"strings"

	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
)

// passwordGrant is the flow password: an app asks for Alice's password and shows it
// to AcmeID (RFC 6749 §4.3).
func passwordGrant() *script {
	more := strings.Join([]string{lab.ScopeStepsRead, lab.ScopeStepsWrite, lab.ScopeProfileRead}, " ")
	actions := map[string]*action{
		"hand-over": {
			half: HalfRequest, owns: to(trace.RoleClient, http.MethodPost, "/password"), good: redirects,
			preview: func(_ context.Context, w *Walk) (*Draft, error) { return get(w.home().JoinPath("password").String()) },
			person:  logIn, pass: notRedirected,
		},
		"token-request": {
			half: HalfRequest, after: "hand-over", owns: during("token-request", "/token"), seen: grants("password"), good: accepted,
			preview: previewAfter("hand-over", "has no password yet", lab.PasswordGrant("")), back: call(lab.PasswordGrant("")), stead: true,
		},
		"token-check":    {of: "token-request", half: HalfFindings},
		"token-response": {of: "token-request", half: HalfResponse},
		"api-request": {
			half: HalfRequest, after: "token-request", owns: during("api-request", "/v1/steps"), seen: calls, good: accepted,
			preview: previewWithToken("token-request", lab.GetSteps()), back: call(lab.GetSteps()),
			expires: &expiry{"exp", "access token", "token-request", "token-request"},
		},
		"more": {
			half: HalfRequest, after: "token-request", owns: during("more", "/token"), good: accepted,
			preview: previewAfter("hand-over", "has no password yet", lab.PasswordGrant(more)), back: call(lab.PasswordGrant(more)), stead: true,
		},
		"mallory-login": {
			half: HalfRequest, after: "hand-over",
			owns: func(_ *Walk, e *trace.Entry) bool {
				return e.Step == "mallory-login" && e.Request.Method == http.MethodPost && strings.HasSuffix(e.Path(), "/login")
			},
			good: redirects, preview: needs("hand-over", "has no password yet", previewMalloryLogin), back: malloryLogsIn("alice"),
		},
		"end": {of: "mallory-login", half: HalfMemory},
	}
	return &script{
		actions: actions, memory: passwordValue,
		config: func(*Variant) lab.RunConfig { return lab.RunConfig{} },
		faults: map[string]preparation{
			"token-request/wrong_password": set("password", "guessed-by-mallory"),
			"token-request/no_password":    set("password", ""),
			"token-request/todays_app":     set("client_id", lab.FitTrackLite),
			"api-request/altered_token":    alteredToken,
			"mallory-login/wrong_password": unchanged,
		},
	}
}

// previewMalloryLogin is where Mallory begins: at another app that trusts AcmeID.
func previewMalloryLogin(_ context.Context, w *Walk) (*Draft, error) {
	return get(w.run.Lab().Origin() + "/app/" + w.run.Lab().ID() + "/" + lab.FitTrack + "/connect")
}

// malloryLogsIn opens another app in Mallory's own browser and types what she found,
// or what has been changed meanwhile.
func malloryLogsIn(password string) func(context.Context, *Walk, *http.Request) (*trace.Entry, error) {
	return func(ctx context.Context, w *Walk, edited *http.Request) (*trace.Entry, error) {
		typed := password
		if edited != nil { // the fault: Alice has changed her password
			typed = "the-password-before"
		}
		d, err := previewMalloryLogin(ctx, w)
		if err != nil {
			return nil, err
		}
		e, err := w.run.BrowseAsMallory(ctx, http.MethodGet, d.URL.String(), nil)
		for range 3 { // FitTrack, AcmeID, its login page
			if err != nil {
				return nil, err
			}
			u := e.Response.Location()
			if u == nil {
				break
			}
			e, err = w.run.BrowseAsMallory(ctx, http.MethodGet, u.String(), nil)
		}
		if err != nil {
			return nil, err
		}
		f, err := formOf(e)
		if err != nil {
			return nil, err
		}
		f.set("username", "alice")
		f.set("password", typed)
		f.press("login")
		return w.run.BrowseAsMallory(ctx, http.MethodPost, f.action, f.values)
	}
}

// passwordValue is what the app keeps, and must not.
func passwordValue(w *Walk, name string) string {
	switch name {
	case "password":
		return w.run.Session().Password
	case "access_token":
		if e := w.current("token-request"); e != nil {
			return carried(e, HalfResponse, name)
		}
	}
	return ""
}
