package mockprovider

import (
	"encoding/json"
	"net/http"
	"slices"
	"time"
)

// tokenError answers a token request with an error (RFC 6749 §5.2).
func tokenError(status int, code string) func(*Provider, http.ResponseWriter, *http.Request) {
	return func(_ *Provider, w http.ResponseWriter, _ *http.Request) {
		if status == http.StatusUnauthorized {
			w.Header().Set("WWW-Authenticate", `Basic realm="faulty"`)
		}
		writeJSON(w, status, oauthError{code})
	}
}

// tokenFaults are about the token response (RFC 6749 §5).
var tokenFaults = []deviation{
	{at: "/token", Fault: Fault{
		Name: "tok_invalid_grant_once", Group: GroupToken, Deviation: "A good code is refused with invalid_grant. Switch it on for one time.",
		Spec: rfc("6749", "5.2"), Expect: ExpectReject, Correct: "It says that the login failed and offers a new one; it does not send the same code again.", Detected: seenNotIn,
	}, instead: tokenError(http.StatusBadRequest, "invalid_grant")},
	{at: "/token", Fault: Fault{
		Name: "tok_invalid_client", Group: GroupToken, Deviation: "The client's right secret is refused with invalid_client.",
		Spec: rfc("6749", "5.2"), Expect: ExpectReject, Correct: "It tells its operator, and shows the user an error page without the secret.", Detected: seenNotIn,
	}, instead: tokenError(http.StatusUnauthorized, "invalid_client")},
	{at: "/token", Fault: Fault{
		Name: "tok_400_html", Group: GroupToken, Deviation: "The error is a web page and not JSON.",
		Spec: rfc("6749", "5.2"), Expect: ExpectReject, Correct: "It reads the status, and does not stumble over the body.", Detected: seenNotIn,
	}, instead: func(_ *Provider, w http.ResponseWriter, _ *http.Request) {
		plainAnswer(w, http.StatusBadRequest, "text/html; charset=utf-8", "<!doctype html><title>400</title><h1>Bad Request</h1>\n")
	}},
	{at: "/token", Fault: Fault{
		Name: "tok_200_error_body", Group: GroupToken, Deviation: "An error comes with the status 200.",
		Spec: rfc("6749", "5.2"), Expect: ExpectReject, Correct: "There is no access_token in the answer, so nobody is logged in.", Detected: seenNotIn,
	}, instead: tokenError(http.StatusOK, "invalid_grant")},
	{at: "/token", Fault: Fault{
		Name: "tok_500_once", Group: GroupToken, Deviation: "The token request is answered with 500. Switch it on for one time.",
		Spec: rfc("9110", "15.6.1"), Expect: ExpectReject, Correct: "It offers to log in again. Whether the code is spent nobody knows, so it repeats once at most.", Detected: seenAgain,
	}, instead: serverError},
	{at: "/token", Fault: Fault{
		Name: "tok_timeout", Group: GroupToken, Deviation: "No answer for 30 seconds, then 504.",
		Spec: rfc("9110", "9.2.2"), Expect: ExpectReject, Correct: "It gives up after a few seconds and says so. It does not repeat the POST by itself: the code may be spent.", Detected: "The client closes the connection before the answer.",
	}, instead: func(p *Provider, w http.ResponseWriter, r *http.Request) {
		p.wait(r.Context(), longAnswer)
		plainAnswer(w, http.StatusGatewayTimeout, "text/plain; charset=utf-8", "Gateway Timeout\n")
	}},
	{at: "/token", Fault: Fault{
		Name: "tok_429_retry_after", Group: GroupToken, Deviation: "The token request is answered with 429 and Retry-After: 2.",
		Spec: rfc("6585", "4"), Expect: ExpectRetry, Correct: "It waits as long as it was told before it tries again, and does not hammer.", Detected: seenAgain,
	}, instead: func(_ *Provider, w http.ResponseWriter, _ *http.Request) {
		retryAfter(w, 2*time.Second)
		plainAnswer(w, http.StatusTooManyRequests, "text/plain; charset=utf-8", "Too Many Requests\n")
	}},
	{Fault: Fault{
		Name: "tok_slow", Group: GroupToken, Deviation: "The token response comes after 10 seconds.",
		Spec: rfc("9110", "9.2.2"), Expect: ExpectEither, Correct: "It waits or gives up, and sends the code once.", Detected: "One token request, not several.",
	}},
	{Fault: Fault{
		Name: "tok_use_dpop_nonce", Group: GroupToken, Deviation: "A DPoP proof without this server's nonce is answered with use_dpop_nonce.",
		Spec: rfc("9449", "8"), Expect: ExpectRetry, Correct: "It makes a new proof with the nonce of the answer and sends the request once more.", Detected: seenAgain,
	}},
	{at: "/token", Fault: Fault{
		Name: "tok_no_expires_in", Group: GroupToken, Deviation: "The token response has no expires_in.",
		Spec: rfc("6749", "5.1"), Expect: ExpectAccept, Correct: "The member is recommended, not required: it goes on, and learns from a 401 that the token has ended.", Detected: seenIn,
	}, document: func(_ *Provider, doc map[string]any) { delete(doc, "expires_in") }},
	{at: "/token", Fault: Fault{
		Name: "tok_type_lowercase", Group: GroupToken, Deviation: "token_type is written in small letters.",
		Spec: rfc("6749", "5.1"), Expect: ExpectAccept, Correct: "The value is compared without regard to case.", Detected: seenIn,
	}, document: func(_ *Provider, doc map[string]any) { doc["token_type"] = "bearer" }},
	{at: "/token", Fault: Fault{
		Name: "tok_type_unknown", Group: GroupToken, Deviation: "token_type is one that the client does not know.",
		Spec: rfc("6749", "7.1"), Expect: ExpectReject, Correct: "It must not use an access token of a type that it does not understand.", Detected: "No call with the access token follows.",
	}, document: func(_ *Provider, doc map[string]any) { doc["token_type"] = "x_unknown" }},
	{Fault: Fault{
		Name: "tok_scope_narrowed", Group: GroupToken, Deviation: "The token has less scope than was asked for, and the answer says so.",
		Spec: rfc("6749", "5.1"), Expect: ExpectAccept, Correct: "It reads scope and offers only what it got.", Detected: "No call that the scope does not cover.",
	}},
	{at: "/token", Fault: Fault{
		Name: "tok_no_id_token", Group: GroupToken, Deviation: "The request had openid, and the answer has no ID token.",
		Spec: oidc("3.1.3.3"), Expect: ExpectReject, Correct: "Without an ID token it does not know who logged in, so nobody did.", Detected: seenNotIn,
	}, document: func(_ *Provider, doc map[string]any) { delete(doc, "id_token") }},
	{at: "/token", Fault: Fault{
		Name: "tok_extra_members", Group: GroupToken, Deviation: "The token response has members that nobody knows.",
		Spec: rfc("6749", "5.1"), Expect: ExpectAccept, Correct: "It ignores what it does not know.", Detected: seenIn,
	}, document: func(_ *Provider, doc map[string]any) {
		doc["x_unknown"], doc["client_info"] = map[string]any{"a": []int{1}}, "e30"
	}},
}

