package mockprovider

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"claimcheck/playground"
)

// aboutToken is a request about a token, as web.
func aboutToken(path, token string) *request {
	return &request{
		method: "POST", path: path, values: url.Values{"token": {token}},
		header: []string{"Authorization", basicAuth("web", webSecret)},
	}
}

func introspectRequest(i *idp) *request {
	return aboutToken("/introspect", i.tokens(validAuthorization()).AccessToken)
}

// publicClient sends the request as a client that only names itself.
func publicClient(_ *idp, r *request) {
	r.header = nil
	r.values.Set("client_id", "spa")
}

func TestIntrospectionRules(t *testing.T) {
	cases := []breakCase{
		{rule: "introspection_authenticated", breaks: publicClient},
		{rule: "token_present", breaks: sets("token", "-")},
		{rule: "token_active", status: playground.StatusInfo, breaks: sets("token", "garbage")},
		{rule: "token_for_caller", status: playground.StatusInfo, breaks: as("codeonly", "codeonly-secret")},
	}
	for n := range cases {
		cases[n].setUp = introspectRequest
	}
	walk(t, directRules(introspectionChecks), onToken, append(directCases(introspectRequest), cases...))
}

// IN-02, AT-05: the claims of an active token, in both forms.
func TestIntrospectionActive(t *testing.T) {
	i := newIDP(t)
	out := i.tokens(validAuthorization())
	want := introspectionResponse{
		Active: true, Scope: "steps:read", ClientID: "web", Username: "alice", TokenType: "Bearer", Expires: i.clock.Unix() + 600,
		IssuedAt: i.clock.Unix(), Subject: "u-alice", Audience: audience{stepCloud}, Issuer: testIssuer, AuthTime: i.clock.Unix(),
	}
	want.ID, _ = payload[map[string]any](out.AccessToken)["jti"].(string)
	got := introspectionOf(t, i, aboutToken("/introspect", out.AccessToken))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	rt := introspectionOf(t, i, aboutToken("/introspect", out.RefreshToken))
	if !rt.Active || rt.TokenType != "" || rt.Subject != "u-alice" || rt.Scope != "steps:read" {
		t.Errorf("refresh token: %+v", rt)
	}
	// IN-04: a wrong hint, an unknown one.
	for _, hint := range []string{"refresh_token", "pizza"} {
		r := aboutToken("/introspect", out.AccessToken)
		r.values.Set("token_type_hint", hint)
		if !introspectionOf(t, i, r).Active {
			t.Errorf("hint %s", hint)
		}
	}
}

