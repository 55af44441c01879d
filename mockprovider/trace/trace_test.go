package trace_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"claimcheck/mockprovider/trace"
	"claimcheck/playground"
)

// house is one recorded party behind a real listener.
type house struct {
	*httptest.Server
	log  *trace.Log
	wire *trace.Wire
}

var noon = time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC)

func newHouse(t testing.TB, party http.HandlerFunc, change func(*trace.Recorder)) *house {
	t.Helper()
	h := &house{log: trace.NewLog(0, 0), wire: trace.NewWire(nil)}
	srv := httptest.NewUnstartedServer(nil)
	rec := &trace.Recorder{
		Log: h.log, Origin: "http://" + srv.Listener.Addr().String(), Wire: h.wire,
		Now: func() time.Time { return noon }, Wall: func() time.Time { return noon },
		Sender: func(*http.Request, []byte) trace.Sender {
			return trace.Sender{From: trace.Party{Role: trace.RoleOutside, ID: "outside"}, Channel: trace.Back}
		},
	}
	if change != nil {
		change(rec)
	}
	srv.Config.Handler = rec.Handler(trace.Party{Role: trace.RoleAS, ID: "acmeid", Name: "AcmeID"}, party)
	srv.Start()
	t.Cleanup(srv.Close)
	h.Server = srv
	return h
}

func (h *house) last(t *testing.T) *trace.Entry {
	t.Helper()
	e, ok := h.log.Entry(h.log.Last())
	if !ok {
		t.Fatal("nothing was recorded")
	}
	return e
}

func TestRecorderKeepsTheMessage(t *testing.T) {
	h := newHouse(t, func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusTeapot)
		fmt.Fprintf(w, `{"len":%d}`, len(b))
	}, nil)
	res, err := http.Post(h.URL+"/token?a=1", "application/x-www-form-urlencoded", strings.NewReader("grant_type=x"))
	if err != nil {
		t.Fatal(err)
	}
	answer, _ := io.ReadAll(res.Body)
	e := h.last(t)
	if string(answer) != `{"len":12}` || string(e.Response.Body) != `{"len":12}` {
		t.Errorf("the party read and answered %q, recorded %q", answer, e.Response.Body)
	}
	if e.Request.URL != h.URL+"/token?a=1" || string(e.Request.Body) != "grant_type=x" || e.Response.Status != http.StatusTeapot {
		t.Errorf("recorded %+v", e)
	}
	if e.To.ID != "acmeid" || e.From.ID != "outside" || !e.At.Equal(noon) {
		t.Errorf("from %v to %v at %v", e.From, e.To, e.At)
	}
	if e.Request.Param("grant_type") != "x" || e.Request.Param("a") != "1" || e.Path() != "/token" {
		t.Error("parameters are not read from form and query")
	}
}

func TestRecorderCutsBodiesTheHandlerSeesWhole(t *testing.T) {
	const size = trace.MaxBody + 10
	h := newHouse(t, func(w http.ResponseWriter, r *http.Request) {
		n, _ := io.Copy(w, r.Body)
		if n != size {
			t.Errorf("the party read %d bytes, want %d", n, size)
		}
	}, nil)
	res, err := http.Post(h.URL, "text/plain", strings.NewReader(strings.Repeat("x", size)))
	if err != nil {
		t.Fatal(err)
	}
	got, _ := io.ReadAll(res.Body)
	e := h.last(t)
	if len(got) != size {
		t.Errorf("the answer had %d bytes, want %d", len(got), size)
	}
	if len(e.Request.Body) != trace.MaxBody || !e.Request.Cut || len(e.Response.Body) != trace.MaxBody || !e.Response.Cut {
		t.Errorf("kept %d and %d bytes, cut %v and %v", len(e.Request.Body), len(e.Response.Body), e.Request.Cut, e.Response.Cut)
	}
}

