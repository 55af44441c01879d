package lab

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"claimcheck/playground"
)

// An apiRequest is the state of one request to an API: rules fill it from top to
// bottom.
type apiRequest struct {
	ctx      context.Context //nolint:containedctx // the state of one message, gone with it
	lab      *Lab
	api      *api
	endpoint *endpoint
	method   string
	target   string // the URL, without the query
	header   http.Header
	query    url.Values

	token string
	keys  *playground.KeySet // that a JWT is judged with
	// passSecret signs the pass that is made, or verifies the one that came.
	passSecret []byte
	dpop       bool               // the token came with the scheme DPoP
	verdict    *playground.Result // of a JWT
	details    []exportDetail     // that allow the call, as far as the rules have come
	claims     accessClaims
	proof      []playground.Finding // of the proof that came with the token
	// swapped is the JWT that a gateway got for the token, answered what the API
	// behind it said.
	swapped  string
	answered json.RawMessage
}

// accessClaims are what an API uses of a token (RFC 9068 §2.2, RFC 9449 §6.1, RFC
// 9470 §6.1).
type accessClaims struct {
	Subject string
	Client  string
	// Actor is who acts for the subject, now (RFC 8693 §4.1), empty if the token
	// does not say.
	Actor string
	Scope []string
	// AuthTime is when the person logged in, zero if the token does not say.
	AuthTime time.Time
	// Thumbprint is of the key that the token is bound to; boundOtherwise says
	// that it is bound to something that is no such key.
	Thumbprint     string
	boundOtherwise bool
	// Details is authorization_details as JSON (RFC 9396 §9.1), nil if there are
	// none.
	Details json.RawMessage
}

// apiChecks are what StepCloud tests before it shows somebody's steps.
func apiChecks() []playground.Check[apiRequest] {
	return slices.Concat(tokenChecks(), []playground.Check[apiRequest]{personOnly(), userRights()})
}

// bearerChecks are about who sent the request, in order. The rows of a JWT's own
// verdict come before access_token, those of a proof before dpop_proof.
func bearerChecks() []playground.Check[apiRequest] {
	return slices.Concat(credentialChecks(), proofChecks(), []playground.Check[apiRequest]{{
		Rule: playground.Rule{
			ID: "revocation_asked", Title: "AcmeID was asked whether the token is revoked",
			Spec: rfc("7009", "3"), Level: playground.Choice,
		},
		Test: (*apiRequest).sayRevocation,
	}})
}

// tokenChecks are also about what the token's scope allows.
func tokenChecks() []playground.Check[apiRequest] {
	return slices.Concat(bearerChecks(), []playground.Check[apiRequest]{scopeCovers()})
}

// scopeCovers is about what the token allows.
func scopeCovers() playground.Check[apiRequest] {
	return playground.Check[apiRequest]{
		Rule: playground.Rule{
			ID: "scope", Title: "The token's scope covers this call",
			Spec: rfc("6750", "3.1"), Level: playground.Must, Refusal: "insufficient_scope", Switchable: true,
		},
		Test: func(a *apiRequest) playground.Outcome {
			wanted := a.endpoint.scope
			if slices.Contains(a.claims.Scope, wanted) {
				return playground.Pass()
			}
			o := playground.Fail(wanted, orNone(strings.Join(a.claims.Scope, " ")), "Ask the person for "+wanted+" in a new authorization request.")
			o.Why = "The scope is what Alice allowed the client. It bounds the client, whatever Alice herself may do."
			return o
		},
	}
}

// credentialChecks are about the token by itself, and how it came.
func credentialChecks() []playground.Check[apiRequest] {
	return slices.Concat(headerChecks(), []playground.Check[apiRequest]{signingKeys(), keyFromIssuer(), issuedForUs()})
}

// issuedForUs is the verdict about the token.
func issuedForUs() playground.Check[apiRequest] {
	return playground.Check[apiRequest]{
		Rule: playground.Rule{
			ID: "access_token", Title: "AcmeID issued the token, for this API, and it has not expired",
			Spec: rfc("9068", "4"), Level: playground.Must, Refusal: "invalid_token",
		},
		Test: (*apiRequest).testToken,
	}
}

