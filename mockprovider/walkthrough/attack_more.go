package walkthrough

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
	"claimcheck/playground"
)

// prelude is the whole connection of Alice's, as one step.
func prelude() *action {
	return &action{half: HalfResponse, owns: during("connected", "/token"), good: accepted, preview: previewConnect, back: connectForAlice}
}

// readAtAPI are the steps in which Mallory shows a request for steps, and what
// comes of it.
func readAtAPI(actions map[string]*action, after string, preview func(context.Context, *Walk) (*Draft, error)) *script {
	actions["api-request"] = mallorySends("api-request", after, "/v1/steps", needs(after, "has not brought what Mallory needs", preview))
	actions["api-check"] = &action{of: "api-request", half: HalfFindings}
	actions["api-response"] = &action{of: "api-request", half: HalfResponse}
	return &script{actions: actions}
}

// refreshTheft is the attack refresh-token-theft: a used refresh token comes once
// more, from Mallory (RFC 9700 §4.14).
func refreshTheft() *script {
	return &script{actions: map[string]*action{
		"connected": prelude(),
		"refresh-request": {
			half: HalfRequest, after: "connected", owns: during("refresh-request", "/token"), good: accepted,
			preview: needs("connected", "has no refresh token yet", previewCall(lab.Refresh())), back: call(lab.Refresh()),
		},
		"theft-request": mallorySends("theft-request", "refresh-request", "/token", replay("refresh-request")),
		"theft-check":   {of: "theft-request", half: HalfFindings},
		"api-request":   mallorySends("api-request", "theft-request", "/v1/steps", stepsWith("theft-request")),
		"api-response":  {of: "api-request", half: HalfResponse},
	}}
}

// stolenBoundToken is the attack stolen-bound-token: a token that is bound to a key
// is shown without a proof (RFC 9449 §7.1).
func stolenBoundToken() *script {
	shared := dpop().actions
	actions := map[string]*action{}
	for _, id := range []string{"connected", "token-request", "token-retry", "token-response"} {
		one := *shared[id]
		one.expires = nil
		actions[id] = &one
	}
	return readAtAPI(actions, "token-retry", func(_ context.Context, w *Walk) (*Draft, error) {
		return bearer(w, "/v1/steps", carried(w.current("token-retry"), HalfResponse, "access_token"))
	})
}

// otherUsersData is the attack other-users-data: Bob's token, Alice's steps.
func otherUsersData() *script {
	own := &action{
		half: HalfResponse, owns: during("own-token", "/token"), good: accepted, preview: previewConnect,
		back: tokenFor("bob"),
	}
	return readAtAPI(map[string]*action{"own-token": own}, "own-token", func(_ context.Context, w *Walk) (*Draft, error) {
		d, err := bearer(w, "/v1/steps", carried(w.current("own-token"), HalfResponse, "access_token"))
		if err == nil {
			d.URL.RawQuery = url.Values{"user": {"alice"}}.Encode()
		}
		return d, err
	})
}

// expiredToken is the attack expired-token: a token in an old log.
func expiredToken() *script {
	s := readAtAPI(map[string]*action{"connected": prelude()}, "connected", func(_ context.Context, w *Walk) (*Draft, error) {
		return bearer(w, "/v1/steps", carried(w.current("connected"), HalfResponse, "access_token"))
	})
	s.actions["api-request"].ready = outlive
	return s
}

// clientWithoutSecret is the attack client-without-secret: Mallory redeems the code
// of a confidential client, and only names it (RFC 6749 §3.2.1).
func clientWithoutSecret() *script { return redeemedAs("") }

// openRedirect is the attack open-redirect: a link to AcmeID's logout leads to
// Mallory's site.
func openRedirect() *script {
	trap := func(w *Walk) string { return w.run.Lab().MalloryURL() + "/login" }
	return &script{actions: map[string]*action{
		"own-token": {
			half: HalfResponse, owns: during("own-token", "/token"), good: accepted, preview: previewConnect,
			back: tokenWith("mallory", "openid"),
		},
		"logout": {
			half: HalfRequest, after: "own-token", owns: during("logout", "/logout"), good: redirects,
			preview: needs("own-token", "is not known to AcmeID yet", func(_ context.Context, w *Walk) (*Draft, error) {
				return get(w.run.Lab().Issuer() + "/logout?" + url.Values{
					"id_token_hint":            {carried(w.current("own-token"), HalfResponse, "id_token")},
					"post_logout_redirect_uri": {trap(w)},
				}.Encode())
			}),
		},
		"logout-check": {of: "logout", half: HalfFindings},
		"delivery": {
			half: HalfRequest, after: "logout", owns: to(trace.RoleAttacker, http.MethodGet, "/login"), good: accepted,
			preview: previewNext("logout", "AcmeID has not sent Alice on yet"),
		},
	}}
}

// clickjackedConsent is the attack clickjacked-consent: AcmeID's page in a frame of
// Mallory's (RFC 9700 §4.16).
func clickjackedConsent() *script {
	framed := func(_ *Walk, e *trace.Entry) bool {
		h := e.Response.Header
		return e.Response.Status == http.StatusOK && h.Get("X-Frame-Options") == "" && !strings.Contains(h.Get("Content-Security-Policy"), "frame-ancestors")
	}
	return &script{actions: map[string]*action{
		"lure": {
			half: HalfRequest, owns: during("lure", "/game"), good: accepted,
			preview: func(_ context.Context, w *Walk) (*Draft, error) { return get(w.run.Lab().MalloryURL() + "/game") },
		},
		"login": {
			half: HalfRequest, after: "lure", owns: during("login", "/login"), good: redirects,
			preview: previewConnect, back: func(ctx context.Context, w *Walk, _ *http.Request) (*trace.Entry, error) {
				return logInBy(ctx, connectPage(w), w.run.Browse)
			},
		},
		"frame": {
			half: HalfResponse, after: "login", owns: during("frame", "/consent"), good: framed,
			preview: previewNext("login", "AcmeID has not asked for consent yet"),
			kept:    keptRule("frame_deny"), pass: func(*trace.Entry) bool { return false },
		},
		"frame-check": {of: "frame", half: HalfMemory},
		"consent": {
			half: HalfRequest, after: "frame", owns: to(trace.RoleAS, http.MethodPost, "/consent"), good: redirects,
			preview: previewNext("login", "AcmeID has not asked for consent yet"), person: allow,
		},
	}}
}

// keptRule is for a party whose answer shows that it keeps a rule: the rule has no
// row among the findings, and what it does stands in the answer.
func keptRule(id string) func(e *trace.Entry) *playground.Finding {
	return func(*trace.Entry) *playground.Finding {
		r, ok := lab.SwitchableRule(id)
		if !ok {
			return nil
		}
		return &playground.Finding{Rule: &r, Outcome: playground.Pass()}
	}
}

// logInBy walks somebody's browser to AcmeID, and through its login page with
// Alice's name and password.
func logInBy(ctx context.Context, start string, browse browsing) (*trace.Entry, error) {
	e, err := browse(ctx, http.MethodGet, start, nil)
	for range 4 {
		if err != nil {
			return nil, err
		}
		if asks(e, "login") != "" && e.Response.Location() == nil {
			f, err := formOf(e)
			if err != nil {
				return nil, err
			}
			fill(f, "alice")
			return browse(ctx, http.MethodPost, f.action, f.values)
		}
		u := e.Response.Location()
		if u == nil {
			return nil, errStuck
		}
		e, err = browse(ctx, http.MethodGet, u.String(), nil)
	}
	return nil, errStuck
}
