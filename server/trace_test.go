package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"claimcheck/mockprovider/trace"
)

// A refusal at the provider and at the API leads to its own page and JSON.
func TestErrorURI(t *testing.T) {
	s := start(t)
	got := s.send(t, http.MethodPost, "/idp/main/token", "grant_type=authorization_code&code=x&client_id=fittrack-lite", header("Content-Type", "application/x-www-form-urlencoded"))
	var body struct {
		Error string `json:"error"`
		URI   string `json:"error_uri"`
	}
	id := got.Header.Get(trace.HeaderTrace)
	if err := json.Unmarshal([]byte(got.body), &body); err != nil || len(id) < 16 || body.URI != s.origin.String()+"/lab/traces/"+id {
		t.Fatalf("%s %v: %s", got.body, err, id)
	}
	page := s.send(t, http.MethodGet, "/lab/traces/"+id, "")
	if page.StatusCode != http.StatusOK || !strings.Contains(page.body, "code") || !strings.Contains(page.body, "invalid_grant") {
		t.Errorf("the page: %d", page.StatusCode)
	}
	var entry struct {
		Trace    string `json:"_trace"`
		Findings []struct {
			ID       string `json:"id"`
			Status   string `json:"status"`
			Expected string `json:"expected"`
			Fix      string `json:"fix"`
		} `json:"_request_findings"`
	}
	call := s.send(t, http.MethodGet, "/api/labs/main/traces/"+id, "", s.owner())
	if err := json.Unmarshal([]byte(call.body), &entry); err != nil || call.StatusCode != http.StatusOK || entry.Trace != id {
		t.Fatalf("the JSON: %d %v %s", call.StatusCode, err, call.body)
	}
	failed := 0
	for n, f := range entry.Findings {
		if f.Status == "fail" {
			failed++
			if f.ID != body.Error && (f.Expected == "" || f.Fix == "" || n == 0) {
				t.Errorf("the finding %+v", f)
			}
		}
	}
	if failed != 1 {
		t.Errorf("%d findings failed in %s", failed, call.body)
	}
	api := s.send(t, http.MethodGet, "/rs/main/stepcloud/v1/steps", "", header("Authorization", "Bearer x"))
	if want := `error_uri="` + s.origin.String() + "/lab/traces/" + api.Header.Get(trace.HeaderTrace) + `"`; !strings.Contains(api.Header.Get("WWW-Authenticate"), want) {
		t.Errorf("the API: %s", api.Header.Get("WWW-Authenticate"))
	}
}

// To who is not the owner, a trace that there is and one that there is not look
// the same.
func TestTraceIsTheOwners(t *testing.T) {
	s := start(t, func(c *config) { c.publicURL = "https://lab.example" })
	h := s.handler()
	ask := func(path string, change ...func(*http.Request)) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodGet, "https://lab.example"+path, nil)
		for _, c := range change {
			c(r)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	id := ask("/idp/main/token").Header().Get(trace.HeaderTrace)
	known, unknown := ask("/lab/traces/"+id), ask("/lab/traces/nothing")
	if known.Code != http.StatusUnauthorized || len(known.Result().Cookies()) != 0 || known.Code != unknown.Code ||
		strings.Contains(known.Body.String(), "invalid_request") || known.Body.Len() != unknown.Body.Len() {
		t.Errorf("%d %d", known.Code, unknown.Code)
	}
	if got := ask("/api/labs/main/traces/" + id); got.Code != http.StatusUnauthorized {
		t.Errorf("the JSON to a visitor: %d", got.Code)
	}
	if got := ask("/lab/traces/"+id, s.owner()); got.Code != http.StatusOK {
		t.Errorf("the owner: %d %s", got.Code, got.Body)
	}
	if got := ask("/api/labs/main/traces/nothing", s.owner()); got.Code != http.StatusNotFound {
		t.Errorf("no such trace: %d", got.Code)
	}
}