func TestWireTellsTheSender(t *testing.T) {
	h := newHouse(t, func(w http.ResponseWriter, r *http.Request) {
		s, ok := trace.SenderFrom(r.Context())
		fmt.Fprint(w, ok, s.Run)
	}, nil)
	want := trace.Sender{
		From: trace.Party{Role: trace.RoleClient, ID: "fittrack", Name: "FitTrack"}, Channel: trace.Back,
		Via: "server", Run: "r1", Step: "token", Attempt: 2,
	}
	call := &trace.Call{Sender: want}
	req, _ := http.NewRequestWithContext(trace.WithCall(t.Context(), call), http.MethodGet, h.URL, http.NoBody)
	res, err := h.wire.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(res.Body)
	e := call.Entry()
	if e == nil || e.Seq != h.log.Last() {
		t.Fatal("the sender did not find its entry")
	}
	if got := (trace.Sender{From: e.From, Channel: e.Channel, Via: e.Via, Run: e.Run, Step: e.Step, Attempt: e.Attempt}); got != want {
		t.Errorf("sender %+v, want %+v", got, want)
	}
	if string(body) != "truer1" {
		t.Errorf("the receiver's ctx says %q", body)
	}
	for name := range req.Header {
		t.Errorf("the wire added the header %s", name)
	}
	// The same connection, without a call, is nobody's.
	plain, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, h.URL, http.NoBody)
	if _, err := h.wire.Client().Do(plain); err != nil {
		t.Fatal(err)
	}
	if got := h.last(t).From.ID; got != "outside" {
		t.Errorf("a message without a call is from %q", got)
	}
}

func TestReports(t *testing.T) {
	rule := playground.Rule{ID: "redirect_uri_exact", Title: "x"}
	row := func(s playground.Status) []playground.Finding {
		return []playground.Finding{{Rule: &rule, Outcome: playground.Outcome{Status: s}}}
	}
	trace.Report(t.Context(), row(playground.StatusFail)) // nobody records: nothing happens
	trace.ReportResponse(t.Context(), row(playground.StatusFail))
	h := newHouse(t, func(_ http.ResponseWriter, r *http.Request) {
		trace.Report(r.Context(), row(playground.StatusFail))
	}, nil)
	call := &trace.Call{}
	ctx := trace.WithCall(t.Context(), call)
	req, _ := http.NewRequestWithContext(ctx, http.MethodGet, h.URL+"/authorize", http.NoBody)
	if _, err := h.wire.Client().Do(req); err != nil {
		t.Fatal(err)
	}
	before := call.Entry()
	trace.ReportResponse(ctx, row(playground.StatusPass))
	e := call.Entry()
	if e.Refusal() == nil || e.Refusal().ID != "redirect_uri_exact" || e.Accepted() {
		t.Errorf("request findings %v", e.RequestFindings)
	}
	if len(e.ResponseFindings) != 1 || len(before.ResponseFindings) != 0 {
		t.Error("the sender's findings must be on the entry, and not on the copy that was read before")
	}
	all := trace.Entries(h.log.Run(""))
	if len(trace.Refused(all, "redirect_uri_exact")) != 1 || len(trace.Accepted(all, trace.RoleAS, "", "/authorize")) != 0 {
		t.Error("the queries do not find the refusal")
	}
	if len(trace.To(all, trace.RoleAS, http.MethodGet, "/authorize")) != 1 || len(trace.To(all, trace.RoleRS, "", "")) != 0 {
		t.Error("the queries do not find the message")
	}
}

func TestMasking(t *testing.T) {
	h := newHouse(t, func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("password") != "wonderland" {
			t.Error("the party must see the password")
		}
		http.SetCookie(w, &http.Cookie{Name: "cc_run", Value: "secret", Path: "/"})
		http.SetCookie(w, &http.Cookie{Name: "acmeid", Value: "shown"})
	}, nil)
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, h.URL+"/login?pass%77ord=wonderland&x=1",
		strings.NewReader("username=alice&password=wonderland&interaction=i"))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Cookie", "cc_owner=secret; acmeid=shown")
	if _, err := http.DefaultClient.Do(req); err != nil {
		t.Fatal(err)
	}
	e := h.last(t)
	if got, want := string(e.Request.Body), "username=alice&password="+trace.Masked+"&interaction=i"; got != want {
		t.Errorf("body %q, want %q", got, want)
	}
	all, _ := trace.HAR([]*trace.Entry{e})
	for _, leak := range []string{"wonderland", "secret"} {
		if strings.Contains(string(all), leak) {
			t.Errorf("%q is in the log", leak)
		}
	}
	if !strings.Contains(string(all), "acmeid=shown") {
		t.Error("a party's cookie must be shown")
	}
}

