package main

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
)

// owner makes a request the owner's, by the lab's secret.
func (s *site) owner() func(*http.Request) {
	return header("Authorization", "Bearer "+s.world.Main().Secret())
}

func TestLabPage(t *testing.T) {
	s := start(t)
	got := s.send(t, http.MethodGet, "/lab", "")
	for _, want := range []string{"AcmeID", "FitTrack Lite", "alice", "mallory", "rfc9700", "+ 1 hour", "Reset the lab", "second tab", "When the server stops", `role="log"`, "RS256", "3 people"} {
		if !strings.Contains(got.body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if got.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("Cache-Control %q", got.Header.Get("Cache-Control"))
	}
	c := got.Cookies()
	if len(c) != 1 || c[0].Name != ownerCookie || !c[0].HttpOnly || c[0].SameSite != http.SameSiteStrictMode {
		t.Fatalf("cookies %v", c)
	}
	if strings.Contains(c[0].Value, s.world.Main().Secret()) {
		t.Error("the cookie is the secret")
	}
}

// A lab that has seen more messages than its page shows says so.
func TestLabPageWithALongLog(t *testing.T) {
	s := start(t)
	for range logShown + 2 {
		s.send(t, http.MethodGet, "/rs/main/stepcloud/v1/steps", "")
	}
	got := s.send(t, http.MethodGet, "/lab", "")
	if got.StatusCode != http.StatusOK || !strings.Contains(got.body, "older line") {
		t.Errorf("%d, and does it say what it leaves out? %t", got.StatusCode, strings.Contains(got.body, "older line"))
	}
}

func TestLabControlsAreTheOwners(t *testing.T) {
	s := start(t)
	asJSON := header("Content-Type", "application/json")
	cookie := header("Cookie", ownerCookie+"="+ownerValue(s.world.Main()))
	for name, c := range map[string]struct {
		method, path, body string
		change             []func(*http.Request)
		want               int
	}{
		"log_owner_cookie":    {http.MethodGet, "/api/labs/main/log", "", []func(*http.Request){cookie}, http.StatusOK},
		"log_bearer":          {http.MethodGet, "/api/labs/main/log", "", []func(*http.Request){s.owner()}, http.StatusOK},
		"log_nobody":          {http.MethodGet, "/api/labs/main/log", "", nil, http.StatusUnauthorized},
		"log_wrong_secret":    {http.MethodGet, "/api/labs/main/log", "", []func(*http.Request){header("Authorization", "Bearer x")}, http.StatusUnauthorized},
		"log_wrong_cookie":    {http.MethodGet, "/api/labs/main/log", "", []func(*http.Request){header("Cookie", ownerCookie+"=x")}, http.StatusUnauthorized},
		"log_bad_after":       {http.MethodGet, "/api/labs/main/log?after=x", "", []func(*http.Request){cookie}, http.StatusBadRequest},
		"har_nobody":          {http.MethodGet, "/api/labs/main/log.har", "", nil, http.StatusUnauthorized},
		"events_nobody":       {http.MethodGet, "/events/main", "", nil, http.StatusUnauthorized},
		"message_unknown":     {http.MethodGet, "/lab/log/99", "", []func(*http.Request){cookie}, http.StatusNotFound},
		"message_not_number":  {http.MethodGet, "/lab/log/x", "", []func(*http.Request){cookie}, http.StatusNotFound},
		"lab_unknown":         {http.MethodGet, "/api/labs/other/log", "", []func(*http.Request){cookie}, http.StatusNotFound},
		"clock_get":           {http.MethodGet, "/api/labs/main/clock", "", []func(*http.Request){cookie}, http.StatusOK},
		"clock_advance":       {http.MethodPost, "/api/labs/main/clock", `{"advance":"61s"}`, []func(*http.Request){cookie, asJSON}, http.StatusOK},
		"clock_not_json_type": {http.MethodPost, "/api/labs/main/clock", `{"advance":"61s"}`, []func(*http.Request){cookie}, http.StatusUnsupportedMediaType},
		"clock_not_duration":  {http.MethodPost, "/api/labs/main/clock", `{"advance":"soon"}`, []func(*http.Request){cookie, asJSON}, http.StatusBadRequest},
		"clock_too_far":       {http.MethodPost, "/api/labs/main/clock", `{"advance":"200000h"}`, []func(*http.Request){cookie, asJSON}, http.StatusBadRequest},
		"clock_nobody":        {http.MethodPost, "/api/labs/main/clock", `{"advance":"61s"}`, []func(*http.Request){asJSON}, http.StatusUnauthorized},
		"clock_cross_site":    {http.MethodPost, "/api/labs/main/clock", `{"advance":"61s"}`, []func(*http.Request){cookie, asJSON, header("Sec-Fetch-Site", "cross-site")}, http.StatusForbidden},
		"reset":               {http.MethodPost, "/api/labs/main/reset", `{}`, []func(*http.Request){cookie, asJSON}, http.StatusOK},
		"reset_nobody":        {http.MethodPost, "/api/labs/main/reset", `{}`, []func(*http.Request){asJSON}, http.StatusUnauthorized},
		"form_nobody":         {http.MethodPost, "/lab/reset", "sure=yes", nil, http.StatusUnauthorized},
		"open_wrong":          {http.MethodPost, "/lab/open", "secret=x", nil, http.StatusForbidden},
	} {
		t.Run(name, func(t *testing.T) {
			if got := s.send(t, c.method, c.path, c.body, c.change...); got.StatusCode != c.want {
				t.Errorf("%d, want %d: %s", got.StatusCode, c.want, got.body)
			}
		})
	}
}

// TestLabOfAnOpenServer proves that who merely reaches a server does not own it.
func TestLabOfAnOpenServer(t *testing.T) {
	s := start(t, func(c *config) { c.publicURL = "https://lab.example" })
	h := s.handler()
	ask := func(method, path, body string) *http.Response {
		r := httptest.NewRequest(method, "https://lab.example"+path, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Result()
	}
	got := ask(http.MethodGet, "/lab", "")
	page, _ := io.ReadAll(got.Body)
	if got.StatusCode != http.StatusOK || strings.Contains(string(page), s.world.Main().Secret()) || !strings.Contains(string(page), "/lab/open") {
		t.Errorf("a visitor got %d", got.StatusCode)
	}
	for _, c := range got.Cookies() {
		if c.Value == ownerValue(s.world.Main()) || c.Value == labValue(s.world.Main()) || !c.Secure || !c.HttpOnly {
			t.Errorf("a visitor got the cookie %s", c)
		}
	}
	if got := ask(http.MethodGet, "/lab/log/1", ""); got.StatusCode != http.StatusNotFound {
		t.Errorf("a visitor reads a message: %d", got.StatusCode)
	}
	got = ask(http.MethodPost, "/lab/open", "secret="+s.world.Main().Secret())
	if c := got.Cookies(); got.StatusCode != http.StatusSeeOther || len(c) != 2 || c[0].Value != labValue(s.world.Main()) || c[1].Value != ownerValue(s.world.Main()) || !c[1].Secure {
		t.Errorf("who knows the secret got %d, %v", got.StatusCode, got.Cookies())
	}
	if got := ask(http.MethodPost, "/lab/open", "secret=wrong"); got.StatusCode != http.StatusForbidden || len(got.Cookies()) != 0 {
		t.Errorf("who does not know it got %d, %v", got.StatusCode, got.Cookies())
	}
}

// TestNoStreamForWhoMayNotReadIt proves that a page opens the log's stream only
// where it will be let in: a refused one is an error on the browser's console.
func TestNoStreamForWhoMayNotReadIt(t *testing.T) {
	const open = "<live-log src="
	flow := "/flows/authorization-code-pkce/connect"
	local := start(t)
	if got := local.send(t, http.MethodGet, "/lab", ""); !strings.Contains(got.body, open+`"/events/main"`) || len(got.Cookies()) == 0 {
		t.Error("the owner's page does not follow the log")
	}
	if got := local.send(t, http.MethodGet, "/styleguide", ""); strings.Contains(got.body, open) || !strings.Contains(got.body, "<live-log") {
		t.Error("the example of the log follows one")
	}
	s := start(t, func(c *config) { c.publicURL = "https://lab.example" })
	s.mustRead(t)
	for _, path := range []string{flow, "/lab", "/learn/jwt/revocation"} {
		w := httptest.NewRecorder()
		s.handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "https://lab.example"+path, http.NoBody))
		if w.Code != http.StatusOK || strings.Contains(w.Body.String(), open+`"/events/main"`) {
			t.Errorf("%s: %d, and a visitor's page follows the log of main", path, w.Code)
		}
	}
}

