package mockprovider

import "claimcheck/playground"

// passwordGrant hands the user's password to the client (RFC 6749 §4.3). It is
// here to be seen: today's policies do not offer it (RFC 9700 §2.4), and a
// client has to be registered for it.
var passwordGrant = []playground.Check[tokenRequest]{
	grantTypeAllowed,
	{Test: (*tokenRequest).passwordPresent, Rule: playground.Rule{
		ID: "password_present", Title: "It brings a user name and a password",
		Spec: rfc("6749", "4.3.2"), Level: playground.Must, Refusal: "invalid_request",
	}},
	{Test: (*tokenRequest).passwordAttempts, Rule: playground.Rule{
		ID: "password_attempts", Title: "Not too many wrong passwords before",
		Spec: rfc("6749", "4.3.2"), Level: playground.Must, Refusal: "invalid_grant",
	}},
	{Test: (*tokenRequest).passwordRight, Rule: playground.Rule{
		ID: "password_right", Title: "User name and password belong together",
		Spec: rfc("6749", "4.3.2"), Level: playground.Must, Refusal: "invalid_grant",
	}},
	{Test: (*tokenRequest).detailsKnown, Rule: detailsKnown},
	{Test: (*tokenRequest).detailsAllowed, Rule: detailsAllowed},
	{Test: (*tokenRequest).scopeReadable, Rule: scopeSyntax},
	{Test: (*tokenRequest).scopeAllowed, Rule: scopeAllowed},
	{Test: (*tokenRequest).resourceKnown, Rule: resourceKnown},
	{Test: (*tokenRequest).scopeOneAPI, Rule: scopeOneAPI},
	{Test: (*tokenRequest).detailsOneAPI, Rule: detailsOneAPI},
}

func (s *tokenRequest) passwordPresent() playground.Outcome {
	for _, name := range []string{"username", "password"} {
		if !s.params.has(name) {
			return failAt(name, name, "nothing", "use the authorization code flow instead: no app should see a password")
		}
	}
	return playground.Pass()
}

// passwordAttempts also takes the turn of this name, until the guess is counted:
// the login page and this grant count together.
func (s *tokenRequest) passwordAttempts() playground.Outcome {
	s.turn.end() // the client's turn: it has authenticated
	s.turn = s.p.guards.lock(guessLogin, s.params.get("username"))
	n, err := s.p.failures(s.r.Context(), guessLogin, s.params.get("username"))
	if err != nil {
		return playground.Broken(err)
	}
	if n >= maxFailures {
		return failAt("password", "at most 10 wrong passwords in five minutes", "more", "wait five minutes")
	}
	return playground.Pass()
}

// passwordRight makes the grant. The client asked the user, so nobody else did.
func (s *tokenRequest) passwordRight() playground.Outcome {
	user := s.p.typed(s.params.get("username"))
	if user == nil || user.Password == "" || !equal(s.params.get("password"), user.Password) {
		return failAt("password", "the password of the user", "name and password that do not belong together", "ask the user again")
	}
	s.grant = &grantRecord{Client: s.client.ID, User: user.ID, AuthTime: s.p.now(), Created: s.p.now()}
	return playground.Pass()
}
