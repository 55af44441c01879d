package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"claimcheck/server/internal/snippet"
	"claimcheck/server/internal/visitor"
)

// ownLogin registers a web app and logs Alice in to it, as the app would.
func (s *site) ownLogin(t *testing.T) (id string) {
	t.Helper()
	id = s.register(t, snippet.Web, "http://localhost:3000/callback")
	client := s.world.Main().Registry().Client(id)
	v := visitor.Visitor{Transport: s.client.Transport, Username: "alice", Password: "alice"}
	if _, err := v.Login(t.Context(), visitor.Client{
		Issuer: s.world.Main().Issuer(), ID: id, Secret: client.Secret, RedirectURI: "http://localhost:3000/callback", Scopes: []string{"openid", "steps:read"},
	}); err != nil {
		t.Fatal(err)
	}
	return id
}

// The requests of an own app fill the steps of a flow, with what they show of it,
// and nothing on the page sends.
func TestOwnAppInTheLanes(t *testing.T) {
	s := start(t)
	s.mustRead(t)
	id := s.ownLogin(t)
	r := s.reader(t)
	r.open("/connect?client=" + id)
	for _, a := range all(r.page, "a", "") {
		if strings.Contains(textOf(a), "as the steps of a flow") {
			r.open(attrOf(a, "href"))
		}
	}
	if want := "/flows/authorization-code-pkce/token-request"; r.at.Path != want || r.at.Query().Get("app") != id {
		t.Fatalf("it leads to %s", r.at)
	}
	page := textOf(r.page)
	for _, want := range []string{
		"You watch " + id, "It uses PKCE", "With openid it sends a nonce", "it did not keep 1", "Does it compare state at its callback?", "Provoke it: az_state_wrong",
		"6 in your app", "POST /idp/main/token", "What AcmeID compared",
	} {
		if want == "What AcmeID compared" {
			r.open(r.at.Path + "?app=" + url.QueryEscape(id) + "&tab=values")
			page = textOf(r.page)
		}
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, f := range all(r.page, "form", "") {
		if act := attrOf(f, "action"); strings.HasPrefix(act, "/flows/") {
			t.Errorf("a form of the page sends: %s", act)
		}
	}
	r.open("/flows/authorization-code-pkce/callback?app=" + url.QueryEscape(id))
	if !strings.Contains(textOf(r.first("section", "act")), "can’t be seen from here") {
		t.Errorf("the callback: %s", textOf(r.first("section", "act")))
	}
	r.open("/flows/authorization-code-pkce/consent?app=*&view=table")
	if !strings.Contains(textOf(r.first("section", "act")), "AcmeID ran its rules") {
		t.Errorf("any app: %s", textOf(r.first("section", "act")))
	}
	for _, a := range all(r.first("nav", "views"), "a", "") {
		if to, _ := url.Parse(attrOf(a, "href")); to.Query().Get("app") != "*" {
			t.Errorf("%s leads away from the app", to)
		}
	}
}

// Counting anew leaves out what came before.
func TestOwnAppFromNowOn(t *testing.T) {
	s := start(t)
	s.mustRead(t)
	id := s.ownLogin(t)
	r := s.reader(t)
	r.open("/flows/authorization-code-pkce/token-request?app=" + id)
	for _, a := range all(r.first("section", "watching"), "a", "") {
		if textOf(a) == "Count from now on" {
			r.open(attrOf(a, "href"))
		}
	}
	if said := textOf(r.first("section", "watching")); r.at.Query().Get("since") == "" || !strings.Contains(said, "Nothing has come yet") {
		t.Errorf("at %s: %s", r.at, said)
	}
}

// Codes and tokens of an own app are for the lab's owner; what sends is refused.
func TestOwnAppRefuses(t *testing.T) {
	s := start(t)
	s.mustRead(t)
	id := s.ownLogin(t)
	base := "/flows/authorization-code-pkce/token-request"
	for path, want := range map[string]int{
		base + "?app=" + id:                http.StatusOK,
		base + "?app=nobody":               http.StatusNotFound,
		base + "?app=fittrack":             http.StatusNotFound,
		base + "?since=x&app=" + id:        http.StatusBadRequest,
		base + "?since=-1&app=" + id:       http.StatusBadRequest,
		base + "/har?app=" + id:            http.StatusOK,
		base + "/go?app=" + id:             http.StatusConflict,
		"/flows/client-credentials?app=no": http.StatusNotFound,
	} {
		if got := s.send(t, http.MethodGet, path, "", s.owner()); got.StatusCode != want {
			t.Errorf("%s: %d, want %d", path, got.StatusCode, want)
		}
	}
	if got := s.send(t, http.MethodPost, base+"/send?app="+id, "", s.owner(), header("Content-Type", "application/x-www-form-urlencoded")); got.StatusCode != http.StatusConflict {
		t.Errorf("send: %d", got.StatusCode)
	}
}