func TestLabForms(t *testing.T) {
	s := start(t)
	form := header("Content-Type", "application/x-www-form-urlencoded")
	if got := s.send(t, http.MethodPost, "/lab/clock", "advance=1h", form, s.owner()); got.StatusCode != http.StatusSeeOther || s.world.Main().Offset() != time.Hour {
		t.Errorf("%d, offset %s", got.StatusCode, s.world.Main().Offset())
	}
	if got := s.send(t, http.MethodGet, "/lab", ""); !strings.Contains(got.body, "1h0m0s ahead") {
		t.Error("the page does not say that the clock is ahead")
	}
	if s.send(t, http.MethodPost, "/lab/reset", "sure=no", form, s.owner()); s.world.Main().Offset() == 0 {
		t.Error("the lab was reset without a yes")
	}
	if s.send(t, http.MethodPost, "/lab/reset", "sure=yes", form, s.owner()); s.world.Main().Offset() != 0 {
		t.Error("the lab was not reset")
	}
	if got := s.send(t, http.MethodPost, "/lab/open", "secret="+s.world.Main().Secret(), form); got.StatusCode != http.StatusSeeOther || len(got.Cookies()) != 2 {
		t.Errorf("open: %d %v", got.StatusCode, got.Cookies())
	}
}

func TestLabLog(t *testing.T) {
	s := start(t)
	s.send(t, http.MethodGet, "/idp/main/authorize?client_id=nobody&state=xyz", "", header("Accept", "text/html"))
	var log struct {
		Items []struct {
			Entry *struct {
				To trace.Party `json:"_to"`
			} `json:"entry"`
		} `json:"items"`
	}
	got := s.send(t, http.MethodGet, "/api/labs/main/log", "", s.owner())
	if err := json.Unmarshal([]byte(got.body), &log); err != nil || len(log.Items) == 0 || log.Items[0].Entry.To.ID != "acmeid" {
		t.Fatalf("%v: %s", err, got.body)
	}
	entry := s.send(t, http.MethodGet, "/lab/log/1", "", s.owner())
	if entry.StatusCode != http.StatusOK || !strings.Contains(entry.body, "state=xyz") || !strings.Contains(entry.body, "client_known") && !strings.Contains(entry.body, "req-") {
		t.Errorf("the message's page: %d", entry.StatusCode)
	}
	har := s.send(t, http.MethodGet, "/api/labs/main/log.har", "", s.owner())
	if !strings.Contains(har.body, `"version": "1.2"`) || !strings.Contains(har.Header.Get("Content-Disposition"), "claimcheck-main.har") {
		t.Errorf("HAR: %v", har.Header)
	}
}

