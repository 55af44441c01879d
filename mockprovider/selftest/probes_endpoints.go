package selftest

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// endpointProbes use each endpoint at the address that the document names.
func endpointProbes() []probe {
	meta := rfc("8414", "2")
	return []probe{
		{Rule: member("issuer", "The document is where the issuer says, and nowhere else", rfc("8414", "3.3")), try: (*tester).tryIssuer},
		{Rule: member("authorization_endpoint", "A browser gets a code there", meta), try: (*tester).tryAuthorize},
		{Rule: member("token_endpoint", "A client gets a token there", meta), try: (*tester).tryToken},
		{Rule: member("userinfo_endpoint", "It tells who the user is", discovery()), try: (*tester).tryUserInfo},
		{Rule: member("jwks_uri", "The keys are there, and only their public half", meta), try: (*tester).tryJWKS},
		{Rule: member("introspection_endpoint", "It says what a token stands for", meta), try: (*tester).tryIntrospect},
		{Rule: member("revocation_endpoint", "It ends a token", meta), try: (*tester).tryRevoke},
		{Rule: member("pushed_authorization_request_endpoint", "It takes a request before the browser comes", rfc("9126", "5")), try: (*tester).tryPush},
		{Rule: member("require_pushed_authorization_requests", "Every request must be pushed", rfc("9126", "5")), try: (*tester).tryPushOnly, known: yes(), refusals: []string{"a plain request works"}},
		{Rule: member("device_authorization_endpoint", "A device gets its two codes there", rfc("8628", "4")), try: (*tester).tryDevice},
	}
}

func (t *tester) tryIssuer(value string) string {
	if value != t.target.Issuer {
		return "another issuer"
	}
	u, err := url.Parse(value)
	if err != nil {
		return "not a URL"
	}
	root := u.Scheme + "://" + u.Host
	for _, elsewhere := range []string{root + "/.well-known/openid-configuration/nobody", value + "/nobody/.well-known/openid-configuration"} {
		if r := t.get(elsewhere); r.status != http.StatusNotFound {
			return "a document for an issuer that is not there"
		}
	}
	for _, address := range []string{root + "/.well-known/oauth-authorization-server" + u.Path, value + "/.well-known/openid-configuration"} {
		r := t.get(address)
		var doc document
		if r.status != http.StatusOK || json.Unmarshal(r.body, &doc) != nil || doc.Issuer != value || r.header.Get("Content-Type") != "application/json" {
			return "no such document at " + address
		}
	}
	return ""
}

func (t *tester) tryAuthorize(string) string {
	a := t.authorize(t.browser, request())
	if a.params.Get("state") != state {
		return "no state"
	}
	return a.code()
}

func (t *tester) tryToken(string) string { return t.clientToken(t.as(clientWeb), nil).code() }

// clientToken asks for a token for the client itself.
func (t *tester) clientToken(header http.Header, more url.Values) *reply {
	form := url.Values{"grant_type": {grantClient}, "scope": {t.apiScope()}}
	maps.Copy(form, more)
	return t.post(t.document.Token, form, header)
}

// apiScope is a scope of an API, which needs no user.
func (t *tester) apiScope() string {
	scopes := t.target.Cast.Clients[0].Scopes
	return scopes[len(scopes)-1]
}

func (t *tester) tryUserInfo(value string) string {
	out, code := t.tokens(clientWeb)
	if code != "" {
		return code
	}
	r := t.send(t.app(), http.MethodGet, value, nil, t.shows(out))
	if r.code() == "" && r.object()["sub"] != t.target.Cast.User.ID {
		return "another user"
	}
	return r.code()
}

func (t *tester) tryJWKS(value string) string {
	keys := t.keySet(value)
	if len(keys) == 0 {
		return "no key"
	}
	for _, key := range keys {
		for _, private := range []string{"d", "p", "q", "dp", "dq", "qi", "k"} {
			if _, has := key[private]; has {
				return "a private key"
			}
		}
		if text(key["kid"]) == "" || text(key["alg"]) == "" || key["use"] != "sig" {
			return "a key without kid, alg or use"
		}
	}
	return ""
}

func (t *tester) keySet(address string) []map[string]any {
	var set struct {
		Keys []map[string]any `json:"keys"`
	}
	r := t.get(address)
	if r.status != http.StatusOK || json.Unmarshal(r.body, &set) != nil {
		return nil
	}
	return set.Keys
}

func (t *tester) tryIntrospect(value string) string {
	token := t.clientToken(t.as(clientWeb), nil).object()
	r := t.post(value, url.Values{"token": {text(token["access_token"])}}, t.as(clientWeb))
	if r.code() == "" && r.object()["active"] != true {
		return "not active"
	}
	return r.code()
}

func (t *tester) tryRevoke(value string) string {
	token := url.Values{"token": {text(t.clientToken(t.as(clientWeb), nil).object()["access_token"])}}
	r := t.post(value, token, t.as(clientWeb))
	if code := r.code(); code != "" {
		return code
	}
	sent, came := t.sent, t.came
	if t.post(t.document.Introspect, token, t.as(clientWeb)).object()["active"] != false {
		return "still active"
	}
	t.sent, t.came = sent, came
	return ""
}

