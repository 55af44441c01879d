package mockprovider

import (
	"errors"
	"net/http"
	"net/url"

	"claimcheck/playground"
)

// loginChecks are the login form. RFC 6749 §3.1 leaves open how the resource
// owner logs in; these rules are about doing it safely.
var loginChecks = []playground.Check[form]{
	{Test: (*form).interactionToken, Rule: interactionToken},
	{Test: (*form).interactionBrowser, Rule: interactionBrowser},
	{Test: (*form).interactionOpen, Rule: interactionOpen},
	{Test: (*form).notCancelled, Rule: playground.Rule{
		ID: "login_not_cancelled", Title: "The user goes on",
		Spec: rfc("6749", "4.1.2.1"), Level: playground.Must, Refusal: "access_denied",
	}},
	{Test: (*form).loginAttempts, Rule: playground.Rule{
		ID: "login_attempts", Title: "Not too many wrong passwords before",
		Spec: rfc("6749", "10.10"), Level: playground.Must,
	}},
	{Test: (*form).credentials, Rule: playground.Rule{
		ID: "login_credentials", Title: "User name and password belong together",
		Spec: rfc("6749", "3.1"), Level: playground.Must,
	}},
	{Test: (*form).hintedUser, Rule: playground.Rule{
		ID: "login_hinted_user", Title: "It is the user whom the app asked for",
		Spec: oidc("3.1.2.1"), Level: playground.Must, Refusal: "login_required",
	}},
}

// login shows the login page (GET) and takes its form (POST).
func (p *Provider) login(w http.ResponseWriter, r *http.Request) {
	f := &form{p: p, r: r, params: queryParams(r)}
	defer f.end()
	if r.Method == http.MethodGet {
		refused, err := f.judge(loginChecks[:3])
		if p.formRefused(w, refused, err) {
			return
		}
		p.pageLogin(w, r, f.id, f.rec, loginProblem{})
		return
	}
	if f.params = bodyParams(r); f.params.tooLarge {
		p.pageError(w, http.StatusRequestEntityTooLarge, "The form is too large", "Go back and send less.")
		return
	}
	refused, err := f.judge(loginChecks)
	if f.rec != nil {
		f.rec.repost = p.mode.Load().off[loginSeeOther.ID]
	}
	if refused != nil && err == nil {
		err = f.countFailure(refused.ID)
	}
	switch {
	case err != nil:
		p.pageUnavailable(w, err)
	case refused == nil:
		p.loggedIn(w, f)
	case refused.Refusal != "":
		p.cancel(w, f, refused.Refusal)
	case refused.ID == "login_attempts":
		retryAfter(w, failureWindow)
		p.pageLogin(w, r, f.id, f.rec, loginProblem{Status: http.StatusTooManyRequests, Text: "Too many wrong passwords for this name. Wait five minutes and try again."})
	case refused.ID == "login_credentials":
		p.pageLogin(w, r, f.id, f.rec, loginProblem{Status: http.StatusUnprocessableEntity, Text: "User name and password do not belong together.", Typed: f.params.get("username")})
	default:
		p.pageRefused(w, http.StatusForbidden, refused)
	}
}

// loggedIn starts the session and goes on with the interaction.
func (p *Provider) loggedIn(w http.ResponseWriter, f *form) {
	session, err := f.session(w)
	if err != nil {
		p.pageUnavailable(w, err)
		return
	}
	f.rec.User, f.rec.AuthTime = session.User, session.AuthTime
	strict := p.strictnessFor(p.Client(f.rec.Client))
	next, err := p.next(f.r.Context(), &strict, f.rec)
	if err != nil {
		p.pageUnavailable(w, err)
		return
	}
	f.rec.Done = next == stepCode
	switch ok, err := f.store(); {
	case err != nil:
		p.pageUnavailable(w, err)
	case !ok:
		p.pageError(w, http.StatusConflict, "This login was answered already", "Go back to the app and start again.")
	case next == stepCode:
		p.finish(w, f.r, f.rec)
	default:
		seeOther(w, p.url("/consent?interaction="+url.QueryEscape(f.id)))
	}
}

// session is the one that the form asked for: a new one, or with "continue" the
// one that the browser has.
func (f *form) session(w http.ResponseWriter) (*sessionRecord, error) {
	if f.params.get("action") == "continue" {
		return f.p.sessionOf(f.r)
	}
	return f.p.startSession(w, f.r, f.user)
}

