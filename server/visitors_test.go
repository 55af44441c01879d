package main

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"claimcheck/mockprovider/lab"
)

// publicOrigin is where the visitors of these tests think that they are.
const publicOrigin = "https://lab.example"

// A guest is a browser with a cookie jar of its own.
type guest struct {
	t       *testing.T
	handler http.Handler
	cookies map[string]string
}

func (v *guest) ask(method, path, body string) *httptest.ResponseRecorder {
	v.t.Helper()
	r := httptest.NewRequest(method, publicOrigin+path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.Header.Set("Accept", "text/html")
	for name, value := range v.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w := httptest.NewRecorder()
	v.handler.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		v.cookies[c.Name] = c.Value
	}
	return w
}

// lab is the lab that the visitor's cookie names.
func (v *guest) lab(s *site) *lab.Lab {
	v.t.Helper()
	id, _, _ := strings.Cut(v.cookies[labCookie], ".")
	l, ok := s.world.Lab(id)
	if !ok {
		v.t.Fatalf("the visitor has no lab: %v", v.cookies)
	}
	return l
}

// open is a server for many, and two visitors of it.
func open(t *testing.T) (s *site, a, b *guest) {
	t.Helper()
	s = start(t, func(c *config) { c.publicURL = publicOrigin })
	s.mustRead(t)
	h := s.handler()
	return s, &guest{t, h, map[string]string{}}, &guest{t, h, map[string]string{}}
}

// Nothing that one visitor does shows to the other, or in the lab main.
func TestVisitorsSeeNothingOfEachOther(t *testing.T) {
	s, a, b := open(t)
	if got := a.ask(http.MethodGet, "/lab", ""); got.Code != http.StatusOK || !strings.Contains(got.Body.String(), "Your own lab") {
		t.Fatalf("the first visit: %d", got.Code)
	}
	b.ask(http.MethodGet, "/lab", "")
	la, lb := a.lab(s), b.lab(s)
	if la == lb || la == s.world.Main() || lb == s.world.Main() {
		t.Fatalf("labs %q and %q", la.ID(), lb.ID())
	}
	if a.ask(http.MethodGet, "/lab", ""); a.lab(s) != la {
		t.Error("the second visit is to another lab")
	}

	// What a changes: the clock, a fault, an own app, a run.
	for _, one := range []struct{ path, body string }{
		{"/lab/clock", "advance=1h"},
		{"/faults", "name=idt_aud_wrong&times=0"},
		{"/connect", "kind=web&name=A-app&redirect_uri=" + url.QueryEscape("http://localhost:3000/callback")},
		{"/flows/authorization-code-pkce", "mode=guided"},
	} {
		if got := a.ask(http.MethodPost, one.path, one.body); got.Code != http.StatusSeeOther {
			t.Errorf("%s: %d %s", one.path, got.Code, got.Body)
		}
	}
	if la.Offset() == 0 || len(la.Faults()) != 1 || len(la.Registry().Clients()) == len(lb.Registry().Clients()) || la.Runs() != 1 {
		t.Errorf("the visitor's own lab: clock %s, faults %v, %d runs", la.Offset(), la.Faults(), la.Runs())
	}
	for _, other := range []*lab.Lab{lb, s.world.Main()} {
		if other.Offset() != 0 || len(other.Faults()) != 0 || other.Runs() != 0 {
			t.Errorf("lab %s: clock %s, faults %v, %d runs", other.ID(), other.Offset(), other.Faults(), other.Runs())
		}
	}

	// What b sees of it: nothing on any page, whatever it sends.
	app := ""
	for _, c := range la.Clients() {
		if isOwnApp(&c) {
			app = c.ID
		}
	}
	run := a.cookies[lab.RunCookie]
	if app == "" || run == "" {
		t.Fatalf("app %q, run %q", app, run)
	}
	for _, path := range []string{"/lab", "/lab/people", "/lab/rules", "/lab/keys", "/lab/snapshots", "/lab/drill", "/faults", "/connect", "/flows/authorization-code-pkce/connect", "/learn/jwt/revocation", "/lab/traces/none"} {
		page := b.ask(http.MethodGet, path, "").Body.String()
		for _, secret := range []string{la.ID(), la.Secret(), app, run, "A-app"} {
			if strings.Contains(page, secret) {
				t.Errorf("%s shows %q of the other visitor", path, secret)
			}
		}
	}
	for path, want := range map[string]int{
		"/connect?client=" + app:                            http.StatusNotFound,
		"/flows/authorization-code-pkce/connect?run=" + run: http.StatusGone,
		"/events/" + la.ID():                                http.StatusUnauthorized,
		"/api/labs/" + la.ID() + "/log":                     http.StatusUnauthorized,
		"/api/labs/main/log":                                http.StatusUnauthorized,
	} {
		if got := b.ask(http.MethodGet, path, ""); got.Code != want {
			t.Errorf("%s: %d, want %d", path, got.Code, want)
		}
	}
	if got := a.ask(http.MethodGet, "/api/labs/"+la.ID()+"/log", ""); got.Code != http.StatusOK {
		t.Errorf("a visitor's own log: %d", got.Code)
	}
}

