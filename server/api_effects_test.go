package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"claimcheck/mockprovider"
)

// did sends a control call and reads its answer; a status of another kind fails.
func did[T any](t *testing.T, s *site, method, path, body string) T {
	t.Helper()
	rested(s)
	got := s.control(t, method, "/api/labs/main"+path, body)
	var out T
	if err := json.Unmarshal([]byte(got.body), &out); err != nil || got.StatusCode != http.StatusOK {
		t.Fatalf("%s %s: %d %v %s", method, path, got.StatusCode, err, got.body)
	}
	return out
}

// refused is the status of a control call that should not work.
func refused(t *testing.T, s *site, method, path, body string) int {
	t.Helper()
	rested(s)
	return s.control(t, method, "/api/labs/main"+path, body).StatusCode
}

// Beside the shape of its answer, each call that changes a lab has the effect that
// it names, and what reads the lab says so.
func TestControlHasItsEffect(t *testing.T) {
	s := start(t)
	l := s.world.Main()

	at := time.Date(2031, 3, 9, 12, 0, 0, 0, time.UTC)
	if got := did[apiClock](t, s, http.MethodPost, "/clock", `{"set":"2031-03-09T12:00:00Z"}`); got.Now.Sub(at).Abs() > time.Minute || l.Now().Sub(at).Abs() > time.Minute {
		t.Errorf("the clock was set to %s and says %s", at, got.Now)
	}
	did[apiClock](t, s, http.MethodPost, "/clock", `{"advance":"2h"}`)
	if got := did[apiClock](t, s, http.MethodGet, "/clock", "").Now.Sub(at); got < 2*time.Hour || got > 2*time.Hour+time.Minute {
		t.Errorf("it advanced by %s", got)
	}
	if got := refused(t, s, http.MethodPost, "/clock", `{"set":"2031-03-09T12:00:00Z","advance":"1h"}`); got != http.StatusBadRequest {
		t.Errorf("both at once: %d", got)
	}
	if got := did[apiClock](t, s, http.MethodPost, "/clock", `{"advance":"reset"}`); got.Offset != "0s" {
		t.Errorf("after the reset the clock is ahead by %s", got.Offset)
	}

	did[apiPolicy](t, s, http.MethodPut, "/policy", `{"policy":"fapi2"}`)
	if got := did[apiPolicy](t, s, http.MethodGet, "/policy", "").Policy; got != mockprovider.PolicyFAPI2 || l.Policy() != got {
		t.Errorf("policy %s", got)
	}

	for _, on := range []bool{false, true} {
		did[apiDefence](t, s, http.MethodPut, "/defences/state_equal", fmt.Sprintf(`{"on":%v}`, on))
		all := did[apiDefences](t, s, http.MethodGet, "/defences", "").Defences
		i := slices.IndexFunc(all, func(d apiDefence) bool { return d.Rule == "state_equal" })
		if i < 0 || all[i].On != on || all[i].Title == "" || all[i].Spec == "" || all[i].Party == "" {
			t.Errorf("switched to %v: %+v", on, all[max(i, 0)])
		}
	}

	if got := did[apiSeed](t, s, http.MethodPut, "/seed", `{"seed":"class-9"}`).Seed; got != "class-9" || l.Seed() != got {
		t.Errorf("seed %q", got)
	}
	did[resetDone](t, s, http.MethodPost, "/reset", `{}`)
	if got := l.Policy(); got == mockprovider.PolicyFAPI2 {
		t.Errorf("after the reset the policy is %s", got)
	}
}

