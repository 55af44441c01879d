package lab

import (
	"testing"
	"time"

	"claimcheck/playground"
)

func TestLogoutTokenRules(t *testing.T) {
	l := newTestLab(t)
	keys, _, err := l.keysFor(t.Context(), ClientParty(RunClub), "")
	if err != nil {
		t.Fatal(err)
	}
	token := func(change map[string]any) string {
		s, err := l.LogoutToken(t.Context(), change)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	valid := func() *logoutToken {
		return &logoutToken{
			token: token(nil), issuer: l.Issuer(), client: RunClub, keys: keys,
			policy: logoutPolicy(l.Issuer(), RunClub, l.Now()),
			once:   func(string) (bool, error) { return true, nil },
		}
	}
	with := func(name string, v any) func(*logoutToken) {
		return func(x *logoutToken) { x.token = token(map[string]any{name: v}) }
	}
	mustBreak(t, logoutTokenChecks(), valid, map[string]func(*logoutToken){
		"logout_token_present": func(x *logoutToken) { x.token = "" },
		"logout_token":         with("aud", CoachBoard),
		"logout_jti":           with("jti", nil),
		"logout_events":        with("events", map[string]any{"http://schemas.openid.net/event/other": map[string]any{}}),
		"logout_sid":           with("sid", nil),
		"logout_no_nonce":      with("nonce", "n"),
		"logout_jti_new":       func(x *logoutToken) { x.once = func(string) (bool, error) { return false, nil } },
	})
	api := l.request(t, "/v1/steps", "Bearer "+l.accessToken(t, nil))
	if _, _, err := playground.Run(playground.Mode{}, api, apiChecks()); err != nil || api.verdict == nil {
		t.Fatal(err)
	}
	for i := range api.verdict.Findings {
		if f := &api.verdict.Findings[i]; f.ID == "aud" && f.Spec.Name != "RFC 7519" {
			t.Errorf("what a client checks has changed the rule of the APIs: %s %s", f.Title, f.Spec)
		}
	}
	for name, change := range map[string]map[string]any{
		"iss": {"iss": "https://idp.mallory.example"},
		"exp": {"exp": l.Now().Add(-time.Hour).Unix()},
		"iat": {"iat": nil},
	} {
		x := valid()
		x.token = token(change)
		_, refused, _ := playground.Run(playground.Mode{}, x, logoutTokenChecks())
		if refused == nil || refused.ID != "logout_token" {
			t.Errorf("%s: %+v", name, refused)
		}
	}
}
