package lab_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
)

func TestLearnerSends(t *testing.T) {
	s := newSite(t, nil)
	send := func(url string) (*http.Response, *trace.Entry, error) {
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader("grant_type=x"))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		return s.Main().Send(req)
	}
	res, e, err := send(s.Main().Issuer() + "/token")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if body, _ := io.ReadAll(res.Body); res.StatusCode != e.Response.Status || string(body) != string(e.Response.Body) {
		t.Errorf("answered %d %s, recorded %d", res.StatusCode, body, e.Response.Status)
	}
	if e.From != lab.Learner() || e.From.Role != trace.RoleOwnApp || e.From.Name != "You" || e.Channel != trace.Back || e.Run != "" {
		t.Errorf("the sender is %+v, %s", e.From, e.Channel)
	}
	for _, bad := range []string{"http://example.com/idp/main/token", s.url + "/idp/other/token", s.url + "/api/labs/main/log"} {
		if _, _, err := send(bad); err == nil {
			t.Errorf("sent to %s", bad)
		}
	}
}

// TestPublicHTTPS has a public address behind a proxy that ends TLS. What our own
// parties and the learner send goes to our listener in plain, with the Host and
// the address of the public one.
func TestPublicHTTPS(t *testing.T) {
	srv := httptest.NewUnstartedServer(nil)
	const origin = "https://claims.example"
	w, err := lab.New(lab.Config{Origin: origin, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, srv.Listener.Addr().String())
	}})
	if err != nil {
		t.Fatal(err)
	}
	var hosts []string
	srv.Config.Handler = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		hosts = append(hosts, r.Host)
		w.ServeHTTP(rw, r)
	})
	srv.Start()
	t.Cleanup(srv.Close)
	s := &site{World: w, url: origin}
	r := s.guided(t, lab.RunConfig{})
	stead(t, s, r)
	if _, err := r.Redeem(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if _, err := r.CallAPI(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if len(r.Session().Steps) == 0 {
		t.Errorf("no steps: %s", r.Session().Problem)
	}
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, origin+"/rs/main/stepcloud/v1/steps", http.NoBody)
	res, _, err := w.Main().Send(req)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	items, _ := w.Main().Log().After(0)
	for _, e := range trace.Entries(items) {
		if !strings.HasPrefix(e.Request.URL, origin+"/") || e.From.Role == trace.RoleOutside {
			t.Errorf("%s from %s", e.Request.URL, e.From.Name)
		}
	}
	for _, h := range hosts {
		if h != "claims.example" {
			t.Errorf("Host: %s", h)
		}
	}
}