func (t *tester) tryPush(string) string {
	by, code := t.pushed(request())
	if code != "" {
		return code
	}
	a := t.authorize(t.browser, by)
	return a.code()
}

// tryPushOnly sends a request that was not pushed. That is refused where all
// must be pushed, and elsewhere to the client that is registered so.
func (t *tester) tryPushOnly(string) string {
	pushOnly := t.document.PushOnly
	t.document.PushOnly = false // send it plain
	defer func() { t.document.PushOnly = pushOnly }()
	if a := t.authorize(t.browser, request("client_id", clientPush)); a.code() == "" {
		return "a client that must push need not"
	}
	if a := t.authorize(t.browser, request()); a.code() == "" {
		return "a plain request works"
	}
	return ""
}

func (t *tester) tryDevice(value string) string {
	r := t.post(value, url.Values{"scope": {t.apiScope()}}, t.as(clientWeb))
	out := r.object()
	for _, name := range []string{"device_code", "user_code", "verification_uri"} {
		if r.code() == "" && text(out[name]) == "" {
			return "no " + name
		}
	}
	return r.code()
}

// absentProbes are members that a provider of this kind may have: while they
// are not advertised, the feature must not be there.
func absentProbes() []probe {
	meta := rfc("8414", "2")
	gone, unsigned := []string{"404"}, []string{notSigned}
	return []probe{
		{Rule: member("registration_endpoint", "Clients can register themselves", meta), known: []string{"/register"}, refusals: gone, try: (*tester).tryRegister},
		{Rule: member("tls_client_certificate_bound_access_tokens", "Tokens can be bound to a certificate", rfc("8705", "3.3")), known: yes(), refusals: []string{"no certificate in the token"}, try: (*tester).tryCertificate},
		{Rule: member("check_session_iframe", "A page can watch the session", discovery()), known: []string{"/check_session"}, refusals: gone, try: (*tester).tryGet},
		{Rule: member("introspection_signing_alg_values_supported", "What introspection says is signed with it", rfc("9701", "7")), known: []string{"RS256"}, refusals: unsigned, try: (*tester).trySignedIntrospection},
		{Rule: member("userinfo_signing_alg_values_supported", "What UserInfo says is signed with it", discovery()), known: []string{"RS256"}, refusals: unsigned, try: (*tester).trySignedUserInfo},
	}
}

// below completes a path to an address below the issuer.
func (t *tester) below(value string) string {
	if strings.HasPrefix(value, "/") {
		return t.target.Issuer + value
	}
	return value
}

func (t *tester) tryGet(value string) string { return t.get(t.below(value)).code() }

func (t *tester) tryRegister(value string) string {
	body := `{"redirect_uris":["` + redirectURI + `"]}`
	req, err := http.NewRequestWithContext(t.ctx, http.MethodPost, t.below(value), strings.NewReader(body))
	if err != nil {
		return "not an address"
	}
	req.Header.Set("Content-Type", "application/json")
	if token := t.target.Cast.initial; token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	r := t.do(t.app(), req, "POST "+strings.TrimPrefix(t.below(value), t.target.Issuer)+" redirect_uris")
	if r.code() == "" && text(r.object()["client_id"]) == "" {
		return "no client_id"
	}
	return r.code()
}

func (t *tester) tryCertificate(string) string {
	token := t.clientToken(t.as(clientWeb), nil).object()
	claims := part(text(token["access_token"]), 1)
	if cnf, ok := claims["cnf"].(map[string]any); ok && cnf["x5t#S256"] != nil {
		return ""
	}
	return "no certificate in the token"
}

// notSigned is the answer in plain JSON to who asked for a JWT.
const notSigned = "JSON, not signed"

// trySignedIntrospection asks for the answer as a JWT (RFC 9701 §4).
func (t *tester) trySignedIntrospection(alg string) string {
	header := t.as(clientWeb)
	header.Set("Accept", "application/token-introspection+jwt")
	return signedWith(t.post(t.document.Introspect, url.Values{"token": {"a-token-of-nobody"}}, header), alg)
}

// trySignedUserInfo asks for the claims as a JWT (OpenID Connect Core 1.0 §5.3.2).
func (t *tester) trySignedUserInfo(alg string) string {
	out, code := t.tokens(clientWeb)
	if code != "" {
		return code
	}
	header := t.shows(out)
	header.Set("Accept", "application/jwt")
	return signedWith(t.send(t.app(), http.MethodGet, t.document.UserInfo, nil, header), alg)
}

// signedWith tells whether the answer is a JWT that says it is signed with alg.
func signedWith(r *reply, alg string) string {
	if code := r.code(); code != "" {
		return code
	}
	if part(string(r.body), 0)["alg"] != alg {
		return notSigned
	}
	return ""
}

// algsOf are the algorithms of the published keys.
func (t *tester) algsOf() (algs []string) {
	for _, key := range t.keySet(t.document.JWKS) {
		if alg := text(key["alg"]); !slices.Contains(algs, alg) {
			algs = append(algs, alg)
		}
	}
	return algs
}
