package mockprovider

import (
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/go-jose/go-jose/v4"

	"claimcheck/playground"
)

// authorization is what the rules of the authorization endpoint know about one
// authorization request. Each field names the rule that fills it.
type authorization struct {
	p      *Provider
	r      *http.Request
	strict strictness
	params params

	client      *Client           // client_known
	clientKeys  []jose.JSONWebKey // request_object_keys
	redirectURI string            // redirect_uri_present
	redirect    *url.URL          // redirect_uri_absolute
	hint        *foreignJWT       // id_token_hint_ours
	hinted      string            // id_token_hint_ours, claims_sub: the user that it names
	session     *sessionRecord
	claims      claimsRequest        // claims_readable
	details     authorizationDetails // authorization_details_known

	record    *pushedRecord // request_uri_known
	reference string        // request_uri_known
	pushed    bool          // request_uri_ttl: the parameters were pushed

	object *foreignJWT // request_object_keys: the request object
}

// authorizationParams are the parameters that the endpoint knows.
func authorizationParams() []string {
	return []string{
		"client_id", "redirect_uri", "response_type", "response_mode", "scope", "state", "nonce", "prompt", "max_age",
		"code_challenge", "code_challenge_method", "id_token_hint", "login_hint", "display", "ui_locales",
		"claims_locales", "acr_values", "claims", "request", "request_uri", "registration", "dpop_jkt", "authorization_details",
	}
}

// authorizationChecks is the authorization endpoint (RFC 6749 §4.1.1), in the
// order in which it is decided. Up to redirect_uri_exact a failure shows a page
// and never redirects, because nobody knows yet where to; after it, the client
// learns the error at its redirect URI (RFC 6749 §4.1.2.1).
var authorizationChecks = slices.Concat(clientChecks, redirectChecks, []playground.Check[authorization]{
	{Test: (*authorization).parametersOnce, Rule: parametersOnce},
	{Test: (*authorization).requestURI, Rule: playground.Rule{
		ID: "request_uri_unused", Title: "No request_uri is sent",
		Spec: oidc("3.1.2.6"), Level: playground.Must, Refusal: "request_uri_not_supported",
	}},
	{Test: (*authorization).pushRequired, Rule: pushRequired},
	{Test: (*authorization).pushedOnly, Rule: pushedOnly},
}, requestChecks, noPageChecks)

// clientChecks find the client.
var clientChecks = []playground.Check[authorization]{
	{Test: (*authorization).readable, Rule: playground.Rule{
		ID: "request_readable", Title: "The request can be read",
		Spec: rfc("6749", "4.1.1"), Level: playground.Must,
	}},
	{Test: (*authorization).clientIDPresent, Rule: clientIDPresent},
	{Test: (*authorization).clientKnown, Rule: playground.Rule{
		ID: "client_known", Title: "The client is registered",
		Spec: rfc("6749", "4.1.2.1"), Level: playground.Must,
	}},
}

var clientIDPresent = playground.Rule{
	ID: "client_id_present", Title: "It says which client asks",
	Spec: rfc("6749", "4.1.1"), Level: playground.Must,
}

// requestChecks judge what is asked for. A pushed request is judged by them too,
// before any browser comes (RFC 9126 §2.1).
var requestChecks = slices.Concat([]playground.Check[authorization]{
	{Test: (*authorization).stateSize, Rule: playground.Rule{
		ID: "state_size", Title: "state has at most 4096 bytes",
		Spec: rfc("6749", "4.1.1"), Level: playground.Choice, Refusal: "invalid_request",
	}},
	{Test: (*authorization).objectRequired, Rule: signedRequired},
	{Test: (*authorization).registration, Rule: playground.Rule{
		ID: "registration_unused", Title: "No registration parameter is sent",
		Spec: oidc("3.1.2.6"), Level: playground.Must, Refusal: "registration_not_supported",
	}},
	{Test: (*authorization).responseTypePresent, Rule: playground.Rule{
		ID: "response_type_present", Title: "It says what it wants back",
		Spec: rfc("6749", "3.1.1"), Level: playground.Must, Refusal: "invalid_request",
	}},
	{Test: (*authorization).responseTypeSupported, Rule: playground.Rule{
		ID: "response_type_supported", Title: "The response type is one that is offered",
		Spec: rfc("6749", "4.1.2.1"), Level: playground.Must, Refusal: "unsupported_response_type",
	}},
	{Test: (*authorization).responseModeSupported, Rule: playground.Rule{
		ID: "response_mode_supported", Title: "The response mode is one we know",
		Spec: oidc("3.1.2.1"), Level: playground.Choice, Refusal: "invalid_request",
	}},
	{Test: (*authorization).clientMayAsk, Rule: playground.Rule{
		ID: "response_type_allowed", Title: "The client may use this flow",
		Spec: rfc("6749", "4.1.2.1"), Level: playground.Must, Refusal: "unauthorized_client",
	}},
	{Test: (*authorization).idTokenOpenID, Rule: playground.Rule{
		ID: "id_token_openid", Title: "An ID token comes with the scope openid",
		Spec: oidc("3.2.2.1"), Level: playground.Choice, Refusal: "invalid_scope",
	}},
	{Test: (*authorization).idTokenNonce, Rule: playground.Rule{
		ID: "id_token_nonce", Title: "Who gets an ID token through the browser sends a nonce",
		Spec: oidc("3.2.2.1"), Level: playground.Must, Refusal: "invalid_request",
	}},
	{Test: (*authorization).resourceKnown, Rule: resourceKnown},
	{Test: (*authorization).dpopJKT, Rule: dpopJKT},
}, scopeChecks, detailsChecks, pkceChecks, openIDChecks)

