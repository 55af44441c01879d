package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"claimcheck/mockprovider/trace"
)

func TestHostAllowList(t *testing.T) {
	s := start(t, func(c *config) { c.host = "claimcheck" })
	for host, want := range map[string]int{
		"localhost" + s.port():    http.StatusOK,
		"127.0.0.1" + s.port():    http.StatusTemporaryRedirect,
		"[::1]" + s.port():        http.StatusTemporaryRedirect,
		"claimcheck" + s.port():   http.StatusOK,
		"claimcheck":              http.StatusOK,
		"evil.example":            http.StatusMisdirectedRequest,
		"evil.example" + s.port(): http.StatusMisdirectedRequest,
		"localhost:1":             http.StatusMisdirectedRequest,
		"localhost.evil.example":  http.StatusMisdirectedRequest,
	} {
		if got := s.send(t, http.MethodGet, "/", "", at(host)); got.StatusCode != want {
			t.Errorf("Host %s: %d, want %d", host, got.StatusCode, want)
		}
	}
}

func TestHostAllowListCoversTheLab(t *testing.T) {
	s := start(t)
	if got := s.send(t, http.MethodGet, "/idp/main/.well-known/openid-configuration", "", at("evil.example")); got.StatusCode != http.StatusMisdirectedRequest {
		t.Errorf("the lab answers %d to a foreign Host", got.StatusCode)
	}
}

func TestUnknownHostPageExplainsContainers(t *testing.T) {
	s := start(t)
	got := s.send(t, http.MethodGet, "/", "", at("claimcheck:8080"))
	for _, want := range []string{"-host NAME", "-public-url", s.origin.String(), "claimcheck:8080"} {
		if !strings.Contains(got.body, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}

func TestOtherSpellingRedirects(t *testing.T) {
	s := start(t)
	got := s.send(t, http.MethodGet, "/playground?x=1", "", at("127.0.0.1"+s.port()))
	if got.StatusCode != http.StatusTemporaryRedirect || got.Header.Get("Location") != s.origin.String()+"/playground?x=1" {
		t.Errorf("%d to %s", got.StatusCode, got.Header.Get("Location"))
	}
}

func TestLabKeepsItsSpelling(t *testing.T) {
	s := start(t)
	got := s.send(t, http.MethodGet, "/idp/main/.well-known/openid-configuration", "", at("127.0.0.1"+s.port()))
	if got.StatusCode != http.StatusOK {
		t.Errorf("discovery under 127.0.0.1: %d", got.StatusCode)
	}
}

func TestPublicURLIsCanonical(t *testing.T) {
	s := start(t, func(c *config) { c.publicURL = "https://Claimcheck.example:443/" })
	get := func(path, host string) answer {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+s.listeners[0].Addr().String()+path, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		req.Host = host
		resp, err := s.client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		return answer{Response: resp}
	}
	if s.origin.String() != "https://claimcheck.example" || s.origin.local {
		t.Errorf("origin %s, local %v", s.origin, s.origin.local)
	}
	if got := get("/", "claimcheck.example"); got.StatusCode != http.StatusOK || got.Header.Get("Strict-Transport-Security") == "" {
		t.Errorf("canonical: %d, %v", got.StatusCode, got.Header)
	}
	if got := get("/", "localhost"+s.port()); got.Header.Get("Location") != "https://claimcheck.example/" {
		t.Errorf("localhost: %d to %s", got.StatusCode, got.Header.Get("Location"))
	}
	if got := get("/healthz", "localhost"+s.port()); got.StatusCode != http.StatusOK {
		t.Errorf("healthz by localhost: %d", got.StatusCode)
	}
}

func TestCrossOriginProtection(t *testing.T) {
	s := start(t)
	cross := header("Sec-Fetch-Site", "cross-site")
	if got := s.send(t, http.MethodPost, "/", "a=1"); got.StatusCode == http.StatusForbidden {
		t.Error("a request without Origin, as a script sends it, is refused")
	}
	got := s.send(t, http.MethodPost, "/", "a=1", cross)
	if got.StatusCode != http.StatusForbidden || !strings.Contains(got.body, "Another site") {
		t.Errorf("cross-site POST to the site: %d", got.StatusCode)
	}
	if got := s.send(t, http.MethodPost, "/", "a=1", header("Origin", "http://evil.example")); got.StatusCode != http.StatusForbidden {
		t.Errorf("POST with a foreign Origin: %d", got.StatusCode)
	}
	if got := s.send(t, http.MethodPost, "/idp/main/token", "grant_type=authorization_code", cross); got.StatusCode == http.StatusForbidden {
		t.Error("the token endpoint refuses a cross-origin request")
	}
}

func TestSecurityHeaders(t *testing.T) {
	s := start(t)
	for _, path := range []string{"/", "/nowhere", "/healthz/x"} {
		h := s.send(t, http.MethodGet, path, "").Header
		csp := h.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "script-src 'self'", "base-uri 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'", "form-action 'self'"} {
			if !strings.Contains(csp, want) {
				t.Errorf("%s: CSP lacks %s", path, want)
			}
		}
		if strings.Contains(csp, "unsafe") {
			t.Errorf("%s: CSP is unsafe: %s", path, csp)
		}
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin"} {
			if h.Get(name) != want {
				t.Errorf("%s: %s is %q", path, name, h.Get(name))
			}
		}
	}
}