// introspectionOf sends the request and reads the answer.
func introspectionOf(t *testing.T, i *idp, r *request) (out introspectionResponse) {
	t.Helper()
	w := r.send(i)
	var body struct {
		introspectionResponse
		Audience any `json:"aud"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil || w.Code != http.StatusOK || w.Header().Get("Cache-Control") != "no-store" {
		t.Fatalf("%d %v %s", w.Code, err, w.Body)
	}
	out = body.introspectionResponse
	if one, ok := body.Audience.(string); ok {
		out.Audience = audience{one}
	}
	return out
}

// IN-03, IN-07: every other token gets the same answer, which says nothing else.
func TestIntrospectionInactive(t *testing.T) {
	i := newIDP(t)
	v := validAuthorization()
	v.Set("scope", "openid steps:read")
	code := i.code(v)
	out := tokensOf(t, i.token(validToken(code)))
	next := tokensOf(t, i.token(refreshForm(out.RefreshToken)))
	inactive := func(name, token string) {
		t.Helper()
		if w := aboutToken("/introspect", token).send(i); w.Code != http.StatusOK || w.Body.String() != `{"active":false}` {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
	inactive("garbage", "garbage")
	inactive("code", code)
	inactive("ID token", out.IDToken)
	inactive("changed", out.AccessToken[:len(out.AccessToken)-6]+"AAAAAA")
	inactive("rotated", out.RefreshToken)
	i.clock = i.clock.Add(10 * time.Minute)
	inactive("expired", next.AccessToken)
	if err := i.revokeGrantOf(next.RefreshToken); err != nil {
		t.Fatal(err)
	}
	inactive("revoked", next.RefreshToken)
}

func (i *idp) revokeGrantOf(refresh string) error {
	rec, _, err := load[refreshRecord](i.t.Context(), i.store, kindRefresh, refresh)
	if err != nil {
		return err
	}
	return i.revoke(i.t.Context(), rec.Grant, "test")
}

// RFC 7662 §4: an API learns about tokens that are meant for it, and no others.
func TestIntrospectionByAnAPI(t *testing.T) {
	i := newIDP(t, func(c *Config) {
		for n, id := range []string{"stepcloud", "mealcloud"} {
			c.Clients = append(c.Clients, Client{ID: id, Secret: "api-secret", API: c.APIs[n].Audience, GrantTypes: []string{"none"}})
		}
	})
	out := i.tokens(validAuthorization())
	for id, want := range map[string]bool{"stepcloud": true, "mealcloud": false} {
		r := aboutToken("/introspect", out.AccessToken)
		r.header = []string{"Authorization", basicAuth(id, "api-secret")}
		if got := introspectionOf(t, i, r).Active; got != want {
			t.Errorf("%s: %v", id, got)
		}
	}
	r := aboutToken("/introspect", out.RefreshToken)
	r.header = []string{"Authorization", basicAuth("stepcloud", "api-secret")}
	if introspectionOf(t, i, r).Active {
		t.Error("an API learns about a refresh token")
	}
}

// IN-06, RV-09: only POST.
func TestTokenQueriesArePosted(t *testing.T) {
	i := newIDP(t)
	for _, path := range []string{"/introspect", "/revoke"} {
		if w := i.send("GET", path+"?token=x", ""); w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "POST" {
			t.Errorf("%s: %d", path, w.Code)
		}
		if w := i.send("POST", path, strings.Repeat("a", maxBody+1)); w.Code != http.StatusRequestEntityTooLarge {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

func revokeRequest(i *idp) *request {
	return aboutToken("/revoke", i.tokens(validAuthorization()).AccessToken)
}

func TestRevocationRules(t *testing.T) {
	cases := []breakCase{
		{rule: "token_present", breaks: sets("token", "-")},
		{rule: "token_owner", breaks: as("codeonly", "codeonly-secret")},
	}
	for n := range cases {
		cases[n].setUp = revokeRequest
	}
	walk(t, directRules(revocationChecks), onToken, append(directCases(revokeRequest), cases...))
}

// RV-01 to RV-07: what ends, and what does not.
func TestRevocation(t *testing.T) {
	i := newIDP(t)
	out := i.tokens(validAuthorization())
	active := func(token string) bool {
		t.Helper()
		return introspectionOf(t, i, aboutToken("/introspect", token)).Active
	}
	revoke := func(token string, more ...string) {
		t.Helper()
		r := aboutToken("/revoke", token)
		for n := 0; n < len(more); n += 2 {
			r.values.Set(more[n], more[n+1])
		}
		if w := r.send(i); w.Code != http.StatusOK || w.Body.Len() > 0 || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	}
	other := aboutToken("/revoke", out.AccessToken)
	other.header = []string{"Authorization", basicAuth("codeonly", "codeonly-secret")}
	if w := other.send(i); wireError(w) != "invalid_grant" || !active(out.AccessToken) { // RV-05
		t.Errorf("another client: %d", w.Code)
	}
	revoke(out.AccessToken, "token_type_hint", "refresh_token") // RV-04
	if active(out.AccessToken) || !active(out.RefreshToken) {
		t.Error("RV-01")
	}
	if w := i.send("GET", "/userinfo", "", "Authorization", "Bearer "+out.AccessToken); w.Code != http.StatusUnauthorized || i.failed() != "token_grant_active" {
		t.Errorf("UserInfo: %d %s", w.Code, i.failed())
	}
	revoke(out.AccessToken) // RV-02
	revoke("garbage", "token_type_hint", "pizza")
	next := tokensOf(t, i.token(refreshForm(out.RefreshToken)))
	revoke(next.RefreshToken)
	if active(next.AccessToken) || active(next.RefreshToken) { // RV-07
		t.Error("RV-07")
	}
	if w := i.token(refreshForm(next.RefreshToken)); wireError(w) != "invalid_grant" {
		t.Errorf("refresh: %d", w.Code)
	}
}

// RV-06: a public client revokes its own tokens by naming itself.
func TestRevocationByAPublicClient(t *testing.T) {
	i := newIDP(t)
	v := validAuthorization()
	v.Set("client_id", "spa")
	v.Set("redirect_uri", spaURI)
	form := validToken(i.code(v))
	form.Set("client_id", "spa")
	form.Set("redirect_uri", spaURI)
	out := tokensOf(t, i.send("POST", "/token", form.Encode()))
	r := aboutToken("/revoke", out.AccessToken)
	publicClient(i, r)
	if w := r.send(i); w.Code != http.StatusOK {
		t.Errorf("%d %s", w.Code, i.failed())
	}
	if info, _ := i.Introspect(t.Context(), out.AccessToken); info.Active {
		t.Error("still active")
	}
}

// FuzzIntrospection: whatever the token, there is no 5xx, and nothing is active.
func FuzzIntrospection(f *testing.F) {
	f.Add("a.b.c", "refresh_token")
	f.Add("eyJhbGciOiJub25lIn0.e30.", "")
	f.Add("rt_\x00", "access_token")
	f.Fuzz(func(t *testing.T, token, hint string) {
		i := newIDP(t)
		for _, path := range []string{"/introspect", "/revoke"} {
			r := aboutToken(path, token)
			r.values.Set("token_type_hint", hint)
			w := r.send(i)
			if !slices.Contains([]int{200, 400}, w.Code) || strings.Contains(w.Body.String(), "true") {
				t.Fatalf("%s: %d %s", path, w.Code, w.Body)
			}
		}
	})
}
