package mockprovider

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The limits of the parameter are what may just be sent, and one more is refused.
func TestDetailsLimits(t *testing.T) {
	order := func(dish int) string { return `[{"type":"meals_order","dish":"` + strings.Repeat("s", dish) + `"}]` }
	largest := maxDetailsSize - len(order(0))
	list := func(n int) string {
		return "[" + strings.TrimSuffix(strings.Repeat(`{"type":"meals_order","dish":"soup"},`, n), ",") + "]"
	}
	for name, c := range map[string]struct{ details, want string }{
		"4096 bytes": {order(largest), ""}, "4097 bytes": {order(largest + 1), "authorization_details_known"},
		"10 details": {list(maxDetails), ""}, "11 details": {list(maxDetails + 1), "authorization_details_known"},
	} {
		i := newIDP(t)
		if i.authorize(detailedAuthorization(c.details)); i.failed() != c.want {
			t.Errorf("%s: %q, want %q", name, i.failed(), c.want)
		}
	}
}

// RA-01: several details of one API are for one API, and they come back without the
// spaces that they were sent with.
func TestDetailsOfOneAPI(t *testing.T) {
	i := newIDP(t)
	v := detailedAuthorization(`[ {"type": "meals_order", "dish": "soup"}, {"type":"meals_order","dish":"bread"} ]`)
	out := tokensOf(t, i.token(validToken(i.allowDetails(v, "0", "1"))))
	if aud := payload[map[string]any](out.AccessToken)["aud"]; aud != mealCloud {
		t.Errorf("aud %v", aud)
	}
	if got := detailsOf(out.AccessToken); got != `[{"type":"meals_order","dish":"soup"},{"type":"meals_order","dish":"bread"}]` {
		t.Errorf("details %s", got)
	}
}

// An opaque token may be for two APIs: each asks what it is for, and is told no
// more than concerns it.
func TestOpaqueTokensForTwoAPIs(t *testing.T) {
	opaque := func(c *Config) {
		c.Clients[0].OpaqueTokens = true
	}
	audienceOf := func(i *idp, token string) []string {
		t.Helper()
		info, err := i.Introspect(t.Context(), token)
		if err != nil {
			t.Fatal(err)
		}
		return info.Audience
	}
	both := []string{stepCloud, mealCloud}

	i := newIDP(t, opaque)
	r := clientCredentialsRequest(i)
	r.values.Set("scope", "steps:read meals:read")
	if got := audienceOf(i, tokensOf(t, r.send(i)).AccessToken); !cmp.Equal(got, both) {
		t.Errorf("scopes of two: %v", got)
	}
	r.values.Del("scope")
	if out := tokensOf(t, r.send(i)); !strings.Contains(out.Scope, "meals:read") || !strings.Contains(out.Scope, "steps:read") {
		t.Errorf("the default scope: %s", out.Scope)
	}

	v := forTwo()
	v.Set("scope", "steps:read meals:read")
	if got := audienceOf(i, tokensOf(t, i.token(validToken(i.code(v)))).AccessToken); !cmp.Equal(got, both) {
		t.Errorf("two resources: %v", got)
	}

	v = detailedAuthorization(marchExport[:len(marchExport)-1] + `,{"type":"meals_order","dish":"soup"}]`)
	if got := audienceOf(i, tokensOf(t, i.token(validToken(i.allowDetails(v, "0", "1")))).AccessToken); !cmp.Equal(got, both) {
		t.Errorf("details of two: %v", got)
	}
	i = newIDP(t)
	if i.authorize(v); i.failed() != "authorization_details_one_api" {
		t.Errorf("a JWT for details of two: %q", i.failed())
	}
}

// TC-16: who named no resource before may name one of those that the scope opens.
func TestResourceOutOfTheScope(t *testing.T) {
	for resource, want := range map[string]string{stepCloud: "", mealCloud: "invalid_target"} {
		i := newIDP(t)
		form := validToken(i.code(validAuthorization()))
		form.Set("resource", resource)
		if w := i.token(form); wireError(w) != want {
			t.Errorf("%s: %d %s", resource, w.Code, i.failed())
		}
	}
}

// AZ-26: max_age is compared to the second, and one in the far future is no limit.
func TestMaxAgeToTheSecond(t *testing.T) {
	i := newIDP(t)
	rememberedRequest(i)
	v := validAuthorization()
	v.Set("scope", "openid")
	v.Set("prompt", "none")
	born := i.clock
	for age, want := range map[int]string{59: "", 60: "", 61: "login_required"} {
		i.clock = born
		v.Set("max_age", "60")
		i.clock = i.clock.Add(time.Duration(age) * time.Second)
		if w := i.authorize(v); wireError(w) != want {
			t.Errorf("a login of %d s ago, max_age 60: %q", age, wireError(w))
		}
	}
	for _, age := range []string{"10000", strconv.Itoa(1 << 40)} {
		v.Set("max_age", age)
		if w := i.authorize(v); wireError(w) != "" {
			t.Errorf("max_age %s: %q", age, wireError(w))
		}
	}
}

// What of a JSON request is asked twice, or of two users, is no request (AZ-29).
func TestClaimsForOneUser(t *testing.T) {
	for claims, want := range map[string]string{
		`{"id_token":{"sub":{"value":"u-alice"}}}`:                                         "",
		`{"id_token":{"sub":null}}`:                                                        "",
		`{"id_token":{"sub":{"essential":true}}}`:                                          "",
		`{"id_token":{"sub":{"values":["u-alice"]}}}`:                                      "",
		`{"id_token":{"sub":{"value":"u-alice"}},"userinfo":{"sub":{"value":"u-alice"}}}`:  "",
		`{"id_token":{"sub":{"value":"u-alice"}},"userinfo":{"sub":{"value":"u-bob"}}}`:    "claims_sub",
		`{"id_token":{"sub":{"values":["u-alice","u-bob"]}}}`:                              "claims_sub_value",
		`{"id_token":{"sub":{"value":7}}}`:                                                 "claims_sub_value",
		`{"id_token":{"sub":{"value":""}}}`:                                                "claims_sub_value",
		`{"id_token":{"acr":{"essential":true,"value":"` + acrPassword + `"}}}`:            "",
		`{"id_token":{"acr":{"essential":true,"values":["urn:x","` + acrPassword + `"]}}}`: "",
		`{"id_token":{"acr":{"value":"urn:x"}}}`:                                           "",
		`{"id_token":{"acr":{"essential":true}}}`:                                          "",
		`{"id_token":{"acr":{"essential":true,"value":"urn:x"}}}`:                          "claims_acr",
	} {
		i := newIDP(t)
		v := validAuthorization()
		v.Set("scope", "openid")
		v.Set("claims", claims)
		if i.authorize(v); i.failed() != want {
			t.Errorf("%s: %q, want %q", claims, i.failed(), want)
		}
	}
}
