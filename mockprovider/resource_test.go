package mockprovider

import (
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// forTwo is an authorization request for two APIs.
func forTwo() url.Values {
	v := validAuthorization()
	v.Set("scope", "openid steps:read meals:read")
	v["resource"] = []string{stepCloud, mealCloud}
	return v
}

func codeForTwo(i *idp) *request {
	r := codeRequest(i)
	r.values.Set("code", i.code(forTwo()))
	r.values.Set("resource", stepCloud)
	return r
}

func refreshForTwo(i *idp) *request {
	r := codeForTwo(i)
	r.values = refreshForm(tokensOf(i.t, r.send(i)).RefreshToken)
	r.values.Set("resource", mealCloud)
	return r
}

// RI-01, TC-16: a token is for what was asked, the refresh token for all.
func TestResources(t *testing.T) {
	i := newIDP(t)
	r := codeForTwo(i)
	first := tokensOf(t, r.send(i))
	check := func(out tokenResponse, scope string, audience ...string) {
		t.Helper()
		info, err := i.Introspect(t.Context(), out.AccessToken)
		if err != nil || out.Scope != scope || !cmp.Equal(info.Audience, audience) {
			t.Errorf("%q for %v, want %q for %v", out.Scope, info.Audience, scope, audience)
		}
	}
	check(first, "openid steps:read", stepCloud, testIssuer)
	v := refreshForm(first.RefreshToken)
	v.Set("resource", mealCloud)
	check(tokensOf(t, i.token(v)), "openid meals:read", mealCloud, testIssuer)

	r = clientCredentialsRequest(i)
	r.values.Set("scope", "steps:read meals:read")
	r.values.Set("resource", mealCloud)
	check(tokensOf(t, r.send(i)), "meals:read", mealCloud)
}

// Where the policy lets it pass, or the token is opaque, one token is for both.
func TestResourcesTogether(t *testing.T) {
	i := newIDP(t, func(c *Config) { c.Policy = PolicyRFC6749 })
	out := tokensOf(t, i.token(validToken(i.code(forTwo()))))
	if info, _ := i.Introspect(t.Context(), out.AccessToken); !cmp.Equal(info.Audience, []string{stepCloud, mealCloud, testIssuer}) {
		t.Errorf("%v", info.Audience)
	}
}

// To name one API twice is to name one API (RFC 8707 §2).
func TestResourceTwice(t *testing.T) {
	i := newIDP(t)
	r := codeForTwo(i)
	r.values.Add("resource", stepCloud)
	if aud := payload[map[string]any](tokensOf(t, r.send(i)).AccessToken)["aud"]; !cmp.Equal(aud, any([]any{stepCloud, testIssuer})) {
		t.Errorf("aud %v", aud)
	}
}

// AZ-37, RI-02: what is no absolute URI, has a fragment or is nobody's is no target.
func TestResourceSyntax(t *testing.T) {
	for _, resource := range []string{"/rs/main/stepcloud", "stepcloud", stepCloud + "#steps", stepCloud + "#", stepCloud + "/", "%zz", "https://other.example"} {
		i := newIDP(t)
		v := validAuthorization()
		v.Set("resource", resource)
		if w := i.authorize(v); wireError(w) != "invalid_target" || i.failed() != "resource_known" {
			t.Errorf("authorization request, %q: %s %s", resource, wireError(w), i.failed())
		}
		r := clientCredentialsRequest(i)
		r.values.Set("resource", resource)
		if w := r.send(i); wireError(w) != "invalid_target" || i.failed() != "resource_known" {
			t.Errorf("token request, %q: %s %s", resource, wireError(w), i.failed())
		}
	}
}
