package mockprovider

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"claimcheck/playground/spec"
)

// userInfoFaults are about UserInfo (OpenID Connect Core 1.0 §5.3).
var userInfoFaults = []deviation{
	{at: "/userinfo", Fault: Fault{
		Name: "ui_sub_mismatch", Group: GroupUserInfo, Deviation: "UserInfo speaks about another user than the ID token.",
		Spec: oidc("5.3.2"), Expect: ExpectReject, Correct: "It compares sub with that of the ID token, and discards the answer.", Detected: "The client's own page does not show what UserInfo said.",
	}, document: func(_ *Provider, doc map[string]any) {
		doc["sub"], doc["name"], doc["email"] = "somebody-else", "Somebody Else", "somebody.else@example.com"
	}},
	{at: "/userinfo", Fault: Fault{
		Name: "ui_401", Group: GroupUserInfo, Deviation: "UserInfo refuses a good token with 401.",
		Spec: rfc("6750", "3.1"), Expect: ExpectRetry, Correct: "It refreshes once, or goes on without the profile.", Detected: "One refresh at most follows.",
	}, instead: func(p *Provider, w http.ResponseWriter, _ *http.Request) { p.bearerRefused(w, "invalid_token", false) }},
	{at: "/userinfo", Fault: Fault{
		Name: "ui_html", Group: GroupUserInfo, Deviation: "UserInfo answers with a web page.",
		Spec: oidc("5.3.2"), Expect: ExpectEither, Correct: "It goes on without the profile, or says that it can't be read.", Detected: "The client's own page shows no error of its parser.",
	}, instead: func(_ *Provider, w http.ResponseWriter, _ *http.Request) {
		plainAnswer(w, http.StatusOK, "text/html; charset=utf-8", captivePage)
	}},
	{Fault: Fault{
		Name: "ui_signed", Group: GroupUserInfo, Deviation: "UserInfo answers with a signed JWT, though the client did not register for that.",
		Spec: oidc("5.3.2"), Expect: ExpectEither, Correct: "It checks the signature, iss and aud, or does not use the answer.", Detected: "The client's own page shows no error of its parser.",
	}},
}

// faultyUserInfo answers a good UserInfo request as the faults that are on want
// it. It reports whether it did.
func (p *Provider) faultyUserInfo(w http.ResponseWriter, r *http.Request, client string, claims any) bool {
	if !p.faults.any.Load() {
		return false
	}
	if p.answersInstead(w, r, "/userinfo", client, false) {
		return true
	}
	honest, err := json.Marshal(claims)
	if err != nil {
		return false
	}
	if p.TakeFault(w, client, "ui_signed") {
		var doc map[string]any
		if err := json.Unmarshal(honest, &doc); err == nil {
			doc["iss"], doc["aud"] = p.cfg.Issuer, client
			if token, err := p.keys.sign("", typIDToken, doc); err == nil {
				plainAnswer(w, http.StatusOK, "application/jwt", token)
				return true
			}
		}
		return false
	}
	body, changed := p.faultyDocument(w, "/userinfo", client, false, honest)
	if changed {
		writeJSON(w, http.StatusOK, json.RawMessage(body))
	}
	return changed
}

// apiFaults are about the APIs, which ask TakeFault for them by name.
var apiFaults = []deviation{
	{Fault: Fault{
		Name: "api_401_invalid_token", Group: GroupUserInfo, Deviation: "The API refuses a good token with 401 invalid_token.",
		Spec: rfc("6750", "3.1"), Expect: ExpectRetry, Correct: "It refreshes once and repeats the call once.", Detected: seenAgain, NoClient: true,
	}},
	{Fault: Fault{
		Name: "api_403_insufficient_scope", Group: GroupUserInfo, Deviation: "The API refuses a good token with 403 insufficient_scope.",
		Spec: rfc("6750", "3.1"), Expect: ExpectRetry, Correct: "It starts an authorization request for the scope that the answer names; a refresh would not help.", Detected: "An authorization request with more scope.", NoClient: true,
	}},
	{Fault: Fault{
		Name: "api_401_step_up", Group: GroupUserInfo, Deviation: "The API asks for a fresh login: 401 insufficient_user_authentication with max_age.",
		Spec: rfc("9470", "3"), Expect: ExpectRetry, Correct: "It starts an authorization request with that max_age.", Detected: "An authorization request with max_age.", NoClient: true,
	}},
	{Fault: Fault{
		Name: "api_dpop_nonce", Group: GroupUserInfo, Deviation: "The API asks for a nonce in the DPoP proof: 401 use_dpop_nonce.",
		Spec: rfc("9449", "9"), Expect: ExpectRetry, Correct: "A client that uses DPoP makes a new proof with the nonce and repeats the call once.", Detected: seenAgain, NoClient: true,
	}},
}

