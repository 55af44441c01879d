package main

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// BenchmarkStart measures a server from its construction to its end, with one
// page between. The texts and the lab's RSA key are made meanwhile and count
// too; what the first visitor waits for is less, and must stay below 100 ms.
func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		s := start(b)
		s.send(b, http.MethodGet, "/", "")
		s.stop()
		<-s.ended
	}
}

// BenchmarkHome measures the front page through every middleware.
func BenchmarkHome(b *testing.B) {
	s := start(b)
	h := s.handler()
	for b.Loop() {
		r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, "/", http.NoBody)
		r.Host = s.origin.host
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			b.Fatal(w.Code)
		}
	}
}
