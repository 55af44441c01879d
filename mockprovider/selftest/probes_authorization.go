package selftest

import (
	"net/http"
	"strconv"
	"strings"

	"claimcheck/playground/spec"
)

// authorizationProbes are what an authorization request may ask for.
func authorizationProbes() []probe {
	meta := rfc("8414", "2")
	core := func(section string) spec.Ref { return spec.Ref{Name: "OpenID Connect Core 1.0", Section: section} }
	types := []string{"code", "token", "id_token", "id_token token", "code id_token", "code token", "code id_token token", "none"}
	modes := []string{"query", "fragment", "form_post", "query.jwt", "fragment.jwt", "form_post.jwt", "jwt", "web_message"}
	return []probe{
		{Rule: member("scopes_supported", "The scope can be had", meta), known: []string{"openid", "selftest:nobody"}, try: (*tester).tryScope, refusals: []string{"invalid_scope", "not granted"}},
		{Rule: member("response_types_supported", "The answer has these parts", meta), known: types, try: (*tester).tryResponseType, refusals: []string{"unsupported_response_type"}},
		{Rule: member("response_modes_supported", "The answer comes that way", meta), known: modes, try: (*tester).tryResponseMode, refusals: []string{"invalid_request"}},
		{Rule: member("code_challenge_methods_supported", "PKCE works with it", meta), known: []string{"S256", "plain", "S512"}, try: (*tester).tryChallenge, refusals: []string{"invalid_request", "any verifier will do"}},
		{Rule: member("authorization_response_iss_parameter_supported", "Each answer names the issuer", rfc("9207", "3")), known: yes(), try: (*tester).tryIss, refusals: []string{"no iss"}},
		{Rule: member("prompt_values_supported", "prompt does what it says", core("3.1.2.1")), known: []string{"none", "login", "consent", "select_account", "create"}, try: (*tester).tryPrompt, refusals: []string{"invalid_request"}},
		{Rule: member("acr_values_supported", "A login of this kind can be had", discovery()), known: []string{"0", "phr", "urn:mace:incommon:iap:silver"}, try: (*tester).tryACR, refusals: []string{"unmet_authentication_requirements", "access_denied"}},
		{Rule: member("claims_parameter_supported", "Single claims can be asked for", discovery()), known: yes(), try: (*tester).tryClaimsParameter, refusals: []string{"ignored"}},
		{Rule: member("request_parameter_supported", "The request can be a JWT", discovery()), known: yes(), try: (*tester).tryRequest, refusals: []string{"request_not_supported"}},
		{Rule: member("request_uri_parameter_supported", "The request can be at an address", discovery()), known: yes(), try: (*tester).tryRequestURI, refusals: []string{"request_uri_not_supported"}},
		{Rule: member("require_signed_request_object", "The request must be a signed JWT", rfc("9101", "10.5")), known: yes(), try: (*tester).trySignedOnly, refusals: []string{"a plain request works"}},
		{Rule: member("request_object_signing_alg_values_supported", "A request object can be signed with it", discovery()), known: signatures(), try: (*tester).tryRequestAlg, refusals: []string{"request_not_supported", "invalid_request_object"}},
	}
}

func (t *tester) tryScope(value string) string {
	scope := value
	if value != "openid" && standard(value) { // the profile scopes need it
		scope = "openid " + value
	}
	more := []string{"scope", scope}
	if value == "offline_access" { // OpenID Connect Core 1.0 §11
		more = append(more, "prompt", "consent")
	}
	out, code := t.tokens(clientWeb, more...)
	if code != "" {
		return code
	}
	if granted, ok := out["scope"]; ok && !lists(strings.Fields(text(granted)), value) {
		return "not granted"
	}
	return ""
}

// standard tells the scopes of OpenID Connect.
func standard(scope string) bool {
	return lists([]string{"openid", "profile", "email", "address", "phone", "offline_access"}, scope)
}

func (t *tester) tryResponseType(value string) string {
	a := t.authorize(t.browser, request("response_type", value))
	if code := a.code(); code != "" {
		return code
	}
	for one := range strings.FieldsSeq(value) {
		name := map[string]string{"code": "code", "token": "access_token", "id_token": "id_token"}[one]
		if name != "" && a.params.Get(name) == "" {
			return "no " + name
		}
	}
	return ""
}

