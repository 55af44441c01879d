package mockprovider

import (
	"net/http"
	"strings"
	"testing"
)

// V2, AZ-33: under OAuth 2.1 a client with a secret may leave PKCE out if OpenID
// Connect's nonce does its work, and only then.
func TestNonceInPlaceOfPKCE(t *testing.T) {
	for name, c := range map[string]struct {
		policy Policy
		change []string
		want   string
	}{
		"nonce and openid":          {PolicyOAuth21, []string{"scope", "openid", "nonce", "n-1"}, ""},
		"openid without nonce":      {PolicyOAuth21, []string{"scope", "openid"}, "pkce_require_confidential"},
		"nonce without openid":      {PolicyOAuth21, []string{"nonce", "n-1"}, "pkce_require_confidential"},
		"a public client":           {PolicyOAuth21, []string{"scope", "openid", "nonce", "n-1", "client_id", "spa", "redirect_uri", spaURI}, "pkce_require"},
		"RFC 9700 only recommends":  {PolicyRFC9700, nil, ""},
		"but not to public clients": {PolicyRFC9700, []string{"client_id", "spa", "redirect_uri", spaURI}, "pkce_require"},
	} {
		i := newIDP(t, func(cfg *Config) { cfg.Policy = c.policy })
		r := authorizationRequest(append(c.change, "code_challenge", "-", "code_challenge_method", "-")...)(i)
		if r.send(i); i.failed() != c.want {
			t.Errorf("%s: %q, want %q", name, i.failed(), c.want)
		}
	}
}

// AZ-31: whether offline_access is left out is said where it is, and not elsewhere.
func TestOfflineAccessIsSaid(t *testing.T) {
	for prompt, want := range map[string]string{"-": "info", "login": "info", "consent": "pass"} {
		i := newIDP(t)
		authorizationRequest("scope", "openid offline_access", "prompt", prompt)(i).send(i)
		if got := i.row("offline_access_consent").Status; string(got) != want {
			t.Errorf("prompt %s: %s", prompt, got)
		}
	}
}

// DR-07: an update with the client's own secret keeps it and does not write it down;
// the owner's word for the addresses stands as long as they do.
func TestRegistrationUpdateKeeps(t *testing.T) {
	i := newIDP(t)
	const keys, bye = "https://own.example/jwks", "https://own.example/bye"
	c := i.register(metadataOf("jwks_uri", keys, "backchannel_logout_uri", bye))
	update := func(changes ...any) {
		t.Helper()
		r := registrationRequest(i)
		r.method, r.path = http.MethodPut, "/register/"+c.ClientID
		r.header = []string{"Content-Type", "application/json", "Authorization", "Bearer " + c.AccessToken}
		r.rawBody = jsonOf(t, metadataOf(append([]any{"client_id", c.ClientID, "client_secret", c.Secret, "jwks_uri", keys, "backchannel_logout_uri", bye}, changes...)...))
		i.information(r.send(i), http.StatusOK)
	}
	confirmed := func() bool { return i.Client(c.ClientID).Confirmed }
	confirm := func() {
		t.Helper()
		if err := i.Registry().ConfirmClient(c.ClientID); err != nil {
			t.Fatal(err)
		}
	}
	confirm()
	update("client_name", "New name")
	kept := i.Client(c.ClientID)
	if !confirmed() || kept.Name != "New name" || !kept.secretIs(c.Secret) {
		t.Errorf("confirmed %v, name %s", confirmed(), kept.Name)
	}
	if m := kept.registered.meta; m.Secret != "" || m.AccessToken != "" || strings.Contains(jsonOf(t, m), c.Secret) {
		t.Error("the secret is written down")
	}
	update("jwks_uri", keys+"2")
	if confirmed() {
		t.Error("another jwks_uri is confirmed unseen")
	}
	update()
	confirm()
	update("backchannel_logout_uri", bye+"2")
	if confirmed() {
		t.Error("another backchannel_logout_uri is confirmed unseen")
	}
}

