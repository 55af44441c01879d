package noanswer_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"claimcheck/mockprovider/internal/noanswer"
)

// listen is an address where each connection is handed to answer.
func listen(t *testing.T, answer func(net.Conn)) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			answer(c)
		}
	}()
	return l.Addr().String()
}

// Real failures of real requests get words of their own, none of them Go's.
func TestWhy(t *testing.T) {
	gone, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = gone.Close()
	// What comes before the request was read is no answer to it, so both read.
	ends := listen(t, func(c net.Conn) { _, _ = c.Read(make([]byte, 1024)); _ = c.Close() })
	noise := listen(t, func(c net.Conn) {
		_, _ = c.Read(make([]byte, 1024))
		_, _ = c.Write([]byte("hello\r\n\r\n"))
		_ = c.Close()
	})
	silent := listen(t, func(net.Conn) {})
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	defer secure.Close()
	secure.Config.ErrorLog = nil
	forbidden := &http.Transport{DialContext: (&net.Dialer{Control: func(string, string, syscall.RawConn) error {
		return noanswer.Refusal("this address is closed")
	}}).DialContext}
	for name, c := range map[string]struct {
		address string
		via     http.RoundTripper
		want    string
	}{
		"refused":     {address: "http://" + gone.Addr().String(), want: "nobody listens at that address: the connection was refused"},
		"ended":       {address: "http://" + ends, want: "the connection ended before the answer did"},
		"noise":       {address: "http://" + noise, want: "what came back is no answer of HTTP"},
		"silent":      {address: "http://" + silent, want: "no answer came in time"},
		"plain":       {address: strings.Replace(plain.URL, "http:", "https:", 1), want: "http and https were mixed up: one side speaks TLS, the other does not"},
		"untrusted":   {address: secure.URL, want: "the certificate at that address is not one that is trusted here"},
		"our_refusal": {address: plain.URL, via: forbidden, want: "this address is closed"},
	} {
		t.Run(name, func(t *testing.T) {
			patience := time.Minute
			if name == "silent" {
				patience = 100 * time.Millisecond
			}
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.address, http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			res, err := (&http.Client{Transport: c.via}).Do(r)
			if err == nil {
				_ = res.Body.Close()
				t.Fatalf("an answer: %s", res.Status)
			}
			if got := (&noanswer.Error{Err: err}).Error(); got != c.want {
				t.Errorf("%q, want %q; Go says %v", got, c.want, err)
			}
		})
	}
	for want, err := range map[string]error{
		"the connection ended before the answer did":      errors.New("http: server closed idle connection"),
		"the request was given up before an answer came":  context.Canceled,
		"no machine has that name":                        &net.DNSError{IsNotFound: true},
		"the name of that machine could not be looked up": &net.DNSError{},
		"no connection could be made to that address":     &net.OpError{Op: "dial", Err: syscall.EADDRNOTAVAIL},
	} {
		if got := noanswer.Why(err); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if err := (&noanswer.Error{Err: context.Canceled}); !errors.Is(err, context.Canceled) {
		t.Error("the cause is lost")
	}
}
