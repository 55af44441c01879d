package conformance

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// fapiModules is the plan "FAPI2-Security-Profile-Final: Authorization server
// test", plain profile, with private_key_jwt, DPoP, unsigned requests and OpenID
// Connect. The names leave the prefix out.
var fapiModules = []struct {
	name string
	run  func(*fapi)
}{
	{"discovery-end-point-verification", fapiDiscovery},
	{"happy-flow", fapiHappyFlow},
	{"user-rejects-authentication", fapiUserRejects},
	{"ensure-authorization-request-without-state-success", fapiWith("state", "-")},
	{"ensure-authorization-request-without-nonce-success", fapiWith("nonce", "-")},
	{"ensure-authorization-request-with-64-char-nonce-success", fapiWith("nonce", strings.Repeat("64-chars", 8))},
	{"ensure-other-scope-order-succeeds", fapiWith("scope", "email openid")},
	{"test-claims-parameter-identity-claims", fapiClaimsParameter},
	{"access-token-type-header-case-sensitivity", fapiSchemeCase},
	{"check-dpop-proof-nbf-exp", fapiProofNbfExp},
	{"ensure-dpopproof-with-iat-10seconds-before-succeeds", fapiProofIat(-10 * time.Second)},
	{"ensure-dpopproof-with-iat-10seconds-after-succeeds", fapiProofIat(10 * time.Second)},
	{"ensure-mismatched-dpop-jkt-fails", fapiJKTMismatchAtPAR},
	{"ensure-token-endpoint-fails-with-mismatched-dpop-proof-jkt", fapiProofOfAnotherKey},
	{"ensure-token-endpoint-fails-with-mismatched-dpop-jkt", fapiJKTOfAnotherKey},
	{"ensure-dpopproof-at-par-endpoint-binding-success", fapiBoundAtPAR},
	{"ensure-dpop-auth-code-binding-success", fapiBoundByJKT},
	{"ensure-different-nonce-inside-and-outside-request-object", fapiOutside("nonce")},
	{"ensure-different-state-inside-and-outside-request-object", fapiOutside("state")},
	{"ensure-authorization-request-with-long-nonce", fapiLong("nonce")},
	{"ensure-authorization-request-with-long-state", fapiLong("state")},
	{"state-only-outside-request-object-not-used", fapiStateOnlyOutside},
	{"ensure-request-object-without-redirect-uri-fails", fapiNoRedirectURI},
	{"ensure-registered-redirect-uri", fapiUnregistered},
	{"plain-fapi-tolerate-unregistered-redirect-uri", fapiUnregistered},
	{"ensure-unsigned-authorization-request-without-using-par-fails", fapiWithoutPAR},
	{"ensure-redirect-uri-in-authorization-request", fapiNoRedirectURI},
	{"ensure-response-type-code-idtoken-fails", fapiResponseType("code id_token")},
	{"ensure-response-type-token-fails", fapiResponseType("token")},
	{"ensure-client-id-in-token-endpoint", fapiNoClient},
	{"ensure-holder-of-key-required", fapiHolderOfKey},
	{"ensure-authorization-code-is-bound-to-client", fapiCodeOfAnother},
	{"attempt-reuse-authorization-code-after-one-second", fapiReuse},
	{"ensure-token-endpoint-fails-with-expired-auth-code", fapiExpiredCode},
	{"ensure-signed-client-assertion-with-RS256-fails", fapiRS256Assertion},
	{"ensure-client-assertion-in-token-endpoint", fapiNoClient},
	{"ensure-client-assertion-with-exp-is-5-minutes-in-past-fails", fapiExpiredAssertion},
	{"ensure-client-assertion-with-wrong-aud-fails", fapiAssertionAud("https://suite.example/elsewhere")},
	{"ensure-client-assertion-with-no-sub-fails", fapiNoSub},
	{"dpop-negative-tests", fapiDPoPNegative},
	{"refresh-token", fapiRefresh},
	{"par-ensure-reused-request-uri-prior-to-auth-completion-succeeds", fapiReload},
	{"par-attempt-reuse-request_uri", fapiReuseURI},
	{"par-attempt-to-use-expired-request_uri", fapiExpiredURI},
	{"par-ensure-jwt-client-assertions-nbf-8-seconds-in-the-future-is-accepted", fapiNbf8},
	{"par-ensure-jwt-client-assertions-nbf-over-60-seconds-in-the-future-fails", fapiNbf60},
	{"par-attempt-to-use-request_uri-for-different-client", fapiURIOfAnother},
	{"par-authorization-request-containing-request_uri-form-param", fapiURIPushed},
	{"par-attempt-invalid-http-method", fapiPARMethods},
	{"par-ensure-pkce-required", fapiPARRefuses("invalid_request", "code_challenge", "-", "code_challenge_method", "-")},
	{"ensure-pkce-code-verifier-required", fapiVerifier("")},
	{"incorrect-pkce-code-verifier-rejected", fapiVerifier(strings.Repeat("x", 43))},
	{"par-plain-pkce-rejected", fapiPARRefuses("invalid_request", "code_challenge", verifier, "code_challenge_method", "plain")},
	{"par-without-duplicate-parameters", fapiHappyFlow},
	{"par-test-array-as-audience-fails", func(f *fapi) { f.audienceFails([]string{f.op.Issuer(), f.op.Issuer() + "/token"}) }},
	{"par-test-par-endpoint-url-as-audience-fails", func(f *fapi) { f.audienceFails(f.op.Issuer() + "/par") }},
	{"par-test-token-endpoint-url-as-audience-fails", func(f *fapi) { f.audienceFails(f.op.Issuer() + "/token") }},
}

