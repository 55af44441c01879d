package doctor

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"claimcheck/mockprovider/trace"
	"claimcheck/playground"
)

// requestChecks read the app's last messages in the log.
func requestChecks() []playground.Check[examination] {
	return []playground.Check[examination]{
		check("app_heard", "The lab has heard from the app", rfc("6749", "4.1.1"), (*examination).heard),
		check("app_discovery", "Its last requests for metadata were answered", discovery("4.1"), (*examination).metadata),
		check("app_client_id", "It sends the client_id that is registered", rfc("6749", "4.1.1"), (*examination).clientID),
		check("app_redirect_uri", "Its last authorization request had a registered redirect URI", rfc("9700", "2.1"), (*examination).redirect),
		check("app_state", "It sent a state", rfc("6749", "10.12"), (*examination).state),
		check("app_pkce", "It sent a PKCE challenge, by S256", rfc("7636", "4.3"), (*examination).pkce),
		check("app_token_request", "After the code came a token request", rfc("6749", "4.1.3"), (*examination).redeemed),
		check("app_auth_method", "It authenticated as it is registered", rfc("7591", "2"), (*examination).authMethod),
		check("app_last_refusal", "Its last token request was taken", rfc("6749", "5.2"), (*examination).refusal),
	}
}

func hasSuffix(path, suffix string) bool { return strings.HasSuffix(path, suffix) }

// own tells the messages that name the app's client.
func (e *examination) own(entry *trace.Entry) bool { return entry.From.ID == e.ClientID }

func (e *examination) heard() playground.Outcome {
	if e.ClientID == "" {
		return none()
	}
	if slices.ContainsFunc(e.Entries, e.own) {
		return playground.Pass()
	}
	return playground.Outcome{
		Status: playground.StatusInfo, Expected: "a request with client_id " + e.ClientID, Got: "none so far: either the app has not begun, or its requests go elsewhere",
		Fix: "begin a login in the app; if nothing shows then, give the doctor the address that the app uses",
	}
}

func (e *examination) metadata() playground.Outcome {
	for i := len(e.Entries) - 1; i >= 0 && e.ClientID != ""; i-- {
		entry := e.Entries[i]
		if !strings.Contains(entry.Path(), "/.well-known/") {
			continue
		}
		u, err := url.Parse(entry.Request.URL)
		switch {
		case entry.Response.Status >= 400:
			return fail("", e.Issuer+oidcSuffix, fmt.Sprintf("%s: %d", entry.Path(), entry.Response.Status), "", "use "+e.Issuer)
		case err == nil && u.Host != "" && u.Host != e.issuer.Host:
			return fail("app_discovery_name", e.issuer.Host, u.Host, "The metadata names the issuer "+e.Issuer+", and the app asked under another name: its library refuses that.", "use "+e.Issuer+", or start the lab with -public-url http://"+u.Host)
		}
		return playground.Pass()
	}
	return none()
}

func (e *examination) clientID() playground.Outcome {
	if e.authorization == nil || e.ClientID == "" {
		return none()
	}
	if got := e.asked("client_id"); got != e.ClientID {
		return fail("", e.ClientID, shown(got), "", "copy the client_id from this page")
	}
	return playground.Pass()
}

// asked is a parameter of the last authorization request.
func (e *examination) asked(name string) string { return parameters(e.authorization).Get(name) }

// parameters are those of the query and of a form.
func parameters(entry *trace.Entry) url.Values {
	v := url.Values{}
	if _, query, ok := strings.Cut(entry.Request.URL, "?"); ok {
		v, _ = url.ParseQuery(query)
	}
	if form, err := url.ParseQuery(string(entry.Request.Body)); err == nil {
		for name, values := range form {
			v[name] = append(v[name], values...)
		}
	}
	return v
}

func shown(s string) string {
	if s == "" {
		return "nothing"
	}
	return s
}

// direct tells an authorization request whose parameters are in it: not pushed,
// and not in a request object.
func (e *examination) direct() bool {
	return e.authorization != nil && e.ClientID != "" && e.asked("request_uri") == "" && e.asked("request") == ""
}

func (e *examination) redirect() playground.Outcome {
	if !e.direct() {
		return none()
	}
	if e.asked("redirect_uri") == "" {
		if len(e.Registered) == 1 {
			return playground.Pass()
		}
		return fail("app_redirect_uri_missing", "redirect_uri", "nothing", "", "send the redirect URI that is registered")
	}
	return compare(e.asked("redirect_uri"), e.Registered, e.Native)
}

func (e *examination) state() playground.Outcome {
	if !e.direct() {
		return none()
	}
	if e.asked("state") == "" {
		o := fail("", "state", "nothing", "An attacker can make a browser deliver an answer that the app never asked for.", "send a random state that is bound to the browser’s session, and compare it")
		if e.asked("code_challenge") != "" {
			o.Status, o.Why = playground.StatusInfo, "PKCE protects against a planted answer too, where the app keeps the verifier in the browser’s session (RFC 9700 §2.1)."
		}
		return o
	}
	return playground.Pass()
}

func (e *examination) pkce() playground.Outcome {
	switch {
	case !e.direct() || !strings.Contains(e.asked("response_type"), "code"):
		return none()
	case e.asked("code_challenge") == "":
		return fail("", "code_challenge", "nothing", "Who gets hold of the code can redeem it.", "switch PKCE on in the library")
	case e.asked("code_challenge_method") != "S256":
		return fail("app_pkce_plain", "code_challenge_method=S256", shown(e.asked("code_challenge_method")), "A plain challenge is the verifier itself, for everybody to read.", "use S256")
	}
	return playground.Pass()
}

// redeemed notices an app that got a code and did nothing with it.
func (e *examination) redeemed() playground.Outcome {
	switch {
	case e.authorization == nil || !e.own(e.authorization):
		return none()
	case e.token != nil && e.token.Seq > e.authorization.Seq:
		return playground.Pass()
	}
	return playground.Outcome{
		Status: playground.StatusInfo, Expected: "POST /token", Got: "nothing since the last authorization request",
		Why: "Either the login is not over yet, or the app refused the answer: a state cookie that was lost (another spelling of the host), a callback at another path, an iss that it does not expect.",
		Fix: "look at what the app says at its callback",
	}
}

func (e *examination) authMethod() playground.Outcome {
	if e.token == nil {
		return none()
	}
	for _, id := range []string{"client_auth_method", "client_auth", "client_auth_one_method"} {
		if f := e.token.Finding(id); f != nil && f.Status == playground.StatusFail {
			return fail("app_"+f.FindingID(), f.Expected, f.Got, f.Why, f.Fix)
		}
	}
	return playground.Pass()
}

func (e *examination) refusal() playground.Outcome {
	if e.token == nil {
		return none()
	}
	f := e.token.Refusal()
	if f == nil {
		return playground.Pass()
	}
	o := fail("", f.Expected, f.Got, f.Why, f.Fix)
	o.Message = "Refused by the rule " + f.FindingID() + ": " + f.Title + "."
	return o
}