// A lesson leads a visitor to the parties of the visitor's own lab.
func TestLessonsLeadIntoTheOwnLab(t *testing.T) {
	s, a, _ := open(t)
	a.ask(http.MethodGet, "/lab", "")
	page := a.ask(http.MethodGet, "/learn/both/gateway", "").Body.String()
	if want := `href="/app/` + a.lab(s).ID() + `/trailmates/"`; !strings.Contains(page, want) || strings.Contains(page, `href="/app/main/`) {
		t.Errorf("the lesson has no %s", want)
	}
}

// Who knows the id of a lab, as from its issuer, has nothing of it.
func TestAnIDIsNoKey(t *testing.T) {
	s, a, b := open(t)
	a.ask(http.MethodGet, "/lab", "")
	la := a.lab(s)
	for _, forged := range []string{la.ID(), la.ID() + ".", la.ID() + "." + ownerValue(s.world.Main())} {
		b.cookies = map[string]string{labCookie: forged}
		if b.ask(http.MethodGet, "/lab", ""); b.lab(s) == la {
			t.Errorf("the cookie %q leads into the lab", forged)
		}
	}
}

// A link from another site brings the one cookie and not the other: the visitor
// finds the lab again, and the page shows no traffic before the next click.
func TestAVisitorFromAnotherSiteKeepsTheLab(t *testing.T) {
	s, a, _ := open(t)
	a.ask(http.MethodGet, "/lab", "")
	la := a.lab(s)
	delete(a.cookies, ownerCookie)
	page := a.ask(http.MethodGet, "/lab", "").Body.String()
	if a.lab(s) != la || a.cookies[ownerCookie] != "" || strings.Contains(page, la.Secret()) || strings.Contains(page, "<live-log src=") {
		t.Error("the lab was changed, or its log shown")
	}
	if got := a.ask(http.MethodPost, "/lab/clock", "advance=1h"); got.Code != http.StatusUnauthorized || la.Offset() != 0 {
		t.Errorf("the clock was moved without the owner's cookie: %d", got.Code)
	}
}

// Pages that need no lab open none.
func TestReadingOpensNoLab(t *testing.T) {
	_, a, _ := open(t)
	for _, path := range []string{"/", "/learn", "/learn/glossary", "/flows", "/playground", "/styleguide"} {
		if a.ask(http.MethodGet, path, ""); a.cookies[labCookie] != "" {
			t.Fatalf("%s opened a lab", path)
		}
	}
}

// On a server for this machine alone, everybody shares the lab main.
func TestLocalVisitorsShareMain(t *testing.T) {
	s := start(t)
	for range 2 {
		got := s.send(t, http.MethodGet, "/lab", "")
		for _, c := range got.Cookies() {
			if c.Name == labCookie {
				t.Errorf("a local visitor got %s", c)
			}
		}
		if !strings.Contains(got.body, "lab main") {
			t.Error("the page is of another lab")
		}
	}
}

// Labs are bounded: a program without cookies gets some, and then is refused.
func TestVisitsAreBounded(t *testing.T) {
	s, a, _ := open(t)
	refused := 0
	for range lab.DefaultMaxLabs + 5 {
		a.cookies = map[string]string{}
		if got := a.ask(http.MethodGet, "/faults", ""); got.Code != http.StatusOK {
			if refused++; got.Code != http.StatusTooManyRequests && got.Code != http.StatusServiceUnavailable || a.cookies[labCookie] != "" {
				t.Fatalf("refused with %d", got.Code)
			}
		}
	}
	if refused == 0 || s.world.Main() == nil {
		t.Error("no visit was refused")
	}
}
