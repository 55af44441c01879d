package walkthrough

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"claimcheck/mockprovider/trace"
)

// codeActions are the actions of everything that begins with an authorization
// code, by the IDs of the steps. Other flows take from them what they need.
func codeActions() map[string]*action {
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
			skipped: knownPerson, odd: otherPerson,
		},
		"consent": {
			half: HalfRequest, after: "login",
			owns:    to(trace.RoleAS, http.MethodPost, "/consent"),
			preview: previewPage("consent", "login", "authorization-request"),
			good:    redirects, person: allow, pass: notRedirected,
			skipped: knownAnswer, odd: saidNo,
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
			seen:    grants("authorization_code"),
			preview: previewToken,
			good:    accepted, back: redeem,
			expires: &expiry{"code_ttl", "code", "authorization-request", "callback"},
		},
		"token-check":    {of: "token-request", half: HalfFindings},
		"token-response": {of: "token-request", half: HalfResponse},
		"api-request": {
			half: HalfRequest, after: "token-request",
			owns:    to(trace.RoleRS, http.MethodGet, "/v1/steps"),
			preview: previewAPI,
			good:    accepted, back: callAPI,
			expires: &expiry{"exp", "access token", "authorization-request", "token-request"},
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

// knownPerson: AcmeID knew already who Alice is, and asked for consent at once or
// for nothing.
func knownPerson(w *Walk) bool {
	if knownAnswer(w) {
		return true
	}
	e := w.current("authorization-request")
	return e != nil && w.answer() == nil && asks(e, "consent") != ""
}

// knownAnswer: AcmeID sent Alice back without asking.
func knownAnswer(w *Walk) bool {
	u := w.answer()
	return u != nil && u.Query().Get("error") == ""
}

// otherPerson: somebody else logged in.
func otherPerson(_ *Walk, s *Step, e *trace.Entry) string {
	who := strings.TrimSpace(e.Request.Param("username"))
	if e.Request.Method != http.MethodPost || who == "" || strings.EqualFold(who, "alice") {
		return ""
	}
	return fmt.Sprintf("In step %d %s logged in, not alice.", s.N, who)
}

// saidNo: the person did not allow it.
func saidNo(_ *Walk, s *Step, e *trace.Entry) string {
	if u := e.Response.Location(); u == nil || u.Query().Get("error") != "access_denied" {
		return ""
	}
	return fmt.Sprintf("In step %d the answer to AcmeID was no.", s.N)
}

// sessionValue is what the client keeps for the browser, in no message.
func sessionValue(w *Walk, name string) string {
	s := w.run.Session()
	switch name {
	case "state":
		return s.State
	case "code_verifier":
		return s.Verifier
	case "code_challenge":
		return s.Challenge
	case "code":
		if u := w.answer(); u != nil {
			return u.Query().Get("code")
		}
	}
	return ""
}

// logIn fills in AcmeID's login page for Alice.
func logIn(ctx context.Context, w *Walk, page *trace.Entry) (*trace.Entry, error) {
	f, err := formOf(page)
	if err != nil {
		return nil, err
	}
	fill(f, "alice")
	return w.run.Browse(ctx, http.MethodPost, f.action, f.values)
}

// allow fills in AcmeID's consent page: yes.
func allow(ctx context.Context, w *Walk, page *trace.Entry) (*trace.Entry, error) {
	return decide(ctx, w, page, "allow")
}

// deny fills in AcmeID's consent page: no.
func deny(ctx context.Context, w *Walk, page *trace.Entry) (*trace.Entry, error) {
	return decide(ctx, w, page, "deny")
}

func decide(ctx context.Context, w *Walk, page *trace.Entry, word string) (*trace.Entry, error) {
	f, err := formOf(page)
	if err != nil {
		return nil, err
	}
	f.press(word)
	return w.run.Browse(ctx, http.MethodPost, f.action, f.values)
}
