package mockprovider

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

func deviceAuthorizationRequest(*idp) *request {
	return &request{
		method: "POST", path: "/device_authorization", values: url.Values{"scope": {"openid steps:read"}},
		header: []string{"Authorization", basicAuth("web", webSecret)},
	}
}

func TestDeviceAuthorizationRules(t *testing.T) {
	cases := []breakCase{
		{rule: "device_flow_allowed", breaks: as("codeonly", "codeonly-secret")},
		{rule: "scope_syntax", breaks: sets("scope", `steps:read "x"`)},
		{rule: "scope_allowed", breaks: sets("scope", "steps:read steps:fly")},
		{rule: "scope_one_api", breaks: sets("scope", "steps:read meals:read")},
		{rule: "authorization_details_known", breaks: sets("authorization_details", "x")},
		{rule: "authorization_details_allowed", breaks: sets("authorization_details", `[{"type":"meals_export"}]`)},
		{rule: "authorization_details_one_api", breaks: sets("authorization_details", `[{"type":"meals_order","dish":"soup"}]`)},
	}
	for n := range cases {
		cases[n].setUp = deviceAuthorizationRequest
	}
	walk(t, directRules(deviceAuthorizationChecks), onToken, append(directCases(deviceAuthorizationRequest), cases...))
}

// startDevice is a device that waits.
func (i *idp) startDevice() (out deviceResponse) {
	i.t.Helper()
	w := deviceAuthorizationRequest(i).send(i)
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil || w.Code != http.StatusOK {
		i.t.Fatalf("device authorization: %d %s", w.Code, w.Body)
	}
	return out
}

// deviceForm opens the page and fills it in.
func (i *idp) deviceForm(code string) url.Values {
	i.t.Helper()
	return url.Values{"interaction": {interactionOf(i.send("GET", "/device", ""))}, "user_code": {code}}
}

// answer is the user who enters the code, logs in and answers.
func (i *idp) answer(code, action string) *httptest.ResponseRecorder {
	i.t.Helper()
	next := location(i.t, i.form("/device", i.deviceForm(code)))
	id := next.Query().Get("interaction")
	if strings.HasSuffix(next.Path, "/login") {
		i.logIn(id)
	}
	return i.form("/consent", url.Values{"interaction": {id}, "action": {action}, "scope": {"steps:read"}})
}

func pollForm(code string) url.Values {
	return url.Values{"grant_type": {grantDeviceCode}, "device_code": {code}}
}

// pollRequest is a poll after the user has said yes.
func pollRequest(i *idp) *request {
	out := i.startDevice()
	if w := i.answer(out.UserCode, "allow"); w.Code != http.StatusOK {
		i.t.Fatalf("answer: %d %s %s", w.Code, w.Body, i.failed())
	}
	return &request{method: "POST", path: "/token", values: pollForm(out.DeviceCode), header: []string{"Authorization", basicAuth("web", webSecret)}}
}

// undecided is a poll of a device whose user has not answered yet.
func undecided(i *idp, r *request) { r.values.Set("device_code", i.startDevice().DeviceCode) }

func TestDeviceGrantRules(t *testing.T) {
	other := func(i *idp, _ *request) { i.Client("codeonly").GrantTypes = []string{grantDeviceCode} }
	cases := []breakCase{
		{rule: "grant_type_allowed", breaks: as("codeonly", "codeonly-secret")},
		{rule: "device_code_present", breaks: sets("device_code", "-")},
		{rule: "device_code_known", breaks: sets("device_code", "garbage")},
		{rule: "device_client_bind", breaks: func(i *idp, r *request) {
			other(i, r)
			as("codeonly", "codeonly-secret")(i, r)
		}},
		{rule: "device_code_single_use", breaks: used},
		{rule: "device_code_ttl", breaks: func(i *idp, _ *request) { i.clock = i.clock.Add(deviceTTL) }},
		{rule: "device_decided", breaks: undecided},
		{rule: "device_owner_allows", breaks: func(i *idp, r *request) {
			out := i.startDevice()
			i.answer(out.UserCode, "deny")
			r.values.Set("device_code", out.DeviceCode)
		}},
		{rule: "grant_active", breaks: func(i *idp, r *request) {
			_, rec, _, err := i.findDevice(i.t.Context(), kindDeviceCode, r.values.Get("device_code"))
			if err != nil || i.revoke(i.t.Context(), rec.Grant, "test") != nil {
				i.t.Fatal(err)
			}
		}},
		{rule: "authorization_details_granted", breaks: sets("authorization_details", marchExport)},
		{rule: "device_code_spent", breaks: func(i *idp, _ *request) { i.store = &slowStore{Store: i.store} }},
	}
	for n := range cases {
		cases[n].setUp = pollRequest
	}
	walk(t, tokenRules(deviceGrant), onToken, append(tokenCases(pollRequest), append(cases, breakCase{
		rule: "device_poll_interval", setUp: pollRequest, breaks: func(i *idp, r *request) {
			undecided(i, r)
			r.send(i)
		},
	})...))
}