// headerChecks are about how the token came.
func headerChecks() []playground.Check[apiRequest] {
	return []playground.Check[apiRequest]{
		{
			Rule: playground.Rule{
				ID: "credentials_present", Title: "The request brings credentials",
				Spec: rfc("6750", "3.1"), Level: playground.Must,
			},
			Test: func(a *apiRequest) playground.Outcome {
				if len(a.header["Authorization"]) > 0 || a.query.Has("access_token") {
					return playground.Pass()
				}
				o := playground.Fail("an Authorization header", "none", "Send Authorization: Bearer and the access token.")
				o.Why = "The answer is 401 without an error code: whoever did not know that a token is needed has made no mistake yet."
				return o
			},
		},
		{
			Rule: playground.Rule{
				ID: "token_not_in_query", Title: "The token is not in the URL",
				Spec: rfc("9700", "4.3.2"), Level: playground.Must, Refusal: "invalid_request",
			},
			Test: func(a *apiRequest) playground.Outcome {
				if !a.query.Has("access_token") {
					return playground.Pass()
				}
				o := playground.Fail("no access_token in the query", "access_token=…", "Move the token to the Authorization header.")
				o.Why = "URLs end up in histories, logs and Referer headers, and with them the token."
				o.Span = playground.Span{Part: "param:access_token"}
				return o
			},
		},
		{
			Rule: playground.Rule{
				ID: "authorization_once", Title: "There is one Authorization header",
				Spec: rfc("6750", "2"), Level: playground.Must, Refusal: "invalid_request",
			},
			Test: func(a *apiRequest) playground.Outcome {
				if len(a.header["Authorization"]) == 1 {
					return playground.Pass()
				}
				return playground.Fail("one header", "several", "Send one token, in one place.")
			},
		},
		{
			Rule: playground.Rule{
				ID: "scheme_bearer", Title: "The scheme is Bearer, or DPoP with a proof",
				Spec: rfc("6750", "2.1"), Level: playground.Must,
			},
			Test: func(a *apiRequest) playground.Outcome {
				scheme, token, _ := strings.Cut(a.header.Get("Authorization"), " ")
				a.dpop = strings.EqualFold(scheme, "DPoP") // RFC 9449 §7.1
				if !a.dpop && !strings.EqualFold(scheme, "Bearer") {
					return playground.Fail("Bearer or DPoP", scheme, "Send Authorization: Bearer, a space, and the access token.")
				}
				a.token = strings.TrimLeft(token, " ")
				return playground.Pass()
			},
		},
		{
			Rule: playground.Rule{
				ID: "token_syntax", Title: "The header has one well-formed token",
				Spec: rfc("6750", "2.1"), Level: playground.Must, Refusal: "invalid_request",
			},
			Test: func(a *apiRequest) playground.Outcome {
				if b64token(a.token) {
					return playground.Pass()
				}
				got := "other characters"
				if a.token == "" {
					got = "nothing"
				}
				return playground.Fail("letters, digits and -._~+/ with = at the end", got, "Send the access token as it was issued, with nothing around it.")
			},
		},
	}
}

// personOnly tells a person's token from a program's own.
func personOnly() playground.Check[apiRequest] {
	return playground.Check[apiRequest]{
		Rule: playground.Rule{
			ID: "person_only", Title: "The token stands for a person, and not for a client",
			Spec: rfc("9700", "4.15.1"), Level: playground.Should, Switchable: true,
		},
		Test: func(a *apiRequest) playground.Outcome {
			if a.claims.Subject != a.claims.Client {
				return playground.Pass()
			}
			o := playground.Fail("a token whose sub is a person", "sub and client_id are both "+orNone(a.claims.Subject), "Ask for the token with a grant in which a person logs in.")
			o.Why = "With the client credentials grant sub is the client_id. If that is also what a person is called, the token reads like hers."
			return o
		},
	}
}

// userRights is about the person whose steps are asked for.
func userRights() playground.Check[apiRequest] {
	return playground.Check[apiRequest]{
		Rule: playground.Rule{
			ID: "user_rights", Title: "The person may see these steps",
			Spec: rfc("9068", "4"), Level: playground.Should, Switchable: true,
		},
		Test: func(a *apiRequest) playground.Outcome {
			wanted := a.subject()
			if wanted != a.claims.Subject {
				o := playground.Fail("the steps of "+a.claims.Subject, "the steps of "+wanted, "Ask for the steps of the person who gave access.")
				o.Why = "A scope says what the client may do. It gives nobody rights that the person does not have."
				o.Span = playground.Span{Part: "param:user"}
				return o
			}
			if daysOf(wanted) == nil {
				return playground.Fail("an account at StepCloud", "none for "+wanted, "Log in at AcmeID as Alice or Bob: they have step counts.")
			}
			return playground.Pass()
		},
	}
}

// subject is whose steps are asked for: the person of the token, if the request
// names nobody else.
func (a *apiRequest) subject() string {
	if u := a.query.Get("user"); u != "" {
		return u
	}
	return a.claims.Subject
}

// opaque says that the token is none that the API could judge by itself.
func (a *apiRequest) opaque() bool { return strings.Count(a.token, ".") != 2 }

// testToken asks the playground's engine about a JWT, and AcmeID about anything else.
func (a *apiRequest) testToken() playground.Outcome {
	if a.opaque() {
		return a.testOpaque()
	}
	if !a.judgeToken() {
		return playground.Fail("a token that passes every test above", "one that does not", "Look at the first test above that failed.")
	}
	var c struct {
		Subject string `json:"sub"`
		Client  string `json:"client_id"`
		Scope   string `json:"scope"`

		AuthTime     float64        `json:"auth_time"`
		Confirmation map[string]any `json:"cnf"`
		Act          map[string]any `json:"act"`

		Details json.RawMessage `json:"authorization_details"`
	}
	if err := json.Unmarshal(a.verdict.Token.Payload().Bytes, &c); err != nil {
		return playground.Fail("sub and scope as strings", "something else", "Use the token as AcmeID issued it.")
	}
	a.claims = accessClaims{Subject: c.Subject, Client: c.Client, Scope: strings.Fields(c.Scope), Details: c.Details}
	a.claims.AuthTime = timeOf(c.AuthTime)
	a.claims.Actor, _ = c.Act["sub"].(string)
	if c.Confirmation != nil {
		a.claims.Thumbprint, _ = c.Confirmation["jkt"].(string)
		a.claims.boundOtherwise = a.claims.Thumbprint == ""
	}
	return playground.Pass()
}

// timeOf reads a NumericDate (RFC 7519 §2). What is no date is zero.
func timeOf(seconds float64) time.Time {
	if seconds <= 0 || seconds > 1<<40 {
		return time.Time{}
	}
	return time.Unix(int64(seconds), 0)
}

// b64token is the syntax of a token in the header (RFC 6750 §2.1).
func b64token(s string) bool {
	body := strings.TrimRight(s, "=")
	return body != "" && strings.Trim(body, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/") == ""
}

func daysOf(user string) []Day {
	for _, u := range Users() {
		if u.ID == user {
			return u.Days
		}
	}
	return nil
}
