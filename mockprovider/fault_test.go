package mockprovider

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"claimcheck/mockprovider/internal/rptest"
	"claimcheck/mockprovider/trace"
)

// seen is one answer of the provider, as it was on the wire.
type seen struct {
	path   string
	form   url.Values
	status int
	header http.Header
	body   string
}

// faultRun is a provider and a correct client, both on real sockets.
type faultRun struct {
	t    *testing.T
	p    *Provider
	app  *rptest.App
	user *rptest.Browser

	mu     sync.Mutex
	seen   []seen
	waited []time.Duration
}

// startFaults starts both. The name, if any, is that of a fault whose issuer the
// client uses: that is all that is changed.
func startFaults(t *testing.T, name string) *faultRun {
	t.Helper()
	f := &faultRun{t: t, user: rptest.NewBrowser("alice", "wonderland")}
	front := httptest.NewUnstartedServer(nil)
	f.app = &rptest.App{ClientID: "app", ClientSecret: "app-secret-for-tests-only"}
	app := httptest.NewServer(f.app)
	t.Cleanup(app.Close)
	f.app.URL = strings.Replace(app.URL, "127.0.0.1", "localhost", 1) // another host, so other cookies
	cfg := testConfig()
	cfg.Issuer = "http://" + front.Listener.Addr().String() + "/idp/main"
	cfg.Clients = []Client{{ID: "app", Secret: "app-secret-for-tests-only", RedirectURIs: []string{f.app.URL + "/callback"}, Scopes: []string{"openid", "profile"}}}
	cfg.Wait = func(_ context.Context, d time.Duration) {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.waited = append(f.waited, d)
	}
	home, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	f.p = home
	if name != "" {
		if f.p, err = home.Faulty(name); err != nil {
			t.Fatal(err)
		}
	}
	f.app.Issuer = f.p.Issuer()
	front.Config.Handler = http.HandlerFunc(f.serve)
	front.Start()
	t.Cleanup(front.Close)
	return f
}

func (f *faultRun) serve(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	form, _ := url.ParseQuery(string(body))
	rec := httptest.NewRecorder()
	f.p.ServeHTTP(rec, r)
	path := strings.TrimPrefix(r.URL.Path, f.p.issuer.Path)
	f.mu.Lock()
	f.seen = append(f.seen, seen{path, form, rec.Code, rec.Header().Clone(), rec.Body.String()})
	f.mu.Unlock()
	maps.Copy(w.Header(), rec.Header())
	w.WriteHeader(rec.Code)
	_, _ = w.Write(rec.Body.Bytes())
}

// login lets the person log in at the app and says whether the app let them in.
func (f *faultRun) login() bool {
	f.t.Helper()
	status, page, err := f.user.Open(f.t.Context(), f.app.URL+"/login")
	if err != nil && !strings.Contains(err.Error(), "attacker.example") {
		f.t.Fatal(err)
	}
	if status >= 500 && !strings.Contains(page, "maintenance") {
		f.t.Errorf("the app fails with %d %s", status, page)
	}
	return f.in()
}

func (f *faultRun) in() bool {
	f.t.Helper()
	status, _, err := f.user.Open(f.t.Context(), f.app.URL+"/me")
	if err != nil {
		f.t.Fatal(err)
	}
	return status == http.StatusOK
}

// at returns the answers of the endpoint so far.
func (f *faultRun) at(path string) []seen {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(f.seen), func(s seen) bool { return s.path != path })
}

// marked returns the answers that say that the fault acted.
func (f *faultRun) marked(name string) []seen {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(f.seen), func(s seen) bool { return !slices.Contains(s.header[trace.HeaderFault], name) })
}

// response is the authorization response.
func (f *faultRun) response() (*url.URL, url.Values) {
	f.t.Helper()
	for _, s := range slices.Backward(f.at("/consent")) {
		if l := s.header.Get("Location"); l != "" {
			u, err := url.Parse(l)
			if err != nil {
				f.t.Fatal(err)
			}
			return u, u.Query()
		}
	}
	f.t.Fatal("no authorization response")
	return nil, nil
}

func object(t *testing.T, raw string) map[string]any {
	t.Helper()
	var out map[string]any
	if err := json.Unmarshal([]byte(raw), &out); err != nil {
		t.Fatalf("%v in %.200s", err, raw)
	}
	return out
}

// idToken is header and claims of the last ID token.
func (f *faultRun) idToken() (header, claims map[string]any, parts []string) {
	f.t.Helper()
	all := f.at("/token")
	if len(all) == 0 {
		f.t.Fatal("no token response")
	}
	parts = strings.Split(fmt.Sprint(object(f.t, all[len(all)-1].body)["id_token"]), ".")
	var raw [2]string
	for n := range raw {
		b, err := base64.RawURLEncoding.DecodeString(parts[n])
		if err != nil {
			f.t.Fatal(err)
		}
		raw[n] = string(b)
	}
	return object(f.t, raw[0]), object(f.t, raw[1]), parts
}

// TestFaults walks the catalogue of what a login meets: the deviation is on the
// wire as described, and a correct client does what is said.
func TestFaults(t *testing.T) {
	tested := map[string]bool{}
	for _, group := range []map[string]func(*faultRun) bool{wireOfDiscovery(), wireOfResponse(), wireOfToken(), wireOfIDToken(), wireOfRest()} {
		for name, onWire := range group {
			tested[name] = true
			t.Run(name, func(t *testing.T) { faultCase(t, name, onWire) })
		}
	}
	elsewhere := faultsTestedApart()
	for _, one := range Faults() {
		if !tested[one.Name] && !slices.Contains(elsewhere, one.Name) {
			t.Errorf("fault %s has no test", one.Name)
		}
	}
}

