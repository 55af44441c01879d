package walkthrough

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
)

// What attacks have in common. Alice's own steps are those of the flows (see
// codeActions); what Mallory does is here.

// malloryVerifier is a code_verifier of Mallory's own (RFC 7636 §4.1).
const malloryVerifier = "a-verifier-that-mallory-made-herself-0123456789"

// mallorySends is a step that Mallory sends from her own machine, with no browser.
func mallorySends(id, after, path string, preview func(context.Context, *Walk) (*Draft, error)) *action {
	return &action{
		half: HalfRequest, after: after, owns: during(id, path), good: accepted,
		preview: preview, back: sendAs(lab.MalloryParty()),
	}
}

// malloryBrowses is a step that Mallory sends from her own browser.
func malloryBrowses(id, after, path string, preview func(context.Context, *Walk) (*Draft, error), good func(*Walk, *trace.Entry) bool) *action {
	return &action{
		half: HalfRequest, after: after, owns: during(id, path), good: good, preview: preview,
		back: func(ctx context.Context, w *Walk, edited *http.Request) (*trace.Entry, error) {
			to := edited
			if to == nil {
				generated, _, err := w.Preview(ctx, id)
				if err != nil {
					return nil, err
				}
				if to, err = generated.request(ctx); err != nil {
					return nil, err
				}
			}
			return w.run.BrowseAsMallory(ctx, to.Method, to.URL.String(), nil)
		},
	}
}

// aliceOpens is a step in which Alice's browser opens an address that somebody
// else made.
func aliceOpens(id, after, path string, address func(w *Walk) (string, error)) *action {
	return &action{
		half: HalfRequest, after: after, owns: during(id, path), good: accepted,
		preview: func(_ context.Context, w *Walk) (*Draft, error) {
			at, err := address(w)
			if err != nil {
				return nil, err
			}
			return get(at)
		},
	}
}

// authorizationURL is an authorization request that somebody has made by hand.
func authorizationURL(w *Walk, params url.Values) string {
	return w.run.Lab().Issuer() + "/authorize?" + params.Encode()
}

// tokenForm is a token request that somebody has made by hand.
func tokenForm(w *Walk, params url.Values) (*Draft, error) {
	return postForm(w.run.Lab().Issuer()+"/token", params)
}

// postForm is a form that somebody posts by hand.
func postForm(address string, params url.Values) (*Draft, error) {
	d, err := get(address)
	if err != nil {
		return nil, err
	}
	d.Method, d.Body = http.MethodPost, params.Encode()
	d.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return d, nil
}

// stepsWith is a request for steps with a token that was got hold of in a step.
func stepsWith(step string) func(context.Context, *Walk) (*Draft, error) {
	return needs(step, "has brought no token yet", func(_ context.Context, w *Walk) (*Draft, error) {
		var body struct {
			AccessToken string `json:"access_token"`
		}
		w.current(step).Response.JSON(&body)
		return bearer(w, "/v1/steps", body.AccessToken)
	})
}

// bearer is a request at StepCloud with a token (RFC 6750 §2.1).
func bearer(w *Walk, path, token string) (*Draft, error) {
	l := w.run.Lab()
	d, err := get(l.Origin() + "/rs/" + l.ID() + "/" + lab.StepCloud + path)
	if err != nil {
		return nil, err
	}
	d.Header.Set("Authorization", "Bearer "+token)
	return d, nil
}

// landed is a parameter of the address that a step's answer sends the browser to.
func landed(w *Walk, step, name string) string {
	e := w.current(step)
	if e == nil || e.Response.Location() == nil {
		return ""
	}
	return e.Response.Location().Query().Get(name)
}

// browsing sends one request from somebody's browser, and follows no redirect.
type browsing func(ctx context.Context, method, rawURL string, form url.Values) (*trace.Entry, error)

// grantedTo walks the front channel of the authorization code flow for one of the
// people, up to the answer that would lead back to the client, and does not follow
// that. browse is whose browser it is.
func grantedTo(ctx context.Context, user, start string, browse browsing) (*trace.Entry, error) {
	e, err := browse(ctx, http.MethodGet, start, nil)
	for range 6 { // connect, authorization request, login, consent
		if err != nil {
			return nil, err
		}
		u := e.Response.Location()
		switch {
		case u != nil && u.Query().Has("code"):
			return e, nil
		case u != nil:
			e, err = browse(ctx, http.MethodGet, u.String(), nil)
			continue
		case e.Response.Status >= http.StatusBadRequest:
			return e, nil
		}
		form, ferr := formOf(e)
		if ferr != nil {
			return nil, fmt.Errorf("%w: %w", errStuck, ferr)
		}
		if asks(e, "login") != "" {
			fill(form, user)
		} else {
			form.press("allow")
		}
		e, err = browse(ctx, http.MethodPost, form.action, form.values)
	}
	return nil, errStuck
}

// fill in AcmeID's login page.
func fill(f *form, user string) {
	i := slices.IndexFunc(lab.Users(), func(u lab.User) bool { return u.ID == user })
	if i >= 0 {
		u := lab.Users()[i]
		f.set("username", u.Username)
		f.set("password", u.Password)
	}
	f.press("login")
}

// toCode is good where the answer carries a code for somebody.
func toCode(w *Walk, e *trace.Entry) bool {
	u := e.Response.Location()
	return accepted(w, e) && u != nil && u.Query().Has("code")
}

// connectPage is where a person clicks Connect.
func connectPage(w *Walk) string { return strings.TrimSuffix(w.home().String(), "/") + "/connect" }
