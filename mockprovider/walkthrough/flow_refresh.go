package walkthrough

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
	"claimcheck/playground"
)

// refresh is the flow refresh-token-rotation, with what can become of an old
// refresh token: it is stolen, sent twice, or its answer is lost.
func refresh() *script {
	return &script{
		actions: map[string]*action{
			"connected": {
				half: HalfResponse, owns: during("connected", "/token"), seen: grants("authorization_code"), good: accepted,
				preview: previewConnect, back: connectForAlice,
			},
			"api-expired": {
				half: HalfRequest, after: "connected", owns: during("api-expired", "/v1/steps"), seen: calls, good: refusedBy("exp"),
				preview: previewWithToken("connected", lab.GetSteps()), back: call(lab.GetSteps()), ready: outlive,
			},
			"expired-check": {of: "api-expired", half: HalfFindings},
			"refresh-request": {
				half: HalfRequest, after: "api-expired", owns: during("refresh-request", "/token"), seen: grants("refresh_token"), good: accepted,
				preview: needs("api-expired", "has an access token that still works", previewCall(lab.Refresh())), back: refreshOnce,
			},
			"refresh-check":    {of: "refresh-request", half: HalfFindings},
			"refresh-response": {of: "refresh-request", half: HalfResponse},
			"api-request": {
				half: HalfRequest, after: "refresh-request", owns: during("api-request", "/v1/steps"), seen: calls, good: accepted,
				preview: previewWithToken("refresh-request", lab.GetSteps()), back: call(lab.GetSteps()),
			},
			"theft-request": {
				half: HalfRequest, after: "refresh-request", owns: during("theft-request", "/token"), good: refusedBy("refresh_reuse_revoke"),
				preview: replay("refresh-request"), back: sendAs(lab.MalloryParty()),
			},
			"theft-check": {of: "theft-request", half: HalfFindings},
			"victim-request": {
				half: HalfRequest, after: "theft-request", owns: during("victim-request", "/token"), good: refusedBy("grant_active"),
				preview: needs("theft-request", "has not lost anything yet", previewCall(lab.Refresh())), back: call(lab.Refresh()),
			},
			"victim-check": {of: "victim-request", half: HalfFindings},
			"still-works": {
				half: HalfRequest, after: "theft-request", owns: during("still-works", "/v1/steps"), good: accepted,
				preview: replay("api-request"), back: sendAs(lab.ClientParty(lab.FitTrack)),
			},
			"second-tab": {
				half: HalfRequest, after: "refresh-request", owns: during("second-tab", "/token"), good: inGraceOr(refusedBy("refresh_reuse_revoke")),
				preview: replay("refresh-request"), back: sendAs(lab.ClientParty(lab.FitTrack)),
			},
			"second-check": {of: "second-tab", half: HalfFindings},
			"next-request": {
				half: HalfRequest, after: "second-tab", owns: during("next-request", "/token"), good: afterGraceOr(refusedBy("grant_active")),
				preview: needs("second-tab", "has not lost anything yet", previewCall(lab.Refresh())), back: call(lab.Refresh()),
			},
			"retry-request": {
				half: HalfRequest, after: "refresh-request", owns: during("retry-request", "/token"), good: inGraceOr(refusedBy("refresh_reuse_revoke")),
				preview: needs("refresh-request", "has not sent it a first time", previewCall(lab.Refresh())), back: call(lab.Refresh()),
			},
			"retry-check": {of: "retry-request", half: HalfFindings},
		},
		faults: map[string]preparation{
			"refresh-request/unknown_token": set("refresh_token", "rt_guessed-by-mallory"),
			"refresh-request/wider_scope":   set("scope", lab.ScopeStepsRead+" "+lab.ScopeStepsWrite),
			"refresh-request/other_client": func(_ context.Context, _ *Walk, d *Draft) error {
				d.Header.Del("Authorization")
				d.Set("client_id", lab.FitTrackLite)
				return nil
			},
			"refresh-request/too_late":     later(400 * 24 * time.Hour),
			"theft-request/without_secret": noClient,
		},
	}
}

// during tells a step's message by the step that was under way, where the same
// message is sent in several steps.
func during(step, path string) func(*Walk, *trace.Entry) bool {
	return func(_ *Walk, e *trace.Entry) bool { return e.Step == step && strings.HasSuffix(e.Path(), path) }
}

