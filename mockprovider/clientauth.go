package mockprovider

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"

	"claimcheck/playground"
)

// clientAuth is what a request says about its client, before anything of it is
// believed.
type clientAuth struct {
	// method is the one that was used; with several, Basic counts here and the
	// rule client_auth_one_method refuses.
	method string
	id     string
	secret string
	// rawSecret is the secret of Basic before it was form-decoded.
	rawSecret string
	// malformed says what is wrong with the Authorization header.
	malformed string
	// methods is how many methods were used.
	methods int
	// bodyID is client_id in the body.
	bodyID string
	// hasAssertion says that a client assertion came, assertion is it if it can
	// be read.
	hasAssertion bool
	assertion    *foreignJWT
}

// clientAuthChecks are client authentication with a secret, or none (RFC 6749
// §2.3, §3.2.1). On the wire an unknown client and a wrong secret look the same,
// and are counted the same.
var clientAuthChecks = []playground.Check[tokenRequest]{
	{Test: (*tokenRequest).authReadable, Rule: playground.Rule{
		ID: "client_auth_readable", Title: "The Authorization header can be read",
		Spec: rfc("6749", "2.3.1"), Level: playground.Must, Refusal: "invalid_client",
	}},
	{Test: (*tokenRequest).authOneMethod, Rule: playground.Rule{
		ID: "client_auth_one_method", Title: "One way of authentication, not two",
		Spec: rfc("6749", "2.3"), Level: playground.Must, Refusal: "invalid_request",
	}},
	{Test: (*tokenRequest).clientIDSame, Rule: playground.Rule{
		ID: "client_id_same", Title: "Header and body name the same client",
		Spec: rfc("6749", "3.2.1"), Level: playground.Choice, Refusal: "invalid_request",
	}},
	{Test: (*tokenRequest).clientIdentified, Rule: playground.Rule{
		ID: "client_identified", Title: "It says which client asks",
		Spec: rfc("6749", "3.2.1"), Level: playground.Must, Refusal: "invalid_client",
	}},
	{Test: (*tokenRequest).authAttempts, Rule: clientAuthAttempts},
	{Test: (*tokenRequest).clientKnown, Rule: clientKnownRule},
	{Test: (*tokenRequest).authMethod, Rule: clientAuthMethod},
	{Test: (*tokenRequest).keyOnly, Rule: clientKeyOnly},
	{Test: (*tokenRequest).authenticated, Rule: playground.Rule{
		ID: "client_auth", Title: "The secret is the client's",
		Spec: rfc("6749", "3.2.1"), Level: playground.Must, Refusal: "invalid_client", In: inCore, Switchable: true,
	}},
}

// The rules that every way of authentication shares.
var (
	clientKnownRule = playground.Rule{
		ID: "client_known", Title: "The client is registered",
		Spec: rfc("6749", "5.2"), Level: playground.Must, Refusal: "invalid_client",
	}
	clientAuthMethod = playground.Rule{
		ID: "client_auth_method", Title: "It uses the method that it registered",
		Spec: rfc("7591", "2"), Level: playground.Choice, Refusal: "invalid_client", In: inCore,
	}
	clientAuthAttempts = playground.Rule{
		ID: "client_auth_attempts", Title: "Not too many wrong secrets before",
		Spec: rfc("6749", "2.3.1"), Level: playground.Must, Refusal: "invalid_client", In: inCore,
	}
)

// readClientAuth takes the credentials out of the header and the body.
func readClientAuth(r *http.Request, body *params) clientAuth {
	a := clientAuth{method: authNone, bodyID: body.get("client_id")}
	a.id = a.bodyID
	if body.has("client_secret") {
		a.method, a.secret = authPost, body.get("client_secret")
		a.methods++
	}
	if body.has("client_assertion") || body.has("client_assertion_type") {
		a.methods++
		a.hasAssertion = true
		if a.method == authNone {
			a.readAssertion(body.get("client_assertion"))
		}
	}
	if headers := r.Header.Values("Authorization"); len(headers) > 0 {
		a.method = authBasic
		a.methods++
		a.readBasic(headers)
	}
	return a
}

