package mockprovider

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func codeRequest(i *idp) *request {
	v := validAuthorization()
	v.Set("scope", "openid steps:read")
	return &request{
		method: "POST", path: "/token", values: validToken(i.code(v)),
		header: []string{"Authorization", basicAuth("web", webSecret)},
	}
}

func refreshRequest(i *idp) *request {
	v := validAuthorization()
	v.Set("scope", "openid steps:read steps:write")
	return &request{
		method: "POST", path: "/token", values: refreshForm(i.tokens(v).RefreshToken),
		header: []string{"Authorization", basicAuth("web", webSecret)},
	}
}

// headers replaces the headers of the request.
func headers(header ...string) func(*idp, *request) {
	return func(_ *idp, r *request) { r.header = header }
}

// as authenticates as another client.
func as(id, secret string) func(*idp, *request) {
	return headers("Authorization", basicAuth(id, secret))
}

// tokenCases are the rules that every grant type starts with.
func tokenCases(setUp func(*idp) *request) []breakCase {
	basic := func(raw string) func(*idp, *request) {
		return headers("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(raw)))
	}
	cases := []breakCase{
		{rule: "form_body", breaks: func(_ *idp, r *request) {
			r.rawBody, r.header = `{"grant_type":"authorization_code"}`, append(r.header, "Content-Type", "application/json")
		}},
		{rule: "form_body", breaks: func(_ *idp, r *request) { r.rawBody = r.values.Encode() + "&x=%zz" }},
		{rule: "secret_not_in_uri", breaks: func(_ *idp, r *request) { r.path += "?client_secret=" + webSecret; r.header = nil }},
		{rule: "parameters_once", breaks: func(_ *idp, r *request) { r.values.Add("grant_type", r.values.Get("grant_type")) }},
		{rule: "grant_type_present", breaks: sets("grant_type", "-")},
		{rule: "grant_type_supported", breaks: sets("grant_type", "password")},
		{rule: "client_auth_readable", breaks: basic("web")},
		{rule: "client_auth_readable", breaks: headers("Authorization", "Basic !!!")},
		{rule: "client_auth_readable", breaks: headers("Authorization", "Bearer abc")},
		{rule: "client_auth_readable", breaks: basic("web:%zz")},
		{rule: "client_auth_one_method", breaks: sets("client_secret", webSecret)},
		{rule: "client_auth_one_method", breaks: sets("client_assertion", "eyJ")},
		{rule: "client_id_same", breaks: sets("client_id", "spa")},
		{rule: "client_identified", breaks: headers()},
		{rule: "client_known", breaks: as("nobody", webSecret)},
		{rule: "client_auth_method", breaks: func(_ *idp, r *request) {
			r.header = nil
			r.values.Set("client_id", "web")
			r.values.Set("client_secret", webSecret)
		}},
		{rule: "client_auth_attempts", code: http.StatusTooManyRequests, breaks: func(i *idp, r *request) {
			for range maxFailures {
				i.token(url.Values{"grant_type": r.values["grant_type"]}, "Authorization", basicAuth("web", "wrong"))
			}
		}},
		{rule: "client_auth", breaks: as("web", "wrong")},
		{rule: "client_auth", id: "client_auth_missing", breaks: func(_ *idp, r *request) {
			r.header = nil
			r.values.Set("client_id", "web")
		}},
	}
	for n := range cases {
		cases[n].setUp = setUp
	}
	return cases
}

// used is the valid request after it was used once.
func used(i *idp, r *request) {
	i.t.Helper()
	if w := r.send(i); w.Code != http.StatusOK {
		i.t.Fatalf("first use: %d %s", w.Code, i.failed())
	}
}

func TestCodeGrantRules(t *testing.T) {
	withoutPKCE := func(i *idp) *request {
		v := validAuthorization()
		v.Del("code_challenge")
		v.Del("code_challenge_method")
		r := codeRequest(i)
		r.values.Set("code", i.code(v))
		r.values.Del("code_verifier")
		return r
	}
	cases := []breakCase{
		{rule: "grant_type_allowed", breaks: as("refreshonly", "refreshonly-secret")},
		{rule: "code_present", breaks: sets("code", "-")},
		{rule: "code_known", breaks: sets("code", "garbage")},
		{rule: "code_client_bind", breaks: as("codeonly", "codeonly-secret")},
		{rule: "redirect_uri_repeated", breaks: sets("redirect_uri", "-")},
		{rule: "redirect_uri_same", breaks: sets("redirect_uri", webURI+"/")},
		{rule: "pkce_downgrade_guard", setUp: withoutPKCE, breaks: sets("code_verifier", verifier)},
		{rule: "code_tries", breaks: func(i *idp, r *request) {
			for range maxMisses {
				v := url.Values{}
				for name, all := range r.values {
					v[name] = all
				}
				v.Set("code_verifier", strings.Repeat("x", 43))
				i.token(v)
			}
		}},
		{rule: "pkce_verifier", breaks: sets("code_verifier", strings.Repeat("x", 43))},
		{rule: "pkce_verifier", breaks: sets("code_verifier", challenge)}, // TC-13
		{rule: "pkce_verifier", id: "pkce_verifier_missing", breaks: sets("code_verifier", "-")},
		{rule: "pkce_verifier", id: "pkce_verifier_syntax", breaks: sets("code_verifier", "short")},
		{rule: "pkce_verifier", id: "pkce_verifier_syntax", breaks: sets("code_verifier", strings.Repeat("x", 129))},
		{rule: "code_single_use", breaks: used},
		{rule: "code_ttl", breaks: func(i *idp, _ *request) { i.clock = i.clock.Add(time.Minute) }},
		{rule: "grant_active", breaks: revokeGrant},
		{rule: "code_spent", breaks: func(i *idp, _ *request) { i.store = &slowStore{Store: i.store} }},
	}
	for n := range cases {
		if cases[n].setUp == nil {
			cases[n].setUp = codeRequest
		}
	}
	walk(t, rulesOf(codeGrantChecks), onToken, append(tokenCases(codeRequest), cases...))
}

// revokeGrant revokes what the request's code or refresh token points to.
func revokeGrant(i *idp, r *request) {
	i.t.Helper()
	id := ""
	if code, _, err := load[codeRecord](i.t.Context(), i.store, kindCode, r.values.Get("code")); err == nil {
		id = code.Grant
	}
	if token, _, err := load[refreshRecord](i.t.Context(), i.store, kindRefresh, r.values.Get("refresh_token")); err == nil {
		id = token.Grant
	}
	if err := i.revoke(i.t.Context(), id, "test"); err != nil || id == "" {
		i.t.Fatalf("revoke %q: %v", id, err)
	}
}

func TestRefreshGrantRules(t *testing.T) {
	cases := []breakCase{
		{rule: "grant_type_allowed", breaks: as("codeonly", "codeonly-secret")},
		{rule: "refresh_token_present", breaks: sets("refresh_token", "-")},
		{rule: "refresh_token_known", breaks: sets("refresh_token", "garbage")},
		{rule: "refresh_client_bind", breaks: as("refreshonly", "refreshonly-secret")},
		{rule: "refresh_reuse_revoke", alsoOff: []string{"refresh_rotate"}, breaks: rotated},
		{rule: "refresh_rotate", off: []string{"refresh_reuse_revoke"}, breaks: rotated},
		{rule: "refresh_ttl", breaks: func(i *idp, _ *request) { i.clock = i.clock.Add(7 * 24 * time.Hour) }},
		{rule: "grant_active", breaks: revokeGrant},
		{rule: "refresh_scope", breaks: sets("scope", "steps:read meals:read")},
		{rule: "refresh_scope", breaks: sets("scope", "steps:read  steps:write")},
		{rule: "refresh_spent", breaks: func(i *idp, _ *request) { i.store = &slowStore{Store: i.store} }},
	}
	for n := range cases {
		cases[n].setUp = refreshRequest
	}
	cases = append(tokenCases(refreshRequest), cases...)
	walk(t, rulesOf(refreshGrantChecks), onToken, cases)
}

// rotated is the valid refresh token after another one took its place.
func rotated(i *idp, r *request) {
	i.t.Helper()
	off := i.InsecureOff()
	if err := i.SetInsecureOff(); err != nil {
		i.t.Fatal(err)
	}
	used(i, r)
	if err := i.SetInsecureOff(off...); err != nil {
		i.t.Fatal(err)
	}
}

func TestOtherGrantRules(t *testing.T) {
	walk(t, rulesOf(otherGrantChecks), onToken, tokenCases(codeRequest))
}

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
		"iss": testIssuer, "sub": "u-alice", "aud": stepCloud, "client_id": "web", "scope": out.Scope,
		"iat": float64(i.clock.Unix()), "exp": float64(i.clock.Unix() + 600), "auth_time": float64(i.clock.Unix()),
	} {
		if at[name] != want {
			t.Errorf("access token %s: %v, want %v", name, at[name], want)
		}
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
	if out := i.tokens(validAuthorization()); out.IDToken != "" {
		t.Error("an ID token without openid")
	}
	v := validAuthorization()
	v.Set("scope", "openid")
	if aud := payload[map[string]any](i.tokens(v).AccessToken)["aud"]; aud != testIssuer {
		t.Errorf("aud %v", aud)
	}
	v.Set("client_id", "codeonly")
	out := tokensOf(t, i.token(validToken(i.code(v)), "Authorization", basicAuth("codeonly", "codeonly-secret")))
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
	for alg, id := range map[string]string{"ES256": "es256", "EdDSA": "eddsa"} {
		v := validAuthorization()
		v.Set("scope", "openid steps:read")
		v.Set("client_id", id)
		out := tokensOf(t, i.token(validToken(i.code(v)), "Authorization", basicAuth(id, id+"-secret")))
		if headerOf(out.IDToken)["alg"] != alg || headerOf(out.AccessToken)["alg"] != alg {
			t.Errorf("%s: %v", alg, headerOf(out.IDToken))
		}
		i.idToken(out.IDToken)
	}
}

