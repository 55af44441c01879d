package main

import (
	"net/http"
	"testing"
)

// A flow's own answers are as those of every other page: nobody keeps where they
// lead to, and a form that cannot be read is no form without fields.
func TestFlowFormsAreRead(t *testing.T) {
	s := start(t)
	_, run := s.walked(t, "authorization-request")
	for name, to := range map[string]string{
		"start":        "/flows/authorization-code-pkce",
		"act":          "/flows/authorization-code-pkce/token-request/mode",
		"attack_start": "/attacks/login-csrf",
		"attack_act":   "/attacks/login-csrf/connect/mode",
	} {
		t.Run(name, func(t *testing.T) {
			if got := s.send(t, http.MethodPost, to, "run="+run+"&mode=%zz"); got.StatusCode != http.StatusBadRequest {
				t.Errorf("a broken escape: %d, want 400", got.StatusCode)
			}
		})
	}
}

func TestFlowRedirectsAreNotKept(t *testing.T) {
	s := start(t)
	_, run := s.walked(t, "authorization-request")
	for name, to := range map[string]string{
		"first_step": "/flows/authorization-code-pkce",
		"where_is":   "/flows/authorization-code-pkce?run=" + run,
		"by_number":  "/flows/authorization-code-pkce/4?run=" + run,
		"no_run":     "/flows/authorization-code-pkce/login/go",
		"icon":       "/favicon.ico",
	} {
		t.Run(name, func(t *testing.T) {
			got := s.send(t, http.MethodGet, to, "")
			if got.StatusCode/100 != 3 {
				t.Fatalf("%d, want a redirect", got.StatusCode)
			}
			if kept := got.Header.Get("Cache-Control"); kept != "no-store" {
				t.Errorf("Cache-Control %q, want no-store", kept)
			}
		})
	}
}
