package mockprovider

import (
	"context"
	"crypto/rand"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"golang.org/x/net/dns/dnsmessage"

	"claimcheck/mockprovider/internal/keycache"
	"claimcheck/mockprovider/trace"
)

// keyHost is a client's server with a JWK Set that can change.
type keyHost struct {
	*httptest.Server
	asked  atomic.Int64
	set    atomic.Pointer[[]byte]
	answer http.HandlerFunc // instead of the set
}

func newKeyHost(t testing.TB, set []byte) *keyHost {
	t.Helper()
	h := &keyHost{}
	h.set.Store(&set)
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.asked.Add(1)
		if h.answer != nil {
			h.answer(w, r)
			return
		}
		_, _ = w.Write(*h.set.Load())
	}))
	t.Cleanup(h.Close)
	return h
}

// jwksNamed is a JWK Set of clientEC's public key under a kid.
func jwksNamed(t *testing.T, kid string) []byte {
	t.Helper()
	return []byte(jsonOf(t, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: clientEC().Public(), KeyID: kid}}}))
}

// keysAt makes the client "jwt" one with a jwks_uri.
func (i *idp) keysAt(uri string) {
	i.t.Helper()
	c := *i.Client("jwt")
	c.JWKS, c.keys, c.JWKSURI = nil, nil, uri
	if err := i.Registry().ReplaceClient(c); err != nil {
		i.t.Fatal(err)
	}
}

// authenticates reports the status of a token request with an assertion.
func (i *idp) authenticates(kid string) int {
	i.t.Helper()
	r := assertionRequest(i)
	f := i.assertion().with("jti", rand.Text())
	f.header = map[string]any{"kid": kid}
	r.values.Set("client_assertion", f.sign(i.t))
	return r.send(i).Code
}

// CA-17: an unknown kid makes us look once more, and not as often as one likes.
func TestClientKeysAreFetched(t *testing.T) {
	i := newIDP(t)
	h := newKeyHost(t, jwksNamed(t, "one"))
	i.keysAt(h.URL)
	for range 3 {
		if got := i.authenticates("one"); got != http.StatusOK {
			t.Fatalf("with the key at jwks_uri: %d %s", got, i.failed())
		}
	}
	if got := h.asked.Load(); got != 1 {
		t.Errorf("asked %d times, want once", got)
	}
	rotated := jwksNamed(t, "two")
	h.set.Store(&rotated)
	if got := i.authenticates("two"); got != http.StatusOK || h.asked.Load() != 2 {
		t.Errorf("after a rotation: %d, asked %d times", got, h.asked.Load())
	}
	for range 10 {
		if got := i.authenticates("three"); got != http.StatusUnauthorized || i.failed() != "key_jwks client_assertion_verified" {
			t.Errorf("with a kid that is not there: %d %s", got, i.failed())
		}
	}
	if got := h.asked.Load(); got != 1+keycache.MaxLookups {
		t.Errorf("asked %d times, want %d at most", got, 1+keycache.MaxLookups)
	}
	i.clock = i.clock.Add(keycache.Lifetime)
	if got := i.authenticates("two"); got != http.StatusOK || h.asked.Load() != 2+keycache.MaxLookups {
		t.Errorf("five minutes later: %d, asked %d times", got, h.asked.Load())
	}
}

// What an address answers that is no JWK Set is refused, and never followed.
func TestClientKeysAnswers(t *testing.T) {
	other := newKeyHost(t, jwksNamed(t, "one"))
	for name, answer := range map[string]http.HandlerFunc{
		"no JSON":  func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("keys")) },
		"an error": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
		"too long": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(`{"keys":[]}` + strings.Repeat(" ", outboundLimit)))
		},
		"elsewhere": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other.URL, http.StatusFound) },
	} {
		i := newIDP(t)
		h := newKeyHost(t, nil)
		h.answer = answer
		i.keysAt(h.URL)
		if got := i.authenticates("one"); got != http.StatusUnauthorized || i.failed() != "client_keys_fetched" {
			t.Errorf("%s: %d %s", name, got, i.failed())
		}
	}
	if got := other.asked.Load(); got != 0 {
		t.Errorf("a redirect was followed %d times", got)
	}
}

