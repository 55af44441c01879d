package lab

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"claimcheck/playground"
)

// An introspected is what AcmeID says about a token (RFC 7662 §2.2).
type introspected struct {
	Active   bool     `json:"active"`
	Scope    string   `json:"scope"`
	ClientID string   `json:"client_id"`
	Subject  string   `json:"sub"`
	Audience audience `json:"aud"`
	AuthTime float64  `json:"auth_time"`

	Confirmation confirmation    `json:"cnf"`
	Actor        actingParty     `json:"act"`
	Details      json.RawMessage `json:"authorization_details"`
}

// An actingParty is who acts for the subject (RFC 8693 §4.1).
type actingParty struct {
	Subject string `json:"sub"`
}

// A confirmation is what a token is bound to (RFC 9449 §6).
type confirmation struct {
	Thumbprint string `json:"jkt"`
}

// An audience is one name or a list of them (RFC 7519 §4.1.3).
type audience []string

// UnmarshalJSON implements json.Unmarshaler.
func (a *audience) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		*a = audience{one}
		return nil
	}
	return json.Unmarshal(b, (*[]string)(a))
}

// askAcmeID is an API's introspection request (RFC 7662 §2.1), over TCP. The
// answer is AcmeID's; an error is a question that was not answered.
func (l *Lab) askAcmeID(ctx context.Context, x *api, token string) (introspected, error) {
	var info introspected
	form := url.Values{"token": {token}, "token_type_hint": {"access_token"}}
	req, err := http.NewRequestWithContext(l.meanwhile(ctx, x.party()), http.MethodPost, l.Issuer()+"/introspect", strings.NewReader(form.Encode()))
	if err != nil {
		return info, fmt.Errorf("lab: %w", err)
	}
	req.SetBasicAuth(x.id, x.secret)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	out := &sending{wire: l.world.wire}
	res, err := out.RoundTrip(req)
	if err != nil {
		return info, fmt.Errorf("lab: introspection: %w", err)
	}
	_ = res.Body.Close() // it is in memory
	if res.StatusCode != http.StatusOK {
		return info, fmt.Errorf("lab: introspection answered %d", res.StatusCode)
	}
	return info, json.Unmarshal(out.reply.body, &info)
}

// testOpaque asks AcmeID what a token stands for that says nothing by itself.
func (a *apiRequest) testOpaque() playground.Outcome {
	info, err := a.lab.introspect(a.ctx, a.api, a.token)
	if err != nil {
		return playground.Broken(err)
	}
	audience := a.lab.apiURL(cmp.Or(a.api.behind, a.api.id))
	switch {
	case !info.Active:
		o := playground.Fail("a token that AcmeID calls active", "one that it does not", "Use the access token as AcmeID issued it, and a new one after it has expired.")
		o.Why = "The token is opaque: the API reads nothing in it and asks AcmeID. The answer for a token that is unknown, expired or revoked is the same."
		return o
	case !slices.Contains(info.Audience, audience):
		return playground.Fail(audience, strings.Join(info.Audience, " "), "Ask for a token for this API.")
	}
	a.claims = accessClaims{
		Subject: info.Subject, Client: info.ClientID, Scope: strings.Fields(info.Scope),
		AuthTime: timeOf(info.AuthTime), Thumbprint: info.Confirmation.Thumbprint, Actor: info.Actor.Subject,
		Details: info.Details,
	}
	return playground.Outcome{Status: playground.StatusPass, Message: "The token is opaque. AcmeID was asked, and said what it stands for."}
}

// sayRevocation decides nothing: it says what an API can know. A JWT is judged
// alone, on purpose, and an opaque token has been asked about.
func (a *apiRequest) sayRevocation() playground.Outcome {
	if a.verdict == nil {
		return playground.Outcome{Status: playground.StatusPass, Message: "AcmeID was asked for this request, and a revoked token would not be active."}
	}
	return playground.Outcome{
		Status: playground.StatusInfo, Case: "revocation_not_asked",
		Message: "The API judged the JWT by itself. Nobody asked AcmeID whether it is revoked.",
		Why:     "A token that says everything itself needs no question for each request. The price: after a revocation it still works here, until exp. A short lifetime bounds that time; an API that must know at once asks the authorization server.",
	}
}
