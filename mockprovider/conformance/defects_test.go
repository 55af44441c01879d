package conformance

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"claimcheck/mockprovider"
	"claimcheck/mockprovider/internal/browser"
)

// What other mock providers get wrong, each as it was read in one of them, and
// turned round: here it is right.
var defects = []module{
	{"response_types_advertised_and_refused", responseTypesAreTrue},
	{"verifier_missing_is_accepted", verifierMissing},
	{"verifier_missing_is_accepted_of_confidential_clients_only", verifierMissingByKind},
	{"unknown_grant_type_is_invalid_grant", unknownGrantType},
	{"any_client_any_secret", anyClient},
	{"any_redirect_uri", anyRedirectURI},
	{"redirect_uri_as_an_unanchored_pattern", unanchoredRedirectURI},
	{"logout_redirects_anywhere", logoutAnywhere},
	{"revocation_wants_a_hint", revocationHint},
	{"metadata_leaves_out_what_defaults_get_wrong", metadataDefaults},
	{"code_is_never_checked", codeUnchecked},
	{"refresh_token_is_never_checked", refreshUnchecked},
	{"refresh_token_never_rotates", refreshRotates},
	{"sub_is_always_the_same_user", subFollowsTheUser},
	{"sub_differs_between_access_token_and_id_token", subIsOne},
	{"wrong_verifier_and_yet_a_token", wrongVerifier},
	{"introspection_is_always_active", introspectionOfAnything},
	{"auth_method_advertised_and_refused", authMethodsAreTrue},
	{"invalid_grant_as_401", invalidGrantIs400},
	{"state_is_mandatory", stateIsOptional},
	{"errors_are_never_redirected", errorsAreRedirected},
	{"introspection_and_revocation_without_authentication", queriesAreAuthenticated},
	{"resource_is_not_read", resourceIsRead},
	{"private_key_in_the_key_set", discovery},
	{"endpoint_advertised_and_missing", endpointsAreThere},
	{"challenge_without_its_case", challengeCase},
	{"reuse_leaves_the_family_alone", familyIsRevoked},
	{"token_errors_in_plain_text", tokenErrorsAreJSON},
	{"userinfo_401_without_a_challenge", userInfoChallenges},
	{"error_codes_nobody_registered", registeredCodes},
}

func TestDefects(t *testing.T) { run(t, defects, "") }

// token sends a token request as the client and wants an error.
func (s *suite) tokenRefused(form url.Values, status int, code string) {
	s.Helper()
	s.tokenError(s.post("/token", s.client, form), status, code)
}

// withPKCE is a fresh code that is bound to a challenge.
func (s *suite) withPKCE() url.Values {
	s.Helper()
	return codeForm(s.answer(s.request("code_challenge", challenge, "code_challenge_method", "S256")).Get("code"))
}

// Each response type of the metadata gives an answer without an error; each other
// one is refused by its name, and not as a bad grant.
func responseTypesAreTrue(s *suite) {
	offered := s.metadata().list("response_types_supported")
	for _, kind := range []string{"code", "token", "id_token", "none", "code token", "code id_token", "id_token token", "code id_token token"} {
		page := s.open(s.request("response_type", kind))
		if slices.Contains(offered, kind) {
			if page.Form("login") == nil && page.Form("allow") == nil {
				s.Errorf("%s is offered: %d %v", kind, page.Status, page.Location)
			}
			continue
		}
		if got := page.Answer(); got.Get("error") != "unsupported_response_type" {
			s.Errorf("%s is not offered: %d %v", kind, page.Status, page.Location)
		}
	}
}

// A code that was asked for with a challenge is not redeemed without a verifier.
func verifierMissing(s *suite) { s.tokenRefused(s.withPKCE(), http.StatusBadRequest, "invalid_grant") }

// Whether a client has a secret changes nothing about that.
func verifierMissingByKind(s *suite) {
	for _, secret := range []string{first.secret, ""} {
		s := newSuite(s.T, func(c *mockprovider.Config) {
			if c.Clients[0].Secret = secret; secret == "" {
				c.Clients[0].TokenEndpointAuthMethod = "none"
			}
		})
		form := s.withPKCE()
		if secret == "" {
			s.client = client{id: first.id, method: "none"}
			form.Set("client_id", first.id)
		}
		s.tokenRefused(form, http.StatusBadRequest, "invalid_grant")
		form.Set("code_verifier", verifier) // the code is still good
		if r := s.post("/token", s.client, form); r.status != http.StatusOK {
			s.Errorf("secret %q: %d %s", secret, r.status, r.raw)
		}
	}
}

// A grant type that nobody knows is unsupported_grant_type.
func unknownGrantType(s *suite) {
	s.tokenRefused(url.Values{"grant_type": {"magic"}}, http.StatusBadRequest, "unsupported_grant_type")
}

