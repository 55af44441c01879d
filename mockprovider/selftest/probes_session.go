package selftest

import (
	"net/http"
	"net/url"
	"strings"

	"claimcheck/playground/spec"
)

// sessionProbes end Tess's session, so they come last.
func sessionProbes() []probe {
	backchannel := spec.Ref{Name: "OpenID Connect Back-Channel Logout 1.0", Section: "2.1"}
	return []probe{
		{Rule: member("end_session_endpoint", "The session ends there", spec.Ref{Name: "OpenID Connect RP-Initiated Logout 1.0", Section: "2.1"}), try: (*tester).tryEndSession, last: true},
		{Rule: member("backchannel_logout_supported", "The client is told", backchannel), known: yes(), try: (*tester).tryBackchannel, refusals: []string{"not told"}, last: true},
		{Rule: member("backchannel_logout_session_supported", "It is told which session", backchannel), known: yes(), try: (*tester).tryBackchannelSession, refusals: []string{"not told", "no sid"}, last: true},
		{Rule: member("frontchannel_logout_supported", "The client is told in the browser", discovery()), known: yes(), try: (*tester).tryFrontchannel, refusals: []string{"no frame"}, last: true},
	}
}

// logOut logs in at the client that wants to be told, and out again.
func (t *tester) logOut() (idToken string, last *reply) {
	out, _ := t.tokens(clientLogout)
	idToken = text(out["id_token"])
	t.target.Cast.logout.take()
	query := url.Values{"id_token_hint": {idToken}, "post_logout_redirect_uri": {logoutURI}, "state": {state}, "client_id": {clientLogout}}
	r := t.send(t.browser, http.MethodGet, t.document.EndSession+"?"+query.Encode(), nil, nil)
	sent := t.sent
	if address, fields := r.form(); r.location == nil && address != "" {
		r = t.send(t.browser, http.MethodPost, address, t.fill(r, fields), http.Header{"Origin": {origin(address)}})
	}
	t.sent = sent
	return idToken, r
}

func (t *tester) tryEndSession(string) string {
	_, r := t.logOut()
	sent, came := t.sent, t.came
	defer func() { t.sent, t.came = sent, came }()
	if r.location == nil || r.location.String() != logoutURI+"?state="+state {
		return "not back at the client"
	}
	if a := t.authorize(t.browser, request("prompt", "none")); a.code() != "login_required" {
		return "still logged in"
	}
	return ""
}

func (t *tester) tryBackchannel(string) string {
	if t.logOut(); part(t.target.Cast.logout.take(), 1)["events"] == nil {
		return "not told"
	}
	return ""
}

func (t *tester) tryBackchannelSession(string) string {
	idToken, _ := t.logOut()
	told := part(t.target.Cast.logout.take(), 1)
	switch sid := text(part(idToken, 1)["sid"]); {
	case len(told) == 0:
		return "not told"
	case sid == "" || told["sid"] != sid:
		return "no sid"
	}
	return ""
}

func (t *tester) tryFrontchannel(string) string {
	if _, r := t.logOut(); strings.Contains(string(r.body), "<iframe") {
		return ""
	}
	return "no frame"
}
