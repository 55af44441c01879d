package mockprovider

import (
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"
)

func userInfoRequestOf(i *idp) *request {
	v := validAuthorization()
	v.Set("scope", "openid profile steps:read")
	return &request{method: "GET", path: "/userinfo", header: []string{"Authorization", "Bearer " + i.tokens(v).AccessToken}}
}

func bearer(r *request) string { return strings.TrimPrefix(r.header[1], "Bearer ") }

func TestUserInfoRules(t *testing.T) {
	cases := []breakCase{
		{rule: "bearer_not_in_query", breaks: func(_ *idp, r *request) { r.values, r.header = url.Values{"access_token": {bearer(r)}}, nil }},
		{rule: "bearer_one_method", breaks: func(_ *idp, r *request) { r.method, r.values = "POST", url.Values{"access_token": {bearer(r)}} }},
		{rule: "bearer_present", breaks: headers()},
		{rule: "bearer_present", breaks: headers("Authorization", "Basic abc")},
		{rule: "bearer_present", breaks: func(_ *idp, r *request) { // only a POST has a body
			r.rawBody, r.header = "access_token="+bearer(r), nil
		}},
		{rule: "token_syntax", breaks: headers("Authorization", "Bearer")},
		{rule: "token_syntax", breaks: headers("Authorization", "Bearer ")},
		{rule: "token_syntax", breaks: headers("Authorization", "Bearer a b")},
		{rule: "token_known", breaks: headers("Authorization", "Bearer garbage")},
		{rule: "token_known", breaks: func(_ *idp, r *request) { r.header[1] += "x" }},
		{rule: "token_known", breaks: func(i *idp, r *request) { // ID-09
			v := validAuthorization()
			v.Set("scope", "openid")
			r.header[1] = "Bearer " + i.tokens(v).IDToken
		}},
		{rule: "token_scheme", breaks: func(i *idp, r *request) {
			r.header = boundRequest(i).header[:2]
			r.header[1] = strings.Replace(r.header[1], "DPoP", "Bearer", 1)
		}},
		{rule: "token_exp", breaks: func(i *idp, _ *request) { i.clock = i.clock.Add(10 * time.Minute) }},
		{rule: "token_grant_active", breaks: func(i *idp, r *request) {
			info, err := i.Introspect(i.t.Context(), bearer(r))
			if err != nil || i.revoke(i.t.Context(), info.Grant, "test") != nil {
				i.t.Fatal("not revoked")
			}
		}},
		{rule: "token_audience", breaks: func(i *idp, r *request) {
			rec, _, err := load[accessRecord](i.t.Context(), i.store, kindAccess, bearer(r))
			if err != nil {
				i.t.Fatal(err)
			}
			rec.Audience = []string{stepCloud}
			if err := save(i.t.Context(), i.store, kindAccess, bearer(r), rec, time.Hour); err != nil {
				i.t.Fatal(err)
			}
		}},
		{rule: "scope_openid", breaks: func(i *idp, r *request) { r.header[1] = "Bearer " + i.tokens(validAuthorization()).AccessToken }},
	}
	for n := range cases {
		cases[n].setUp = userInfoRequestOf
	}
	walk(t, rulesOf(userInfoChecks), onUserInfo, cases)
}

// UI-01, UI-06: GET and POST, and the claims that the scope allows.
func TestUserInfo(t *testing.T) {
	i := newIDP(t)
	for scope, want := range map[string]map[string]any{
		"openid":               {"sub": "u-alice"},
		"openid profile":       {"sub": "u-alice", "name": "Alice", "preferred_username": "alice", "updated_at": 1.7e9},
		"openid email":         {"sub": "u-alice", "email": "alice@example.com", "email_verified": true},
		"openid address phone": {"sub": "u-alice", "address": map[string]any{"country": "NL"}},
	} {
		v := validAuthorization()
		v.Set("scope", scope)
		token := i.tokens(v).AccessToken
		for _, w := range []interface{ Bytes() []byte }{
			i.send("GET", "/userinfo", "", "Authorization", "Bearer "+token).Body,
			i.send("POST", "/userinfo", "", "Authorization", "bearer "+token).Body,
			i.send("POST", "/userinfo", "access_token="+token).Body,
		} {
			var got map[string]any
			if err := json.Unmarshal(w.Bytes(), &got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: %s", scope, diff)
			}
		}
	}
}

// UI-02 to UI-05: the challenges of RFC 6750 §3.
func TestUserInfoChallenges(t *testing.T) {
	i := newIDP(t)
	plain := i.tokens(validAuthorization()).AccessToken
	for header, want := range map[string]string{
		"":                `Bearer realm="AcmeID"`,
		"Bearer garbage":  `Bearer realm="AcmeID", error="invalid_token"`,
		"Bearer " + plain: `Bearer realm="AcmeID", error="insufficient_scope", scope="openid"`,
	} {
		var h []string
		if header != "" {
			h = []string{"Authorization", header}
		}
		w := i.send("GET", "/userinfo", "", h...)
		if got := w.Header().Get("WWW-Authenticate"); got != want || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%q: %s", header, got)
		}
	}
	if w := i.send("POST", "/userinfo", strings.Repeat("a", maxBody+1)); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("%d", w.Code)
	}
}