// cancel ends the interaction and tells the client (RFC 6749 §4.1.2.1).
func (p *Provider) cancel(w http.ResponseWriter, f *form, code string) {
	f.rec.Done = true
	switch ok, err := f.store(); {
	case err != nil:
		p.pageUnavailable(w, err)
	case !ok:
		p.pageError(w, http.StatusConflict, "This was answered already", "Go back to the app and start again.")
	default:
		p.deny(w, f, code)
	}
}

// deny tells the client the user's no (RFC 6749 §4.1.2.1).
func (p *Provider) deny(w http.ResponseWriter, f *form, code string) {
	if f.rec.Device != "" {
		p.decideDevice(w, f.r, f.rec, "")
		return
	}
	if err := p.endPushed(f.r, f.rec); err != nil {
		p.pageUnavailable(w, err)
		return
	}
	p.respond(w, f.rec.target(p), authorizationResponse{Error: code})
}

// formRefused answers where a page can't be shown at all.
func (p *Provider) formRefused(w http.ResponseWriter, refused *playground.Finding, err error) bool {
	switch {
	case err != nil:
		p.pageUnavailable(w, err)
	case refused != nil:
		p.pageRefused(w, http.StatusForbidden, refused)
	default:
		return false
	}
	return true
}

// seeOther redirects with GET, so that a browser never posts a password again
// (RFC 9700 §4.12).
func seeOther(w http.ResponseWriter, location string) {
	h := w.Header()
	noStore(h)
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Location", location)
	w.WriteHeader(http.StatusSeeOther)
}

func (f *form) notCancelled() playground.Outcome {
	if f.params.get("action") == "cancel" {
		return playground.Fail("a login", "the user cancelled", "respect it; offer to start again")
	}
	return playground.Pass()
}

// guesses tells whether the form tries a password for a name. To go on as the
// user who is logged in needs none, and an empty name is nobody's.
func (f *form) guesses() bool {
	return f.params.get("action") != "continue" && f.params.has("username")
}

// loginAttempts also takes the turn of this name, until the guess is counted.
func (f *form) loginAttempts() playground.Outcome {
	if !f.guesses() {
		return playground.Skip(playground.WhyNotConcerned)
	}
	f.turn = f.p.guards.lock(guessLogin, f.params.get("username"))
	n, err := f.p.failures(f.r.Context(), guessLogin, f.params.get("username"))
	if err != nil {
		return playground.Broken(err)
	}
	if n >= maxFailures {
		return playground.Fail("at most 10 wrong passwords in five minutes", "more", "wait five minutes")
	}
	return playground.Pass()
}

// credentials gives an unknown name and a wrong password the same answer.
func (f *form) credentials() playground.Outcome {
	if f.params.get("action") == "continue" {
		return f.sameSession()
	}
	user := f.p.typed(f.params.get("username"))
	password := ""
	if user != nil {
		password = user.Password
	}
	if !equal(f.params.get("password"), password) || password == "" {
		return playground.Fail("the password of a user", "name and password that do not belong together", "use a name and password that the login page shows")
	}
	f.user = user
	f.turn.end()
	return playground.Pass()
}

// hintedUser answers the client's question for one user: is it this one? Another
// one gets no code (OpenID Connect Core 1.0 §3.1.2.2). Who goes on without a
// password was compared in login_credentials.
func (f *form) hintedUser() playground.Outcome {
	if f.rec.HintedUser == "" {
		return playground.Skip(playground.WhyNotConcerned)
	}
	if f.user != nil && f.user.ID != f.rec.HintedUser {
		o := playground.Fail("a login of "+f.rec.HintedUser, "a login of "+f.user.ID, "leave id_token_hint out where any user will do")
		o.Why = "The app sent an ID token of one user. A code of another one would put two people into one session."
		return o
	}
	return playground.Pass()
}

// sameSession lets a user who is logged in go on without a password, unless the
// request asked for a login.
func (f *form) sameSession() playground.Outcome {
	session, err := f.p.sessionOf(f.r)
	switch {
	case errors.Is(err, ErrNotFound):
		return failAs("login_session", "a user who is logged in", "nobody", "type name and password")
	case err != nil:
		return playground.Broken(err)
	case !f.rec.mayContinue(session.User):
		return failAs("login_fresh", "name and password", "the old login", "type name and password: the app asked for a new login")
	}
	return playground.Pass()
}

func (f *form) countFailure(rule string) error {
	if rule != "login_credentials" || !f.guesses() {
		return nil
	}
	return f.p.countFailure(f.r.Context(), guessLogin, f.params.get("username"))
}
