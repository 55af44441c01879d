package providertest

import (
	"net/http"
	"strings"
	"testing"

	"claimcheck/mockprovider"
	"claimcheck/mockprovider/trace"
	"claimcheck/playground"
)

// A FaultOption says for whom a fault is on, and how often it acts. Without one it
// is on for every client until [Server.ClearFault].
type FaultOption func(*mockprovider.FaultSwitch)

// Once has the fault act one time.
func Once() FaultOption { return Times(1) }

// Times has the fault act n times. Zero means without end.
func Times(n int) FaultOption { return func(s *mockprovider.FaultSwitch) { s.Times = n } }

// ForClient has the fault on for this client alone.
func ForClient(id string) FaultOption { return func(s *mockprovider.FaultSwitch) { s.Client = id } }

// Fault makes the provider misbehave in the way of this name until the test ends:
// for the tests of a client that must refuse it. [mockprovider.Faults] lists the
// names. A fault that can't be on as it is asked for fails the test.
func (s *Server) Fault(tb testing.TB, name string, options ...FaultOption) {
	tb.Helper()
	if err := s.SetFault(name, options...); err != nil {
		tb.Fatalf("switch a fault on: %v", err)
	}
	tb.Cleanup(func() { s.ClearFault(name) })
}

// SetFault is Fault without a test. Its error says why the fault can't be on.
func (s *Server) SetFault(name string, options ...FaultOption) error {
	one := mockprovider.FaultSwitch{Name: name}
	for _, option := range options {
		option(&one)
	}
	return s.Provider.SetFault(one)
}

// ClearFault switches a fault off, for every client. Empty means all faults.
func (s *Server) ClearFault(name string) { s.Provider.ClearFault(name) }

// FaultyIssuer is an issuer beside the server's own, with the same clients, users
// and keys, that has the fault of this name on for everybody. An app under test
// changes nothing but its issuer; tests in parallel can each have one. Its error
// says why there is no such issuer.
func (s *Server) FaultyIssuer(name string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	issuer := s.issuer + mockprovider.IssuerMark + name
	if s.faulty[name] != nil {
		return issuer, nil
	}
	p, err := s.Provider.Faulty(name)
	if err != nil {
		return "", err
	}
	if s.faulty == nil {
		s.faulty = make(map[string]http.Handler)
	}
	s.faulty[name] = s.recorder.Handler(providerParty(), p)
	return issuer, nil
}

// Why are the rules that the provider ran on the request whose answer is res, in
// their order: the one with the status fail is why it was refused, and those after
// it were not reached. Nil means that the answer is of no endpoint of this server,
// or that its entry has gone from the log. The body of res is not touched.
func (s *Server) Why(res *http.Response) []playground.Finding {
	if res == nil {
		return nil
	}
	e, ok := s.log.Trace(res.Header.Get(trace.HeaderTrace))
	if !ok {
		return nil
	}
	return e.RequestFindings.All()
}

// serve hands a request to the issuer that its path names.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	if _, rest, ok := strings.Cut(r.URL.Path, "/idp"+mockprovider.IssuerMark); ok {
		name, _, _ := strings.Cut(rest, "/")
		s.mu.Lock()
		h := s.faulty[name]
		s.mu.Unlock()
		if h == nil {
			http.NotFound(w, r)
			return
		}
		h.ServeHTTP(w, r)
		return
	}
	s.own.ServeHTTP(w, r)
}

// issuerOf is the issuer to which an address of the server belongs.
func (s *Server) issuerOf(address string) string {
	rest := strings.TrimPrefix(address, s.issuer)
	if !strings.HasPrefix(rest, mockprovider.IssuerMark) {
		return s.issuer
	}
	mark, _, _ := strings.Cut(rest, "/")
	return s.issuer + mark
}