func TestLabIsUntouchedBySiteMiddleware(t *testing.T) {
	s := start(t)
	h := s.send(t, http.MethodGet, "/idp/main/.well-known/openid-configuration", "").Header
	if csp := h.Get("Content-Security-Policy"); strings.Contains(csp, "trusted-types") {
		t.Errorf("the site's policy is on the provider's answer: %s", csp)
	}
	if h.Get("Cross-Origin-Opener-Policy") != "" || h.Get("Cross-Origin-Resource-Policy") != "" {
		t.Error("the site's headers are on the provider's answer")
	}
}

func TestBodyLimit(t *testing.T) {
	s := start(t)
	big := "token=" + strings.Repeat("a", maxBody)
	for name, f := range map[string]func(*http.Request){
		"announced": func(*http.Request) {},
		"chunked":   func(r *http.Request) { r.ContentLength = -1 },
	} {
		t.Run(name, func(t *testing.T) {
			got := s.send(t, http.MethodPost, "/test/form", big, f)
			if got.StatusCode != http.StatusRequestEntityTooLarge || !strings.Contains(got.body, "256 KiB") {
				t.Errorf("%d %s", got.StatusCode, got.body)
			}
		})
	}
}

func TestTrailingSlash(t *testing.T) {
	s := start(t)
	if got := s.send(t, http.MethodPost, "/idp/main/token/", "grant_type=x"); got.StatusCode >= 300 && got.StatusCode < 400 {
		t.Errorf("POST with a slash too many is redirected: %d", got.StatusCode)
	}
	if got := s.send(t, http.MethodGet, "/healthz/", ""); got.Header.Get("Location") != "/healthz" {
		t.Errorf("GET /healthz/: %d to %q", got.StatusCode, got.Header.Get("Location"))
	}
	if got := s.send(t, http.MethodGet, "//evil.example/", ""); got.Header.Get("Location") != "" && got.Header.Get("Location") != "/evil.example" {
		t.Errorf("GET //evil.example/ leads to %q", got.Header.Get("Location"))
	}
}

func TestMethodNotAllowed(t *testing.T) {
	s := start(t)
	got := s.send(t, http.MethodDelete, "/", "")
	if got.StatusCode != http.StatusMethodNotAllowed || !strings.Contains(got.Header.Get("Allow"), "GET") {
		t.Errorf("%d, Allow %q", got.StatusCode, got.Header.Get("Allow"))
	}
}

func TestTrustedProxies(t *testing.T) {
	gin.SetMode(gin.ReleaseMode)
	s := start(t)
	e, ok := s.handler().(*gin.Engine)
	if !ok || e.ForwardedByClientIP || e.RedirectTrailingSlash || !e.HandleMethodNotAllowed {
		t.Error("Gin's defaults are back")
	}
}

