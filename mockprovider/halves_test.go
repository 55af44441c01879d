package mockprovider

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"claimcheck/playground"
)

// The tests of this file are about rules whose condition has several parts. Each
// request fails, or passes, by one of them alone.

// authorizes sends the valid authorization request with changes, under a policy.
func authorizes(t *testing.T, policy Policy, changes ...string) (*idp, url.Values, int) {
	t.Helper()
	i := newIDP(t, func(cfg *Config) { cfg.Policy = policy })
	r := &request{method: http.MethodGet, path: "/authorize", values: validAuthorization()}
	sets(changes...)(i, r)
	return i, r.values, i.authorize(r.values).Code
}

// RFC 9700 §2.1: each of state, PKCE and the nonce of an OpenID request ties the
// answer to the browser. A nonce without openid does not: no ID token comes back.
func TestEachBindingIsEnough(t *testing.T) {
	none := []string{"state", "-", "code_challenge", "-", "code_challenge_method", "-", "nonce", "-"}
	for name, tt := range map[string]struct {
		changes []string
		want    playground.Status
	}{
		"none":                 {nil, playground.StatusWarn},
		"state":                {[]string{"state", "abc"}, playground.StatusPass},
		"PKCE":                 {[]string{"code_challenge", challenge, "code_challenge_method", "S256"}, playground.StatusPass},
		"nonce":                {[]string{"nonce", "n", "scope", "openid"}, playground.StatusPass},
		"nonce without openid": {[]string{"nonce", "n", "scope", "steps:read"}, playground.StatusWarn},
		"openid without nonce": {[]string{"scope", "openid"}, playground.StatusWarn},
	} {
		i, _, _ := authorizes(t, PolicyPermissive, slices.Concat(none, tt.changes)...)
		if got := i.row("csrf_binding").Status; got != tt.want {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
	}
}

// RFC 7636 §4.2: a challenge has the length of a hash with S256 alone, and the
// characters of base64url always.
func TestChallengeSyntaxByMethod(t *testing.T) {
	strange := strings.Replace(challenge, challenge[5:6], "+", 1)
	for _, tt := range []struct {
		method, challenge string
		want              playground.Status
	}{
		{"S256", challenge, playground.StatusPass},
		{"S256", challenge + "a", playground.StatusFail},
		{"S256", strange, playground.StatusFail},
		{"plain", challenge + "a", playground.StatusPass},
		{"plain", strange, playground.StatusFail},
		{"plain", strings.Repeat("a", 128), playground.StatusPass},
		{"plain", strings.Repeat("a", 129), playground.StatusFail},
		{"plain", strings.Repeat("a", 42), playground.StatusFail},
	} {
		i, _, _ := authorizes(t, PolicyRFC6749, "code_challenge_method", tt.method, "code_challenge", tt.challenge)
		if got := i.row("code_challenge_syntax").Status; got != tt.want {
			t.Errorf("%s %s: %s, want %s", tt.method, tt.challenge, got, tt.want)
		}
	}
}

// OpenID Connect Core 1.0 §11: offline access that nobody asked for needs no
// consent.
func TestOfflineAccessNotAskedFor(t *testing.T) {
	for scope, want := range map[string]playground.Status{
		"openid steps:read": playground.StatusPass, "openid offline_access steps:read": playground.StatusInfo,
	} {
		if i, _, _ := authorizes(t, PolicyRFC9700, "scope", scope); i.row("offline_access_consent").Status != want {
			t.Errorf("%s: %s, want %s", scope, i.row("offline_access_consent").Status, want)
		}
	}
}

// AR-06: a form goes to https too, and carries no control character.
func TestFormPostFits(t *testing.T) {
	const secure = "https://app.example/cb"
	for state, want := range map[string]playground.Status{"abc": playground.StatusPass, "a\x7fb": playground.StatusFail} {
		i := newIDP(t, func(cfg *Config) { cfg.Clients[0].RedirectURIs = append(cfg.Clients[0].RedirectURIs, secure) })
		v := validAuthorization()
		v.Set("redirect_uri", secure)
		v.Set("response_mode", "form_post")
		v.Set("state", state)
		i.authorize(v)
		if got := i.row("response_mode_supported").Status; got != want {
			t.Errorf("state %q: %s, want %s", state, got, want)
		}
	}
}

// A login_hint that is no text is not filled in.
func TestLoginHintThatIsNoText(t *testing.T) {
	i := newIDP(t)
	v := validAuthorization()
	v.Set("login_hint", "alice-\xff")
	if w := i.authorize(v); w.Code != http.StatusOK || strings.Contains(w.Body.String(), "alice-") {
		t.Errorf("%d: it is filled in", w.Code)
	}
}

// RFC 7521 §4.2: client_id beside an assertion is no mistake if it names the same
// client.
func TestAssertionWithItsClientID(t *testing.T) {
	i := newIDP(t)
	r := assertionRequest(i)
	r.values.Set("client_id", "jwt")
	if w := r.send(i); w.Code != http.StatusOK {
		t.Errorf("%d %s", w.Code, i.failed())
	}
}

// RFC 8252 §8.6 is about apps with a scheme of their own. A public client on the
// web is remembered.
func TestConsentOfAPublicWebClientIsRemembered(t *testing.T) {
	const secure = "https://spa.example/cb"
	i := newIDP(t, func(cfg *Config) {
		for n := range cfg.Clients {
			if cfg.Clients[n].ID == "spa" {
				cfg.Clients[n].RedirectURIs = []string{secure}
			}
		}
	})
	v := validAuthorization()
	v.Set("client_id", "spa")
	v.Set("redirect_uri", secure)
	i.allow(v, "remember", "yes")
	if w := i.authorize(v); w.Code != http.StatusSeeOther {
		t.Errorf("%d: it is asked again", w.Code)
	}
}

// CA-08: each half of Basic credentials that is not form-encoded is unreadable.
func TestBasicHalvesThatAreNotEncoded(t *testing.T) {
	for _, plain := range []string{"%zz:" + webSecret, "web:%zz"} {
		i := newIDP(t)
		w := i.token(refreshForm("x"), "Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(plain)))
		if w.Code != http.StatusUnauthorized || i.failed() != "client_auth_readable" {
			t.Errorf("%s: %d %s", plain, w.Code, i.failed())
		}
	}
}

// Who names a client and sends no secret guesses nothing: nobody locks a client
// out by its name alone.
func TestNoSecretIsNoGuess(t *testing.T) {
	i := newIDP(t)
	nameless := refreshForm("x")
	nameless.Set("client_id", "web")
	for range maxFailures + 2 {
		if w := i.send("POST", "/token", nameless.Encode()); w.Code != http.StatusUnauthorized {
			t.Fatalf("without a secret: %d %s", w.Code, i.failed())
		}
	}
	if w := i.token(refreshForm("x")); w.Code != http.StatusBadRequest {
		t.Errorf("with the secret: %d %s", w.Code, i.failed())
	}
}

// The consent page names what the user has, and each of it once.
func TestNamesOfAskedClaims(t *testing.T) {
	user := newIDP(t).user("u-alice")
	both := map[string]*claimRequest{"email": nil, "phone_number": nil}
	asked := claimsRequest{IDToken: both, UserInfo: both}
	if got := strings.Join(asked.namesOf(user), " "); got != "email" {
		t.Errorf("%q", got)
	}
}

// RFC 9396 §7: two details for one API make one audience.
func TestTwoDetailsOfOneAPI(t *testing.T) {
	i := newIDP(t)
	two := "[" + strings.Trim(marchExport, "[]") + "," + strings.Replace(strings.Trim(marchExport, "[]"), "2026-03-31", "2026-03-30", 1) + "]"
	got := i.apisOfDetails(func() authorizationDetails { d, _ := i.readDetails(two); return d }())
	if len(got) != 1 || got[0] != stepCloud {
		t.Errorf("%v", got)
	}
}

// RFC 7591 §2: the pages of a client are at http or https addresses.
func TestPagesOfAClient(t *testing.T) {
	i := newIDP(t)
	for _, page := range []string{"https://own.example/policy", "http://own.example/policy"} {
		i.register(metadataOf("policy_uri", page))
	}
}

// RFC 6749 §4.1.3: redirect_uri comes again in the token request if it stood in the
// authorization request, and need not otherwise.
func TestRedirectURIThatWasNotSent(t *testing.T) {
	i := newIDP(t, func(cfg *Config) { cfg.Policy = PolicyRFC6749 })
	v := validAuthorization()
	v.Set("client_id", "codeonly")
	v.Del("redirect_uri")
	form := validToken(i.code(v))
	form.Del("redirect_uri")
	if w := i.token(form, "Authorization", basicAuth("codeonly", "codeonly-secret")); w.Code != http.StatusOK {
		t.Errorf("%d %s", w.Code, i.failed())
	}
}

// A token of a client that is gone works no more, also where no grant stands
// behind it, and also not when another client comes under its name.
func TestTokenOfARemovedMachine(t *testing.T) {
	i := newIDP(t)
	form := url.Values{"grant_type": {grantClientCredentials}, "scope": {"steps:read"}}
	token := tokensOf(t, i.token(form, "Authorization", basicAuth("machine", "machine-secret"))).AccessToken
	if info, err := i.Introspect(t.Context(), token); err != nil || !info.Active {
		t.Fatalf("before: %+v %v", info, err)
	}
	client := *i.Client("machine")
	if err := i.Registry().RemoveClient("machine"); err != nil {
		t.Fatal(err)
	}
	if info, err := i.Introspect(t.Context(), token); err != nil || info.Active {
		t.Errorf("after: %+v %v", info, err)
	}
	if err := i.Registry().AddClient(client); err != nil {
		t.Fatal(err)
	}
	if info, err := i.Introspect(t.Context(), token); err != nil || info.Active {
		t.Errorf("registered anew: %+v %v", info, err)
	}
}

// RFC 8693 §2.1: a token without an end is none that works.
func TestExchangeOfAnIDTokenWithoutEnd(t *testing.T) {
	i := newIDP(t)
	r := exchangeRequest(i)
	claims := map[string]any{"iss": testIssuer, "sub": "u-alice", "aud": "web", "iat": i.clock.Unix()}
	for _, ends := range []bool{true, false} {
		want := http.StatusBadRequest
		if delete(claims, "exp"); ends {
			claims["exp"], want = i.clock.Add(time.Hour).Unix(), http.StatusOK
		}
		token, err := i.keys.sign("", typIDToken, claims)
		if err != nil {
			t.Fatal(err)
		}
		sets("subject_token", token, "subject_token_type", tokenTypeID)(i, r)
		if w := r.send(i); w.Code != want {
			t.Errorf("with an end: %v: %d %s", ends, w.Code, i.failed())
		}
	}
}

// RFC 9396 §2: a field of a detail takes what its kind says.
func TestDetailFieldTakes(t *testing.T) {
	for _, tt := range []struct {
		kind FieldKind
		raw  string
		want bool
	}{
		{FieldText, `"soup"`, true},
		{FieldText, `7`, false},
		{FieldText, `["soup"]`, false},
		{FieldFrom, `"2026-03-01"`, true},
		{FieldFrom, `"soon"`, false},
		{FieldTo, `"2026-03-31"`, true},
		{FieldTo, `"soon"`, false},
		{FieldTo, `20260331`, false},
		{FieldList, `["read"]`, true},
		{FieldList, `[]`, false},
		{FieldList, `"read"`, false},
	} {
		if got := (DetailField{Kind: tt.kind}).takes([]byte(tt.raw)); got != tt.want {
			t.Errorf("%s %s: %v", tt.kind, tt.raw, got)
		}
	}
}

// RFC 9396 §6.1: a text is covered by the same text.
func TestDetailCoversText(t *testing.T) {
	i := newIDP(t)
	read := func(raw string) authorizationDetails {
		t.Helper()
		details, o := i.readDetails(raw)
		if o.Status != playground.StatusPass {
			t.Fatalf("%s: %+v", raw, o)
		}
		return details
	}
	soup, bread := read(`[{"type":"meals_order","dish":"soup"}]`), read(`[{"type":"meals_order","dish":"bread"}]`)
	if !i.coversDetails(soup, soup) || i.coversDetails(soup, bread) {
		t.Error("soup is not soup, or it is bread")
	}
}

// A login form that is refused for something else is no guess at a password.
func TestOnlyAWrongPasswordIsAGuess(t *testing.T) {
	i := newIDP(t)
	r := loginRequest(i)
	for range maxFailures + 2 {
		i.form("/login", loginForm("another-interaction"))
	}
	if w := r.send(i); w.Code != http.StatusSeeOther {
		t.Errorf("%d %s", w.Code, i.failed())
	}
}

// RFC 7591 §2.3: a statement of null is none.
func TestSoftwareStatementOfNull(t *testing.T) {
	i := newIDP(t)
	i.register(metadataOf("software_statement", json.RawMessage("null")))
}

// With client_id_own off a client may choose an ID, and one that registered itself
// gives way. One of the configuration does not, nor one whose addresses the owner
// has confirmed.
func TestWhoGivesWayToAChosenID(t *testing.T) {
	i := newIDP(t)
	if err := i.SetInsecureOff("client_id_own"); err != nil {
		t.Fatal(err)
	}
	i.register(metadataOf("client_id", "mine", "client_name", "First"))
	i.register(metadataOf("client_id", "mine", "client_name", "Second"))
	if got := i.Client("mine").Name; got != "Second" {
		t.Errorf("the second is %q", got)
	}
	if err := i.Registry().ConfirmClient("mine"); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"mine", "web"} {
		before := i.Client(id).Name
		if c := i.register(metadataOf("client_id", id, "client_name", "Third")); c.ClientID == id || i.Client(id).Name != before {
			t.Errorf("%s is %q now", id, i.Client(id).Name)
		}
	}
}

// An update confirms nothing: what the owner has not confirmed stays so.
func TestAnUpdateConfirmsNothing(t *testing.T) {
	i := newIDP(t)
	r := updateRequest(i)
	i.information(r.send(i), http.StatusOK)
	for _, c := range i.Registry().Clients() {
		if c.Dynamic && c.Confirmed {
			t.Errorf("%s is confirmed", c.ID)
		}
	}
}

// RFC 7591 §2: a client that names no scope gets those that make sense for it. One
// that acts for itself has no user whose profile it could read.
func TestScopeOfWhoNamesNone(t *testing.T) {
	i := newIDP(t)
	for grant, want := range map[string]bool{grantAuthorizationCode: true, grantClientCredentials: false} {
		c := i.register(metadataOf("scope", nil, "grant_types", []string{grant}, "response_types", map[bool][]string{true: {"code"}, false: {}}[want]))
		scopes := strings.Fields(c.Scope)
		if slices.Contains(scopes, "openid") != want || !slices.Contains(scopes, "steps:read") {
			t.Errorf("%s: %s", grant, c.Scope)
		}
	}
}

// FAPI 2.0 §5.4.1: a client may register each of the algorithms that are left.
func TestRequestObjectAlgThatIsLeft(t *testing.T) {
	for alg, want := range map[string]playground.Status{"ES256": playground.StatusPass, "RS256": playground.StatusFail} {
		i := newIDP(t, func(cfg *Config) {
			cfg.Policy, cfg.Clients[0].RequestObjectSigningAlg = PolicyFAPI2, alg
		})
		i.authorize(byObject(i.requestObject().sign(t)))
		if got := i.row("request_object_alg").Status; got != want {
			t.Errorf("%s: %s, want %s", alg, got, want)
		}
	}
}
