package lab

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"claimcheck/mockprovider/trace"
	"claimcheck/playground"
)

// Push is a client's pushed authorization request (RFC 9126 §2.1): all that it
// would otherwise write into the address to which it sends the browser.
func Push() Call {
	return Call{
		request: func(ctx context.Context, a *app, s *Session) (*http.Request, error) { return a.pushRequest(ctx, s) },
		take: func(ctx context.Context, a *app, s *Session, _ *http.Request, answer reply) []playground.Finding {
			return a.takePush(ctx, s, answer)
		},
	}
}

// pushRequest is the request in s.AuthURL, sent to the endpoint for pushed ones.
func (a *app) pushRequest(ctx context.Context, s *Session) (*http.Request, error) {
	u, err := url.Parse(s.AuthURL)
	if err != nil || s.AuthURL == "" {
		return nil, ErrNoRequest
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, a.lab.Issuer()+"/par", strings.NewReader(u.RawQuery))
	if err != nil {
		return nil, fmt.Errorf("lab: %w", err)
	}
	req.SetBasicAuth(url.QueryEscape(a.id), url.QueryEscape(a.secret))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	return req, nil
}

// push sends it, for a client that goes on by itself. What was wrong is in
// s.Problem.
func (a *app) push(ctx context.Context, s *Session) {
	ctx = trace.WithCall(ctx, &trace.Call{Sender: a.sender(ctx)})
	out := &sending{wire: a.lab.world.wire}
	req, err := a.pushRequest(ctx, s)
	if err == nil {
		var res *http.Response
		if res, err = out.RoundTrip(req); err == nil {
			_ = res.Body.Close() // it is in memory
		}
	}
	if err != nil {
		s.Problem = "AcmeID could not be reached."
		return
	}
	trace.ReportResponse(ctx, a.takePush(ctx, s, out.reply))
}

// takePush tests an answer to a pushed request and keeps what it brought.
func (a *app) takePush(ctx context.Context, s *Session, answer reply) []playground.Finding {
	t := &pushAnswer{reply: answer}
	rows, refused, _ := playground.Run(a.mode(ctx), t, pushAnswerChecks())
	s.RequestURI, s.Problem = t.RequestURI, ""
	if refused != nil {
		s.RequestURI, s.Problem = "", "AcmeID did not take the request: "+refused.Got+"."
	}
	return rows
}

// goOn sends the browser to AcmeID, with the reference and nothing else (RFC 9126
// §4).
func (a *app) goOn(w http.ResponseWriter, r *http.Request) {
	_, s, ok, err := a.sessionOf(r)
	switch {
	case err != nil:
		a.unavailable(w)
	case !ok || s.RequestURI == "":
		a.refuse(w, http.StatusConflict, "No request of this browser has been pushed yet.")
	default:
		q := url.Values{"client_id": {a.id}, "request_uri": {s.RequestURI}}
		http.Redirect(w, r, a.lab.Issuer()+"/authorize?"+q.Encode(), http.StatusSeeOther)
	}
}

// pushAnswer is the state of one answer to a pushed request.
type pushAnswer struct {
	reply      reply
	RequestURI string `json:"request_uri"`
	ExpiresIn  int64  `json:"expires_in"`
}

// pushAnswerChecks are what a client tests before it sends the browser.
func pushAnswerChecks() []playground.Check[pushAnswer] {
	return []playground.Check[pushAnswer]{
		{
			Rule: playground.Rule{
				ID: "push_status", Title: "The request was taken: 201",
				Spec: rfc("9126", "2.2"), Level: playground.Must,
			},
			Test: func(t *pushAnswer) playground.Outcome {
				if t.reply.status == http.StatusCreated {
					return playground.Pass()
				}
				return playground.Fail("201", strconv.Itoa(t.reply.status), "Read the error, and the rule at which AcmeID refused the request.")
			},
		},
		{
			Rule: playground.Rule{
				ID: "push_json", Title: "The answer is JSON",
				Spec: rfc("9126", "2.2"), Level: playground.Must,
			},
			Test: func(t *pushAnswer) playground.Outcome {
				if err := json.Unmarshal(t.reply.body, t); err != nil {
					return playground.Fail("a JSON object", "something else", "Look at the answer's body.")
				}
				return playground.Pass()
			},
		},
		{
			Rule: playground.Rule{
				ID: "request_uri_present", Title: "There is a request_uri, and it lives for a while",
				Spec: rfc("9126", "2.2"), Level: playground.Must,
			},
			Test: func(t *pushAnswer) playground.Outcome {
				if t.RequestURI != "" && t.ExpiresIn > 0 {
					return playground.Pass()
				}
				return playground.Fail("request_uri and expires_in", "not both", "Ask the authorization server's operators.")
			},
		},
	}
}