// refreshFaults are about a refresh (RFC 6749 §6).
var refreshFaults = []deviation{
	{Fault: Fault{
		Name: "tok_refresh_rotates", Group: GroupToken, Deviation: "Each refresh gives a new refresh token, and the old one ends.",
		Spec: rfc("6749", "6"), Expect: ExpectAccept, Correct: "It stores the new refresh token before it uses anything else.", Detected: "The next refresh brings the new token.",
	}, refresh: true},
	{at: "/token", refresh: true, Fault: Fault{
		Name: "tok_refresh_not_returned", Group: GroupToken, Deviation: "The refresh gives no refresh token; the old one stays good.",
		Spec: rfc("6749", "6"), Expect: ExpectAccept, Correct: "It keeps the refresh token that it has.", Detected: "The next refresh brings the same token.",
	}, document: func(_ *Provider, doc map[string]any) { delete(doc, "refresh_token") }},
	{Fault: Fault{
		Name: "tok_refresh_reuse_revoked", Group: GroupToken, Deviation: "The refresh token is treated as one that came twice: the whole family ends with invalid_grant.",
		Spec: rfc("9700", "4.14.2"), Expect: ExpectReject, Correct: "It forgets the tokens and asks the user to log in again.", Detected: "No further refresh; a new authorization request.",
	}, refresh: true},
	{refresh: true, Fault: Fault{
		Name: "tok_refresh_new_sub", Group: GroupToken, Deviation: "The ID token of a refresh is about another user.",
		Spec: oidc("12.2"), Expect: ExpectReject, Correct: "sub must be the one of the first ID token; it ends the session.", Detected: seenNotIn,
	}, token: func(t *wrongToken) { t.claims["sub"] = "somebody-else" }},
	{refresh: true, Fault: Fault{
		Name: "tok_refresh_new_issuer", Group: GroupToken, Deviation: "The ID token of a refresh names another issuer.",
		Spec: oidc("12.2"), Expect: ExpectReject, Correct: "iss must be the one of the first ID token; it ends the session.", Detected: seenNotIn,
	}, token: func(t *wrongToken) { t.claims["iss"] = elsewhere("") }},
	{Fault: Fault{
		Name: "consent_withdrawn", Group: GroupLifecycle, Deviation: "The user took the consent back: the refresh is refused with invalid_grant, and every token of the grant ends.",
		Spec: rfc("6749", "5.2"), Expect: ExpectReject, Correct: "It forgets the tokens and asks the user to log in again.", Detected: "No further refresh; a new authorization request.",
	}, refresh: true},
	{Fault: Fault{
		Name: "user_disabled", Group: GroupLifecycle, Deviation: "The user's account was closed: the refresh is refused with invalid_grant, and every token of the grant ends.",
		Spec: rfc("6749", "5.2"), Expect: ExpectReject, Correct: "It ends the user's session in the app.", Detected: "No further refresh.",
	}, refresh: true},
}

