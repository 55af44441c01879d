package witness

import (
	"net"
	"net/url"
	"slices"
	"strings"

	"claimcheck/mockprovider/trace"
	"claimcheck/playground"
)

// askChecks are about the authorization requests.
var askChecks = []playground.Check[app]{
	{Test: (*app).codeFlow, Rule: rule("code_asked", "It asks for a code, not for a token", playground.Should, rfc("9700", "2.1.2"))},
	{Test: (*app).redirectSent, Rule: rule("redirect_uri_sent", "It says where the answer shall go", playground.Must, core("3.1.2.1"))},
	{Test: (*app).redirectSafe, Rule: rule("redirect_uri_https", "The answer comes back encrypted, or stays on this machine", playground.Must, rfc("9700", "2.6"))},
	{Test: (*app).stateSent, Rule: rule("state_sent", "It sends state", playground.Should, rfc("6749", "10.12"))},
	{Test: (*app).stateFresh, Rule: rule("state_fresh", "Each request has a state of its own", playground.Must, rfc("6749", "10.12"))},
	{Test: (*app).pkceUsed, Rule: rule("pkce_used", "It uses PKCE", playground.Must, rfc("9700", "2.1.1"))},
	{Test: (*app).pkceHashed, Rule: rule("pkce_s256_used", "Its code_challenge is a hash", playground.Must, rfc("7636", "4.2"))},
	{Test: (*app).challengeFresh, Rule: rule("challenge_fresh", "Each request has a code_challenge of its own", playground.Must, rfc("7636", "4.1"))},
	{Test: (*app).nonceSent, Rule: rule("nonce_sent", "With openid it sends a nonce", playground.Should, core("3.1.2.1"))},
	{Test: (*app).secretKept, Rule: rule("secret_not_in_url", "No client secret stands in a URL", playground.Must, rfc("6749", "2.3.1"))},
}

func types(e *trace.Entry) []string { return strings.Fields(param(&e.Request, "response_type")) }

// codeOnly says whether nothing but a code comes back through the browser.
func codeOnly(e *trace.Entry) bool { return slices.Equal(types(e), []string{"code"}) }

func openID(e *trace.Entry) bool {
	return slices.Contains(strings.Fields(param(&e.Request, "scope")), "openid")
}

func (a *app) codeFlow() playground.Outcome {
	return each(a.asks, func(e *trace.Entry) playground.Outcome {
		if !slices.Contains(types(e), "token") {
			return playground.Pass()
		}
		return fails("`response_type=code`", "`response_type="+strings.Join(types(e), " ")+"`",
			"An access token in the answer’s URL is seen by the browser’s history, by add-ons and by every script of the page.",
			"ask for a code and redeem it at the token endpoint, with PKCE")
	})
}

func (a *app) redirectSent() playground.Outcome {
	return each(a.asks, func(e *trace.Entry) playground.Outcome {
		switch {
		case param(&e.Request, "redirect_uri") != "":
			return playground.Pass()
		case openID(e):
			return fails("`redirect_uri`", "none", "OpenID Connect asks for it in each request.", "send the redirect URI as it is registered")
		}
		return warns("`redirect_uri`", "none", "With one registered URI the server guesses right. With two it can’t.", "send the redirect URI as it is registered")
	})
}

func (a *app) redirectSafe() playground.Outcome {
	return each(a.asks, func(e *trace.Entry) playground.Outcome {
		u, err := url.Parse(param(&e.Request, "redirect_uri"))
		if err != nil || u.Scheme == "" {
			return silent()
		}
		if u.Scheme != "http" || loopback(u.Hostname()) {
			return playground.Pass()
		}
		return fails("https", u.Scheme+"://"+u.Host, "Whoever reads along on the way takes the code out of the URL.", "serve the callback over https; http is for loopback addresses of native apps and of tests")
	})
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback()
}

