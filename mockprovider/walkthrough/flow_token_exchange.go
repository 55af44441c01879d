package walkthrough

import (
	"context"
	"net/http"
	"strings"
	"time"

	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
)

// tokenExchange is the flow token-exchange: StepCloud needs something of MealCloud
// for Alice. It forwards her token, which is refused, then exchanges it with and
// without saying who acts (RFC 8693).
func tokenExchange() *script {
	asStepCloud := sendAs(lab.StepCloudParty())
	sends := func(id, after, path string, good func(*Walk, *trace.Entry) bool, make func(context.Context, *Walk) (*http.Request, error)) *action {
		return &action{
			half: HalfRequest, after: after, owns: during(id, path), good: good, back: asStepCloud,
			preview: func(ctx context.Context, w *Walk) (*Draft, error) {
				if !w.Passed(after) {
					return nil, notYet{w.number(after), "StepCloud lacks what that step brings"}
				}
				r, err := make(ctx, w)
				if err != nil {
					return nil, err
				}
				return draftOf(r)
			},
		}
	}
	exchange := func(actor bool) func(context.Context, *Walk) (*http.Request, error) {
		return func(ctx context.Context, w *Walk) (*http.Request, error) {
			x := lab.Exchange{Subject: w.received("api-request")}
			if actor {
				x.Actor = w.issued("actor-request")
			}
			return w.run.Lab().ExchangeRequest(ctx, x)
		}
	}
	meals := func(token func(*Walk) string) func(context.Context, *Walk) (*http.Request, error) {
		return func(ctx context.Context, w *Walk) (*http.Request, error) {
			return w.run.Lab().MealsRequest(ctx, token(w))
		}
	}
	actions := map[string]*action{
		"connected": {
			half: HalfResponse, owns: during("connected", "/token"), seen: grants("authorization_code"), good: accepted,
			preview: previewConnect, back: connectForAlice,
		},
		"api-request": {
			half: HalfRequest, after: "connected", owns: during("api-request", "/v1/steps"), seen: callsAt("/v1/steps"), good: accepted,
			preview: previewWithToken("connected", lab.GetSteps()), back: call(lab.GetSteps()),
			expires: &expiry{"exp", "access token", "connected", "connected"},
		},
		"forward":          sends("forward", "api-request", "/v1/meals", refusedBy("aud"), meals(func(w *Walk) string { return w.received("api-request") })),
		"forward-check":    {of: "forward", half: HalfFindings},
		"actor-request":    sends("actor-request", "api-request", "/token", accepted, func(ctx context.Context, w *Walk) (*http.Request, error) { return w.run.Lab().ActorRequest(ctx) }),
		"exchange-request": sends("exchange-request", "actor-request", "/token", accepted, exchange(true)),
		"exchange-check":   {of: "exchange-request", half: HalfFindings},
		"exchange-answer":  {of: "exchange-request", half: HalfResponse},
		"meals-request":    sends("meals-request", "exchange-request", "/v1/meals", accepted, meals(func(w *Walk) string { return w.issued("exchange-request") })),
		"meals-check":      {of: "meals-request", half: HalfFindings},
		"no-actor":         sends("no-actor", "api-request", "/token", accepted, exchange(false)),
		"no-actor-request": sends("no-actor-request", "no-actor", "/v1/meals", accepted, meals(func(w *Walk) string { return w.issued("no-actor") })),
		"audit":            {of: "no-actor-request", half: HalfMemory},
	}
	for id, seen := range map[string]sight{
		"forward":          all(callsAt("/v1/meals"), endedBy("aud")),
		"actor-request":    grants("client_credentials"),
		"exchange-request": all(grants(exchangeGrant), carries("actor_token")),
		"meals-request":    all(callsAt("/v1/meals"), not(endedBy("aud"))),
		"no-actor":         all(grants(exchangeGrant), not(carries("actor_token"))),
		"no-actor-request": all(callsAt("/v1/meals"), not(endedBy("aud"))),
	} {
		actions[id].seen = seen
	}
	actions["actor-request"].half, actions["no-actor"].half = HalfResponse, HalfResponse
	actions["exchange-request"].expires = &expiry{"subject_token_valid", "access token", "connected", "actor-request"}
	actions["no-actor"].expires = &expiry{"subject_token_valid", "access token", "connected", "meals-request"}
	by := func(client string) preparation {
		return func(ctx context.Context, w *Walk, d *Draft) error {
			r, err := w.run.Lab().ExchangeRequest(ctx, lab.Exchange{By: client})
			if err == nil {
				d.Header.Set("Authorization", r.Header.Get("Authorization"))
			}
			return err
		}
	}
	return &script{
		actions: actions, memory: auditLines,
		faults: map[string]preparation{
			"exchange-request/not_allowed":    by(lab.FitTrack),
			"exchange-request/other_api":      by(lab.MealCloud),
			"exchange-request/wider_scope":    set("scope", lab.ScopeMealsRead+" "+lab.ScopeStepsWrite),
			"exchange-request/unknown_target": set("audience", "https://api.mallory.example"),
			"exchange-request/too_late":       later(lab.AccessTokenLifetime + time.Second),
			"exchange-request/actor_alone":    set("actor_token_type", ""),
			"meals-request/altered_token":     alteredToken,
		},
	}
}

// received is the token that an API was shown in a step.
func (w *Walk) received(step string) string {
	e := w.current(step)
	if e == nil {
		return ""
	}
	_, token, _ := strings.Cut(e.Request.Header.Get("Authorization"), " ")
	return token
}

// issued is the access token that a step brought.
func (w *Walk) issued(step string) string {
	var body struct {
		AccessToken string `json:"access_token"`
	}
	if e := w.current(step); e != nil && e.Response.JSON(&body) {
		return body.AccessToken
	}
	return ""
}

// auditLines are what MealCloud wrote down.
func auditLines(w *Walk, name string) string {
	step := map[string]string{"line with act": "meals-request", "line without act": "no-actor-request"}[name]
	if e := w.current(step); e != nil {
		if f := e.Finding("audit_line"); f != nil {
			return f.Message
		}
	}
	return ""
}
