package mockprovider

import (
	"net/http"
	"net/url"
	"testing"
)

func clientCredentialsRequest(*idp) *request {
	return &request{
		method: "POST", path: "/token", values: url.Values{"grant_type": {grantClientCredentials}, "scope": {"steps:read"}},
		header: []string{"Authorization", basicAuth("web", webSecret)},
	}
}

func TestClientCredentialsRules(t *testing.T) {
	cases := []breakCase{
		{rule: "grant_type_allowed", breaks: as("codeonly", "codeonly-secret")},
		{rule: "client_confidential", breaks: func(_ *idp, r *request) {
			r.header = nil
			r.values.Set("client_id", "spamachine")
		}},
		{rule: "scope_syntax", breaks: sets("scope", "steps:read  steps:write")},
		{rule: "scope_allowed", breaks: sets("scope", "steps:read steps:fly")},
		{rule: "scope_without_user", breaks: sets("scope", "openid")},
		{rule: "authorization_details_known", breaks: sets("authorization_details", "x")},
		{rule: "authorization_details_allowed", breaks: sets("authorization_details", `[{"type":"meals_export"}]`)},
		{rule: "authorization_details_one_api", breaks: sets("authorization_details", `[{"type":"meals_order","dish":"soup"}]`)},
		{rule: "resource_known", breaks: sets("resource", "https://other.example")},
		{rule: "scope_one_api", breaks: sets("scope", "steps:read meals:read")},
	}
	for n := range cases {
		cases[n].setUp = clientCredentialsRequest
	}
	walk(t, tokenRules(clientCredentialsGrant), onToken, append(tokenCases(clientCredentialsRequest), cases...))
}

// CC-02, RT-11: sub is the client, and there is neither refresh token nor ID
// token, nor anything about a login.
func TestClientCredentialsResponse(t *testing.T) {
	i := newIDP(t)
	r := clientCredentialsRequest(i)
	as("machine", "machine-secret")(i, r)
	out := tokensOf(t, r.send(i))
	if out.RefreshToken != "" || out.IDToken != "" || out.Scope != "steps:read" || out.TokenType != "Bearer" {
		t.Errorf("%+v", out)
	}
	claims := payload[map[string]any](out.AccessToken)
	if claims["sub"] != "machine" || claims["client_id"] != "machine" || claims["aud"] != stepCloud || claims["auth_time"] != nil || claims["amr"] != nil {
		t.Errorf("%v", claims)
	}
	info, err := i.Introspect(t.Context(), out.AccessToken)
	if err != nil || !info.Active || info.Subject != "machine" || info.Username != "" {
		t.Errorf("%+v %v", info, err)
	}
	if w := i.send("GET", "/userinfo", "", "Authorization", "Bearer "+out.AccessToken); w.Code != http.StatusUnauthorized || i.failed() != "token_no_user" {
		t.Errorf("UserInfo: %d %s", w.Code, i.failed())
	}
	revoke := &request{method: "POST", path: "/revoke", values: url.Values{"token": {out.AccessToken}}, header: r.header}
	revoke.send(i)
	if info, _ := i.Introspect(t.Context(), out.AccessToken); info.Active {
		t.Error("still active")
	}
}

// RFC 9700 §4.15: no client of this grant has the ID of a user.
func TestClientIsNoUser(t *testing.T) {
	cfg := testConfig()
	cfg.Clients = append(cfg.Clients, Client{ID: "u-alice", Secret: "x", GrantTypes: []string{grantClientCredentials}})
	if _, err := New(cfg); err == nil {
		t.Error("no error")
	}
}
