package lab

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"claimcheck/playground"
)

// gateway is StepCloud's gateway. To the outside it speaks for StepCloud and takes
// opaque tokens; behind it StepCloud gets a JWT that AcmeID made for the call.
func gateway() *api {
	return &api{id: Gate, name: "Gate", secret: gateSecret, behind: StepCloud, endpoints: map[string]*endpoint{
		"/v1/steps": {
			methods: []string{http.MethodGet, http.MethodHead}, scope: ScopeStepsRead, checks: gatewayChecks(),
			denied: "The service behind the gateway refused this.",
			answer: func(a *apiRequest) any { return a.answered },
		},
	}}
}

// gatewayChecks are what the gateway tests, asks and sends, in order. That the token
// is good it learns from AcmeID with each call, so a revocation is seen at once.
func gatewayChecks() []playground.Check[apiRequest] {
	own := gatewayOwnChecks()
	checks := append(headerChecks(), own[0], issuedForUs())
	checks = append(checks, proofChecks()...)
	return append(append(checks, scopeCovers()), own[1:]...)
}

// gatewayOwnChecks are those that no API has.
func gatewayOwnChecks() []playground.Check[apiRequest] {
	return []playground.Check[apiRequest]{
		{
			Rule: playground.Rule{
				ID: "outside_opaque", Title: "From outside comes an opaque token",
				Spec: rfc("6749", "1.4"), Level: playground.Choice, Refusal: "invalid_token",
			},
			Test: func(a *apiRequest) playground.Outcome {
				if a.opaque() {
					return playground.Pass()
				}
				o := playground.Fail("an opaque token", "a JWT", "Send the token as AcmeID issued it to the app.")
				o.Why = "JWTs are for the inside. One that comes from outside has got out, or was made for another door."
				return o
			},
		},
		{
			Rule: playground.Rule{
				ID: "token_swapped", Title: "AcmeID gave a JWT for it",
				Spec: rfc("8693", "2.1"), Level: playground.Must, Refusal: "invalid_token",
			},
			Test: func(a *apiRequest) playground.Outcome {
				jwt, err := a.lab.swap(a.ctx, a.token)
				return a.took(err, func() { a.swapped = jwt }, "Get a fresh token and call again.")
			},
		},
		{
			Rule: playground.Rule{
				ID: "inside_agreed", Title: "StepCloud answered the gateway’s call",
				Spec: rfc("9068", "4"), Level: playground.Must,
			},
			Test: func(a *apiRequest) playground.Outcome {
				body, err := a.lab.callInside(a.ctx, a.swapped, a.query)
				return a.took(err, func() { a.answered = body }, "Look at the gateway’s call to StepCloud: it was judged by rules of its own.")
			},
		},
	}
}

// A refusedInside is a party's no to the gateway. Any other error is a message
// that never arrived.
type refusedInside struct{ status int }

func (e *refusedInside) Error() string {
	return strconv.Itoa(e.status) + " " + http.StatusText(e.status)
}

// took keeps what another party answered, or says what it refused.
func (a *apiRequest) took(err error, keep func(), fix string) playground.Outcome {
	if no := (*refusedInside)(nil); errors.As(err, &no) {
		return playground.Fail("200", no.Error(), fix)
	}
	if err != nil {
		return playground.Broken(err)
	}
	keep()
	return playground.Pass()
}

// swapAtAcmeID gets a JWT for StepCloud for a token (RFC 8693 §2.1), over TCP.
func (l *Lab) swapAtAcmeID(ctx context.Context, token string) (string, error) {
	form := url.Values{
		"grant_type": {grantExchange}, "subject_token": {token}, "subject_token_type": {typeAccess},
		"audience": {l.apiURL(StepCloud)}, "scope": {ScopeStepsRead},
	}
	req, err := l.tokenRequestOf(l.meanwhile(ctx, gateway().party()), Gate, form.Encode())
	if err != nil {
		return "", err
	}
	var answer Tokens
	if err := l.sendInside(req, &answer); err != nil {
		return "", err
	}
	return answer.AccessToken, nil
}

// callStepCloud is the gateway's call behind its back, over TCP.
func (l *Lab) callStepCloud(ctx context.Context, jwt string, query url.Values) (json.RawMessage, error) {
	req, err := getJSON(l.meanwhile(ctx, gateway().party()), l.apiURL(StepCloud)+"/v1/steps", jwt)
	if err != nil {
		return nil, err
	}
	req.URL.RawQuery = query.Encode()
	var answer json.RawMessage
	err = l.sendInside(req, &answer)
	return answer, err
}

func (l *Lab) sendInside(req *http.Request, answer any) error {
	out := &sending{wire: l.world.wire}
	res, err := out.RoundTrip(req)
	if err != nil {
		return fmt.Errorf("lab: gateway: %w", err)
	}
	_ = res.Body.Close() // it is in memory
	if res.StatusCode != http.StatusOK {
		return &refusedInside{res.StatusCode}
	}
	if err := json.Unmarshal(out.reply.body, answer); err != nil {
		return fmt.Errorf("lab: gateway: %w", err)
	}
	return nil
}