// FAPI 2.0 Security Profile, plain.
func TestFAPI2(t *testing.T) {
	t.Parallel()
	for _, m := range fapiModules {
		t.Run("fapi2-security-profile-final-"+m.name, func(t *testing.T) { m.run(newFAPI(t)) })
	}
}

// The metadata has what FAPI 2.0 asks for: PAR and that it is required, S256, iss
// in the response, private_key_jwt and DPoP with the algorithms of the profile,
// and nothing that it forbids.
func fapiDiscovery(f *fapi) {
	meta := f.metadata()
	if meta.str("issuer") != f.op.Issuer() || meta.str("pushed_authorization_request_endpoint") == "" ||
		meta.body["authorization_response_iss_parameter_supported"] != true {
		f.Errorf("%s", meta.raw)
	}
	for name, want := range map[string]string{
		"code_challenge_methods_supported": "S256", "token_endpoint_auth_methods_supported": "private_key_jwt", "dpop_signing_alg_values_supported": "ES256",
		"token_endpoint_auth_signing_alg_values_supported": "ES256", "response_types_supported": "code",
	} {
		if !slices.Contains(meta.list(name), want) {
			f.Errorf("%s %v has no %s", name, meta.list(name), want)
		}
	}
	for name, never := range map[string][]string{
		"code_challenge_methods_supported": {"plain"}, "response_types_supported": {"token", "code id_token", "code token", "id_token"},
		"grant_types_supported": {"password", "implicit"}, "dpop_signing_alg_values_supported": {"none", "HS256"},
	} {
		for _, one := range never {
			if slices.Contains(meta.list(name), one) {
				f.Errorf("%s has %s", name, one)
			}
		}
	}
}

// PAR, authorization, token and resource: all as the profile wants it. The
// request in the browser has client_id and request_uri alone.
func fapiHappyFlow(f *fapi) { f.happy() }

func fapiWith(name, value string) func(*fapi) { return func(f *fapi) { f.happy(name, value) } }

// The user says no, and the client is told access_denied with state and iss.
func fapiUserRejects(f *fapi) {
	v := f.want()
	page := f.press(f.refer(f.one, f.pushed(v)), "login", "username", alice.Username, "password", alice.Password)
	f.refused(f.responseOf(f.press(f.follow(page), "deny"), v), "access_denied")
}

// Claims that the claims parameter asks for come at UserInfo, if the metadata
// says that the parameter is supported.
func fapiClaimsParameter(f *fapi) {
	v := f.want("claims", `{"userinfo":{"name":{"essential":true},"birthdate":null}}`)
	p := f.accepted(v, f.redeem(f.one, fapiCode(f.granted(v))))
	info := f.resource(p.token.str("access_token"))
	f.open200(info)
	if f.metadata().body["claims_parameter_supported"] == true && (info.str("name") == "" || info.str("birthdate") == "") {
		f.Errorf("UserInfo %s", info.raw)
	}
}

// The scheme in the Authorization header counts without its case.
func fapiSchemeCase(f *fapi) {
	token := f.happy().token.str("access_token")
	for _, scheme := range []string{"dpop", "DPOP", "dPoP"} {
		f.open200(f.call(http.MethodGet, "/userinfo", "", "Authorization", scheme+" "+token, "DPoP", f.proof(f.one, http.MethodGet, "/userinfo", token)))
	}
}

