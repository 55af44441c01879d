package mockprovider

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"claimcheck/playground"
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

// tokenRules are the rules of a grant type, with what comes before them.
func tokenRules(grant []playground.Check[tokenRequest]) []playground.Rule {
	return rulesOf(slices.Concat(envelopeChecks, clientAuthChecks, grant))
}

// directRules are the rules of another endpoint that clients call.
func directRules(own []playground.Check[tokenRequest]) []playground.Rule {
	return rulesOf(slices.Concat(directChecks, clientAuthChecks, own))
}

// tokenCases are the rules that every grant type starts with.
func tokenCases(setUp func(*idp) *request) []breakCase {
	return append(
		directCases(setUp),
		breakCase{rule: "grant_type_present", setUp: setUp, breaks: sets("grant_type", "-")},
		breakCase{rule: "sender_constrained", setUp: setUp, breaks: sets()},
		breakCase{rule: "grant_type_supported", setUp: setUp, breaks: sets("grant_type", "magic")},
	)
}

// directCases are the rules that every request of a client starts with.
func directCases(setUp func(*idp) *request) []breakCase {
	basic := func(raw string) func(*idp, *request) {
		return headers("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(raw)))
	}
	cases := []breakCase{
		{rule: "form_body", breaks: func(_ *idp, r *request) {
			r.rawBody, r.header = `{"grant_type":"authorization_code"}`, append(r.header, "Content-Type", "application/json")
		}},
		{rule: "form_body", breaks: func(_ *idp, r *request) { r.rawBody = r.values.Encode() + "&x=%zz" }},
		{rule: "secret_not_in_uri", breaks: func(_ *idp, r *request) { r.path += "?client_secret=" + webSecret; r.header = nil }},
		{rule: "parameters_once", breaks: func(_ *idp, r *request) { r.values["client_id"] = []string{"web", "web"} }},
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
		{rule: "client_auth_attempts", code: http.StatusTooManyRequests, breaks: func(i *idp, _ *request) {
			for range maxFailures {
				i.token(url.Values{"grant_type": {grantRefreshToken}}, "Authorization", basicAuth("web", "wrong"))
			}
		}},
		{rule: "client_key_only", breaks: sets()},
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
				v := maps.Clone(r.values)
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
		{rule: "resource_granted", breaks: sets("resource", mealCloud)},
		{rule: "resource_one", setUp: codeForTwo, breaks: sets("resource", "-")},
		{rule: "authorization_details_granted", breaks: sets("authorization_details", marchExport)},
		{rule: "code_key_bind", breaks: func(i *idp, r *request) {
			v := validAuthorization()
			v.Set("dpop_jkt", challenge)
			r.values.Set("code", i.code(v))
		}},
		{rule: "code_spent", breaks: func(i *idp, _ *request) { i.store = &slowStore{Store: i.store} }},
	}
	for n := range cases {
		if cases[n].setUp == nil {
			cases[n].setUp = codeRequest
		}
	}
	walk(t, tokenRules(codeGrant), onToken, append(tokenCases(codeRequest), cases...))
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
		{rule: "resource_granted", breaks: sets("resource", mealCloud)},
		{rule: "resource_one", setUp: refreshForTwo, breaks: sets("resource", "-")},
		{rule: "authorization_details_granted", breaks: sets("authorization_details", marchExport)},
		{rule: "refresh_key_bind", breaks: func(i *idp, r *request) {
			ctx := i.t.Context()
			rec, raw, err := load[refreshRecord](ctx, i.store, kindRefresh, r.values.Get("refresh_token"))
			if err != nil {
				i.t.Fatal(err)
			}
			rec.Thumbprint = challenge
			if _, err := replace(ctx, i.store, kindRefresh, r.values.Get("refresh_token"), raw, rec, time.Hour); err != nil {
				i.t.Fatal(err)
			}
		}},
		{rule: "refresh_spent", breaks: func(i *idp, _ *request) { i.store = &slowStore{Store: i.store} }},
	}
	for n := range cases {
		if cases[n].setUp == nil {
			cases[n].setUp = refreshRequest
		}
	}
	cases = append(tokenCases(refreshRequest), cases...)
	walk(t, tokenRules(refreshGrant), onToken, cases)
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
	walk(t, rulesOf(envelopeChecks), onToken, tokenCases(codeRequest))
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

func headerOf(token string) (out map[string]any) {
	raw, _ := base64.RawURLEncoding.DecodeString(strings.SplitN(token, ".", 2)[0])
	_ = json.Unmarshal(raw, &out)
	return out
}
