package mockprovider

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"claimcheck/playground"
)

// userInfoRequest is what the rules of the UserInfo endpoint know. Each field
// names the rule that fills it.
type userInfoRequest struct {
	p    *Provider
	r    *http.Request
	body params

	token string        // bearer_present
	dpop  bool          // bearer_present: it came with the scheme DPoP
	rec   *accessRecord // token_known
	grant *grantRecord  // token_grant_active, nil for a token without a stored grant
}

// userInfoChecks are the UserInfo endpoint (OpenID Connect Core 1.0 §5.3), which
// is a resource like any other behind a bearer token (RFC 6750).
var userInfoChecks = []playground.Check[userInfoRequest]{
	{Test: (*userInfoRequest).notInQuery, Rule: playground.Rule{
		ID: "bearer_not_in_query", Title: "The token is not in the URL",
		Spec: rfc("9700", "4.3.2"), Level: playground.Must, Refusal: "invalid_request",
	}},
	{Test: (*userInfoRequest).oneMethod, Rule: playground.Rule{
		ID: "bearer_one_method", Title: "The token comes one way, not two",
		Spec: rfc("6750", "2"), Level: playground.Must, Refusal: "invalid_request",
	}},
	{Test: (*userInfoRequest).present, Rule: playground.Rule{
		ID: "bearer_present", Title: "There is a bearer token",
		Spec: rfc("6750", "3.1"), Level: playground.Must,
	}},
	{Test: (*userInfoRequest).wellFormed, Rule: playground.Rule{
		ID: "token_syntax", Title: "The token is well formed",
		Spec: rfc("6750", "2.1"), Level: playground.Must, Refusal: "invalid_request",
	}},
	{Test: (*userInfoRequest).known, Rule: playground.Rule{
		ID: "token_known", Title: "It is an access token of this server",
		Spec: rfc("6750", "3.1"), Level: playground.Must, Refusal: "invalid_token",
	}},
	{Test: (*userInfoRequest).scheme, Rule: playground.Rule{
		ID: "token_scheme", Title: "A bound token comes with a proof, a bearer token without",
		Spec: rfc("9449", "7.1"), Level: playground.Must, Refusal: "invalid_token", Switchable: true,
	}},
	{Test: (*userInfoRequest).fresh, Rule: playground.Rule{
		ID: "token_exp", Title: "The access token has not expired",
		Spec: rfc("6750", "3.1"), Level: playground.Must, Refusal: "invalid_token",
	}},
	{Test: (*userInfoRequest).granted, Rule: playground.Rule{
		ID: "token_grant_active", Title: "What the user granted still stands",
		Spec: rfc("6750", "3.1"), Level: playground.Must, Refusal: "invalid_token",
	}},
	{Test: (*userInfoRequest).openID, Rule: playground.Rule{
		ID: "scope_openid", Title: "The scope has openid",
		Spec: oidc("5.3.1"), Level: playground.Must, Refusal: "insufficient_scope",
	}},
	{Test: (*userInfoRequest).forUs, Rule: playground.Rule{
		ID: "token_audience", Title: "The token is meant for this server too",
		Spec: rfc("9068", "4"), Level: playground.Must, Refusal: "invalid_token",
	}},
}

// userInfo is the UserInfo endpoint, with GET or POST.
func (p *Provider) userInfo(w http.ResponseWriter, r *http.Request) {
	s := &userInfoRequest{p: p, r: r}
	if r.Method == http.MethodPost { // a GET has no body to speak of (RFC 6750 §2.2)
		s.body = bodyParams(r)
	}
	if s.body.tooLarge {
		writeJSON(w, http.StatusRequestEntityTooLarge, oauthError{"invalid_request"})
		return
	}
	strict := p.strictnessFor(nil)
	j := p.newJudgement(strict.run)
	defer j.end()
	judge(j, s, userInfoChecks)
	if s.dpop && s.rec != nil {
		c := p.Client(s.rec.Client)
		needNonce := c != nil && c.RequireDPoPNonce
		if needNonce { // RFC 9449 §9
			w.Header().Set("DPoP-Nonce", p.DPoPNonce())
		}
		judge(j, &dpopProof{
			p: p, ctx: r.Context(), headers: r.Header.Values("DPoP"), method: r.Method, url: p.url("/userinfo"),
			token: s.token, bound: s.rec.Thumbprint, needNonce: needNonce,
		}, dpopChecks)
	}
	p.report(r.Context(), j.rows)
	switch {
	case j.err != nil:
		p.unavailable(w, j.err)
	case j.refused != nil:
		p.bearerRefused(w, j.refused.Refusal, s.dpop)
	default:
		if claims := s.answer(); !p.faultyUserInfo(w, r, s.rec.Client, claims) {
			writeJSON(w, http.StatusOK, claims)
		}
	}
}

// answer is what the scope opens, and what was asked for by name.
func (s *userInfoRequest) answer() map[string]any {
	user := s.p.user(s.rec.User)
	out := claimsOf(user, s.rec.Scope)
	out["sub"] = s.rec.User
	if s.grant != nil {
		addClaims(out, user, s.grant.Claims.UserInfo)
	}
	return out
}

