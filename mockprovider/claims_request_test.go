package mockprovider

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// claiming is an OpenID Connect request with the claims parameter.
func claiming(claims string) url.Values {
	v := validAuthorization()
	v.Set("scope", "openid steps:read")
	v.Set("claims", claims)
	return v
}

func (i *idp) userInfoOf(token string) map[string]any {
	i.t.Helper()
	w := i.send("GET", "/userinfo", "", "Authorization", "Bearer "+token)
	var out map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil || w.Code != http.StatusOK {
		i.t.Fatalf("userinfo: %d %s %s", w.Code, w.Body, i.failed())
	}
	return out
}

// AZ-29: what is asked for UserInfo comes there, and only there; the same for the
// ID token.
func TestClaimsWhereAsked(t *testing.T) {
	i := newIDP(t, func(c *Config) { c.Users[0].Claims["iss"] = "https://other.example" })
	tokens := i.tokens(claiming(`{"userinfo":{"name":{"essential":true},"nickname":null,"missing":{"essential":true}},"id_token":{"email":null,"iss":null},"other":7}`))
	idToken, info := payload[map[string]any](tokens.IDToken), i.userInfoOf(tokens.AccessToken)
	if info["name"] != "Alice" || idToken["name"] != nil {
		t.Errorf("name: %v at UserInfo, %v in the ID token", info["name"], idToken["name"])
	}
	if idToken["email"] != "alice@example.com" || info["email"] != nil {
		t.Errorf("email: %v in the ID token, %v at UserInfo", idToken["email"], info["email"])
	}
	for _, absent := range []string{"nickname", "missing"} { // empty, and unknown
		if value, ok := info[absent]; ok {
			t.Errorf("%s: %v", absent, value)
		}
	}
	if idToken["iss"] != testIssuer || idToken["acr"] != nil {
		t.Errorf("iss %v, acr %v", idToken["iss"], idToken["acr"])
	}
	if i.idToken(tokens.IDToken).Subject != "u-alice" {
		t.Error("another subject")
	}
}

// A claim with a value that the client does not want is left out.
func TestClaimsValue(t *testing.T) {
	i := newIDP(t)
	tokens := i.tokens(claiming(`{"userinfo":{"name":{"value":"Bob"},"email":{"values":["a@example.com","alice@example.com"]},"updated_at":{"value":1.7e9}}}`))
	info := i.userInfoOf(tokens.AccessToken)
	if info["name"] != nil || info["email"] != "alice@example.com" || info["updated_at"] != 1700000000.0 {
		t.Errorf("%v", info)
	}
}

// The consent page names what is asked for, and a consent that is remembered
// covers no more than it named.
func TestClaimsConsent(t *testing.T) {
	i := newIDP(t)
	v := claiming(`{"userinfo":{"name":null}}`)
	page := i.send("GET", "/consent?interaction="+i.consentPage(v), "").Body.String()
	if !strings.Contains(page, "<code>name</code>") {
		t.Errorf("the page does not name the claim: %s", page)
	}
	i.allow(v, "remember", "yes")
	v.Set("prompt", "none")
	if w := i.authorize(v); location(t, w).Query().Get("code") == "" {
		t.Errorf("the same claims: %s", i.failed())
	}
	v.Set("claims", `{"id_token":{"email":null}}`)
	if w := i.authorize(v); wireError(w) != "consent_required" {
		t.Errorf("another claim: %q, %s", wireError(w), i.failed())
	}
}

// AZ-29: a sub that was asked for by its value is like an id_token_hint.
func TestClaimsSub(t *testing.T) {
	i := newIDP(t)
	v := claiming(`{"id_token":{"sub":{"value":"u-bob"}}}`)
	w := i.form("/login", loginForm(interactionOf(i.authorize(v))))
	if wireError(w) != "login_required" {
		t.Errorf("another user logs in: %d %q", w.Code, wireError(w))
	}
	i.allow(claiming(`{"id_token":{"sub":{"value":"u-alice"}}}`), "remember", "yes")
	v.Set("prompt", "none")
	if w := i.authorize(v); wireError(w) != "login_required" || i.row("prompt_none_user").Status != "fail" {
		t.Errorf("another user is logged in: %q %s", wireError(w), i.failed())
	}
}

// The ID token says acr where somebody asks, in acr_values or in claims, and keeps
// it when it is refreshed.
func TestACR(t *testing.T) {
	i := newIDP(t)
	v := claiming("")
	if got := i.idToken(i.tokens(v).IDToken).ACR; got != "" {
		t.Errorf("nobody asked: acr %q", got)
	}
	v.Set("acr_values", "2 1")
	if got := i.idToken(i.tokens(v).IDToken).ACR; got != acrPassword {
		t.Errorf("acr_values: acr %q", got)
	}
	tokens := i.tokens(claiming(`{"id_token":{"acr":null}}`))
	fresh := tokensOf(t, i.token(refreshForm(tokens.RefreshToken)))
	if got := i.idToken(fresh.IDToken).ACR; got != acrPassword {
		t.Errorf("after a refresh: acr %q", got)
	}
}