func TestHold(t *testing.T) {
	h := newHouse(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "/secret?code=c")
		w.Header().Set("X-Party", "1")
		w.WriteHeader(http.StatusFound)
	}, func(rec *trace.Recorder) {
		rec.Sender = func(*http.Request, []byte) trace.Sender { return trace.Sender{Run: "r", Channel: trace.Front} }
		rec.End = func(_ trace.Sender, e *trace.Entry, _ http.Header) string {
			return fmt.Sprintf("/flows/x/8?seq=%d", e.Seq)
		}
	})
	c := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := c.Get(h.URL)
	if err != nil {
		t.Fatal(err)
	}
	if res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/flows/x/8?seq=1" || res.Header.Get("X-Party") != "" {
		t.Errorf("the browser got %d %v", res.StatusCode, res.Header)
	}
	if e := h.last(t); !e.Held || e.Response.Status != http.StatusFound || e.Response.Location().Query().Get("code") != "c" {
		t.Errorf("the party's answer is not in the log: %+v", e.Response)
	}
}

func TestLogBounds(t *testing.T) {
	l := trace.NewLog(3, 0)
	for i := range 10 {
		l.Mark(trace.Mark{Kind: "m", Text: strconv.Itoa(i)})
	}
	items, _ := l.After(0)
	if len(items) != 3 || items[0].Seq != 8 || items[0].Mark.Text != "7" || l.Dropped() != 7 || l.Last() != 10 {
		t.Errorf("%d items from %d, %d dropped, last %d", len(items), items[0].Seq, l.Dropped(), l.Last())
	}
	if got, _ := l.After(9); len(got) != 1 || got[0].Seq != 10 {
		t.Errorf("after 9: %v", got)
	}
	if got, _ := l.After(1 << 60); len(got) != 0 {
		t.Errorf("after the end: %v", got)
	}
	big := trace.NewLog(0, 10_000)
	for range 50 {
		big.Append(&trace.Entry{Request: trace.Message{Body: make([]byte, 3000)}})
	}
	if items, _ := big.After(0); len(items) != 2 {
		t.Errorf("%d entries of 4 kB in 10 kB", len(items))
	}
}

func TestLogWakes(t *testing.T) {
	l := trace.NewLog(0, 0)
	_, wake := l.After(0)
	select {
	case <-wake:
		t.Fatal("woken by nothing")
	default:
	}
	l.Mark(trace.Mark{Kind: "m"})
	select {
	case <-wake:
	default:
		t.Fatal("not woken")
	}
}

func TestCurrent(t *testing.T) {
	l := trace.NewLog(0, 0)
	send := func(run, step string) { l.Append(&trace.Entry{Run: run, Step: step}) }
	steps := func(run string) string {
		var out strings.Builder
		for _, e := range trace.Entries(trace.Current(l.Run(run))) {
			out.WriteString(e.Step)
		}
		return out.String()
	}
	send("r", "a")
	keep := l.Last()
	send("r", "b")
	send("s", "z")
	l.Mark(trace.Mark{Kind: trace.MarkUndone, Run: "r", After: keep})
	send("r", "c")
	if got := steps("r"); got != "ac" {
		t.Errorf("after undo: %q, want ac", got)
	}
	l.Mark(trace.Mark{Kind: trace.MarkUndone, Run: "r", After: 0})
	if got := steps("r"); got != "" {
		t.Errorf("after the undo of the rest: %q", got)
	}
	l.Mark(trace.Mark{Kind: trace.MarkAnswerSubmitted, Run: "r"})
	l.Mark(trace.Mark{Kind: trace.MarkReset, Run: "r", After: 0})
	send("r", "d")
	if got := trace.Current(l.Run("r")); steps("r") != "d" || len(trace.Marks(got, trace.MarkAnswerSubmitted)) != 0 {
		t.Errorf("after the reset: %q", steps("r"))
	}
	if got := steps("s"); got != "z" {
		t.Errorf("another run lost %q", got)
	}
}

