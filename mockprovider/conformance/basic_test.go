package conformance

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"claimcheck/mockprovider"
	"claimcheck/mockprovider/internal/browser"
)

// opKeys are shared: an RSA key for each module would take most of the time.
var sharedKeys = sync.OnceValues(func() (*mockprovider.Keys, error) { return mockprovider.NewKeys() })

func opKeys(tb testing.TB) *mockprovider.Keys {
	tb.Helper()
	keys, err := sharedKeys()
	if err != nil {
		tb.Fatal(err)
	}
	return keys
}

// A module is one test of the suite, by its name there.
type module struct {
	name string
	run  func(*suite)
}

// basicModules is the plan "OpenID Connect Core: Basic Certification Profile
// Authorization server test".
var basicModules = []module{
	{"oidcc-server", server},
	{"oidcc-response-type-missing", responseTypeMissing},
	{"oidcc-idtoken-signature", idTokenSignature},
	{"oidcc-idtoken-unsigned", idTokenUnsigned},
	{"oidcc-userinfo-get", userInfoGet},
	{"oidcc-userinfo-post-header", userInfoPostHeader},
	{"oidcc-userinfo-post-body", userInfoPostBody},
	{"oidcc-ensure-request-without-nonce-succeeds-for-code-flow", withoutNonce},
	{"oidcc-scope-profile", scopeProfile},
	{"oidcc-scope-email", scopeEmail},
	{"oidcc-scope-address", scopeAddress},
	{"oidcc-scope-phone", scopePhone},
	{"oidcc-scope-all", scopeAll},
	{"oidcc-alternate-happy-flow", alternateHappyFlow},
	{"oidcc-display-page", ignored("display", "page")},
	{"oidcc-display-popup", ignored("display", "popup")},
	{"oidcc-prompt-login", promptLogin},
	{"oidcc-prompt-none-not-logged-in", promptNoneNotLoggedIn},
	{"oidcc-prompt-none-logged-in", promptNoneLoggedIn},
	{"oidcc-max-age-1", maxAge1},
	{"oidcc-max-age-10000", maxAge10000},
	{"oidcc-ensure-request-with-unknown-parameter-succeeds", ignored("extra", "foobar")},
	{"oidcc-id-token-hint", idTokenHint},
	{"oidcc-login-hint", ignored("login_hint", "bob@example.com")},
	{"oidcc-ui-locales", ignored("ui_locales", "se en")},
	{"oidcc-claims-locales", ignored("claims_locales", "se")},
	{"oidcc-ensure-request-with-acr-values-succeeds", ignored("acr_values", "1 2")},
	{"oidcc-codereuse", codeReuse},
	{"oidcc-codereuse-30seconds", codeReuse30Seconds},
	{"oidcc-ensure-registered-redirect-uri", ensureRegisteredRedirectURI},
	{"oidcc-ensure-post-request-succeeds", ensurePostRequestSucceeds},
	{"oidcc-server-client-secret-post", serverClientSecretPost},
	{"oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported", requestURIUnsigned},
	{"oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported", unsignedRequestObject},
	{"oidcc-claims-essential", claimsEssential},
	{"oidcc-ensure-request-object-with-redirect-uri", requestObjectWithRedirectURI},
	{"oidcc-refresh-token", refreshToken},
	{"oidcc-ensure-request-with-valid-pkce-succeeds", validPKCE},
}

// Basic OP.
func TestBasic(t *testing.T) { run(t, basicModules, "") }

// Form Post OP: the modules of Basic OP with response_mode=form_post.
func TestFormPost(t *testing.T) { run(t, basicModules, "form_post") }

func run(t *testing.T, modules []module, mode string) {
	t.Helper()
	t.Parallel()
	for _, m := range modules {
		t.Run(m.name, func(t *testing.T) {
			s := newSuite(t)
			s.mode = mode
			m.run(s)
		})
	}
}

// The whole flow works: authorization response, token response, ID token and
// UserInfo are what the specification says, and sub is the same throughout.
func server(s *suite) { s.flow() }

