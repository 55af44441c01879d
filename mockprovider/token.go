package mockprovider

import (
	"context"
	"net/http"
	"slices"
	"time"

	"claimcheck/playground"
)

// tokenRequest is what the rules of the token endpoint know about one token
// request. The other endpoints that a client calls without a browser know the
// same. Each field names the rule that fills it.
type tokenRequest struct {
	p      *Provider
	r      *http.Request
	strict strictness
	params params
	known  []string // the parameters that the endpoint knows
	auth   clientAuth

	// turn is the one that client_auth_attempts or password_attempts took.
	turn turn

	client *Client // client_known

	code    *codeRecord    // code_known
	refresh *refreshRecord // refresh_token_known
	raw     []byte         // code_known, refresh_token_known: the record's bytes
	grant   *grantRecord   // grant_active

	deviceID string        // device_code_known
	device   *deviceRecord // device_code_known

	details authorizationDetails // authorization_details_granted

	scope []string // grant_active, refresh_scope: the scope of the new tokens

	// The grants that begin with somebody's token.
	assertion *foreignJWT // assertion_readable
	actor     *heldToken  // actor_token_valid
	act       *actorClaim // subject_token_valid, actor_token_valid
	notAfter  time.Time   // subject_token_valid: when the new token ends at the latest

	thumbprint string // dpop_jwk: of the key that the new tokens are bound to

	resources []string // resource_known, resource_granted: the APIs that the request names

	askNonce    bool // a fault: the DPoP proof needs a nonce of this server
	keepRefresh bool // a fault: no refresh token comes back, and the old one stays

	token *heldToken // token_active, token_owner: what the token in the request stands for
}

// tokenParams are the parameters that the endpoint knows.
func tokenParams() []string {
	return []string{
		"grant_type", "code", "redirect_uri", "client_id", "client_secret", "code_verifier", "refresh_token", "scope",
		"client_assertion", "client_assertion_type", "device_code",
		"assertion", "subject_token", "subject_token_type", "actor_token", "actor_token_type", "requested_token_type", "username", "password",
		"authorization_details",
	}
}

// directChecks are the start of every request that a client sends without a
// browser (RFC 6749 §3.2).
var directChecks = []playground.Check[tokenRequest]{
	{Test: (*tokenRequest).formBody, Rule: playground.Rule{
		ID: "form_body", Title: "The body is a form",
		Spec: rfc("6749", "4.1.3"), Level: playground.Must, Refusal: "invalid_request",
	}},
	{Test: (*tokenRequest).secretNotInURI, Rule: playground.Rule{
		ID: "secret_not_in_uri", Title: "No secret in the URL",
		Spec: rfc("6749", "2.3.1"), Level: playground.Must, Refusal: "invalid_client",
	}},
	{Test: (*tokenRequest).parametersOnce, Rule: parametersOnce},
}

// envelopeChecks are the start of every token request.
var envelopeChecks = slices.Concat(directChecks, []playground.Check[tokenRequest]{
	{Test: (*tokenRequest).grantTypePresent, Rule: playground.Rule{
		ID: "grant_type_present", Title: "It names its grant type",
		Spec: rfc("6749", "4.1.3"), Level: playground.Must, Refusal: "invalid_request",
	}},
	{Test: (*tokenRequest).grantTypeSupported, Rule: playground.Rule{
		ID: "grant_type_supported", Title: "The grant type is one we know",
		Spec: rfc("6749", "5.2"), Level: playground.Must, Refusal: "unsupported_grant_type",
	}},
	{Test: (*tokenRequest).senderConstrained, Rule: senderConstrained},
})

// token is the token endpoint (RFC 6749 §3.2).
func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
	s := p.direct(w, r, tokenParams())
	if s == nil {
		return
	}
	p.earlyFaults(w, s)
	if p.settle(w, s, s.judgeToken()) {
		p.answerToken(w, s)
	}
}

// judgeToken runs the rules of the endpoint, and those of the grant type.
func (s *tokenRequest) judgeToken() *judgement {
	j := s.p.newJudgement(s.strict.run)
	judge(j, s, envelopeChecks)
	if grant := s.grantChecks(); grant != nil {
		s.judgeAuth(j)
		s.judgeProof(j, "/token", "")
		judge(j, s, grant)
		j.explain(s.assertion, grantJWTReadable.ID, grantJWTVerified.ID)
	}
	return j
}

// direct reads a request that a client sends without a browser. Nil means that
// its body was too large and that it is answered.
func (p *Provider) direct(w http.ResponseWriter, r *http.Request, known []string) *tokenRequest {
	s := p.read(r, known)
	if s.params.tooLarge {
		writeJSON(w, http.StatusRequestEntityTooLarge, oauthError{"invalid_request"})
		return nil
	}
	return s
}

