package main

import (
	"net/http"
	"strings"
	"testing"
)

// The page runs the self-test for the lab's owner alone, and shows each member
// of the metadata with what was sent.
func TestSelfTestPage(t *testing.T) {
	s := start(t)
	if got := s.send(t, http.MethodGet, "/lab/selftest", ""); got.StatusCode != http.StatusOK || strings.Contains(got.body, "outcome") {
		t.Errorf("before: %d", got.StatusCode)
	}
	if got := s.send(t, http.MethodPost, "/lab/selftest", ""); got.StatusCode != http.StatusUnauthorized {
		t.Errorf("a stranger: %d", got.StatusCode)
	}
	log := s.world.Main().Log().Last()
	if got := s.send(t, http.MethodPost, "/lab/selftest", "", s.owner()); got.StatusCode != http.StatusSeeOther {
		t.Fatalf("the owner: %d %s", got.StatusCode, got.body)
	}
	got := s.send(t, http.MethodGet, "/lab/selftest", "")
	for _, want := range []string{"values are true", `id="m-grant_types_supported"`, "POST /token grant_type=password", "unsupported_grant_type", "policy rfc9700"} {
		if !strings.Contains(got.body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if s.world.Main().Log().Last() != log {
		t.Error("the lab's log has grown")
	}
}
