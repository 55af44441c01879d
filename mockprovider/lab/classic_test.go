package lab

import (
	"net/url"
	"testing"
)

func TestFragment(t *testing.T) {
	const issuer = "http://localhost:8080/idp/main"
	valid := func() *callback {
		return &callback{
			params:  url.Values{"access_token": {"a"}, "token_type": {"Bearer"}, "state": {"s"}, "iss": {issuer}},
			session: &Session{State: "s", Redirect: "http://localhost:8080/app/main/fittrack-classic/callback"}, issuer: issuer,
			at: "http://localhost:8080/app/main/fittrack-classic/callback",
		}
	}
	mustBreak(t, fragmentChecks(), valid, map[string]func(*callback){
		"callback_params_once": func(c *callback) { c.params.Add("state", "s") },
		"session_known":        func(c *callback) { c.session = nil },
		"state_equal":          func(c *callback) { c.params.Set("state", "S") },
		"callback_address":     func(c *callback) { c.at += "/paceid" },
		"iss_equal":            func(c *callback) { c.params.Set("iss", issuer+"/") },
		"no_error":             func(c *callback) { c.params = url.Values{"error": {"access_denied"}, "state": {"s"}, "iss": {issuer}} },
		"fragment_token":       func(c *callback) { c.params.Del("access_token") },
	})
}
