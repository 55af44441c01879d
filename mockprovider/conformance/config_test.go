package conformance

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// Config OP has one module.
func TestConfig(t *testing.T) {
	run(t, []module{{"oidcc-discovery-endpoint-verification", discovery}}, "")
}

// discovery is what the suite asks of a discovery document and the key set that
// it names. Where the suite asks for https, loopback http is taken: that is where
// this provider lives.
func discovery(s *suite) {
	meta := s.metadata()
	if meta.status != http.StatusOK || meta.header.Get("Content-Type") != "application/json" {
		s.Fatalf("%d %v", meta.status, meta.header)
	}
	if meta.str("issuer") != s.op.Issuer() { // character by character
		s.Errorf("issuer %q, asked %q", meta.str("issuer"), s.op.Issuer())
	}
	for name, value := range meta.body {
		if list, ok := value.([]any); ok && len(list) == 0 {
			s.Errorf("%s is empty", name)
		}
		address, isText := value.(string)
		if !isText {
			continue
		}
		u, err := url.Parse(address)
		if err != nil || u.Scheme != "http" || u.Host == "" || u.Fragment != "" || !strings.HasPrefix(address, s.op.Issuer()) {
			s.Errorf("%s is %q", name, address)
		}
	}
	for _, name := range []string{"authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"} {
		if meta.str(name) == "" {
			s.Errorf("no %s", name)
		}
	}
	for name, want := range map[string]string{
		"response_types_supported": "code", "subject_types_supported": "public", "id_token_signing_alg_values_supported": "RS256",
		"scopes_supported": "openid", "grant_types_supported": "authorization_code", "response_modes_supported": "form_post",
		"token_endpoint_auth_methods_supported": "client_secret_basic", "code_challenge_methods_supported": "S256", "claims_supported": "sub",
	} {
		if !slices.Contains(meta.list(name), want) {
			s.Errorf("%s %v has no %s", name, meta.list(name), want)
		}
	}
	for _, name := range []string{"claims_parameter_supported", "request_parameter_supported", "request_uri_parameter_supported"} {
		if _, said := meta.body[name].(bool); !said {
			s.Errorf("%s is not said; its default may be untrue", name)
		}
	}
	for _, name := range []string{"token_endpoint_auth_signing_alg_values_supported"} {
		if algs := meta.list(name); slices.Contains(algs, "none") || len(algs) == 0 {
			s.Errorf("%s %v", name, algs)
		}
	}
	s.keySet(meta.str("jwks_uri"))
}

// keySet wants distinct key IDs, a use, and nothing private.
func (s *suite) keySet(uri string) {
	s.Helper()
	set := s.call(http.MethodGet, strings.TrimPrefix(uri, s.op.Issuer()), "")
	keys, _ := set.body["keys"].([]any)
	if set.status != http.StatusOK || len(keys) == 0 || !strings.HasPrefix(set.header.Get("Content-Type"), "application/j") {
		s.Fatalf("%d %s", set.status, set.raw)
	}
	var kids []any
	for _, one := range keys {
		key, _ := one.(map[string]any)
		if key["kid"] == nil || slices.Contains(kids, key["kid"]) || key["kty"] == "oct" || key["use"] != "sig" || key["alg"] == nil {
			s.Errorf("key %v", key)
		}
		kids = append(kids, key["kid"])
		for _, private := range []string{"d", "p", "q", "dp", "dq", "qi", "oth", "k"} {
			if key[private] != nil {
				s.Errorf("the key set has the member %s", private)
			}
		}
	}
}
