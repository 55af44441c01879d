package lab

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"claimcheck/mockprovider/trace"
	"claimcheck/playground"
	"claimcheck/playground/spec"
)

func oidc(section string) spec.Ref {
	return spec.Ref{Name: "OpenID Connect Core 1.0", Section: section}
}

// An Account is a person at a client that logs people in by OpenID Connect. The
// person is the pair of issuer and subject, and nothing else (OpenID Connect Core
// 1.0 §5.7).
type Account struct {
	Issuer  string `json:"iss"`
	Subject string `json:"sub"`
	Name    string `json:"name,omitempty"`
	Email   string `json:"email,omitempty"`
}

// GetKeys is a client's request for the issuer's JWK Set (RFC 7517 §5). The
// client keeps the set.
func GetKeys() Call {
	return Call{
		request: func(ctx context.Context, a *app, s *Session) (*http.Request, error) {
			return getJSON(ctx, cmp.Or(s.JWKSURI, a.issuer(s)+"/jwks"), "")
		},
		take: func(_ context.Context, a *app, s *Session, _ *http.Request, answer reply) []playground.Finding {
			t := &keysAnswer{reply: answer}
			rows, refused, _ := playground.Run(a.lab.mode(), t, keysAnswerChecks())
			s.Keys, s.Problem = nil, ""
			if refused != nil {
				s.Problem = "AcmeID’s keys could not be used: " + refused.Got + "."
			} else {
				s.Keys = answer.body
			}
			return rows
		},
	}
}

// GetUserInfo is a client's request for claims about the person who logged in
// (OpenID Connect Core 1.0 §5.3). The client then knows the account.
func GetUserInfo() Call {
	return Call{
		request: func(ctx context.Context, a *app, s *Session) (*http.Request, error) {
			if s.Tokens.AccessToken == "" {
				return nil, ErrNoToken
			}
			return getJSON(ctx, a.issuer(s)+"/userinfo", s.Tokens.AccessToken)
		},
		take: func(ctx context.Context, a *app, s *Session, _ *http.Request, answer reply) []playground.Finding {
			t := &userInfoAnswer{
				reply: answer, subject: s.Subject, issuer: a.issuer(s),
				accountOf: func(email string) (*Account, error) { return a.accountOf(ctx, email) },
			}
			rows, refused, err := playground.Run(a.lab.mode(), t, userInfoAnswerChecks())
			s.Account, s.Problem = nil, ""
			switch {
			case refused != nil && refused.ID == "email_link_guard":
				s.Problem = "There is an account with this e-mail address already. Sign in as you did before."
			case refused != nil:
				s.Problem = "UserInfo gave no account: " + refused.Got + "."
			case err == nil:
				s.Account, err = a.takeAccount(ctx, t)
			}
			if err != nil {
				s.Account, s.Problem = nil, "The account could not be found or kept. Try again."
			}
			return rows
		},
	}
}

func getJSON(ctx context.Context, url, token string) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return nil, fmt.Errorf("lab: %w", err)
	}
	req.Header.Set("Accept", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	return req, nil
}

// signIn does by itself what is left of a login after the callback.
func (a *app) signIn(ctx context.Context, s *Session) {
	for _, step := range []func(context.Context, *Session) error{
		func(ctx context.Context, s *Session) error { return a.call(ctx, s, GetKeys()) },
		func(ctx context.Context, s *Session) error {
			_, err := a.redeem(ctx, s, nil)
			return err
		},
		func(ctx context.Context, s *Session) error { return a.call(ctx, s, GetUserInfo()) },
	} {
		if err := step(ctx, s); err != nil {
			s.Problem = "AcmeID could not be reached."
		}
		if s.Problem != "" {
			return
		}
	}
}

// call sends a call for a session that is already at hand.
func (a *app) call(ctx context.Context, s *Session, c Call) error {
	req, err := c.request(ctx, a, s)
	if err != nil {
		return err
	}
	ctx = trace.WithCall(ctx, &trace.Call{Sender: a.sender(ctx)})
	out := &sending{wire: a.lab.world.wire}
	res, err := out.RoundTrip(req.WithContext(ctx))
	if err != nil {
		return fmt.Errorf("lab: %w", err)
	}
	_ = res.Body.Close() // it is in memory
	trace.ReportResponse(ctx, c.take(ctx, a, s, req, out.reply))
	return nil
}

