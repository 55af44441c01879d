package mockprovider

import (
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"

	"claimcheck/playground"
)

// assertionType is the one value of client_assertion_type (RFC 7523 §2.2).
const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// maxAssertionLife is how far ahead the exp of an assertion may be.
const maxAssertionLife = time.Hour

// assertionAlgStrong is known to the metadata too.
var assertionAlgStrong = playground.Rule{
	ID: "client_assertion_alg_strong", Title: "The algorithm is PS256, ES256, EdDSA or Ed25519",
	Spec: fapi("5.4.1"), Level: playground.Must, Refusal: "invalid_client", In: inFAPI2,
}

// assertionReadable is the first rule about the assertion itself.
var assertionReadable = playground.Rule{
	ID: "client_assertion_readable", Title: "The assertion is a signed JWT",
	Spec: rfc("7523", "3"), Level: playground.Must, Refusal: "invalid_client",
}

// assertionVerified is decided by the rules of the playground's engine, whose
// rows stand before it: alg, kid, signature, iss, aud, exp, nbf and iat.
var assertionVerified = playground.Rule{
	ID: "client_assertion_verified", Title: "The client signed it, for this server, and it has not expired",
	Spec: rfc("7523", "3"), Level: playground.Must, Refusal: "invalid_client",
}

// assertionAuthChecks are client authentication with a JWT (RFC 7523 §2.2, §3):
// private_key_jwt and client_secret_jwt. They take the place of clientAuthChecks
// where a request carries an assertion and nothing else.
var assertionAuthChecks = []playground.Check[tokenRequest]{
	{Test: (*tokenRequest).assertionTyped, Rule: playground.Rule{
		ID: "client_assertion_type", Title: "The assertion is said to be a JWT",
		Spec: rfc("7523", "2.2"), Level: playground.Must, Refusal: "invalid_client",
	}},
	{Test: (*tokenRequest).assertionReadable, Rule: assertionReadable},
	{Test: (*tokenRequest).assertionSubject, Rule: playground.Rule{
		ID: "client_assertion_sub", Title: "sub says which client it is",
		Spec: rfc("7523", "3"), Level: playground.Must, Refusal: "invalid_client",
	}},
	{Test: (*tokenRequest).assertionClient, Rule: playground.Rule{
		ID: "client_assertion_client", Title: "client_id and assertion name the same client",
		Spec: rfc("7521", "4.2"), Level: playground.Must, Refusal: "invalid_client",
	}},
	{Test: (*tokenRequest).authAttempts, Rule: clientAuthAttempts},
	{Test: (*tokenRequest).clientKnown, Rule: clientKnownRule},
	{Test: (*tokenRequest).authMethod, Rule: clientAuthMethod},
	{Test: (*tokenRequest).assertionAlgStrong, Rule: assertionAlgStrong},
	{Test: (*tokenRequest).assertionVerified, Rule: assertionVerified},
	{Test: (*tokenRequest).assertionAudienceIssuer, Rule: playground.Rule{
		ID: "client_assertion_aud_issuer", Title: "aud is the issuer, and nothing else",
		Spec: rfc("10070", "4"), Level: playground.Must, Refusal: "invalid_client", In: inCurrent, Switchable: true,
	}},
	{Test: (*tokenRequest).assertionShort, Rule: playground.Rule{
		ID: "client_assertion_life", Title: "It does not live for longer than an hour",
		Spec: rfc("7521", "5.2"), Level: playground.Choice, Refusal: "invalid_client", In: inCurrent,
	}},
	{Test: (*tokenRequest).assertionID, Rule: playground.Rule{
		ID: "client_assertion_jti", Title: "It has an ID of its own",
		Spec: oidc("9"), Level: playground.Must, Refusal: "invalid_client", In: inCurrent,
	}},
	{Test: (*tokenRequest).assertionOnce, Rule: playground.Rule{
		ID: "client_assertion_once", Title: "It is used for the first time",
		Spec: rfc("7523", "3"), Level: playground.Choice, Refusal: "invalid_client", In: inCurrent, Switchable: true,
	}},
}

// judgeAuth runs the rules for the way in which the client authenticates.
func (s *tokenRequest) judgeAuth(j *judgement) {
	if !s.auth.hasAssertion || s.auth.methods != 1 {
		judge(j, s, clientAuthChecks)
		return
	}
	judge(j, s, assertionAuthChecks)
	j.explain(s.auth.assertion, assertionReadable.ID, assertionVerified.ID)
}

