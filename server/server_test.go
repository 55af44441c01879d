package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// site is a server that runs for one test, on a free loopback port.
type site struct {
	*server
	listeners listeners
	// client follows no redirect.
	client *http.Client
	log    *logBuffer
	// stop begins the graceful stop; ended gets what run returns.
	stop  context.CancelFunc
	ended <-chan error
}

// start starts a server as main does, but for the log.
func start(t testing.TB, change ...func(*config)) *site {
	t.Helper()
	return startIn(t, func(*surroundings) {}, change...)
}

// startIn is start with other surroundings.
func startIn(t testing.TB, around func(*surroundings), change ...func(*config)) *site {
	t.Helper()
	cfg := config{addr: "localhost:0"}
	for _, f := range change {
		f(&cfg)
	}
	if err := cfg.validate(); err != nil {
		t.Fatal(err)
	}
	ls, err := listen(t.Context(), cfg.addr)
	if err != nil {
		t.Fatal(err)
	}
	o, err := newOrigin(cfg, ls)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	log := &logBuffer{}
	with := surroundings{
		log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		now: time.Now, rand: rand.Reader, stopping: ctx.Done(), dial: ls.dial, more: (*server).testRoutes,
	}
	around(&with)
	s, err := newServer(cfg, o, with)
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() {
		ended <- s.run(ctx, ls, func(context.Context) error { return nil }) // most tests read no lesson
		close(ended)
	}()
	t.Cleanup(func() {
		stop()
		for range ended { // run has a timeout of its own
		}
	})
	return &site{server: s, listeners: ls, log: log, stop: stop, ended: ended, client: &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// mustRead reads the lessons and the flows.
func (s *server) mustRead(t testing.TB) {
	t.Helper()
	if err := s.texts(); err != nil {
		t.Fatal(err)
	}
}

// answer is a response that has been read.
type answer struct {
	*http.Response
	body string
}

// send sends a request to the canonical origin. Each change alters it: that is
// the one thing that a test breaks.
func (s *site) send(t testing.TB, method, path, body string, change ...func(*http.Request)) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, s.origin.String()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	req.Header.Set("Accept", "text/html")
	for _, f := range change {
		f(req)
	}
	resp, err := s.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{resp, string(b)}
}

func header(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

// at sends the request to another spelling of the server's address.
func at(host string) func(*http.Request) {
	return func(r *http.Request) { r.Host = host }
}

// port is the server's port with its colon.
func (s *site) port() string { return ":" + s.origin.port }

// logBuffer collects log lines from several goroutines.
type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func TestStopLetsOpenRequestsFinish(t *testing.T) {
	s := start(t)
	conn, err := net.Dial("tcp", s.listeners[0].Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	// The handler waits for the body when the stop begins: the server has asked
	// for it.
	io.WriteString(conn, "POST /test/form HTTP/1.1\r\nHost: "+s.origin.host+"\r\nContent-Type: application/x-www-form-urlencoded\r\n"+
		"Content-Length: 6\r\nExpect: 100-continue\r\n\r\n")
	in := bufio.NewReader(conn)
	if line, err := in.ReadString('\n'); err != nil || !strings.Contains(line, "100 Continue") {
		t.Fatalf("%q, %v", line, err)
	}
	s.stop()
	<-s.stopping
	io.WriteString(conn, "a=done")
	reply, err := io.ReadAll(in)
	if err != nil || !strings.Contains(string(reply), "HTTP/1.1 200") || !strings.HasSuffix(string(reply), "done") {
		t.Errorf("the open request got %q, %v", reply, err)
	}
	if err := <-s.ended; err != nil {
		t.Errorf("the stop: %v", err)
	}
}

func TestLogHasNoQuery(t *testing.T) {
	s := start(t)
	s.send(t, http.MethodGet, "/?code=SECRETCODE", "")
	s.send(t, http.MethodGet, "/app/main/fittrack/callback?code=SECRETCODE&state=x", "")
	s.send(t, http.MethodGet, "/idp/main/nowhere?code=SECRETCODE", "", header("Authorization", "Bearer SECRETTOKEN"))
	if log := s.log.String(); strings.Contains(log, "SECRET") || !strings.Contains(log, "path=/app/main/fittrack/callback") {
		t.Errorf("log:\n%s", log)
	}
}

func TestGreeting(t *testing.T) {
	s := start(t)
	got := s.greeting(s.listeners)
	for _, want := range []string{s.origin.String(), "Alice", "password", "Ctrl-C"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in %q", want, got)
		}
	}
	if strings.Contains(got, "listens on") {
		t.Errorf("a loopback server warns: %q", got)
	}
}

func TestAddrTakenNamesTheFlag(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	var out, errs bytes.Buffer
	code := run(t.Context(), []string{"-addr", "localhost:" + port}, func(string) string { return "" }, &out, &errs)
	if got := errs.String(); code != exitFailed || !strings.Contains(got, "taken") || !strings.Contains(got, "-addr") {
		t.Errorf("exit %d, %q", code, got)
	}
}

func TestListensOnEveryLoopbackAddress(t *testing.T) {
	s := start(t)
	for _, l := range s.listeners {
		conn, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Error(err)
			continue
		}
		conn.Close()
	}
	if !s.listeners.loopback() || !s.origin.local {
		t.Error("a server on localhost does not know that it is local")
	}
}