// A client that registered itself names addresses, and nothing calls them before
// the owner has confirmed it.
func TestDynamicAddressesWaitForConfirmation(t *testing.T) {
	i := newIDP(t)
	h := newKeyHost(t, jwksNamed(t, "one"))
	c := i.register(metadataOf("token_endpoint_auth_method", authPrivateKeyJWT, "jwks_uri", h.URL, "backchannel_logout_uri", h.URL))
	call := func() error {
		_, err := i.clientKeys(t.Context(), i.Client(c.ClientID), "one")
		if logout := i.sendLogout(t.Context(), i.Client(c.ClientID), &sessionRecord{User: "u-alice"}); err == nil {
			return logout
		}
		return err
	}
	if err := call(); err == nil || h.asked.Load() != 0 {
		t.Errorf("before: %v, asked %d times", err, h.asked.Load())
	}
	if err := i.Registry().ConfirmClient(c.ClientID); err != nil {
		t.Fatal(err)
	}
	if err := call(); err != nil || h.asked.Load() != 2 {
		t.Errorf("after: %v, asked %d times", err, h.asked.Load())
	}
}

// No registered address leads to our own listener, to a metadata service or into
// a private network, whatever its name is; and with InsecureOutbound, not to the
// first two.
func TestOutboundAddresses(t *testing.T) {
	own := newKeyHost(t, jwksNamed(t, "one"))
	_, port, _ := net.SplitHostPort(own.Listener.Addr().String())
	targets := map[string]string{
		"our own listener":         "http://127.0.0.1:" + port + "/api/labs/main/reset",
		"our own listener by name": "http://localhost:" + port + "/api/labs/main/reset",
		"a name of our listener":   "http://own.test:" + port + "/",
		"a metadata service":       "http://169.254.169.254/latest",
		"a name of it":             "http://metadata.test/latest",
		"the unspecified address":  "http://0.0.0.0:9/",
	}
	private := map[string]string{
		"a private address": "http://10.0.0.1:9/", "a name of one": "http://private.test:9/", "an IPv6 one": "http://[fd00::1]:9/",
	}
	maps.Copy(targets, private)
	for name, uri := range targets {
		for _, insecure := range []bool{false, true} {
			if insecure && private[name] != "" {
				continue
			}
			i := newIDP(t, func(cfg *Config) { cfg.InsecureOutbound, cfg.OwnPorts = insecure, []string{port} })
			i.resolver = stubResolver(t, map[string][4]byte{
				"own.test.": {127, 0, 0, 1}, "metadata.test.": {169, 254, 169, 254}, "private.test.": {10, 0, 0, 1},
			})
			i.keysAt(uri)
			if _, err := i.clientKeys(t.Context(), i.Client("jwt"), "one"); err == nil || !strings.Contains(err.Error(), errOutbound.Error()) {
				t.Errorf("jwks_uri of %s: %v", name, err)
			}
			c := &Client{ID: "x", BackchannelLogoutURI: uri}
			if err := i.sendLogout(t.Context(), c, &sessionRecord{User: "u-alice"}); err == nil || !strings.Contains(err.Error(), errOutbound.Error()) {
				t.Errorf("backchannel_logout_uri of %s: %v", name, err)
			}
		}
	}
	if got := own.asked.Load(); got != 0 {
		t.Errorf("our own listener was called %d times", got)
	}
}