func TestHARIsValid(t *testing.T) {
	h := newHouse(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Set-Cookie", "a=b; Path=/")
		w.Write([]byte{0xff, 0xfe})
	}, nil)
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, h.URL+"/x?q=1", strings.NewReader("f=2"))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if _, err := http.DefaultClient.Do(req); err != nil {
		t.Fatal(err)
	}
	raw, err := trace.HAR(trace.Entries(h.log.Run("")))
	if err != nil {
		t.Fatal(err)
	}
	var har struct {
		Log struct {
			Version string            `json:"version"`
			Creator map[string]string `json:"creator"`
			Entries []map[string]any  `json:"entries"`
		} `json:"log"`
	}
	if err := json.Unmarshal(raw, &har); err != nil {
		t.Fatal(err)
	}
	e := har.Log.Entries[0]
	if har.Log.Version != "1.2" || har.Log.Creator["name"] == "" || har.Log.Creator["version"] == "" {
		t.Errorf("log %+v", har.Log)
	}
	for _, name := range []string{"startedDateTime", "time", "request", "response", "cache", "timings", "_from", "_to", "_channel"} {
		if e[name] == nil {
			t.Errorf("no %s", name)
		}
	}
	request, response := e["request"].(map[string]any), e["response"].(map[string]any)
	for _, name := range []string{"method", "url", "httpVersion", "cookies", "headers", "queryString", "headersSize", "bodySize", "postData"} {
		if request[name] == nil {
			t.Errorf("no request.%s", name)
		}
	}
	for _, name := range []string{"status", "statusText", "httpVersion", "cookies", "headers", "content", "redirectURL", "headersSize", "bodySize"} {
		if response[name] == nil {
			t.Errorf("no response.%s", name)
		}
	}
	if c := response["content"].(map[string]any); c["encoding"] != "base64" || c["text"] != "//4=" {
		t.Errorf("bytes that are no text: %v", c)
	}
}

func TestCurlQuotes(t *testing.T) {
	m := trace.Message{
		Method: http.MethodPost, URL: "http://localhost:1/x?a='b", Header: http.Header{"X-A": {"it's"}, "Content-Length": {"3"}},
		Body: []byte("a=$(id)"),
	}
	want := "curl -i 'http://localhost:1/x?a='\\''b' \\\n  -H 'X-A: it'\\''s' \\\n  --data-raw 'a=$(id)'"
	if got := m.Curl(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestLinesAreTheMessage(t *testing.T) {
	m := trace.Message{Method: http.MethodGet, URL: "http://localhost:1/x?a=1", Proto: "HTTP/1.1", Header: http.Header{"B": {"2"}, "A": {"1"}}, Body: []byte("x\ny\n")}
	if got, want := strings.Join(m.Lines(), "|"), "GET /x?a=1 HTTP/1.1|Host: localhost:1|A: 1|B: 2||x|y"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestParallelSendersAreToldApart(t *testing.T) {
	h := newHouse(t, func(w http.ResponseWriter, r *http.Request) {
		s, _ := trace.SenderFrom(r.Context())
		fmt.Fprint(w, s.Run)
	}, nil)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for range 20 {
				run := fmt.Sprint("r", i)
				call := &trace.Call{Sender: trace.Sender{Run: run}}
				req, _ := http.NewRequestWithContext(trace.WithCall(context.Background(), call), http.MethodGet, h.URL, http.NoBody)
				res, err := h.wire.Client().Do(req)
				if err != nil {
					t.Error(err)
					return
				}
				b, _ := io.ReadAll(res.Body)
				res.Body.Close()
				if string(b) != run || call.Entry() == nil || call.Entry().Run != run {
					t.Errorf("a message of %s was taken for one of %s", run, b)
				}
			}
		})
	}
	wg.Wait()
}

func benchmark(b *testing.B, recorded bool) {
	page := []byte(strings.Repeat("x", 2000))
	party := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write(page) })
	rec := &trace.Recorder{
		Log: trace.NewLog(0, 0), Origin: "http://localhost", Now: time.Now, Wall: time.Now,
		Sender: func(*http.Request, []byte) trace.Sender { return trace.Sender{} },
	}
	var handler http.Handler = party
	if recorded {
		handler = rec.Handler(trace.Party{}, party)
	}
	b.ReportAllocs()
	for b.Loop() {
		r := httptest.NewRequest(http.MethodPost, "/token", strings.NewReader("grant_type=authorization_code&code=abc"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		handler.ServeHTTP(httptest.NewRecorder(), r)
	}
}

func BenchmarkRecorded(b *testing.B)   { benchmark(b, true) }
func BenchmarkUnrecorded(b *testing.B) { benchmark(b, false) }
