package witness

import (
	"strings"

	"claimcheck/mockprovider/trace"
	"claimcheck/playground"
)

// fetchChecks are about the token requests.
var fetchChecks = []playground.Check[app]{
	{Test: (*app).noPassword, Rule: rule("password_not_asked", "It never gets to see the user’s password", playground.Must, rfc("9700", "2.4"))},
	{Test: (*app).inBody, Rule: rule("token_request_in_body", "Its token request stands in the body", playground.Must, rfc("6749", "4.1.3"))},
	{Test: (*app).oneProof, Rule: rule("client_auth_once", "It proves who it is in one way at a time", playground.Must, rfc("6749", "2.3"))},
	{Test: (*app).secretInHeader, Rule: rule("secret_in_header", "Its secret goes into a header", playground.Should, rfc("6749", "2.3.1"))},
	{Test: (*app).redirectAgain, Rule: rule("redirect_uri_repeated", "It repeats the redirect URI with the code", playground.Must, rfc("6749", "4.1.3"))},
	{Test: (*app).verifierShown, Rule: rule("verifier_shown", "With the code it shows the code_verifier", playground.Must, rfc("7636", "4.5"))},
	{Test: (*app).codeOnce, Rule: rule("code_sent_once", "It sends each code once", playground.Must, rfc("6749", "4.1.2"))},
	{Test: (*app).refreshNewest, Rule: rule("refresh_newest_sent", "It sends the newest refresh token", playground.Must, rfc("6749", "6"))},
}

func (a *app) noPassword() playground.Outcome {
	return each(a.fetch, func(e *trace.Entry) playground.Outcome {
		if e.Request.Param("grant_type") != "password" {
			return playground.Pass()
		}
		return fails("a grant without the user’s password", "`grant_type=password`",
			"The app holds a password that opens everything, teaches users to type it anywhere, and knows no second factor.", "send the user to the provider: authorization code with PKCE")
	})
}

func (a *app) inBody() playground.Outcome {
	return each(a.fetch, func(e *trace.Entry) playground.Outcome {
		for name := range e.Request.Query() {
			switch name {
			case "code", "refresh_token", "password", "code_verifier", "client_assertion", "grant_type":
				return fails("an empty query", "`"+name+"` in the query", "Servers write URLs into their logs.", "send the parameters as a form in the body of a POST")
			}
		}
		return playground.Pass()
	})
}

func (a *app) oneProof() playground.Outcome {
	return each(a.fetch, func(e *trace.Entry) playground.Outcome {
		var ways []string
		if e.Request.Header.Get("Authorization") != "" {
			ways = append(ways, "a header")
		}
		if e.Request.Param("client_secret") != "" {
			ways = append(ways, "`client_secret`")
		}
		if e.Request.Param("client_assertion") != "" {
			ways = append(ways, "`client_assertion`")
		}
		switch len(ways) {
		case 0:
			return silent()
		case 1:
			return playground.Pass()
		}
		return fails("one way", strings.Join(ways, " and "), "A server that looks at one and believes the other can be fooled.", "leave all but one out")
	})
}

func (a *app) secretInHeader() playground.Outcome {
	return each(a.fetch, func(e *trace.Entry) playground.Outcome {
		if _, secret, ok := trace.BasicAuth(e.Request.Header); ok && secret != "" {
			return playground.Pass()
		}
		if e.Request.Form().Get("client_secret") == "" {
			return silent()
		}
		return warns("HTTP Basic", "`client_secret` in the body", "A body is written down more often than an Authorization header: by error reports, by proxies.", "send it by HTTP Basic, unless the server knows only the other way")
	})
}

func (a *app) redirectAgain() playground.Outcome {
	return each(a.fetch, func(e *trace.Entry) playground.Outcome {
		ask := a.asked(e)
		if !redeems(e) || ask == nil || param(&ask.Request, "redirect_uri") == "" {
			return silent()
		}
		switch want, got := param(&ask.Request, "redirect_uri"), e.Request.Param("redirect_uri"); got {
		case want:
			return playground.Pass()
		case "":
			return fails("`"+want+"`", "none", "The server compares the two, so that a code for one address can’t be spent from another.", "send the same redirect URI with the code. OAuth 2.1 drops this; a server of today may insist")
		default:
			return fails("`"+want+"`", "`"+got+"`", "They must be identical, character by character.", "keep the redirect URI of the request and send it again")
		}
	})
}

func (a *app) verifierShown() playground.Outcome {
	return each(a.fetch, func(e *trace.Entry) playground.Outcome {
		ask := a.asked(e)
		shown := e.Request.Param("code_verifier") != ""
		switch {
		case !redeems(e):
			return silent()
		case ask == nil && !shown:
			return warns("`code_verifier`", "none, and the authorization request was not seen",
				"If that request had a code_challenge, this one fails: the server has nothing to compare it with (RFC 7636 §4.6).", "keep the verifier in the user’s session and send it with the code")
		case ask == nil:
			return playground.Pass()
		case param(&ask.Request, "code_challenge") == "" && shown:
			return fails("no code_verifier", "one, though the request had no code_challenge", "Somebody may have taken the challenge out on the way: a PKCE downgrade (RFC 9700 §2.1.1). A good server refuses.", "send the code_challenge with the authorization request")
		case param(&ask.Request, "code_challenge") != "" && !shown:
			return fails("`code_verifier`", "none", "A challenge that nobody answers protects from nothing.", "keep the verifier in the user’s session and send it with the code")
		case !shown:
			return silent()
		}
		return playground.Pass()
	})
}

func (a *app) codeOnce() playground.Outcome {
	return each(a.fetch, fresh("code", "A good server takes the second sending for a theft and revokes what the first one brought.",
		"redeem the code once: look for a callback that runs twice, a retry after a timeout, a page that is loaded again",
		func(e *trace.Entry) string { return e.Request.Param("code") }))
}

func (a *app) refreshNewest() playground.Outcome {
	replaced := map[string]int64{} // refresh token → the message that replaced it
	return each(a.fetch, func(e *trace.Entry) playground.Outcome {
		sent := e.Request.Param("refresh_token")
		if sent == "" {
			return silent()
		}
		at, old := replaced[sent]
		var given struct {
			RefreshToken string `json:"refresh_token"`
		}
		if e.Response.JSON(&given) && given.RefreshToken != "" && given.RefreshToken != sent {
			replaced[sent] = e.Seq
		}
		if old {
			return fails("the refresh token of the last answer", "one that "+message(at)+" had replaced", "Where refresh tokens rotate, an old one looks stolen, and all tokens of this login end.", "store each new refresh token before the next refresh, and refresh in one place at a time")
		}
		return playground.Pass()
	})
}
