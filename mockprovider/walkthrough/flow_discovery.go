package walkthrough

import (
	"net/http"

	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
)

// discovery is the flow discovery-and-keys: how a client learns about its
// provider, and which key it then believes.
func discovery() *script {
	return &script{
		config: func(*Variant) lab.RunConfig { return lab.RunConfig{PKCE: true, Scope: lab.ScopeLogin} },
		actions: map[string]*action{
			"metadata-request": {
				half: HalfRequest, owns: to(trace.RoleAS, http.MethodGet, "/.well-known/openid-configuration"), good: validated,
				preview: previewCall(lab.GetMetadata()), back: call(lab.GetMetadata()),
			},
			"metadata-response": {of: "metadata-request", half: HalfResponse},
			"metadata-check":    {of: "metadata-request", half: HalfVerdict},
			"keys-request": {
				half: HalfRequest, after: "metadata-request", owns: to(trace.RoleAS, http.MethodGet, "/jwks"), good: validated,
				preview: previewAfter("metadata-request", "does not know yet where the keys are", lab.GetKeys()), back: call(lab.GetKeys()),
			},
			"keys-response": {of: "keys-request", half: HalfResponse},
			"keys-check":    {of: "keys-request", half: HalfVerdict},
			"login": {
				half: HalfResponse, after: "keys-request", owns: to(trace.RoleAS, http.MethodPost, "/token"), seen: grants("authorization_code"), good: validated,
				preview: needs("keys-request", "does not hold the keys yet", previewConnect), back: connectForAlice,
			},
			"key-choice":      {of: "login", half: HalfVerdict},
			"signature-check": {of: "login", half: HalfVerdict},
		},
		faults: map[string]preparation{
			"metadata-request/other_issuer": unchanged,
			"metadata-request/web_page":     unchanged,
			"metadata-request/no_jwks_uri":  unchanged,
			"keys-request/keys_down":        unchanged,
			"keys-request/keys_empty":       unchanged,
			"login/key_rotated":             unchanged,
			"login/unknown_kid":             unchanged,
			"login/brings_own_key":          unchanged,
			"login/public_key_as_secret":    unchanged,
		},
		misbehaves: map[string]string{ //nolint:gosec // names of steps and faults
			"metadata-request/other_issuer": "disc_issuer_mismatch",
			"metadata-request/web_page":     "disc_html_200",
			"metadata-request/no_jwks_uri":  "disc_missing_jwks_uri",
			"keys-request/keys_down":        "jwks_500",
			"keys-request/keys_empty":       "jwks_empty",
			"login/key_rotated":             "jwks_key_rotated_now",
			"login/unknown_kid":             "idt_kid_unknown",
			"login/brings_own_key":          "idt_jku_x5u_embedded_jwk",
			"login/public_key_as_secret":    "idt_alg_hs256_with_rsa_public_key",
		},
	}
}
