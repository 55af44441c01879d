package walkthrough

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
)

// implicit is the flow implicit: FitTrack as it was built in 2012 gets its token by
// the redirect (RFC 6749 §4.2).
func implicit() *script {
	actions := codeActions()
	for _, id := range []string{"secrets", "redirect", "authorization-check", "code", "token-request", "token-check", "token-response", "api-response", "page"} {
		delete(actions, id)
	}
	for _, a := range actions {
		if owns := a.owns; owns != nil {
			a.owns = func(w *Walk, e *trace.Entry) bool { return e.Step != quizStep && owns(w, e) }
		}
	}
	actions["token-in-url"] = &action{of: "consent", half: HalfResponse}
	actions["api-request"].after = "callback"
	actions["api-request"].owns, actions["api-request"].seen = during("api-request", "/v1/steps"), calls
	actions["api-request"].preview = previewWithToken("callback", lab.GetSteps())
	actions["api-request"].expires = &expiry{"exp", "access token", "authorization-request", "callback"}
	actions["found"] = &action{
		half: HalfRequest, after: "callback", owns: during("found", "/v1/steps"), good: accepted,
		preview: needs("callback", "has left no token in the history yet", previewFound), back: sendAs(lab.MalloryParty()),
		expires: &expiry{"exp", "access token", "authorization-request", "callback"},
	}
	actions["end"] = &action{of: "found", half: HalfMemory}
	return &script{
		actions: actions, memory: implicitValue,
		config: func(*Variant) lab.RunConfig { return lab.RunConfig{} },
		people: map[string]person{"consent/deny_consent": deny},
		faults: map[string]preparation{
			"authorization-request/todays_app": func(_ context.Context, w *Walk, d *Draft) error {
				d.Set("client_id", lab.FitTrackLite)
				d.Set("redirect_uri", w.run.Lab().Origin()+"/app/"+w.run.Lab().ID()+"/"+lab.FitTrackLite+"/callback")
				return nil
			},
			"authorization-request/ask_for_a_code": set("response_type", "code"),
			"consent/deny_consent":                 unchanged,
			"callback/wrong_state": func(_ context.Context, _ *Walk, d *Draft) error {
				return inFragment(d, func(v url.Values) { v.Set("state", flip(v.Get("state"))) })
			},
			"callback/other_apps_token": func(ctx context.Context, w *Walk, d *Draft) error {
				token, err := quizToken(ctx, w)
				if err != nil {
					return err
				}
				return inFragment(d, func(v url.Values) { v.Set("access_token", token) })
			},
			"found/too_late":      later(lab.AccessTokenLifetime + time.Second),
			"found/altered_token": alteredToken,
		},
	}
}

// inFragment edits what the fragment of a draft's address says.
func inFragment(d *Draft, edit func(url.Values)) error {
	v, err := url.ParseQuery(d.URL.EscapedFragment())
	if err != nil {
		return err
	}
	edit(v)
	u, err := url.Parse("#" + v.Encode())
	if err != nil {
		return err
	}
	d.URL.Fragment, d.URL.RawFragment = u.Fragment, u.RawFragment
	return nil
}

// fragment is what the address says that AcmeID last sent the browser to.
func (w *Walk) fragment(name string) string {
	if u := w.answer(); u != nil {
		if v, err := url.ParseQuery(u.EscapedFragment()); err == nil {
			return v.Get(name)
		}
	}
	return ""
}

// previewFound is the request for the steps with the token from the history.
func previewFound(_ context.Context, w *Walk) (*Draft, error) {
	d, err := get(w.run.Lab().Origin() + "/rs/" + w.run.Lab().ID() + "/" + lab.StepCloud + "/v1/steps")
	if err != nil {
		return nil, err
	}
	d.Header.Set("Authorization", "Bearer "+w.fragment("access_token"))
	return d, nil
}

// quizStep marks what Alice does at another app meanwhile, and what belongs to no
// step of this one.
const quizStep = "quizfun"

// quizToken lets Alice allow QuizFun, an app of Mallory's, to see her steps: over
// real HTTP, in the same browser. Mallory's site gets the token.
func quizToken(ctx context.Context, w *Walk) (string, error) {
	l := w.run.Lab()
	w.run.SetStep(quizStep)
	q := url.Values{
		"response_type": {"token"}, "client_id": {lab.QuizFun}, "redirect_uri": {l.MalloryURL() + "/quiz"},
		"scope": {lab.ScopeStepsRead}, "state": {"of-mallory"},
	}
	e, err := w.run.Browse(ctx, http.MethodGet, l.Issuer()+"/authorize?"+q.Encode(), nil)
	for range 4 { // login, consent, and their redirects
		if err != nil {
			return "", err
		}
		u := e.Response.Location()
		switch {
		case u != nil && u.Fragment != "":
			v, err := url.ParseQuery(u.EscapedFragment())
			return v.Get("access_token"), err
		case u != nil:
			e, err = w.run.Browse(ctx, http.MethodGet, u.String(), nil)
		case asks(e, "login") != "":
			e, err = logIn(ctx, w, e)
		case asks(e, "consent") != "":
			e, err = allow(ctx, w, e)
		default:
			return "", errStuck
		}
	}
	return "", errStuck
}

// implicitValue is what the page keeps, and what the address of the page says.
func implicitValue(w *Walk, name string) string {
	if name == "access_token" {
		return w.fragment(name)
	}
	return sessionValue(w, name)
}
