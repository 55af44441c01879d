package lab_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"claimcheck/mockprovider"
	"claimcheck/mockprovider/drill"
	"claimcheck/mockprovider/internal/rptest"
	"claimcheck/mockprovider/lab"
)

// A drill in a lab: the app's messages are in the log, the faults stay at the
// drill's issuer, and a second drill waits for the first.
func TestDrill(t *testing.T) {
	s := newSite(t, nil)
	l := s.Main()
	app := &rptest.App{ClientID: "own", ClientSecret: "own-secret-for-tests-only", Issuer: l.DrillIssuer()}
	srv := httptest.NewServer(app)
	defer srv.Close()
	app.URL = srv.URL
	if err := l.Registry().AddClient(mockprovider.Client{ID: "own", Secret: app.ClientSecret, RedirectURIs: []string{srv.URL + "/callback"}, Scopes: []string{"openid", "profile"}}); err != nil {
		t.Fatal(err)
	}
	in := lab.DrillRequest{Client: "own", Start: srv.URL + "/login", SignedIn: srv.URL + "/me", Faults: []string{"az_state_wrong", "idt_aud_wrong", "az_extra_params"}}
	if _, err := l.StartDrill(in); err != nil {
		t.Fatal(err)
	}
	<-l.DrillEnded()
	r, ok := l.Drill()
	if !ok || r.State != drill.Done || r.Right != 3 || r.Total != 3 {
		t.Fatalf("%+v", r)
	}
	if len(l.Faults()) != 0 {
		t.Errorf("the lab's own issuer has %v", l.Faults())
	}
	marked := 0
	items, _ := l.Log().After(0)
	for _, it := range items {
		if it.Entry != nil && len(it.Entry.Faults()) > 0 && strings.Contains(it.Entry.Request.URL, "/idp/main~drill/") {
			marked++
		}
	}
	if marked != 3 {
		t.Errorf("%d messages are marked", marked)
	}
	in.Start = "" // by hand
	if _, err := l.StartDrill(in); err != nil {
		t.Fatal(err)
	}
	if _, err := l.StartDrill(in); err == nil {
		t.Error("two drills at once")
	}
	if err := l.Reset(); err != nil {
		t.Fatal(err)
	}
	if r, _ := l.Drill(); r.State != drill.Stopped {
		t.Errorf("after a reset the drill is %s", r.State)
	}
	for name, bad := range map[string]lab.DrillRequest{
		"cast":    {Client: lab.FitTrack}, // its redirect URI is this server
		"nobody":  {Client: "nobody"},
		"no_user": {Client: "own", User: "nobody"},
		"away":    {Client: "own", Start: "http://169.254.169.254/"},
	} {
		if _, err := l.StartDrill(bad); err == nil {
			t.Errorf("%s: a drill begins", name)
		}
	}
}

// An app that reads the metadata when it starts can start before the drill:
// its issuer is there already, and right.
func TestDrillIssuerBeforeDrill(t *testing.T) {
	s := newSite(t, nil)
	l := s.Main()
	res, err := http.Get(l.DrillIssuer() + "/.well-known/openid-configuration")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	var metadata struct {
		Issuer string `json:"issuer"`
	}
	if err := json.NewDecoder(res.Body).Decode(&metadata); err != nil || res.StatusCode != http.StatusOK || metadata.Issuer != l.DrillIssuer() {
		t.Errorf("%d, issuer %q, %v", res.StatusCode, metadata.Issuer, err)
	}
	if res.Header.Get("Claimcheck-Fault") != "" {
		t.Error("it has a fault")
	}
	if _, ok := l.FaultyIssuer("drill"); ok {
		t.Error("the drill counts as a fault")
	}
}
