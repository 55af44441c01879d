package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestFlowBlame says no by hand: the page tells where that was, and the ticket leads back there.
func TestFlowBlame(t *testing.T) {
	s := start(t)
	r, run := s.walked(t, "login")
	r.open("/flows/authorization-code-pkce/consent?run=" + run)
	r.goOn()
	for _, b := range all(r.page, "button", "") {
		if attrOf(b, "value") == "deny" {
			r.press(b, nil)
			break
		}
	}
	if got := textOf(r.first("section", "act")); !strings.Contains(got, "In step 7 the answer to AcmeID was no.") {
		t.Errorf("at consent: %q", got)
	}
	if got := textOf(r.first("nav", "steps")); !strings.Contains(got, "1 failed") {
		t.Errorf("one refusal is told as %q", got)
	}
	r.open("/flows/authorization-code-pkce/token-request?run=" + run)
	r.goOn()
	if !strings.HasSuffix(r.at.Path, "/consent") {
		t.Fatalf("the ticket leads to %s", r.at)
	}
	r.goOn()
	r.answerPage("allow")
	if got := textOf(r.first("p", "result")); !strings.HasPrefix(got, "sent") {
		t.Errorf("after the second answer: %q", got)
	}
}

// TestFlowGoCrossSite: a link on another site puts no browser into a run that it does not hold.
func TestFlowGoCrossSite(t *testing.T) {
	s := start(t)
	_, run := s.walked(t, "connect")
	to := s.origin.String() + "/flows/authorization-code-pkce/authorization-request/go?run=" + url.QueryEscape(run)
	for name, want := range map[string]int{"": http.StatusForbidden, run: http.StatusSeeOther} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, to, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Sec-Fetch-Site", "cross-site")
		if name != "" {
			req.Header.Set("Cookie", "cc_runs="+name)
		}
		res, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != want {
			t.Errorf("holding %q: %d, want %d", name, res.StatusCode, want)
		}
		if want == http.StatusSeeOther && res.Header.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("a Referer goes out: %q", res.Header.Get("Referrer-Policy"))
		}
	}
}
