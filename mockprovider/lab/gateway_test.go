package lab_test

import (
	"net/http"
	"strings"
	"testing"

	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
)

// A free pass of TrailMates: its token is opaque, and the gateway's call to
// StepCloud carries a JWT that is in no message outside.
func TestGatewaySwaps(t *testing.T) {
	s := newSite(t, nil)
	r := s.run(t, lab.RunConfig{Client: lab.TrailMates, PKCE: true})
	b := s.browser(t)
	b.enter(r)
	if end := b.walk(lab.TrailMates, "alice"); !strings.Contains(end.html, "11027") {
		t.Fatalf("ended at %s with %d:\n%s", end.url, end.status, end.html)
	}
	var outside, inside []*trace.Entry
	for _, e := range trace.To(r.Entries(), trace.RoleRS, http.MethodGet, "/v1/steps") {
		if e.From.ID == lab.Gate {
			inside = append(inside, e)
		} else {
			outside = append(outside, e)
		}
	}
	if len(outside) != 1 || len(inside) != 1 || outside[0].To.ID != lab.Gate || inside[0].To.ID != lab.StepCloud {
		t.Fatalf("%d calls outside, %d inside", len(outside), len(inside))
	}
	opaque, jwt := bearerOf(outside[0]), bearerOf(inside[0])
	if strings.Contains(opaque, ".") || strings.Count(jwt, ".") != 2 {
		t.Errorf("outside %q, inside %q", opaque, jwt)
	}
	for _, e := range r.Entries() {
		if e.From.ID != lab.Gate && (strings.Contains(e.Request.Raw(), jwt) || strings.Contains(e.Response.Raw(), jwt)) {
			t.Errorf("the JWT got out: from %s to %s", e.From.ID, e.To.ID)
		}
	}
	for name, c := range map[string]struct {
		query, token string
		status       int
	}{
		"again":         {"", opaque, http.StatusOK},
		"jwt_outside":   {"", jwt, http.StatusUnauthorized},
		"unknown":       {"", "at_unknown", http.StatusUnauthorized},
		"other_persons": {"?user=bob", opaque, http.StatusForbidden}, // StepCloud said no
	} {
		t.Run(name, func(t *testing.T) {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/rs/main/gate/v1/steps"+c.query, http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Authorization", "Bearer "+c.token)
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			_ = res.Body.Close()
			if res.StatusCode != c.status || strings.Contains(res.Header.Get("WWW-Authenticate"), "resource_metadata") {
				t.Errorf("status %d, want %d; %s", res.StatusCode, c.status, res.Header.Get("WWW-Authenticate"))
			}
		})
	}
}

func bearerOf(e *trace.Entry) string {
	return strings.TrimPrefix(e.Request.Header.Get("Authorization"), "Bearer ")
}
