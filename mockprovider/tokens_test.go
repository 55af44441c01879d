package mockprovider

import (
	"context"
	"crypto"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TC-01, ID-01 to ID-08, AT-01: what a token response holds.
func TestTokenResponse(t *testing.T) {
	i := newIDP(t)
	v := validAuthorization()
	v.Set("scope", "openid profile steps:read")
	v.Set("nonce", strings.Repeat("n", 64))
	w := i.token(validToken(i.code(v)))
	if h := w.Header(); h.Get("Cache-Control") != "no-store" || h.Get("Pragma") != "no-cache" || h.Get("Content-Type") != "application/json" {
		t.Errorf("headers %v", h)
	}
	out := tokensOf(t, w)
	if out.TokenType != "Bearer" || out.ExpiresIn != 600 || out.Scope != "openid profile steps:read" || out.RefreshToken == "" {
		t.Errorf("%+v", out)
	}

	id := i.idToken(out.IDToken)
	want := idTokenClaims{
		Issuer: testIssuer, Subject: "u-alice", Audience: "web", IssuedAt: i.clock.Unix(), Expires: i.clock.Add(time.Hour).Unix(),
		AuthTime: i.clock.Unix(), Nonce: v.Get("nonce"), AMR: []string{"pwd"}, ATHash: leftHalfHash("RS256", out.AccessToken),
	}
	if diff := cmp.Diff(want, id); diff != "" {
		t.Error(diff)
	}
	if all := payload[map[string]any](out.IDToken); all["name"] != nil || all["azp"] != nil { // ID-05
		t.Errorf("more than was asked for: %v", all)
	}

	at := payload[map[string]any](out.AccessToken)
	for name, want := range map[string]any{
		"iss": testIssuer, "sub": "u-alice", "client_id": "web", "scope": out.Scope,
		"iat": float64(i.clock.Unix()), "exp": float64(i.clock.Unix() + 600), "auth_time": float64(i.clock.Unix()),
	} {
		if at[name] != want {
			t.Errorf("access token %s: %v, want %v", name, at[name], want)
		}
	}
	if diff := cmp.Diff([]any{stepCloud, testIssuer}, at["aud"]); diff != "" { // openid: UserInfo is here
		t.Error(diff)
	}
	if jti, _ := at["jti"].(string); jti == "" {
		t.Error("no jti")
	}
	if typ := headerOf(out.AccessToken)["typ"]; typ != "at+jwt" {
		t.Errorf("typ %v", typ)
	}
	if typ := headerOf(out.IDToken)["typ"]; typ != "JWT" {
		t.Errorf("typ of the ID token %v", typ)
	}
}

// AZ-17: without openid there is no ID token. AT-02: without an API the audience
// is the provider itself, never the client.
func TestTokenResponseVariants(t *testing.T) {
	i := newIDP(t)
	out := i.tokens(validAuthorization())
	if out.IDToken != "" {
		t.Error("an ID token without openid")
	}
	if aud := payload[map[string]any](out.AccessToken)["aud"]; aud != stepCloud {
		t.Errorf("aud %v", aud)
	}
	v := validAuthorization()
	v.Set("scope", "openid")
	if aud := payload[map[string]any](i.tokens(v).AccessToken)["aud"]; aud != testIssuer {
		t.Errorf("aud %v", aud)
	}
	v.Set("client_id", "codeonly")
	out = tokensOf(t, i.token(validToken(i.code(v)), "Authorization", basicAuth("codeonly", "codeonly-secret")))
	if out.RefreshToken != "" {
		t.Error("a refresh token for a client without that grant type")
	}
	v.Set("client_id", "spa")
	v.Set("redirect_uri", spaURI)
	form := validToken(i.code(v))
	form.Set("client_id", "spa")
	form.Set("redirect_uri", spaURI)
	if out := tokensOf(t, i.send("POST", "/token", form.Encode())); out.RefreshToken == "" {
		t.Error("public client")
	}
	for alg, id := range map[string]string{"ES256": "es256", "EdDSA": "eddsa", "Ed25519": "ed25519"} {
		v := validAuthorization()
		v.Set("scope", "openid steps:read")
		v.Set("client_id", id)
		out := tokensOf(t, i.token(validToken(i.code(v)), "Authorization", basicAuth(id, id+"-secret")))
		if headerOf(out.IDToken)["alg"] != alg || headerOf(out.AccessToken)["alg"] != alg {
			t.Errorf("%s: %v", alg, headerOf(out.IDToken))
		}
		if got := i.idToken(out.IDToken).ATHash; got != halfHash(alg, out.AccessToken) {
			t.Errorf("%s: at_hash %s", alg, got)
		}
	}
}

// halfHash is at_hash, worked out apart from the code under test: SHA-512 for
// Ed25519 (RFC 8037 §3.1 signs with it), SHA-256 for the others.
func halfHash(alg, token string) string {
	h := crypto.SHA256
	if alg == "EdDSA" || alg == "Ed25519" {
		h = crypto.SHA512
	}
	d := h.New()
	d.Write([]byte(token))
	return base64.RawURLEncoding.EncodeToString(d.Sum(nil)[:h.Size()/2])
}

// TC-17: no kind of token is taken for another.
func TestTokensAreKeptApart(t *testing.T) {
	i := newIDP(t)
	code := i.code(validAuthorization())
	out := tokensOf(t, i.token(validToken(code)))
	jti, _ := payload[map[string]any](out.AccessToken)["jti"].(string)
	for name, form := range map[string]url.Values{
		"access as code":    validToken(out.AccessToken),
		"refresh as code":   validToken(out.RefreshToken),
		"access as refresh": refreshForm(out.AccessToken),
		"code as refresh":   refreshForm(code),
		"jti as refresh":    refreshForm(jti),
	} {
		if w := i.token(form); wireError(w) != "invalid_grant" {
			t.Errorf("%s: %d", name, w.Code)
		}
	}
	for _, token := range []string{code, out.RefreshToken, jti, "jwt:" + jti, ""} {
		if info, err := i.Introspect(t.Context(), token); err != nil || info.Active {
			t.Errorf("%q is active as an access token", token)
		}
	}
}

// Lifetimes are values of the policy, also of the client's own.
func TestPolicyValues(t *testing.T) {
	for policy, want := range map[Policy]int64{PolicyPermissive: 3600, PolicyRFC6749: 3600, "": 600, PolicyRFC9700: 600, PolicyOAuth21: 600, PolicyFAPI2: 600} {
		i := newIDP(t, func(c *Config) { c.Clients[0].Policy, c.InsecureOff = policy, fapiRules() })
		if got := i.tokens(validAuthorization()).ExpiresIn; got != want {
			t.Errorf("%q: expires_in %d, want %d", policy, got, want)
		}
	}
	i := newIDP(t)
	if err := i.SetPolicy("strict"); err == nil || i.Policy() != PolicyRFC9700 {
		t.Error("an unknown policy was taken")
	}
	for _, id := range []string{"nothing", "code_known"} {
		if err := i.SetInsecureOff(id); err == nil {
			t.Errorf("%s was switched off", id)
		}
	}
}

// The configuration's lifetimes replace the policy's, but for codes under FAPI.
func TestConfiguredLifetimes(t *testing.T) {
	for policy, want := range map[Policy]time.Duration{PolicyRFC9700: 5 * time.Minute, PolicyFAPI2: time.Minute} {
		i := newIDP(t, func(c *Config) {
			c.Clients[0].Policy, c.CodeLifetime, c.AccessTokenLifetime = policy, 5*time.Minute, 30*time.Minute
			c.InsecureOff = fapiRules()
		})
		if got := i.tokens(validAuthorization()).ExpiresIn; got != 1800 {
			t.Errorf("%s: expires_in %d, want 1800", policy, got)
		}
		fresh, late := i.code(validAuthorization()), i.code(validAuthorization())
		i.clock = i.clock.Add(want - time.Second)
		if w := i.token(validToken(fresh)); w.Code != http.StatusOK {
			t.Errorf("%s: a second before its end the code gives %d", policy, w.Code)
		}
		i.clock = i.clock.Add(time.Second)
		if w := i.token(validToken(late)); wireError(w) != "invalid_grant" {
			t.Errorf("%s: at its end the code gives %d", policy, w.Code)
		}
	}
}

// G-09: 192 random bits in every value, and all different.
func TestValuesAreUnguessable(t *testing.T) {
	kinds := map[string]int{}
	i := newIDP(t, func(c *Config) {
		c.Random = func(ctx context.Context, kind string, n int) []byte {
			kinds[kind] = n
			return systemRandom(ctx, kind, n)
		}
	})
	i.tokens(validAuthorization())
	v := validAuthorization()
	v.Set("client_id", "opaque")
	v.Set("redirect_uri", webURI+"?a=b")
	form := validToken(i.code(v))
	form.Set("redirect_uri", webURI+"?a=b")
	out := tokensOf(t, i.token(form, "Authorization", basicAuth("opaque", "opaque-secret")))
	if !strings.HasPrefix(out.AccessToken, "at_") || strings.Contains(out.AccessToken, ".") {
		t.Errorf("opaque token %q", out.AccessToken)
	}
	for _, kind := range []string{"code", "access_token", "refresh_token", "jti", "grant", "interaction", "session", "browser"} {
		if kinds[kind]*8 < 128 {
			t.Errorf("%s has %d bits", kind, kinds[kind]*8)
		}
	}
}

// AT-05: who reads the store holds no code, no token and no secret.
func TestStoreHoldsNoTokens(t *testing.T) {
	memory := NewMemory(MemoryConfig{})
	i := newIDP(t, func(c *Config) { c.Store = memory })
	code := i.code(validAuthorization())
	out := tokensOf(t, i.token(validToken(code)))
	for _, e := range memory.Snapshot().entries {
		for _, secret := range []string{code, out.AccessToken, out.RefreshToken, webSecret, "wonderland", i.cookies[cookieSession], i.cookies[cookieBrowser]} {
			if strings.Contains(e.key+string(e.val), secret) {
				t.Errorf("%s holds %s", e.key, secret)
			}
		}
	}
}
