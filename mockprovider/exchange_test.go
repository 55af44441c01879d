package mockprovider

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// exchangeRequest is web exchanging its own token.
func exchangeRequest(i *idp) *request {
	v := validAuthorization()
	v.Set("scope", "openid steps:read")
	out := i.tokens(v)
	return &request{
		method: "POST", path: "/token",
		values: url.Values{
			"grant_type": {grantTokenExchange}, "subject_token": {out.AccessToken}, "subject_token_type": {tokenTypeAccess},
			"scope": {"meals:read"}, "resource": {mealCloud},
		},
		header: []string{"Authorization", basicAuth("web", webSecret)},
	}
}

// withActor adds the token of the client machine as the actor's.
func withActor(i *idp, r *request) {
	i.t.Helper()
	machine := clientCredentialsRequest(i)
	as("machine", "machine-secret")(i, machine)
	r.values.Set("actor_token", tokensOf(i.t, machine.send(i)).AccessToken)
	r.values.Set("actor_token_type", tokenTypeAccess)
}

func TestExchangeRules(t *testing.T) {
	mayAct := func(i *idp) *request {
		i.Client("web").MayAct = "machine"
		r := exchangeRequest(i)
		withActor(i, r)
		return r
	}
	cases := []breakCase{
		{rule: "grant_type_allowed", breaks: as("codeonly", "codeonly-secret")},
		{rule: "client_confidential", breaks: func(i *idp, r *request) {
			i.Client("spa").GrantTypes = []string{grantTokenExchange}
			publicClient(i, r)
		}},
		{rule: "subject_token_present", breaks: sets("subject_token", "-")},
		{rule: "subject_token_present", breaks: sets("subject_token_type", "-")},
		{rule: "actor_token_pair", breaks: sets("actor_token", "x")},
		{rule: "actor_token_pair", breaks: sets("actor_token_type", tokenTypeAccess)},
		{rule: "token_types_known", breaks: sets("subject_token_type", "urn:x")},
		{rule: "token_types_known", breaks: sets("requested_token_type", tokenTypeID)},
		{rule: "subject_token_valid", breaks: sets("subject_token", "garbage")},
		{rule: "subject_token_valid", breaks: func(i *idp, _ *request) { i.clock = i.clock.Add(time.Hour) }},
		{rule: "subject_token_for_client", breaks: func(i *idp, r *request) {
			i.Client("codeonly").GrantTypes = []string{grantTokenExchange}
			as("codeonly", "codeonly-secret")(i, r)
		}},
		{rule: "actor_token_valid", breaks: sets("actor_token", "garbage", "actor_token_type", tokenTypeAccess)},
		{rule: "may_act", setUp: mayAct, breaks: sets("actor_token", "-", "actor_token_type", "-")},
		{rule: "target_known", breaks: sets("resource", "https://other.example")},
		{rule: "target_known", breaks: sets("audience", "nobody")},
		{rule: "scope_syntax", breaks: sets("scope", `"`)},
		{rule: "scope_allowed", breaks: sets("scope", "steps:read steps:fly")},
		{rule: "scope_one_api", breaks: sets("scope", "steps:read meals:read", "resource", "-")},
		{rule: "authorization_details_granted", breaks: sets("authorization_details", marchExport)},
		{rule: "authorization_details_one_api", setUp: detailedExchange, breaks: sets("scope", "meals:read")},
	}
	for n := range cases {
		if cases[n].setUp == nil {
			cases[n].setUp = exchangeRequest
		}
	}
	walk(t, tokenRules(exchangeGrant), onToken, append(tokenCases(exchangeRequest), cases...))
}