// tokenFault lets the faults that are on act on an accepted token request, before
// anything is issued. It reports whether the request is answered.
func (p *Provider) tokenFault(w http.ResponseWriter, s *tokenRequest) bool {
	if !p.faults.any.Load() {
		return false
	}
	refresh := s.refresh != nil
	if p.answersInstead(w, s.r, "/token", s.client.ID, refresh) {
		return true
	}
	if p.TakeFault(w, s.client.ID, "tok_slow") {
		p.wait(s.r.Context(), slowAnswer)
	}
	if p.TakeFault(w, s.client.ID, "tok_scope_narrowed") {
		keep := s.scope[:min(len(s.scope), 1)]
		if slices.Contains(s.scope, "openid") {
			keep = []string{"openid"}
		}
		s.scope = keep
	}
	for _, name := range []string{"tok_refresh_reuse_revoked", "consent_withdrawn", "user_disabled"} {
		if refresh && p.TakeFault(w, s.client.ID, name) {
			if err := p.revoke(s.r.Context(), s.refresh.Grant, name); err != nil {
				p.unavailable(w, err)
				return true
			}
			writeJSON(w, http.StatusBadRequest, oauthError{"invalid_grant"})
			return true
		}
	}
	return false
}

// earlyFaults changes what the rules of the token endpoint will ask for.
func (p *Provider) earlyFaults(w http.ResponseWriter, s *tokenRequest) {
	if !p.faults.any.Load() {
		return
	}
	s.askNonce = s.r.Header.Get("DPoP") != "" && p.TakeFault(w, s.auth.id, "tok_use_dpop_nonce")
	if s.params.get("grant_type") != grantRefreshToken {
		return
	}
	if p.TakeFault(w, s.auth.id, "tok_refresh_rotates") {
		s.strict.rotate = true
	}
	s.keepRefresh = slices.ContainsFunc(p.FaultsOn(), func(o FaultSwitch) bool {
		return o.Name == "tok_refresh_not_returned" && (o.Client == "" || o.Client == s.auth.id)
	})
}

// faultyTokens is the token response as the faults that are on make it, and
// whether any does.
func (p *Provider) faultyTokens(w http.ResponseWriter, s *tokenRequest, out *tokenResponse) ([]byte, bool) {
	if !p.faults.any.Load() {
		return nil, false
	}
	refresh := s.refresh != nil
	if out.IDToken != "" {
		out.IDToken = p.faultyToken(w, out.IDToken, s.client, out.AccessToken, func(d *deviation) bool {
			return d.Group != GroupLogout && (refresh || !d.refresh)
		})
	}
	honest, err := json.Marshal(out) //nolint:gosec // the answer with the tokens is what is sent
	if err != nil {
		return nil, false
	}
	return p.faultyDocument(w, "/token", s.client.ID, refresh, honest)
}
