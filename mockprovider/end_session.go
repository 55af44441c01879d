package mockprovider

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"claimcheck/playground"
	"claimcheck/playground/spec"
)

// endSession is what the rules of the end session endpoint know. Each field of
// the second half names the rule that fills it.
type endSession struct {
	p      *Provider
	r      *http.Request
	params params

	hint    *foreignJWT // logout_hint_ours
	subject string      // logout_hint_ours: the user of the hint, empty without one
	client  *Client     // logout_client
	target  string      // logout_uri_registered: where the browser goes afterwards
}

func endSessionParams() []string {
	return []string{"id_token_hint", "logout_hint", "client_id", "post_logout_redirect_uri", "state", "ui_locales", "action", "interaction"}
}

func rpLogout(section string) spec.Ref {
	return spec.Ref{Name: "OpenID Connect RP-Initiated Logout 1.0", Section: section}
}

// ruleLogoutHint is decided by the rules of the playground's engine, whose rows
// stand before it.
const ruleLogoutHint = "logout_hint_ours"

// endSessionChecks are the logout request (OpenID Connect RP-Initiated Logout
// 1.0 §2). None is answered with a redirect.
var endSessionChecks = []playground.Check[endSession]{
	{Test: (*endSession).parametersOnce, Rule: playground.Rule{
		ID: "logout_parameters_once", Title: "No parameter is sent twice",
		Spec: rfc("6749", "3.1"), Level: playground.Must,
	}},
	{Test: (*endSession).hintOurs, Rule: playground.Rule{
		ID: ruleLogoutHint, Title: "The ID token hint was issued here",
		Spec: rpLogout("4"), Level: playground.Must,
	}},
	{Test: (*endSession).clientSame, Rule: playground.Rule{
		ID: "logout_client", Title: "client_id is the client of the hint",
		Spec: rpLogout("2"), Level: playground.Must,
	}},
	{Test: (*endSession).uriRegistered, Rule: playground.Rule{
		ID: "logout_uri_registered", Title: "The URI to go to is registered, character by character",
		Spec: rpLogout("3"), Level: playground.Must, Switchable: true,
	}},
	{Test: (*endSession).formBrowser, Rule: playground.Rule{
		ID: "logout_form_browser", Title: "The form is the one that this browser got",
		Spec: rpLogout("6"), Level: playground.Must,
	}},
}

// endSession is the end session endpoint, with GET or POST. With the hint of the
// user who is logged in it ends the session at once; without, it asks.
func (p *Provider) endSession(w http.ResponseWriter, r *http.Request) {
	s := &endSession{p: p, r: r, params: queryParams(r)}
	if r.Method == http.MethodPost {
		s.params = bodyParams(r)
	}
	if s.params.tooLarge {
		p.pageError(w, http.StatusRequestEntityTooLarge, "The request is too large", "A logout request may have 64 KiB.")
		return
	}
	strict := p.strictnessFor(nil)
	j := p.newJudgement(strict.run)
	defer j.end()
	judge(j, s, endSessionChecks)
	j.explain(s.hint, ruleLogoutHint, ruleLogoutHint)
	p.report(r.Context(), j.rows)
	if j.err == nil && j.refused != nil {
		p.pageRefused(w, http.StatusBadRequest, j.refused)
		return
	}
	if r.Method == http.MethodPost && !s.params.has("action") && p.cookie(r, cookieSession) == "" {
		// Another site's form comes without cookies (SameSite=Lax); a link brings them.
		seeOther(w, p.url("/logout?"+s.params.values.Encode()))
		return
	}
	session, errSession := p.sessionOf(r)
	if errors.Is(errSession, ErrNotFound) {
		errSession = nil
	}
	switch confirmed := s.params.get("action") == "logout"; {
	case j.err != nil, errSession != nil:
		p.pageUnavailable(w, errors.Join(j.err, errSession))
	case session != nil && !confirmed && session.User != s.subject:
		p.pageLogout(w, r, session)
	default:
		p.logOut(w, s, session)
	}
}