// TX-06, TX-07: impersonation has no act, delegation has, and a chain nests.
func TestExchange(t *testing.T) {
	i := newIDP(t)
	r := exchangeRequest(i)
	w := r.send(i)
	out := tokensOf(t, w)
	claims := payload[map[string]any](out.AccessToken)
	if out.IssuedTokenType != tokenTypeAccess || out.TokenType != "Bearer" || out.RefreshToken != "" || out.IDToken != "" || out.Scope != "meals:read" {
		t.Errorf("%+v", out)
	}
	if claims["sub"] != "u-alice" || claims["aud"] != mealCloud || claims["client_id"] != "web" || claims["act"] != nil {
		t.Errorf("%v", claims)
	}
	withActor(i, r)
	r.values.Del("resource")
	r.values.Set("audience", "MealCloud") // TX-09: by name
	second := tokensOf(t, r.send(i))
	if act := payload[map[string]any](second.AccessToken)["act"]; !cmp.Equal(act, any(map[string]any{"sub": "machine"})) {
		t.Errorf("act %v", act)
	}
	r.values.Set("subject_token", second.AccessToken)
	third := tokensOf(t, r.send(i))
	var got struct {
		Act actorClaim `json:"act"`
	}
	raw, _ := json.Marshal(payload[map[string]any](third.AccessToken))
	if err := json.Unmarshal(raw, &got); err != nil || got.Act.Actor == nil || got.Act.Actor.Subject != "machine" {
		t.Errorf("chain %s", raw)
	}
}

// An exchanged token lives no longer than the one that it comes from, and ends
// with its grant.
func TestExchangedTokenEnds(t *testing.T) {
	i := newIDP(t)
	r := exchangeRequest(i)
	i.clock = i.clock.Add(9 * time.Minute)
	out := tokensOf(t, r.send(i))
	if out.ExpiresIn != 60 {
		t.Errorf("expires_in %d", out.ExpiresIn)
	}
	held, err := i.hold(t.Context(), out.AccessToken)
	if err != nil || i.revoke(t.Context(), held.Grant, "test") != nil {
		t.Fatal(err)
	}
	if info, _ := i.Introspect(t.Context(), out.AccessToken); info.Active {
		t.Error("still active")
	}
}

// An ID token of the client is a subject token too; an API exchanges what it was
// sent.
func TestExchangeOthers(t *testing.T) {
	i := newIDP(t, func(c *Config) {
		c.Clients = append(c.Clients, Client{
			ID: "stepcloud", Secret: "s", API: stepCloud, GrantTypes: []string{grantTokenExchange}, Scopes: []string{"meals:read"}, TokenEndpointAuthMethod: authBasic,
		})
	})
	r := exchangeRequest(i)
	as("stepcloud", "s")(i, r)
	if out := tokensOf(t, r.send(i)); payload[map[string]any](out.AccessToken)["client_id"] != "stepcloud" {
		t.Error(out)
	}
	v := validAuthorization()
	v.Set("scope", "openid steps:read")
	as("web", webSecret)(i, r)
	r.values.Set("subject_token", i.tokens(v).IDToken)
	if w := r.send(i); w.Code != http.StatusBadRequest || i.failed() != "subject_token_valid" {
		t.Errorf("an ID token as an access token: %d %s", w.Code, i.failed())
	}
	r.values.Set("subject_token_type", tokenTypeID)
	tokensOf(t, r.send(i))
}

const otherIssuer = "https://login.example"

func trustOther(c *Config) {
	c.TrustedIssuers = []TrustedIssuer{{Issuer: otherIssuer, JWKS: clientJWKS()}}
}

func (i *idp) vouch() foreign {
	f := i.assertion()
	return f.with("iss", otherIssuer, "sub", "alice")
}

func jwtGrantRequest(i *idp) *request {
	i.cfg.TrustedIssuers = []TrustedIssuer{{Issuer: otherIssuer, JWKS: clientJWKS()}}
	if err := i.trust(); err != nil {
		i.t.Fatal(err)
	}
	return &request{
		method: "POST", path: "/token",
		values: url.Values{"grant_type": {grantJWTBearer}, "scope": {"steps:read"}, "assertion": {i.vouch().sign(i.t)}},
		header: []string{"Authorization", basicAuth("web", webSecret)},
	}
}

func vouches(changes ...any) func(*idp, *request) {
	return func(i *idp, r *request) { r.values.Set("assertion", i.vouch().with(changes...).sign(i.t)) }
}

func vouchesIn(claim string, d time.Duration) func(*idp, *request) {
	return func(i *idp, r *request) { vouches(claim, i.clock.Add(d).Unix())(i, r) }
}