// An unknown client and a wrong secret are refused, and look the same.
func anyClient(s *suite) {
	form := codeForm(s.answer(s.request()).Get("code"))
	var seen []string
	for _, wrong := range []client{{"nobody", first.secret, first.method}, {first.id, "wrong", first.method}, {first.id, second.secret, first.method}} {
		r := s.post("/token", wrong, form)
		s.tokenError(r, http.StatusUnauthorized, "invalid_client")
		seen = append(seen, r.str("error"))
	}
	s.errorPage(s.open(s.request("client_id", "nobody")))
	if r := s.post("/token", s.client, form); r.status != http.StatusOK || len(seen) != 3 {
		s.Errorf("the code is burnt: %d %s", r.status, r.raw)
	}
}

// The redirect URI counts at both endpoints.
func anyRedirectURI(s *suite) {
	s.errorPage(s.open(s.request("redirect_uri", "https://evil.example/callback")))
	form := codeForm(s.answer(s.request()).Get("code"))
	form.Set("redirect_uri", "https://evil.example/callback")
	s.tokenRefused(form, http.StatusBadRequest, "invalid_grant")
}

// A redirect URI that only contains the registered one is another one.
func unanchoredRedirectURI(s *suite) {
	for _, uri := range []string{
		"https://evil.example/?" + callback, "https://evil.example/" + callback, callback + ".evil.example", callback + "/..",
		"https://suite.example@evil.example/callback", "https://suite.example.evil.example/callback", "HTTPS://SUITE.EXAMPLE/CALLBACK",
	} {
		s.errorPage(s.open(s.request("redirect_uri", uri)))
	}
}

// After a logout the browser goes to registered places alone.
func logoutAnywhere(s *suite) {
	s.errorPage(s.logOut("post_logout_redirect_uri", "https://evil.example/"))
}

// A token is revoked whatever the hint says about it.
func revocationHint(s *suite) {
	for _, hint := range []string{"", "access_token", "refresh_token", "unheard_of"} {
		for _, kind := range []string{"access_token", "refresh_token"} {
			token := s.flow().token.str(kind)
			form := url.Values{"token": {token}}
			if hint != "" {
				form.Set("token_type_hint", hint)
			}
			if r := s.post("/revoke", s.client, form); r.status != http.StatusOK || r.raw != "" {
				s.Errorf("%s, hint %q: %d %s", kind, hint, r.status, r.raw)
			}
			if r := s.post("/introspect", s.client, url.Values{"token": {token}}); r.body["active"] != false || len(r.body) != 1 {
				s.Errorf("%s, hint %q: still %s", kind, hint, r.raw)
			}
		}
	}
}

// The metadata says what its defaults would get wrong (RFC 8414 §2).
func metadataDefaults(s *suite) {
	meta := s.metadata()
	for _, name := range []string{
		"grant_types_supported", "token_endpoint_auth_methods_supported", "scopes_supported", "response_modes_supported",
		"revocation_endpoint_auth_methods_supported", "introspection_endpoint_auth_methods_supported", "code_challenge_methods_supported",
	} {
		if len(meta.list(name)) == 0 {
			s.Errorf("no %s", name)
		}
	}
}

// A code that was not issued is refused, and one that was used.
func codeUnchecked(s *suite) {
	s.tokenRefused(codeForm("made-up"), http.StatusBadRequest, "invalid_grant")
	s.reuse(0)
}

// A refresh token that was not issued is refused, and an access token is none.
func refreshUnchecked(s *suite) {
	for _, token := range []string{"made-up", s.flow().token.str("access_token")} {
		s.tokenRefused(url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}}, http.StatusBadRequest, "invalid_grant")
	}
}

// A refresh token is good for one refresh, which gives the next one.
func refreshRotates(s *suite) {
	form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {s.flow().token.str("refresh_token")}}
	next := s.post("/token", s.client, form)
	if next.str("refresh_token") == "" || next.str("refresh_token") == form.Get("refresh_token") {
		s.Fatalf("%d %s", next.status, next.raw)
	}
	s.tokenRefused(form, http.StatusBadRequest, "invalid_grant")
}

// bob is a second user.
func bob(c *mockprovider.Config) {
	c.Users = append(c.Users, mockprovider.User{ID: "u-bob", Username: "bob", Password: "bob"})
}

// Who logs in is who the tokens are about.
func subFollowsTheUser(s *suite) {
	two := newSuite(s.T, bob)
	for _, user := range []string{"alice", "bob"} {
		two.browser = browser.New(two.op.Client().Transport)
		v := two.request()
		page, err := two.browser.SignIn(two.Context(), two.op.Issuer(), two.op.Issuer()+"/authorize?"+v.Encode(), user, user)
		if err != nil {
			two.Fatal(err)
		}
		if p := two.redeem(v, two.responseOf(page, v), nil); p.id.Subject != "u-"+user {
			two.Errorf("%s is %s", user, p.id.Subject)
		}
	}
}

