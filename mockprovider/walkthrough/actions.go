package walkthrough

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"claimcheck/mockprovider/trace"
)

// Half is the part of an exchange that a step shows.
type Half string

// The halves. Findings are the request together with the rules that ran on it.
const (
	HalfRequest  Half = "request"
	HalfFindings Half = "findings"
	HalfResponse Half = "response"
	HalfMemory   Half = "memory" // nothing was sent; the step shows what is kept
)

// An action is what a step does, beside its text.
type action struct {
	// of is the sending step whose exchange this step looks at. Empty for a
	// step that sends.
	of   string
	half Half

	// What follows is for steps that send.

	// owns tells the step's own messages in the log.
	owns func(w *Walk, e *trace.Entry) bool
	// preview is the request that is about to go out, or why there is none.
	preview func(ctx context.Context, w *Walk) (*Draft, error)
	// good says whether the exchange led on.
	good func(w *Walk, e *trace.Entry) bool
	// after is the sending step that must have come before in time.
	after string
	// person says that somebody fills in a page: the step's message is the
	// form that the page sends, not the preview.
	person func(ctx context.Context, w *Walk, page *trace.Entry) (*trace.Entry, error)
	// pass lets the browser have the answer even in a guided run.
	pass func(e *trace.Entry) bool
	// back sends from the client, not through the browser.
	back func(ctx context.Context, w *Walk, edited *http.Request) (*trace.Entry, error)
}

func (a *action) sends() bool { return a.of == "" }

// codePKCEActions are the actions of the flow, by the IDs of its steps.
func codePKCEActions() map[string]*action {
	return map[string]*action{
		"connect": {
			half:    HalfRequest,
			owns:    to(trace.RoleClient, http.MethodGet, "/connect"),
			preview: previewConnect,
			good:    redirects,
		},
		"secrets":  {of: "connect", half: HalfMemory},
		"redirect": {of: "connect", half: HalfResponse},
		"authorization-request": {
			half: HalfRequest, after: "connect",
			owns:    to(trace.RoleAS, http.MethodGet, "/authorize"),
			preview: previewAuthorization,
			good:    accepted,
		},
		"authorization-check": {of: "authorization-request", half: HalfFindings},
		"login": {
			half: HalfRequest, after: "authorization-request",
			owns:    to(trace.RoleAS, http.MethodPost, "/login"),
			preview: previewPage("login", "authorization-request"),
			good:    redirects, person: logIn, pass: notRedirected,
		},
		"consent": {
			half: HalfRequest, after: "login",
			owns:    to(trace.RoleAS, http.MethodPost, "/consent"),
			preview: previewPage("consent", "login", "authorization-request"),
			good:    redirects, person: allow, pass: notRedirected,
		},
		"code": {of: "consent", half: HalfResponse},
		"callback": {
			half: HalfRequest, after: "consent",
			owns:    to(trace.RoleClient, http.MethodGet, "/callback"),
			preview: previewCallback,
			good:    accepted,
		},
		"callback-check": {of: "callback", half: HalfFindings},
		"token-request": {
			half: HalfRequest, after: "consent",
			owns:    to(trace.RoleAS, http.MethodPost, "/token"),
			preview: previewToken,
			good:    accepted, back: redeem,
		},
		"token-check":    {of: "token-request", half: HalfFindings},
		"token-response": {of: "token-request", half: HalfResponse},
		"api-request": {
			half: HalfRequest, after: "token-request",
			owns:    to(trace.RoleRS, http.MethodGet, "/v1/steps"),
			preview: previewAPI,
			good:    accepted, back: callAPI,
		},
		"api-check":    {of: "api-request", half: HalfFindings},
		"api-response": {of: "api-request", half: HalfResponse},
		"page": {
			half: HalfResponse, after: "api-request",
			owns:    ownPage,
			preview: previewHome,
			good:    accepted, pass: func(*trace.Entry) bool { return true },
		},
	}
}

// to tells a message by its receiver, method and the end of its path.
func to(role trace.Role, method, path string) func(*Walk, *trace.Entry) bool {
	return func(_ *Walk, e *trace.Entry) bool {
		return e.To.Role == role && e.Request.Method == method && strings.HasSuffix(e.Path(), path)
	}
}

func ownPage(w *Walk, e *trace.Entry) bool {
	return e.To.Role == trace.RoleClient && e.Request.Method == http.MethodGet &&
		strings.TrimSuffix(e.Path(), "/") == strings.TrimSuffix(w.home().Path, "/")
}

