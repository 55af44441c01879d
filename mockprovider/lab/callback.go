package lab

import (
	"net/http"
	"net/url"
	"strings"

	"claimcheck/mockprovider/trace"
	"claimcheck/playground"
	"claimcheck/playground/spec"
)

// callback is the state of one authorization response that reached a client
// (RFC 6749 §4.1.2).
type callback struct {
	params  url.Values
	session *Session // nil if this browser has none
	issuer  string   // of the server that was asked
	at      string   // the redirect URI at which the answer arrived
}

func rfc(number, section string) spec.Ref { return spec.Ref{Name: "RFC " + number, Section: section} }

// callbackChecks are what a client tests before it spends the code.
func callbackChecks() []playground.Check[callback] {
	return []playground.Check[callback]{
		{
			Rule: playground.Rule{
				ID: "callback_params_once", Title: "No parameter comes twice",
				Spec: rfc("6749", "3.1"), Level: playground.Must,
			},
			Test: func(c *callback) playground.Outcome {
				for _, name := range []string{"code", "state", "iss", "error"} {
					if len(c.params[name]) > 1 {
						return playground.Fail("one "+name, "more than one", "Take part in one flow at a time, and do not add a parameter a second time.")
					}
				}
				return playground.Pass()
			},
		},
		{
			Rule: playground.Rule{
				ID: "session_known", Title: "This browser began a flow here",
				Spec: rfc("6749", "10.12"), Level: playground.Must,
			},
			Test: func(c *callback) playground.Outcome {
				if c.session == nil || c.session.State == "" {
					o := playground.Fail("a session of this browser that waits for an answer", "none", "Start again at the client, in the same browser and under the same host name.")
					o.Why = "An answer that this browser did not ask for was planted by somebody, or it came to another spelling of the host, such as 127.0.0.1 instead of localhost."
					return o
				}
				return playground.Pass()
			},
		},
		{
			Rule: playground.Rule{
				ID: "state_equal", Title: "The state is the one that this browser was given",
				Spec: rfc("6749", "10.12"), Level: playground.Must, Switchable: true,
			},
			Test: func(c *callback) playground.Outcome {
				got := c.params.Get("state")
				if got == c.session.State {
					return playground.Pass()
				}
				o := playground.Fail(c.session.State, orNone(got), "Start again at the client. Send the state back as it was.")
				o.Why = "Without this test somebody can plant an answer of their own in your browser: you would see their steps and take them for yours (cross-site request forgery)."
				o.Span = playground.Span{Part: "param:state"}
				return o
			},
		},
		{
			Rule: playground.Rule{
				ID: "callback_address", Title: "The answer came to the address that was named in the request",
				Spec: rfc("9700", "4.4.2.2"), Level: playground.Should, Switchable: true,
			},
			Test: func(c *callback) playground.Outcome {
				if c.at == c.session.Redirect {
					return playground.Pass()
				}
				o := playground.Fail(c.session.Redirect, c.at, "Start again at the client, and let the answer go where the request says.")
				o.Why = "Each server has a redirect URI of its own here, so the address tells which server answered. This is another one than was asked (mix-up)."
				return o
			},
		},
		{
			Rule: playground.Rule{
				ID: "iss_equal", Title: "The answer comes from the server that was asked",
				Spec: rfc("9207", "2.4"), Level: playground.Must, Switchable: true,
			},
			Test: func(c *callback) playground.Outcome {
				got := c.params.Get("iss")
				if got == c.issuer {
					return playground.Pass()
				}
				o := playground.Fail(c.issuer, orNone(got), "Leave iss as the authorization server sent it.")
				o.Why = "The server's metadata says that it sends iss. An answer without it, or with another, may come from a server that wants the code for itself (mix-up)."
				o.Span = playground.Span{Part: "param:iss"}
				if got == "" {
					o.Case = "iss_missing"
				}
				return o
			},
		},
		{
			Rule: playground.Rule{
				ID: "no_error", Title: "The answer is no error",
				Spec: rfc("6749", "4.1.2.1"), Level: playground.Must,
			},
			Test: func(c *callback) playground.Outcome {
				if e := c.params.Get("error"); e != "" {
					o := playground.Fail("a code", "error="+e, "Read the error: access_denied means that the person said no. Ask again only when they want to.")
					o.Message = c.params.Get("error_description")
					o.Span = playground.Span{Part: "param:error"}
					return o
				}
				return playground.Pass()
			},
		},
		{
			Rule: playground.Rule{
				ID: "code_present", Title: "There is a code",
				Spec: rfc("6749", "4.1.2"), Level: playground.Must,
			},
			Test: func(c *callback) playground.Outcome {
				if c.params.Get("code") == "" {
					return playground.Fail("code", "none", "Let the answer through as the authorization server sent it.")
				}
				return playground.Pass()
			},
		},
	}
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

// receive takes the authorization response. In a guided run it stops there: the
// code is kept, and the learner sends the next message.
func (a *app) receive(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	id, s, ok, err := a.sessionOf(r)
	if err != nil {
		a.unavailable(w)
		return
	}
	c := &callback{params: r.URL.Query(), issuer: a.lab.Issuer(), at: a.url() + strings.TrimPrefix(r.URL.Path, a.mount())}
	if ok {
		c.session, c.issuer = s, a.issuer(s)
	}
	rows, refused, err := playground.Run(a.mode(ctx), c, a.callback)
	trace.Report(ctx, rows)
	if err != nil {
		a.unavailable(w)
		return
	}
	if refused != nil {
		a.refuse(w, http.StatusBadRequest, refusal(refused))
		return
	}
	s.Code, s.Problem = c.params.Get("code"), ""
	s.Tokens, s.Steps, s.Account = Tokens{}, nil, nil
	if _, guided := a.settings(ctx); !guided {
		a.finish(ctx, s)
	}
	keep := a.update
	if a.backend() {
		keep = a.save
		if id, err = a.newSession(ctx, w, id); err != nil {
			a.unavailable(w)
			return
		}
	}
	if err := keep(ctx, id, s); err != nil {
		a.unavailable(w)
		return
	}
	http.Redirect(w, r, a.mount()+"/", http.StatusSeeOther)
}

// refusal is what the client tells the person. It names the test and nothing of
// what was compared.
func refusal(f *playground.Finding) string {
	switch f.ID {
	case "no_error":
		return "AcmeID did not give access: " + f.Got + "."
	case "session_known":
		return "This browser did not start a connection here, or started it under another host name."
	default:
		return "The answer does not fit what this browser asked for, so nothing was done with it (" + f.FindingID() + ")."
	}
}