// Whatever names the user names the same one: access token, ID token, UserInfo and
// introspection; also with the password grant.
func subIsOne(s *suite) {
	legacy := newSuite(s.T, func(c *mockprovider.Config) {
		c.Policy = mockprovider.PolicyRFC6749
		c.Clients[0].GrantTypes = []string{"password", "authorization_code"}
	})
	byPassword := legacy.post("/token", first, url.Values{"grant_type": {"password"}, "username": {"alice"}, "password": {"alice"}, "scope": {"openid"}})
	p := legacy.flow()
	for name, token := range map[string]string{
		"password": byPassword.str("access_token"), "access token": p.token.str("access_token"), "ID token": p.token.str("id_token"),
	} {
		if sub, err := subjectOf(token); err != nil || sub != "u-alice" {
			legacy.Errorf("%s: sub %q, %v", name, sub, err)
		}
	}
	for _, token := range []*reply{byPassword, p.token} {
		known := legacy.post("/introspect", first, url.Values{"token": {token.str("access_token")}})
		if known.str("sub") != "u-alice" || legacy.userInfo(token).str("sub") != "u-alice" {
			legacy.Errorf("%s", known.raw)
		}
	}
}

func subjectOf(token string) (string, error) {
	var claims jwt.RegisteredClaims
	_, _, err := jwt.NewParser().ParseUnverified(token, &claims)
	return claims.Subject, err
}

// A wrong verifier gives an error and nothing after it.
func wrongVerifier(s *suite) {
	for _, wrong := range []string{strings.Repeat("w", 43), challenge, strings.ToUpper(verifier), verifier + "x", "short"} {
		form := s.withPKCE()
		form.Set("code_verifier", wrong)
		r := s.post("/token", s.client, form)
		s.tokenError(r, http.StatusBadRequest, "invalid_grant")
		if strings.Contains(r.raw, "access_token") || strings.Count(r.raw, "{") != 1 {
			s.Errorf("%s", r.raw)
		}
	}
}

// Of what is no active token, introspection says that it is inactive, and nothing
// else.
func introspectionOfAnything(s *suite) {
	p := s.flow()
	for _, token := range []string{"anything", "eyJhbGciOiJub25lIn0.e30.", p.token.str("id_token"), p.token.str("access_token") + "x", p.code} {
		if r := s.post("/introspect", s.client, url.Values{"token": {token}}); r.status != http.StatusOK || r.body["active"] != false || len(r.body) != 1 {
			s.Errorf("%q: %d %s", token, r.status, r.raw)
		}
	}
	if r := s.post("/introspect", s.client, url.Values{"token": {p.token.str("access_token")}}); r.body["active"] != true {
		s.Errorf("a good token: %s", r.raw)
	}
}

// A secret is taken in the header and in the body, each of who registered so, and
// the metadata lists both.
func authMethodsAreTrue(s *suite) {
	methods := s.metadata().list("token_endpoint_auth_methods_supported")
	for _, one := range []client{first, poster} {
		s.client = one
		s.flow()
		if !slices.Contains(methods, one.method) {
			s.Errorf("%v has no %s", methods, one.method)
		}
	}
}

// What is wrong with a code, a verifier or a refresh token is 400; 401 is about
// the client.
func invalidGrantIs400(s *suite) {
	codeUnchecked(s)
	refreshUnchecked(s)
	verifierMissing(s)
}

// A request without state is answered without state.
func stateIsOptional(s *suite) { s.flow("state", "-") }

// Once client and redirect URI are known, errors go to the client.
func errorsAreRedirected(s *suite) {
	for want, changes := range map[string][]string{
		"invalid_scope":             {"scope", "unheard:of"},
		"unsupported_response_type": {"response_type", "magic"},
		"login_required":            {"prompt", "none"},
		"invalid_request":           {"max_age", "soon"},
	} {
		v := s.request(changes...)
		s.refused(s.responseOf(s.open(v), v), want)
	}
}

// Introspection and revocation are for clients that say who they are, by the
// methods that the metadata lists for them.
func queriesAreAuthenticated(s *suite) {
	token := s.flow().token.str("access_token")
	for _, path := range []string{"/introspect", "/revoke"} {
		for _, as := range []client{{}, {first.id, "wrong", first.method}} {
			if r := s.post(path, as, url.Values{"token": {token}}); r.status != http.StatusUnauthorized || r.str("error") != "invalid_client" {
				s.Errorf("%s: %d %s", path, r.status, r.raw)
			}
		}
	}
	if r := s.post("/revoke", second, url.Values{"token": {token}}); r.status == http.StatusOK {
		s.Errorf("another client revokes: %d", r.status)
	}
	s.userInfo(&reply{body: map[string]any{"access_token": token}})
}

