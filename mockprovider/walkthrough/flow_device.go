package walkthrough

import (
	"context"
	"net/http"
	"strings"
	"time"

	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
)

// device is the flow device-authorization: a television shows a code, a phone
// answers, and the television asks until it knows (RFC 8628). It is allowed,
// denied, or nobody comes.
func device() *script {
	enter := func(after string) *action {
		return &action{
			half: HalfRequest, after: after,
			owns:    to(trace.RoleAS, http.MethodPost, "/device"),
			preview: previewVerification, good: redirects,
			person: enterCode, pass: notRedirected,
		}
	}
	page := func(after string, preview func(context.Context, *Walk) (*Draft, error), good func(*Walk, *trace.Entry) bool, fill person) *action {
		return &action{
			half: HalfRequest, after: after, owns: to(trace.RoleAS, http.MethodPost, "/consent"),
			preview: preview, good: good, person: fill,
		}
	}
	poll := func(id, after, lacks, ends string) *action {
		good, seen := refusedBy(ends), endedBy(ends)
		if ends == "" {
			good, seen = accepted, endedBy()
		}
		return &action{
			half: HalfRequest, after: after, owns: during(id, "/token"), seen: all(grants(deviceGrant), seen), good: good,
			preview: previewAfter(after, lacks, lab.Poll()), back: call(lab.Poll()),
		}
	}
	screen := func(id, after, lacks string) *action {
		return &action{
			half: HalfResponse, after: after, good: accepted,
			owns: func(w *Walk, e *trace.Entry) bool { return e.Step == id && ownPage(w, e) },
			preview: needs(after, lacks, func(_ context.Context, w *Walk) (*Draft, error) {
				return get(w.home().String())
			}),
			pass: func(*trace.Entry) bool { return true },
		}
	}
	consent := previewPage("consent", "login", "user-code")
	actions := map[string]*action{
		"device-request": {
			half: HalfRequest, owns: during("device-request", "/device_authorization"), seen: posts("/device_authorization"), good: validated,
			preview: previewCall(lab.StartDevice()), back: call(lab.StartDevice()),
		},
		"device-check":    {of: "device-request", half: HalfFindings},
		"device-response": {of: "device-request", half: HalfResponse},
		"screen":          screen("screen", "device-request", "has no code yet"),
		"poll":            poll("poll", "device-request", "has no code yet", "device_decided"),
		"poll-check":      {of: "poll", half: HalfFindings},
		"poll-fast":       poll("poll-fast", "device-request", "has no code yet", "device_poll_interval"),
		"user-code":       enter("device-request"),
		"user-code-check": {of: "user-code", half: HalfFindings},
		"login": {
			half: HalfRequest, after: "user-code",
			owns:    to(trace.RoleAS, http.MethodPost, "/login"),
			preview: previewPage("login", "user-code"),
			good:    redirects, person: logIn, pass: notRedirected,
			skipped: knownOnPhone, odd: otherPerson,
		},
		"consent":        page("user-code", consent, accepted, allow),
		"refusal":        page("user-code", consent, refusedBy("owner_allows"), deny),
		"last-poll":      poll("last-poll", "consent", "has no answer to fetch", ""),
		"last-check":     {of: "last-poll", half: HalfFindings},
		"token-response": {of: "last-poll", half: HalfResponse},
		"denied-poll":    poll("denied-poll", "refusal", "has no answer to fetch", "device_owner_allows"),
		"expired-poll":   poll("expired-poll", "device-request", "has no code yet", "device_code_ttl"),
		"late-code":      enter("expired-poll"),
		"again": {
			half: HalfRequest, after: "expired-poll", owns: during("again", "/device_authorization"), good: validated,
			preview: previewAfter("expired-poll", "still waits under the old code", lab.StartDevice()), back: call(lab.StartDevice()),
		},
		"api-request": {
			half: HalfRequest, after: "last-poll", owns: during("api-request", "/v1/steps"), seen: calls, good: accepted,
			preview: previewWithToken("last-poll", lab.GetSteps()), back: call(lab.GetSteps()),
			expires: &expiry{"exp", "access token", "device-request", "last-poll"},
		},
		"page": {
			half: HalfResponse, owns: func(w *Walk, e *trace.Entry) bool { return e.Step == "page" && ownPage(w, e) }, good: accepted,
			preview: previewLastScreen, pass: func(*trace.Entry) bool { return true },
		},
	}
	actions["poll-fast"].back = pollTwice
	actions["expired-poll"].ready = outliveCode
	actions["late-code"].good, actions["late-code"].pass = refusedBy("user_code_known"), nil
	actions["last-poll"].expires = &expiry{"device_code_ttl", "device code", "device-request", "consent"}
	actions["denied-poll"].expires = &expiry{"device_code_ttl", "device code", "device-request", "refusal"}
	return &script{
		actions: actions,
		// No code comes back by a redirect, so there is no PKCE.
		config: func(*Variant) lab.RunConfig { return lab.RunConfig{Scope: lab.ScopeStepsRead} },
		people: map[string]person{"user-code/guess_codes": guessCodes},
		faults: map[string]preparation{
			"device-request/other_client": set("client_id", lab.FitTrackLite),
			"device-request/wider_scope":  set("scope", lab.ScopeStepsRead+" "+lab.ScopeStepsWrite),
			"poll/guessed_code":           set("device_code", "dc_guessed-by-mallory"),
			"poll/other_device":           set("client_id", lab.FitWatch),
			"user-code/wrong_user_code": func(_ context.Context, _ *Walk, d *Draft) error {
				d.Set("user_code", otherCode(d.Get("user_code"), 1))
				return nil
			},
			"user-code/guess_codes":     unchanged,
			"last-poll/code_twice":      twice("last-poll"),
			"last-poll/too_late":        later(10*time.Minute + time.Second),
			"api-request/altered_token": alteredToken,
		},
	}
}

