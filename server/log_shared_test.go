package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"claimcheck/mockprovider/trace"
)

// A message in the log is final: whoever follows the log reads it while the server
// still writes its own line about the request. The race detector watches the reads.
func TestLoggedAnswerIsFinal(t *testing.T) {
	s := start(t)
	handler, log := s.handler(), s.world.Main().Log()
	const requests = 20
	from := log.Last()
	read := make(chan int)
	go func() {
		n := 0
		for at := from; n < requests; {
			items, more := log.After(at)
			for _, it := range items {
				at = max(at, it.Seq)
				if e := it.Entry; e != nil {
					n++
					_, _ = json.Marshal(e.Response.Header)
				}
			}
			if n < requests {
				select {
				case <-more:
				case <-t.Context().Done():
					read <- n
					return
				}
			}
		}
		read <- n
	}()
	path := "/idp/main~paceid/jwks"
	for range requests {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodGet, s.origin.String()+path, http.NoBody)
		handler.ServeHTTP(w, r)
		e, ok := log.Entry(log.Last())
		if !ok || e.To.Role != trace.RoleAttacker || w.Code != http.StatusOK {
			t.Fatalf("%d, recorded: %+v", w.Code, e)
		}
		if e.Response.Header.Get(headerRequestID) != "" || w.Header().Get(headerRequestID) != "" {
			t.Fatalf("the number came after the answer: %v", e.Response.Header)
		}
		w.Header().Set("X-Later", "yes") // as whoever stands around the party may
		if e.Response.Header.Get("X-Later") != "" {
			t.Fatal("the log keeps the map that the answer went out by")
		}
	}
	if n := <-read; n != requests {
		t.Errorf("the follower read %d messages of %d", n, requests)
	}
	if text := s.log.String(); strings.Count(text, "path="+path+" ") != requests || strings.Contains(text, `id="" `) {
		t.Errorf("the lines have no number:\n%s", text)
	}
}
