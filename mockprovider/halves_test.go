package mockprovider

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"

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
		i, _, _ := authorizes(t, PolicyPermissive, append(none[:len(none):len(none)], tt.changes...)...)
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