// readBasic decodes HTTP Basic. Name and password are form-encoded inside it
// (RFC 6749 §2.3.1), which is what most hand-written clients forget.
func (a *clientAuth) readBasic(headers []string) {
	scheme, value, _ := strings.Cut(headers[0], " ")
	decoded, err := base64.StdEncoding.DecodeString(strings.TrimSpace(value))
	id, secret, colon := strings.Cut(string(decoded), ":")
	switch {
	case len(headers) > 1:
		a.malformed = "several Authorization headers"
		return
	case !strings.EqualFold(scheme, "Basic"):
		a.malformed = "the scheme " + scheme
		return
	case err != nil:
		a.malformed = "no base64 after Basic"
		return
	case !colon:
		a.malformed = "no colon between name and password"
		return
	}
	plainID, errID := url.QueryUnescape(id)
	plainSecret, errSecret := url.QueryUnescape(secret)
	if errID != nil || errSecret != nil {
		a.malformed = "a name or password that is not form-encoded"
		return
	}
	a.id, a.secret, a.rawSecret = plainID, plainSecret, secret
}

func (s *tokenRequest) authReadable() playground.Outcome {
	if s.auth.malformed != "" {
		return playground.Fail("Basic BASE64(form-encoded id:form-encoded secret)", s.auth.malformed, "form-encode id and secret, join them with a colon, encode that with base64")
	}
	return playground.Pass()
}

func (s *tokenRequest) authOneMethod() playground.Outcome {
	if s.auth.methods > 1 {
		return playground.Fail("one authentication method", "several in one request", "send the secret in the header or in the body, not in both")
	}
	return playground.Pass()
}

func (s *tokenRequest) clientIDSame() playground.Outcome {
	if s.auth.bodyID != "" && s.auth.bodyID != s.auth.id {
		return failAt("client_id", s.auth.id, s.auth.bodyID, "leave client_id out of the body, or send the same one")
	}
	return playground.Pass()
}

func (s *tokenRequest) clientIdentified() playground.Outcome {
	if s.auth.id == "" {
		return failAt("client_id", "client_id in the body, or HTTP Basic", "neither", "a public client sends client_id, another one authenticates")
	}
	return playground.Pass()
}

func (s *tokenRequest) clientKnown() playground.Outcome {
	s.client = s.p.Client(s.auth.id)
	if s.client == nil && s.p.registry.Client(s.auth.id) != nil {
		return failAs("client_expired", "a registration that has not expired", "one that has", "register the client again")
	}
	if s.client == nil {
		return failAt("client_id", "a registered client", s.auth.id, "check for a typing error, or register the client here")
	}
	return playground.Pass()
}

// authMethod is about the method of what was presented. Nothing presented at
// all is a matter of client_auth.
func (s *tokenRequest) authMethod() playground.Outcome {
	registered := s.client.TokenEndpointAuthMethod
	if s.auth.methods > 0 && s.auth.method != registered {
		return playground.Fail(registered, s.auth.method, "authenticate as registered, or register another method")
	}
	return playground.Pass()
}

// guesses tells whether the request tries a secret for a client_id. A private
// key can't be guessed.
func (s *tokenRequest) guesses() bool {
	return s.auth.method != authNone && s.auth.method != authPrivateKeyJWT
}

// authAttempts counts by the client_id that was sent, registered or not. It also
// takes the turn of this client_id, until the guess is counted.
func (s *tokenRequest) authAttempts() playground.Outcome {
	if !s.guesses() {
		return playground.Skip(playground.WhyNotConcerned)
	}
	s.turn = s.p.guards.lock(guessClient, s.auth.id)
	n, err := s.p.failures(s.r.Context(), guessClient, s.auth.id)
	if err != nil {
		return playground.Broken(err)
	}
	if n >= maxFailures {
		return playground.Fail("at most 10 wrong secrets in five minutes", "more", "wait five minutes, and look where the wrong secret comes from")
	}
	return playground.Pass()
}

func (s *tokenRequest) authenticated() playground.Outcome {
	switch {
	case s.client.public():
		return playground.Outcome{Status: playground.StatusInfo, Message: "A public client has no secret: its name is believed, and PKCE protects the code."}
	case s.auth.methods == 0:
		return failAs("client_auth_missing", "client authentication by "+s.client.TokenEndpointAuthMethod, "none", "send the client's secret")
	case s.client.secretIs(s.auth.secret):
		s.turn.end()
		return playground.Pass()
	case s.auth.rawSecret != "" && s.client.secretIs(s.auth.rawSecret):
		return failAs("client_auth_encoding", "a form-encoded secret", "the secret as it is", "form-encode id and secret before base64 (RFC 6749 §2.3.1)")
	}
	return playground.Fail("the client's secret", "another one", "compare the configured secret with the registered one")
}
