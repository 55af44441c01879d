package walkthrough

import (
	"context"
	"strings"
	"time"

	"claimcheck/mockprovider/lab"
)

// authorizationCode is the flow authorization-code-pkce.
func authorizationCode() *script {
	return &script{
		actions: codeActions(), memory: sessionValue,
		people: map[string]person{"consent/deny_consent": deny},
		faults: map[string]preparation{
			"authorization-request/changed_redirect_uri":  addSlash,
			"authorization-request/plain_instead_of_s256": plain,
			"authorization-request/unknown_scope": func(_ context.Context, _ *Walk, d *Draft) error {
				d.Set("scope", d.Get("scope")+" steps:delete")
				return nil
			},
			"consent/deny_consent": unchanged,
			"callback/wrong_state": func(_ context.Context, _ *Walk, d *Draft) error {
				d.Set("state", flip(d.Get("state")))
				return nil
			},
			"callback/dropped_iss": set("iss", ""),
			"callback/other_iss":   set("iss", "https://idp.mallory.example"),
			"token-request/wrong_verifier": func(_ context.Context, _ *Walk, d *Draft) error {
				d.Set("code_verifier", "mallory-does-not-know-the-verifier-but-tries")
				return nil
			},
			"token-request/changed_redirect_uri": addSlash,
			"token-request/code_twice":           twice("token-request"),
			"token-request/expired_code":         later(lab.CodeLifetime + time.Second),
			"token-request/wrong_secret":         wrongSecret,
			"api-request/no_token":               noToken,
			"api-request/token_in_query": func(_ context.Context, _ *Walk, d *Draft) error {
				_, token, _ := strings.Cut(d.Header.Get("Authorization"), " ")
				d.Header.Del("Authorization")
				d.Set("access_token", token)
				return nil
			},
			"api-request/altered_token": alteredToken,
			"api-request/expired_token": later(lab.AccessTokenLifetime + time.Second),
		},
	}
}

func addSlash(_ context.Context, _ *Walk, d *Draft) error {
	d.Set("redirect_uri", d.Get("redirect_uri")+"/")
	return nil
}

// plain shows the verifier itself where its hash should be.
func plain(_ context.Context, w *Walk, d *Draft) error {
	d.Set("code_challenge", w.run.Session().Verifier)
	d.Set("code_challenge_method", "plain")
	return nil
}