// previewVerification is AcmeID's page with the code in its address, as a QR code
// opens it (RFC 8628 §3.3.1).
func previewVerification(_ context.Context, w *Walk) (*Draft, error) {
	d := w.run.Session().Device
	if e := w.current("device-request"); e == nil || d == nil {
		return nil, notYet{w.number("device-request"), "there is no code on the television yet"}
	}
	return get(d.Complete)
}

// previewLastScreen is what the television shows at the end, once it knows it.
func previewLastScreen(_ context.Context, w *Walk) (*Draft, error) {
	before := "api-request"
	if w.v.Is("branch", "deny") {
		before = "denied-poll"
	}
	if !w.Passed(before) {
		return nil, notYet{w.number(before), w.v.App() + " does not know the answer yet"}
	}
	return get(w.home().String())
}

// knownOnPhone: AcmeID knew already who Alice is.
func knownOnPhone(w *Walk) bool {
	e := w.current("user-code")
	return e != nil && asks(e, "consent") != ""
}

// enterCode presses the button of AcmeID's page for devices.
func enterCode(ctx context.Context, w *Walk, page *trace.Entry) (*trace.Entry, error) {
	f, err := formOf(page)
	if err != nil {
		return nil, err
	}
	return w.run.Browse(ctx, http.MethodPost, f.action, f.values)
}

// guessCodes enters one wrong code after the other, until AcmeID has enough.
func guessCodes(ctx context.Context, w *Walk, page *trace.Entry) (*trace.Entry, error) {
	f, err := formOf(page)
	if err != nil {
		return nil, err
	}
	code := f.values.Get("user_code")
	var e *trace.Entry
	for n := range 6 {
		f.set("user_code", otherCode(code, n+1))
		if e, err = w.run.Browse(ctx, http.MethodPost, f.action, f.values); err != nil {
			return nil, err
		}
	}
	return e, nil
}

// otherCode is a user code with another last letter.
func otherCode(code string, n int) string {
	const letters = "BCDFGHJKLMNPQRSTVWXZ"
	if code == "" {
		return code
	}
	at := strings.IndexByte(letters, code[len(code)-1])
	return code[:len(code)-1] + string(letters[(at+n+len(letters))%len(letters)])
}

// pollTwice polls, and once more at once if that was not too fast already.
func pollTwice(ctx context.Context, w *Walk, edited *http.Request) (*trace.Entry, error) {
	e, err := w.run.Call(ctx, lab.Poll(), edited)
	if err != nil || !refusedBy("device_decided")(w, e) {
		return e, err
	}
	if edited != nil && edited.GetBody != nil {
		if edited.Body, err = edited.GetBody(); err != nil {
			return nil, err
		}
	}
	return w.run.Call(ctx, lab.Poll(), edited)
}

// outliveCode moves the clock past the end of the device's codes.
func outliveCode(_ context.Context, w *Walk) error {
	if d := w.run.Session().Device; d != nil {
		if left := d.Expires.Sub(w.run.Lab().Now()); left >= 0 {
			w.run.Advance(left + time.Second)
		}
	}
	return nil
}
