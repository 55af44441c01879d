package witness

import (
	"claimcheck/mockprovider/trace"
	"claimcheck/playground"
)

// useChecks are about the requests with a token.
var useChecks = []playground.Check[app]{
	{Test: (*app).tokenNotInURL, Rule: rule("token_not_in_url", "No access token stands in a URL", playground.Must, rfc("9700", "4.3.2"))},
	{Test: (*app).accessTokenUsed, Rule: rule("access_token_used", "The token that it shows to an API is an access token", playground.Must, rfc("6750", "2.1"))},
}

func (a *app) tokenNotInURL() playground.Outcome {
	return each(a.all, func(e *trace.Entry) playground.Outcome {
		if KindOf(&e.Request) == AuthorizationResponse {
			if Fragment(&e.Request).Has("access_token") {
				return fails("a code in the URL", "an access token after the #", "The browser’s history keeps it, and every script of the page can read it.", "ask for a code and redeem it at the token endpoint, with PKCE")
			}
			return silent()
		}
		switch {
		case e.Request.Query().Get("access_token") != "":
			return fails("`Authorization: Bearer …`", "`access_token` in the query", "Servers write URLs into their logs, browsers into their history, and pages send them on as Referer.", "send the token in the Authorization header")
		case Token(&e.Request) == "":
			return silent()
		}
		return playground.Pass()
	})
}

func (a *app) accessTokenUsed() playground.Outcome {
	return each(a.uses, func(e *trace.Entry) playground.Outcome {
		if a.idTokens[Token(&e.Request)] == nil {
			return playground.Pass()
		}
		return fails("the access token", "the ID token", "An ID token tells the app who logged in. It is no key to an API, and it names the app as its audience.", "send access_token of the same answer")
	})
}