func backChannel(section string) spec.Ref {
	return spec.Ref{Name: "OpenID Connect Back-Channel Logout 1.0", Section: section}
}

// lo is a fault of the logout token that a correct client refuses.
func lo(name, what, section, correct string, change func(*wrongToken)) deviation {
	return deviation{Fault: Fault{
		Name: "lo_" + name, Group: GroupLogout, Deviation: what, Spec: backChannel(section),
		Expect: ExpectReject, Correct: correct, Detected: "The client answers 400, and the user stays logged in there.",
	}, token: change}
}

// logoutFaults are about the logout token (OpenID Connect Back-Channel Logout 1.0
// §2.6) and the way back after a logout.
var logoutFaults = []deviation{
	lo("token_alg_none", "The logout token is not signed: alg is none.", "2.6", "It takes the algorithm of its ID tokens, and never none.", func(t *wrongToken) {
		t.header["alg"], t.unsigned = "none", true
		delete(t.header, "kid")
	}),
	lo("token_wrong_alg", "The logout token is signed with HS256 and the public key.", "2.6", "It takes the algorithm of its ID tokens.", func(t *wrongToken) {
		t.header["alg"] = "HS256"
		t.secret, t.err = publicPEM(t.key.Private.Public())
	}),
	lo("token_wrong_aud", "The logout token is for another client.", "2.6", "It looks for its own client_id in aud.", func(t *wrongToken) { t.claims["aud"] = "another-client" }),
	lo("token_wrong_iss", "The logout token is of another issuer.", "2.6", "It compares iss with its issuer.", func(t *wrongToken) { t.claims["iss"] = elsewhere("") }),
	lo("token_wrong_event", "events names something else than a logout.", "2.4", "Only the event of back-channel logout ends a session.", func(t *wrongToken) {
		t.claims["events"] = map[string]any{"http://schemas.openid.net/event/something-else": map[string]any{}}
	}),
	lo("token_no_event", "There is no events.", "2.4", "Without events it is no logout token.", func(t *wrongToken) { delete(t.claims, "events") }),
	lo("token_with_nonce", "The logout token has a nonce, as an ID token has.", "2.6", "A nonce makes it an ID token that somebody passes off as a logout token.", func(t *wrongToken) { t.claims["nonce"] = "n-1" }),
	lo("token_expired", "The logout token expired an hour ago.", "2.6", "The time now must be before exp.", func(t *wrongToken) { t.move("exp", -time.Hour) }),
	{Fault: Fault{
		Name: "lo_token_jti_replay", Group: GroupLogout, Deviation: "The same logout token is sent twice.", Spec: backChannel("2.6"),
		Expect: ExpectReject, Correct: "It remembers jti for a while and refuses the second.", Detected: "The second call is answered with 400.",
	}},
	lo("token_unknown_sid", "The logout token names a session that the client does not know.", "2.7", "There is nothing to end: it answers 200.", func(t *wrongToken) {
		t.claims["sid"] = "a-session-of-nobody"
	}).accepted(),
	{Fault: Fault{
		Name: "lo_return_state_wrong", Group: GroupLogout, Deviation: "After the logout the browser comes back with another state.", Spec: rpLogout("3"),
		Expect: ExpectReject, Correct: "It shows its page after a logout, and takes nothing from the state.", Detected: "The client's own page.",
	}},
	{Fault: Fault{
		Name: "lo_return_state_missing", Group: GroupLogout, Deviation: "After the logout the browser comes back without the state.", Spec: rpLogout("3"),
		Expect: ExpectEither, Correct: "It shows its page after a logout.", Detected: "The client's own page.",
	}},
	{Fault: Fault{
		Name: "lo_no_return", Group: GroupLogout, Deviation: "After the logout the browser does not come back.", Spec: rpLogout("3"),
		Expect: ExpectEither, Correct: "It ended its own session before it sent the browser away.", Detected: "Open the client again: nobody is logged in.",
	}},
}