// What is minted is what was asked for.
func TestMintedTokens(t *testing.T) {
	s := start(t)
	mint := func(body string) (header, claims map[string]any, signature string) {
		t.Helper()
		token := did[mintedToken](t, s, http.MethodPost, "/tokens", body).Token
		parts := strings.Split(token, ".")
		if len(parts) != 3 {
			t.Fatal(token)
		}
		for n, into := range []*map[string]any{&header, &claims} {
			if err := json.Unmarshal(decoded(t, parts[n]), into); err != nil {
				t.Fatal(err)
			}
		}
		return header, claims, parts[2]
	}
	_, claims, _ := mint(`{"client":"fittrack","user":"alice","scope":"steps:read steps:write","lifetime_seconds":-60}`)
	if claims["scope"] != "steps:read steps:write" || claims["client_id"] != "fittrack" || claims["exp"].(float64)-claims["iat"].(float64) != -60 {
		t.Errorf("access token %v", claims)
	}
	header, claims, signature := mint(`{"kind":"raw","claims":{"a":1},"unsigned":true}`)
	if header["alg"] != "none" || signature != "" || len(claims) != 1 {
		t.Errorf("raw: %v %v", header, claims)
	}
	keys := did[apiKeyList](t, s, http.MethodGet, "/keys", "").Keys
	last := keys[len(keys)-1]
	if header, _, _ := mint(`{"kid":"` + last.KID + `"}`); header["kid"] != last.KID || header["alg"] != last.Alg {
		t.Errorf("signed by %v, want %+v", header, last)
	}
	for body, want := range map[string]int{
		fmt.Sprintf(`{"lifetime_seconds":%d}`, maxLifetime):           http.StatusOK,
		fmt.Sprintf(`{"lifetime_seconds":%d}`, -maxLifetime):          http.StatusOK,
		fmt.Sprintf(`{"lifetime_seconds":%d}`, maxLifetime+1):         http.StatusBadRequest,
		fmt.Sprintf(`{"lifetime_seconds":%d}`, -maxLifetime-1):        http.StatusBadRequest,
		fmt.Sprintf(`{"client":%q}`, strings.Repeat("x", maxName+1)):  http.StatusBadRequest,
		fmt.Sprintf(`{"user":%q}`, strings.Repeat("x", maxName+1)):    http.StatusBadRequest,
		fmt.Sprintf(`{"kid":%q}`, strings.Repeat("x", maxName+1)):     http.StatusBadRequest,
		fmt.Sprintf(`{"scope":%q}`, strings.Repeat("x ", maxScope/2)): http.StatusOK,
		fmt.Sprintf(`{"scope":%q}`, strings.Repeat("x", maxScope+1)):  http.StatusBadRequest,
	} {
		if got := refused(t, s, http.MethodPost, "/tokens", body); got != want {
			t.Errorf("%.40s: %d, want %d", body, got, want)
		}
	}
}

