package walkthrough

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
)

// logout is the flow logout: Alice logs out at one client, AcmeID ends her session
// and tells the other one (OpenID Connect RP-Initiated Logout 1.0, Back-Channel
// Logout 1.0), and her access token goes on working.
func logout() *script {
	told := func(e *trace.Entry) bool { return strings.HasSuffix(e.Path(), "/backchannel-logout") }
	revoked := func(e *trace.Entry) bool { return strings.HasSuffix(e.Path(), "/revoke") }
	seen := func(*trace.Entry) bool { return true }
	actions := map[string]*action{
		"signed-in": {
			half: HalfRequest, owns: during("signed-in", "/callback"), good: redirects,
			preview: func(_ context.Context, w *Walk) (*Draft, error) { return get(w.page(lab.CoachBoard, "connect")) },
			back:    signInAt(lab.CoachBoard),
		},
		"second-in": {
			half: HalfRequest, after: "signed-in", owns: during("second-in", "/callback"), good: redirects,
			preview: needs("signed-in", "has nobody signed in yet", func(_ context.Context, w *Walk) (*Draft, error) {
				return get(w.page(lab.RunClub, "connect"))
			}),
			back: signInAt(lab.RunClub),
		},
		"api-request": {
			half: HalfRequest, after: "second-in", owns: during("api-request", "/v1/steps"), seen: calls, good: accepted,
			preview: previewWithToken("second-in", lab.GetSteps()), back: call(lab.GetSteps()),
			expires: &expiry{"exp", "access token", "signed-in", "second-in"},
		},
		"logout-click": {
			half: HalfResponse, after: "api-request", good: redirects,
			owns: func(_ *Walk, e *trace.Entry) bool {
				return e.To.Role == trace.RoleClient && strings.HasSuffix(e.Path(), "/logout")
			},
			preview: needs("api-request", "has not shown her steps yet", func(_ context.Context, w *Walk) (*Draft, error) {
				return get(w.page(lab.CoachBoard, "logout"))
			}),
		},
		"revoke": {of: "logout-click", half: HalfRequest, within: revoked},
		"end-session": {
			half: HalfRequest, after: "logout-click", owns: to(trace.RoleAS, http.MethodGet, "/logout"), good: redirects,
			preview: needs("logout-click", "has not sent her there yet", func(_ context.Context, w *Walk) (*Draft, error) {
				return get(w.current("logout-click").Response.Location().String())
			}),
		},
		"end-check":          {of: "end-session", half: HalfFindings},
		"logout-token":       {of: "end-session", half: HalfRequest, within: told},
		"logout-token-check": {of: "end-session", half: HalfFindings, within: told},
		"back": {
			half: HalfResponse, after: "end-session", good: accepted, pass: seen,
			owns: func(w *Walk, e *trace.Entry) bool { return e.Step == "back" && ownPage(w, e) },
			preview: needs("end-session", "has not got her back yet", func(_ context.Context, w *Walk) (*Draft, error) {
				return get(w.current("end-session").Response.Location().String())
			}),
		},
		"second-page": {
			half: HalfResponse, after: "end-session", good: signedOut, pass: seen, owns: during("second-page", "/"+lab.RunClub+"/"),
			preview: needs("end-session", "has not logged her out yet", func(_ context.Context, w *Walk) (*Draft, error) {
				return get(w.page(lab.RunClub, ""))
			}),
		},
		"replayed": {
			half: HalfRequest, after: "end-session", owns: during("replayed", "/backchannel-logout"), good: refusedBy("logout_jti_new"),
			preview: previewReplayedLogout, back: sendAs(lab.MalloryParty()),
		},
		"replay-check": {of: "replayed", half: HalfFindings},
		"still-works": {
			half: HalfRequest, after: "end-session", owns: during("still-works", "/v1/steps"), seen: calls, good: accepted,
			preview: needs("end-session", "has not logged her out yet", replay("api-request")), back: sendAs(lab.MalloryParty()),
		},
	}
	changed := func(claims map[string]any) preparation {
		return func(ctx context.Context, w *Walk, d *Draft) error {
			token, err := w.run.Lab().LogoutToken(ctx, claims)
			if err == nil {
				d.Set("logout_token", token)
			}
			return err
		}
	}
	forged := func(param string) preparation {
		return func(_ context.Context, _ *Walk, d *Draft) error {
			d.Set(param, asBob(d.Get(param)))
			return nil
		}
	}
	return &script{
		actions: actions,
		config: func(*Variant) lab.RunConfig {
			return lab.RunConfig{PKCE: true, Scope: lab.ScopeLogin + " " + lab.ScopeStepsRead}
		},
		faults: map[string]preparation{
			"end-session/unregistered_uri": set("post_logout_redirect_uri", "https://www.mallory.example/"),
			"end-session/forged_hint":      forged("id_token_hint"),
			"end-session/second_down": func(ctx context.Context, w *Walk, _ *Draft) error {
				return w.run.TakeDown(ctx, lab.RunClub)
			},
			"replayed/forged":        forged("logout_token"),
			"replayed/with_nonce":    changed(map[string]any{"nonce": "n-0S6_WzA2Mj"}),
			"replayed/no_event":      changed(map[string]any{"events": nil}),
			"replayed/for_another":   changed(map[string]any{"aud": lab.CoachBoard}),
			"replayed/no_session":    changed(map[string]any{"sid": nil}),
			"still-works/at_the_end": later(lab.AccessTokenLifetime + time.Second),
		},
	}
}

// page is the address of a page of a client of the cast.
func (w *Walk) page(client, path string) string {
	return w.home().JoinPath("..", client).String() + "/" + path
}

// signedOut: the page offers to sign in, so nobody is.
func signedOut(w *Walk, e *trace.Entry) bool {
	return accepted(w, e) && bytes.Contains(e.Response.Body, []byte("Sign in with AcmeID"))
}

// signInAt signs Alice in at a client in her stead. The client goes on by itself.
func signInAt(client string) func(context.Context, *Walk, *http.Request) (*trace.Entry, error) {
	return func(ctx context.Context, w *Walk, _ *http.Request) (*trace.Entry, error) {
		guided := w.run.Guided()
		w.run.SetGuided(false)
		defer w.run.SetGuided(guided)
		return codeFrom(ctx, w, w.page(client, "connect"))
	}
}

// previewReplayedLogout is AcmeID's message to RunClub once more, by somebody who
// has got hold of it.
func previewReplayedLogout(_ context.Context, w *Walk) (*Draft, error) {
	e := w.Entry("logout-token")
	if e == nil || !w.Passed("end-session") {
		return nil, notYet{w.number("end-session"), "AcmeID has not told anybody yet"}
	}
	return postForm(w.page(lab.RunClub, "backchannel-logout"), url.Values{"logout_token": {e.Request.Param("logout_token")}})
}
