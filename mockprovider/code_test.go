package mockprovider

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

// TC-05: a second use ends the tokens of the first. TC-06, TC-14: another client
// or one wrong verifier does not burn the code, and revokes nothing.
func TestCodeReuse(t *testing.T) {
	i := newIDP(t)
	req := codeRequest(i)
	i.token(req.values, "Authorization", basicAuth("codeonly", "codeonly-secret"))
	bad := url.Values{"grant_type": {grantAuthorizationCode}, "code": req.values["code"], "redirect_uri": {webURI}, "code_verifier": {strings.Repeat("x", 43)}}
	i.token(bad)
	out := tokensOf(t, req.send(i))
	i.token(bad) // a wrong second use revokes nothing
	i.token(req.values, "Authorization", basicAuth("codeonly", "codeonly-secret"))
	if info, err := i.Introspect(t.Context(), out.AccessToken); err != nil || !info.Active {
		t.Fatalf("the tokens ended by a request that proved nothing: %v", err)
	}
	i.clock = i.clock.Add(2 * time.Minute) // expired as well: it is still a reuse
	if w := req.send(i); w.Code != http.StatusBadRequest || i.failed() != "code_single_use" {
		t.Errorf("%d %s", w.Code, i.failed())
	}
	if info, _ := i.Introspect(t.Context(), out.AccessToken); info.Active {
		t.Error("the access token is still good")
	}
	if w := i.token(refreshForm(out.RefreshToken)); wireError(w) != "invalid_grant" || i.failed() != "grant_active" {
		t.Errorf("the refresh token: %d %s", w.Code, i.failed())
	}
}

// Switched off, a second use is let through, and revokes nothing.
func TestCodeReuseSwitchedOff(t *testing.T) {
	i := newIDP(t)
	if err := i.SetInsecureOff("code_single_use"); err != nil {
		t.Fatal(err)
	}
	req := codeRequest(i)
	first := tokensOf(t, req.send(i))
	tokensOf(t, req.send(i))
	if info, _ := i.Introspect(t.Context(), first.AccessToken); !info.Active {
		t.Error("the first tokens ended")
	}
	if err := i.SetInsecureOff(); err != nil {
		t.Fatal(err)
	}
	if w := req.send(i); w.Code != http.StatusBadRequest {
		t.Errorf("switched on again: %d", w.Code)
	}
}

// After any number of wrong verifiers a second use still ends the grant: a used
// code counts no misses.
func TestCodeReuseAfterMisses(t *testing.T) {
	i := newIDP(t)
	req := codeRequest(i)
	wrong := maps.Clone(req.values)
	wrong.Set("code_verifier", strings.Repeat("x", 43))
	for range maxMisses - 1 {
		i.token(wrong)
	}
	out := tokensOf(t, req.send(i))
	for range maxMisses + 1 {
		if i.token(wrong); i.failed() != "pkce_verifier" {
			t.Errorf("a wrong verifier: %s", i.failed())
		}
	}
	if req.send(i); i.failed() != "code_single_use" {
		t.Errorf("the second use: %s", i.failed())
	}
	if info, _ := i.Introspect(t.Context(), out.AccessToken); info.Active {
		t.Error("the access token is still good")
	}
}

// TC-11: a verifier without a challenge is refused in every policy.
func TestDowngradeGuardInEveryPolicy(t *testing.T) {
	for _, policy := range []Policy{PolicyPermissive, PolicyRFC6749, PolicyRFC9700, PolicyOAuth21} {
		i := newIDP(t, func(c *Config) { c.Policy = policy })
		v := validAuthorization()
		v.Del("code_challenge")
		v.Del("code_challenge_method")
		v.Set("scope", "openid")
		v.Set("nonce", "n-1")
		w := i.token(validToken(i.code(v)))
		if w.Code != http.StatusBadRequest || wireError(w) != "invalid_request" || i.failed() != "pkce_downgrade_guard" {
			t.Errorf("%s: %d %s", policy, w.Code, i.failed())
		}
	}
}

// TC-07: of parallel redemptions one wins.
func TestCodeParallel(t *testing.T) {
	i := newIDP(t)
	i.observe = nil
	parallelWinner(t, i, codeRequest(i))
}

func parallelWinner(t *testing.T, i *idp, req *request) {
	t.Helper()
	var done sync.WaitGroup
	codes := make([]int, 8)
	for n := range codes {
		done.Go(func() {
			r := httptest.NewRequest(http.MethodPost, testIssuer+"/token", strings.NewReader(req.values.Encode()))
			r.Header.Set("Content-Type", formType)
			r.Header.Set("Authorization", basicAuth("web", webSecret))
			w := httptest.NewRecorder()
			i.ServeHTTP(w, r)
			codes[n] = w.Code
		})
	}
	done.Wait()
	won := 0
	for _, code := range codes {
		switch code {
		case http.StatusOK:
			won++
		case http.StatusBadRequest:
		default:
			t.Errorf("status %d", code)
		}
	}
	if won != 1 {
		t.Errorf("%d of %d won, want 1", won, len(codes))
	}
}

// TC-08: OAuth 2.1 does not want redirect_uri again, but compares it if it comes.
func TestRedirectURIInOAuth21(t *testing.T) {
	i := newIDP(t, func(c *Config) { c.Policy = PolicyOAuth21 })
	req := codeRequest(i)
	req.values.Set("redirect_uri", spaURI)
	if w := req.send(i); wireError(w) != "invalid_grant" {
		t.Errorf("another one: %d", w.Code)
	}
	req.values.Del("redirect_uri")
	if w := req.send(i); w.Code != http.StatusOK {
		t.Errorf("none: %d %s", w.Code, i.failed())
	}
}

// TC-11 and OAuth 2.1: a confidential client may use nonce instead of PKCE.
func TestNonceInsteadOfPKCE(t *testing.T) {
	v := validAuthorization()
	v.Del("code_challenge")
	v.Del("code_challenge_method")
	v.Set("scope", "openid steps:read")
	v.Set("nonce", "n-1")
	for policy, accepted := range map[Policy]bool{PolicyOAuth21: true, PolicyFAPI2: false} {
		i := newIDP(t, func(c *Config) { c.Policy = policy })
		if w := i.authorize(v); (w.Code == http.StatusOK) != accepted {
			t.Errorf("%s: %d %s", policy, w.Code, i.failed())
		}
	}
}

// plain works where the policy lets it, and then as RFC 7636 §4.6 says.
func TestPlainChallenge(t *testing.T) {
	i := newIDP(t, func(c *Config) { c.Policy = PolicyRFC6749 })
	v := validAuthorization()
	v.Del("code_challenge_method") // absent means plain
	v.Set("code_challenge", verifier)
	if w := i.token(validToken(i.code(v))); w.Code != http.StatusOK {
		t.Errorf("%d %s", w.Code, i.failed())
	}
	wrong := validToken(i.code(v))
	wrong.Set("code_verifier", challenge)
	if w := i.token(wrong); wireError(w) != "invalid_grant" {
		t.Errorf("%d", w.Code)
	}
}

// TC-12: the vector of RFC 7636 Appendix B.
func TestChallengeVector(t *testing.T) {
	if got := challengeOf(verifier); got != challenge {
		t.Error(got)
	}
}