func TestJWTGrantRules(t *testing.T) {
	cases := []breakCase{
		{rule: "grant_type_allowed", breaks: as("codeonly", "codeonly-secret")},
		{rule: "assertion_present", breaks: sets("assertion", "-")},
		{rule: "assertion_readable", breaks: sets("assertion", "x")},
		{rule: "assertion_iss", breaks: vouches("iss", "https://evil.example")},
		{rule: "assertion_verified", engine: "sig_bad", breaks: func(i *idp, r *request) {
			f := i.vouch()
			f.key = strangerEC()
			r.values.Set("assertion", f.sign(i.t))
		}},
		{rule: "assertion_sub", breaks: vouches("sub", "eve")},
		{rule: "assertion_sub", breaks: vouches("sub", nil)},
		{rule: "assertion_verified", engine: "aud_mismatch", breaks: vouches("aud", "https://other.example")},
		{rule: "assertion_aud_issuer", breaks: vouches("aud", testIssuer+"/token")},
		{rule: "assertion_verified", engine: "exp_past", breaks: vouchesIn("exp", -time.Minute)},
		{rule: "assertion_verified", engine: "exp_missing", breaks: vouches("exp", nil)},
		{rule: "assertion_verified", engine: "nbf_future", breaks: vouchesIn("nbf", time.Minute)},
		{rule: "assertion_once", breaks: used},
		{rule: "scope_syntax", breaks: sets("scope", `"`)},
		{rule: "scope_allowed", breaks: sets("scope", "steps:read steps:fly")},
		{rule: "resource_known", breaks: sets("resource", "https://other.example")},
		{rule: "scope_one_api", breaks: sets("scope", "steps:read meals:read")},
		{rule: "authorization_details_known", breaks: sets("authorization_details", "x")},
		{rule: "authorization_details_allowed", breaks: sets("authorization_details", `[{"type":"meals_export"}]`)},
		{rule: "authorization_details_one_api", breaks: sets("authorization_details", `[{"type":"meals_order","dish":"soup"}]`)},
	}
	for n := range cases {
		cases[n].setUp = jwtGrantRequest
	}
	walk(t, tokenRules(jwtGrant), onToken, append(tokenCases(jwtGrantRequest), cases...))
}

// JB-01: sub is the user, and nothing lives on.
func TestJWTGrant(t *testing.T) {
	i := newIDP(t, trustOther)
	out := tokensOf(t, jwtGrantRequest(i).send(i))
	if payload[map[string]any](out.AccessToken)["sub"] != "u-alice" || out.RefreshToken != "" || out.IDToken != "" {
		t.Errorf("%+v", out)
	}
}

func TestTrustedIssuersAreChecked(t *testing.T) {
	for name, t2 := range map[string][]TrustedIssuer{
		"no keys": {{Issuer: otherIssuer}},
		"no name": {{JWKS: clientJWKS()}},
		"itself":  {{Issuer: testIssuer, JWKS: clientJWKS()}},
		"twice":   {{Issuer: otherIssuer, JWKS: clientJWKS()}, {Issuer: otherIssuer, JWKS: clientJWKS()}},
	} {
		cfg := testConfig()
		cfg.TrustedIssuers = t2
		if _, err := New(cfg); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// FuzzExchange: whatever tokens come, there is no 5xx and no token.
func FuzzExchange(f *testing.F) {
	f.Add("a.b.c", tokenTypeAccess, "x", tokenTypeID)
	f.Add("eyJhbGciOiJub25lIn0.e30.", tokenTypeID, "", "")
	f.Fuzz(func(t *testing.T, subject, subjectType, actor, actorType string) {
		i := newIDP(t)
		w := i.token(url.Values{
			"grant_type": {grantTokenExchange}, "subject_token": {subject}, "subject_token_type": {subjectType},
			"actor_token": {actor}, "actor_token_type": {actorType}, "assertion": {subject},
		})
		if w.Code != http.StatusBadRequest {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		w = i.token(url.Values{"grant_type": {grantJWTBearer}, "assertion": {subject}})
		if w.Code != http.StatusBadRequest {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
	})
}