// RA-01: a period within the granted one is less, one day beyond either end is more.
func TestDetailPeriods(t *testing.T) {
	i := newIDP(t)
	form := refreshForm(tokensOf(t, i.token(validToken(i.allowDetails(detailedAuthorization(marchExport), "0")))).RefreshToken)
	for _, c := range []struct {
		from, to string
		more     bool
	}{
		{"2026-03-01", "2026-03-31", false},
		{"2026-03-02", "2026-03-30", false},
		{"2026-02-28", "2026-03-31", true},
		{"2026-03-01", "2026-04-01", true},
	} {
		form.Set("authorization_details", strings.NewReplacer("2026-03-01", c.from, "2026-03-31", c.to).Replace(marchExport))
		w := i.token(form)
		if got := wireError(w) == "invalid_authorization_details"; got != c.more {
			t.Errorf("%s to %s: %d %s", c.from, c.to, w.Code, i.failed())
		}
		if !c.more {
			form.Set("refresh_token", tokensOf(t, w).RefreshToken)
		}
	}
}

// RFC 9396 §3.2: with a resource, a client's own token has the details of that API
// alone.
func TestMachineDetailsAtResource(t *testing.T) {
	i := newIDP(t)
	r := clientCredentialsRequest(i)
	sets("scope", "-", "authorization_details", marchExport[:len(marchExport)-1]+`,{"type":"meals_order","dish":"soup"}]`, "resource", mealCloud)(i, r)
	out := tokensOf(t, r.send(i))
	if got := detailsOf(out.AccessToken); got != `[{"type":"meals_order","dish":"soup"}]` {
		t.Errorf("details %s", got)
	}
	r.values.Del("resource")
	if w := r.send(i); wireError(w) == "" || i.failed() != "authorization_details_one_api" {
		t.Errorf("for both: %d %s", w.Code, i.failed())
	}
}

// JW-03: a key that signs again after a while is no previous one, and when it is
// replaced once more it is.
func TestKeyComesBack(t *testing.T) {
	keys, err := NewKeys("ES256")
	if err != nil {
		t.Fatal(err)
	}
	states := func() map[string]string {
		out := map[string]string{}
		all, err := keys.Published()
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range all {
			out[k.KID] = k.State
		}
		return out
	}
	first, err := keys.Key("ES256")
	if err != nil {
		t.Fatal(err)
	}
	next, err := GenerateKey("ES256")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := keys.Publish(next); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct{ activate, first, next string }{
		{"", KeySigns, KeyNext},
		{next.KID, KeyPrevious, KeySigns},
		{first.KID, KeySigns, KeyPrevious},
		{next.KID, KeyPrevious, KeySigns},
	} {
		if step.activate != "" {
			if err := keys.Activate(step.activate); err != nil {
				t.Fatal(err)
			}
		}
		if got := states(); got[first.KID] != step.first || got[next.KID] != step.next {
			t.Errorf("after activating %q: %v", step.activate, got)
		}
	}
	if err := keys.Retire(next.KID); err == nil {
		t.Error("the key that signs was retired")
	}
	if err := keys.Retire(first.KID); err != nil || len(states()) != 1 {
		t.Errorf("%v, %v", err, states())
	}
	if _, err := keys.Publish(*first); err != nil || states()[first.KID] != KeyNext {
		t.Errorf("published anew: %v, %v", err, states())
	}
	if _, err := keys.Publish(*first); err == nil {
		t.Error("one kid was published twice")
	}
}

// LO-05: whoever is sent nowhere gets a page that says so.
func TestLoggedOutPage(t *testing.T) {
	i := newIDP(t)
	r := logoutRequest(i)
	i.fault("lo_no_return")
	if w := r.send(i); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "<h1") {
		t.Errorf("%d %q", w.Code, w.Body)
	}
}

// NA-02, LC-03: the consent to an app that others on the device can impersonate is
// asked for each time; to one with a secret or an address of its own it is not.
func TestRememberedOfNativeApps(t *testing.T) {
	i := newIDP(t, func(c *Config) {
		c.Clients = append(c.Clients,
			Client{ID: "phone", Native: true, Scopes: []string{"steps:read"}, RedirectURIs: []string{"com.example.app:/cb"}},
			Client{ID: "phone-secret", Native: true, Secret: "s", Scopes: []string{"steps:read"}, RedirectURIs: []string{"com.example.app:/cb"}})
	})
	for client, asks := range map[string]bool{"phone": true, "phone-secret": false} {
		v := validAuthorization()
		v.Set("client_id", client)
		v.Set("redirect_uri", "com.example.app:/cb")
		i.allow(v, "remember", "yes")
		if w := i.authorize(v); (w.Code == http.StatusOK) != asks {
			t.Errorf("%s: %d", client, w.Code)
		}
	}
}
