package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"claimcheck/mockprovider"
)

// barButton is the button of the bar's form that goes to this address.
func (r *reader) barButton(action string) (press func(typed map[string]string)) {
	r.t.Helper()
	for _, f := range all(r.first("details", "labbar"), "form", "") {
		if attrOf(f, "action") == action {
			return func(typed map[string]string) { r.t.Helper(); r.press(firstIn(f, "button", ""), typed) }
		}
	}
	r.t.Fatalf("%s: the bar has no form for %s", r.at, action)
	return nil
}

// Policy, keys, a fault, the grace window and the seed are at hand on the page of
// each step, and each leads back to it.
func TestFlowBar(t *testing.T) {
	s := start(t)
	s.mustRead(t)
	l := s.world.Main()
	r, run := s.walked(t, "code")
	at := "/flows/authorization-code-pkce/callback?run=" + run
	back := func(what string, holds bool) {
		t.Helper()
		if r.status != http.StatusOK || r.at.RequestURI() != at || !holds {
			t.Errorf("%s: %d at %s, done: %v", what, r.status, r.at, holds)
		}
	}
	r.open(at)
	r.barButton("/lab/policy")(map[string]string{"policy": "oauth21"})
	back("policy", l.Policy() == mockprovider.PolicyOAuth21)
	before, _ := l.PublishedKeys()
	r.barButton("/lab/keys")(nil)
	after, _ := l.PublishedKeys()
	back("publish", len(after) == len(before)+1)
	r.barButton("/lab/keys")(nil)
	back("activate", strings.Contains(textOf(r.first("details", "labbar")), "Publish the next"))
	r.barButton("/lab/grace")(nil)
	back("grace", l.RefreshGrace() == 10*time.Second && strings.Contains(textOf(r.first("details", "labbar")), "10s"))
	r.barButton("/lab/grace")(nil)
	back("no grace", l.RefreshGrace() == 0)
	r.barButton("/faults")(map[string]string{"name": "idt_aud_wrong"})
	banner := r.first("form", "faultson")
	if back("fault", len(l.Faults()) == 1); banner == nil || !strings.Contains(textOf(banner), "idt_aud_wrong") {
		t.Fatal("no banner says that the fault is on")
	}
	r.press(firstIn(banner, "button", ""), nil)
	back("fault off", len(l.Faults()) == 0 && r.first("form", "faultson") == nil)
	r.barButton("/lab/seed")(map[string]string{"seed": "class"})
	if r.status != http.StatusOK || l.Seed() != "class" || r.at.Path != "/flows/authorization-code-pkce/connect" {
		t.Errorf("seed: %d at %s", r.status, r.at)
	}
}

// A form leads back to a flow and nowhere else.
func TestBackTo(t *testing.T) {
	for given, want := range map[string]string{
		"/flows/x/y?run=1": "/flows/x/y?run=1", "": "/lab", "https://elsewhere.example/flows/": "/lab", "//elsewhere.example/flows/": "/lab", "/lab/keys": "/lab", `/flows/\..`: "/lab", "/flows/\r\nX: y": "/lab",
	} {
		if got := backTo(func(string) string { return given }, "/lab"); got != want {
			t.Errorf("%q: %s", given, got)
		}
	}
}

// A grace window is set by the lab's owner, within bounds.
func TestLabGrace(t *testing.T) {
	s := start(t)
	asForm := header("Content-Type", "application/x-www-form-urlencoded")
	for body, want := range map[string]int{"seconds=10": http.StatusSeeOther, "seconds=x": http.StatusBadRequest, "seconds=-1": http.StatusBadRequest, "seconds=9999999999999": http.StatusBadRequest} {
		if got := s.send(t, http.MethodPost, "/lab/grace", body, s.owner(), asForm); got.StatusCode != want {
			t.Errorf("%s: %d, want %d", body, got.StatusCode, want)
		}
	}
	if got := s.send(t, http.MethodPost, "/lab/grace", "seconds=0", asForm); got.StatusCode != http.StatusUnauthorized {
		t.Errorf("a stranger: %d", got.StatusCode)
	}
	if s.world.Main().RefreshGrace() != 10*time.Second {
		t.Errorf("the window is %s", s.world.Main().RefreshGrace())
	}
}