func (d deviation) accepted() deviation {
	d.Expect, d.Detected = ExpectAccept, "The client answers 200."
	return d
}

// faultyLogoutReturn is where the browser goes after a logout, empty for nowhere.
func (p *Provider) faultyLogoutReturn(w http.ResponseWriter, client *Client, location, state string) string {
	if client == nil || !p.faults.any.Load() {
		return location
	}
	switch {
	case p.TakeFault(w, client.ID, "lo_no_return"):
		return ""
	case state == "":
		return location
	case p.TakeFault(w, client.ID, "lo_return_state_missing"):
		return strings.TrimRight(strings.Replace(location, parameter{"state", state}.encoded(), "", 1), "?&")
	case p.TakeFault(w, client.ID, "lo_return_state_wrong"):
		return strings.Replace(location, parameter{"state", state}.encoded(), "state=another-state", 1)
	}
	return location
}

// faultySession is the request as it comes from a browser whose session is gone.
func (p *Provider) faultySession(w http.ResponseWriter, r *http.Request) *http.Request {
	if !p.faults.any.Load() || p.cookie(r, cookieSession) == "" || !p.TakeFault(w, queryParams(r).values.Get("client_id"), "session_gone") {
		return r
	}
	gone := r.Clone(r.Context())
	gone.Header.Del("Cookie")
	for _, c := range r.Cookies() {
		if c.Name != p.cookieName(cookieSession) {
			gone.AddCookie(c)
		}
	}
	return gone
}

// lifecycleFaults are about what happens to a session meanwhile.
var lifecycleFaults = []deviation{
	{Fault: Fault{
		Name: "session_gone", Group: GroupLifecycle, Deviation: "The provider has forgotten the session: prompt=none is answered with login_required.", Spec: oidc("3.1.2.6"),
		Expect: ExpectReject, Correct: "It starts a login with a page; it does not loop.", Detected: "One authorization request without prompt=none.",
	}},
	{at: "*", Fault: Fault{
		Name: "maintenance_503", Group: GroupLifecycle, Deviation: "Everything is answered with 503 and Retry-After: 60.", Spec: rfc("9110", "15.6.4"),
		Expect: ExpectReject, Correct: "It says that logins do not work now, keeps who is logged in, and does not hammer.", Detected: seenNoLogin, NoClient: true,
	}, instead: func(_ *Provider, w http.ResponseWriter, _ *http.Request) {
		retryAfter(w, time.Minute)
		plainAnswer(w, http.StatusServiceUnavailable, "text/plain; charset=utf-8", "Down for maintenance\n")
	}},
	{Fault: Fault{
		Name: "cors_missing", Group: GroupLifecycle, Deviation: "No answer has CORS headers: a page in the browser can read none.", Spec: rfc("9700", "2.6"),
		Expect: ExpectReject, Correct: "A client in the browser says that it can't reach the provider.", Detected: "The browser's console; no token request that succeeds.", NoClient: true,
	}},
	{Fault: Fault{
		Name: "cookie_blocked", Group: GroupLifecycle, Deviation: "The browser keeps none of the provider's cookies, so that nobody can log in.", Spec: rfc("6265", "7.2"),
		Expect: ExpectReject, Correct: "It does not send the browser round in a loop.", Detected: "One authorization request and not many.", NoClient: true,
	}},
	{Fault: Fault{
		Name: "slow_consent", Group: GroupLifecycle, Deviation: "The consent page answers after 10 seconds.", Spec: rfc("6749", "4.1.2"),
		Expect: ExpectAccept, Correct: "Its own memory of the login lives longer than that.", Detected: seenIn,
	}},
}
