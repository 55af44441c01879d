package walkthrough

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"

	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
)

// clientImpersonates is the attack client-impersonates-user: a client that is
// called like a person gets tokens that read like hers (RFC 9700 §4.15).
func clientImpersonates() *script {
	registration := mallorySends("registration", "", "/register", func(_ context.Context, w *Walk) (*Draft, error) {
		body, err := json.Marshal(map[string]any{
			"client_name": "Morning Walk", "client_id": "alice", "scope": lab.ScopeStepsRead,
			"grant_types": []string{"client_credentials"}, "token_endpoint_auth_method": "client_secret_basic",
		})
		if err != nil {
			return nil, err
		}
		d, err := get(w.run.Lab().Issuer() + "/register")
		if err != nil {
			return nil, err
		}
		d.Method, d.Body = http.MethodPost, string(body)
		d.Header.Set("Content-Type", "application/json")
		return d, nil
	})
	registration.good = func(w *Walk, e *trace.Entry) bool {
		id, _ := registeredAs(e)
		return accepted(w, e) && id == "alice"
	}
	return &script{actions: map[string]*action{
		"registration":          registration,
		"registration-check":    {of: "registration", half: HalfFindings},
		"registration-response": {of: "registration", half: HalfResponse},
		"token-request": mallorySends("token-request", "registration", "/token", needs("registration", "has given Mallory no client yet", func(_ context.Context, w *Walk) (*Draft, error) {
			id, secret := registeredAs(w.current("registration"))
			d, err := tokenForm(w, url.Values{"grant_type": {"client_credentials"}, "scope": {lab.ScopeStepsRead}})
			if err != nil {
				return nil, err
			}
			d.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(url.QueryEscape(id)+":"+url.QueryEscape(secret))))
			return d, nil
		})),
		"token-response": {of: "token-request", half: HalfResponse},
		"api-request":    mallorySends("api-request", "token-request", "/v1/steps", stepsWith("token-request")),
		"api-check":      {of: "api-request", half: HalfFindings},
		"api-response":   {of: "api-request", half: HalfResponse},
	}}
}

// registeredAs is what a registration response calls the client, and its secret
// (RFC 7591 §3.2.1).
func registeredAs(e *trace.Entry) (id, secret string) {
	var body struct {
		ID     string `json:"client_id"`
		Secret string `json:"client_secret"`
	}
	e.Response.JSON(&body)
	return body.ID, body.Secret
}