// nbf and exp in a proof do no harm.
func fapiProofNbfExp(f *fapi) {
	now := f.op.Now()
	times := []func(*signed){claim("nbf", now.Unix()), claim("exp", now.Add(5*time.Minute).Unix())}
	v := f.want()
	p := f.accepted(v, f.redeem(f.one, fapiCode(f.granted(v)), times...))
	f.open200(f.resource(p.token.str("access_token"), times...))
}

// A proof whose clock is ten seconds off is taken.
func fapiProofIat(off time.Duration) func(*fapi) {
	return func(f *fapi) {
		iat := claim("iat", f.op.Now().Add(off).Unix())
		v := f.want()
		p := f.accepted(v, f.redeem(f.one, fapiCode(f.granted(v)), iat))
		f.open200(f.resource(p.token.str("access_token"), iat))
	}
}

// A pushed request whose dpop_jkt is not the key of its proof is refused.
func fapiJKTMismatchAtPAR(f *fapi) {
	f.refusedAtPAR(f.push(f.one, f.want("dpop_jkt", thumbprint(fapiKeys()[2])), "DPoP", f.proof(f.one, http.MethodPost, "/par", "")),
		"invalid_request", "invalid_dpop_proof")
}

// A code bound by a proof at PAR is refused to another key.
func fapiProofOfAnotherKey(f *fapi) {
	stranger := fapiClient{f.one.id, fapiKeys()[2], nil}
	code := f.granted(f.want(), "DPoP", f.proof(stranger, http.MethodPost, "/par", ""))
	f.tokenError(f.redeem(f.one, fapiCode(code)), http.StatusBadRequest, "invalid_grant", "invalid_request", "invalid_dpop_proof")
}

// A code bound by dpop_jkt is refused to another key.
func fapiJKTOfAnotherKey(f *fapi) {
	code := f.granted(f.want("dpop_jkt", thumbprint(fapiKeys()[2])))
	f.tokenError(f.redeem(f.one, fapiCode(code)), http.StatusBadRequest, "invalid_grant", "invalid_request", "invalid_dpop_proof")
}

// A code bound by a proof at PAR is redeemed with that key.
func fapiBoundAtPAR(f *fapi) {
	v := f.want()
	f.accepted(v, f.redeem(f.one, fapiCode(f.granted(v, "DPoP", f.proof(f.one, http.MethodPost, "/par", "")))))
}

// A code bound by dpop_jkt is redeemed with that key.
func fapiBoundByJKT(f *fapi) {
	v := f.want("dpop_jkt", thumbprint(f.one.key))
	f.accepted(v, f.redeem(f.one, fapiCode(f.granted(v))))
}

// What is pushed counts, and not what the browser brings beside it.
func fapiOutside(name string) func(*fapi) {
	return func(f *fapi) {
		v := f.want()
		answer := f.responseOf(f.goOn(f.refer(f.one, f.pushed(v), name, "outside-1")), v)
		f.accepted(v, f.redeem(f.one, fapiCode(answer.Get("code"))))
	}
}

// A very long value is taken whole, or refused; it is never cut.
func fapiLong(name string) func(*fapi) {
	return func(f *fapi) { f.happy(name, strings.Repeat("0123456789abcdef", 64)) }
}

// A state that only the browser brings is not used.
func fapiStateOnlyOutside(f *fapi) {
	v := f.want("state", "-")
	answer := f.responseOf(f.goOn(f.refer(f.one, f.pushed(v), "state", "outside-1")), v)
	if answer.Has("state") {
		f.Errorf("%v", answer)
	}
}

// A pushed request without redirect_uri is refused.
func fapiNoRedirectURI(f *fapi) {
	f.refusedAtPAR(f.push(f.one, f.want("redirect_uri", "-")), "invalid_request")
}

// A redirect URI that is not registered is refused at PAR. The profile would
// tolerate it for a client that authenticates; this server does not.
func fapiUnregistered(f *fapi) {
	f.refusedAtPAR(f.push(f.one, f.want("redirect_uri", callback+"/unregistered")), "invalid_request", "invalid_redirect_uri")
}

// A request that was not pushed is refused.
func fapiWithoutPAR(f *fapi) {
	f.refusedInBrowser(f.open(f.want("client_id", f.one.id)), "invalid_request", "invalid_request_uri", "access_denied")
}

