package main

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"

	"claimcheck/mockprovider/trace"
)

// subscribers is how many pages of a class follow the log at once.
const subscribers = 500

// Five hundred pages follow one log, and some of them never read: each of the
// others gets every line, and the writer waits for nobody.
func TestFiveHundredSubscribers(t *testing.T) {
	s := start(t)
	log := s.world.Main().Log()
	from := log.Last()
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	ctx, end := context.WithCancel(t.Context())
	defer end()
	for range 5 {
		s.sleeper(t, from)
	}
	const lines = 20
	var all, ready sync.WaitGroup
	wrong := make(chan error, subscribers)
	for range subscribers {
		all.Add(1)
		ready.Add(1)
		go func() {
			defer all.Done()
			if err := s.subscribe(ctx, client, from, lines, ready.Done); err != nil {
				wrong <- err
			}
		}()
	}
	ready.Wait()
	if t.Failed() || len(wrong) > 0 {
		t.Fatal(<-wrong)
	}
	for i := range lines {
		log.Mark(trace.Mark{Kind: "m", Text: strings.Repeat("x", 4<<10) + strconv.Itoa(i)})
	}
	all.Wait()
	close(wrong)
	for err := range wrong {
		t.Error(err)
	}
}

// subscribe reads the log's stream until it has had so many lines. It says when
// the stream has begun.
func (s *site) subscribe(ctx context.Context, client *http.Client, from int64, lines int, begun func()) error {
	once := sync.OnceFunc(begun)
	defer once() // also where it fails
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("%s/events/main?after=%d", s.origin, from), http.NoBody)
	if err != nil {
		return err
	}
	s.owner()(req)
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("the stream answers %d", res.StatusCode)
	}
	once()
	want := from + 1
	for r := bufio.NewScanner(res.Body); r.Scan(); {
		id, ok := strings.CutPrefix(r.Text(), "id: ")
		if !ok {
			continue
		}
		if id != strconv.FormatInt(want, 10) {
			return fmt.Errorf("line %s came, want %d", id, want)
		}
		if want++; want > from+int64(lines) {
			return nil
		}
	}
	return fmt.Errorf("the stream ended before line %d", want)
}

// sleeper asks for the stream and reads nothing of it.
func (s *site) sleeper(t *testing.T, from int64) {
	t.Helper()
	u, err := url.Parse(s.origin.String())
	if err != nil {
		t.Fatal(err)
	}
	var d net.Dialer
	conn, err := d.DialContext(t.Context(), "tcp", u.Host)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, fmt.Sprintf("%s/events/main?after=%d", s.origin, from), http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	s.owner()(req)
	if err := req.Write(conn); err != nil {
		t.Fatal(err)
	}
}

// Ten thousand messages leave a log of bounded size, and a page of bounded size:
// what was dropped is said.
func TestLogOfTenThousand(t *testing.T) {
	s := start(t)
	s.mustRead(t)
	log := s.world.Main().Log()
	for i := range 10_000 {
		log.Append(&trace.Entry{
			From: trace.Party{Role: trace.RoleOutside, Name: "outside"}, To: trace.Party{Role: trace.RoleAS, Name: "AcmeID"},
			Request:  trace.Message{Method: http.MethodPost, URL: s.origin.String() + "/idp/main/token?n=" + strconv.Itoa(i), Header: http.Header{}, Body: make([]byte, 2<<10)},
			Response: trace.Message{Status: http.StatusBadRequest, Header: http.Header{}},
		})
	}
	items, _ := log.After(0)
	if len(items) > trace.DefaultMaxItems || log.Last() < 10_000 || log.Dropped() != log.Last()-int64(len(items)) {
		t.Errorf("%d items kept of %d, %d dropped", len(items), log.Last(), log.Dropped())
	}
	for path, most := range map[string]int{"/lab": 400 << 10, "/flows/authorization-code-pkce/connect": 200 << 10, "/flows/authorization-code-pkce/connect?app=*": 200 << 10} {
		got := s.send(t, http.MethodGet, path, "", s.owner())
		if rows := strings.Count(got.body, `href="/lab/log/`); got.StatusCode != http.StatusOK || rows > logShown+10 || len(got.body) > most {
			t.Errorf("%s: %d, %d lines of the log, %d bytes", path, got.StatusCode, rows, len(got.body))
		}
	}
}

// BenchmarkFlowPage renders the page of a step of a flow of 17 steps and 40
// attempts. To reach: less than 10 ms.
func BenchmarkFlowPage(b *testing.B) {
	s := start(b)
	s.mustRead(b)
	f, _ := s.walks.Flow("authorization-code-pkce")
	w, err := s.walks.Start(s.world.Main(), f.Variants()[0], true)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := w.Do(b.Context(), "api-request"); err != nil {
		b.Fatal(err)
	}
	for len(w.Attempts("api-request")) < 40 {
		if _, err := w.Send(b.Context(), "api-request"); err != nil {
			b.Fatal(err)
		}
	}
	handler := s.handler()
	for b.Loop() {
		req, err := http.NewRequestWithContext(b.Context(), http.MethodGet, s.origin.String()+w.Href("api-check"), http.NoBody)
		if err != nil {
			b.Fatal(err)
		}
		s.owner()(req)
		req.RequestURI = ""
		out := &discard{header: http.Header{}}
		handler.ServeHTTP(out, req)
		if out.status != http.StatusOK {
			b.Fatalf("it answers %d", out.status)
		}
	}
}

// discard is a response writer that keeps the status alone.
type discard struct {
	header http.Header
	status int
}

// Header implements http.ResponseWriter.
func (d *discard) Header() http.Header { return d.header }

// WriteHeader implements http.ResponseWriter.
func (d *discard) WriteHeader(status int) { d.status = status }

// Write implements http.ResponseWriter.
func (d *discard) Write(p []byte) (int, error) { return len(p), nil }
