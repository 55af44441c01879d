package lab_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"claimcheck/mockprovider"
)

// A client that registered itself stays one when the lab's owner changes it: its
// own token manages it on, and what it may be called at has to be confirmed again
// where it changes (RFC 7592 §2).
func TestChangedClientStaysDynamic(t *testing.T) {
	s := newSite(t, nil)
	l := s.Main()
	answer := func(method, address, token, body string) (doc map[string]any, status int) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		_ = json.NewDecoder(res.Body).Decode(&doc)
		return doc, res.StatusCode
	}
	made, status := answer(http.MethodPost, l.Issuer()+"/register", "", `{"client_name":"Mine","redirect_uris":["http://localhost:3000/cb"],"backchannel_logout_uri":"http://localhost:3000/out","grant_types":["authorization_code","client_credentials"],"scope":"steps:read"}`)
	if status != http.StatusCreated {
		t.Fatalf("%d %v", status, made)
	}
	text := func(name string) string { v, _ := made[name].(string); return v }
	id := text("client_id")
	if err := l.ConfirmClient(id); err != nil {
		t.Fatal(err)
	}
	was := *l.Registry().Client(id)
	put := func(change func(*mockprovider.Client)) *mockprovider.Client {
		t.Helper()
		c := mockprovider.Client{ // as a form has it: what there is to see, and nothing more
			ID: id, Name: "Mine", RedirectURIs: was.RedirectURIs, Scopes: was.Scopes, GrantTypes: was.GrantTypes,
			TokenEndpointAuthMethod: was.TokenEndpointAuthMethod, BackchannelLogoutURI: was.BackchannelLogoutURI,
		}
		change(&c)
		if secret, err := l.PutClient(c); err != nil || secret != "" {
			t.Fatalf("a new secret (%v), or %v", secret != "", err)
		}
		return l.Registry().Client(id)
	}
	c := put(func(c *mockprovider.Client) { c.Name = "Yours" })
	if !c.Dynamic || !c.Confirmed || !c.Expires.Equal(was.Expires) {
		t.Errorf("dynamic %v, confirmed %v, ends %v", c.Dynamic, c.Confirmed, c.Expires)
	}
	managed := func(token string) (map[string]any, int) {
		return answer(http.MethodGet, text("registration_client_uri"), token, "")
	}
	if doc, status := managed(text("registration_access_token")); status != http.StatusOK || doc["client_name"] != "Yours" {
		t.Errorf("with its own token: %d %v", status, doc)
	}
	if _, status := managed("rat_of-mallory"); status != http.StatusUnauthorized {
		t.Errorf("with another token: %d", status)
	}
	token := func() int {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, l.Issuer()+"/token", strings.NewReader("grant_type=client_credentials&scope=steps:read"))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.SetBasicAuth(id, text("client_secret"))
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		return res.StatusCode
	}
	if got := token(); got != http.StatusOK {
		t.Errorf("with the secret that it has: %d", got)
	}
	if c := put(func(c *mockprovider.Client) { c.BackchannelLogoutURI = "http://localhost:4000/out" }); !c.Dynamic || c.Confirmed {
		t.Errorf("another address: dynamic %v, confirmed %v", c.Dynamic, c.Confirmed)
	}
	if err := l.Reset(); err != nil {
		t.Fatal(err)
	}
	if l.Registry().Client(id) != nil {
		t.Error("a reset leaves a client that registered itself")
	}
}
