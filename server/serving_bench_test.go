package main

import (
	"log/slog"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"testing"

	"claimcheck/mockprovider"
)

// BenchmarkServing is what we do with a request between net/http's reading it and
// its writing the answer: Gin, middleware, recorder, party and log line. Look at
// allocs/op and B/op, which a busy machine does not change.
func BenchmarkServing(b *testing.B) {
	h, request := serving(b)
	for _, one := range []struct{ name, path, client string }{
		{"discovery", "/idp/main/.well-known/openid-configuration", ""},
		{"jwks", "/idp/main/jwks", ""},
		{"ES256", "/idp/main/token", "speed-ES256"},
	} {
		b.Run(one.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				request(b, h, one.path, one.client)
			}
		})
	}
}

// BenchmarkServingMemory is what the server holds after b.N tokens, less what it
// holds after ten thousand, in MiB. To reach: 20, after a million.
//
//	go test ./server -run '^$' -bench ServingMemory -benchtime 1000000x -timeout 1h
func BenchmarkServingMemory(b *testing.B) {
	h, request := serving(b)
	token := func() { request(b, h, "/idp/main/token", "speed-EdDSA") }
	for range 10_000 {
		token()
	}
	before := held()
	for i := 10_000; i < b.N; i++ {
		token()
	}
	b.ReportMetric(float64(held()-before)/(1<<20), "MiB-more")
	b.ReportMetric(float64(before)/(1<<20), "MiB-before")
}

// held is the memory in use after a collection, in bytes.
func held() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// serving is the server's handler, and how to send it a request: for a document,
// or for a token where a client is named.
func serving(b *testing.B) (http.Handler, func(b *testing.B, h http.Handler, path, client string)) {
	b.Helper()
	const secret = "a-secret-of-the-speed-benchmarks"
	s := start(b)
	s.mustRead(b) // the texts, which would else be read meanwhile
	s.server.log, _ = newLog(&quiet{}, slog.LevelInfo)
	for _, alg := range []string{"ES256", "EdDSA"} {
		err := s.world.Main().Registry().AddClient(mockprovider.Client{
			ID: "speed-" + alg, Secret: secret, AccessTokenAlg: alg, Scopes: []string{"steps:read"}, GrantTypes: []string{"client_credentials"},
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	form := url.Values{"grant_type": {"client_credentials"}, "scope": {"steps:read"}}.Encode()
	return s.handler(), func(b *testing.B, h http.Handler, path, client string) {
		method, body := http.MethodGet, ""
		if client != "" {
			method, body = http.MethodPost, form
		}
		r, err := http.NewRequestWithContext(b.Context(), method, "http://"+s.origin.host+path, strings.NewReader(body))
		if err != nil {
			b.Fatal(err)
		}
		r.RemoteAddr = "127.0.0.1:50000"
		r.Header.Set("User-Agent", "Go-http-client/1.1")
		r.Header.Set("Accept-Encoding", "gzip")
		if client != "" {
			r.SetBasicAuth(client, secret)
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		w := quiet{header: http.Header{}}
		if h.ServeHTTP(&w, r); w.status != http.StatusOK {
			b.Fatal(w.status)
		}
	}
}

// quiet is a response writer and a log that keep nothing.
type quiet struct {
	header http.Header
	status int
}

func (q *quiet) Header() http.Header         { return q.header }
func (q *quiet) WriteHeader(status int)      { q.status = status }
func (q *quiet) Write(p []byte) (int, error) { return len(p), nil }