func faultCase(t *testing.T, name string, onWire func(*faultRun) bool) {
	t.Parallel()
	fault, ok := FaultNamed(name)
	if !ok {
		t.Fatal("there is no such fault")
	}
	f := startFaults(t, name)
	in := f.login()
	if marked := f.marked(name); len(marked) == 0 {
		t.Errorf("no answer says that the fault acted")
	}
	if !onWire(f) {
		t.Errorf("the deviation is not on the wire: %+v", f.marked(name))
	}
	switch fault.Expect {
	case ExpectReject:
		if in {
			t.Error("a correct client accepts it")
		}
	case ExpectAccept:
		if !in {
			t.Error("a correct client refuses it")
		}
	case ExpectRetry, ExpectEither:
	}
	if fault.Detected == seenNoTokenCall && len(f.at("/token")) > 0 {
		t.Error("a correct client redeems the code")
	}
	// Switched off, the same login at the same issuer works.
	f.p.ClearFault(name)
	f.user = rptest.NewBrowser("alice", "wonderland")
	if !f.login() {
		t.Error("without the fault the login fails")
	}
}

// TestFaultCatalogue: each fault says all that a reader needs, once.
func TestFaultCatalogue(t *testing.T) {
	names := map[string]bool{}
	for _, f := range Faults() {
		if names[f.Name] {
			t.Errorf("%s twice", f.Name)
		}
		names[f.Name] = true
		if !slices.Contains(FaultGroups(), f.Group) || f.Deviation == "" || f.Correct == "" || f.Detected == "" || f.Expect == "" || !f.Spec.Valid() {
			t.Errorf("%+v is not complete, or cites what there is not", f)
		}
	}
	if len(names) < 100 {
		t.Errorf("%d faults", len(names))
	}
}

// Without a fault, no answer says that there is one, and the issuer is its own.
func TestBeside(t *testing.T) {
	home := newIDP(t)
	twin, err := home.Beside("drill")
	if err != nil || twin.Issuer() != testIssuer+"~drill" {
		t.Fatal(twin, err)
	}
	if !strings.Contains(string(twin.Metadata()), `"issuer":"`+testIssuer+`~drill"`) {
		t.Errorf("%s", twin.Metadata())
	}
	code := home.code(validAuthorization())
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodPost, testIssuer+"~drill/token", strings.NewReader(validToken(code).Encode()))
	r.Header.Set("Content-Type", formType)
	r.Header.Set("Authorization", basicAuth("web", webSecret))
	twin.ServeHTTP(w, r)
	if w.Body.String() != `{"error":"invalid_grant"}` || w.Header().Get(trace.HeaderFault) != "" {
		t.Errorf("the code of another issuer: %s %v", w.Body, w.Header())
	}
	if err := home.SetPolicy(PolicyFAPI2); err != nil {
		t.Fatal(err)
	}
	twin.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, testIssuer+"~drill/jwks", nil))
	if twin.Policy() != PolicyFAPI2 {
		t.Errorf("it does not follow: %s", twin.Policy())
	}
	for _, name := range []string{"", "Main", "a/b", "a~b", "é"} {
		if _, err := home.Beside(name); err == nil {
			t.Errorf("%q stands in an issuer", name)
		}
	}
}

func TestFaultSwitches(t *testing.T) {
	i := newIDP(t)
	for name, s := range map[string]FaultSwitch{
		"unknown":     {Name: "idt_aud"},
		"client":      {Name: "idt_aud_wrong", Client: "nobody"},
		"times":       {Name: "idt_aud_wrong", Times: -1},
		"no_client":   {Name: "jwks_empty", Client: "web"},
		"needs_https": {Name: "http_downgrade"},
	} {
		if err := i.SetFault(s); err == nil || len(i.FaultsOn()) > 0 {
			t.Errorf("%s is taken: %v", name, i.FaultsOn())
		}
	}
	v := validAuthorization()
	v.Set("scope", "openid steps:read")
	state := func() string { return location(t, i.allow(v)).Query().Get("state") }
	// One shot.
	if err := i.SetFault(FaultSwitch{Name: "az_state_wrong", Times: 1}); err != nil {
		t.Fatal(err)
	}
	if first, second := state(), state(); first == "st-1" || second != "st-1" || len(i.FaultsOn()) != 0 || i.FaultsActed()["az_state_wrong"] != 1 {
		t.Errorf("one shot: %q, %q, %v", first, second, i.FaultsOn())
	}
	// For one client, until it is off.
	if err := i.SetFault(FaultSwitch{Name: "az_state_wrong", Client: "spa"}); err != nil {
		t.Fatal(err)
	}
	if state() != "st-1" {
		t.Error("it is on for another client")
	}
	if err := i.SetFault(FaultSwitch{Name: "az_state_wrong", Client: "web"}); err != nil {
		t.Fatal(err)
	}
	for range 2 { // it stays on
		if state() == "st-1" {
			t.Error("it is not on for the client")
		}
	}
	if w := i.authorize(v); !strings.Contains(w.Body.String(), "misbehaves on purpose: <code>az_state_wrong</code>") {
		t.Errorf("the page says nothing: %s", w.Body)
	}
	i.ClearFault("")
	if state() != "st-1" || len(i.FaultsOn()) != 0 {
		t.Error("it stays on")
	}
	for _, f := range Faults() { // more switches than there may be
		if !f.NoClient && !f.NeedsHTTPS {
			for _, c := range []string{"web", "spa", "post", "opaque"} {
				_ = i.SetFault(FaultSwitch{Name: f.Name, Client: c})
			}
		}
	}
	if n := len(i.FaultsOn()); n != maxFaultsOn {
		t.Errorf("%d switches are on", n)
	}
}
