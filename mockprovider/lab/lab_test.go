package lab_test

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
)

// site is a world behind a real listener, on a clock that stands still.
type site struct {
	*lab.World
	url string
}

func newSite(t testing.TB, change func(*lab.Config)) *site {
	t.Helper()
	srv := httptest.NewUnstartedServer(nil)
	base := time.Now()
	var ticks atomic.Int64
	cfg := lab.Config{
		Origin: "http://" + srv.Listener.Addr().String(),
		Now:    func() time.Time { return base.Add(time.Duration(ticks.Add(1))) },
	}
	if change != nil {
		change(&cfg)
	}
	w, err := lab.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	srv.Config.Handler = w
	srv.Start()
	t.Cleanup(srv.Close)
	return &site{World: w, url: cfg.Origin}
}

func (s *site) run(t testing.TB, cfg lab.RunConfig) *lab.Run {
	t.Helper()
	r, err := s.Main().NewRun(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// browser is a Go client that behaves like one: it keeps cookies, follows
// redirects, and fills in forms.
type browser struct {
	t      testing.TB
	client *http.Client
	site   *site
}

func (s *site) browser(t testing.TB) *browser {
	jar, _ := cookiejar.New(nil)
	return &browser{t: t, client: &http.Client{Jar: jar}, site: s}
}

// enter puts the browser into a run, as the site's page does before it sends it off.
func (b *browser) enter(r *lab.Run) {
	u, _ := url.Parse(b.site.url)
	b.client.Jar.SetCookies(u, []*http.Cookie{{Name: lab.RunCookie, Value: r.ID(), Path: "/"}})
}

type page struct {
	status int
	url    *url.URL
	html   string
}

func (b *browser) do(method, target string, form url.Values) page {
	b.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	req, err := http.NewRequestWithContext(b.t.Context(), method, target, body)
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Accept", "text/html")
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Origin", b.site.url)
	}
	res, err := b.client.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	html, _ := io.ReadAll(res.Body)
	return page{res.StatusCode, res.Request.URL, string(html)}
}

func (b *browser) get(target string) page { b.t.Helper(); return b.do(http.MethodGet, target, nil) }

// interaction is the value that the form on the page carries.
func (p page) interaction(t testing.TB) string {
	t.Helper()
	m := regexp.MustCompile(`name="interaction" value="([^"]+)"`).FindStringSubmatch(p.html)
	if m == nil {
		t.Fatalf("no form on the page (%d at %s)", p.status, p.url)
	}
	return m[1]
}

func (b *browser) login(p page, user string) page {
	b.t.Helper()
	return b.do(http.MethodPost, b.site.Main().Issuer()+"/login", url.Values{
		"interaction": {p.interaction(b.t)}, "username": {user}, "password": {user}, "action": {"login"},
	})
}

func (b *browser) allow(p page) page {
	b.t.Helper()
	return b.do(http.MethodPost, b.site.Main().Issuer()+"/consent", url.Values{
		"interaction": {p.interaction(b.t)}, "scope": {lab.ScopeStepsRead}, "action": {"allow"},
	})
}

// walk goes from the client's connect link to the end of the consent page.
func (b *browser) walk(client, user string) page {
	b.t.Helper()
	return b.allow(b.login(b.get(b.site.url+"/app/main/"+client+"/connect"), user))
}

func shape(entries []*trace.Entry) string {
	var out []string
	for _, e := range entries {
		out = append(out, e.From.ID+">"+e.To.ID+" "+e.Request.Method+" "+e.Path())
	}
	return strings.Join(out, "\n")
}

func TestFreePass(t *testing.T) {
	for _, client := range []string{lab.FitTrack, lab.FitTrackLite} {
		t.Run(client, func(t *testing.T) {
			s := newSite(t, nil)
			r := s.run(t, lab.RunConfig{Client: client, PKCE: true})
			b := s.browser(t)
			b.enter(r)
			end := b.walk(client, "alice")
			if end.url.Path != "/app/main/"+client+"/" || !strings.Contains(end.html, "11027") {
				t.Fatalf("ended at %s with %d:\n%s", end.url, end.status, end.html)
			}
			if public := client == lab.FitTrackLite; strings.Contains(end.html, "in this page’s script") != public || strings.Contains(end.html, "The token stayed at") == public {
				t.Errorf("the page of %s is wrong about where the token is", client)
			}
			want := strings.ReplaceAll(`browser>CLIENT GET /app/main/CLIENT/connect
browser>acmeid GET /idp/main/authorize
browser>acmeid POST /idp/main/login
browser>acmeid GET /idp/main/consent
browser>acmeid POST /idp/main/consent
CLIENT>acmeid POST /idp/main/token
stepcloud>acmeid GET /idp/main/jwks
CLIENT>stepcloud GET /rs/main/stepcloud/v1/steps
browser>CLIENT GET /app/main/CLIENT/callback
browser>CLIENT GET /app/main/CLIENT/`, "CLIENT", client)
			if got := shape(r.Entries()); got != want {
				t.Errorf("the log says\n%s\nwant\n%s", got, want)
			}
			for _, e := range r.Entries() {
				if !e.Accepted() || e.AnswerRefusal() != nil {
					t.Errorf("%s %s: %d %v", e.Request.Method, e.Path(), e.Response.Status, e.Refusal())
				}
				if e.Channel == trace.Front != (e.From.Role == trace.RoleBrowser) {
					t.Errorf("%s is %s channel", e.Path(), e.Channel)
				}
				if public := client == lab.FitTrackLite; (e.Via == "server") != (public && e.From.ID == client) {
					t.Errorf("%s went via %q", e.Path(), e.Via)
				}
				if strings.Contains(e.Request.Header.Get("Cookie"), "cc_") {
					t.Error("a party got a cookie of the site")
				}
			}
			token := trace.To(r.Entries(), trace.RoleAS, http.MethodPost, "/token")[0]
			if has := token.Request.Header.Get("Authorization") != ""; has == (client == lab.FitTrackLite) {
				t.Errorf("client authentication: %v", token.Request.Header)
			}
			if token.Request.Param("code_verifier") != r.Session().Verifier {
				t.Error("the code_verifier was not sent")
			}
			if api := trace.To(r.Entries(), trace.RoleRS, "", "/v1/steps")[0]; api.Finding("exp") == nil || api.Finding("user_rights") == nil {
				t.Error("StepCloud's X-ray lacks the token's verdict or its own rules")
			}
			u, _ := url.Parse(s.url + "/app/main/" + client + "/")
			for _, c := range b.client.Jar.Cookies(u) {
				if c.Name != lab.RunCookie && c.Name != lab.RunsCookie {
					t.Errorf("the cookie %s went to the real browser", c.Name)
				}
			}
		})
	}
}

// guided makes a run whose answers all wait at /held, except the pages to fill in.
func (s *site) guided(t testing.TB, cfg lab.RunConfig) *lab.Run {
	cfg.Guided, cfg.PKCE = true, true
	cfg.Hold = func(e *trace.Entry) string {
		if e.Response.Status == http.StatusOK {
			return ""
		}
		return "/held"
	}
	return s.run(t, cfg)
}

// toCode takes a guided run to the point where the client holds the code.
func (b *browser) toCode(r *lab.Run) {
	b.t.Helper()
	b.enter(r)
	b.get(b.site.url + "/app/main/" + r.Config().Client + "/connect") // held
	login := b.get(r.Session().AuthURL)
	b.login(login, "alice") // held: 303 to the consent page
	entries := r.Entries()
	b.allow(b.get(entries[len(entries)-1].Response.Location().String()))
	entries = r.Entries()
	b.get(entries[len(entries)-1].Response.Location().String())
	if r.Session().Code == "" {
		b.t.Fatalf("the client has no code:\n%s", shape(r.Entries()))
	}
}

func TestGuidedPass(t *testing.T) {
	s := newSite(t, nil)
	r := s.guided(t, lab.RunConfig{})
	b := s.browser(t)
	b.toCode(r)
	if got := trace.To(r.Entries(), "", http.MethodPost, "/token"); len(got) != 0 {
		t.Fatal("the client of a guided run went on by itself")
	}
	preview, err := r.TokenRequest(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(preview.Body)
	r.SetStep("token")
	e, err := r.Redeem(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if e.Response.Status != http.StatusOK || string(e.Request.Body) != string(body) || e.Request.URL != preview.URL.String() ||
		e.Request.Header.Get("Authorization") != preview.Header.Get("Authorization") {
		t.Errorf("sent %s %q, previewed %s %q", e.Request.URL, e.Request.Body, preview.URL, body)
	}
	if e.Step != "token" || e.Attempt != 1 || e.From.ID != lab.FitTrack {
		t.Errorf("step %q, attempt %d, from %s", e.Step, e.Attempt, e.From.ID)
	}
	api, err := r.CallAPI(t.Context(), nil)
	if err != nil || api.Response.Status != http.StatusOK || len(r.Session().Steps) == 0 {
		t.Fatalf("API: %v, %+v", err, api)
	}
	if end := b.get(s.url + "/app/main/fittrack/"); !strings.Contains(end.html, "11027") {
		t.Error("the page does not show Alice's steps")
	}
	for _, e := range r.Entries() {
		if e.Held != (e.Channel == trace.Front && e.Response.Status != http.StatusOK) {
			t.Errorf("%s: held %v", e.Path(), e.Held)
		}
	}
}

func TestUndoRestores(t *testing.T) {
	s := newSite(t, nil)
	r := s.guided(t, lab.RunConfig{})
	s.browser(t).toCode(r)
	before := r.Checkpoint()
	count := len(r.Entries())
	first, err := r.Redeem(t.Context(), nil)
	if err != nil || first.Response.Status != http.StatusOK {
		t.Fatalf("first: %v", err)
	}
	again, err := r.Redeem(t.Context(), nil)
	if err != nil || again.Response.Status != http.StatusBadRequest {
		t.Fatalf("the code was taken twice: %v", again.Response.Status)
	}
	if err := r.Restore(t.Context(), before); err != nil {
		t.Fatal(err)
	}
	if r.Session().Tokens.AccessToken != "" || len(r.Entries()) != count {
		t.Error("undo left tokens or entries")
	}
	if marks := trace.Marks(r.Items(), trace.MarkUndone); len(marks) != 1 {
		t.Error("undo left no mark")
	}
	after, err := r.Redeem(t.Context(), nil)
	if err != nil || after.Response.Status != http.StatusOK {
		t.Fatalf("after undo the code is not fresh: %d %v", after.Response.Status, after.Refusal())
	}
}

func TestUndoMovesTheClockBack(t *testing.T) {
	s := newSite(t, nil)
	r := s.guided(t, lab.RunConfig{})
	s.browser(t).toCode(r)
	before := r.Checkpoint()
	r.Advance(lab.CodeLifetime + time.Second)
	e, err := r.Redeem(t.Context(), nil)
	if err != nil || e.Response.Status != http.StatusBadRequest {
		t.Fatalf("an expired code gave %d, %v", e.Response.Status, err)
	}
	if err := r.Restore(t.Context(), before); err != nil {
		t.Fatal(err)
	}
	if e, err = r.Redeem(t.Context(), nil); err != nil || e.Response.Status != http.StatusOK {
		t.Fatalf("after undo: %d %v", e.Response.Status, e.Refusal())
	}
	if s.Main().Offset() != 0 {
		t.Errorf("the clock is off by %s", s.Main().Offset())
	}
}

func TestReset(t *testing.T) {
	s := newSite(t, nil)
	r := s.guided(t, lab.RunConfig{})
	b := s.browser(t)
	b.toCode(r)
	stale := r.Checkpoint()
	if err := r.Reset(t.Context()); err != nil {
		t.Fatal(err)
	}
	if r.Session().State != "" || len(r.Entries()) != 0 {
		t.Errorf("reset left %+v and %d entries", r.Session(), len(r.Entries()))
	}
	if err := r.Restore(t.Context(), stale); err == nil {
		t.Error("a checkpoint of before the reset must not restore")
	}
	b.toCode(r) // and once more from the start, with a login
}

func TestTwoRunsInOneBrowserDoNotMix(t *testing.T) {
	s := newSite(t, nil)
	a, c := s.guided(t, lab.RunConfig{}), s.guided(t, lab.RunConfig{})
	b := s.browser(t)
	b.enter(a)
	b.get(s.url + "/app/main/fittrack/connect")
	loginA := b.get(a.Session().AuthURL)
	b.enter(c) // a second tab
	b.get(s.url + "/app/main/fittrack/connect")
	loginC := b.get(c.Session().AuthURL)
	b.login(loginA, "alice") // the first tab goes on: its form knows its run
	b.login(loginC, "bob")
	if a.Session().State == c.Session().State {
		t.Error("the runs share a session")
	}
	for _, r := range []*lab.Run{a, c} {
		if got := trace.Accepted(r.Entries(), trace.RoleAS, http.MethodPost, "/login"); len(got) != 1 {
			t.Errorf("run %s has %d logins:\n%s", r.ID(), len(got), shape(r.Entries()))
		}
	}
}

func TestBrowseInTheBrowsersStead(t *testing.T) {
	s := newSite(t, nil)
	r := s.guided(t, lab.RunConfig{})
	e, err := r.Browse(t.Context(), http.MethodGet, s.url+"/app/main/fittrack/connect", nil)
	if err != nil {
		t.Fatal(err)
	}
	if e.Via != "server" || e.From.Role != trace.RoleBrowser || e.Held || e.Response.Status != http.StatusSeeOther {
		t.Errorf("%+v", e)
	}
	if r.Session().State == "" {
		t.Error("the run's jar did not take the cookie")
	}
	page, err := r.Browse(t.Context(), http.MethodGet, r.Session().AuthURL, nil)
	if err != nil || page.Response.Status != http.StatusOK {
		t.Fatalf("%v %+v", err, page)
	}
	for _, bad := range []string{"http://example.com/", s.url + "/flows", "file:///etc/passwd", "http://[::1", s.url + "/idp/other/authorize"} {
		if _, err := r.Browse(t.Context(), http.MethodGet, bad, nil); err == nil {
			t.Errorf("sent to %s", bad)
		}
	}
}

func TestEditedTokenRequest(t *testing.T) {
	s := newSite(t, nil)
	r := s.guided(t, lab.RunConfig{})
	s.browser(t).toCode(r)
	edit, _ := r.TokenRequest(t.Context())
	body, _ := io.ReadAll(edit.Body)
	changed := strings.Replace(string(body), "code_verifier=", "code_verifier=x", 1)
	edited, _ := http.NewRequestWithContext(t.Context(), edit.Method, edit.URL.String(), strings.NewReader(changed))
	edited.Header = edit.Header
	e, err := r.Redeem(t.Context(), edited)
	if err != nil {
		t.Fatal(err)
	}
	if string(e.Request.Body) != changed || e.Response.Status != http.StatusBadRequest || e.Refusal() == nil || e.Refusal().ID != "pkce_verifier_match" && !strings.Contains(e.Refusal().ID, "verifier") {
		t.Errorf("sent %q, answered %d, refused by %v", e.Request.Body, e.Response.Status, e.Refusal())
	}
	if f := e.AnswerRefusal(); f == nil || f.ID != "token_status" {
		t.Errorf("the client's findings: %v", f)
	}
	if p := r.Session().Problem; !strings.Contains(p, "invalid_grant") {
		t.Errorf("the client's problem is %q", p)
	}
	away, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://example.com/token", http.NoBody)
	if _, err := r.Redeem(t.Context(), away); err == nil {
		t.Error("an edited request left the lab")
	}
}

func TestEventsForExercises(t *testing.T) {
	s := newSite(t, nil)
	r := s.guided(t, lab.RunConfig{})
	s.browser(t).toCode(r)
	r.Mark(trace.MarkAnswerSubmitted, "An answer was given.", map[string]string{"answer": "state"})
	events := r.Events()
	if len(trace.Marks(events, trace.MarkAnswerSubmitted)) != 1 || len(trace.Accepted(trace.Entries(events), trace.RoleClient, "", "/callback")) != 1 {
		t.Error("the events lack the answer or the callback")
	}
	if err := r.Reset(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := r.Events(); len(got) != 1 || got[0].Mark == nil || got[0].Mark.Kind != trace.MarkReset {
		t.Errorf("after the reset: %v", got)
	}
}

func TestRunsAreBounded(t *testing.T) {
	s := newSite(t, nil)
	first := s.run(t, lab.RunConfig{})
	for range 300 {
		s.run(t, lab.RunConfig{})
	}
	if n := s.Main().Runs(); n > 256 {
		t.Errorf("%d runs", n)
	}
	if _, ok := s.Main().Run(first.ID()); ok {
		t.Error("the oldest run is still there")
	}
	if _, err := s.Main().NewRun(lab.RunConfig{Client: "nobody"}); err == nil {
		t.Error("a run of an unknown client")
	}
}

func TestLabReset(t *testing.T) {
	s := newSite(t, nil)
	r := s.guided(t, lab.RunConfig{})
	s.browser(t).toCode(r)
	l := s.Main()
	l.Advance(time.Hour)
	if err := l.InsecureSwitch("state_equal", true); err != nil {
		t.Fatal(err)
	}
	before := l.Log().Last()
	if err := l.Reset(); err != nil {
		t.Fatal(err)
	}
	if _, ok := l.Run(r.ID()); ok || l.Offset() != 0 || len(l.Off()) != 0 {
		t.Error("the reset left a run, the clock or a switch")
	}
	items, _ := l.Log().After(0)
	if int64(len(items)) != before+1 || items[len(items)-1].Mark.Kind != trace.MarkReset {
		t.Error("the log must stay, and end in a mark")
	}
	if e, err := r.Redeem(t.Context(), nil); err == nil {
		t.Errorf("a dropped run still redeems: %v", e)
	}
}

func TestLabsAreApart(t *testing.T) {
	s := newSite(t, func(c *lab.Config) { c.MaxLabs = 2 })
	other, err := s.Open("other")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Open("third"); err == nil {
		t.Error("more labs than allowed")
	}
	if _, err := s.Open("../x"); err == nil {
		t.Error("an id with a slash")
	}
	b := s.browser(t)
	b.get(s.url + "/app/other/fittrack/")
	b.get(s.url + "/.well-known/oauth-authorization-server/idp/other")
	b.get(s.url + "/idp/other/.well-known/openid-configuration")
	if n := len(trace.Entries(other.Log().Run(""))); n != 3 {
		t.Errorf("the other lab has %d entries, want 3", n)
	}
	if s.Main().Log().Last() != 0 {
		t.Error("main saw a message of the other lab")
	}
	if p := b.get(s.url + "/idp/nowhere/authorize"); p.status != http.StatusNotFound {
		t.Errorf("a lab that is not there: %d", p.status)
	}
	if other.Secret() == s.Main().Secret() {
		t.Error("two labs share a secret")
	}
}

func TestCurlIsOutside(t *testing.T) {
	s := newSite(t, nil)
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, s.Main().Issuer()+"/token", strings.NewReader("grant_type=authorization_code&client_id=fittrack"))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if _, err := http.DefaultClient.Do(req); err != nil {
		t.Fatal(err)
	}
	e := trace.Entries(s.Main().Log().Run(""))[0]
	if e.From.Role != trace.RoleOutside || e.Channel != trace.Back {
		t.Errorf("curl is %v, %s", e.From, e.Channel)
	}
}

func TestPartiesGetNoCookieOfTheSite(t *testing.T) {
	s := newSite(t, nil)
	b := s.browser(t)
	u, _ := url.Parse(s.url)
	b.client.Jar.SetCookies(u, []*http.Cookie{{Name: "cc_owner", Value: "o", Path: "/"}, {Name: "theirs", Value: "1", Path: "/"}, {Name: lab.RunCookie, Value: "gone", Path: "/"}})
	b.get(s.url + "/app/main/fittrack/")
	e := trace.Entries(s.Main().Log().Run(""))[0]
	if got := e.Request.Header["Cookie"]; len(got) != 1 || got[0] != "theirs=1" {
		t.Errorf("the party got %q", got)
	}
}