// Snapshots, keys, faults and people: what was made is listed, and gone when it was
// taken away.
func TestControlListsWhatThereIs(t *testing.T) {
	s := start(t)
	l := s.world.Main()
	names := func() (out []string) {
		for _, one := range did[apiSnapshots](t, s, http.MethodGet, "/snapshots", "").Snapshots {
			out = append(out, one.Name)
		}
		return out
	}
	did[apiSnapshot](t, s, http.MethodPut, "/snapshots/first", `{}`)
	did[apiPolicy](t, s, http.MethodPut, "/policy", `{"policy":"oauth21"}`)
	if got := did[apiSnapshots](t, s, http.MethodPost, "/snapshots/first/restore", `{}`); len(got.Snapshots) != 1 || l.Policy() == mockprovider.PolicyOAuth21 {
		t.Errorf("restored: %+v, policy %s", got, l.Policy())
	}
	if got := names(); !slices.Equal(got, []string{"first"}) {
		t.Errorf("snapshots %v", got)
	}
	if did[apiSnapshots](t, s, http.MethodDelete, "/snapshots/first", ""); len(names()) != 0 {
		t.Errorf("snapshots %v", names())
	}

	state := func(kid string) string {
		for _, k := range did[apiKeyList](t, s, http.MethodGet, "/keys", "").Keys {
			if k.KID == kid {
				return k.State
			}
		}
		return "gone"
	}
	before := did[apiKeyList](t, s, http.MethodGet, "/keys", "")
	all := did[apiKeyList](t, s, http.MethodPost, "/keys", `{"alg":"ES256"}`).Keys
	next := all[len(all)-1].KID
	signing := before.Keys[slices.IndexFunc(before.Keys, func(k apiKeyInfo) bool { return k.Alg == "ES256" })].KID
	if len(all) != len(before.Keys)+1 || state(next) != "next" || len(before.Held) == 0 || before.Held[0].Party == "" || before.Held[0].At != nil {
		t.Errorf("published: %+v, held %+v", all, before.Held)
	}
	did[apiKeyList](t, s, http.MethodPost, "/keys/"+next+"/activate", `{}`)
	if state(next) != "signing" || state(signing) != "previous" {
		t.Errorf("activated: %s, %s", state(next), state(signing))
	}
	did[apiKeyList](t, s, http.MethodPost, "/keys/"+signing+"/retire", `{}`)
	did[apiKeyList](t, s, http.MethodPost, "/keys/"+next+"/revoke", `{}`)
	if state(signing) != "gone" || state(next) != "gone" {
		t.Errorf("retired %s, revoked %s", state(signing), state(next))
	}

	faults := func() faultState { return did[faultState](t, s, http.MethodGet, "/faults", "") }
	did[faultState](t, s, http.MethodPost, "/faults", `{"name":"idt_aud_wrong","client":"fittrack","times":2}`)
	did[faultState](t, s, http.MethodPost, "/faults", `{"name":"jwks_empty"}`)
	got := faults()
	if len(got.Faults) != len(mockprovider.Faults()) || !slices.Contains(got.On, faultOn{"idt_aud_wrong", "fittrack", 2}) || !slices.Contains(got.On, faultOn{Name: "jwks_empty"}) {
		t.Errorf("%d faults, on %v", len(got.Faults), got.On)
	}
	for _, f := range got.Faults {
		known, _ := mockprovider.FaultNamed(f.Name)
		if issuer := l.Issuer() + "~" + f.Name; (f.Issuer == issuer) == known.NeedsHTTPS || f.PerClient == known.NoClient || f.Correct == "" || f.Spec == "" {
			t.Errorf("%+v", f)
		}
	}
	if on := did[faultState](t, s, http.MethodDelete, "/faults/jwks_empty", "").On; len(on) != 1 || len(faults().On) != 1 {
		t.Errorf("one cleared: %v", on)
	}
	if on := did[faultState](t, s, http.MethodDelete, "/faults", "").On; len(on) != 0 || len(faults().On) != 0 {
		t.Errorf("all cleared: %v", on)
	}

	people := func() string { return s.control(t, http.MethodGet, "/api/labs/main/users", "").body }
	if did[apiUser](t, s, http.MethodPut, "/users/carol", `{"password":"c","name":"Carol"}`); !strings.Contains(people(), `"Carol"`) || !strings.Contains(people(), `"alice"`) {
		t.Error(people())
	}
	if got := refused(t, s, http.MethodPut, "/users/carol", `{"id":"dave","password":"d"}`); got != http.StatusBadRequest || l.Registry().User("dave") != nil {
		t.Errorf("another id in the body: %d", got)
	}
	if did[apiUsers](t, s, http.MethodDelete, "/users/carol", ""); strings.Contains(people(), `"Carol"`) {
		t.Error(people())
	}
	mine := did[apiClient](t, s, http.MethodPut, "/clients/mine", `{"redirect_uris":["http://localhost:3000/cb"],"token_endpoint_auth_method":"client_secret_basic"}`)
	clients := func() string { return s.control(t, http.MethodGet, "/api/labs/main/clients", "").body }
	if mine.ClientSecret == "" || !strings.Contains(clients(), `"mine"`) || strings.Contains(clients(), mine.ClientSecret) {
		t.Errorf("the secret is in the first answer alone: %s", clients())
	}
	if c := l.Registry().Client("mine"); !slices.Contains(c.Scopes, "openid") || !slices.Contains(c.Scopes, "steps:read") {
		t.Errorf("without a scope it may ask for %v", c.Scopes)
	}
	if got := refused(t, s, http.MethodPut, "/clients/mine", `{"client_id":"other"}`); got != http.StatusBadRequest || l.Registry().Client("other") != nil {
		t.Errorf("another client_id in the body: %d", got)
	}
	selfRegistered(s)
	if did[apiClient](t, s, http.MethodPost, "/clients/asks/confirm", `{}`); !l.Registry().Client("asks").Confirmed {
		t.Error("the client is not confirmed")
	}
	if did[apiClients](t, s, http.MethodDelete, "/clients/mine", ""); strings.Contains(clients(), `"mine"`) {
		t.Error(clients())
	}
	if got := refused(t, s, http.MethodGet, "/drill", ""); got != http.StatusNotFound {
		t.Errorf("a drill that there was not: %d", got)
	}
}

// A drill that is stopped is over.
func TestDrillIsStopped(t *testing.T) {
	s := start(t)
	drillable(s)
	did[drillReport](t, s, http.MethodPost, "/drill", `{"client":"drilled","faults":["idt_aud_wrong"]}`)
	if got := did[drillReport](t, s, http.MethodGet, "/drill", ""); got.State != "waiting" && got.State != "running" {
		t.Errorf("begun: %s", got.State)
	}
	if got := did[drillReport](t, s, http.MethodPost, "/drill/stop", `{}`); got.State != "stopped" || got.Grade == "" {
		t.Errorf("stopped: %s %q", got.State, got.Grade)
	}
}

// decoded is a part of a token as bytes.
func decoded(t *testing.T, part string) []byte {
	t.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(part)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