// lines reads n events from a stream and returns their ids.
func lines(t *testing.T, r *bufio.Reader, n int) (ids []string) {
	t.Helper()
	for len(ids) < n {
		line, err := r.ReadString('\n')
		if err != nil {
			t.Fatalf("after %v: %v", ids, err)
		}
		if id, ok := strings.CutPrefix(line, "id: "); ok {
			ids = append(ids, strings.TrimSpace(id))
		}
	}
	return ids
}

func TestEvents(t *testing.T) {
	s := start(t)
	log := s.world.Main().Log()
	for range 3 {
		log.Mark(trace.Mark{Kind: "m", Text: "before"})
	}
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, s.origin.String()+"/events/main", http.NoBody)
	s.owner()(req)
	req.Header.Set("Last-Event-ID", "1")
	resp, err := s.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("%d %v", resp.StatusCode, resp.Header)
	}
	r := bufio.NewReader(resp.Body)
	if ids := lines(t, r, 2); ids[0] != "2" || ids[1] != "3" {
		t.Errorf("replayed %v", ids)
	}
	log.Mark(trace.Mark{Kind: "m", Text: "live"})
	if ids := lines(t, r, 1); ids[0] != "4" {
		t.Errorf("live %v", ids)
	}
	s.stop() // the stream ends, and with it the server
	if _, err := io.ReadAll(r); err != nil {
		t.Error(err)
	}
	if err := <-s.ended; err != nil {
		t.Errorf("the stop: %v", err)
	}
}

// A message without an answer says why, in the log, on its page and in HAR.
func TestLogShowsWhatGotNoAnswer(t *testing.T) {
	s := start(t)
	l := s.world.Main()
	e := &trace.Entry{
		From: lab.AcmeID(), To: trace.Party{Role: trace.RoleOwnApp, ID: "my-app", Name: "my-app"}, Channel: trace.Back,
		Request: trace.Message{Method: http.MethodPost, URL: "http://127.0.0.1:9/logout", Proto: "HTTP/1.1"},
		Failure: "nobody listens there",
	}
	l.Log().Append(e)
	page := s.send(t, http.MethodGet, "/lab/log/"+strconv.FormatInt(e.Seq, 10), "").body
	for _, want := range []string{"No answer came: nobody listens there.", "no answer: nobody listens there", `data-status="fail"`, "POST /logout HTTP/1.1"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if !strings.Contains(page, "none") || len(e.Response.Lines()) != 0 {
		t.Error("the page shows a status line that nobody sent")
	}
	if got := s.send(t, http.MethodGet, "/lab", "").body; !strings.Contains(got, "no answer: nobody listens there") {
		t.Error("the log does not say why")
	}
	if got := s.send(t, http.MethodGet, "/api/labs/main/log.har", "", s.owner()).body; !strings.Contains(got, `"_failure": "nobody listens there"`) || !strings.Contains(got, `"comment": "nobody listens there"`) {
		t.Error("HAR does not say why")
	}
}
