package lab

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"claimcheck/mockprovider/trace"
	"claimcheck/playground"
)

// apiRequest is the request for Alice's steps (RFC 6750 §2.1).
func (a *app) apiRequest(ctx context.Context, s *Session) (*http.Request, error) {
	if s.Tokens.AccessToken == "" {
		return nil, ErrNoToken
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, a.lab.apiURL(a.door())+"/v1/steps", http.NoBody)
	if err != nil {
		return nil, fmt.Errorf("lab: %w", err)
	}
	req.Header.Set("Authorization", s.Tokens.scheme()+" "+s.Tokens.AccessToken)
	req.Header.Set("Accept", "application/json")
	return req, a.bind(ctx, req, s.Tokens.AccessToken, "")
}

// door is the API at which the client asks: StepCloud itself, or its gateway.
func (a *app) door() string {
	if a.id == TrailMates {
		return Gate
	}
	return StepCloud
}

// scheme is how the token is shown to an API (RFC 6750 §2.1, RFC 9449 §7.1).
func (t *Tokens) scheme() string {
	if strings.EqualFold(t.TokenType, "DPoP") {
		return "DPoP"
	}
	return "Bearer"
}

// callAPI fetches the steps, over TCP, and tests the answer. What was wrong is
// in s.Problem and in the findings; the error is for a message that never
// arrived.
func (a *app) callAPI(ctx context.Context, s *Session, edited *http.Request) (*trace.Entry, error) {
	call := &trace.Call{Sender: a.sender(ctx)}
	ctx = trace.WithCall(ctx, call)
	req := edited
	if req == nil {
		var err error
		if req, err = a.apiRequest(ctx, s); err != nil {
			return nil, err
		}
	}
	out := &sending{wire: a.lab.world.wire}
	res, err := out.RoundTrip(req.WithContext(ctx))
	if err != nil {
		return nil, fmt.Errorf("lab: API request: %w", err)
	}
	_ = res.Body.Close() // it is in memory
	trace.ReportResponse(ctx, a.takeSteps(s, out.reply))
	return arrived(call)
}

// takeSteps tests an answer of StepCloud and keeps what it brought.
func (a *app) takeSteps(s *Session, answer reply) []playground.Finding {
	t := &apiAnswer{reply: answer}
	rows, refused, _ := playground.Run(a.lab.mode(), t, a.api)
	s.Steps, s.Problem = nil, ""
	if refused != nil {
		s.Problem = "StepCloud gave no steps: " + refused.Got + "."
	} else {
		s.Steps, s.User = t.Steps, t.User
	}
	return rows
}

// apiAnswer is the state of one answer of StepCloud.
type apiAnswer struct {
	reply reply
	Steps []Day  `json:"steps"`
	User  string `json:"user"`
}

// apiAnswerChecks are what a client tests before it shows the steps.
func apiAnswerChecks() []playground.Check[apiAnswer] {
	return []playground.Check[apiAnswer]{
		{
			Rule: playground.Rule{
				ID: "api_status", Title: "StepCloud answered 200",
				Spec: rfc("6750", "3"), Level: playground.Must,
			},
			Test: func(t *apiAnswer) playground.Outcome {
				if t.reply.status == http.StatusOK {
					return playground.Pass()
				}
				return playground.Fail("200", strconv.Itoa(t.reply.status)+" "+http.StatusText(t.reply.status), "Read the WWW-Authenticate header and the rule at which StepCloud refused the request.")
			},
		},
		{
			Rule: playground.Rule{
				ID: "api_json", Title: "The answer holds the steps",
				Spec: rfc("8259", "2"), Level: playground.Choice,
			},
			Test: func(t *apiAnswer) playground.Outcome {
				if err := json.Unmarshal(t.reply.body, t); err != nil || t.Steps == nil {
					return playground.Fail("a JSON object with steps", "something else", "Look at the answer's body.")
				}
				return playground.Pass()
			},
		},
	}
}
