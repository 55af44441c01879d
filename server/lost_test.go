package main

import (
	"net/http"
	"strings"
	"testing"
)

// Whoever types an address that leads nowhere is told where to go on.
func TestLost(t *testing.T) {
	s := start(t)
	html := header("Accept", "text/html")
	for address, want := range map[string]string{
		"/assets/":            "every page is linked",
		"/assets/x/none.css":  "every page is linked",
		"/api/none":           "/api/openapi.json",
		"/learn/none":         "All lessons are listed at",
		"/idp/none/":          "the page /lab lists",
		"/rs/main/none":       "The page /lab lists",
		"/idp/main~none":      "The page /faults lists",
		"/idp/main":           "This is an issuer",
		"/idp/main/":          "/idp/main/.well-known/openid-configuration",
		"/idp/main/authorise": "/idp/main/.well-known/openid-configuration",
	} {
		t.Run(address, func(t *testing.T) {
			got := s.send(t, http.MethodGet, address, "", html)
			if got.StatusCode != http.StatusNotFound || !strings.Contains(got.body, want) {
				t.Errorf("%d, lacks %q: %.400s", got.StatusCode, want, got.body)
			}
		})
	}
	if got := s.send(t, http.MethodGet, "/learn/jwt", "", html); got.StatusCode != http.StatusSeeOther || got.Header.Get("Location") != "/learn#jwt" {
		t.Errorf("a track: %d %s", got.StatusCode, got.Header.Get("Location"))
	}
}
