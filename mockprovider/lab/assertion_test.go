package lab_test

import (
	"net/http"
	"testing"
	"time"

	"claimcheck/mockprovider/lab"
)

// weekly-report has no secret: it signs, and AcmeID takes each assertion once.
func TestSignedClient(t *testing.T) {
	s := newSite(t, nil)
	r := s.run(t, lab.RunConfig{Client: lab.WeeklyReport, Scope: lab.ScopeReportsRun})
	shown, err := r.Request(t.Context(), lab.ClientCredentials())
	if err != nil {
		t.Fatal(err)
	}
	r.Advance(time.Minute) // somebody reads it
	e, err := r.Call(t.Context(), lab.ClientCredentials(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if !e.Accepted() || e.AnswerRefusal() != nil {
		t.Fatalf("refused: %v %v", e.Refusal(), e.AnswerRefusal())
	}
	if err := shown.ParseForm(); err != nil {
		t.Fatal(err)
	}
	if got := e.Request.Param("client_assertion"); got == "" || got != shown.PostForm.Get("client_assertion") {
		t.Error("another assertion went out than was shown")
	}
	if e.Request.Header.Get("Authorization") != "" || e.Request.Param("client_secret") != "" || e.Via != "" {
		t.Error("a client with a key shows a secret, or counts as public")
	}
	again, err := r.Call(t.Context(), lab.ClientCredentials(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if !again.Accepted() || again.Request.Param("client_assertion") == e.Request.Param("client_assertion") {
		t.Error("the second request has no assertion of its own")
	}
}

// A new seed gives the client another key, and AcmeID knows it.
func TestSeedKeepsClientsRegistered(t *testing.T) {
	s := newSite(t, nil)
	l := s.Main()
	for _, seed := range []string{"class", "another class", ""} {
		if err := l.SetSeed(seed); err != nil {
			t.Fatal(err)
		}
		r := s.run(t, lab.RunConfig{Client: lab.WeeklyReport, Scope: lab.ScopeReportsRun})
		e, err := r.Call(t.Context(), lab.ClientCredentials(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if e.Response.Status != http.StatusOK {
			t.Errorf("seed %q: %d, refused by %v", seed, e.Response.Status, e.Refusal())
		}
	}
}
