package lab

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
)

// atGateway is a lab whose AcmeID and StepCloud agree with everything, and a call
// of the gateway that is good.
func atGateway(t *testing.T) (l *Lab, valid func() *apiRequest) {
	t.Helper()
	l = newTestLab(t)
	l.introspect = func(_ context.Context, _ *api, token string) (introspected, error) {
		info := introspected{
			Active: token != "at_revoked", Subject: "alice", ClientID: TrailMates,
			Scope: ScopeStepsRead, Audience: audience{l.apiURL(StepCloud)},
		}
		switch token {
		case "at_narrow":
			info.Scope = ScopeProfileRead
		case "at_bound":
			info.Confirmation = confirmation{"of-a-key"}
		}
		return info, nil
	}
	l.swap = func(context.Context, string) (string, error) { return "a.j.wt", nil }
	l.callInside = func(context.Context, string, url.Values) (json.RawMessage, error) { return json.RawMessage(`{}`), nil }
	return l, func() *apiRequest {
		x := gateway()
		return &apiRequest{
			ctx: t.Context(), lab: l, api: x, endpoint: x.endpoints["/v1/steps"], method: http.MethodGet, target: l.apiURL(Gate) + "/v1/steps",
			header: http.Header{"Authorization": {"Bearer at_x"}}, query: url.Values{},
		}
	}
}

func TestGateway(t *testing.T) {
	_, valid := atGateway(t)
	token := func(value string) func(*apiRequest) {
		return func(a *apiRequest) { a.header.Set("Authorization", value) }
	}
	refusing := func(change func(l *Lab)) func(*apiRequest) {
		return func(a *apiRequest) {
			other, _ := atGateway(t)
			change(other)
			a.lab = other
		}
	}
	mustBreak(t, gatewayChecks(), valid, map[string]func(*apiRequest){
		"credentials_present": func(a *apiRequest) { a.header = http.Header{} },
		"token_not_in_query":  func(a *apiRequest) { a.query.Set("access_token", "at_x") },
		"authorization_once":  func(a *apiRequest) { a.header.Add("Authorization", "Bearer at_x") },
		"scheme_bearer":       token("Basic at_x"),
		"token_syntax":        token(`Bearer "at_x"`),
		"outside_opaque":      token("Bearer a.j.wt"),
		"access_token":        token("Bearer at_revoked"),
		"token_scheme":        token("Bearer at_bound"),
		"dpop_proof":          token("DPoP at_bound"), // without a proof
		"scope":               token("Bearer at_narrow"),
		"token_swapped": refusing(func(l *Lab) {
			l.swap = func(context.Context, string) (string, error) { return "", &refusedInside{http.StatusBadRequest} }
		}),
		"inside_agreed": refusing(func(l *Lab) {
			l.callInside = func(context.Context, string, url.Values) (json.RawMessage, error) {
				return nil, &refusedInside{http.StatusForbidden}
			}
		}),
	})
}

// A party that can't be reached has refused nothing: the gateway says that it can't
// tell.
func TestGatewayBroken(t *testing.T) {
	l, valid := atGateway(t)
	l.swap = func(context.Context, string) (string, error) { return "", errors.New("no connection") }
	w := httptest.NewRecorder()
	valid().serve(w)
	if w.Code != http.StatusServiceUnavailable {
		t.Errorf("status %d, want %d: %s", w.Code, http.StatusServiceUnavailable, w.Body)
	}
}
