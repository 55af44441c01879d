package lab

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"claimcheck/mockprovider/trace"
	"claimcheck/playground"
)

// backendSteps is what the backend of FitTrack Web offers to its own page.
const backendSteps = "/api/steps"

// BackendHeader has to stand in each call of the page to its backend. A page of
// another site can't add it without asking first (CORS), and is told no.
const BackendHeader = "X-App-Page"

// backend says that the client is a page with a server behind it that holds the
// tokens: a backend for its frontend (RFC 10017 §6.1).
func (a *app) backend() bool { return a.id == FitTrackWeb }

// A backendCall is one call of the page to its backend.
type backendCall struct {
	header  http.Header
	session *Session // nil if the cookie names none
	named   bool     // there is a cookie
}

// backendChecks are what the backend tests before it uses a token for the page.
func backendChecks() []playground.Check[backendCall] {
	return []playground.Check[backendCall]{
		{
			Rule: playground.Rule{
				ID: "backend_session", Title: "The cookie names a session with tokens",
				Spec: rfc("10017", "6.1.2.3"), Level: playground.Must,
			},
			Test: func(c *backendCall) playground.Outcome {
				if c.session != nil && c.session.Tokens.AccessToken != "" {
					return playground.Pass()
				}
				o := playground.Fail("the cookie of a session of this app", "none", "Call from the page of the app, in the browser that is signed in.")
				o.Why = "The cookie is the only key to the tokens. It is HttpOnly and SameSite=Strict: no script reads it, and no other site makes the browser send it."
				if c.named {
					o.Got, o.Case = "a cookie that names no session", "backend_session_unknown"
				}
				return o
			},
		},
		{
			Rule: playground.Rule{
				ID: "backend_csrf_header", Title: "The call carries the header that only the app’s own page can add",
				Spec: rfc("10017", "6.1.3.3.2"), Level: playground.Must, Switchable: true,
			},
			Test: func(c *backendCall) playground.Outcome {
				if c.header.Get(BackendHeader) != "" {
					return playground.Pass()
				}
				o := playground.Fail(BackendHeader, "none", "Add the header in the page’s own script.")
				o.Why = "A form or an image of another site can make the browser call this address, with cookies. It can't add a header of its own choice, unless the backend allows that by CORS, and this one does not."
				return o
			},
		},
	}
}

// serveSteps lets the page have Alice's steps: the backend calls StepCloud with the
// token, and hands on what it answers.
func (a *app) serveSteps(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	id, s, ok, err := a.sessionOf(r)
	if err != nil {
		a.unavailable(w)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	if !allowed(w, r, http.MethodGet) {
		return
	}
	c := &backendCall{header: r.Header, named: id != ""}
	if ok {
		c.session = s
	}
	rows, refused, _ := playground.Run(a.mode(ctx), c, backendChecks())
	trace.Report(ctx, rows)
	if refused != nil {
		status := http.StatusForbidden
		if refused.ID == "backend_session" {
			status = http.StatusUnauthorized
		}
		writeJSON(w, status, map[string]string{"error": refused.ID})
		return
	}
	if _, err := a.callAPI(ctx, s, nil); err != nil {
		a.unavailable(w)
		return
	}
	if err := a.update(ctx, id, s); err != nil {
		a.unavailable(w)
		return
	}
	if s.Problem != "" {
		writeJSON(w, http.StatusBadGateway, map[string]string{"error": "stepcloud", "error_description": s.Problem})
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"user": s.User, "steps": s.Steps})
}

// newSession gives the browser that is back from AcmeID a session under a new id,
// so that nobody who knew the old one has the new one, in a cookie that no other
// site makes the browser send (RFC 10017 §6.1.3.2).
func (a *app) newSession(ctx context.Context, w http.ResponseWriter, old string) (id string, err error) {
	if _, err := a.lab.store.Take(ctx, a.sessionKey(old)); err != nil && !isNotFound(err) {
		return "", err
	}
	id = a.lab.value(ctx, a.id+"_session", 16)
	a.setCookieAs(w, id, http.SameSiteStrictMode)
	return id, nil
}

// PageCall sends what a script in the client's page makes the browser send, in the
// browser's stead and with the cookies that the browser adds. A request with
// Sec-Fetch-Site: cross-site stands for one that a page of another site causes.
func (r *Run) PageCall(ctx context.Context, req *http.Request) (*trace.Entry, error) {
	if a := r.lab.app(r.cfg.Client); a.public() { // the page is the client
		return r.send(ctx, r.sender(ClientParty(a.id), trace.Back, a.via()), req)
	}
	return r.send(ctx, r.sender(Browser(), trace.Front, "server"), req)
}

// PageRequest is the call of the page to its backend for Alice's steps.
func (r *Run) PageRequest(ctx context.Context) (*http.Request, error) {
	a := r.lab.app(r.cfg.Client)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, a.url()+backendSteps, http.NoBody)
	if err != nil {
		return nil, fmt.Errorf("lab: %w", err)
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set(BackendHeader, "1")
	req.Header.Set("Sec-Fetch-Mode", "cors")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	return req, nil
}

// ScriptReads is what a script in the client's page can read there now, whoever
// wrote it: the cookies that are not HttpOnly, the tokens that the page itself
// holds, and the steps if the page shows them.
func (r *Run) ScriptReads() url.Values {
	a, s := r.lab.app(r.cfg.Client), r.Session()
	r.mu.Lock()
	cookies := r.jar.at("").readable(a.mount()+"/", r.lab.world.cfg.Now())
	r.mu.Unlock()
	out := url.Values{"document_cookie": {cookies}}
	if a.public() {
		out.Set("access_token", s.Tokens.AccessToken)
		out.Set("refresh_token", s.Tokens.RefreshToken)
	}
	if s.Steps != nil {
		steps, err := json.Marshal(s.Steps)
		if err == nil {
			out.Set("steps", string(steps))
		}
	}
	return out
}
