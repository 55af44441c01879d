package mockprovider

import (
	"net/url"
	"slices"
	"strings"
	"testing"
)

func passwordRequest(i *idp) *request {
	i.Client("web").GrantTypes = []string{grantPassword}
	return &request{
		method: "POST", path: "/token",
		values: url.Values{"grant_type": {grantPassword}, "username": {"alice"}, "password": {"wonderland"}, "scope": {"steps:read"}},
		header: []string{"Authorization", basicAuth("web", webSecret)},
	}
}

// PW-01: the rules of the grant, under a policy that offers it.
func TestPasswordGrant(t *testing.T) {
	for _, c := range []struct {
		rule, wire string
		breaks     func(*idp, *request)
	}{
		{"", "", func(*idp, *request) {}},
		{"grant_type_allowed", "unauthorized_client", as("codeonly", "codeonly-secret")},
		{"password_present", "invalid_request", sets("username", "-")},
		{"password_present", "invalid_request", sets("password", "-")},
		{"password_attempts", "invalid_grant", func(i *idp, _ *request) {
			for range maxFailures {
				i.token(url.Values{"grant_type": {grantPassword}, "username": {"alice"}, "password": {"x"}})
			}
		}},
		{"password_right", "invalid_grant", sets("password", "wrong")},
		{"password_right", "invalid_grant", sets("username", "nobody")},
		{"scope_syntax", "invalid_scope", sets("scope", `"`)},
		{"authorization_details_known", "invalid_authorization_details", sets("authorization_details", "x")},
		{"authorization_details_allowed", "invalid_authorization_details", sets("authorization_details", `[{"type":"meals_export"}]`)},
		{"resource_known", "invalid_target", sets("resource", "https://other.example")},
	} {
		i := newIDP(t, func(c *Config) { c.Policy = PolicyRFC6749 })
		r := passwordRequest(i)
		c.breaks(i, r)
		w := r.send(i)
		if wireError(w) != c.wire || i.failed() != c.rule {
			t.Errorf("%s: %d %s %s", c.rule, w.Code, wireError(w), i.failed())
		}
		if c.rule == "" && payload[map[string]any](tokensOf(t, w).AccessToken)["sub"] != "u-alice" {
			t.Error(w.Body)
		}
	}
}

// PW-02: today's policies do not know it, and do not list it.
func TestPasswordGrantIsFenced(t *testing.T) {
	for _, policy := range Policies() {
		i := newIDP(t, func(c *Config) { c.Policy = policy })
		legacy := slices.Contains([]Policy{PolicyPermissive, PolicyRFC6749}, policy)
		w := passwordRequest(i).send(i)
		if (wireError(w) == "") != legacy || strings.Contains(string(i.Metadata()), `"password"`) != legacy {
			t.Errorf("%s: %d %s", policy, w.Code, w.Body)
		}
	}
}
