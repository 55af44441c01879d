package lab_test

import (
	"net/http"
	"strings"
	"testing"

	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
)

// A free pass of MediTrack: the request is pushed by its server, and the browser
// carries the reference alone.
func TestPushedPass(t *testing.T) {
	s := newSite(t, nil)
	r := s.run(t, lab.RunConfig{Client: lab.MediTrack, PKCE: true})
	b := s.browser(t)
	b.enter(r)
	if end := b.walk(lab.MediTrack, "alice"); !strings.Contains(end.html, "11027") {
		t.Fatalf("ended at %s with %d:\n%s", end.url, end.status, end.html)
	}
	pushes := trace.To(r.Entries(), trace.RoleAS, http.MethodPost, "/par")
	if len(pushes) != 1 || !pushes[0].Accepted() || pushes[0].AnswerRefusal() != nil {
		t.Fatalf("%d pushed requests, want one that is accepted", len(pushes))
	}
	if got := pushes[0].From.ID; got != lab.MediTrack {
		t.Errorf("%s pushed the request, want %s", got, lab.MediTrack)
	}
	asked := trace.To(r.Entries(), trace.RoleAS, http.MethodGet, "/authorize")[0]
	if q := asked.Request.Query(); len(q) != 2 || !q.Has("client_id") || !q.Has("request_uri") {
		t.Errorf("the browser carried %v, want client_id and request_uri", q)
	}
}

// A browser that comes to the second address first is not sent to AcmeID.
func TestNothingPushedYet(t *testing.T) {
	s := newSite(t, nil)
	b := s.browser(t)
	if at := b.get(s.url + "/app/main/" + lab.MediTrack + "/continue"); at.status != http.StatusConflict {
		t.Errorf("status %d, want %d", at.status, http.StatusConflict)
	}
	if at := b.get(s.url + "/app/main/" + lab.FitTrack + "/continue"); at.status != http.StatusNotFound {
		t.Errorf("status %d at a client that pushes nothing, want %d", at.status, http.StatusNotFound)
	}
}