// A request without response_type gets an error page, or an error response with
// invalid_request or unsupported_response_type; never a code.
func responseTypeMissing(s *suite) {
	v := s.request("response_type", "-")
	page := s.goOn(s.open(v))
	if page.Answer() == nil {
		s.errorPage(page)
		return
	}
	s.refused(s.responseOf(page, v), "invalid_request", "unsupported_response_type")
}

// The signature of the ID token verifies with the published key that its kid
// names, and the algorithm is one that the metadata lists.
func idTokenSignature(s *suite) {
	p := s.flow()
	token, _, err := jwt.NewParser().ParseUnverified(p.token.str("id_token"), jwt.MapClaims{})
	if err != nil {
		s.Fatal(err)
	}
	var kids []string
	keys, _ := s.call(http.MethodGet, "/jwks", "").body["keys"].([]any)
	for _, key := range keys {
		members, _ := key.(map[string]any)
		kid, _ := members["kid"].(string)
		kids = append(kids, kid)
	}
	kid, _ := token.Header["kid"].(string)
	if !slices.Contains(kids, kid) || kid == "" || !slices.Contains(s.metadata().list("id_token_signing_alg_values_supported"), token.Method.Alg()) {
		s.Errorf("%v, published %v", token.Header, kids)
	}
}

// An unsigned ID token is only for who registered for it. Here nobody can: none
// is not in the metadata, and the ID token is signed.
func idTokenUnsigned(s *suite) {
	algs := s.metadata().list("id_token_signing_alg_values_supported")
	p := s.flow()
	if slices.Contains(algs, "none") || !slices.Contains(algs, "RS256") || strings.HasSuffix(p.token.str("id_token"), ".") {
		s.Errorf("algorithms %v, ID token %s", algs, p.token.str("id_token"))
	}
}

// UserInfo answers GET with the token in the header.
func userInfoGet(s *suite) { s.flow("scope", "openid profile") }

// UserInfo answers POST with the token in the header, and says the same.
func userInfoPostHeader(s *suite) {
	p := s.flow()
	s.sameUserInfo(p, s.call(http.MethodPost, "/userinfo", "", "Authorization", "Bearer "+p.token.str("access_token")))
}

// UserInfo answers POST with the token in the form, and says the same.
func userInfoPostBody(s *suite) {
	p := s.flow()
	s.sameUserInfo(p, s.call(http.MethodPost, "/userinfo", url.Values{"access_token": {p.token.str("access_token")}}.Encode()))
}

func (s *suite) sameUserInfo(p *pass, got *reply) {
	s.Helper()
	if got.status != http.StatusOK || got.raw != p.userInfo.raw {
		s.Errorf("%d %s, by GET %s", got.status, got.raw, p.userInfo.raw)
	}
}

// The code flow works without a nonce, and the ID token then has none.
func withoutNonce(s *suite) {
	if p := s.flow("nonce", "-"); p.claims["nonce"] != nil {
		s.Errorf("nonce %v", p.claims["nonce"])
	}
}

// The claims of each scope, with their JSON types (OpenID Connect Core 1.0 §5.1,
// §5.4).
var (
	profileClaims = []string{
		"name", "family_name", "given_name", "middle_name", "nickname", "preferred_username", "profile", "picture", "website",
		"gender", "birthdate", "zoneinfo", "locale", "updated_at",
	}
	emailClaims   = []string{"email", "email_verified"}
	addressClaims = []string{"address"}
	phoneClaims   = []string{"phone_number", "phone_number_verified"}
)

// scope=openid profile brings the claims of the profile, and no others.
func scopeProfile(s *suite) { s.scopeBrings("openid profile", profileClaims) }

// scope=openid email brings email and email_verified, and no others.
func scopeEmail(s *suite) { s.scopeBrings("openid email", emailClaims) }

// scope=openid address brings address as an object, and no others.
func scopeAddress(s *suite) { s.scopeBrings("openid address", addressClaims) }

// scope=openid phone brings phone_number and phone_number_verified, and no others.
func scopePhone(s *suite) { s.scopeBrings("openid phone", phoneClaims) }

// All scopes together bring all claims.
func scopeAll(s *suite) {
	s.scopeBrings("openid profile email address phone", profileClaims, emailClaims, addressClaims, phoneClaims)
}

