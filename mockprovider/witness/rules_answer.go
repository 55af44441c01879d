package witness

import (
	"net/url"
	"slices"

	"claimcheck/mockprovider/trace"
	"claimcheck/playground"
)

// answerChecks are about the answers that come back through the browser. Nobody
// but the app sees them; they are there where somebody pastes them.
var answerChecks = []playground.Check[app]{
	{Test: (*app).paramsOnce, Rule: rule("params_once", "No parameter comes twice", playground.Must, rfc("6749", "3.1"))},
	{Test: (*app).oneAnswer, Rule: rule("answer_code_or_error", "The answer is a code or an error, not both", playground.Must, rfc("6749", "4.1.2.1"))},
	{Test: (*app).stateBack, Rule: rule("answer_state", "The answer brings the state of the request", playground.Must, rfc("6749", "4.1.2"))},
	{Test: (*app).issuerThere, Rule: rule("answer_iss", "The answer says which server it comes from", playground.Should, rfc("9207", "2"))},
}

// Answer are the parameters of an authorization response, wherever they stand.
func Answer(m *trace.Message) url.Values {
	for _, v := range []url.Values{m.Query(), m.Form()} {
		if answers(v) {
			return v
		}
	}
	return Fragment(m)
}

func (a *app) paramsOnce() playground.Outcome {
	return each(a.all, func(e *trace.Entry) playground.Outcome {
		m := &e.Request
		switch KindOf(m) {
		case AuthorizationRequest, PushedRequest, TokenRequest, AuthorizationResponse:
		default:
			return silent()
		}
		for _, v := range []url.Values{m.Query(), m.Form(), Fragment(m)} {
			for name, values := range v {
				if len(values) > 1 && name != "resource" && name != "audience" { // RFC 8707 §2, RFC 8693 §2.1
					return fails("`"+name+"` once", "`"+name+"` more than once", "Two readers may take different ones, and one of them is deceived.", "send it once; refuse a message that has it twice")
				}
			}
		}
		return playground.Pass()
	})
}

func (a *app) oneAnswer() playground.Outcome {
	return each(a.answered, func(e *trace.Entry) playground.Outcome {
		v := Answer(&e.Request)
		switch {
		case v.Has("error") && (v.Has("code") || v.Has("access_token") || v.Has("id_token")):
			return fails("one of the two", "`error` and a success", "Whoever looks at the code alone misses that it went wrong.", "look for error first, and stop there")
		case v.Has("error"):
			return playground.Outcome{Status: playground.StatusInfo, Got: "`error=" + v.Get("error") + "`", Why: "The app stops here, says so to its user, and redeems nothing."}
		case v.Has("code") && v.Get("code") == "":
			return fails("a code", "an empty one", "There is nothing to redeem.", "start anew")
		}
		return playground.Pass()
	})
}

func (a *app) stateBack() playground.Outcome {
	return each(a.answered, func(e *trace.Entry) playground.Outcome {
		got := Answer(&e.Request).Get("state")
		i := slices.IndexFunc(a.asks, func(x *trace.Entry) bool { return x.Seq < e.Seq })
		if i < 0 {
			if got == "" {
				return warns("`state`", "none", "If the request had a state, the answer must have the same. If it had none, something else has to tie the two together: PKCE, or a nonce.", "compare it with what the app keeps for this browser")
			}
			return playground.Outcome{Status: playground.StatusInfo, Message: "There is one. Whether it is the one that the app keeps for this browser, only the app knows."}
		}
		for _, x := range a.asks[i:] {
			if x.Seq < e.Seq && param(&x.Request, "state") == got {
				return playground.Pass()
			}
		}
		return fails("the state of a request before it", "another one, or none", "An answer that nobody here asked for may be an attacker’s: it logs the user in to the attacker’s account.", "refuse it, and redeem nothing")
	})
}

func (a *app) issuerThere() playground.Outcome {
	return each(a.answered, func(e *trace.Entry) playground.Outcome {
		iss := Answer(&e.Request).Get("iss")
		if iss == "" {
			return warns("`iss`", "none", "An app that knows two servers can’t tell them apart by this answer: a mix-up sends the code of one to the other.", "with one server it does no harm; with two, ask that the server sends iss, or give each a redirect URI of its own")
		}
		return playground.Outcome{Status: playground.StatusPass, Got: "`" + iss + "`"}
	})
}