// bearerRefused answers as RFC 6750 §3 says. Without any token there is no
// error code: nothing was wrong with what was not sent.
func (p *Provider) bearerRefused(w http.ResponseWriter, code string, dpop bool) {
	challenge := "Bearer realm=" + quoted(p.cfg.Name)
	if dpop { // RFC 9449 §7.1
		challenge = "DPoP algs=" + quoted(strings.Join(p.DPoPAlgs(), " "))
	}
	status := http.StatusUnauthorized
	switch code {
	case "":
		noStore(w.Header())
		w.Header().Set("WWW-Authenticate", challenge)
		w.WriteHeader(status)
		return
	case "invalid_request":
		status = http.StatusBadRequest
	case "insufficient_scope":
		status = http.StatusForbidden
	}
	challenge += fmt.Sprintf(", error=%q", code)
	if uri := errorURI(w); uri != "" {
		challenge += ", error_uri=" + quoted(uri)
	}
	if code == "insufficient_scope" {
		challenge += `, scope="openid"`
	}
	w.Header().Set("WWW-Authenticate", challenge)
	writeJSON(w, status, oauthError{code})
}

func (s *userInfoRequest) notInQuery() playground.Outcome {
	if query := queryParams(s.r); query.has("access_token") {
		o := failAt("access_token", "the token in the Authorization header", "the token in the URL", "send Authorization: Bearer …")
		o.Why = "URLs end up in histories, logs and Referer headers."
		return o
	}
	return playground.Pass()
}

func (s *userInfoRequest) oneMethod() playground.Outcome {
	headers, inBody := s.r.Header.Values("Authorization"), s.body.values["access_token"]
	if len(headers)+len(inBody) > 1 {
		return playground.Fail("the token in the header or in the body", "more than one token", "send it once")
	}
	return playground.Pass()
}

func (s *userInfoRequest) present() playground.Outcome {
	if token := s.body.get("access_token"); token != "" {
		s.token = token
		return playground.Pass()
	}
	scheme, token, _ := strings.Cut(s.r.Header.Get("Authorization"), " ")
	s.dpop = strings.EqualFold(scheme, "DPoP")
	if !strings.EqualFold(scheme, "Bearer") && !s.dpop {
		return playground.Fail("Authorization: Bearer and the token", "no bearer token", "send the access token in the Authorization header")
	}
	s.token = strings.TrimLeft(token, " ")
	return playground.Pass()
}

func (s *userInfoRequest) wellFormed() playground.Outcome {
	const allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/"
	switch body := strings.TrimRight(s.token, "="); {
	case body == "":
		return playground.Fail("a token after Bearer", "nothing", "send the access token as it was issued")
	case strings.Trim(body, allowed) != "":
		return playground.Fail("letters, digits and -._~+/ with = at the end", "other characters", "send the access token as it was issued, with nothing around it")
	}
	return playground.Pass()
}

func (s *userInfoRequest) known() playground.Outcome {
	rec, err := s.p.findAccess(s.r.Context(), s.token)
	switch {
	case errors.Is(err, errUnknownToken):
		got := "an unknown token"
		if _, err := s.p.parseIDToken(s.token); err == nil {
			got = "an ID token, which is for the client and opens no door"
		}
		return playground.Fail("an access token of this server", got, "send the access_token of the token response")
	case err != nil:
		return playground.Broken(err)
	case rec.User == "":
		return failAs("token_no_user", "a token that a user granted", "a token of the client itself", "log a user in; the scope openid asks for it")
	case s.p.user(rec.User) == nil:
		return failAs("token_user_gone", "a user of this server", "the user is gone", "start the flow again")
	}
	s.rec = rec
	return playground.Pass()
}

// scheme keeps a stolen bound token from being used as a bearer token
// (RFC 9449 §7.2).
func (s *userInfoRequest) scheme() playground.Outcome {
	if bound := s.rec.Thumbprint != ""; bound != s.dpop {
		expected := "Authorization: Bearer, for a token without a key"
		if bound {
			expected = "Authorization: DPoP, with a proof"
		}
		return playground.Fail(expected, "the other scheme", "use the scheme that token_type names")
	}
	return playground.Pass()
}

func (s *userInfoRequest) fresh() playground.Outcome {
	if now := s.p.now(); !now.Before(s.rec.Expires) {
		return playground.Fail("before "+clockTime(s.rec.Expires), clockTime(now), "get a new access token with the refresh token")
	}
	return playground.Pass()
}

func (s *userInfoRequest) granted() playground.Outcome {
	var o playground.Outcome
	if s.rec.Grant != "" {
		s.grant, o = s.p.judgeGrant(s.r.Context(), s.rec.Grant)
	}
	if o.Err != nil {
		return o
	}
	if s.rec.Grant != "" && s.grant == nil || !s.p.accessStands(s.rec) {
		return playground.Fail("a grant that stands", "one that was revoked", "start the flow again")
	}
	return playground.Pass()
}

func (s *userInfoRequest) openID() playground.Outcome {
	if !slices.Contains(s.rec.Scope, "openid") {
		return playground.Fail("openid", strings.Join(s.rec.Scope, " "), "ask for the scope openid")
	}
	return playground.Pass()
}

// forUs makes UserInfo keep the rule that every API keeps. What is granted with
// openid names the issuer in aud, because it is for this endpoint too.
func (s *userInfoRequest) forUs() playground.Outcome {
	if !slices.Contains(s.rec.Audience, s.p.cfg.Issuer) {
		o := playground.Fail(s.p.cfg.Issuer, strings.Join(s.rec.Audience, " "), "ask for a new token with the scope openid")
		o.Why = "A token for another API could be replayed here by that API."
		return o
	}
	return playground.Pass()
}