func (s *suite) scopeBrings(scope string, lists ...[]string) {
	s.Helper()
	p := s.flow("scope", scope)
	want := []string{"sub"}
	for _, list := range lists {
		want = append(want, list...)
	}
	for _, name := range want {
		if p.userInfo.body[name] == nil {
			s.Errorf("%s: no %s", scope, name)
		}
	}
	for name, value := range p.userInfo.body {
		if !slices.Contains(want, name) || !rightType(name, value) {
			s.Errorf("%s: %s is %v (%T)", scope, name, value, value)
		}
	}
	if got := p.token.str("scope"); got != "" && !sameWords(got, scope) {
		s.Errorf("granted %q, asked for %q", got, scope)
	}
}

func rightType(name string, value any) bool {
	switch value := value.(type) {
	case bool:
		return name == "email_verified" || name == "phone_number_verified"
	case float64:
		return name == "updated_at"
	case map[string]any:
		return name == "address"
	case string:
		return value != "" && name != "email_verified" && name != "phone_number_verified" && name != "updated_at" && name != "address"
	}
	return false
}

func sameWords(a, b string) bool {
	one, other := strings.Fields(a), strings.Fields(b)
	for _, word := range one {
		if !slices.Contains(other, word) {
			return false
		}
	}
	return len(one) == len(other)
}

// The happy flow in another shape: the scopes in another order, a long state, no
// nonce.
func alternateHappyFlow(s *suite) {
	p := s.flow("scope", "email openid", "state", strings.Repeat("long-State_", 12), "nonce", strings.Repeat("n0nce", 20))
	if p.userInfo.body["email"] == nil {
		s.Errorf("UserInfo %s", p.userInfo.raw)
	}
}

// A parameter that asks for a nicety, or that nobody knows, disturbs nothing.
func ignored(name, value string) func(*suite) { return func(s *suite) { s.flow(name, value) } }

// prompt=login asks for the password again, and auth_time shows it.
func promptLogin(s *suite) {
	before := s.flow()
	s.op.Advance(2 * time.Second)
	after := s.again("prompt", "login", true)
	if !authTime(after).After(authTime(before)) {
		s.Errorf("auth_time %v, then %v", authTime(before), authTime(after))
	}
}

// again goes through a second request in the same browser, and looks whether the
// password was asked for.
func (s *suite) again(name, value string, asks bool) *pass {
	s.Helper()
	v := s.request(name, value)
	page := s.open(v)
	if got := page.Form("login") != nil; got != asks {
		s.Errorf("%s=%s: asked for the password: %v", name, value, got)
	}
	return s.redeem(v, s.responseOf(s.goOn(page), v), nil)
}

func authTime(p *pass) time.Time {
	seconds, _ := p.claims["auth_time"].(float64)
	return time.Unix(int64(seconds), 0)
}

// prompt=none without a login gets an error and no page.
func promptNoneNotLoggedIn(s *suite) {
	v := s.request("prompt", "none")
	s.refused(s.responseOf(s.open(v), v), "login_required", "interaction_required")
}

// prompt=none with a login answers at once: the same user, the same auth_time.
func promptNoneLoggedIn(s *suite) {
	before := s.remembered()
	s.op.Advance(time.Second)
	v := s.request("prompt", "none")
	after := s.redeem(v, s.responseOf(s.open(v), v), nil)
	s.sameLogin(before, after)
}

// remembered is a first flow in which the user lets the consent be remembered, as
// whoever runs the suite does: prompt=none shows no page to agree on.
func (s *suite) remembered() *pass {
	s.Helper()
	v := s.request()
	page := s.open(v)
	page = s.press(page, "login", "username", alice.Username, "password", alice.Password)
	page = s.follow(page)
	return s.redeem(v, s.responseOf(s.press(page, "allow", "remember", "yes"), v), nil)
}

func (s *suite) press(page *browser.Page, button string, changes ...string) *browser.Page {
	s.Helper()
	form := page.Form(button)
	if form == nil {
		s.Fatalf("no button %s: %d %s", button, page.Status, page.Body)
	}
	next, err := s.browser.Press(s.Context(), form, button, changes...)
	if err != nil {
		s.Fatal(err)
	}
	return next
}