// CA-03, CA-05, CA-07: authentication, where it succeeds and where it does not.
func TestClientAuthentication(t *testing.T) {
	i := newIDP(t)
	v := validAuthorization()
	v.Set("client_id", "a:b")
	if w := i.token(validToken(i.code(v)), "Authorization", basicAuth("a:b", "p%+ ä")); w.Code != http.StatusOK {
		t.Errorf("CA-03: %d %s", w.Code, i.failed())
	}
	raw := base64.StdEncoding.EncodeToString([]byte("a%3Ab:p%25%2B+%C3%A4"))
	if w := i.token(validToken(i.code(v)), "Authorization", "basic "+raw); w.Code != http.StatusOK {
		t.Errorf("a scheme in small letters: %d %s", w.Code, i.failed())
	}

	v.Set("client_id", "post")
	form := validToken(i.code(v))
	form.Set("client_id", "post")
	form.Set("client_secret", "post-secret")
	if w := i.send("POST", "/token", form.Encode()); w.Code != http.StatusOK {
		t.Errorf("client_secret_post: %d %s", w.Code, i.failed())
	}
	if w := i.token(validToken(i.code(v)), "Authorization", basicAuth("post", "post-secret")); w.Code != http.StatusUnauthorized {
		t.Errorf("CA-05: %d", w.Code)
	}

	form = url.Values{"grant_type": {"refresh_token"}, "client_id": {"spa"}, "client_secret": {"guess"}}
	if w := i.send("POST", "/token", form.Encode()); w.Code != http.StatusUnauthorized || i.failed() != "client_auth_method" {
		t.Errorf("CA-07: %d %s", w.Code, i.failed())
	}

	// CA-02, G-15: unknown client and wrong secret look the same.
	unknown := i.token(refreshForm("x"), "Authorization", basicAuth("nobody", "x"))
	wrong := i.token(refreshForm("x"), "Authorization", basicAuth("web", "x"))
	if unknown.Body.String() != wrong.Body.String() || wrong.Header().Get("WWW-Authenticate") != `Basic realm="AcmeID"` ||
		unknown.Header().Get("WWW-Authenticate") != wrong.Header().Get("WWW-Authenticate") {
		t.Errorf("%v %s / %v %s", unknown.Header(), unknown.Body, wrong.Header(), wrong.Body)
	}
	// The secret as it is, not encoded: the finding says so.
	i.token(refreshForm("x"), "Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte("web:a+b")))
	if i.failed() != "client_auth" {
		t.Error(i.failed())
	}
}

// A secret that was not form-encoded gets a finding of its own.
func TestClientAuthEncoding(t *testing.T) {
	i := newIDP(t, func(c *Config) { c.Clients[0].Secret = "a+b" })
	i.token(refreshForm("x"), "Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte("web:a+b")))
	if i.failed() != "client_auth_encoding" {
		t.Error(i.failed())
	}
}

// TC-05: a second use ends the tokens of the first. TC-06, TC-14: another client
// or one wrong verifier does not burn the code, and revokes nothing.
func TestCodeReuse(t *testing.T) {
	i := newIDP(t)
	req := codeRequest(i)
	i.token(req.values, "Authorization", basicAuth("codeonly", "codeonly-secret"))
	bad := url.Values{"grant_type": {grantAuthorizationCode}, "code": req.values["code"], "redirect_uri": {webURI}, "code_verifier": {strings.Repeat("x", 43)}}
	i.token(bad)
	out := tokensOf(t, req.send(i))
	i.token(bad) // a wrong second use revokes nothing
	i.token(req.values, "Authorization", basicAuth("codeonly", "codeonly-secret"))
	if info, err := i.Introspect(t.Context(), out.AccessToken); err != nil || !info.Active {
		t.Fatalf("the tokens ended by a request that proved nothing: %v", err)
	}
	i.clock = i.clock.Add(2 * time.Minute) // expired as well: it is still a reuse
	if w := req.send(i); w.Code != http.StatusBadRequest || i.failed() != "code_single_use" {
		t.Errorf("%d %s", w.Code, i.failed())
	}
	if info, _ := i.Introspect(t.Context(), out.AccessToken); info.Active {
		t.Error("the access token is still good")
	}
	if w := i.token(refreshForm(out.RefreshToken)); wireError(w) != "invalid_grant" || i.failed() != "grant_active" {
		t.Errorf("the refresh token: %d %s", w.Code, i.failed())
	}
}

// Switched off, a second use is let through, and revokes nothing.
func TestCodeReuseSwitchedOff(t *testing.T) {
	i := newIDP(t)
	if err := i.SetInsecureOff("code_single_use"); err != nil {
		t.Fatal(err)
	}
	req := codeRequest(i)
	first := tokensOf(t, req.send(i))
	tokensOf(t, req.send(i))
	if info, _ := i.Introspect(t.Context(), first.AccessToken); !info.Active {
		t.Error("the first tokens ended")
	}
	if err := i.SetInsecureOff(); err != nil {
		t.Fatal(err)
	}
	if w := req.send(i); w.Code != http.StatusBadRequest {
		t.Errorf("switched on again: %d", w.Code)
	}
}

// TC-07: of parallel redemptions one wins.
func TestCodeParallel(t *testing.T) {
	i := newIDP(t)
	i.observe = nil
	parallelWinner(t, i, codeRequest(i))
}

// RT-04: of parallel refreshes one wins.
func TestRefreshParallel(t *testing.T) {
	i := newIDP(t)
	req := refreshRequest(i)
	i.observe = nil
	parallelWinner(t, i, req)
}

func parallelWinner(t *testing.T, i *idp, req *request) {
	t.Helper()
	var done sync.WaitGroup
	codes := make([]int, 8)
	for n := range codes {
		done.Go(func() {
			r := httptest.NewRequest(http.MethodPost, testIssuer+"/token", strings.NewReader(req.values.Encode()))
			r.Header.Set("Content-Type", formType)
			r.Header.Set("Authorization", basicAuth("web", webSecret))
			w := httptest.NewRecorder()
			i.ServeHTTP(w, r)
			codes[n] = w.Code
		})
	}
	done.Wait()
	won := 0
	for _, code := range codes {
		switch code {
		case http.StatusOK:
			won++
		case http.StatusBadRequest:
		default:
			t.Errorf("status %d", code)
		}
	}
	if won != 1 {
		t.Errorf("%d of %d won, want 1", won, len(codes))
	}
}

// TC-08: OAuth 2.1 does not want redirect_uri again, but compares it if it comes.
func TestRedirectURIInOAuth21(t *testing.T) {
	i := newIDP(t, func(c *Config) { c.Policy = PolicyOAuth21 })
	req := codeRequest(i)
	req.values.Set("redirect_uri", spaURI)
	if w := req.send(i); wireError(w) != "invalid_grant" {
		t.Errorf("another one: %d", w.Code)
	}
	req.values.Del("redirect_uri")
	if w := req.send(i); w.Code != http.StatusOK {
		t.Errorf("none: %d %s", w.Code, i.failed())
	}
}

// TC-11 and OAuth 2.1: a confidential client may use nonce instead of PKCE.
func TestNonceInsteadOfPKCE(t *testing.T) {
	v := validAuthorization()
	v.Del("code_challenge")
	v.Del("code_challenge_method")
	v.Set("scope", "openid steps:read")
	v.Set("nonce", "n-1")
	for policy, accepted := range map[Policy]bool{PolicyOAuth21: true, PolicyFAPI2: false} {
		i := newIDP(t, func(c *Config) { c.Policy = policy })
		if w := i.authorize(v); (w.Code == http.StatusOK) != accepted {
			t.Errorf("%s: %d %s", policy, w.Code, i.failed())
		}
	}
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

// RT-03, RT-05, RT-08: scope, family and ID token of a refresh.
func TestRefresh(t *testing.T) {
	i := newIDP(t)
	v := validAuthorization()
	v.Set("scope", "openid steps:read steps:write")
	v.Set("nonce", "n-1")
	first := i.tokens(v)
	born := i.clock
	i.clock = i.clock.Add(time.Hour)

	narrow := refreshForm(first.RefreshToken)
	narrow.Set("scope", "openid steps:read")
	second := tokensOf(t, i.token(narrow))
	if second.Scope != "openid steps:read" || second.RefreshToken == first.RefreshToken {
		t.Errorf("%+v", second)
	}
	id := i.idToken(second.IDToken)
	if id.Nonce != "" || id.AuthTime != born.Unix() || id.IssuedAt != i.clock.Unix() || id.Subject != "u-alice" || id.Audience != "web" {
		t.Errorf("%+v", id)
	}
	third := tokensOf(t, i.token(refreshForm(second.RefreshToken)))
	if third.Scope != "openid steps:read steps:write" {
		t.Errorf("the refresh token lost scope: %q", third.Scope)
	}

	if w := i.token(refreshForm(first.RefreshToken)); wireError(w) != "invalid_grant" || i.failed() != "refresh_reuse_revoke" {
		t.Errorf("reuse: %d %s", w.Code, i.failed())
	}
	if w := i.token(refreshForm(third.RefreshToken)); wireError(w) != "invalid_grant" || i.failed() != "grant_active" {
		t.Errorf("the family: %d %s", w.Code, i.failed())
	}
	if info, _ := i.Introspect(t.Context(), third.AccessToken); info.Active {
		t.Error("the access token of the family is still good")
	}
}

// With the alarm off a reuse is refused and revokes nothing.
func TestRefreshReuseSwitchedOff(t *testing.T) {
	i := newIDP(t)
	if err := i.SetInsecureOff("refresh_reuse_revoke"); err != nil {
		t.Fatal(err)
	}
	req := refreshRequest(i)
	second := tokensOf(t, req.send(i))
	if w := req.send(i); wireError(w) != "invalid_grant" || i.failed() != "refresh_rotate" {
		t.Errorf("reuse: %d %s", w.Code, i.failed())
	}
	tokensOf(t, i.token(refreshForm(second.RefreshToken)))
}

// RT-12 and the defence refresh_rotate: without rotation the token stays.
func TestRefreshWithoutRotation(t *testing.T) {
	for name, change := range map[string]func(*Config){
		"fapi2":   func(c *Config) { c.Policy = PolicyFAPI2 },
		"rfc6749": func(c *Config) { c.Policy = PolicyRFC6749 },
		"off":     func(c *Config) { c.InsecureOff = []string{"refresh_rotate"} },
		"client":  func(c *Config) { c.Clients[0].Policy = PolicyFAPI2 },
	} {
		i := newIDP(t, change)
		req := refreshRequest(i)
		for range 2 {
			if out := tokensOf(t, req.send(i)); out.RefreshToken != "" {
				t.Errorf("%s: a new refresh token", name)
			}
		}
	}
}

// RT-10: use keeps a refresh token alive, but not beyond its family's end.
func TestRefreshExpiry(t *testing.T) {
	i := newIDP(t)
	token := i.tokens(validAuthorization()).RefreshToken
	for day := 6; day < 30; day += 6 {
		i.clock = i.clock.Add(6 * 24 * time.Hour)
		token = tokensOf(t, i.token(refreshForm(token))).RefreshToken
	}
	i.clock = i.clock.Add(6 * 24 * time.Hour)
	if w := i.token(refreshForm(token)); i.failed() != "refresh_ttl" {
		t.Errorf("after 30 days: %d %s", w.Code, i.failed())
	}
}

// Lifetimes are values of the policy, also of the client's own.
func TestPolicyValues(t *testing.T) {
	for policy, want := range map[Policy]int64{PolicyPermissive: 3600, PolicyRFC6749: 3600, "": 600, PolicyRFC9700: 600, PolicyOAuth21: 600, PolicyFAPI2: 600} {
		i := newIDP(t, func(c *Config) { c.Clients[0].Policy = policy })
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

// plain works where the policy lets it, and then as RFC 7636 §4.6 says.
func TestPlainChallenge(t *testing.T) {
	i := newIDP(t, func(c *Config) { c.Policy = PolicyRFC6749 })
	v := validAuthorization()
	v.Del("code_challenge_method") // absent means plain
	v.Set("code_challenge", verifier)
	if w := i.token(validToken(i.code(v))); w.Code != http.StatusOK {
		t.Errorf("%d %s", w.Code, i.failed())
	}
	wrong := validToken(i.code(v))
	wrong.Set("code_verifier", challenge)
	if w := i.token(wrong); wireError(w) != "invalid_grant" {
		t.Errorf("%d", w.Code)
	}
}

// TC-12: the vector of RFC 7636 Appendix B.
func TestChallengeVector(t *testing.T) {
	if got := challengeOf(verifier); got != challenge {
		t.Error(got)
	}
}

// G-06, G-16: other methods and large bodies.
func TestTokenEndpointLimits(t *testing.T) {
	i := newIDP(t)
	for _, method := range []string{"GET", "PUT", "DELETE", "HEAD"} {
		if w := i.send(method, "/token?grant_type=refresh_token", ""); w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "POST" {
			t.Errorf("%s: %d %q", method, w.Code, w.Header().Get("Allow"))
		}
	}
	if w := i.send("POST", "/token", strings.Repeat("a", maxBody+1)); w.Code != http.StatusRequestEntityTooLarge || wireError(w) != "invalid_request" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	// G-02, G-03: unknown parameters and parameters without a value.
	req := codeRequest(i)
	req.values["foo"] = []string{"1", "2"}
	req.values["scope"] = []string{"", ""}
	if w := req.send(i); w.Code != http.StatusOK {
		t.Errorf("%d %s", w.Code, i.failed())
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

func headerOf(token string) (out map[string]any) {
	raw, _ := base64.RawURLEncoding.DecodeString(strings.SplitN(token, ".", 2)[0])
	_ = json.Unmarshal(raw, &out)
	return out
}