func TestPanicIsAnErrorPage(t *testing.T) {
	s := start(t)
	got := s.send(t, http.MethodGet, "/test/panic", "")
	if got.StatusCode != http.StatusInternalServerError || strings.Contains(got.body, "SECRET") || !strings.Contains(got.body, got.Header.Get("X-Request-Id")) {
		t.Errorf("%d %s", got.StatusCode, got.body)
	}
	if log := s.log.String(); !strings.Contains(log, "SECRET") || !strings.Contains(log, got.Header.Get("X-Request-Id")) {
		t.Errorf("the log does not tell the operator:\n%s", log)
	}
}

func TestRateLimit(t *testing.T) {
	s := start(t)
	var last answer
	for range 20 {
		if last = s.send(t, http.MethodGet, "/test/costly", ""); last.StatusCode != http.StatusNoContent {
			break
		}
	}
	// The bucket fills while we ask, so how long to wait is the limiter's own test.
	if last.StatusCode != http.StatusTooManyRequests || last.Header.Get("Retry-After") == "" ||
		!strings.Contains(last.body, "asks for much") || !strings.Contains(last.body, "Wait ") {
		t.Errorf("%d %v %s", last.StatusCode, last.Header, last.body)
	}
	if got := s.send(t, http.MethodGet, "/healthz", ""); got.StatusCode != http.StatusOK {
		t.Errorf("what costs nothing is refused too: %d", got.StatusCode)
	}
}

// TestEveryRefusalSaysWhen: no 429 without Retry-After.
func TestEveryRefusalSaysWhen(t *testing.T) {
	s := start(t)
	if got := s.send(t, http.MethodGet, "/test/refused", ""); got.StatusCode != http.StatusTooManyRequests || got.Header.Get("Retry-After") != "1" {
		t.Errorf("%d, Retry-After %q", got.StatusCode, got.Header.Get("Retry-After"))
	}
}

// TestRefusedWorkCostsNothing: who was refused much still gets little, and who
// asks for more than a bucket holds gets it from a full one.
func TestRefusedWorkCostsNothing(t *testing.T) {
	now := time.Unix(0, 0)
	l := newLimiter(func() time.Time { return now })
	if wait := l.take("192.0.2.1", 2*costlyBurst); wait != 0 {
		t.Errorf("the whole bucket: wait %s", wait)
	}
	now = now.Add(time.Second)
	if wait := l.take("192.0.2.1", 30); wait != 500*time.Millisecond {
		t.Errorf("30 with 20 in the bucket: wait %s", wait)
	}
	if err := (&server{costly: l}).spend(requestFrom("192.0.2.1"), 30, "Much."); err == nil || !strings.Contains(asProblem(err).Fix, "Wait a second") || asProblem(err).RetryAfter != 1 {
		t.Errorf("30 with 20 in the bucket: %+v", err)
	}
	if err := (&server{costly: l}).spend(requestFrom("192.0.2.1"), costlyBurst, "Much."); err == nil || !strings.Contains(asProblem(err).Fix, "Wait 2 seconds") || asProblem(err).RetryAfter != 2 {
		t.Errorf("60 with 20 in the bucket: %+v", err)
	}
	if wait := l.take("192.0.2.1", 20); wait != 0 {
		t.Errorf("the 20 that are left: wait %s", wait)
	}
	if wait := l.take("192.0.2.2", 1); wait != 0 {
		t.Errorf("another address: wait %s", wait)
	}
}

// requestFrom is what a handler sees of a request from the address.
func requestFrom(ip string) *gin.Context {
	return &gin.Context{Request: &http.Request{RemoteAddr: ip + ":1"}}
}