// A token that says of itself how it is to be checked gets nowhere: no algorithm
// at all, the public key as an HMAC secret, another kid, another issuer. Nor does one
// with everything right that was not issued: whoever has the key has no grant.
func TestUserInfoRefusesForgedTokens(t *testing.T) {
	i := newIDP(t)
	v := validAuthorization()
	v.Set("scope", "openid")
	good := i.tokens(v).AccessToken
	claims := jwt.MapClaims(payload[map[string]any](good))
	key, err := i.keys.Key("RS256")
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(key.Private.Public())
	if err != nil {
		t.Fatal(err)
	}
	pemKey := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	sign := func(method jwt.SigningMethod, key any, kid string, change ...string) string {
		token := jwt.NewWithClaims(method, maps.Clone(claims))
		token.Header["typ"], token.Header["kid"] = typAccessToken, kid
		for n := 0; n < len(change); n += 2 {
			token.Claims.(jwt.MapClaims)[change[n]] = change[n+1]
		}
		signed, err := token.SignedString(key)
		if err != nil {
			t.Fatal(err)
		}
		return signed
	}
	if w := i.send("GET", "/userinfo", "", "Authorization", "Bearer "+good); w.Code != http.StatusOK {
		t.Fatalf("the valid token: %d %s", w.Code, i.failed())
	}
	for name, token := range map[string]string{
		"never issued":       sign(jwt.SigningMethodRS256, key.Private, key.KID),
		"HS256 with the PEM": sign(jwt.SigningMethodHS256, pemKey, key.KID),
		"HS256 with the DER": sign(jwt.SigningMethodHS256, der, key.KID),
		"none":               sign(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, key.KID),
		"another kid":        sign(jwt.SigningMethodRS256, key.Private, "another"),
		"no kid":             sign(jwt.SigningMethodRS256, key.Private, ""),
		"another issuer":     sign(jwt.SigningMethodRS256, key.Private, key.KID, "iss", "https://evil.example"),
		"no signature":       good[:strings.LastIndex(good, ".")+1],
	} {
		w := i.send("GET", "/userinfo", "", "Authorization", "Bearer "+token)
		if w.Code != http.StatusUnauthorized || i.failed() != "token_known" || !strings.Contains(w.Header().Get("WWW-Authenticate"), `error="invalid_token"`) {
			t.Errorf("%s: %d %s", name, w.Code, i.failed())
		}
	}
}

// No browser takes JSON for something to run.
func TestJSONIsNotSniffed(t *testing.T) {
	i := newIDP(t)
	v := validAuthorization()
	v.Set("scope", "openid")
	token := i.tokens(v).AccessToken
	for name, w := range map[string]*httptest.ResponseRecorder{
		"token error": i.send("POST", "/token", "x=y"),
		"UserInfo":    i.send("GET", "/userinfo", "", "Authorization", "Bearer "+token),
		"JWKS":        i.send("GET", "/jwks", ""),
		"metadata":    i.send("GET", "/.well-known/openid-configuration/idp/main", ""),
	} {
		if got := w.Header().Get("X-Content-Type-Options"); got != "nosniff" {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// AT-05: both forms of an access token stand for the same.
func TestIntrospect(t *testing.T) {
	i := newIDP(t)
	v := validAuthorization()
	v.Set("scope", "openid steps:read")
	badge := i.tokens(v).AccessToken
	v.Set("client_id", "opaque")
	v.Set("redirect_uri", webURI+"?a=b")
	form := validToken(i.code(v))
	form.Set("redirect_uri", webURI+"?a=b")
	opaque := tokensOf(t, i.token(form, "Authorization", basicAuth("opaque", "opaque-secret"))).AccessToken

	one, err := i.Introspect(t.Context(), badge)
	if err != nil || !one.Active || one.ID != payload[map[string]any](badge)["jti"] || one.Username != "alice" || one.Audience[0] != stepCloud {
		t.Errorf("%+v %v", one, err)
	}
	two, err := i.Introspect(t.Context(), opaque)
	if err != nil || !two.Active {
		t.Errorf("%+v %v", two, err)
	}
	one.ID, one.ClientID, one.Grant = two.ID, two.ClientID, two.Grant
	if diff := cmp.Diff(one, two); diff != "" {
		t.Error(diff)
	}
	if ok, err := i.ActiveGrant(t.Context(), two.Grant); !ok || err != nil {
		t.Error("the grant stands")
	}
	if ok, err := i.ActiveGrant(t.Context(), "unknown"); ok || err != nil {
		t.Error("an unknown grant")
	}
	if err := i.revoke(t.Context(), two.Grant, "test"); err != nil {
		t.Fatal(err)
	}
	if info, _ := i.Introspect(t.Context(), opaque); info.Active || info.ClientID != "" {
		t.Errorf("%+v", info)
	}
	i.clock = i.clock.Add(time.Hour)
	if info, _ := i.Introspect(t.Context(), badge); info.Active {
		t.Error("an expired token is active")
	}
}
