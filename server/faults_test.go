package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"claimcheck/mockprovider"
)

// The page lists every fault, and its forms switch them, for the owner alone.
func TestFaultsPage(t *testing.T) {
	s := start(t)
	got := s.send(t, http.MethodGet, "/faults", "")
	for _, f := range mockprovider.Faults() {
		if !strings.Contains(got.body, `id="`+f.Name+`"`) {
			t.Errorf("the page lacks %s", f.Name)
		}
	}
	form := header("Content-Type", "application/x-www-form-urlencoded")
	post := func(body string, change ...func(*http.Request)) int {
		return s.send(t, http.MethodPost, "/faults", body, append(change, form)...).StatusCode
	}
	on := s.world.Main().Faults
	if got := post("name=az_state_wrong&times=1"); got != http.StatusUnauthorized || len(on()) != 0 {
		t.Errorf("a stranger: %d %v", got, on())
	}
	for body, want := range map[string]int{
		"name=az_state_wrong": http.StatusBadRequest, "name=az_state_wrong&times=-1": http.StatusBadRequest,
		"name=nothing&times=1": http.StatusNotFound, "off=nothing": http.StatusNotFound, "name=jwks_empty&times=1&client=fittrack": http.StatusConflict,
	} {
		if got := post(body, s.owner()); got != want || len(on()) != 0 {
			t.Errorf("%s: %d %v", body, got, on())
		}
	}
	if got := post("name=az_state_wrong&times=2&client=fittrack", s.owner()); got != http.StatusSeeOther || len(on()) != 1 || on()[0] != (mockprovider.FaultSwitch{Name: "az_state_wrong", Client: "fittrack", Times: 2}) {
		t.Errorf("%d %v", got, on())
	}
	if got := s.send(t, http.MethodGet, "/faults", "", s.owner()); !strings.Contains(got.body, "for fittrack, 2 times") || !strings.Contains(got.body, `value="az_state_wrong">Switch off`) {
		t.Error("the page does not say what is on")
	}
	post("name=idt_aud_wrong&times=0", s.owner())
	if got := post("off=az_state_wrong", s.owner()); got != http.StatusSeeOther || len(on()) != 1 {
		t.Errorf("one off: %d %v", got, on())
	}
	if got := post("off=all", s.owner()); got != http.StatusSeeOther || len(on()) != 0 {
		t.Errorf("all off: %d %v", got, on())
	}
	if log := s.send(t, http.MethodGet, "/lab", "", s.owner()); !strings.Contains(log.body, "Fault az_state_wrong was switched on for client fittrack, to act 2 times at most.") {
		t.Error("the log has no mark")
	}
}

// The catalogue promises an answer after the wait (tok_timeout, disc_slow_30s):
// the server may not close the connection before it.
func TestTheServerWaitsLongerThanAFault(t *testing.T) {
	if left := writeTimeout - mockprovider.LongestWait; left < 10*time.Second {
		t.Errorf("after the longest wait there are %s left for the answer", left)
	}
}