// follow opens where the page redirects to, at the provider.
func (s *suite) follow(page *browser.Page) *browser.Page {
	s.Helper()
	if page.Location == nil || !strings.HasPrefix(page.Location.String(), s.op.Issuer()+"/") {
		s.Fatalf("%d to %v", page.Status, page.Location)
	}
	next, err := s.browser.Open(s.Context(), page.Location.String())
	if err != nil {
		s.Fatal(err)
	}
	return next
}

func (s *suite) sameLogin(before, after *pass) {
	s.Helper()
	if before.id.Subject != after.id.Subject || !authTime(before).Equal(authTime(after)) {
		s.Errorf("%v, then %v", before.claims, after.claims)
	}
}

// max_age=1 after more than a second asks for the password again, and the new
// ID token has a later auth_time that is recent.
func maxAge1(s *suite) {
	before := s.flow()
	s.op.Advance(2 * time.Second)
	after := s.again("max_age", "1", true)
	if age := s.op.Now().Sub(authTime(after)); !authTime(after).After(authTime(before)) || age > time.Minute {
		s.Errorf("auth_time %v, then %v", authTime(before), authTime(after))
	}
}

// max_age=10000 soon after a login asks for no password, and auth_time stays.
func maxAge10000(s *suite) {
	before := s.flow("max_age", "15000")
	s.op.Advance(2 * time.Second)
	s.sameLogin(before, s.again("max_age", "10000", false))
}

// id_token_hint of who is logged in, with prompt=none, answers at once for the
// same user.
func idTokenHint(s *suite) {
	before := s.remembered()
	v := s.request("prompt", "none", "id_token_hint", before.token.str("id_token"))
	s.sameLogin(before, s.redeem(v, s.responseOf(s.open(v), v), nil))
}

// A code that was used is refused at once with invalid_grant, and the access
// token that came of it is dead.
func codeReuse(s *suite) { s.reuse(0) }

// The same half a minute later, when the suite no longer lets it pass.
func codeReuse30Seconds(s *suite) { s.reuse(30 * time.Second) }

func (s *suite) reuse(later time.Duration) {
	s.Helper()
	p := s.flow()
	s.op.Advance(later)
	s.tokenError(s.post("/token", s.client, codeForm(p.code)), http.StatusBadRequest, "invalid_grant")
	got := s.call(http.MethodGet, "/userinfo", "", "Authorization", "Bearer "+p.token.str("access_token"))
	if got.status != http.StatusUnauthorized || !strings.Contains(got.header.Get("WWW-Authenticate"), `error="invalid_token"`) {
		s.Errorf("the access token of a code that was used twice: %d %v", got.status, got.header)
	}
}

// A redirect URI that is not registered gets an error page; the browser is sent
// nowhere.
func ensureRegisteredRedirectURI(s *suite) {
	s.errorPage(s.open(s.request("redirect_uri", callback+"/unregistered")))
}

// The authorization request as a form, by POST, works like the one by GET.
func ensurePostRequestSucceeds(s *suite) {
	v := s.request()
	page, err := s.browser.Post(s.Context(), s.op.Issuer()+"/authorize", v)
	if err != nil {
		s.Fatal(err)
	}
	s.redeem(v, s.responseOf(s.goOn(page), v), nil)
}

// A client that registered client_secret_post gets its tokens so, and the
// metadata lists the method.
func serverClientSecretPost(s *suite) {
	s.client = poster
	s.flow()
	if methods := s.metadata().list("token_endpoint_auth_methods_supported"); !slices.Contains(methods, "client_secret_post") {
		s.Errorf("methods %v", methods)
	}
}

// unsigned is a request object without a signature (RFC 9101 §4).
func (s *suite) unsigned(v url.Values) string {
	s.Helper()
	claims := jwt.MapClaims{"iss": s.client.id, "aud": s.op.Issuer()}
	for name := range v {
		claims[name] = v.Get(name)
	}
	object, err := jwt.NewWithClaims(jwt.SigningMethodNone, claims).SignedString(jwt.UnsafeAllowNoneSignatureType)
	if err != nil {
		s.Fatal(err)
	}
	return object
}

