package mockprovider

import (
	"net/url"
	"strings"
	"testing"

	"claimcheck/playground"
)

// Who never meant to be a client of FAPI learns which policy refuses, and that
// there are others.
func TestFAPIRefusalsNameThePolicy(t *testing.T) {
	for rule, send := range map[string]func(*idp){
		"pushed_only": func(i *idp) { i.authorize(validAuthorization()) },
		"client_key_only": func(i *idp) {
			i.send("POST", "/par", validAuthorization().Encode(), "Authorization", basicAuth("web", webSecret))
		},
		"sender_constrained": func(i *idp) { i.token(url.Values{"grant_type": {grantClientCredentials}}) },
	} {
		i := newIDP(t, func(c *Config) { c.Policy = PolicyFAPI2 })
		send(i)
		if row := i.row(rule); row.Status != playground.StatusFail || !strings.Contains(row.Fix, "the policy fapi2 asks for it") {
			t.Errorf("%s: %s, %q", rule, row.Status, row.Fix)
		}
	}
}