// accepted: no rule refused, no error status, no error in a redirect.
func accepted(_ *Walk, e *trace.Entry) bool {
	if !e.Accepted() {
		return false
	}
	at := e.Response.Location()
	return at == nil || at.Query().Get("error") == ""
}

func redirects(w *Walk, e *trace.Entry) bool {
	return accepted(w, e) && e.Response.Location() != nil
}

// notRedirected: the answer is a page for a person, such as the login page with
// a word about a wrong password.
func notRedirected(e *trace.Entry) bool { return e.Response.Location() == nil }

func previewConnect(_ context.Context, w *Walk) (*Draft, error) {
	return get(w.home().JoinPath("connect").String())
}

func previewHome(_ context.Context, w *Walk) (*Draft, error) {
	if w.current("api-request") == nil {
		return nil, notYet{w.number("api-request"), "the steps have not been fetched yet"}
	}
	return get(w.home().String())
}

func previewAuthorization(_ context.Context, w *Walk) (*Draft, error) {
	e := w.current("connect")
	if e == nil || e.Response.Location() == nil {
		return nil, notYet{w.number("connect"), "Alice has not clicked Connect yet"}
	}
	return get(e.Response.Location().String())
}

// previewPage is the page of AcmeID's that an earlier answer asked for: by a
// redirect, or by showing it at once, in which case it is opened again.
func previewPage(what string, before ...string) func(context.Context, *Walk) (*Draft, error) {
	return func(_ context.Context, w *Walk) (*Draft, error) {
		for _, id := range before {
			if e := w.current(id); e != nil && accepted(w, e) {
				if u := asks(e, what); u != "" {
					return get(u)
				}
			}
		}
		return nil, notYet{w.number(before[0]), "AcmeID has not asked for the " + what + " yet"}
	}
}

// asks is the address of the page, login or consent, that an answer asks for,
// empty if it does not.
func asks(e *trace.Entry, what string) string {
	if u := e.Response.Location(); u != nil {
		if strings.HasSuffix(u.Path, "/"+what) {
			return u.String()
		}
		return ""
	}
	f, err := formOf(e)
	if err != nil {
		return ""
	}
	u, err := url.Parse(f.action)
	if err != nil || !strings.HasSuffix(u.Path, "/"+what) {
		return ""
	}
	u.RawQuery = url.Values{"interaction": {f.values.Get("interaction")}}.Encode()
	return u.String()
}

func previewCallback(_ context.Context, w *Walk) (*Draft, error) {
	u := w.answer()
	if u == nil {
		return nil, notYet{w.number("consent"), "AcmeID has not sent Alice back yet"}
	}
	return get(u.String())
}

func previewToken(ctx context.Context, w *Walk) (*Draft, error) {
	e := w.current("callback")
	if e == nil {
		return nil, notYet{w.number("callback"), w.v.App() + " has no code yet"}
	}
	if !accepted(w, e) {
		return nil, notYet{w.number("callback"), w.v.App() + " refused the answer, so it redeems nothing"}
	}
	r, err := w.run.TokenRequest(ctx)
	if err != nil {
		return nil, err
	}
	return draftOf(r)
}

func previewAPI(ctx context.Context, w *Walk) (*Draft, error) {
	if e := w.current("token-request"); e == nil || !accepted(w, e) {
		return nil, notYet{w.number("token-request"), w.v.App() + " has no access token yet"}
	}
	r, err := w.run.APIRequest(ctx)
	if err != nil {
		return nil, err
	}
	return draftOf(r)
}

func redeem(ctx context.Context, w *Walk, edited *http.Request) (*trace.Entry, error) {
	return w.run.Redeem(ctx, edited)
}

func callAPI(ctx context.Context, w *Walk, edited *http.Request) (*trace.Entry, error) {
	return w.run.CallAPI(ctx, edited)
}

// answer is where AcmeID's last answer sends the browser, with a code or an
// error for the client; nil if there was none.
func (w *Walk) answer() *url.URL {
	for _, id := range []string{"consent", "login", "authorization-request"} {
		e := w.current(id)
		if e == nil {
			continue
		}
		if u := e.Response.Location(); u != nil && strings.HasSuffix(u.Path, "/callback") {
			return u
		}
	}
	return nil
}
