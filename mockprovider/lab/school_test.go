package lab

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestPupilRules(t *testing.T) {
	l := newTestLab(t)
	login := func() *pupil {
		return &pupil{ctx: t.Context(), lab: l, username: "alice", password: "alice", cookie: l.sessionCookie("s")}
	}
	mustBreak(t, pupilLoginChecks(), login, map[string]func(*pupil){
		"pupil_password":   func(p *pupil) { p.password = "bob" },
		"cookie_host_only": func(p *pupil) { p.cookie.Domain = schoolDomain },
	})
	if err := l.store.Put(t.Context(), l.sessionKeyAtCourses("s"), []byte("alice"), sessionTTL); err != nil {
		t.Fatal(err)
	}
	mustBreak(t, pupilChecks(), func() *pupil { return &pupil{ctx: t.Context(), lab: l, session: "s"} }, map[string]func(*pupil){
		"pupil_session": func(p *pupil) { p.session = "t" },
	})
}

// The school's hosts serve the school and nobody else, and the other way round.
func TestSchoolHosts(t *testing.T) {
	l := newTestLab(t)
	ask := func(address string) *httptest.ResponseRecorder {
		rec := httptest.NewRecorder()
		l.world.ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), http.MethodGet, address, nil))
		return rec
	}
	if got := l.SchoolURL(Courses); got != "http://courses.learn.localhost:8080/app/main/courses/" {
		t.Errorf("Courses is at %s", got)
	}
	if got := ask(l.SchoolURL(Courses)); got.Code != http.StatusForbidden || !strings.Contains(got.Body.String(), `name="password"`) {
		t.Errorf("Courses without a session: %d", got.Code)
	}
	if got := ask(l.SchoolURL(Quiz)); got.Code != http.StatusOK {
		t.Errorf("Quiz: %d", got.Code)
	}
	for _, address := range []string{
		"http://courses.learn.localhost:8080/app/main/fittrack/",
		"http://localhost:8080/app/main/courses/",
		"http://other.learn.localhost:8080/app/main/courses/",
	} {
		if got := ask(address); got.Code == http.StatusForbidden || strings.Contains(got.Body.String(), "Sign in to your courses") || strings.Contains(address, "fittrack") && got.Code != http.StatusNotFound {
			t.Errorf("%s: %d", address, got.Code)
		}
	}
	for host, want := range map[string]bool{"courses.learn.localhost": true, "quiz.learn.localhost": true, "QUIZ.learn.localhost:80": true, "learn.localhost": false, "courses.learn.localhost.example": false} {
		if SchoolHost(host) != want {
			t.Errorf("%s: %v", host, !want)
		}
	}
}

// A login and what comes of it: the cookie goes to the one host, or while the rule
// is off to both.
func TestSchoolLogin(t *testing.T) {
	l := newTestLab(t)
	for off, want := range map[bool]string{false: "__Host-learn_session", true: "learn_session"} {
		if err := l.InsecureSwitch("cookie_host_only", off); err != nil {
			t.Fatal(err)
		}
		form := url.Values{"username": {"alice"}, "password": {"alice"}}.Encode()
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, l.SchoolURL(Courses)+"login", strings.NewReader(form))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		rec := httptest.NewRecorder()
		l.world.ServeHTTP(rec, r)
		cookies := rec.Result().Cookies()
		if rec.Code != http.StatusSeeOther || len(cookies) != 1 || cookies[0].Name != want || !cookies[0].HttpOnly || !cookies[0].Secure {
			t.Fatalf("off %v: %d %v", off, rec.Code, rec.Header())
		}
		now := time.Unix(0, 0)
		j := jar(nil).set("courses."+schoolDomain, rec.Header()["Set-Cookie"], "/app/main/courses/login", now)
		if at := j.at("quiz."+schoolDomain).header("/", now) != ""; at != off {
			t.Errorf("off %v: Quiz gets the cookie: %v", off, at)
		}
		r = httptest.NewRequestWithContext(t.Context(), http.MethodGet, l.SchoolURL(Courses), nil)
		r.Header.Set("Cookie", j.at("courses."+schoolDomain).header("/app/main/courses/", now))
		rec = httptest.NewRecorder()
		l.world.ServeHTTP(rec, r)
		if rec.Code != http.StatusOK || !strings.Contains(rec.Body.String(), "Alice Ames") {
			t.Errorf("off %v: the course page: %d", off, rec.Code)
		}
	}
}

// RFC 6265 §5.3 and §5.4, as far as hosts are concerned; the prefix as browsers
// have it.
func TestJarHosts(t *testing.T) {
	now := time.Unix(0, 0)
	const from = "courses.learn.localhost"
	for name, c := range map[string]struct {
		line                    string
		own, sibling, elsewhere bool
	}{
		"host_only":       {"a=1; Path=/", true, false, false},
		"domain":          {"a=1; Path=/; Domain=learn.localhost", true, true, false},
		"leading_dot":     {"a=1; Path=/; Domain=.learn.localhost", true, true, false},
		"own_domain":      {"a=1; Path=/; Domain=courses.learn.localhost", true, false, false},
		"public_suffix":   {"a=1; Path=/; Domain=localhost", false, false, false},
		"of_the_sibling":  {"a=1; Path=/; Domain=quiz.learn.localhost", false, false, false},
		"part_of_a_label": {"a=1; Path=/; Domain=arn.localhost", false, false, false},
		"prefix":          {"__Host-a=1; Path=/; Secure", true, false, false},
		"prefix_domain":   {"__Host-a=1; Path=/; Secure; Domain=learn.localhost", false, false, false},
		"prefix_path":     {"__Host-a=1; Path=/app/; Secure", false, false, false},
		"prefix_insecure": {"__Host-a=1; Path=/", false, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			j := jar(nil).set(from, []string{c.line}, "/", now)
			for host, want := range map[string]bool{from: c.own, "quiz.learn.localhost": c.sibling, "": c.elsewhere, "xcourses.learn.localhost": c.sibling} {
				if got := j.at(host).header("/", now) != ""; got != want {
					t.Errorf("to %q: %v", host, got)
				}
			}
		})
	}
	both := jar(nil).set(from, []string{"a=1; Path=/"}, "/", now).set("quiz.learn.localhost", []string{"a=2; Path=/; Domain=learn.localhost"}, "/", now)
	if got := both.at(from).header("/", now); got != "a=1; a=2" {
		t.Errorf("a cookie planted by the sibling beside one’s own: %q", got)
	}
	if got := jar(nil).set("", []string{"a=1; Path=/; Domain=learn.localhost"}, "/", now).at("").header("/", now); got != "a=1" {
		t.Errorf("the other parties share one host: %q", got)
	}
}
