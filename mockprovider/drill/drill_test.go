package drill_test

import (
	"context"
	"encoding/xml"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"claimcheck/mockprovider"
	"claimcheck/mockprovider/drill"
	"claimcheck/mockprovider/internal/rptest"
)

// bench is a provider, an app and the drill's configuration.
type bench struct {
	home  *mockprovider.Provider
	app   *rptest.App
	cfg   drill.Config
	drill atomic.Pointer[drill.Drill]
	stop  func() // stops the app
}

func newBench(t *testing.T, careless bool) *bench {
	t.Helper()
	b := &bench{app: &rptest.App{ClientID: "app", ClientSecret: "app-secret-for-tests-only", Careless: careless}}
	front, app := httptest.NewUnstartedServer(nil), httptest.NewServer(b.app)
	t.Cleanup(app.Close)
	b.stop = app.Close
	b.app.URL = app.URL
	issuer := "http://" + front.Listener.Addr().String() + "/idp"
	client := mockprovider.Client{ID: "app", Secret: b.app.ClientSecret, RedirectURIs: []string{app.URL + "/callback"}, Scopes: []string{"openid", "profile"}}
	away := client
	away.ID, away.RedirectURIs = "away", []string{"https://app.example/callback"}
	if careless {
		client.Policy = mockprovider.PolicyRFC6749 // lets in who sends no challenge
	}
	var err error
	b.home, err = mockprovider.New(mockprovider.Config{
		Issuer: issuer, Clients: []mockprovider.Client{client, away},
		Users: []mockprovider.User{{ID: "alice", Password: "alice", Name: "Alice"}, {ID: "bob", Password: "bob"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	front.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if d := b.drill.Load(); d != nil && strings.HasPrefix(r.URL.Path, "/idp~drill/") {
			d.ServeHTTP(w, r)
			return
		}
		b.home.ServeHTTP(w, r)
	})
	front.Start()
	t.Cleanup(front.Close)
	b.app.Issuer = issuer + "~drill"
	b.cfg = drill.Config{
		Home: b.home, Client: "app", Start: app.URL + "/login", SignedIn: app.URL + "/me", Username: "alice", Password: "alice",
		Now: func() time.Time { return time.Unix(1, 0) },
	}
	return b
}

func (b *bench) run(t *testing.T) drill.Report {
	t.Helper()
	d := b.begin(t)
	d.Run(t.Context())
	return d.Report()
}

func (b *bench) begin(t *testing.T) *drill.Drill {
	t.Helper()
	d, err := drill.New(b.cfg)
	if err != nil {
		t.Fatal(err)
	}
	b.drill.Store(d)
	return d
}

func byFault(r *drill.Report) map[string]drill.Attempt {
	out := map[string]drill.Attempt{}
	for _, a := range r.Attempts {
		out[a.Fault] = a
	}
	return out
}

// A correct app passes every fault.
func TestCorrectApp(t *testing.T) {
	r := newBench(t, false).run(t)
	if r.State != drill.Done || len(r.Attempts) != len(drill.Faults()) || len(r.Attempts) < 60 {
		t.Fatalf("%s %s after %d", r.State, r.Problem, len(r.Attempts))
	}
	for _, a := range r.Attempts {
		if !a.Right || a.Why == "" {
			t.Errorf("%s: %s (%s)", a.Fault, a.Verdict, a.Why)
		}
	}
	if r.Right != r.Total || r.Wrong != 0 || r.Open != 0 || !strings.Contains(r.Grade(), "refused what it must") {
		t.Errorf("%s", r.Grade())
	}
}

// An app that checks nothing takes what it must refuse.
func TestCarelessApp(t *testing.T) {
	r := newBench(t, true).run(t)
	if r.State != drill.Done {
		t.Fatalf("%s %s", r.State, r.Problem)
	}
	got := byFault(&r)
	for _, name := range []string{
		"az_state_wrong", "az_state_missing", "az_iss_wrong", "az_iss_missing", "az_mixup_issuer", "az_unsolicited", "az_other_users_code", "az_duplicate_code", "az_error_and_code_both",
		"disc_issuer_mismatch", "jwks_stale_cache", "disc_no_s256",
		"idt_iss_wrong", "idt_aud_wrong", "idt_exp_past", "idt_sig_corrupt_rs256", "idt_alg_none", "idt_alg_hs256_with_rsa_public_key", "idt_kid_unknown", "idt_at_as_idt",
		"idt_crit_unknown", "idt_sub_missing", "ui_sub_mismatch", "clock_skew_10min",
	} {
		if a := got[name]; a.Verdict != drill.Accepted || a.Right {
			t.Errorf("%s: %s (%s)", name, a.Verdict, a.Why)
		}
	}
	for _, name := range []string{"idt_nonce_wrong", "idt_nonce_missing", "jwks_empty", "jwks_use_enc"} {
		if a := got[name]; a.Verdict != drill.NotReached {
			t.Errorf("%s: %s (%s)", name, a.Verdict, a.Why)
		}
	}
	for _, name := range []string{"idt_azp_wrong", "idt_iat_future", "idt_at_hash_wrong", "idt_c_hash_wrong"} { // what a client may skip
		if a := got[name]; a.Verdict != drill.Accepted || a.Graded() || a.Lenient == "" {
			t.Errorf("%s: %s, graded %v", name, a.Verdict, a.Graded())
		}
	}
	if a := got["idt_kid_unknown"]; !a.Graded() || !strings.Contains(a.Why, "Over https") {
		t.Errorf("a signature over http: %+v", a)
	}
	for _, name := range []string{"jwks_key_rotated_now", "az_extra_params", "tok_200_error_body", "tok_no_id_token"} { // what even it does right
		if a := got[name]; !a.Right {
			t.Errorf("%s: %s (%s)", name, a.Verdict, a.Why)
		}
	}
	if r.Wrong < 30 || r.Right+r.Wrong+r.Open != r.Total {
		t.Errorf("%s, %d open", r.Grade(), r.Open)
	}
	raw, err := r.JUnit()
	var suites struct {
		Suite struct {
			Tests    int `xml:"tests,attr"`
			Failures int `xml:"failures,attr"`
			Skipped  int `xml:"skipped,attr"`
			Cases    []struct {
				Name    string    `xml:"name,attr"`
				Failure *struct{} `xml:"failure"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err = firstOf(err, xml.Unmarshal(raw, &suites)); err != nil || suites.Suite.Tests != r.Total || suites.Suite.Failures != r.Wrong || suites.Suite.Skipped != r.Open {
		t.Errorf("%v\n%.300s", err, raw)
	}
	for _, c := range suites.Suite.Cases {
		if a := got[c.Name]; (c.Failure != nil) != (!a.Right && a.Graded()) {
			t.Errorf("%s in the XML", c.Name)
		}
	}
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// Without a page for people who are logged in, some things can't be seen, and the
// report says so instead of guessing.
func TestWithoutSignedIn(t *testing.T) {
	b := newBench(t, true)
	b.cfg.SignedIn, b.cfg.Faults = "", []string{"az_state_wrong", "idt_sig_corrupt_rs256", "az_access_denied"}
	r := b.run(t)
	got := byFault(&r)
	for name, want := range map[string]drill.Verdict{"az_state_wrong": drill.Accepted, "idt_sig_corrupt_rs256": drill.Accepted, "az_access_denied": drill.Accepted} {
		if a := got[name]; a.Verdict != want || a.Why == "" {
			t.Errorf("%s: %s (%s)", name, a.Verdict, a.Why)
		}
	}
}

// A drill goes to loopback addresses of a registered client alone.
func TestRefusesToDrill(t *testing.T) {
	for name, change := range map[string]func(*drill.Config){
		"unknown_client": func(c *drill.Config) { c.Client = "nobody" },
		"redirect_away":  func(c *drill.Config) { c.Client = "away" },
		"start_away":     func(c *drill.Config) { c.Start = "https://app.example/login" },
		"start_metadata": func(c *drill.Config) { c.Start = "http://169.254.169.254/" },
		"start_scheme":   func(c *drill.Config) { c.Start = "file:///etc/passwd" },
		"signed_in_away": func(c *drill.Config) { c.SignedIn = "http://10.0.0.1/" },
		"ourselves":      func(c *drill.Config) { c.Start = c.Home.Issuer() + "/authorize" },
		"unknown_fault":  func(c *drill.Config) { c.Faults = []string{"nothing"} },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, false)
			change(&b.cfg)
			if _, err := drill.New(b.cfg); err == nil {
				t.Error("it begins")
			}
		})
	}
}

// What an app does wrong before any fault is told, and nothing is graded.
func TestControl(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*bench)
		want   string
	}{
		"open_page":             {func(b *bench) { b.cfg.SignedIn = b.home.Issuer() }, "address of this server"},
		"other_issuer":          {func(b *bench) { b.app.Issuer = b.home.Issuer() }, "does not visit"},
		"app_down":              {func(b *bench) { b.stop() }, "the app does not answer: nobody listens at that address: the connection was refused)."},
		"app_down_at_the_login": {func(b *bench) { b.stop(); b.cfg.SignedIn = "" }, "the app does not answer: nobody listens at that address: the connection was refused."},
		"no_login":              {func(b *bench) { b.cfg.Start = b.app.URL + "/me" }, "does not send the browser"},
		"wrong_secret":          {func(b *bench) { b.app.ClientSecret = "x" }, "nobody is logged in"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, false)
			c.change(b)
			d, err := drill.New(b.cfg)
			if err != nil {
				if !strings.Contains(err.Error(), c.want) {
					t.Error(err)
				}
				return
			}
			b.drill.Store(d)
			d.Run(t.Context())
			if r := d.Report(); r.State != drill.Failed || !strings.Contains(r.Problem, c.want) || len(r.Attempts) != 0 {
				t.Errorf("%s %q", r.State, r.Problem)
			}
		})
	}
}

func TestStop(t *testing.T) {
	b := newBench(t, false)
	d := b.begin(t)
	d.Stop()
	d.Run(t.Context())
	if r := d.Report(); r.State != drill.Stopped || len(r.Attempts) != 0 {
		t.Errorf("%s after %d", r.State, len(r.Attempts))
	}
	d = b.begin(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	d.Run(ctx)
	if r := d.Report(); len(r.Attempts) != 0 || r.State == drill.Done {
		t.Errorf("%s after %d", r.State, len(r.Attempts))
	}
}

// A person drills by hand: what arrives counts more than what is said.
func TestByHand(t *testing.T) {
	b := newBench(t, true)
	b.cfg.Start, b.cfg.Faults = "", []string{"az_state_wrong", "idt_aud_wrong", "idt_exp_past", "idt_iss_wrong"}
	d := b.begin(t)
	if err := d.Answer("maybe"); err == nil {
		t.Error("maybe is an answer")
	}
	if r := d.Report(); r.State != drill.Waiting || r.Current != "az_state_wrong" || !strings.HasPrefix(r.Seen, "Nothing yet") {
		t.Fatalf("%+v", r)
	}
	for _, said := range []drill.Verdict{drill.Refused, drill.Accepted, drill.Unseen} {
		user := rptest.NewBrowser("alice", "alice")
		if _, _, err := user.Open(t.Context(), b.app.URL+"/login"); err != nil {
			t.Fatal(err)
		}
		if err := d.Answer(said); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Answer(drill.Accepted); err != nil { // without a login
		t.Fatal(err)
	}
	r := d.Report()
	got := byFault(&r)
	for name, want := range map[string]drill.Verdict{"az_state_wrong": drill.Accepted, "idt_aud_wrong": drill.Accepted, "idt_exp_past": drill.Unseen, "idt_iss_wrong": drill.NotReached} {
		if got[name].Verdict != want {
			t.Errorf("%s: %s (%s)", name, got[name].Verdict, got[name].Why)
		}
	}
	if r.State != drill.Done || d.Answer(drill.Accepted) == nil {
		t.Errorf("%s", r.State)
	}
}
