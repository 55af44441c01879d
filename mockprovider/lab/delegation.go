package lab

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"claimcheck/playground"
)

const (
	grantExchange = "urn:ietf:params:oauth:grant-type:token-exchange"
	typeAccess    = "urn:ietf:params:oauth:token-type:access_token"
)

// An Exchange is what a client gives AcmeID for a token that MealCloud takes (RFC
// 8693 §2.1).
type Exchange struct {
	// By is the client that exchanges, by its id. Empty means StepCloud.
	By string
	// Subject is the access token of the person, Actor the client's own. Without
	// an actor the new token does not say who acts.
	Subject, Actor string
}

// ExchangeRequest is the token request of an exchange.
func (l *Lab) ExchangeRequest(ctx context.Context, x Exchange) (*http.Request, error) {
	if x.By == "" {
		x.By = StepCloud
	}
	form := []string{
		"grant_type=" + url.QueryEscape(grantExchange),
		"audience=" + url.QueryEscape(l.apiURL(MealCloud)),
		"scope=" + url.QueryEscape(ScopeMealsRead),
		"subject_token_type=" + url.QueryEscape(typeAccess), "subject_token=" + url.QueryEscape(x.Subject),
	}
	if x.Actor != "" {
		form = append(form, "actor_token_type="+url.QueryEscape(typeAccess), "actor_token="+url.QueryEscape(x.Actor))
	}
	return l.tokenRequestOf(ctx, x.By, strings.Join(form, "&"))
}

// ActorRequest is StepCloud's request for a token about itself (RFC 6749 §4.4.2).
func (l *Lab) ActorRequest(ctx context.Context) (*http.Request, error) {
	return l.tokenRequestOf(ctx, StepCloud, "grant_type=client_credentials&scope="+url.QueryEscape(ScopeMealsRead))
}

// tokenRequestOf is a token request of one of the cast with a secret.
func (l *Lab) tokenRequestOf(ctx context.Context, client, form string) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, l.Issuer()+"/token", strings.NewReader(form))
	if err != nil {
		return nil, fmt.Errorf("lab: %w", err)
	}
	req.SetBasicAuth(url.QueryEscape(client), url.QueryEscape(l.registered(client).Secret))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	return req, nil
}

// MealsRequest is a request at MealCloud for what the person of the token ate.
func (l *Lab) MealsRequest(ctx context.Context, token string) (*http.Request, error) {
	return getJSON(ctx, l.apiURL(MealCloud)+"/v1/meals", token)
}

// mealChecks are what MealCloud tests, and what it writes down.
func mealChecks() []playground.Check[apiRequest] {
	return append(tokenChecks(), auditLine())
}

// auditLine refuses nobody: it is what MealCloud will know tomorrow about who has
// read something today.
func auditLine() playground.Check[apiRequest] {
	return playground.Check[apiRequest]{
		Rule: playground.Rule{ID: "audit_line", Title: "MealCloud writes down who read what", Spec: rfc("8693", "4.1"), Level: playground.Choice},
		Test: func(a *apiRequest) playground.Outcome {
			line := a.lab.Now().UTC().Format("15:04:05") + " sub=" + a.claims.Subject
			if a.claims.Actor != "" {
				return playground.Outcome{Status: playground.StatusPass, Message: line + " act=" + a.claims.Actor + " read meals"}
			}
			return playground.Outcome{
				Status: playground.StatusInfo, Case: "audit_line_no_actor", Message: line + " read meals",
				Why: "The token names no actor. Whoever did this, the line says that it was the person.",
			}
		},
	}
}