// parametersOnce is the same rule at every endpoint.
var parametersOnce = playground.Rule{
	ID: "parameters_once", Title: "No parameter is sent twice",
	Spec: rfc("6749", "3.1"), Level: playground.Must, Refusal: "invalid_request",
}

// authorize is the authorization endpoint. GET carries the parameters in the
// query, POST in the body (RFC 6749 §3.1).
func (p *Provider) authorize(w http.ResponseWriter, r *http.Request) {
	s, j := p.judgeAuthorization(p.faultySession(w, r))
	defer j.end()
	p.report(r.Context(), j.rows)
	switch {
	case s.params.tooLarge:
		p.pageError(w, http.StatusRequestEntityTooLarge, "The request is too large", "An authorization request may have 64 KiB.")
	case j.err != nil:
		p.pageUnavailable(w, j.err)
	case j.refused == nil:
		p.begin(w, s)
	case j.refused.Refusal == "" || !s.answerable():
		p.pageRefused(w, http.StatusBadRequest, j.refused)
	default:
		p.respond(w, s.target(), authorizationResponse{Error: j.refused.Refusal})
	}
}

// judgeAuthorization runs the rules of the endpoint. A body that was too large
// is not judged.
func (p *Provider) judgeAuthorization(r *http.Request) (*authorization, *judgement) {
	s := &authorization{p: p, r: r, params: queryParams(r)}
	if r.Method == http.MethodPost {
		s.params = bodyParams(r)
	}
	s.strict = p.strictnessFor(p.Client(s.params.get("client_id")))
	j := p.newJudgement(s.strict.run)
	if s.params.tooLarge {
		return s, j
	}
	if j.err = s.loadSession(); j.err != nil {
		return s, j
	}
	switch {
	case s.byValue():
		s.judgeObject(j)
	case s.byReference():
		judge(j, s, pushedChecks)
	}
	judge(j, s, authorizationChecks)
	j.explain(s.hint, ruleHintOurs, ruleHintOurs)
	return s, j
}

func (s *authorization) loadSession() error {
	session, err := s.p.sessionOf(s.r)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	s.session = session
	return nil
}

// target is where the answer goes and how. It is valid once the redirect rules
// have passed.
func (s *authorization) target() target {
	t := target{redirectURI: s.redirectURI, mode: s.responseMode(), client: s.client}
	if len(s.params.values["state"]) == 1 { // of two, none is the exact value received
		t.state = s.params.get("state")
	}
	return t
}

func (s *authorization) readable() playground.Outcome {
	switch {
	case s.r.Method == http.MethodPost && s.params.err == nil && s.params.contentType != formType:
		return playground.Fail("Content-Type: "+formType, s.params.contentType, "send the parameters as a form, or with GET in the query")
	case s.params.err != nil:
		return playground.Fail("name=value pairs with correct percent-encoding", "an encoding that can't be read", "percent-encode each name and value, a semicolon as %3B; let a library build the URL")
	case len(s.r.URL.RawQuery) > maxQuery:
		return playground.Fail("at most 16 KiB", "a longer query", "send the request with POST, or a shorter state")
	}
	return playground.Pass()
}

func (s *authorization) clientIDPresent() playground.Outcome {
	switch len(s.params.values["client_id"]) {
	case 1:
		return playground.Pass()
	case 0:
		return failAt("client_id", "client_id", "nothing", "send the client_id that the client got at registration")
	default:
		o := failAt("client_id", "one client_id", "several", "send it once: which one counts would be a guess")
		o.Case = "client_id_twice"
		return o
	}
}

func (s *authorization) clientKnown() playground.Outcome {
	s.client = s.p.Client(s.params.get("client_id"))
	if s.client == nil {
		return failAt("client_id", "a registered client", s.params.get("client_id"), "check for a typing error, or register the client here")
	}
	return playground.Pass()
}

func (s *authorization) parametersOnce() playground.Outcome {
	if name := s.params.repeated(authorizationParams()); name != "" {
		return failAt(name, name+" once", name+" several times", "send it once: two parsers might pick two different ones")
	}
	return playground.Pass()
}

func (s *authorization) requestURI() playground.Outcome { return s.unused("request_uri") }

func (s *authorization) registration() playground.Outcome { return s.unused("registration") }

// unused refuses a parameter that would change the request's meaning and that
// we do not support: to ignore it would be to answer another request.
func (s *authorization) unused(name string) playground.Outcome {
	if s.params.has(name) {
		return failAt(name, "no "+name, "a "+name+" parameter", "send plain parameters; the metadata says that "+name+" is not supported")
	}
	return playground.Pass()
}
