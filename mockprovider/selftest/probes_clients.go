package selftest

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
)

// clientProbes are how a client proves who it is, and that a token is its own.
func clientProbes() []probe {
	meta := rfc("8414", "2")
	methods := []string{"none", "client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt", "tls_client_auth", "self_signed_tls_client_auth"}
	refused := []string{"invalid_client"}
	at := func(endpoint func(*tester, authenticated) string) func(*tester, string) string {
		return func(t *tester, method string) string { return endpoint(t, t.authenticate(method, "ES256")) }
	}
	withAlg := func(endpoint func(*tester, authenticated) string) func(*tester, string) string {
		return func(t *tester, alg string) string {
			method := "private_key_jwt"
			if strings.HasPrefix(alg, "HS") {
				method = "client_secret_jwt"
			}
			return endpoint(t, t.authenticate(method, alg))
		}
	}
	return []probe{
		{Rule: member("token_endpoint_auth_methods_supported", "A client can authenticate by it", meta), known: methods, refusals: refused, try: at((*tester).atToken)},
		{Rule: member("introspection_endpoint_auth_methods_supported", "The same, at introspection", meta), known: methods, refusals: refused, try: at((*tester).atIntrospection)},
		{Rule: member("revocation_endpoint_auth_methods_supported", "The same, at revocation", meta), known: methods, refusals: refused, try: at((*tester).atRevocation)},
		{Rule: member("token_endpoint_auth_signing_alg_values_supported", "An assertion can be signed with it", meta), known: signatures(), refusals: refused, try: withAlg((*tester).atToken)},
		{Rule: member("introspection_endpoint_auth_signing_alg_values_supported", "The same, at introspection", meta), known: signatures(), refusals: refused, try: withAlg((*tester).atIntrospection)},
		{Rule: member("revocation_endpoint_auth_signing_alg_values_supported", "The same, at revocation", meta), known: signatures(), refusals: refused, try: withAlg((*tester).atRevocation)},
		{Rule: member("dpop_signing_alg_values_supported", "A DPoP proof can be signed with it", rfc("9449", "5.1")), known: signatures(), refusals: []string{"invalid_dpop_proof"}, try: (*tester).tryProof},
	}
}

// authenticated is how a client shows who it is.
type authenticated struct {
	client string
	form   url.Values
	header http.Header
}

// authenticate shows who the client is by the method. A certificate can't be
// shown to this server, and so no client is registered for one. Such a client
// would send its client_id alone (RFC 8705 §2).
func (t *tester) authenticate(method, alg string) authenticated {
	switch method {
	case "none":
		return authenticated{client: clientPublic, form: url.Values{"client_id": {clientPublic}}}
	case "client_secret_basic":
		return authenticated{client: clientWeb, header: basic(clientWeb)}
	case "client_secret_post":
		return authenticated{client: clientPost, form: url.Values{"client_id": {clientPost}, "client_secret": {testSecret}}}
	case "client_secret_jwt":
		if alg == "ES256" {
			alg = "HS256"
		}
		return authenticated{client: clientHMAC, form: t.assertion(clientHMAC, alg)}
	case "private_key_jwt":
		return authenticated{client: clientKeys, form: t.assertion(clientKeys, alg)}
	}
	return authenticated{client: clientTLS, form: url.Values{"client_id": {clientTLS}}}
}

func (t *tester) atToken(who authenticated) string {
	if who.client != clientPublic {
		return t.clientToken(who.header, who.form).code()
	}
	// A public client gets tokens for a user only (RFC 6749 §4.4).
	_, code := t.tokens(clientPublic)
	return code
}

func (t *tester) atIntrospection(who authenticated) string {
	return t.asks(t.document.Introspect, who)
}

func (t *tester) atRevocation(who authenticated) string { return t.asks(t.document.Revoke, who) }

// asks sends a token that nobody knows: an answer about it is for who has
// authenticated.
func (t *tester) asks(address string, who authenticated) string {
	form := url.Values{"token": {"unknown"}}
	maps.Copy(form, who.form)
	return t.post(address, form, who.header).code()
}

// tryProof asks for a token that is bound to a key (RFC 9449 §5).
func (t *tester) tryProof(alg string) string {
	proof := t.proof(alg, http.MethodPost, t.document.Token, "")
	header := t.as(clientWeb)
	header[headerProof] = []string{proof}
	r := t.clientToken(header, nil)
	if r.code() == "" && r.object()["token_type"] != "DPoP" {
		return "a bearer token"
	}
	return r.code()
}
