package main

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"claimcheck/server/internal/snippet"
	"claimcheck/server/internal/visitor"
)

// register registers an app of the owner's by the form, and returns its client_id.
func (s *site) register(t *testing.T, kind snippet.Kind, redirect string) string {
	t.Helper()
	form := url.Values{"kind": {string(kind)}, "redirect_uri": {redirect}, "name": {"Mine"}}
	got := s.send(t, http.MethodPost, "/connect", form.Encode(), s.owner(), header("Content-Type", "application/x-www-form-urlencoded"))
	to, err := url.Parse(got.Header.Get("Location"))
	if got.StatusCode != http.StatusSeeOther || err != nil || to.Query().Get("client") == "" {
		t.Fatalf("register: %d %s", got.StatusCode, got.body)
	}
	return to.Query().Get("client")
}

// Each sort of app gets its texts; what it sends shows on its page, in the lab's
// log, and to the doctor.
func TestConnect(t *testing.T) {
	s := start(t)
	for kind, want := range map[snippet.Kind][]string{
		snippet.Web:     {"go-oidc", "allowInsecureRequests", "Authlib", "issuer-uri", "AddOpenIdConnect", "openssl", "client_secret"},
		snippet.SPA:     {"crypto.subtle", "PKCE is required"},
		snippet.Native:  {"any free port", "openid-client"},
		snippet.Machine: {"clientcredentials", "client_credentials"},
	} {
		redirect := map[snippet.Kind]string{snippet.Web: "http://localhost:3000/callback", snippet.SPA: "http://localhost:3000/", snippet.Native: "com.example.app:/cb"}[kind]
		got := s.send(t, http.MethodGet, "/connect?client="+s.register(t, kind, redirect), "", s.owner())
		for _, w := range append(want, s.world.Main().Issuer(), redirect) {
			if got.StatusCode != http.StatusOK || !strings.Contains(got.body, w) {
				t.Errorf("%s: %d, lacks %q", kind, got.StatusCode, w)
			}
		}
	}

	id := s.register(t, snippet.Web, "http://localhost:3000/callback")
	client := s.world.Main().Registry().Client(id)
	v := visitor.Visitor{Transport: s.client.Transport, Username: "alice", Password: "alice"}
	if _, err := v.Login(t.Context(), visitor.Client{Issuer: s.world.Main().Issuer(), ID: id, Secret: client.Secret, RedirectURI: "http://localhost:3000/callback", Scopes: []string{"openid"}}); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/connect?client=" + id, "/lab?client=" + id} {
		got := s.send(t, http.MethodGet, path, "", s.owner())
		if !strings.Contains(got.body, "POST /idp/main/token") || !strings.Contains(got.body, "/events/main?client="+id) {
			t.Errorf("%s does not show the app’s requests: %d %s", path, got.StatusCode, regexp.MustCompile(`(?s)<ol class="log">.*?</ol>`).FindString(got.body))
		}
	}
	got := s.send(t, http.MethodGet, "/connect?client="+id+"&address=http%3A%2F%2Fhost.docker.internal%3A8080%2Fidp%2Fmain&sent=http%3A%2F%2F127.0.0.1%3A3000%2Fcallback", "", s.owner())
	if !regexp.MustCompile(`id="doctor-address_host" data-status="fail"`).MatchString(got.body) || !strings.Contains(got.body, `id="doctor-redirect_uri_registered" data-status="fail"`) || !strings.Contains(got.body, `id="doctor-app_pkce" data-status="pass"`) {
		t.Error("the doctor does not see it")
	}

	s.send(t, http.MethodPost, "/connect/remove", "client="+id, s.owner(), header("Content-Type", "application/x-www-form-urlencoded"))
	if got := s.send(t, http.MethodGet, "/connect?client="+id, "", s.owner()); got.StatusCode != http.StatusNotFound {
		t.Errorf("removed: %d", got.StatusCode)
	}
}

func TestConnectRefuses(t *testing.T) {
	s := start(t)
	before := len(s.world.Main().Registry().Clients())
	asForm := header("Content-Type", "application/x-www-form-urlencoded")
	for name, form := range map[string]url.Values{
		"kind": {"kind": {"x"}, "redirect_uri": {"http://localhost:3000/"}}, "nothing": {"kind": {"web"}}, "fragment": {"kind": {"web"}, "redirect_uri": {"http://localhost:3000/#x"}},
		"quotes": {"kind": {"web"}, "redirect_uri": {`http://localhost:3000/"`}}, "script": {"kind": {"native"}, "redirect_uri": {"javascript:alert(1)"}},
		"our own address": {"kind": {"web"}, "redirect_uri": {s.origin.String() + "/idp/main/logout"}},
	} {
		got := s.send(t, http.MethodPost, "/connect", form.Encode(), s.owner(), asForm)
		if got.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(got.body, "not registered") {
			t.Errorf("%s: %d", name, got.StatusCode)
		}
	}
	if got := s.send(t, http.MethodPost, "/connect", "kind=machine", asForm); got.StatusCode != http.StatusUnauthorized {
		t.Errorf("a stranger: %d", got.StatusCode)
	}
	if got := s.send(t, http.MethodPost, "/connect/remove", "client=fittrack", s.owner(), asForm); got.StatusCode != http.StatusSeeOther {
		t.Errorf("remove one of the cast: %d", got.StatusCode)
	}
	if n := len(s.world.Main().Registry().Clients()); n != before {
		t.Errorf("%d clients, want %d", n, before)
	}
}