// keysAnswer is the state of one answer with a JWK Set.
type keysAnswer struct{ reply reply }

// keysAnswerChecks are what a client tests before it trusts a key set.
func keysAnswerChecks() []playground.Check[keysAnswer] {
	return []playground.Check[keysAnswer]{
		{
			Rule: playground.Rule{ID: "keys_status", Title: "The key set came with 200", Spec: rfc("9110", "15.3.1"), Level: playground.Must},
			Test: func(t *keysAnswer) playground.Outcome {
				return status200(t.reply.status, "Try again later, with the keys that are known already.")
			},
		},
		{
			Rule: playground.Rule{ID: "keys_set", Title: "It is a JWK Set with keys in it", Spec: rfc("7517", "5"), Level: playground.Must},
			Test: func(t *keysAnswer) playground.Outcome {
				set, secrets, err := publishedKeys(t.reply.body)
				switch {
				case err != nil || len(set.Keys) == 0:
					return playground.Fail("a JSON object with keys", "no key that can be used", "Look at the answer’s body, and do not go on without a key.")
				case secrets > 0:
					o := playground.Fail("public keys alone", "a shared secret among them", "The issuer must take it out. It is left out here.")
					o.Status, o.Why = playground.StatusWarn, "Everybody can read the set. Who verified with a secret of it would accept what anybody signs."
					return o
				}
				return playground.Pass()
			},
		},
	}
}

// userInfoAnswer is the state of one answer of the UserInfo endpoint.
type userInfoAnswer struct {
	reply   reply
	subject string // of the ID token
	issuer  string // of the ID token
	// accountOf finds the account with an address, nil if there is none. It may be
	// nil itself: a client that keeps no accounts.
	accountOf func(email string) (*Account, error)
	linked    *Account // what it found, of another issuer
	Subject   string   `json:"sub"`
	Name      string   `json:"name"`
	Email     string   `json:"email"`
}

// userInfoAnswerChecks are what a client tests before it takes the claims for
// those of the person who logged in.
func userInfoAnswerChecks() []playground.Check[userInfoAnswer] {
	return []playground.Check[userInfoAnswer]{
		{
			Rule: playground.Rule{ID: "userinfo_status", Title: "UserInfo answered 200", Spec: oidc("5.3.3"), Level: playground.Must},
			Test: func(t *userInfoAnswer) playground.Outcome {
				return status200(t.reply.status, "Read WWW-Authenticate, and the rule at which AcmeID refused the token.")
			},
		},
		{
			Rule: playground.Rule{ID: "userinfo_json", Title: "The claims are a JSON object", Spec: oidc("5.3.2"), Level: playground.Must},
			Test: func(t *userInfoAnswer) playground.Outcome {
				if err := json.Unmarshal(t.reply.body, t); err != nil {
					return playground.Fail("a JSON object", "something else", "Look at the answer’s body.")
				}
				return playground.Pass()
			},
		},
		{
			Rule: playground.Rule{ID: "userinfo_sub_match", Title: "They are about the person of the ID token", Spec: oidc("5.3.2"), Level: playground.Must, Switchable: true},
			Test: func(t *userInfoAnswer) playground.Outcome {
				if t.Subject != "" && t.Subject == t.subject {
					return playground.Pass()
				}
				o := playground.Fail("sub "+t.subject, "sub "+orNone(t.Subject), "Drop the claims.")
				o.Why = "The access token may have been swapped for somebody else’s. Then the name and the address would be theirs, on an account that is not."
				return o
			},
		},
		emailLinkGuard(),
	}
}

func status200(status int, fix string) playground.Outcome {
	if status == http.StatusOK {
		return playground.Pass()
	}
	return playground.Fail("200", strings.TrimSpace(strconv.Itoa(status)+" "+http.StatusText(status)), fix)
}