func (t *tester) tryResponseMode(value string) string {
	a := t.authorize(t.browser, request("response_mode", value))
	if code := a.code(); code != "" {
		return code
	}
	if a.mode != value {
		return "it came by " + a.mode
	}
	return ""
}

// tryChallenge also redeems the code: once with another verifier, which must
// fail, and once with the right one.
func (t *tester) tryChallenge(value string) string {
	challenge := verifier
	if value == "S256" {
		challenge = s256(verifier)
	}
	for _, one := range []struct {
		verifier string
		works    bool
	}{{"another-" + verifier, false}, {verifier, true}} {
		a := t.authorize(t.browser, request("code_challenge", challenge, "code_challenge_method", value))
		if code := a.code(); code != "" {
			return code
		}
		switch code := t.redeem(a, clientWeb, "code_verifier", one.verifier).code(); {
		case one.works && code != "":
			return code
		case !one.works && code == "":
			return "any verifier will do"
		}
	}
	return ""
}

func (t *tester) tryIss(string) string {
	// A refusal names it too (RFC 9207 §2).
	for _, params := range [][]string{{"response_type", "unheard-of"}, nil} {
		a := t.authorize(t.browser, request(params...))
		if a.params.Get("iss") == "" {
			return "no iss"
		}
		if a.params.Get("iss") != t.document.Issuer {
			return "another iss"
		}
	}
	return ""
}

// tryPrompt asks in a browser where Tess is logged in and has agreed.
func (t *tester) tryPrompt(value string) string {
	if code := t.logIn(); code != "" {
		return code
	}
	if value == "none" {
		stranger, err := t.newBrowser()
		if err != nil {
			return err.Error()
		}
		if a := t.authorize(stranger, request("prompt", "none")); a.code() != "login_required" {
			return "a page for who is not logged in"
		}
	}
	a := t.authorize(t.browser, request("prompt", value))
	if code := a.code(); code != "" {
		return code
	}
	want := map[string][]string{"login": {"login"}, "consent": {"consent"}, "select_account": {"choose", "login"}}[value]
	if value == "none" && len(a.pages) > 0 {
		return "a page"
	}
	for _, page := range want {
		if lists(a.pages, page) {
			return ""
		}
	}
	if len(want) > 0 {
		return "no page"
	}
	return ""
}

// tryACR insists on the kind of login (OpenID Connect Core 1.0 §5.5.1.1).
func (t *tester) tryACR(value string) string {
	out, code := t.tokens(clientWeb, "claims", `{"id_token":{"acr":{"essential":true,"value":`+strconv.Quote(value)+`}}}`)
	if code == "" && part(text(out["id_token"]), 1)["acr"] != value {
		return "another acr"
	}
	return code
}

func (t *tester) tryClaimsParameter(string) string {
	out, code := t.tokens(clientWeb, "claims", `{"userinfo":{"nickname":null},"id_token":{"email":null}}`)
	if code != "" {
		return code
	}
	if part(text(out["id_token"]), 1)["email"] == nil {
		return "ignored"
	}
	sent := t.sent
	r := t.send(t.app(), http.MethodGet, t.document.UserInfo, nil, t.shows(out))
	t.sent = sent
	if r.object()["nickname"] == nil {
		return "ignored"
	}
	return ""
}

// object is a request object (RFC 9101 §4) of the client with keys.
func (t *tester) object(alg string) string {
	claims := map[string]any{"iss": clientKeys, "aud": t.document.Issuer, "jti": t.unique(), "iat": t.target.Now().Unix(), "nbf": t.target.Now().Unix(), "exp": t.target.Now().Unix() + 60}
	for name, values := range request("client_id", clientKeys) {
		claims[name] = values[0]
	}
	return t.sign(alg, map[string]any{"typ": "oauth-authz-req+jwt"}, claims)
}

func (t *tester) tryRequest(string) string { return t.tryRequestAlg("ES256") }

func (t *tester) tryRequestAlg(alg string) string {
	a := t.authorize(t.browser, request("client_id", clientKeys, "request", t.object(alg)))
	return a.code()
}

func (t *tester) tryRequestURI(string) string {
	a := t.authorize(t.browser, request("request_uri", "https://client.example/request.jwt"))
	return a.code()
}

func (t *tester) trySignedOnly(string) string {
	if a := t.authorize(t.browser, request()); a.code() == "" {
		return "a plain request works"
	}
	return ""
}