// inGraceOr is for a step that is there to be refused, unless the lab has a grace
// window: then AcmeID warns and goes on.
func inGraceOr(good func(*Walk, *trace.Entry) bool) func(*Walk, *trace.Entry) bool {
	return func(w *Walk, e *trace.Entry) bool {
		f := e.Finding("refresh_reuse_revoke")
		return good(w, e) || e.Accepted() && f != nil && f.Status == playground.StatusWarn
	}
}

// afterGraceOr is the same for the step after the second tab: nothing was revoked.
func afterGraceOr(good func(*Walk, *trace.Entry) bool) func(*Walk, *trace.Entry) bool {
	return func(w *Walk, e *trace.Entry) bool {
		second := w.current("second-tab")
		return good(w, e) || e.Accepted() && second != nil && second.Accepted()
	}
}

// refusedBy is for a step that is there to be refused, by one of these rules.
func refusedBy(rules ...string) func(*Walk, *trace.Entry) bool {
	return func(_ *Walk, e *trace.Entry) bool {
		f := e.Refusal()
		return f != nil && slices.Contains(rules, f.ID)
	}
}

// replay is the same request again that a step has sent.
func replay(step string) func(context.Context, *Walk) (*Draft, error) {
	return needs(step, "has not sent it a first time", func(ctx context.Context, w *Walk) (*Draft, error) {
		m := &w.current(step).Request
		r, err := http.NewRequestWithContext(ctx, m.Method, m.URL, strings.NewReader(string(m.Body)))
		if err != nil {
			return nil, err
		}
		r.Header = m.Header.Clone()
		r.Header.Del("Content-Length")
		return draftOf(r)
	})
}

// sendAs sends what the step's preview shows as somebody of the story.
func sendAs(from trace.Party) func(context.Context, *Walk, *http.Request) (*trace.Entry, error) {
	return func(ctx context.Context, w *Walk, edited *http.Request) (*trace.Entry, error) {
		if edited == nil {
			generated, _, err := w.Preview(ctx, w.run.Step())
			if err != nil {
				return nil, err
			}
			if edited, err = generated.request(ctx); err != nil {
				return nil, err
			}
		}
		return w.run.SendAs(ctx, from, edited)
	}
}

// refreshOnce refreshes. In the branch where the answer is lost, the client never
// hears of it and keeps what it had.
func refreshOnce(ctx context.Context, w *Walk, edited *http.Request) (*trace.Entry, error) {
	if w.v.Is("branch", "lost") {
		return sendAs(lab.ClientParty(lab.FitTrack))(ctx, w, edited)
	}
	return w.run.Call(ctx, lab.Refresh(), edited)
}

// outlive moves the clock past the end of an access token that is still good.
func outlive(_ context.Context, w *Walk) error {
	s := w.run.Session()
	if left := time.Duration(s.Tokens.ExpiresIn)*time.Second - w.run.Lab().Now().Sub(s.Tokens.Obtained); left >= 0 {
		w.run.Advance(left + time.Second)
	}
	return nil
}

// noClient takes the client's proof out and leaves its name.
func noClient(_ context.Context, w *Walk, d *Draft) error {
	d.Header.Del("Authorization")
	d.Set("client_id", w.v.Client)
	return nil
}

// connectForAlice walks the whole authorization code flow in Alice's stead, up to
// the tokens.
func connectForAlice(ctx context.Context, w *Walk, _ *http.Request) (*trace.Entry, error) {
	if e, err := codeForAlice(ctx, w, nil); err != nil || !w.run.Guided() { // else the client has gone on by itself
		return e, err
	}
	return w.run.Redeem(ctx, nil)
}

// codeForAlice walks up to the callback in Alice's stead: the client then holds a
// code.
func codeForAlice(ctx context.Context, w *Walk, _ *http.Request) (*trace.Entry, error) {
	return codeFrom(ctx, w, w.home().JoinPath("connect").String())
}

// codeFrom does that from the page where a client begins.
func codeFrom(ctx context.Context, w *Walk, start string) (*trace.Entry, error) {
	e, err := w.run.Browse(ctx, http.MethodGet, start, nil)
	for range 8 { // authorization request, login, consent, callback
		if err != nil {
			return nil, err
		}
		u := e.Response.Location()
		switch {
		case e.To.Role == trace.RoleClient && strings.HasSuffix(e.Path(), "/callback"):
			return e, nil
		case u != nil:
			e, err = w.run.Browse(ctx, http.MethodGet, u.String(), nil)
		case asks(e, "login") != "":
			e, err = logIn(ctx, w, e)
		case asks(e, "consent") != "":
			e, err = allow(ctx, w, e)
		default:
			return nil, errStuck
		}
	}
	return nil, errStuck
}