// A response type other than code is refused, at PAR already.
func fapiResponseType(kind string) func(*fapi) {
	return fapiPARRefuses("unsupported_response_type", "response_type", kind)
}

func fapiPARRefuses(code string, changes ...string) func(*fapi) {
	return func(f *fapi) {
		f.refusedAtPAR(f.push(f.one, f.want(changes...)), code, "invalid_request", "unauthorized_client")
	}
}

// A token request without client_id and assertion is refused.
func fapiNoClient(f *fapi) {
	code := f.granted(f.want())
	r := f.call(http.MethodPost, "/token", fapiCode(code).Encode(), "DPoP", f.proof(f.one, http.MethodPost, "/token", ""))
	f.refusedClient(r)
}

// refusedClient wants a refusal of the client, with 400 or 401.
func (f *fapi) refusedClient(r *reply) {
	f.Helper()
	status := http.StatusUnauthorized
	if r.status == http.StatusBadRequest {
		status = r.status
	}
	f.tokenError(r, status, "invalid_client", "invalid_request", "invalid_grant")
}

// A token request without a proof is refused, and a bound token is worth nothing
// without one.
func fapiHolderOfKey(f *fapi) {
	code := f.granted(f.want())
	f.tokenError(f.call(http.MethodPost, "/token", f.authenticated(f.one, fapiCode(code)).Encode()), http.StatusBadRequest, "invalid_dpop_proof", "invalid_request", "invalid_grant")
	token := f.happy().token.str("access_token")
	if r := f.call(http.MethodGet, "/userinfo", "", "Authorization", "Bearer "+token); r.status != http.StatusUnauthorized {
		f.Errorf("as a bearer token: %d", r.status)
	}
}

// A code is refused to another client.
func fapiCodeOfAnother(f *fapi) {
	f.tokenError(f.redeem(f.two, fapiCode(f.granted(f.want()))), http.StatusBadRequest, "invalid_grant")
}

// A code that was used a second ago is refused, and its token is dead.
func fapiReuse(f *fapi) {
	v := f.want()
	code := f.granted(v)
	token := f.accepted(v, f.redeem(f.one, fapiCode(code))).token.str("access_token")
	f.op.Advance(time.Second)
	f.tokenError(f.redeem(f.one, fapiCode(code)), http.StatusBadRequest, "invalid_grant")
	if r := f.resource(token); r.status != http.StatusUnauthorized {
		f.Errorf("the access token still works: %d", r.status)
	}
}

// A code is refused after 60 seconds.
func fapiExpiredCode(f *fapi) {
	code := f.granted(f.want())
	f.op.Advance(61 * time.Second)
	f.tokenError(f.redeem(f.one, fapiCode(code)), http.StatusBadRequest, "invalid_grant")
}

// asserted is a token request with a changed assertion.
func (f *fapi) asserted(changes ...func(*signed)) *reply {
	f.Helper()
	code := f.granted(f.want())
	form := f.authenticated(f.one, fapiCode(code), changes...)
	return f.call(http.MethodPost, "/token", form.Encode(), "DPoP", f.proof(f.one, http.MethodPost, "/token", ""))
}

// An assertion signed with RS256 is refused.
func fapiRS256Assertion(f *fapi) {
	f.refusedClient(f.asserted(by(jwt.SigningMethodRS256, f.one.rsa), head("kid", f.one.id+"-rsa")))
}

// An assertion that ended five minutes ago is refused.
func fapiExpiredAssertion(f *fapi) {
	now := f.op.Now()
	f.refusedClient(f.asserted(claim("exp", now.Add(-5*time.Minute).Unix()), claim("iat", now.Add(-6*time.Minute).Unix())))
}

// An assertion for another audience is refused.
func fapiAssertionAud(aud string) func(*fapi) {
	return func(f *fapi) { f.refusedClient(f.asserted(claim("aud", aud))) }
}

// An assertion without sub is refused.
func fapiNoSub(f *fapi) { f.refusedClient(f.asserted(claim("sub", nil))) }

