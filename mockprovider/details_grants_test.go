package mockprovider

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// detailedExchange is web exchanging its own token with details, for the same.
func detailedExchange(i *idp) *request {
	r := exchangeRequest(i)
	out := tokensOf(i.t, i.token(validToken(i.allowDetails(detailedAuthorization(marchExport), "0"))))
	sets("subject_token", out.AccessToken, "scope", "steps:read", "resource", "-", "authorization_details", marchExport)(i, r)
	return r
}

func detailsOf(token string) string {
	raw, _ := json.Marshal(payload[accessTokenClaims](token).Details)
	return string(raw)
}

// RFC 9396 §6: a token that comes from another one has what it asks for of the
// other's details, nothing unasked, and never more.
func TestExchangedDetails(t *testing.T) {
	less := strings.Replace(marchExport, `["read","download"]`, `["read"]`, 1)
	i := newIDP(t)
	r := detailedExchange(i)
	for asked, want := range map[string]string{marchExport: marchExport, less: less, "-": "null"} {
		sets("authorization_details", asked)(i, r)
		out := tokensOf(t, r.send(i))
		if got := detailsOf(out.AccessToken); got != want {
			t.Errorf("asked for %s: %s", asked, got)
		}
	}
	sets("authorization_details", strings.Replace(marchExport, "2026-03-31", "2026-04-01", 1))(i, r)
	if w := r.send(i); wireError(w) != "invalid_authorization_details" || i.failed() != "authorization_details_granted" {
		t.Errorf("more than the subject token has: %d %s", w.Code, i.failed())
	}
	sets("authorization_details", less)(i, r)
	r.values.Set("subject_token", tokensOf(t, r.send(i)).AccessToken)
	sets("authorization_details", marchExport)(i, r)
	if w := r.send(i); wireError(w) != "invalid_authorization_details" {
		t.Errorf("more than the narrowed token has: %d %s", w.Code, w.Body)
	}
}

// RFC 9396 §3: a device asks for details as it asks for scope. The consent page
// names them, and the token has what was ticked.
func TestDeviceDetails(t *testing.T) {
	i := newIDP(t)
	r := deviceAuthorizationRequest(i)
	sets("scope", "-", "authorization_details", marchExport)(i, r)
	var out deviceResponse
	if err := json.Unmarshal(r.send(i).Body.Bytes(), &out); err != nil || out.DeviceCode == "" {
		t.Fatalf("%v %s", err, i.failed())
	}
	next := location(t, i.form("/device", i.deviceForm(out.UserCode)))
	id := next.Query().Get("interaction")
	i.logIn(id)
	if page := i.send("GET", "/consent?interaction="+id, "").Body.String(); !strings.Contains(page, "export your step counts") {
		t.Errorf("the consent page: %s", page)
	}
	if w := i.form("/consent", url.Values{"interaction": {id}, "action": {"allow"}, "detail": {"0"}}); w.Code != http.StatusOK {
		t.Fatalf("consent: %d %s", w.Code, i.failed())
	}
	tokens := tokensOf(t, i.token(pollForm(out.DeviceCode)))
	raw, _ := json.Marshal(tokens.Details)
	if string(raw) != marchExport || detailsOf(tokens.AccessToken) != marchExport || tokens.Scope != "" {
		t.Errorf("scope %q, %s, %s", tokens.Scope, raw, detailsOf(tokens.AccessToken))
	}
	if again := tokensOf(t, i.token(refreshForm(tokens.RefreshToken))); detailsOf(again.AccessToken) != marchExport {
		t.Errorf("after a refresh: %s", detailsOf(again.AccessToken))
	}
}

// The grants in which nobody is asked take details as they take scope.
func TestDetailsWithoutConsent(t *testing.T) {
	for grant, setUp := range map[string]func(*idp) *request{grantJWTBearer: jwtGrantRequest, grantPassword: passwordRequest} {
		i := newIDP(t, func(c *Config) { c.Policy = PolicyRFC6749 })
		r := setUp(i)
		sets("scope", "-", "authorization_details", marchExport)(i, r)
		if got := detailsOf(tokensOf(t, r.send(i)).AccessToken); got != marchExport {
			t.Errorf("%s: %s", grant, got)
		}
	}
}

// FA-04: what FAPI does not take, no client gets unasked.
func TestFAPITokenAlgorithms(t *testing.T) {
	for policy, want := range map[Policy]string{PolicyRFC9700: "RS256", PolicyFAPI2: "ES256"} {
		i := newIDP(t, func(c *Config) { c.Policy, c.InsecureOff = policy, fapiRules() })
		v := validAuthorization()
		v.Set("scope", "openid steps:read")
		out := i.tokens(v)
		for _, token := range []string{out.IDToken, out.AccessToken} {
			if alg := headerOf(token)["alg"]; alg != want {
				t.Errorf("%s: %v", policy, alg)
			}
		}
		if hash := payload[idTokenClaims](out.IDToken).ATHash; hash != leftHalfHash(want, out.AccessToken) {
			t.Errorf("%s: at_hash %s", policy, hash)
		}
		i.Client("web").IDTokenAlg = "EdDSA"
		if alg := headerOf(i.tokens(v).IDToken)["alg"]; alg != "EdDSA" {
			t.Errorf("%s: a registered algorithm gave %v", policy, alg)
		}
	}
	keys, err := NewKeys("RS256") // without another key there is no choice
	if err != nil {
		t.Fatal(err)
	}
	i := newIDP(t, func(c *Config) {
		c.Policy, c.InsecureOff, c.Keys = PolicyFAPI2, fapiRules(), keys
		c.Clients = slices.DeleteFunc(c.Clients, func(one Client) bool { return one.IDTokenAlg != "" })
	})
	if alg := headerOf(i.tokens(validAuthorization()).AccessToken)["alg"]; alg != "RS256" {
		t.Error(alg)
	}
}
