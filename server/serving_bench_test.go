package main

import (
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"claimcheck/mockprovider"
)

// BenchmarkServing is what we do with a request between net/http's reading it and
// its writing the answer: Gin, middleware, recorder, party and log line. Look at
// allocs/op and B/op, which a busy machine does not change.
func BenchmarkServing(b *testing.B) {
	s := start(b)
	<-s.read // the texts, which would else be read meanwhile
	s.server.log, _ = newLog(&quiet{}, slog.LevelInfo)
	for _, alg := range []string{"RS256", "ES256"} {
		err := s.world.Main().Registry().AddClient(mockprovider.Client{
			ID: "speed-" + alg, Secret: "a-secret-of-the-speed-benchmarks", AccessTokenAlg: alg,
			Scopes: []string{"steps:read"}, GrantTypes: []string{"client_credentials"},
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	h := s.handler()
	form := url.Values{"grant_type": {"client_credentials"}, "scope": {"steps:read"}}.Encode()
	for _, one := range []struct{ name, method, path, client string }{
		{"discovery", http.MethodGet, "/idp/main/.well-known/openid-configuration", ""},
		{"jwks", http.MethodGet, "/idp/main/jwks", ""},
		{"ES256", http.MethodPost, "/idp/main/token", "speed-ES256"},
	} {
		b.Run(one.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r, err := http.NewRequestWithContext(b.Context(), one.method, "http://"+s.origin.host+one.path, strings.NewReader(form))
				if err != nil {
					b.Fatal(err)
				}
				r.RemoteAddr = "127.0.0.1:50000"
				r.Header.Set("User-Agent", "Go-http-client/1.1")
				r.Header.Set("Accept-Encoding", "gzip")
				if one.client == "" {
					r.Body, r.ContentLength = http.NoBody, 0
				} else {
					r.SetBasicAuth(one.client, "a-secret-of-the-speed-benchmarks")
					r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				}
				w := quiet{header: http.Header{}}
				h.ServeHTTP(&w, r)
				if w.status != http.StatusOK {
					b.Fatal(w.status)
				}
			}
		})
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
