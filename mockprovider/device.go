package mockprovider

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"time"

	"claimcheck/playground"
)

// maxUserCodes is how many wrong user codes one address may try in a
// failureWindow: the codes are short, so guessing must be slow (RFC 8628 §5.1).
const maxUserCodes = 5

// deviceFormChecks are the page where a user enters the code that a device shows
// (RFC 8628 §3.3).
var deviceFormChecks = []playground.Check[form]{
	{Test: (*form).deviceBrowser, Rule: playground.Rule{
		ID: "device_form_browser", Title: "The form is the one that this browser got",
		Spec: rfc("6749", "10.12"), Level: playground.Must,
	}},
	{Test: (*form).userCodeAttempts, Rule: playground.Rule{
		ID: "user_code_attempts", Title: "Not too many wrong codes before",
		Spec: rfc("8628", "5.1"), Level: playground.Should,
	}},
	{Test: (*form).userCodeKnown, Rule: playground.Rule{
		ID: "user_code_known", Title: "A device waits under this code",
		Spec: rfc("8628", "3.3"), Level: playground.Must,
	}},
}

// verification is the verification URI: it shows the page (GET) and takes its
// form (POST). Login and consent follow, as for every other client.
func (p *Provider) verification(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet {
		query := queryParams(r)
		p.pageDevice(w, r, http.StatusOK, query.get("user_code"), "")
		return
	}
	f := &form{p: p, r: r, params: bodyParams(r)}
	defer f.end()
	if f.params.tooLarge {
		p.pageError(w, http.StatusRequestEntityTooLarge, "The form is too large", "Go back and send less.")
		return
	}
	refused, err := f.judge(deviceFormChecks)
	if refused != nil && err == nil && refused.ID == "user_code_known" {
		err = p.countFailure(r.Context(), guessUserCode, addressOf(r))
	}
	switch {
	case err != nil:
		p.pageUnavailable(w, err)
	case refused == nil:
		p.beginDevice(w, f)
	case refused.ID == "user_code_attempts":
		retryAfter(w, failureWindow)
		p.pageDevice(w, r, http.StatusTooManyRequests, "", "Too many wrong codes. Wait five minutes and try again.")
	case refused.ID == "user_code_known":
		p.pageDevice(w, r, http.StatusUnprocessableEntity, f.params.get("user_code"), "No device waits under this code. Compare it with the one on the device.")
	default:
		p.pageRefused(w, http.StatusForbidden, refused)
	}
}

// deviceCodesEnd says whether a lab's devices have a deadline. Without one whoever
// sent a code to somebody has all the time of the world (RFC 8628 §5.4).
func (p *Provider) deviceCodesEnd() bool { return !p.mode.Load().off[deviceCodeTTL.ID] }

// beginDevice asks the user of a device, in this browser, to log in and to
// consent. Consent is asked each time, because somebody else may have started
// the device (RFC 8628 §5.4).
func (p *Provider) beginDevice(w http.ResponseWriter, f *form) {
	i := &interactionRecord{
		Client: f.device.Client, Scope: f.device.Scope, Details: f.device.Details, AskConsent: true, Expires: f.device.Expires,
		Device: f.deviceID, UserCode: showUserCode(readUserCode(f.params.get("user_code"))),
		Browser: hashOf(p.cookie(f.r, cookieBrowser)), Removals: f.device.Removals,
	}
	if !p.deviceCodesEnd() {
		i.Expires = p.now().Add(interactionTTL)
	}
	session, err := p.sessionOf(f.r)
	path := "/login"
	switch {
	case err == nil:
		i.User, i.AuthTime, path = session.User, session.AuthTime, "/consent"
	case !errors.Is(err, ErrNotFound):
		p.pageUnavailable(w, err)
		return
	}
	id := p.value(f.r.Context(), "interaction", "")
	if err := save(f.r.Context(), p.store, kindInteraction, id, i, interactionTTL); err != nil {
		p.pageUnavailable(w, err)
		return
	}
	seeOther(w, p.url(path+"?interaction="+url.QueryEscape(id)))
}

// finishDevice lets the device have what the user granted.
func (p *Provider) finishDevice(w http.ResponseWriter, r *http.Request, i *interactionRecord) {
	ctx := r.Context()
	strict := p.strictnessFor(p.Client(i.Client))
	grant := &grantRecord{
		ID: p.value(ctx, "grant", ""), Client: i.Client, User: i.User, Scope: i.Scope, Details: i.Details, AuthTime: i.AuthTime, Created: p.now(),
		Removals: p.removals(),
	}
	if err := save(ctx, p.store, kindGrant, grant.ID, grant, strict.refreshMax); err != nil {
		p.pageUnavailable(w, err)
		return
	}
	p.decideDevice(w, r, i, grant.ID)
}

// decideDevice puts down the user's answer, which counts once. No grant is a no.
func (p *Provider) decideDevice(w http.ResponseWriter, r *http.Request, i *interactionRecord, grant string) {
	switch ok, err := p.answerDevice(r.Context(), i.Device, grant); {
	case err != nil:
		p.pageUnavailable(w, err)
	case !ok:
		p.pageError(w, http.StatusConflict, "This device was answered already", "Start again on the device.")
	default:
		p.pageDeviceDone(w, i, grant != "")
	}
}

func (p *Provider) answerDevice(ctx context.Context, id, grant string) (bool, error) {
	first := false
	err := update(ctx, p.store, kindDevice, id, func(rec *deviceRecord) (time.Duration, bool) {
		if first = !rec.Decided; first {
			rec.Decided, rec.Grant = true, grant
		}
		return deviceTTL, first
	})
	if err != nil {
		return false, ignoreNotFound(err)
	}
	return first, nil
}

// deviceToken ties the form to the browser that it was shown in.
func deviceToken(browser string) string { return hashOf("device " + browser) }

func (f *form) deviceBrowser() playground.Outcome {
	cookie := f.p.cookie(f.r, cookieBrowser)
	if cookie == "" || !equal(f.params.get("interaction"), deviceToken(cookie)) {
		o := playground.Fail("the form of this browser", "another one, or none", "open the page again and enter the code there")
		o.Why = "Otherwise another site could enter an attacker's code here."
		return o
	}
	return playground.Pass()
}

func (f *form) userCodeAttempts() playground.Outcome {
	f.turn = f.p.guards.lock(guessUserCode, addressOf(f.r))
	n, err := f.p.failures(f.r.Context(), guessUserCode, addressOf(f.r))
	if err != nil {
		return playground.Broken(err)
	}
	if n >= maxUserCodes {
		return playground.Fail("at most 5 wrong codes in five minutes", "more", "wait five minutes")
	}
	return playground.Pass()
}

func (f *form) userCodeKnown() playground.Outcome {
	id, rec, _, err := f.p.findDevice(f.r.Context(), kindUserCode, readUserCode(f.params.get("user_code")))
	switch {
	case errors.Is(err, ErrNotFound):
		return failAt("user_code", "a code that a device shows", "an unknown one", "compare it with the one on the device")
	case err != nil:
		return playground.Broken(err)
	case rec.Decided:
		return failAs("user_code_answered", "a device that waits", "one that was answered", "start again on the device")
	case !f.p.now().Before(rec.Expires) && f.p.deviceCodesEnd(), !f.p.clientStands(rec.Client, rec.Removals):
		return failAs("user_code_expired", "before "+clockTime(rec.Expires), "a later time", "start again on the device")
	}
	f.deviceID, f.device = id, rec
	return playground.Pass()
}

// addressOf is who is counted: the address without the port. Nothing that a
// proxy says is believed.
func addressOf(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
