package mockprovider

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// roundTrip is a transport that is a function.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// calling is a POST to an address, as the provider sends it to a client.
func calling(t *testing.T, i *idp, c *Client, uri string) (*reply, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, uri, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	return i.call(t.Context(), c, r, nil)
}

// A client in the same process is reached through its own transport and no other
// is; and there, too, no redirect is followed.
func TestOutboundInside(t *testing.T) {
	var asked []string
	inside := roundTrip(func(r *http.Request) (*http.Response, error) {
		asked = append(asked, r.URL.String())
		return &http.Response{
			StatusCode: http.StatusFound, Header: http.Header{"Location": {"http://inside.test/other"}},
			Body: io.NopCloser(strings.NewReader("elsewhere")), Request: r,
		}, nil
	})
	i := newIDP(t, func(c *Config) {
		c.Inside = func(client string) http.RoundTripper {
			if client == "web" {
				return inside
			}
			return nil
		}
	})
	got, err := calling(t, i, i.Client("web"), "http://inside.test/bye")
	if err != nil || got.status != http.StatusFound || string(got.body) != "elsewhere" || len(asked) != 1 {
		t.Errorf("inside: %+v %v, asked %v", got, err, asked)
	}
	if _, err := calling(t, i, i.Client("spa"), testIssuer+"/bye"); err == nil || !strings.Contains(err.Error(), errOutbound.Error()) || len(asked) != 1 {
		t.Errorf("outside: %v, asked %v", err, asked)
	}
	client := *i.Client("web")
	client.Dynamic = true
	if _, err := calling(t, i, &client, "http://inside.test/bye"); !errors.Is(err, errUnconfirmed) || len(asked) != 1 {
		t.Errorf("nobody has confirmed it: %v, asked %v", err, asked)
	}
	client.Confirmed = true
	if _, err := calling(t, i, &client, "http://inside.test/bye"); err != nil || len(asked) != 2 {
		t.Errorf("confirmed: %v, asked %v", err, asked)
	}
}

// An answer may be as long as the limit, and no longer.
func TestOutboundLimit(t *testing.T) {
	for size, want := range map[int]bool{outboundLimit: true, outboundLimit + 1: false} {
		h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, size)) }))
		i := newIDP(t)
		got, err := calling(t, i, i.Client("web"), h.URL)
		if (err == nil) != want || want && len(got.body) != size {
			t.Errorf("%d bytes: %v", size, err)
		}
		h.Close()
	}
}

// The port of our own listener is known where the issuer does not name it, too,
// and what is no address is not called.
func TestOutboundPorts(t *testing.T) {
	for issuer, want := range map[string]string{
		"http://localhost:8080/idp/main": "8080", "http://localhost/idp/main": "80", "https://localhost/idp/main": "443", "https://[::1]:8443/": "8443",
	} {
		u, err := url.Parse(issuer)
		if err != nil {
			t.Fatal(err)
		}
		if got := portOf(u); got != want {
			t.Errorf("%s: port %s, want %s", issuer, got, want)
		}
	}
	for _, insecure := range []bool{false, true} {
		i := newIDP(t, func(c *Config) { c.InsecureOutbound, c.OwnPorts = insecure, []string{"8081"} })
		for address, want := range map[string]bool{
			"127.0.0.1:9": true, "127.0.0.1": false, "localhost:9": false, "[::]:9": false, "0.0.0.0:9": false, "[fe80::1]:9": false,
			"169.254.169.254:80": false, "[ff02::1]:9": false, "224.0.0.1:9": false, "127.0.0.1:8081": false, "[::1]:8080": false,
			"192.0.2.1:9": insecure, "192.0.2.1:8080": false,
		} {
			if err := i.mayCall(address); (err == nil) != want {
				t.Errorf("InsecureOutbound %v, %s: %v", insecure, address, err)
			}
		}
	}
}
