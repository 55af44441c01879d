package mockprovider

import (
	"net/http"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"
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

// RFC 8693 §4.4: may_act is in the token of a client that names who may act for its
// users, and in no other.
func TestMayActClaim(t *testing.T) {
	i := newIDP(t)
	token := func() any { return payload[map[string]any](i.tokens(validAuthorization()).AccessToken)["may_act"] }
	if got := token(); got != nil {
		t.Errorf("may_act %v, of a client that names nobody", got)
	}
	i.Client("web").MayAct = "machine"
	if got, _ := token().(map[string]any); got["sub"] != "machine" {
		t.Errorf("may_act %v", got)
	}
}

// What may be registered is bounded, and the bound itself is allowed.
func TestRegistrationBounds(t *testing.T) {
	uris := func(n int) []string {
		out := make([]string, n)
		for k := range out {
			out[k] = "https://own.example/cb" + strings.Repeat("x", k)
		}
		return out
	}
	for name, c := range map[string]struct {
		member []any
		want   string
	}{
		"20 redirect URIs": {[]any{"redirect_uris", uris(maxRegisteredURIs)}, ""},
		"21 redirect URIs": {[]any{"redirect_uris", uris(maxRegisteredURIs + 1)}, "registration_size"},
		"2000 letters":     {[]any{"client_name", strings.Repeat("x", maxRegisteredText)}, ""},
		"2001 letters":     {[]any{"client_name", strings.Repeat("x", maxRegisteredText+1)}, "registration_size"},
	} {
		i := newIDP(t)
		r := registrationRequest(i)
		member(c.member...)(i, r)
		if r.send(i); i.failed() != c.want {
			t.Errorf("%s: %q, want %q", name, i.failed(), c.want)
		}
	}
}

// A logout form without any cookie is nobody's, though its token can be worked out.
func TestLogoutFormWithoutCookie(t *testing.T) {
	i := newIDP(t)
	w := i.send("POST", "/logout", "action=logout&interaction="+logoutToken(""))
	if w.Code != http.StatusBadRequest || i.failed() != "logout_form_browser" {
		t.Errorf("%d %s", w.Code, i.failed())
	}
}

// The fault puts in the code of somebody else, so that whoever does not look takes
// one user for another.
func TestOtherUsersCodeIsAnothers(t *testing.T) {
	i := newIDP(t, func(c *Config) { c.Policy = PolicyRFC6749 })
	v := validAuthorization()
	v.Set("scope", "openid")
	v.Del("code_challenge")
	v.Del("code_challenge_method")
	i.fault("az_other_users_code")
	form := validToken(location(t, i.allow(v)).Query().Get("code"))
	form.Del("code_verifier")
	if sub := i.idToken(tokensOf(t, i.token(form)).IDToken).Subject; sub != "u-bob" {
		t.Errorf("Alice logged in, and the token is about %s", sub)
	}
}

// Keys made without a word are of the four algorithms, RS256 first, which every
// OpenID provider must have (OpenID Connect Discovery 1.0 §3).
func TestDefaultKeys(t *testing.T) {
	keys, err := NewKeys()
	if err != nil || strings.Join(keys.Algs(), " ") != "RS256 ES256 EdDSA Ed25519" {
		t.Errorf("%v %v", keys.Algs(), err)
	}
}

// MD-03, MD-04, MD-06, MD-07: under every policy what must be there is, nothing is
// empty, and what has a default that would be untrue is stated.
func TestMetadataHasWhatItMust(t *testing.T) {
	for _, policy := range Policies() {
		i := newIDP(t, func(c *Config) { c.Policy = policy })
		doc := object(t, string(i.Metadata()))
		for name, value := range doc {
			if list, ok := value.([]any); ok && len(list) == 0 || value == nil || value == "" {
				t.Errorf("%s: %s is empty", policy, name)
			}
		}
		for _, name := range []string{
			"issuer", "authorization_endpoint", "token_endpoint", "jwks_uri", "response_types_supported", "subject_types_supported", "id_token_signing_alg_values_supported",
			"grant_types_supported", "token_endpoint_auth_methods_supported", "response_modes_supported", "request_uri_parameter_supported", "code_challenge_methods_supported",
			"introspection_endpoint_auth_methods_supported", "revocation_endpoint_auth_methods_supported", "claims_parameter_supported", "request_parameter_supported",
		} {
			if _, ok := doc[name]; !ok && (name != "code_challenge_methods_supported" || policy != PolicyPermissive) { // where nobody looks at the verifier
				t.Errorf("%s: no %s", policy, name)
			}
		}
		for _, endpoint := range []string{"token", "introspection", "revocation"} {
			methods, algs := jsonOf(t, doc[endpoint+"_endpoint_auth_methods_supported"]), jsonOf(t, doc[endpoint+"_endpoint_auth_signing_alg_values_supported"])
			if strings.Contains(methods, "_jwt") && (algs == "null" || strings.Contains(algs, `"none"`)) {
				t.Errorf("%s, %s: %s with %s", policy, endpoint, methods, algs)
			}
		}
	}
}

// A fault that is on for one client leaves every other alone, also where the
// endpoint itself asks for it.
func TestFaultOfAnotherClient(t *testing.T) {
	for _, name := range []string{"az_other_users_code", "tok_refresh_rotates", "idt_aud_wrong", "user_disabled", "az_state_wrong"} {
		for client, acts := range map[string]bool{"spa": false, "web": true} {
			i := newIDP(t, func(c *Config) { c.Policy = PolicyRFC6749 })
			if err := i.SetFault(FaultSwitch{Name: name, Client: client}); err != nil {
				t.Fatal(err)
			}
			v := validAuthorization()
			v.Set("scope", "openid")
			v.Del("code_challenge")
			v.Del("code_challenge_method")
			form := validToken(location(t, i.allow(v)).Query().Get("code"))
			form.Del("code_verifier")
			i.token(refreshForm(tokensOf(t, i.token(form)).RefreshToken))
			if got := i.FaultsActed()[name] > 0; got != acts {
				t.Errorf("%s for %s: acted %v on web", name, client, got)
			}
		}
	}
}

// DR-05: a statement speaks about the software, never about this client: it brings
// no client_id, no secret and no further statement.
func TestStatementSaysNothingOwn(t *testing.T) {
	i := newIDP(t)
	i.trustPublisher()
	f := foreign{jwt.SigningMethodES256, clientEC(), nil, jwt.MapClaims{
		"iss": "https://publisher.example", "client_id": "web", "client_secret": "chosen-by-the-publisher-1234567890", "software_statement": "another",
		"client_name": "From the statement",
	}}
	statement := f.sign(t)
	c := i.register(metadataOf("software_statement", statement))
	if c.ClientID == "web" || c.Secret == "chosen-by-the-publisher-1234567890" || c.Statement != statement || c.Name != "From the statement" {
		t.Errorf("%+v", c)
	}
}

// RFC 7517 §4.2: a key that is registered for encryption verifies nothing.
func TestKeyForEncryptionOnly(t *testing.T) {
	i := newIDP(t)
	i.Client("jwt").keys = []jose.JSONWebKey{{Key: clientEC().Public(), KeyID: "one", Use: "enc"}}
	r := assertionRequest(i)
	if w := r.send(i); w.Code != http.StatusUnauthorized || !strings.HasSuffix(i.failed(), "client_assertion_verified") {
		t.Errorf("%d %s", w.Code, i.failed())
	}
}
