package selftest

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"claimcheck/mockprovider"
	"claimcheck/playground"
	"claimcheck/playground/spec"
)

// keys are shared: an RSA key for each test would take most of the time.
var keys = sync.OnceValues(func() (*mockprovider.Keys, error) { return mockprovider.NewKeys() })

// ring is shared for the same reason.
var ring = sync.OnceValues(newKeyRing)

// initial opens the registration endpoint under some of the policies; under the
// others there is none.
var initial = map[mockprovider.Policy]string{mockprovider.PolicyRFC6749: "initial-access-token"}

func config(t *testing.T, policy mockprovider.Policy) mockprovider.Config {
	t.Helper()
	k, err := keys()
	if err != nil {
		t.Fatal(err)
	}
	return mockprovider.Config{
		Name: "AcmeID", Policy: policy, Keys: k, InsecureOpenRegistration: policy == mockprovider.PolicyPermissive, InitialAccessToken: initial[policy],
		APIs: []mockprovider.API{{Audience: "https://api.example", Name: "API", Scopes: map[string]string{"read": "read", "write": "write"}, DetailTypes: []mockprovider.DetailType{{
			Type: "export", Words: "export", Fields: map[string]mockprovider.DetailField{"actions": {Values: []string{"read"}}, "from": {Kind: mockprovider.FieldFrom}},
		}}}},
	}
}

// MD-08: under each policy the document is true, and each of its members has a
// probe.
func TestMetadataIsTrue(t *testing.T) {
	for _, policy := range mockprovider.Policies() {
		t.Run(string(policy), func(t *testing.T) {
			report, err := Twin(t.Context(), config(t, policy))
			if err != nil {
				t.Fatal(err)
			}
			tried := map[string]bool{}
			for i := range report.Rows {
				row := &report.Rows[i]
				tried[row.ID] = true
				if row.Status != playground.StatusPass {
					t.Errorf("%s %q (advertised %v): %q, want %q; %s → %s", row.ID, row.Value, row.Advertised, row.Got, row.Expected, row.Sent, row.Came)
				}
			}
			var members map[string]json.RawMessage
			if err := json.Unmarshal(report.Metadata, &members); err != nil {
				t.Fatal(err)
			}
			for name := range members {
				if !tried[name] {
					t.Errorf("%s was not tried", name)
				}
			}
		})
	}
}

// A lie in the document is found, whichever way it goes.
func TestLiesAreFound(t *testing.T) {
	lists := map[string]string{ // a value of the member that does not work
		"scopes_supported": "selftest:nobody", "response_types_supported": "none", "response_modes_supported": "jwt",
		"grant_types_supported": grantCIBA, "token_endpoint_auth_methods_supported": "tls_client_auth",
		"introspection_endpoint_auth_methods_supported": "none", "revocation_endpoint_auth_methods_supported": "tls_client_auth",
		"token_endpoint_auth_signing_alg_values_supported": "ES512", "introspection_endpoint_auth_signing_alg_values_supported": "none",
		"revocation_endpoint_auth_signing_alg_values_supported": "HS512", "dpop_signing_alg_values_supported": "HS256",
		"code_challenge_methods_supported": "plain", "subject_types_supported": "pairwise", "id_token_signing_alg_values_supported": "PS256",
		"prompt_values_supported": "create", "claim_types_supported": "aggregated", "claims_supported": "azp", "authorization_details_types_supported": "selftest_nobody",
		"protected_resources": "https://selftest.example/nobody",
	}
	t.Run("one value more", func(t *testing.T) {
		lie(t, lists, func(list []any, value string) []any { return append(list, value) })
	})
	removed := map[string]string{
		"response_modes_supported": "form_post", "grant_types_supported": grantDevice, "token_endpoint_auth_methods_supported": "client_secret_post", "dpop_signing_alg_values_supported": "ES256", "authorization_details_types_supported": "export", "protected_resources": "https://api.example", "prompt_values_supported": "login",
	}
	t.Run("one value less", func(t *testing.T) {
		lie(t, removed, func(list []any, value string) []any {
			return slices.DeleteFunc(list, func(v any) bool { return v == value })
		})
	})
	t.Run("unknown member", func(t *testing.T) {
		liar(t, func(m map[string]any) { m["unheard_of_supported"] = true }, "unheard_of_supported")
	})
	for _, endpoint := range []string{
		"issuer", "userinfo_endpoint", "jwks_uri", "introspection_endpoint", "revocation_endpoint", "pushed_authorization_request_endpoint",
		"device_authorization_endpoint", "end_session_endpoint",
	} {
		t.Run(endpoint, func(t *testing.T) {
			liar(t, func(m map[string]any) { m[endpoint] = m["issuer"].(string) + "/nowhere" }, endpoint)
		})
	}
	no := []string{"authorization_response_iss_parameter_supported", "backchannel_logout_supported", "backchannel_logout_session_supported"}
	yes := []string{"frontchannel_logout_supported", "tls_client_certificate_bound_access_tokens"}
	t.Run("booleans", func(t *testing.T) {
		liar(t, func(m map[string]any) {
			for _, name := range no {
				m[name] = false
			}
			for _, name := range yes {
				m[name] = true
			}
		}, append(no, yes...)...)
	})
}

// lie changes lists of the document, and wants a failed row for each value.
func lie(t *testing.T, values map[string]string, change func([]any, string) []any) {
	t.Helper()
	report := liar(t, func(m map[string]any) {
		for member, value := range values {
			list, _ := m[member].([]any)
			m[member] = change(list, value)
		}
	})
	for member, value := range values {
		if !slices.ContainsFunc(report.Rows, func(row Row) bool {
			return row.ID == member && (row.Value == value || row.Value == "") && // "" is a list that has become empty
				row.Status == playground.StatusFail
		}) {
			t.Errorf("no row fails for %s %s", member, value)
		}
	}
}

// liar runs the self-test on a document that was changed, and wants a failed row
// of each member.
func liar(t *testing.T, change func(map[string]any), members ...string) *Report {
	t.Helper()
	r, err := ring()
	if err != nil {
		t.Fatal(err)
	}
	report, err := twin(t.Context(), config(t, mockprovider.PolicyRFC9700), r, func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !strings.Contains(r.URL.Path, "/.well-known/") {
				h.ServeHTTP(w, r)
				return
			}
			rec := httptest.NewRecorder()
			h.ServeHTTP(rec, r)
			m := map[string]any{}
			if json.Unmarshal(rec.Body.Bytes(), &m) == nil {
				change(m)
			}
			body, _ := json.Marshal(m)
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(rec.Code)
			_, _ = w.Write(body)
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, member := range members {
		if !slices.ContainsFunc(report.Rows, func(row Row) bool { return row.ID == member && row.Status == playground.StatusFail }) {
			t.Errorf("nothing fails for %s", member)
		}
	}
	return report
}

// The rules are like all others: named in snake_case, with a section that there is.
func TestProbesAreRules(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range probes() {
		if seen[p.ID] || p.Title == "" || p.try == nil || len(p.known) > 0 && len(p.refusals) == 0 {
			t.Errorf("%s: twice, or not complete", p.ID)
		}
		seen[p.ID] = true
		if _, err := spec.ParseRef(p.Spec.String()); err != nil {
			t.Errorf("%s: %v", p.ID, err)
		}
	}
}