// A refresh token goes on working under this policy, is bound to the client, and
// gives an ID token about the same login.
func fapiRefresh(f *fapi) {
	v := f.want("scope", "openid offline_access", "prompt", "consent")
	before := f.accepted(v, f.redeem(f.one, fapiCode(f.granted(v))))
	token := before.token.str("refresh_token")
	if token == "" {
		f.Fatal("no refresh token")
	}
	for range 2 { // no rotation: the old one stays (FAPI 2.0 Security Profile §5.3.2.1)
		after := f.accepted(url.Values{}, f.redeem(f.one, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}}))
		f.sameLogin(before, after)
		if renewed := after.token.str("refresh_token"); renewed != "" && renewed != token {
			f.Error("the refresh token rotates")
		}
		f.open200(f.resource(after.token.str("access_token")))
	}
	f.tokenError(f.redeem(f.two, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}}), http.StatusBadRequest, "invalid_grant", "invalid_client", "invalid_request")
}

// A request URI may be opened again before the user has answered.
func fapiReload(f *fapi) {
	v := f.want()
	uri := f.pushed(v)
	if page := f.refer(f.one, uri); page.Form("login") == nil {
		f.Fatalf("%d %v", page.Status, page.Location)
	}
	answer := f.responseOf(f.goOn(f.refer(f.one, uri)), v)
	f.accepted(v, f.redeem(f.one, fapiCode(answer.Get("code"))))
}

// A request URI is spent once the user has answered.
func fapiReuseURI(f *fapi) {
	v := f.want()
	uri := f.pushed(v)
	f.responseOf(f.goOn(f.refer(f.one, uri)), v)
	f.refusedInBrowser(f.goOn(f.refer(f.one, uri)), "invalid_request_uri", "invalid_request", "access_denied")
}

// A request URI is refused after its time.
func fapiExpiredURI(f *fapi) {
	r := f.push(f.one, f.want())
	life, _ := r.body["expires_in"].(float64)
	f.op.Advance(time.Duration(life+1) * time.Second)
	f.refusedInBrowser(f.refer(f.one, r.str("request_uri")), "invalid_request_uri", "invalid_request", "access_denied")
}

// parAsserted is a pushed request with a changed assertion.
func (f *fapi) parAsserted(changes ...func(*signed)) *reply {
	f.Helper()
	return f.call(http.MethodPost, "/par", f.authenticated(f.one, f.want("client_id", f.one.id), changes...).Encode())
}

// An assertion whose nbf is eight seconds ahead is taken.
func fapiNbf8(f *fapi) {
	if r := f.parAsserted(claim("nbf", f.op.Now().Add(8*time.Second).Unix()), claim("iat", f.op.Now().Add(8*time.Second).Unix())); r.status != http.StatusCreated {
		f.Errorf("%d %s", r.status, r.raw)
	}
}

// An assertion whose nbf is more than a minute ahead is refused.
func fapiNbf60(f *fapi) {
	f.refusedClient(f.parAsserted(claim("nbf", f.op.Now().Add(70*time.Second).Unix()), claim("exp", f.op.Now().Add(130*time.Second).Unix())))
}

// A request URI is refused to another client than the one that pushed.
func fapiURIOfAnother(f *fapi) {
	f.refusedInBrowser(f.refer(f.two, f.pushed(f.want())), "invalid_request_uri", "invalid_request")
}

// A request_uri in a pushed request is refused.
func fapiURIPushed(f *fapi) {
	f.refusedAtPAR(f.push(f.one, f.want("request_uri", "urn:ietf:params:oauth:request_uri:some")), "invalid_request", "invalid_request_object")
}

// The PAR endpoint takes POST alone.
func fapiPARMethods(f *fapi) {
	for _, method := range []string{http.MethodGet, http.MethodPut} {
		r := f.call(method, "/par", f.authenticated(f.one, f.want("client_id", f.one.id)).Encode())
		if r.status != http.StatusMethodNotAllowed || r.header.Get("Allow") == "" || r.body["request_uri"] != nil {
			f.Errorf("%s: %d %s", method, r.status, r.raw)
		}
	}
}

// A token request without the verifier, or with another, is refused.
func fapiVerifier(value string) func(*fapi) {
	return func(f *fapi) {
		form := fapiCode(f.granted(f.want()))
		set(form, []string{"code_verifier", value})
		f.tokenError(f.redeem(f.one, form), http.StatusBadRequest, "invalid_grant")
	}
}

// An assertion is for the issuer alone (RFC 10070): an array, or the address of an
// endpoint, is refused at PAR.
func (f *fapi) audienceFails(aud any) {
	f.Helper()
	r := f.parAsserted(claim("aud", aud))
	f.refusedClient(r)
	if r.str("error") != "invalid_client" {
		f.Errorf("%s", r.raw)
	}
}
