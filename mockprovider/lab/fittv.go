package lab

import (
	"context"
	"net/http"

	"claimcheck/mockprovider/trace"
)

// waiting is what the screen of a device shows while it waits for an answer.
type waiting struct {
	Device

	Says string // about the last poll
	Ask  bool   // the viewer may press the button that polls
}

// serveDevice is the part of a device's pages that other clients do not have. It
// says whether it has answered.
func (a *app) serveDevice(w http.ResponseWriter, r *http.Request, path string) bool {
	switch {
	case !a.device():
		return false
	case path == "/connect" && r.Method == http.MethodGet:
		a.startDevice(w, r)
	case path == "/poll" && r.Method == http.MethodPost:
		a.poll(w, r)
	case path == "/callback":
		a.refuse(w, http.StatusNotFound, "A television has no address that a browser could be sent to.")
	default:
		return false
	}
	return true
}

// startDevice asks for the codes, because somebody pressed Connect (RFC 8628 §3.1).
func (a *app) startDevice(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	cfg, _ := a.settings(ctx)
	s := &Session{Scope: cfg.Scope}
	if err := a.call(ctx, s, StartDevice()); err != nil {
		s.Problem = "AcmeID could not be reached."
	}
	id := a.runSession(ctx)
	if id == "" {
		id = a.lab.value(ctx, a.id+"_session", 16)
		a.setCookie(w, id)
	}
	a.show(w, r, a.save(ctx, id, s))
}

// poll asks AcmeID once, and fetches the steps as soon as there is a token.
func (a *app) poll(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	id, s, ok, err := a.sessionOf(r)
	switch {
	case err != nil:
		a.unavailable(w)
		return
	case !ok || s.Device == nil:
		a.refuse(w, http.StatusBadRequest, "There is no code to ask about. Press Connect first.")
		return
	}
	if err := a.call(ctx, s, Poll()); err != nil {
		s.Problem = "AcmeID could not be reached."
	}
	if s.Tokens.AccessToken != "" {
		if _, err := a.callAPI(ctx, s, nil); err != nil {
			s.Problem = "StepCloud could not be reached."
		}
	}
	a.show(w, r, a.update(ctx, id, s))
}

// show leads to the screen. err is that of keeping what it is to show.
func (a *app) show(w http.ResponseWriter, r *http.Request, err error) {
	if err != nil {
		a.unavailable(w)
		return
	}
	http.Redirect(w, r, a.mount()+"/", http.StatusSeeOther)
}

// runSession is what a device holds for a run, whose television there is one of.
// Empty means that there is no run.
func (a *app) runSession(ctx context.Context) string {
	if id := trace.RunID(ctx); a.device() && id != "" {
		return "run-" + id
	}
	return ""
}

// waits is the screen of a device that waits, nil if it does not.
func (a *app) waits(ctx context.Context, s *Session) *waiting {
	if s.Device == nil || s.Problem != "" || s.Tokens.AccessToken != "" {
		return nil
	}
	v := &waiting{Device: *s.Device}
	_, guided := a.settings(ctx)
	v.Ask = !guided
	switch s.Device.Answer {
	case "authorization_pending":
		v.Says = "Nobody has answered yet."
	case "slow_down":
		v.Says = "Nobody has answered yet, and AcmeID wants to be asked less often."
	}
	return v
}
