package trace_test

import (
	"go/parser"
	"go/token"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"claimcheck/mockprovider/trace"
)

func awkward(url string) trace.Message {
	return trace.Message{
		Method: http.MethodPost, URL: url + "/token?a='b\"", Proto: "HTTP/1.1",
		Header: http.Header{"Authorization": {"Basic eDp5"}, "X-A": {"it's \"`"}, "X-Eq": {"=1"}, "Content-Type": {"application/x-www-form-urlencoded"}, "Content-Length": {"3"}},
		Body:   []byte("code=$(id)&b=`x`\"'"),
	}
}

// The program compiles, and what it sends is the message.
func TestGoProgramSendsTheMessage(t *testing.T) {
	got := make(chan string, 1)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b := new(strings.Builder)
		_ = r.Write(b)
		got <- b.String()
		w.WriteHeader(http.StatusSeeOther)
	}))
	defer srv.Close()
	m := awkward(srv.URL)
	file := filepath.Join(t.TempDir(), "main.go")
	if err := os.WriteFile(file, []byte(m.Go()), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "go", "run", file).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, out, m.Go())
	}
	sent := <-got
	for _, want := range []string{"POST /token?a='b\"", "Authorization: Basic eDp5", "X-A: it's \"`", "X-Eq: =1", "code=$(id)&b=`x`\"'"} {
		if !strings.Contains(sent, want) {
			t.Errorf("%q was not sent:\n%s", want, sent)
		}
	}
	if !strings.Contains(string(out), "303 See Other") {
		t.Errorf("the answer is not shown: %s", out)
	}
	if n := strings.Count(m.Go(), "// lab value"); n != 2 { // Authorization and the body
		t.Errorf("%d values are marked:\n%s", n, m.Go())
	}
}

func TestGoProgramWithoutBody(t *testing.T) {
	m := trace.Message{Method: http.MethodGet, URL: "http://localhost:1/x"}
	if _, err := parser.ParseFile(token.NewFileSet(), "main.go", m.Go(), parser.AllErrors); err != nil || strings.Contains(m.Go(), "strings") {
		t.Errorf("%v\n%s", err, m.Go())
	}
}

func TestHTTPieQuotes(t *testing.T) {
	m := awkward("http://localhost:1")
	m.Header["X-Empty"] = []string{""}
	want := strings.Join([]string{
		`http --ignore-stdin --print=hb --raw 'code=$(id)&b=` + "`x`" + `"'\''' POST 'http://localhost:1/token?a='\''b"'`,
		`'Authorization:Basic eDp5'`, `'Content-Type:application/x-www-form-urlencoded'`,
		`'X-A:it'\''s "` + "`'", `'X-Empty;'`, `'X-Eq: =1'`,
	}, " \\\n  ")
	if got := m.HTTPie(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestRawIsTheMessage(t *testing.T) {
	m := trace.Message{Method: http.MethodGet, URL: "http://localhost:1/x?a=1", Proto: "HTTP/1.1", Header: http.Header{"A": {"1"}}, Body: []byte("x")}
	if got, want := m.Raw(), "GET /x?a=1 HTTP/1.1\nHost: localhost:1\nA: 1\n\nx"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