func TestProblemByAccept(t *testing.T) {
	s := start(t)
	for accept, want := range map[string]string{
		"text/html,application/xhtml+xml,*/*;q=0.8": "text/html",
		"application/json":                          "application/problem+json",
		"application/problem+json":                  "application/problem+json",
		"*/*":                                       "text/html",
	} {
		if got := s.send(t, http.MethodGet, "/nowhere", "", header("Accept", accept)); !strings.HasPrefix(got.Header.Get("Content-Type"), want) {
			t.Errorf("Accept %s: %s", accept, got.Header.Get("Content-Type"))
		}
	}
	got := s.send(t, http.MethodGet, "/api/nowhere", "", header("Accept", "*/*"))
	var p struct {
		Title  string `json:"title"`
		Fix    string `json:"fix"`
		Status int    `json:"status"`
	}
	if err := json.Unmarshal([]byte(got.body), &p); err != nil || p.Status != 404 || p.Title == "" || p.Fix == "" {
		t.Errorf("%s: %v, %+v", got.body, err, p)
	}
}

func TestErrorPageSaysWhatToDo(t *testing.T) {
	s := start(t)
	got := s.send(t, http.MethodGet, `/nowhere/<script>alert(1)</script>`, "")
	if got.StatusCode != http.StatusNotFound || !strings.Contains(got.body, "start from the home page") || strings.Contains(got.body, "<script>alert") {
		t.Errorf("%d %s", got.StatusCode, got.body)
	}
}

// TestRequestNumber proves that the log names each request as its answer does.
func TestRequestNumber(t *testing.T) {
	s := start(t)
	for path, header := range map[string]string{
		"/idp/main/jwks":     trace.HeaderTrace,
		"/app/main/fittrack": headerRequestID,
		"/healthz":           headerRequestID,
		"/nothing":           headerRequestID,
	} {
		got := s.send(t, http.MethodGet, path, "")
		id := got.Header.Get(header)
		if id == "" || path != "/healthz" && !strings.Contains(s.log.String(), "id="+id+" method=GET path="+path+" ") {
			t.Errorf("%s: the answer's id is %q; the log:\n%s", path, id, s.log.String())
		}
	}
}

// The school's hosts are names of parties: below /app/ the server answers to them,
// with no page of the site.
func TestSchoolHosts(t *testing.T) {
	s := start(t)
	for path, want := range map[string]int{
		"/app/main/courses/":  http.StatusForbidden, // nobody is signed in
		"/app/main/fittrack/": http.StatusNotFound,
		"/":                   http.StatusMisdirectedRequest,
		"/idp/main/authorize": http.StatusMisdirectedRequest,
		"/api/labs/main/log":  http.StatusMisdirectedRequest,
	} {
		if got := s.send(t, http.MethodGet, path, "", at("courses.learn.localhost"+s.port())); got.StatusCode != want {
			t.Errorf("%s: %d, want %d", path, got.StatusCode, want)
		}
	}
}

// The names of the school have the port that their addresses have: that of the
// canonical host, and no other.
func TestSchoolHostsHaveOurPort(t *testing.T) {
	s := start(t)
	for host, want := range map[string]int{
		"quiz.learn.localhost" + s.port(): http.StatusOK,
		"QUIZ.learn.localhost" + s.port(): http.StatusOK,
		"quiz.learn.localhost:1":          http.StatusMisdirectedRequest,
		"quiz.learn.localhost":            http.StatusMisdirectedRequest,
	} {
		if got := s.send(t, http.MethodGet, "/app/main/quiz/", "", at(host)); got.StatusCode != want {
			t.Errorf("%s: %d, want %d", host, got.StatusCode, want)
		}
	}
	public := origin{scheme: "https", host: "claimcheck.example", port: "8080"}
	for host, want := range map[string]bool{
		"quiz.learn.localhost": true, "quiz.learn.localhost:443": true,
		"quiz.learn.localhost:8080": false, "quiz.learn.localhost:80": false, "other.learn.localhost": false,
	} {
		if got := public.allowed(host, "/app/main/quiz/"); got != want {
			t.Errorf("a public server, %s: %v, want %v", host, got, want)
		}
	}
}
