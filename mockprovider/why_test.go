package mockprovider

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"claimcheck/mockprovider/trace"
	"claimcheck/playground"
)

const whyPages = "http://localhost:8080/lab/traces/"

// recorded sends one request to the provider behind a recorder.
func (i *idp) recorded(log *trace.Log, method, path, body string, header ...string) *httptest.ResponseRecorder {
	rec := &trace.Recorder{
		Log: log, Origin: "http://localhost:8080", Pages: whyPages,
		Now: func() time.Time { return i.clock }, Wall: func() time.Time { return i.clock },
		ID:     func(context.Context) string { return "tr-1" },
		Sender: func(*http.Request, []byte) trace.Sender { return trace.Sender{} },
	}
	r := httptest.NewRequest(method, "http://localhost:8080/idp/main"+path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", formType)
	}
	for n := 0; n < len(header); n += 2 {
		r.Header.Set(header[n], header[n+1])
	}
	w := httptest.NewRecorder()
	rec.Handler(trace.Party{Role: trace.RoleAS}, i.Provider).ServeHTTP(w, r)
	return w
}

// Every refusal says where it is explained, beside the exact answer: in the
// member or parameter that the RFC has for it, and in a header.
func TestRefusalsLeadToTheirTrace(t *testing.T) {
	wrongChallenge := validAuthorization()
	wrongChallenge.Set("code_challenge", "short")
	noClient := validAuthorization()
	noClient.Del("client_id")
	basic := basicAuth("web", webSecret)
	uri := whyPages + "tr-1"
	escaped := "error_uri=http%3A%2F%2Flocalhost%3A8080%2Flab%2Ftraces%2Ftr-1"
	for name, c := range map[string]struct {
		method, path, body string
		header             []string
		body2, head        string // what the body is or has, what a header has
	}{
		"token": {
			"POST", "/token", "grant_type=authorization_code&code=x&redirect_uri=" + webURI,
			[]string{"Authorization", basic},
			`{"error":"invalid_grant","error_uri":"` + uri + `"}`, "",
		},
		"token_client":   {"POST", "/token", "grant_type=authorization_code&code=x&client_id=nobody", nil, `{"error":"invalid_client","error_uri":"` + uri + `"}`, ""},
		"introspect":     {"POST", "/introspect", "x=y", []string{"Authorization", basic}, `{"error":"invalid_request","error_uri":"` + uri + `"}`, ""},
		"revoke":         {"POST", "/revoke", "x=y", []string{"Authorization", basic}, `{"error":"invalid_request","error_uri":"` + uri + `"}`, ""},
		"push":           {"POST", "/par", "response_type=x", []string{"Authorization", basic}, `"error_uri":"` + uri + `"`, ""},
		"device":         {"POST", "/device_authorization", "scope=nothing", []string{"Authorization", basic}, `"error_uri":"` + uri + `"`, ""},
		"userinfo":       {"GET", "/userinfo", "", []string{"Authorization", "Bearer x"}, `{"error":"invalid_token","error_uri":"` + uri + `"}`, `error="invalid_token", error_uri="` + uri + `"`},
		"authorize":      {"GET", "/authorize?" + wrongChallenge.Encode(), "", nil, "", "error=invalid_request&" + escaped + "&state=st-1&iss="},
		"authorize_page": {"GET", "/authorize?" + noClient.Encode(), "", nil, `<a href="` + uri + `">`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			log := trace.NewLog(0, 0)
			w := newIDP(t).recorded(log, c.method, c.path, c.body, c.header...)
			if w.Header().Get(trace.HeaderTrace) != "tr-1" {
				t.Errorf("the header: %v", w.Header())
			}
			if !strings.Contains(w.Body.String(), c.body2) {
				t.Errorf("the body: %s", w.Body)
			}
			if heads := w.Header().Get("WWW-Authenticate") + w.Header().Get("Location"); !strings.Contains(heads, c.head) {
				t.Errorf("the headers: %s", heads)
			}
			e, ok := log.Trace("tr-1")
			if !ok || e.Refusal() == nil {
				t.Fatalf("the trace has no refusal: %+v", e)
			}
			if first := e.RequestFindings.All()[0]; first.Status != playground.StatusPass && first.Status != playground.StatusFail {
				t.Errorf("the trace has no refusal: %+v", e)
			}
		})
	}
}

// A success has no error_uri, and nothing has one where nobody records.
func TestNoErrorURIWithoutAReason(t *testing.T) {
	i := newIDP(t)
	code := i.code(validAuthorization())
	w := i.recorded(trace.NewLog(0, 0), "POST", "/token", validToken(code).Encode(), "Authorization", basicAuth("web", webSecret))
	var out map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil || out["access_token"] == nil || out["error_uri"] != nil {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	w = i.token(validToken(code))
	if got := w.Body.String(); got != `{"error":"invalid_grant"}` || w.Header().Get(trace.HeaderTrace) != "" {
		t.Errorf("without a recorder: %s %v", got, w.Header())
	}
}

// An address that may not stand in error_uri is left out (RFC 6749 §5.2).
func TestErrorURIHasAllowedCharacters(t *testing.T) {
	i := newIDP(t)
	for _, pages := range []string{"http://localhost/a b/", `http://localhost/"/`, `http://localhost/\`, "http://localhost/é/"} {
		rec := &trace.Recorder{
			Log: trace.NewLog(0, 0), Pages: pages, Now: i.cfg.Now, Wall: i.cfg.Now,
			ID:     func(context.Context) string { return "tr-1" },
			Sender: func(*http.Request, []byte) trace.Sender { return trace.Sender{} },
		}
		w := httptest.NewRecorder()
		rec.Handler(trace.Party{Role: trace.RoleAS}, i.Provider).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/idp/main/token", nil))
		if strings.Contains(w.Body.String(), "error_uri") || w.Header().Get(trace.HeaderTrace) == "" {
			t.Errorf("%s: %s", pages, w.Body)
		}
	}
}
