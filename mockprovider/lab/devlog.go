package lab

import (
	"context"
	"encoding/json"
	"net/http"

	"claimcheck/mockprovider"
	"claimcheck/playground"
)

// DevLog is a diary for people who write programs. It lets them in with their
// account at [CodeHub], by OAuth alone.
// CodeQuiz does so as well, and is Mallory's.
const (
	DevLog         = "devlog"
	devLogSecret   = "devlog-secret-for-the-lab" //nolint:gosec // a value to look at
	CodeQuiz       = "codequiz"
	codeQuizSecret = "codequiz-secret-for-the-lab"
)

// hub says that the client lets people in with CodeHub.
func (a *app) hub() bool { return a.id == DevLog || a.id == CodeQuiz }

// UsualScope is what a client of the cast asks for where nobody says otherwise.
func UsualScope(client string) string {
	switch client {
	case CoachBoard, RunClub:
		return ScopeLogin
	case DevLog, CodeQuiz:
		return ScopeUserRead
	}
	return ScopeStepsRead
}

// hubClient is such a client as it is registered. The scopes are CodeHub's alone,
// so openid is none that it could ask for.
func (l *Lab) hubClient(id, secret string) mockprovider.Client {
	return mockprovider.Client{
		ID: id, Name: ClientParty(id).Name, Secret: secret,
		TokenEndpointAuthMethod: "client_secret_basic",
		RedirectURIs:            []string{l.clientURL(id) + "/callback"},
		GrantTypes:              []string{"authorization_code"},
		Scopes:                  []string{ScopeUserRead, ScopeUserEmail},
		OpaqueTokens:            true,
	}
}

// getHubUser is DevLog's request for the account of its token. DevLog then knows
// who it is: it got the token itself, with a code, in a flow that this browser began.
func getHubUser() Call {
	return Call{
		request: func(ctx context.Context, a *app, s *Session) (*http.Request, error) {
			if s.Tokens.AccessToken == "" {
				return nil, ErrNoToken
			}
			return getJSON(ctx, a.lab.apiURL(CodeHub)+"/user", s.Tokens.AccessToken)
		},
		take: func(_ context.Context, a *app, s *Session, _ *http.Request, answer reply) []playground.Finding {
			t := &hubAnswer{reply: answer}
			rows, refused, _ := playground.Run(a.lab.mode(), t, hubAnswerChecks())
			s.Account, s.Problem = nil, ""
			if refused != nil {
				s.Problem = "CodeHub gave no account: " + refused.Got + "."
			} else {
				s.Account = &Account{Issuer: a.lab.apiURL(CodeHub), Subject: t.user.subject(), Name: t.user.Name}
			}
			return rows
		},
	}
}

// signInWithHub does by itself what is left of a login after the callback.
func (a *app) signInWithHub(ctx context.Context, s *Session) {
	if _, err := a.redeem(ctx, s, nil); err != nil {
		s.Problem = "AcmeID could not be reached."
	}
	if s.Problem != "" {
		return
	}
	if err := a.call(ctx, s, getHubUser()); err != nil {
		s.Problem = "CodeHub could not be reached."
	}
}

// hubAnswer is the state of one answer about an account.
type hubAnswer struct {
	reply reply
	user  hubUser
}

// hubAnswerChecks are what DevLog tests before it takes the answer for the person
// who came.
func hubAnswerChecks() []playground.Check[hubAnswer] {
	return []playground.Check[hubAnswer]{
		{
			Rule: playground.Rule{ID: "hub_status", Title: "CodeHub answered 200", Spec: rfc("6750", "3"), Level: playground.Must},
			Test: func(t *hubAnswer) playground.Outcome {
				return status200(t.reply.status, "Read the WWW-Authenticate header and the rule at which CodeHub refused the token.")
			},
		},
		{
			Rule: playground.Rule{ID: "hub_number", Title: "The answer has the account’s number", Spec: rfc("6749", "10.16"), Level: playground.Must},
			Test: func(t *hubAnswer) playground.Outcome {
				if json.Unmarshal(t.reply.body, &t.user) == nil && t.user.subject() != "" {
					return playground.Pass()
				}
				o := playground.Fail("a number as id", "none", "Let nobody in. Do not fall back on the login or the e-mail address.")
				o.Why = "The number is for good. A login can be given to somebody else, and an address is what a person has typed."
				return o
			},
		},
	}
}
