package mockprovider

import (
	"net/http"
	"testing"
	"time"

	"claimcheck/playground"
)

// RT-04: of parallel refreshes one wins.
func TestRefreshParallel(t *testing.T) {
	i := newIDP(t)
	req := refreshRequest(i)
	i.observe = nil
	parallelWinner(t, i, req)
}

// RT-03, RT-05, RT-08: scope, family and ID token of a refresh.
func TestRefresh(t *testing.T) {
	i := newIDP(t)
	v := validAuthorization()
	v.Set("scope", "openid steps:read steps:write")
	v.Set("nonce", "n-1")
	first := i.tokens(v)
	born := i.clock
	i.clock = i.clock.Add(time.Hour)

	narrow := refreshForm(first.RefreshToken)
	narrow.Set("scope", "openid steps:read")
	second := tokensOf(t, i.token(narrow))
	if second.Scope != "openid steps:read" || second.RefreshToken == first.RefreshToken {
		t.Errorf("%+v", second)
	}
	id := i.idToken(second.IDToken)
	if id.Nonce != "" || id.AuthTime != born.Unix() || id.IssuedAt != i.clock.Unix() || id.Subject != "u-alice" || id.Audience != "web" {
		t.Errorf("%+v", id)
	}
	third := tokensOf(t, i.token(refreshForm(second.RefreshToken)))
	if third.Scope != "openid steps:read steps:write" {
		t.Errorf("the refresh token lost scope: %q", third.Scope)
	}

	if w := i.token(refreshForm(first.RefreshToken)); wireError(w) != "invalid_grant" || i.failed() != "refresh_reuse_revoke" {
		t.Errorf("reuse: %d %s", w.Code, i.failed())
	}
	if w := i.token(refreshForm(third.RefreshToken)); wireError(w) != "invalid_grant" || i.failed() != "grant_active" {
		t.Errorf("the family: %d %s", w.Code, i.failed())
	}
	if info, _ := i.Introspect(t.Context(), third.AccessToken); info.Active {
		t.Error("the access token of the family is still good")
	}
}

// With the alarm off a reuse is refused and revokes nothing.
func TestRefreshReuseSwitchedOff(t *testing.T) {
	i := newIDP(t)
	if err := i.SetInsecureOff("refresh_reuse_revoke"); err != nil {
		t.Fatal(err)
	}
	req := refreshRequest(i)
	second := tokensOf(t, req.send(i))
	if w := req.send(i); wireError(w) != "invalid_grant" || i.failed() != "refresh_rotate" {
		t.Errorf("reuse: %d %s", w.Code, i.failed())
	}
	tokensOf(t, i.token(refreshForm(second.RefreshToken)))
}

// RT-12 and the defence refresh_rotate: without rotation the token stays.
func TestRefreshWithoutRotation(t *testing.T) {
	for name, change := range map[string]func(*Config){
		"fapi2":   func(c *Config) { c.Policy, c.InsecureOff = PolicyFAPI2, fapiRules() },
		"rfc6749": func(c *Config) { c.Policy = PolicyRFC6749 },
		"off":     func(c *Config) { c.InsecureOff = []string{"refresh_rotate"} },
		"client":  func(c *Config) { c.Clients[0].Policy, c.InsecureOff = PolicyFAPI2, fapiRules() },
	} {
		i := newIDP(t, change)
		req := refreshRequest(i)
		for range 2 {
			if out := tokensOf(t, req.send(i)); out.RefreshToken != "" {
				t.Errorf("%s: a new refresh token", name)
			}
		}
	}
}

