package lab

import (
	"net/http"
	"strconv"

	"claimcheck/playground"
)

// CodeHub is an API with accounts of its own, at which apps let people in who have
// one. It speaks OAuth 2.0 and no OpenID Connect: no ID token says who came, an
// answer of its API does. AcmeID runs the authorization server for it.
const (
	CodeHub       = "codehub"
	codeHubSecret = "codehub-secret-for-the-lab"
)

// The scopes of CodeHub: the account, and its e-mail addresses.
const (
	ScopeUserRead  = "user:read"
	ScopeUserEmail = "user:email"
)

// A hubUser is an account at CodeHub. The number is for good. The login can be
// changed, and somebody else can have it then. The e-mail address is what the
// person shows to everybody, null if that is nothing.
type hubUser struct {
	ID    int     `json:"id"`
	Login string  `json:"login"`
	Name  string  `json:"name"`
	Email *string `json:"email"`
}

// A hubAddress is an e-mail address as the account has typed it.
type hubAddress struct {
	Email    string `json:"email"`
	Primary  bool   `json:"primary"`
	Verified bool   `json:"verified"`
}

// hubAccount is what CodeHub knows of the person who is called so at AcmeID.
// Mallory has taken a login that was Alice's once, and shows her address.
func hubAccount(subject string) (hubUser, []hubAddress) {
	switch subject {
	case "alice":
		return hubUser{ID: 5831047, Login: "alice-builds", Name: "Alice Ames"},
			[]hubAddress{{Email: "alice@example.com", Primary: true, Verified: true}}
	case "bob":
		shown := "bob@example.com"
		return hubUser{ID: 77120, Login: "bobbrandt", Name: "Bob Brandt", Email: &shown},
			[]hubAddress{{Email: shown, Primary: true, Verified: true}}
	case "mallory":
		shown := "alice@example.com"
		return hubUser{ID: 9044213, Login: "alice-runs", Name: "Alice Ames", Email: &shown},
			[]hubAddress{{Email: "mallory@example.com", Primary: true, Verified: true}, {Email: shown}}
	}
	return hubUser{}, nil
}

// codeHub is CodeHub’s API.
func codeHub() *api {
	get := func(scope string, answer func(a *apiRequest) any) *endpoint {
		return &endpoint{
			methods: []string{http.MethodGet, http.MethodHead}, scope: scope, answer: answer,
			checks: hubChecks(), denied: "This person has no account at CodeHub.",
		}
	}
	return &api{id: CodeHub, name: "CodeHub", secret: codeHubSecret, endpoints: map[string]*endpoint{
		"/user": get(ScopeUserRead, func(a *apiRequest) any {
			u, _ := hubAccount(a.claims.Subject)
			return u
		}),
		"/user/emails": get(ScopeUserEmail, func(a *apiRequest) any {
			_, all := hubAccount(a.claims.Subject)
			return all
		}),
	}}
}

// hubChecks are what CodeHub tests before it answers.
func hubChecks() []playground.Check[apiRequest] { return append(tokenChecks(), hubAccountExists()) }

// hubAccountExists is about the person of the token: without an account there is
// nothing to answer, and no number to be known by.
func hubAccountExists() playground.Check[apiRequest] {
	return playground.Check[apiRequest]{
		Rule: playground.Rule{
			ID: "hub_account", Title: "The person of the token has an account at CodeHub",
			Spec: rfc("9068", "4"), Level: playground.Must,
		},
		Test: func(a *apiRequest) playground.Outcome {
			if u, _ := hubAccount(a.claims.Subject); u.ID != 0 {
				return playground.Pass()
			}
			return playground.Fail("an account at CodeHub", "none for "+a.claims.Subject, "Log in as Alice, Bob or Mallory: they have one.")
		},
	}
}

// subject is the number as a text, by which an app knows the account.
func (u *hubUser) subject() string {
	if u.ID <= 0 {
		return ""
	}
	return strconv.Itoa(u.ID)
}