// takenOrRefused wants a request object that is processed, seen by its nonce in
// the ID token, or refused with one of the codes. To ignore it is a failure.
func (s *suite) takenOrRefused(v url.Values, nonce string, codes ...string) {
	s.Helper()
	page := s.goOn(s.open(v))
	answer := page.Answer()
	switch {
	case answer == nil:
		s.errorPage(page)
	case answer.Has("error"):
		s.refused(s.responseOf(page, v), codes...)
	default:
		expected := url.Values{"nonce": {nonce}, "state": v["state"], "response_mode": v["response_mode"]}
		s.redeem(expected, s.responseOf(page, v), nil)
	}
}

// A request_uri that points to an unsigned object is processed, or refused with
// request_uri_not_supported (invalid_request_uri where only pushed ones are taken).
func requestURIUnsigned(s *suite) {
	v := s.request("nonce", "outside", "request_uri", "https://suite.example/request-object")
	s.takenOrRefused(v, "inside", "request_uri_not_supported", "invalid_request_uri")
}

// An unsigned request object is processed, or refused with request_not_supported
// (invalid_request_object where only signed ones are taken).
func unsignedRequestObject(s *suite) {
	v := s.request("nonce", "outside")
	v.Set("request", s.unsigned(s.request("nonce", "inside")))
	s.takenOrRefused(v, "inside", "request_not_supported", "invalid_request_object")
}

// The redirect URI in a request object wins over the one beside it, or the
// object is refused. The one beside it is not registered, so it must never be
// gone to.
func requestObjectWithRedirectURI(s *suite) {
	v := s.request("nonce", "outside")
	v.Set("request", s.unsigned(s.request("nonce", "inside")))
	v.Set("redirect_uri", callback+"/unregistered")
	page := s.open(v)
	if page.Location != nil && strings.HasPrefix(page.Location.String(), callback+"/unregistered") {
		s.Errorf("redirected to %s", page.Location)
	}
	s.takenOrRefused(v, "inside", "request_not_supported", "invalid_request_object")
}

// claims asks for name at UserInfo. Where the metadata says that claims is
// supported, name comes, and there alone.
func claimsEssential(s *suite) {
	p := s.flow("claims", `{"userinfo":{"name":{"essential":true}}}`)
	if s.metadata().body["claims_parameter_supported"] == true && p.userInfo.str("name") == "" {
		s.Errorf("UserInfo %s", p.userInfo.raw)
	}
}

// A refresh token gives a new access token and an ID token about the same login,
// and is bound to its client.
func refreshToken(s *suite) {
	if grants := s.metadata().list("grant_types_supported"); !slices.Contains(grants, "refresh_token") {
		s.Errorf("grant types %v", grants)
	}
	before := s.flow("scope", "openid offline_access", "prompt", "consent")
	token := before.token.str("refresh_token")
	if token == "" || strings.ContainsFunc(token, func(r rune) bool { return r < 0x20 || r > 0x7e }) {
		s.Fatalf("refresh token %q", token)
	}
	refresh := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}}
	s.tokenError(s.post("/token", second, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}}), http.StatusBadRequest, "invalid_grant")
	s.op.Advance(time.Second)
	after := &pass{request: url.Values{}, token: s.post("/token", s.client, refresh)}
	s.checkToken(after)
	s.sameLogin(before, after)
	if after.token.str("access_token") == before.token.str("access_token") || after.id.IssuedAt.Before(before.id.IssuedAt) {
		s.Error("the refresh gave nothing new")
	}
	if info := s.userInfo(after.token); info.str("sub") != before.id.Subject {
		s.Errorf("UserInfo %s", info.raw)
	}
}

// The example of RFC 7636 Appendix B.
const (
	verifier  = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
	challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
)

// A request with an S256 challenge works with its verifier, and the metadata
// lists the method.
func validPKCE(s *suite) {
	s.finish(s.request("code_challenge", challenge, "code_challenge_method", "S256"), url.Values{"code_verifier": {verifier}})
	if methods := s.metadata().list("code_challenge_methods_supported"); !slices.Contains(methods, "S256") {
		s.Errorf("methods %v", methods)
	}
}