// DV-01: the answer. DV-05: the verification URI does not carry the code.
func TestDeviceAuthorization(t *testing.T) {
	i := newIDP(t)
	w := deviceAuthorizationRequest(i).send(i)
	var out deviceResponse
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil || w.Header().Get("Cache-Control") != "no-store" {
		t.Fatalf("%v %v", err, w.Header())
	}
	if out.ExpiresIn != 600 || out.Interval != 5 || out.VerificationURI != testIssuer+"/device" ||
		out.VerificationURIComplete != out.VerificationURI+"?user_code="+out.UserCode {
		t.Errorf("%+v", out)
	}
	if len(out.UserCode) != 9 || readUserCode(out.UserCode) == "" || len(out.DeviceCode) < 32 {
		t.Errorf("%+v", out)
	}
}

// DV-02: pending, too fast, and then slower for good.
func TestDevicePolling(t *testing.T) {
	i := newIDP(t)
	form := pollForm(i.startDevice().DeviceCode)
	for n, step := range []struct {
		wait time.Duration
		want string
	}{
		{0, "authorization_pending"},
		{5 * time.Second, "authorization_pending"},
		{4 * time.Second, "slow_down"},
		{9 * time.Second, "slow_down"},
		{14 * time.Second, "slow_down"},
		{20 * time.Second, "authorization_pending"},
	} {
		i.clock = i.clock.Add(step.wait)
		if w := i.token(form); w.Code != http.StatusBadRequest || wireError(w) != step.want {
			t.Errorf("%d: %d %s, want %s", n, w.Code, w.Body, step.want)
		}
	}
}

// DV-03, DV-04: the whole way, with a code that was typed carelessly.
func TestDeviceFlow(t *testing.T) {
	i := newIDP(t)
	out := i.startDevice()
	if w := i.token(pollForm(out.DeviceCode)); wireError(w) != "authorization_pending" {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	typed := strings.ToLower(strings.ReplaceAll(out.UserCode, "-", " "))
	if w := i.answer(typed, "allow"); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "Go back to FitTrack") {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	tokens := tokensOf(t, i.token(pollForm(out.DeviceCode))) // at once: the user has answered
	if tokens.Scope != "openid steps:read" || tokens.RefreshToken == "" {
		t.Errorf("%+v", tokens)
	}
	if id := i.idToken(tokens.IDToken); id.Subject != "u-alice" || id.Audience != "web" {
		t.Errorf("%+v", id)
	}
	if w := i.token(pollForm(out.DeviceCode)); wireError(w) != "invalid_grant" {
		t.Errorf("again: %d %s", w.Code, w.Body)
	}
	tokensOf(t, i.token(refreshForm(tokens.RefreshToken)))
}

// Of parallel polls with a granted code one gets the token.
func TestDeviceParallel(t *testing.T) {
	i := newIDP(t)
	req := pollRequest(i)
	i.observe = nil
	parallelWinner(t, i, req)
}

// deviceFormRequest is a user who enters the code of a device that waits.
func deviceFormRequest(i *idp) *request {
	return &request{method: "POST", path: "/device", values: i.deviceForm(i.startDevice().UserCode)}
}

// deviceAnswerRequest is a user who is about to say yes to a device.
func deviceAnswerRequest(i *idp) *request {
	id := location(i.t, deviceFormRequest(i).send(i)).Query().Get("interaction")
	i.logIn(id)
	return &request{method: "POST", path: "/consent", values: url.Values{"interaction": {id}, "action": {"allow"}, "scope": {"steps:read"}}}
}

func TestDeviceFormRules(t *testing.T) {
	setUp := deviceFormRequest
	decided := func(i *idp, r *request) {
		if _, err := i.answerDevice(i.t.Context(), i.deviceOf(r), ""); err != nil {
			i.t.Fatal(err)
		}
	}
	walk(t, rulesOf(deviceFormChecks), onForm, []breakCase{
		{rule: "device_form_browser", setUp: setUp, breaks: func(_ *idp, r *request) { r.noCookies = true }},
		{rule: "device_form_browser", setUp: setUp, breaks: sets("interaction", "x")},
		{rule: "user_code_attempts", setUp: setUp, code: http.StatusTooManyRequests, breaks: func(i *idp, _ *request) {
			for range maxUserCodes {
				i.form("/device", i.deviceForm("BBBB-BBBB"))
			}
		}},
		{rule: "user_code_known", setUp: setUp, code: http.StatusUnprocessableEntity, breaks: sets("user_code", "BBBB-BBBB")},
		{rule: "user_code_known", setUp: setUp, code: http.StatusUnprocessableEntity, breaks: sets("user_code", "aeiou")},
		{rule: "user_code_known", id: "user_code_answered", setUp: setUp, code: http.StatusUnprocessableEntity, breaks: decided},
		{rule: "user_code_known", id: "user_code_expired", setUp: setUp, code: http.StatusUnprocessableEntity, breaks: func(i *idp, _ *request) {
			i.clock = i.clock.Add(deviceTTL)
		}},
	})
}

func (i *idp) deviceOf(r *request) string {
	id, _, _, err := i.findDevice(i.t.Context(), kindUserCode, readUserCode(r.values.Get("user_code")))
	if err != nil {
		i.t.Fatal(err)
	}
	return id
}

// RFC 8628 §5.4: the consent page names device and code, and is not left out.
func TestDeviceConsent(t *testing.T) {
	i := newIDP(t)
	i.allow(validAuthorization(), "remember", "yes")
	out := i.startDevice()
	if w := i.send("GET", strings.TrimPrefix(out.VerificationURIComplete, testIssuer), ""); !strings.Contains(w.Body.String(), out.UserCode) ||
		!strings.Contains(w.Header().Get("Content-Security-Policy"), "frame-ancestors 'none'") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	next := location(t, i.form("/device", i.deviceForm(out.UserCode)))
	w := i.send("GET", "/consent?"+next.RawQuery, "")
	for _, want := range []string{"FitTrack", out.UserCode, "steps:read"} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("no %s in %s", want, w.Body)
		}
	}
	if strings.Contains(w.Body.String(), "remember") {
		t.Error("a device can be remembered")
	}
}

