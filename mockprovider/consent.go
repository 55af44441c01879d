package mockprovider

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"claimcheck/playground"
)

// consentChecks are the consent form. The last rule but one makes the answer
// count once; the last is the answer itself.
var consentChecks = []playground.Check[form]{
	{Test: (*form).interactionToken, Rule: interactionToken},
	{Test: (*form).interactionBrowser, Rule: interactionBrowser},
	{Test: (*form).interactionOpen, Rule: interactionOpen},
	{Test: (*form).loggedIn, Rule: playground.Rule{
		ID: "consent_logged_in", Title: "The user is logged in",
		Spec: rfc("6749", "3.1"), Level: playground.Must,
	}},
	{Test: (*form).sameUser, Rule: playground.Rule{
		ID: "consent_same_user", Title: "The user of this page is still the one who is logged in",
		Spec: rfc("6749", "3.1"), Level: playground.Must,
	}},
	{Test: (*form).decided, Rule: playground.Rule{
		ID: "consent_decided", Title: "The user said yes or no",
		Spec: rfc("6749", "4.1.1"), Level: playground.Must,
	}},
	{Test: (*form).scopeNarrowed, Rule: playground.Rule{
		ID: "consent_scope", Title: "Only scopes that were asked for are granted",
		Spec: rfc("6749", "3.3"), Level: playground.Must,
	}},
	{Test: (*form).detailsNarrowed, Rule: playground.Rule{
		ID: "consent_details", Title: "Only details that were asked for are granted",
		Spec: rfc("9396", "4"), Level: playground.Must,
	}},
	{Test: (*form).answeredOnce, Rule: playground.Rule{
		ID: "interaction_once", Title: "The answer counts once",
		Spec: rfc("6749", "10.12"), Level: playground.Choice,
	}},
	{Test: (*form).allowed, Rule: playground.Rule{
		ID: "owner_allows", Title: "The user allows it",
		Spec: rfc("6749", "4.1.2.1"), Level: playground.Must, Refusal: "access_denied",
	}},
}

// consentTTL is how long a consent is remembered.
const consentTTL = 30 * 24 * time.Hour

// consent shows the consent page (GET) and takes its form (POST).
func (p *Provider) consent(w http.ResponseWriter, r *http.Request) {
	f := &form{p: p, r: r, params: queryParams(r)}
	defer f.end()
	if r.Method == http.MethodGet {
		refused, err := f.judge(consentChecks[:5])
		if !p.formRefused(w, refused, err) {
			p.pageConsent(w, f.id, f.rec)
		}
		return
	}
	if f.params = bodyParams(r); f.params.tooLarge {
		p.pageError(w, http.StatusRequestEntityTooLarge, "The form is too large", "Go back and send less.")
		return
	}
	refused, err := f.judge(consentChecks)
	if err == nil && refused != nil && refused.Refusal != "" {
		p.deny(w, f, refused.Refusal)
		return
	}
	if p.formRefused(w, refused, err) {
		return
	}
	if f.params.has("remember") {
		rec := &consentRecord{Scope: f.rec.Scope, Claims: f.rec.Claims.namesOf(p.user(f.rec.User)), Removals: p.removals()}
		if err := save(r.Context(), p.store, kindConsent, consentID(f.rec.User, f.rec.Client), rec, consentTTL); err != nil {
			p.pageUnavailable(w, err)
			return
		}
	}
	if p.TakeFault(w, f.rec.Client, "slow_consent") {
		p.wait(r.Context(), slowAnswer)
	}
	p.finish(w, r, f.rec)
}

func (f *form) loggedIn() playground.Outcome {
	if f.rec.User == "" || f.p.user(f.rec.User) == nil {
		return playground.Fail("a login in this interaction", "none yet", "log in first")
	}
	return playground.Pass()
}

// sameUser asks the browser's session: in another tab somebody else may have
// logged in meanwhile, who shall not answer for the user of this page.
func (f *form) sameUser() playground.Outcome {
	session, err := f.p.sessionOf(f.r)
	switch {
	case errors.Is(err, ErrNotFound):
		return failAs("consent_session_gone", "a user who is logged in", "nobody", "go back to the app and start again")
	case err != nil:
		return playground.Broken(err)
	case session.User != f.rec.User:
		return playground.Fail("the session of "+f.rec.User, "the session of "+session.User, "go back to the app and start again: somebody else logged in meanwhile")
	}
	return playground.Pass()
}

func (f *form) decided() playground.Outcome {
	if action := f.params.get("action"); action != "allow" && action != "deny" {
		return failAt("action", "allow or deny", action, "use the buttons of the page")
	}
	return playground.Pass()
}

// scopeNarrowed takes over what the user ticked. openid stays: without it the
// request would be another one.
func (f *form) scopeNarrowed() playground.Outcome {
	if f.params.get("action") == "deny" {
		return playground.Skip(playground.WhyNotConcerned)
	}
	ticked := f.params.values["scope"]
	for _, one := range ticked {
		if !slices.Contains(f.rec.Scope, one) {
			return failAt("scope", "a scope of the request", one, "use the boxes of the page")
		}
	}
	f.rec.Scope = slices.DeleteFunc(f.rec.Scope, func(one string) bool {
		return one != "openid" && !slices.Contains(ticked, one)
	})
	return playground.Pass()
}

// detailsNarrowed takes over which details the user ticked, by their numbers. Each
// is granted once, however often its number comes: who agreed to one order did
// not agree to two.
func (f *form) detailsNarrowed() playground.Outcome {
	if f.params.get("action") == "deny" || len(f.rec.Details) == 0 {
		return playground.Skip(playground.WhyNotConcerned)
	}
	ticked := make([]bool, len(f.rec.Details))
	for _, number := range f.params.values["detail"] {
		n, err := strconv.Atoi(number)
		if err != nil || n < 0 || n >= len(ticked) {
			return failAt("detail", "a detail of the request", number, "use the boxes of the page")
		}
		ticked[n] = true
	}
	var left authorizationDetails
	for n, detail := range f.rec.Details {
		if ticked[n] {
			left = append(left, detail)
		}
	}
	f.rec.Details = left
	return playground.Pass()
}

// answeredOnce closes the interaction. Of two answers one comes through.
func (f *form) answeredOnce() playground.Outcome {
	f.rec.Done = true
	ok, err := f.store()
	switch {
	case err != nil:
		return playground.Broken(err)
	case !ok:
		return playground.Fail("the first answer", "a second one", "go back to the app and start again")
	}
	return playground.Pass()
}

func (f *form) allowed() playground.Outcome {
	switch {
	case f.params.get("action") == "deny":
		return playground.Fail("yes", "no", "respect it; the app must cope")
	case len(f.rec.Scope) == 0 && len(f.rec.Details) == 0:
		return failAs("owner_allows_nothing", "at least one scope", "none is ticked", "tick what the app may do, or deny")
	}
	return playground.Pass()
}
