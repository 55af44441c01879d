package walkthrough

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
)

// interceptedCode are the attacks in which an authorization request of Alice's goes
// out in another form, and Mallory redeems the code that comes of it. alter changes
// the request, verifier is what Mallory sends as code_verifier; empty means none.
func interceptedCode(alter func(d *Draft), verifier func(w *Walk) string) *script {
	return &script{actions: map[string]*action{
		"connect": {
			half: HalfResponse, owns: during("connect", "/connect"), good: redirects, preview: previewConnect,
		},
		"authorization-request": {
			half: HalfRequest, after: "connect", owns: during("authorization-request", "/authorize"), good: accepted,
			preview: func(ctx context.Context, w *Walk) (*Draft, error) {
				d, err := previewAuthorization(ctx, w)
				if err == nil {
					alter(d)
				}
				return d, err
			},
		},
		"authorization-check": {of: "authorization-request", half: HalfFindings},
		"consent": {
			half: HalfResponse, after: "authorization-request", owns: during("consent", "/consent"), good: toCode,
			preview: previewPage("login", "authorization-request"),
			back: func(ctx context.Context, w *Walk, _ *http.Request) (*trace.Entry, error) {
				return grantedTo(ctx, "alice", asks(w.current("authorization-request"), "login"), w.run.Browse)
			},
		},
		"token-request": mallorySends("token-request", "consent", "/token", needs("consent", "has sent no code yet", func(_ context.Context, w *Walk) (*Draft, error) {
			form := url.Values{
				"grant_type": {"authorization_code"}, "code": {landed(w, "consent", "code")}, "client_id": {lab.FitTrackLite},
				"redirect_uri": {w.home().JoinPath("callback").String()},
			}
			if v := verifier(w); v != "" {
				form.Set("code_verifier", v)
			}
			return tokenForm(w, form)
		})),
		"token-check":  {of: "token-request", half: HalfFindings},
		"api-request":  mallorySends("api-request", "token-request", "/v1/steps", stepsWith("token-request")),
		"api-response": {of: "api-request", half: HalfResponse},
	}}
}

// pkceStripped is the attack pkce-stripped: the challenge is taken out of Alice's
// request, so that her code is bound to nothing.
func pkceStripped() *script {
	return interceptedCode(func(d *Draft) {
		d.Set("code_challenge", "")
		d.Set("code_challenge_method", "")
	}, func(*Walk) string { return "" })
}

// pkceMethodStripped is the attack pkce-method-stripped: without its method the
// challenge counts as plain, and can be read.
func pkceMethodStripped() *script {
	return interceptedCode(func(d *Draft) { d.Set("code_challenge_method", "") }, challengeSeen)
}

// pkcePlain is the attack plain-pkce: an app that sends its verifier as the
// challenge.
func pkcePlain() *script {
	s := interceptedCode(func(*Draft) {}, challengeSeen)
	s.actions["authorization-request"].preview = func(ctx context.Context, w *Walk) (*Draft, error) {
		d, err := previewAuthorization(ctx, w)
		if err != nil {
			return nil, err
		}
		return d, plain(ctx, w, d)
	}
	return s
}

// challengeSeen is the challenge of the request, as it stood in the address.
func challengeSeen(w *Walk) string {
	e := w.current("authorization-request")
	if e == nil {
		return ""
	}
	return e.Request.Param("code_challenge")
}

// pkceDowngrade is the attack pkce-downgrade: Mallory takes the challenge out of
// her own request, and plants the code in Alice's browser (RFC 9700 §4.8.1).
func pkceDowngrade() *script {
	s := loginCSRF()
	s.actions["mallory-code"].owns = func(_ *Walk, e *trace.Entry) bool {
		return e.Step == "mallory-code" && (strings.HasSuffix(e.Path(), "/consent") || strings.HasSuffix(e.Path(), "/authorize"))
	}
	s.actions["mallory-code"].back = func(ctx context.Context, w *Walk, _ *http.Request) (*trace.Entry, error) {
		e, err := w.run.BrowseAsMallory(ctx, http.MethodGet, connectPage(w), nil)
		if err != nil {
			return nil, err
		}
		if e.Response.Location() == nil {
			return nil, errStuck
		}
		d, err := get(e.Response.Location().String())
		if err != nil {
			return nil, err
		}
		d.Set("code_challenge", "")
		d.Set("code_challenge_method", "")
		return grantedTo(ctx, "mallory", d.URL.String(), w.run.BrowseAsMallory)
	}
	return s
}

// mixUpAttack is the attack mix-up: it is the flow of that name, with the rules of
// the lab as they are.
func mixUpAttack() *script {
	s := mixUp()
	for _, id := range []string{"secrets", "end", "stopped", "code", "token-check"} {
		delete(s.actions, id)
	}
	s.faults, s.people = nil, nil
	s.config = func(*Variant) lab.RunConfig { return lab.RunConfig{PKCE: true} }
	for _, id := range []string{"mallory-redeems", "mallory-reads"} {
		s.actions[id].expires = nil
	}
	return s
}
