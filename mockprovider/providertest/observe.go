package providertest

import (
	"context"
	"crypto/rand"
	"net/http"
	"testing"
	"time"

	"claimcheck/mockprovider"
	"claimcheck/mockprovider/trace"
)

// Mint signs a token with any content, right or wrong: for the tests of an API,
// or of a client that must refuse it. A mistake in the request fails the test.
func (s *Server) Mint(tb testing.TB, m mockprovider.MintRequest) string {
	tb.Helper()
	token, err := s.Provider.Mint(tb.Context(), m)
	if err != nil {
		tb.Fatalf("mint a token: %v", err)
	}
	return token
}

// Log is every message that the provider got so far, in order, with its answer and
// the rules that ran on it: [trace.Entry.Refusal] is the one that refused.
// Passwords are masked. The oldest go when there are too many.
func (s *Server) Log() []*trace.Entry {
	items, _ := s.log.After(0)
	return trace.Entries(items)
}

// record puts the log before the provider.
func (s *Server) record(p *mockprovider.Provider, origin string) {
	s.log = trace.NewLog(0, 0)
	s.recorder = &trace.Recorder{
		Log: s.log, Origin: origin, Now: s.Now, Wall: time.Now, //nolint:forbidigo // how long an answer really took
		ID: func(context.Context) string { return rand.Text() },
		Sender: func(*http.Request, []byte) trace.Sender {
			return trace.Sender{From: trace.Party{Role: trace.RoleOutside, ID: "test", Name: "the test"}}
		},
	}
	s.own = s.recorder.Handler(providerParty(), p)
}

func providerParty() trace.Party {
	return trace.Party{Role: trace.RoleAS, ID: "provider", Name: "provider"}
}