// read takes a request that a client sends without a browser apart.
func (p *Provider) read(r *http.Request, known []string) *tokenRequest {
	s := &tokenRequest{p: p, r: r, params: bodyParams(r), known: known}
	s.auth = readClientAuth(r, &s.params)
	s.strict = p.strictnessFor(p.Client(s.auth.id))
	return s
}

// accept runs the start of every request without a browser, the rules for how the
// client authenticates and those of the endpoint, and answers a refused request.
// It reports whether the request was accepted, so that the caller has to answer it.
func (p *Provider) accept(w http.ResponseWriter, s *tokenRequest, own []playground.Check[tokenRequest]) bool {
	j := s.p.newJudgement(s.strict.run)
	judge(j, s, directChecks)
	s.judgeAuth(j)
	judge(j, s, own)
	return p.settle(w, s, j)
}

// settle reports a judgement, ends it, and answers a refused request.
func (p *Provider) settle(w http.ResponseWriter, s *tokenRequest, j *judgement) bool {
	defer j.end()
	p.report(s.r.Context(), j.rows)
	if s.client != nil && (s.client.RequireDPoPNonce || s.askNonce) {
		w.Header().Set("DPoP-Nonce", p.DPoPNonce())
	}
	if j.err == nil {
		j.err = s.consequences(j.rows)
	}
	s.turn.end()
	switch {
	case j.err != nil:
		p.unavailable(w, j.err)
	case j.refused != nil:
		p.tokenRefused(w, j.refused)
	default:
		return true
	}
	return false
}

// tokenRefused is the error response (RFC 6749 §5.2).
func (p *Provider) tokenRefused(w http.ResponseWriter, refused *playground.Finding) {
	status := http.StatusBadRequest
	switch {
	case refused.ID == "client_auth_attempts":
		status = http.StatusTooManyRequests
		retryAfter(w, failureWindow)
	case refused.Refusal == "invalid_client":
		status = http.StatusUnauthorized
		w.Header().Set("WWW-Authenticate", "Basic realm="+quoted(p.cfg.Name))
	}
	writeJSON(w, status, oauthError{refusalCode(refused)})
}

// consequences are what a refusal leaves behind. Rules only judge; what follows
// from a failed one is done here, and not where the rule is switched off.
func (s *tokenRequest) consequences(rows []playground.Finding) error {
	ctx := s.r.Context()
	for i := range rows {
		if rows[i].Status != playground.StatusFail {
			continue
		}
		switch rows[i].ID {
		case "client_known", "client_auth_method", "client_auth":
			if s.guesses() {
				return s.p.countFailure(ctx, guessClient, s.auth.id)
			}
		case assertionVerified.ID:
			if s.guesses() && s.auth.assertion.verdict.Signature == playground.SignatureInvalid {
				return s.p.countFailure(ctx, guessClient, s.auth.id)
			}
		case "device_poll_interval":
			return s.notePoll(pollInterval)
		case "device_decided":
			return s.notePoll(0)
		case "password_right":
			return s.p.countFailure(ctx, guessLogin, s.params.get("username"))
		case "pkce_verifier":
			return s.countMiss(ctx)
		case "code_single_use":
			return s.p.revoke(ctx, s.code.Grant, rows[i].ID)
		case "refresh_reuse_revoke":
			return s.p.revoke(ctx, s.refresh.Grant, rows[i].ID)
		}
	}
	return nil
}

// revoke ends a grant, and with it every code and token that points to it.
func (p *Provider) revoke(ctx context.Context, id, why string) error {
	values, _ := p.Policy().values()
	err := update(ctx, p.store, kindGrant, id, func(grant *grantRecord) (time.Duration, bool) {
		if grant.Revoked {
			return 0, false
		}
		grant.Revoked, grant.Why = true, why
		return values.refreshMax, true
	})
	return ignoreNotFound(err)
}

func (s *tokenRequest) formBody() playground.Outcome {
	switch {
	case s.params.contentType != formType && s.params.err == nil:
		o := playground.Fail("Content-Type: "+formType, s.params.contentType, "send the parameters as a form")
		o.Why = "Token requests are forms, the answers are JSON."
		return o
	case s.params.err != nil:
		return playground.Fail("name=value pairs with correct percent-encoding", "an encoding that can't be read", "let a library encode the form")
	}
	return playground.Pass()
}

func (s *tokenRequest) secretNotInURI() playground.Outcome {
	if query := queryParams(s.r); query.has("client_secret") || query.has("client_assertion") {
		o := failAt("client_secret", "the secret in the Authorization header", "the secret in the URL", "use HTTP Basic, and replace this secret: it is in logs now")
		o.Why = "URLs end up in histories, logs and Referer headers."
		return o
	}
	return playground.Pass()
}

func (s *tokenRequest) parametersOnce() playground.Outcome {
	if name := s.params.repeated(s.known); name != "" {
		return failAt(name, name+" once", name+" several times", "send it once: two parsers might pick two different ones")
	}
	return playground.Pass()
}