func (a *app) stateSent() playground.Outcome {
	return each(a.asks, func(e *trace.Entry) playground.Outcome {
		pkce, nonce := param(&e.Request, "code_challenge") != "", param(&e.Request, "nonce") != ""
		switch {
		case param(&e.Request, "state") != "":
			return playground.Pass()
		case codeOnly(e) && (pkce || nonce && openID(e)):
			return warns("`state`", "none, but "+instead(pkce),
				"Without state only that binds the answer to this browser (RFC 9700 §2.1). It holds as long as the server really checks it.",
				"send a random state too, and compare it at the callback")
		}
		return fails("`state`", "neither state nor PKCE nor a nonce",
			"Nothing binds the answer to this browser: an attacker can plant an answer of their own, and the user goes on in the attacker’s account.",
			"send a random state, keep it in the user’s session, and compare it at the callback")
	})
}

func instead(pkce bool) string {
	if pkce {
		return "PKCE"
	}
	return "a nonce"
}

func (a *app) stateFresh() playground.Outcome {
	return each(a.asks, fresh("state", "A state that can be known beforehand protects from nothing.", "make a random state for each login",
		func(e *trace.Entry) string { return param(&e.Request, "state") }))
}

func (a *app) pkceUsed() playground.Outcome {
	return each(a.asks, func(e *trace.Entry) playground.Outcome {
		switch {
		case !slices.Contains(types(e), "code"):
			return silent()
		case param(&e.Request, "code_challenge") != "":
			return playground.Pass()
		case openID(e) && param(&e.Request, "nonce") != "":
			return warns("`code_challenge`", "none, but a nonce",
				"A confidential client may rely on the nonce of OpenID Connect, if it checks it before it uses the access token. A public client must use PKCE.",
				"switch PKCE on: each library for OAuth has it")
		}
		return fails("`code_challenge`", "none",
			"Whoever gets hold of the code can redeem it, or have it redeemed by this app: nothing ties the code to the app that asked for it.",
			"make a code_verifier for each login and send its hash as code_challenge")
	})
}

func (a *app) pkceHashed() playground.Outcome {
	return each(a.asks, func(e *trace.Entry) playground.Outcome {
		if param(&e.Request, "code_challenge") == "" {
			return silent()
		}
		switch method := param(&e.Request, "code_challenge_method"); method {
		case "S256":
			return playground.Pass()
		case "", "plain":
			return fails("`code_challenge_method=S256`", "plain", "The challenge is the verifier itself: who sees the request can redeem the code. No method named means plain.", "hash it: S256")
		default:
			return fails("`code_challenge_method=S256`", method, "No such method is registered.", "use S256")
		}
	})
}

func (a *app) challengeFresh() playground.Outcome {
	return each(a.asks, fresh("code_challenge", "The verifier is to be made anew for each authorization request. A code of one login can be spent with the verifier of another here.",
		"make a new code_verifier for each login", func(e *trace.Entry) string { return param(&e.Request, "code_challenge") }))
}

func (a *app) nonceSent() playground.Outcome {
	return each(a.asks, func(e *trace.Entry) playground.Outcome {
		switch {
		case !openID(e):
			return silent()
		case param(&e.Request, "nonce") != "":
			return playground.Pass()
		case slices.Contains(types(e), "id_token"):
			return fails("`nonce`", "none", "An ID token that comes through the browser can be replayed. There the nonce is no choice (OpenID Connect Core 1.0 §3.2.2.1).", "send a random nonce and compare it with the one in the ID token")
		}
		return warns("`nonce`", "none", "In the code flow the nonce is a choice. It ties the ID token to this login, where PKCE ties the code.", "send a random nonce and compare it with the one in the ID token")
	})
}

func (a *app) secretKept() playground.Outcome {
	return each(a.all, func(e *trace.Entry) playground.Outcome {
		if e.Request.Query().Get("client_secret") == "" {
			if clientOf(&e.Request) == "" {
				return silent()
			}
			return playground.Pass()
		}
		return fails("the secret in a header or a body", "`client_secret` in the query", "Servers write URLs into their logs, and browsers into their history.", "send it by HTTP Basic, change the secret that was shown, and never send it through a browser")
	})
}