// readAssertion takes over who the assertion says it is from. The method
// follows from the kind of its algorithm.
func (a *clientAuth) readAssertion(raw string) {
	a.method, a.assertion = authPrivateKeyJWT, readForeign(raw)
	if strings.HasPrefix(a.assertion.alg(), "HS") {
		a.method = authSecretJWT
	}
	if a.id == "" {
		a.id = a.assertion.text("sub")
	}
}

func (s *tokenRequest) assertionTyped() playground.Outcome {
	if got := s.params.get("client_assertion_type"); got != assertionType {
		return failAt("client_assertion_type", assertionType, got, "send both client_assertion and client_assertion_type")
	}
	return playground.Pass()
}

func (s *tokenRequest) assertionReadable() playground.Outcome {
	if !s.auth.assertion.readable() {
		return failAt("client_assertion", "header.payload.signature, each in base64url", "something else", "let a JWT library make the assertion")
	}
	return playground.Pass()
}

func (s *tokenRequest) assertionSubject() playground.Outcome {
	if s.auth.assertion.text("sub") == "" {
		return failAt("client_assertion", "sub and iss", "no sub", "set iss and sub to the client_id")
	}
	return playground.Pass()
}

func (s *tokenRequest) assertionClient() playground.Outcome {
	if sub := s.auth.assertion.text("sub"); s.auth.bodyID != "" && s.auth.bodyID != sub {
		return failAt("client_id", sub, s.auth.bodyID, "leave client_id out, or send the client of the assertion")
	}
	return playground.Pass()
}

func (s *tokenRequest) assertionAlgStrong() playground.Outcome {
	if got := s.auth.assertion.alg(); !slices.Contains(foreignAlgs(inFAPI2), got) {
		return failAt("client_assertion", strings.Join(foreignAlgs(inFAPI2), ", "), got, "register a key for one of them")
	}
	return playground.Pass()
}

// assertionAlgs are the algorithms that this client may sign with. Whoever may
// choose the algorithm can choose none, or turn a public key into a secret.
func (c *Client) assertionAlgs() []string {
	switch {
	case c.TokenEndpointAuthSigningAlg != "":
		return []string{c.TokenEndpointAuthSigningAlg}
	case c.TokenEndpointAuthMethod == authSecretJWT:
		return []string{"HS256"}
	}
	return assertionAlgs()
}

func (s *tokenRequest) assertionVerified() playground.Outcome {
	t := s.auth.assertion
	keys, err := s.p.clientKeys(s.r.Context(), s.client, t.header.String("kid"))
	if err != nil {
		return noClientKeys(err)
	}
	if s.client.TokenEndpointAuthMethod == authSecretJWT {
		keys = []jose.JSONWebKey{{Key: []byte(s.client.Secret)}}
	}
	t.judge(keySet("what "+s.client.displayName()+" registered", keys), s.p.assertionPolicy(t, s.client.ID, s.client.assertionAlgs()))
	if t.verdict.Signature == playground.SignatureValid {
		s.turn.end()
	}
	return t.outcome("client_assertion")
}

func (s *tokenRequest) assertionAudienceIssuer() playground.Outcome {
	if t := s.auth.assertion; !s.p.onlyIssuer(t) {
		aud, _ := t.claims.Strings("aud")
		o := failAt("client_assertion", s.p.cfg.Issuer+" as one string", strings.Join(aud, " "), "set aud to the issuer: one string, no list")
		o.Why = "A server that is an attacker's can name the token endpoint of another one in its metadata. The issuer is what the client knows for sure."
		return o
	}
	return playground.Pass()
}

func (s *tokenRequest) assertionShort() playground.Outcome {
	if exp := *s.auth.assertion.date("exp"); exp.After(s.p.now().Add(maxAssertionLife + clockSkew)) {
		return failAt("client_assertion", "exp within an hour", exp.UTC().Format(time.RFC3339), "set exp to a minute from now")
	}
	return playground.Pass()
}

func (s *tokenRequest) assertionID() playground.Outcome {
	if s.auth.assertion.text("jti") == "" {
		return failAt("client_assertion", "jti", "nothing", "give each assertion a random jti")
	}
	return playground.Pass()
}

// assertionOnce remembers the jti for as long as the assertion lives.
func (s *tokenRequest) assertionOnce() playground.Outcome {
	t := s.auth.assertion
	jti := t.text("jti")
	if jti == "" {
		return playground.Skip(playground.WhyNotConcerned)
	}
	first, err := s.p.firstUse(s.r.Context(), s.client.ID+" "+jti, *t.date("exp"))
	if err != nil {
		return playground.Broken(err)
	}
	if !first {
		o := failAt("client_assertion", "a jti that was not used before", "a used one", "make a new assertion for each request")
		o.Why = "Whoever reads an assertion in a log could use it again while it lives."
		return o
	}
	return playground.Pass()
}