// resource decides for whom the token is (RFC 8707 §2).
func resourceIsRead(s *suite) {
	two := newSuite(s.T, func(c *mockprovider.Config) {
		c.APIs = []mockprovider.API{
			{Audience: "https://one.example", Scopes: map[string]string{"read": "read"}},
			{Audience: "https://two.example", Scopes: map[string]string{"read": "read"}},
		}
		c.Clients[0].GrantTypes = []string{"client_credentials"}
	})
	form := url.Values{"grant_type": {"client_credentials"}, "scope": {"read"}, "resource": {"https://two.example"}}
	var claims jwt.RegisteredClaims
	r := two.post("/token", first, form)
	if _, _, err := jwt.NewParser().ParseUnverified(r.str("access_token"), &claims); err != nil || len(claims.Audience) != 1 || claims.Audience[0] != "https://two.example" {
		two.Errorf("%s: %v", r.raw, claims.Audience)
	}
	form.Set("resource", "https://three.example")
	two.tokenError(two.post("/token", first, form), http.StatusBadRequest, "invalid_target")
}

// Every endpoint that the metadata names is there.
func endpointsAreThere(s *suite) {
	for name, value := range s.metadata().body {
		address, _ := value.(string)
		if !strings.HasSuffix(name, "_endpoint") && name != "jwks_uri" || address == "" {
			continue
		}
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			if r := s.call(method, strings.TrimPrefix(address, s.op.Issuer()), ""); r.status == http.StatusNotFound || r.status >= 500 {
				s.Errorf("%s: %s answers %d", name, method, r.status)
			}
		}
	}
}

// A challenge is compared with its case: one that differs only in it has no
// verifier.
func challengeCase(s *suite) {
	form := codeForm(s.answer(s.request("code_challenge", strings.ToLower(challenge), "code_challenge_method", "S256")).Get("code"))
	form.Set("code_verifier", verifier)
	s.tokenRefused(form, http.StatusBadRequest, "invalid_grant")
}

// A refresh token that is used twice ends the whole family: the active refresh
// token and the access tokens too.
func familyIsRevoked(s *suite) {
	old := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {s.flow().token.str("refresh_token")}}
	next := s.post("/token", s.client, old)
	s.userInfo(next)
	s.tokenRefused(old, http.StatusBadRequest, "invalid_grant")
	s.tokenRefused(url.Values{"grant_type": {"refresh_token"}, "refresh_token": {next.str("refresh_token")}}, http.StatusBadRequest, "invalid_grant")
	if r := s.call(http.MethodGet, "/userinfo", "", "Authorization", "Bearer "+next.str("access_token")); r.status != http.StatusUnauthorized {
		s.Errorf("the access token still works: %d", r.status)
	}
}

// Whatever is wrong with a token request, the answer is JSON with a registered
// code (RFC 6749 §5.2).
func tokenErrorsAreJSON(s *suite) {
	registered := []string{"invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type", "invalid_scope"}
	for _, body := range []string{"", "grant_type=authorization_code", "grant_type=magic", "%zz", "client_id=nobody&grant_type=authorization_code", "grant_type=a&grant_type=b"} {
		r := s.call(http.MethodPost, "/token", body, "Authorization", basic(first))
		if !slices.Contains(registered, r.str("error")) || !strings.HasPrefix(r.header.Get("Content-Type"), "application/json") || r.header.Get("Cache-Control") != "no-store" {
			s.Errorf("%q: %d %s %v", body, r.status, r.raw, r.header)
		}
	}
}

// A 401 of UserInfo says what to do (RFC 6750 §3), with an error code only if
// there was a token.
func userInfoChallenges(s *suite) {
	bare := s.call(http.MethodGet, "/userinfo", "")
	wrong := s.call(http.MethodGet, "/userinfo", "", "Authorization", "Bearer made-up")
	if challenge := bare.header.Get("WWW-Authenticate"); bare.status != http.StatusUnauthorized || !strings.HasPrefix(challenge, "Bearer ") || strings.Contains(challenge, "error") {
		s.Errorf("%d %s", bare.status, challenge)
	}
	if challenge := wrong.header.Get("WWW-Authenticate"); wrong.status != http.StatusUnauthorized || !strings.HasPrefix(challenge, "Bearer ") || !strings.Contains(challenge, `error="invalid_token"`) {
		s.Errorf("%d %s", wrong.status, challenge)
	}
}

// The error codes of a wrong verifier, an unknown grant type and a wrong secret
// are the registered ones, with their status.
func registeredCodes(s *suite) {
	wrongVerifier(s)
	unknownGrantType(s)
	anyClient(s)
}