// RFC 8628 §5.4: without device_context the pages look like those of any app.
func TestDeviceContext(t *testing.T) {
	i := newIDP(t)
	pages := func() (enter, consent string) {
		out := i.startDevice()
		enter = i.send("GET", strings.TrimPrefix(out.VerificationURIComplete, testIssuer), "").Body.String()
		next := location(t, i.form("/device", i.deviceForm(out.UserCode)))
		if strings.HasSuffix(next.Path, "/login") {
			i.logIn(next.Query().Get("interaction"))
		}
		return enter, i.send("GET", "/consent?"+next.RawQuery, "").Body.String()
	}
	if enter, consent := pages(); !strings.Contains(enter, "in front of you") || !strings.Contains(consent, "If somebody sent you this code, deny") {
		t.Errorf("%s\n%s", enter, consent)
	}
	if err := i.SetInsecureOff("device_context"); err != nil {
		t.Fatal(err)
	}
	if enter, consent := pages(); strings.Contains(enter, "in front of you") || strings.Contains(consent, "shows the code") ||
		strings.Contains(consent, "remember") || !strings.Contains(consent, `value="allow"`) {
		t.Errorf("switched off: %s\n%s", enter, consent)
	}
}

// Without device_code_ttl a code that was sent around an hour ago still works, from
// the page to the poll.
func TestDeviceCodeWithoutEnd(t *testing.T) {
	i := newIDP(t)
	out := i.startDevice()
	i.clock = i.clock.Add(deviceTTL)
	if w := i.form("/device", i.deviceForm(out.UserCode)); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("a late code: %d", w.Code)
	}
	if err := i.SetInsecureOff("device_code_ttl"); err != nil {
		t.Fatal(err)
	}
	if w := i.answer(out.UserCode, "allow"); w.Code != http.StatusOK {
		t.Fatalf("switched off: %d %s", w.Code, w.Body)
	}
	if w := i.token(pollForm(out.DeviceCode)); w.Code != http.StatusOK {
		t.Errorf("the poll: %d %s", w.Code, w.Body)
	}
}

// Cancelling the login is a no to the device.
func TestDeviceCancel(t *testing.T) {
	i := newIDP(t)
	out := i.startDevice()
	id := location(t, i.form("/device", i.deviceForm(out.UserCode))).Query().Get("interaction")
	if w := i.form("/login", url.Values{"interaction": {id}, "action": {"cancel"}}); !strings.Contains(w.Body.String(), "stays out") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := i.token(pollForm(out.DeviceCode)); wireError(w) != "access_denied" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// FuzzUserCode: whatever is typed, it is a code of the alphabet or none.
func FuzzUserCode(f *testing.F) {
	f.Add("wdjb-mjht")
	f.Add("ſſſſſſſſ")
	f.Add("BCDF GHJK")
	f.Fuzz(func(t *testing.T, typed string) {
		code := readUserCode(typed)
		if code != "" && (len(code) != userCodeLength || strings.Trim(code, userCodeAlphabet) != "") {
			t.Fatalf("%q", code)
		}
	})
}
