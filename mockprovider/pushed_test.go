package mockprovider

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// onPush answers everything in JSON.
var onPush = surface{"invalid_request", http.StatusBadRequest, http.StatusBadRequest}

// pushes makes a pushed request of a request to the authorization endpoint.
func pushes(setUp func(*idp) *request) func(*idp) *request {
	return func(i *idp) *request {
		r := setUp(i)
		r.method, r.path = "POST", "/par"
		authenticate(i, r)
		return r
	}
}

// authenticate authenticates as the client that the request names.
func authenticate(i *idp, r *request) {
	id := r.values.Get("client_id")
	if c := i.Client(id); c != nil && !c.public() {
		r.header = []string{"Authorization", basicAuth(id, c.Secret)}
	} else if c != nil {
		r.header = nil
	}
}

func TestPushRules(t *testing.T) {
	valid := pushes(authorizationRequest())
	cases := []breakCase{
		{rule: "request_uri_not_pushed", setUp: valid, breaks: sets("request_uri", requestURIPrefix+"x")},
		{rule: "client_id_present", setUp: valid, breaks: sets("client_id", "-")},
	}
	for _, c := range directCases(valid) {
		breaks := c.breaks
		switch c.rule {
		case "client_identified", "client_known": // client_id is in the body too
			c.breaks = func(i *idp, r *request) {
				breaks(i, r)
				r.values.Del("client_id")
			}
		}
		cases = append(cases, c)
	}
	for _, c := range requestCases() {
		if c.id == "redirect_uri_twice" {
			continue // parameters_once sees it first
		}
		breaks := c.breaks
		c.breaks = func(i *idp, r *request) {
			breaks(i, r)
			authenticate(i, r)
		}
		if c.setUp == nil {
			c.setUp = authorizationRequest()
		}
		c.setUp = pushes(c.setUp)
		cases = append(cases, c)
	}
	rules := slices.Concat(rulesOf(slices.Concat(directChecks, clientAuthChecks)), rulesOf(pushChecks))
	walk(t, rules, onPush, cases)
}

// pushed is an authorization request by reference.
func pushedAuthorization(i *idp) *request {
	i.t.Helper()
	w := pushes(authorizationRequest())(i).send(i)
	var out pushedResponse
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil || w.Code != http.StatusCreated {
		i.t.Fatalf("push: %d %s %s", w.Code, w.Body, i.failed())
	}
	return &request{method: "GET", path: "/authorize", values: url.Values{"client_id": {"web"}, "request_uri": {out.RequestURI}}}
}

func TestPushedRules(t *testing.T) {
	cases := []breakCase{
		{rule: "request_uri_known", breaks: sets("request_uri", requestURIPrefix+"x")},
		{rule: "request_uri_client", breaks: sets("client_id", "spa")},
		{rule: "request_uri_client", breaks: sets("client_id", "-")},
		{rule: "request_uri_ttl", breaks: func(i *idp, _ *request) { i.clock = i.clock.Add(time.Minute) }},
	}
	for n := range cases {
		cases[n].setUp = pushedAuthorization
	}
	walk(t, rulesOf(pushedChecks), onAuthorize, cases)
}

// PA-01, PA-07 to PA-09: the answer, and what the browser brings then.
func TestPushed(t *testing.T) {
	i := newIDP(t)
	push := pushes(authorizationRequest())(i)
	w := push.send(i)
	var out pushedResponse
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil || w.Code != http.StatusCreated || out.ExpiresIn != 60 ||
		!strings.HasPrefix(out.RequestURI, requestURIPrefix) || w.Header().Get("Cache-Control") != "no-store" {
		t.Fatalf("%d %s %v", w.Code, w.Body, w.Header())
	}
	v := url.Values{"client_id": {"web"}, "request_uri": {out.RequestURI}, "scope": {"meals:read"}, "state": {"other"}, "redirect_uri": {"https://evil.example/"}}
	i.authorize(v) // a reload before the answer is no second use
	id := i.consentPage(v)
	done := i.form("/consent", url.Values{"interaction": {id}, "action": {"allow"}, "scope": {"steps:read"}})
	got := location(t, done)
	if got.Query().Get("state") != "st-1" || !strings.HasPrefix(got.String(), webURI) {
		t.Fatalf("%s", got)
	}
	if tokens := tokensOf(t, i.token(validToken(got.Query().Get("code")))); tokens.Scope != "steps:read" {
		t.Errorf("scope %q", tokens.Scope)
	}
	if w := i.authorize(v); w.Code != http.StatusBadRequest || i.failed() != "request_uri_known" {
		t.Errorf("after the answer: %d %s", w.Code, i.failed())
	}
}

// A client that said no has answered too.
func TestPushedDenied(t *testing.T) {
	i := newIDP(t)
	r := pushedAuthorization(i)
	i.form("/consent", url.Values{"interaction": {i.consentPage(r.values)}, "action": {"deny"}})
	if i.authorize(r.values); i.failed() != "request_uri_known" {
		t.Error(i.failed())
	}
}

// PA-12, RFC 9126 §6: a client that must push, and has.
func TestPushRequired(t *testing.T) {
	i := newIDP(t)
	i.Client("web").RequirePushedRequests = true
	if w := pushedAuthorization(i).send(i); w.Code != http.StatusOK {
		t.Errorf("%d %s", w.Code, i.failed())
	}
}

// PA-04, PA-05.
func TestPushLimits(t *testing.T) {
	i := newIDP(t)
	for _, method := range []string{"GET", "PUT"} {
		if w := i.send(method, "/par", ""); w.Code != http.StatusMethodNotAllowed {
			t.Errorf("%s: %d", method, w.Code)
		}
	}
	if w := i.send("POST", "/par", strings.Repeat("a", maxBody+1)); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("%d", w.Code)
	}
}

// FuzzPush: whatever is pushed, there is no 5xx, and what is accepted at the
// authorization endpoint goes nowhere but to a registered redirect URI.
func FuzzPush(f *testing.F) {
	f.Add(validAuthorization().Encode())
	f.Add("client_id=web&request_uri=urn:x")
	f.Add("client_id=web&redirect_uri=https://evil.example&response_type=code")
	f.Add("%zz")
	f.Fuzz(func(t *testing.T, body string) {
		i := newIDP(t)
		w := i.send(http.MethodPost, "/par", body, "Authorization", basicAuth("web", webSecret))
		if w.Code >= 500 || w.Code != http.StatusCreated && wireError(w) == "" {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		var out pushedResponse
		if json.Unmarshal(w.Body.Bytes(), &out) == nil && out.RequestURI != "" {
			w := i.authorize(url.Values{"client_id": {"web"}, "request_uri": {out.RequestURI}})
			if target := w.Header().Get("Location"); w.Code >= 500 || target != "" && !strings.HasPrefix(target, webURI) {
				t.Fatalf("%d %s", w.Code, target)
			}
		}
	})
}

// RFC 9449 §5.2: a client with bound tokens needs a proof for its token requests. A
// request may be pushed without one.
func TestPushWithoutProof(t *testing.T) {
	i := newIDP(t)
	i.Client("web").DPoPBoundAccessTokens = true
	if w := pushes(authorizationRequest())(i).send(i); w.Code != http.StatusCreated {
		t.Errorf("%d %s", w.Code, i.failed())
	}
	if w := clientCredentialsRequest(i).send(i); wireError(w) != "invalid_dpop_proof" {
		t.Errorf("the token request: %d %s", w.Code, w.Body)
	}
}
