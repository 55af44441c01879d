package main

import (
	"net/http"
	"strings"
	"testing"

	"claimcheck/mockprovider"
	"claimcheck/mockprovider/lab"
)

// drillable registers an own app and ends a drill that is on.
func drillable(s *site) {
	l := s.world.Main()
	l.StopDrill()
	_ = l.Registry().AddClient(mockprovider.Client{ID: "drilled", RedirectURIs: []string{"http://localhost:1/callback"}, Scopes: []string{"openid"}})
}

// drilled has a drill by hand that waits.
func drilled(s *site) {
	drillable(s)
	_, _ = s.world.Main().StartDrill(lab.DrillRequest{Client: "drilled"})
}

// The page starts a drill by hand, takes the answers, and stops.
func TestDrillPage(t *testing.T) {
	s := start(t)
	form := header("Content-Type", "application/x-www-form-urlencoded")
	post := func(body string, change ...func(*http.Request)) int {
		return s.send(t, http.MethodPost, "/lab/drill", body, append(change, form)...).StatusCode
	}
	page := func() string { return s.send(t, http.MethodGet, "/lab/drill", "", s.owner()).body }
	if got := page(); !strings.Contains(got, "/idp/main~drill") || !strings.Contains(got, "No app of your own") {
		t.Error("the empty page does not say what to do")
	}
	if got := s.send(t, http.MethodGet, "/lab/drill/junit.xml", "", s.owner()); got.StatusCode != http.StatusNotFound {
		t.Errorf("a report of no drill: %d", got.StatusCode)
	}
	drillable(s)
	if got := post("act=start&client=drilled"); got != http.StatusUnauthorized {
		t.Errorf("a stranger starts a drill: %d", got)
	}
	elsewhere := "act=start&client=drilled&start=http%3A%2F%2F10.0.0.1%2F"
	for body, want := range map[string]int{
		"act=start&client=nobody":   http.StatusBadRequest,
		"act=start&client=fittrack": http.StatusBadRequest,
		elsewhere:                   http.StatusBadRequest,
		"act=refused":               http.StatusConflict,
		"act=start&client=drilled":  http.StatusSeeOther,
	} {
		rested(s)
		if got := post(body, s.owner()); got != want {
			t.Errorf("%s: %d, want %d", body, got, want)
		}
		s.world.Main().StopDrill()
	}
	drilled(s)
	if got := page(); !strings.Contains(got, "Log in with your app now") || !strings.Contains(got, "It let me in") || !strings.Contains(got, "Stop the drill") {
		t.Error("the page of a waiting drill lacks its buttons")
	}
	post("act=refused", s.owner())
	if got := page(); !strings.Contains(got, "not reached") || !strings.Contains(got, "JUnit") {
		t.Error("the page lacks the verdict")
	}
	if got := s.send(t, http.MethodGet, "/lab/drill/junit.xml", "", s.owner()); got.StatusCode != http.StatusOK || !strings.Contains(got.body, `skipped="1"`) {
		t.Errorf("%d %s", got.StatusCode, got.body)
	}
	if got := post("act=stop", s.owner()); got != http.StatusSeeOther || !strings.Contains(page(), "stopped, 1 of") {
		t.Errorf("it does not stop: %d", got)
	}
}

// A drill that is refused costs nothing of what an address may ask for; one that
// begins does.
func TestRefusedDrillCostsNothing(t *testing.T) {
	s := start(t)
	drillable(s)
	post := func(client string) int {
		return s.send(t, http.MethodPost, "/lab/drill", "act=start&client="+client, s.owner(), header("Content-Type", "application/x-www-form-urlencoded")).StatusCode
	}
	for range 5 {
		if got := post("nobody"); got != http.StatusBadRequest {
			t.Fatalf("nobody's drill: %d", got)
		}
	}
	if got := post("drilled"); got != http.StatusSeeOther {
		t.Fatalf("after refused ones: %d", got)
	}
	if got := post("drilled"); got != http.StatusConflict {
		t.Errorf("while one is on: %d", got)
	}
	s.world.Main().StopDrill()
	rested(s)
	drained(s) // it takes a whole allowance or nothing
	if got := post("nobody"); got != http.StatusBadRequest {
		t.Errorf("nobody's drill, and nothing left to spend: %d", got)
	}
	if got := post("drilled"); got != http.StatusTooManyRequests {
		t.Errorf("a good one, and nothing left to spend: %d", got)
	}
}