// RT-04: the refresh token of a public client is bound to nothing, so it rotates
// whatever the policy, and the old one works no more.
func TestRefreshOfPublicClientRotates(t *testing.T) {
	for _, policy := range Policies() {
		i := newIDP(t, func(c *Config) { c.Policy, c.InsecureOff = policy, fapiRules() })
		v := validAuthorization()
		v.Set("client_id", "spa")
		v.Set("redirect_uri", spaURI)
		form := validToken(i.code(v))
		form.Set("client_id", "spa")
		form.Set("redirect_uri", spaURI)
		first := tokensOf(t, i.send("POST", "/token", form.Encode()))
		refresh := refreshForm(first.RefreshToken)
		refresh.Set("client_id", "spa")
		second := tokensOf(t, i.send("POST", "/token", refresh.Encode()))
		if second.RefreshToken == "" || second.RefreshToken == first.RefreshToken {
			t.Errorf("%s: no new refresh token", policy)
		}
		if w := i.send("POST", "/token", refresh.Encode()); wireError(w) != "invalid_grant" {
			t.Errorf("%s: the old one: %d", policy, w.Code)
		}
	}
}

// A scope that is asked for twice is granted once.
func TestRefreshScopeOnce(t *testing.T) {
	i := newIDP(t)
	req := refreshRequest(i)
	req.values.Set("scope", "steps:read openid steps:read")
	if out := tokensOf(t, req.send(i)); out.Scope != "steps:read openid" {
		t.Errorf("scope %q", out.Scope)
	}
}

// A grant that a rule revoked stands again where that rule is switched off, and
// the token endpoint, UserInfo and introspection agree about it.
func TestGrantStandsEverywhereOrNowhere(t *testing.T) {
	i := newIDP(t)
	v := validAuthorization()
	v.Set("scope", "openid")
	req := codeRequest(i)
	out := tokensOf(t, req.send(i))
	req.send(i) // the second use revokes
	check := func(stands bool) {
		t.Helper()
		if w := i.send("GET", "/userinfo", "", "Authorization", "Bearer "+out.AccessToken); (w.Code == http.StatusOK) != stands {
			t.Errorf("UserInfo: %d", w.Code)
		}
		info, err := i.Introspect(t.Context(), out.AccessToken)
		if err != nil || info.Active != stands {
			t.Errorf("introspection: %v %v", info.Active, err)
		}
		w := i.token(refreshForm(out.RefreshToken))
		if (w.Code == http.StatusOK) != stands {
			t.Errorf("token endpoint: %d", w.Code)
		}
		if stands {
			out.RefreshToken = tokensOf(t, w).RefreshToken
		}
	}
	check(false)
	if err := i.SetInsecureOff("code_single_use"); err != nil {
		t.Fatal(err)
	}
	check(true)
	if err := i.SetInsecureOff(); err != nil {
		t.Fatal(err)
	}
	check(false)
}

// RT-10: use keeps a refresh token alive, but not beyond its family's end.
func TestRefreshExpiry(t *testing.T) {
	i := newIDP(t)
	token := i.tokens(validAuthorization()).RefreshToken
	for day := 6; day < 30; day += 6 {
		i.clock = i.clock.Add(6 * 24 * time.Hour)
		token = tokensOf(t, i.token(refreshForm(token))).RefreshToken
	}
	i.clock = i.clock.Add(6 * 24 * time.Hour)
	if w := i.token(refreshForm(token)); i.failed() != "refresh_ttl" {
		t.Errorf("after 30 days: %d %s", w.Code, i.failed())
	}
}

// RT-06: within the grace window an old refresh token works and raises no alarm,
// and the window counts from the first use.
func TestRefreshGrace(t *testing.T) {
	i := newIDP(t, func(c *Config) { c.RefreshGrace = 10 * time.Second })
	req := refreshRequest(i)
	first := tokensOf(t, req.send(i))
	for range 2 {
		i.clock = i.clock.Add(4 * time.Second)
		if out := tokensOf(t, req.send(i)); out.RefreshToken == "" || i.row("refresh_reuse_revoke").Status != playground.StatusWarn {
			t.Errorf("%+v", out)
		}
	}
	tokensOf(t, i.token(refreshForm(first.RefreshToken)))
	i.clock = i.clock.Add(2 * time.Second)
	if w := req.send(i); wireError(w) != "invalid_grant" || i.failed() != "refresh_reuse_revoke" {
		t.Errorf("after the window: %d %s", w.Code, i.failed())
	}
}