// logOut ends the session, tells the clients, and goes where the client asked
// for. Only a client that is proven by a hint is gone back to.
func (p *Provider) logOut(w http.ResponseWriter, s *endSession, session *sessionRecord) {
	var told []notice
	if session != nil {
		_, err := p.store.Take(s.r.Context(), kindSession.key(p.cookie(s.r, cookieSession)))
		if err == nil {
			told, err = p.notifyClients(s.r.Context(), session)
		}
		if ignoreNotFound(err) != nil {
			p.pageUnavailable(w, err)
			return
		}
	}
	p.setCookie(w, cookieSession, "", -time.Second) // away with it
	if s.target == "" || s.subject == "" {
		p.pageLoggedOut(w, told)
		return
	}
	var out []parameter
	if state := s.params.get("state"); state != "" {
		out = []parameter{{"state", state}}
	}
	location := s.target
	if len(out) > 0 {
		location = locationOf(target{redirectURI: s.target}, out)
	}
	if location = p.faultyLogoutReturn(w, s.client, location, s.params.get("state")); location == "" {
		p.pageLoggedOut(w, told)
		return
	}
	seeOther(w, location)
}

func (s *endSession) parametersOnce() playground.Outcome {
	if s.params.err != nil {
		return failAs("logout_readable", "name=value pairs with correct percent-encoding", "an encoding that can't be read", "let a library build the request")
	}
	if name := s.params.repeated(endSessionParams()); name != "" {
		return failAt(name, name+" once", name+" several times", "send it once: two parsers might pick two different ones")
	}
	return playground.Pass()
}

// hintOurs takes an expired ID token too: it is the usual one at a logout.
func (s *endSession) hintOurs() playground.Outcome {
	hint := s.params.get("id_token_hint")
	if hint == "" {
		return playground.Skip(playground.WhyNotConcerned)
	}
	t, err := s.p.hint(hint)
	if err != nil {
		return playground.Broken(err)
	}
	s.hint = t
	aud, _ := t.claims.Strings("aud")
	if !t.accepted() || len(aud) != 1 || s.p.Client(aud[0]) == nil {
		return failAt("id_token_hint", "an ID token of this issuer", "another token, or a changed one", "send the ID token as it was received")
	}
	s.subject, s.client = t.text("sub"), s.p.Client(aud[0])
	return playground.Pass()
}

func (s *endSession) clientSame() playground.Outcome {
	id := s.params.get("client_id")
	if id == "" {
		return playground.Pass()
	}
	switch client := s.p.Client(id); {
	case client == nil:
		return failAs("logout_client_known", "a registered client", id, "send the client_id of the client")
	case s.client != nil && s.client != client:
		return failAt("client_id", s.client.ID, id, "send the client_id that is the aud of the ID token")
	default:
		s.client = client
	}
	return playground.Pass()
}

func (s *endSession) uriRegistered() playground.Outcome {
	uri := s.params.get("post_logout_redirect_uri")
	if uri == "" {
		return playground.Pass()
	}
	s.target = uri // where it goes if the rule is switched off, too
	if s.client == nil || !slices.Contains(s.client.PostLogoutRedirectURIs, uri) {
		o := failAt("post_logout_redirect_uri", "a URI that the client registered for this", uri, "register exactly this URI, and send id_token_hint")
		o.Why = "Otherwise this address would send browsers wherever somebody likes."
		return o
	}
	return playground.Pass()
}

func (s *endSession) formBrowser() playground.Outcome {
	if !s.params.has("action") {
		return playground.Skip(playground.WhyNotConcerned)
	}
	cookie := s.p.cookie(s.r, cookieBrowser)
	if s.r.Method != http.MethodPost || cookie == "" || !equal(s.params.get("interaction"), logoutToken(cookie)) {
		return failAt("interaction", "the form of this browser", "another one, or none", "open the page again and answer there")
	}
	return playground.Pass()
}

// logoutToken ties the form to the browser that it was shown in.
func logoutToken(browser string) string { return hashOf("logout " + browser) }