// stubResolver resolves the given names over a DNS server of its own.
func stubResolver(t *testing.T, names map[string][4]byte) *net.Resolver {
	t.Helper()
	conn, err := (&net.ListenConfig{}).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	go func() {
		buf := make([]byte, 512)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(buf[:n]) != nil || len(m.Questions) != 1 {
				continue
			}
			m.Response, m.Additionals = true, nil
			q := m.Questions[0]
			if ip, ok := names[q.Name.String()]; ok && q.Type == dnsmessage.TypeA {
				m.Answers = []dnsmessage.Resource{{
					Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class, TTL: 1}, Body: &dnsmessage.AResource{A: ip},
				}}
			}
			if raw, err := m.Pack(); err == nil {
				_, _ = conn.WriteTo(raw, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

// What the provider sends out is in the log, where it is sent.
func TestOutboundIsRecorded(t *testing.T) {
	i := newIDP(t)
	h := newKeyHost(t, jwksNamed(t, "one"))
	i.keysAt(h.URL + "/keys.json")
	log := trace.NewLog(0, 0)
	now := func() time.Time { return i.clock }
	as := trace.Party{Role: trace.RoleAS, ID: "acmeid", Name: "AcmeID"}
	rec := &trace.Recorder{Log: log, Origin: "http://localhost:8080", Now: now, Wall: now, Sender: func(*http.Request, []byte) trace.Sender { return trace.Sender{Run: "run-1"} }}
	i.keyed(t, rec.Handler(as, i))
	items, _ := log.After(0)
	if len(items) != 2 {
		t.Fatalf("%d items in the log", len(items))
	}
	e := items[0].Entry
	if e.Request.URL != h.URL+"/keys.json" || e.From != as || e.To.ID != "jwt" || e.Channel != trace.Back || e.Run != "run-1" || e.Response.Status != http.StatusOK || len(e.Response.Body) == 0 {
		t.Errorf("recorded: %+v", e)
	}
}

// A call that gets no answer is in the log with the reason, in our words.
func TestUnansweredCallsAreRecorded(t *testing.T) {
	gone := newKeyHost(t, nil)
	gone.Close()
	long := newKeyHost(t, []byte(`{"keys":[]}`+strings.Repeat(" ", outboundLimit)))
	for name, c := range map[string]struct {
		address, failure string
		dynamic          bool
		status           int
	}{
		"refused":     {address: gone.URL, failure: "nobody listens at that address: the connection was refused"},
		"forbidden":   {address: "http://10.0.0.1:9/", failure: string(errOutbound)},
		"unconfirmed": {address: gone.URL, failure: string(errUnconfirmed), dynamic: true},
		"too_long":    {address: long.URL, failure: string(errTooLong), status: http.StatusOK},
	} {
		t.Run(name, func(t *testing.T) {
			i := newIDP(t)
			log := trace.NewLog(0, 0)
			now := func() time.Time { return i.clock }
			rec := &trace.Recorder{Log: log, Now: now, Wall: now, Sender: func(*http.Request, []byte) trace.Sender { return trace.Sender{} }}
			client := &Client{ID: "x", JWKSURI: c.address, BackchannelLogoutURI: c.address, Dynamic: c.dynamic}
			var failures []error
			calls := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				_, err := i.clientKeys(r.Context(), client, "one")
				failures = append(failures, err, i.sendLogout(r.Context(), client, &sessionRecord{User: "u-alice"}))
			})
			rec.Handler(trace.Party{Role: trace.RoleAS, ID: "acmeid"}, calls).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/", http.NoBody))
			items, _ := log.After(0)
			if len(items) != 3 {
				t.Fatalf("%d items in the log, want 3", len(items))
			}
			for n, err := range failures {
				e := items[n].Entry
				if err == nil || err.Error() != c.failure || e.Failure != c.failure || e.Accepted() || e.To.ID != "x" || e.Response.Status != c.status || !strings.HasPrefix(e.Request.URL, c.address) {
					t.Errorf("%v: recorded %q for %s, status %d", err, e.Failure, e.Request.URL, e.Response.Status)
				}
			}
		})
	}
}

// keyed sends a token request with an assertion to a handler.
func (i *idp) keyed(t *testing.T, handler http.Handler) {
	t.Helper()
	r := assertionRequest(i)
	f := i.assertion().with("jti", rand.Text())
	f.header = map[string]any{"kid": "one"}
	r.values.Set("client_assertion", f.sign(t))
	req := httptest.NewRequest(http.MethodPost, "http://localhost:8080/idp/main/token", strings.NewReader(r.values.Encode()))
	req.Header.Set("Content-Type", formType)
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, req)
	if w.Code != http.StatusOK {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
}
