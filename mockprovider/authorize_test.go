package mockprovider

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"claimcheck/playground"
)

func authorizationRequest(change ...string) func(*idp) *request {
	return func(*idp) *request {
		r := &request{method: "GET", path: "/authorize", values: validAuthorization()}
		for n := 0; n < len(change); n += 2 {
			set(r.values, change[n], change[n+1])
		}
		return r
	}
}

// set sets a parameter; "-" takes it out, "2×" in front adds a second one.
func set(v url.Values, name, value string) {
	switch twice, isTwice := strings.CutPrefix(value, "2×"); {
	case isTwice:
		v.Add(name, twice)
	case value == "-":
		v.Del(name)
	default:
		v.Set(name, value)
	}
}

func sets(change ...string) func(*idp, *request) {
	return func(_ *idp, r *request) {
		for n := 0; n < len(change); n += 2 {
			set(r.values, change[n], change[n+1])
		}
	}
}

// remembered is a request without a page that succeeds: the user is logged in
// and asked us to remember the consent.
func rememberedRequest(i *idp) *request {
	v := validAuthorization()
	v.Set("scope", "openid steps:read")
	w := i.allow(v, "remember", "yes")
	code := location(i.t, w).Query().Get("code")
	tokens := tokensOf(i.t, i.token(validToken(code)))
	v.Set("prompt", "none")
	v.Set("id_token_hint", tokens.IDToken)
	return &request{method: "GET", path: "/authorize", values: v}
}

// requestCases are the rules that a pushed request keeps too.
func requestCases() []breakCase {
	spa := authorizationRequest("client_id", "spa", "redirect_uri", spaURI)
	detailed := authorizationRequest("authorization_details", marchExport)
	openID := authorizationRequest("scope", "openid steps:read", "claims", `{"userinfo":{"name":null},"id_token":{"acr":{"essential":true,"values":["0","1"]},"sub":{"value":"u-alice"}}}`)
	return []breakCase{
		{rule: "redirect_uri_present", breaks: sets("client_id", "native", "redirect_uri", "-")},
		{rule: "redirect_uri_present", id: "redirect_uri_openid", breaks: sets("scope", "openid", "redirect_uri", "-")},
		{rule: "redirect_uri_present", id: "redirect_uri_twice", breaks: sets("redirect_uri", "2×"+spaURI)},
		{rule: "redirect_uri_absolute", breaks: sets("redirect_uri", webURI+"#f")},
		{rule: "redirect_uri_absolute", breaks: sets("redirect_uri", "/callback")},
		{rule: "redirect_uri_absolute", breaks: sets("redirect_uri", "javascript:alert(1)")},
		{rule: "redirect_uri_exact", breaks: sets("redirect_uri", "https://evil.example/")},
		{rule: "state_size", breaks: sets("state", strings.Repeat("s", maxState+1))},
		{rule: "request_object_required", breaks: func(i *idp, r *request) { i.Client(r.values.Get("client_id")).RequireSignedRequestObject = true }},
		{rule: "registration_unused", breaks: sets("registration", "{}")},
		{rule: "response_type_present", breaks: sets("response_type", "-")},
		{rule: "response_type_supported", breaks: sets("response_type", "token")},
		{rule: "response_type_supported", breaks: sets("response_type", "id_token code")},
		{rule: "response_mode_supported", breaks: sets("response_mode", "web_message")},
		{rule: "response_mode_supported", id: "response_mode_form_post", breaks: sets( // AR-06
			"client_id", "native", "redirect_uri", "com.example.app:/cb", "response_mode", "form_post")},
		{rule: "response_mode_supported", id: "response_mode_form_post", breaks: sets("response_mode", "form_post", "state", "a\xffb")},
		{rule: "response_mode_supported", id: "response_mode_form_post", breaks: sets("response_mode", "form_post", "state", "a\r\nb")},
		{rule: "response_type_allowed", id: "response_type_registered", setUp: func(i *idp) *request { // AZ-13
			i.Client("spa").Policy = PolicyRFC6749
			return front("id_token")(i)
		}, breaks: sets("client_id", "spa", "redirect_uri", spaURI)},
		{rule: "response_mode_supported", id: "response_mode_query", setUp: front("code token"), breaks: sets("response_mode", "query")}, // AZ-20
		{rule: "id_token_openid", setUp: front("id_token token"), breaks: sets("scope", "steps:read")},
		{rule: "id_token_nonce", setUp: front("code id_token"), breaks: sets("nonce", "-")}, // AZ-18
		{rule: "response_type_allowed", breaks: sets("client_id", "refreshonly")},
		{rule: "resource_known", breaks: sets("resource", "https://other.example")},
		{rule: "resource_known", breaks: sets("resource", stepCloud+"#f")},
		{rule: "dpop_jkt", breaks: sets("dpop_jkt", "short")},
		{rule: "scope_present", breaks: sets("scope", "-")},
		{rule: "scope_syntax", breaks: sets("scope", `steps:read "x"`)},
		{rule: "scope_syntax", breaks: sets("scope", `steps:read  steps:write`)},
		{rule: "scope_allowed", breaks: sets("scope", "steps:read steps:delete")},
		{rule: "scope_one_api", breaks: sets("scope", "steps:read meals:read")},
		{rule: "offline_access_consent", status: playground.StatusInfo, breaks: sets("scope", "offline_access steps:read")},
		{rule: "scope_left", breaks: sets("scope", "offline_access")},
		{rule: "authorization_details_known", setUp: detailed, breaks: sets("authorization_details", "{}")}, // AZ-38
		{rule: "authorization_details_allowed", setUp: detailed, breaks: sets("authorization_details", `[{"type":"meals_export"}]`)},
		{rule: "authorization_details_one_api", setUp: detailed, breaks: sets("scope", "meals:read")},
		{rule: "pkce_require", setUp: spa, breaks: sets("code_challenge", "-", "code_challenge_method", "-")},
		{rule: "pkce_require_confidential", breaks: sets("code_challenge", "-", "code_challenge_method", "-")},
		{rule: "code_challenge_with_method", breaks: sets("code_challenge", "-")},
		{rule: "code_challenge_method_supported", breaks: sets("code_challenge_method", "S512")},
		{rule: "pkce_s256_only", breaks: sets("code_challenge_method", "plain")},
		{rule: "pkce_s256_only", breaks: sets("code_challenge_method", "-")},
		{rule: "code_challenge_syntax", breaks: sets("code_challenge", "short")},
		{rule: "code_challenge_syntax", breaks: sets("code_challenge", challenge+"=")},
		{rule: "prompt_known", breaks: sets("prompt", "maybe")},
		{rule: "prompt_none_alone", breaks: sets("prompt", "none login")},
		{rule: "max_age_number", breaks: sets("max_age", "soon")},
		{rule: "max_age_number", breaks: sets("max_age", "-1")},
		{rule: "id_token_hint_ours", engine: "b64_bits", setUp: rememberedRequest, breaks: func(_ *idp, r *request) {
			r.values.Set("id_token_hint", r.values.Get("id_token_hint")+"x")
		}},
		{rule: "claims_readable", setUp: openID, breaks: sets("claims", "not json")}, // AZ-29
		{rule: "claims_readable", setUp: openID, breaks: sets("claims", "null")},
		{rule: "claims_readable", setUp: openID, breaks: sets("claims", `{"userinfo":{"name":true}}`)},
		{rule: "claims_readable", setUp: openID, breaks: sets("claims", `{"userinfo":{"name":null,"name":null}}`)},
		{rule: "claims_readable", id: "claims_size", setUp: openID, breaks: sets("claims", `{"x":"`+strings.Repeat("x", maxClaims)+`"}`)},
		{rule: "claims_sub", setUp: rememberedRequest, breaks: sets("prompt", "-", "claims", `{"id_token":{"sub":{"value":"u-bob"}}}`)},
		{rule: "claims_sub", id: "claims_sub_value", setUp: openID, breaks: sets("claims", `{"userinfo":{"sub":{"values":["u-alice","u-bob"]}}}`)},
		{rule: "claims_sub", id: "claims_sub_value", setUp: openID, breaks: sets("claims", `{"id_token":{"sub":{"value":7}}}`)},
		{rule: "claims_acr", setUp: openID, breaks: sets("claims", `{"id_token":{"acr":{"essential":true,"values":["1","2"]}}}`)},
		{rule: "nonce_text", breaks: sets("scope", "openid", "nonce", strings.Repeat("n", maxNonce+1))},
		{rule: "nonce_text", id: "nonce_not_utf8", breaks: sets("scope", "openid", "nonce", "a\xff")}, // AZ-19
		{rule: "csrf_binding", status: playground.StatusWarn, breaks: sets("state", "-", "code_challenge", "-", "code_challenge_method", "-")},
	}
}

func TestAuthorizationRules(t *testing.T) {
	valid := authorizationRequest()
	cases := append(requestCases(), []breakCase{
		{rule: "request_readable", breaks: func(_ *idp, r *request) { r.path = "/authorize?%zz&"; r.values = url.Values{} }},
		{rule: "request_readable", id: "request_readable", breaks: func(_ *idp, r *request) {
			r.method, r.rawBody, r.header = "POST", `{"client_id":"web"}`, []string{"Content-Type", "application/json"}
		}},
		{rule: "request_readable", id: "request_readable", breaks: sets("state", strings.Repeat("s", maxQuery))},
		{rule: "client_id_present", breaks: sets("client_id", "-")},
		{rule: "client_id_present", id: "client_id_twice", breaks: sets("client_id", "2×spa")},
		{rule: "client_known", breaks: sets("client_id", "nobody")},
		{rule: "parameters_once", breaks: sets("scope", "2×steps:write")},
		{rule: "request_uri_unused", breaks: sets("request_uri", "urn:x")},
		{rule: "pushed_only", breaks: sets()},
		{rule: "pushed_required", breaks: func(i *idp, _ *request) { i.Client("web").RequirePushedRequests = true }},
		{rule: "prompt_none_login", setUp: rememberedRequest, breaks: func(_ *idp, r *request) { r.noCookies = true }},
		{rule: "prompt_none_login", id: "prompt_none_max_age", setUp: rememberedRequest, breaks: func(i *idp, r *request) {
			r.values.Set("max_age", "60")
			i.clock = i.clock.Add(61 * time.Second)
		}},
		{rule: "prompt_none_user", setUp: rememberedRequest, breaks: func(i *idp, _ *request) {
			i.cookies = map[string]string{}
			v := validAuthorization()
			form := loginForm(interactionOf(i.authorize(v)))
			form.Set("username", "bob")
			form.Set("password", "builder")
			i.form("/login", form)
		}},
		{rule: "prompt_none_consent", setUp: rememberedRequest, breaks: sets("scope", "openid steps:read steps:write")},
	}...)
	for n := range cases {
		if cases[n].setUp == nil {
			cases[n].setUp = valid
		}
	}
	walk(t, rulesOf(authorizationChecks), onAuthorize, cases)
}

// The redirect URI is compared character by character (AZ-05).
func TestRedirectURIExact(t *testing.T) {
	for name, uri := range map[string]string{
		"case":      "http://localhost:3000/Callback",
		"slash":     webURI + "/",
		"query":     webURI + "?x=1",
		"port":      "http://localhost:3333/callback",
		"no port":   "http://localhost/callback",
		"dots":      "http://localhost:3000/x/../callback",
		"user":      "http://localhost:3000@evil.example/callback",
		"suffix":    "http://localhost:3000.evil.example/callback",
		"encoded":   "http://localhost:3000/%63allback",
		"scheme":    "https://localhost:3000/callback",
		"host case": "http://LOCALHOST:3000/callback",
		"newline":   webURI + "\r\nX: y",
		"backslash": `http://localhost:3000\@evil.example/callback`,
	} {
		t.Run(name, func(t *testing.T) {
			i := newIDP(t)
			v := validAuthorization()
			v.Set("redirect_uri", uri)
			w := i.authorize(v)
			if w.Code != http.StatusBadRequest || w.Header().Get("Location") != "" {
				t.Errorf("%d, Location %q", w.Code, w.Header().Get("Location"))
			}
		})
	}
}

// Native apps get their port from the operating system (AZ-06).
func TestLoopbackPort(t *testing.T) {
	for uri, want := range map[string]playground.Status{
		"http://127.0.0.1:51004/cb": playground.StatusPass,
		"http://[::1]:51004/cb":     playground.StatusPass,
		"http://localhost:51004/cb": playground.StatusWarn,
		"http://127.0.0.1:51004/cc": playground.StatusFail,
		"http://127.0.0.2:51004/cb": playground.StatusFail,
		"com.example.app:/cb":       playground.StatusPass,
	} {
		i := newIDP(t)
		v := validAuthorization()
		v.Set("client_id", "native")
		v.Set("redirect_uri", uri)
		w := i.authorize(v)
		if got := i.row("redirect_uri_exact").Status; got != want {
			t.Errorf("%s: %s, want %s", uri, got, want)
		}
		if want != playground.StatusFail && w.Code != http.StatusOK {
			t.Errorf("%s: %d %s", uri, w.Code, i.failed())
		}
	}
	i := newIDP(t)
	v := validAuthorization()
	v.Set("client_id", "spa")
	v.Set("redirect_uri", "http://localhost:9999/callback")
	if w := i.authorize(v); w.Code != http.StatusBadRequest {
		t.Errorf("a client that is not native got a free port: %d", w.Code)
	}
}

// row returns a row of the last request.
func (i *idp) row(id string) *playground.Finding {
	for _, rows := range i.rows {
		for n := range rows {
			if rows[n].ID == id {
				return &rows[n]
			}
		}
	}
	i.t.Fatalf("no row %s", id)
	return nil
}

// What the endpoint accepts, by line of the specification.
func TestAuthorizationAccepts(t *testing.T) {
	for name, change := range map[string][]string{
		"G-02 unknown parameter":          {"foo", "1"},
		"G-02 unknown parameter twice":    {"foo", "2×2"},
		"AZ-09 the only one registered":   {"redirect_uri", "-"},
		"AZ-14 order":                     {"scope", "steps:write openid steps:read"},
		"AZ-18 no nonce":                  {"scope", "openid steps:read"},
		"AZ-26 max_age without a session": {"max_age", "10000"},
		"AZ-28 unknown values":            {"display", "hologram", "ui_locales", "tlh", "claims_locales", "tlh", "acr_values", "x"},
		"AZ-29 claims without openid":     {"claims", "not json"},
		"AZ-33 confidential without PKCE": {"code_challenge", "-", "code_challenge_method", "-"},
	} {
		t.Run(name, func(t *testing.T) {
			i := newIDP(t)
			v := validAuthorization()
			for n := 0; n < len(change); n += 2 {
				set(v, change[n], change[n+1])
			}
			if w := i.allow(v); location(t, w).Query().Get("code") == "" {
				t.Errorf("%d %s", w.Code, i.failed())
			}
		})
	}
}

// AZ-01: POST is the same as GET.
func TestAuthorizationPost(t *testing.T) {
	i := newIDP(t)
	w := i.send("POST", "/authorize", validAuthorization().Encode())
	if w.Code != http.StatusOK || interactionOf(w) == "" {
		t.Errorf("%d %s", w.Code, i.failed())
	}
	if w := i.send("POST", "/authorize?"+validAuthorization().Encode(), "x=y"); w.Code != http.StatusBadRequest {
		t.Errorf("parameters in the URL of a POST counted: %d", w.Code)
	}
	big := validAuthorization()
	big.Set("state", strings.Repeat("s", maxBody))
	if w := i.send("POST", "/authorize", big.Encode()); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("too large: %d", w.Code)
	}
}

// AZ-16, G-03: state comes back byte for byte, and an empty one not at all.
func TestStateIsEchoed(t *testing.T) {
	for _, state := range []string{"a+b%20c&d=e", "ünïcödé 🎫", strings.Repeat("x", maxState), `"><script>`, "a\r\nb", "a\xff\xfeb", "\u2028\x00", ""} {
		i := newIDP(t)
		v := validAuthorization()
		v.Set("state", state)
		got := location(t, i.allow(v)).Query()
		if got.Get("state") != state || got.Has("state") != (state != "") {
			t.Errorf("state %q came back as %q", state, got.Get("state"))
		}
	}
}

// AR-01, AR-02, AR-03: nothing but the parameters of the specification.
func TestAuthorizationResponse(t *testing.T) {
	i := newIDP(t)
	w := i.allow(validAuthorization())
	l := location(t, w)
	if w.Code != http.StatusSeeOther || w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	if got := l.Query(); len(got) != 3 || got.Get("iss") != testIssuer || got.Get("state") != "st-1" || l.Fragment != "" {
		t.Errorf("parameters %v", got)
	}
	for _, id := range []string{"code_unguessable", "code_short_lived", "code_bound", "code_challenge_bound", "response_iss"} {
		if i.row(id).Status != playground.StatusPass {
			t.Errorf("row %s: %s", id, i.row(id).Status)
		}
	}
	v := validAuthorization()
	v.Set("scope", "nothing")
	if got := location(t, i.authorize(v)).Query(); len(got) != 3 || got.Get("iss") != testIssuer || got.Get("error") != "invalid_scope" {
		t.Errorf("parameters of the error %v", got)
	}
	v.Add("state", "st-2")
	if got := location(t, i.authorize(v)).Query(); got.Has("state") {
		t.Errorf("of two states one was picked: %v", got)
	}
}

// The rules about our own answer fail where the answer is wrong.
func TestAuthorizationResponseRules(t *testing.T) {
	now := time.Now()
	valid := func() *codeIssue {
		return &codeIssue{
			code: "cc_" + strings.Repeat("x", 32), grant: &grantRecord{Client: "web"}, issuer: testIssuer,
			rec:    &codeRecord{Client: "web", RedirectURI: webURI, Challenge: challenge, Issued: now, Expires: now.Add(time.Minute)},
			params: []parameter{{"code", "x"}, {"iss", testIssuer}},
		}
	}
	breaks := map[string]func(*codeIssue){
		"code_unguessable":     func(c *codeIssue) { c.code = "cc_1234" },
		"code_short_lived":     func(c *codeIssue) { c.rec.Expires = now.Add(time.Hour) },
		"code_bound":           func(c *codeIssue) { c.rec.Client = "spa" },
		"code_challenge_bound": func(c *codeIssue) { c.rec.Challenge = "" },
		"response_iss":         func(c *codeIssue) { c.params = c.params[:1] },
	}
	for n := range codeIssueChecks {
		check := &codeIssueChecks[n]
		t.Run(check.ID, func(t *testing.T) {
			c := valid()
			if o := check.Test(c); o.Status != playground.StatusPass {
				t.Fatalf("valid: %s", o.Status)
			}
			breaks[check.ID](c)
			if o := check.Test(c); o.Status == playground.StatusPass {
				t.Error("passes although it is broken")
			}
		})
	}
}

// AZ-08: a registered query is kept.
func TestRedirectURIQueryIsKept(t *testing.T) {
	i := newIDP(t)
	v := validAuthorization()
	v.Set("client_id", "opaque")
	v.Set("redirect_uri", webURI+"?a=b")
	if got := i.allow(v).Header().Get("Location"); !strings.HasPrefix(got, webURI+"?a=b&code=") {
		t.Error(got)
	}
	v.Set("redirect_uri", webURI+"?a=c")
	if w := i.authorize(v); w.Code != http.StatusBadRequest {
		t.Errorf("another query: %d", w.Code)
	}
}

// AR-06, AR-07: the other response modes, for errors too.
func TestResponseModes(t *testing.T) {
	i := newIDP(t)
	v := validAuthorization()
	v.Set("response_mode", "fragment")
	l := location(t, i.allow(v))
	if l.RawQuery != "" || !strings.Contains(l.Fragment, "code=") {
		t.Errorf("fragment: %s", l)
	}
	v.Set("response_mode", "form_post")
	v.Set("state", `"><script>alert(1)</script>`)
	w := i.allow(v)
	body := w.Body.String()
	if w.Code != http.StatusOK || !strings.Contains(body, `name="code" value="cc_`) || strings.Contains(body, "<script>") ||
		!strings.Contains(body, `action="`+webURI+`"`) || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("form_post: %d %s", w.Code, body)
	}
	if csp := w.Header().Get("Content-Security-Policy"); !strings.Contains(csp, "form-action 'self' http://localhost:*;") {
		t.Error(csp)
	}
	v.Set("scope", "nothing")
	if body := i.authorize(v).Body.String(); !strings.Contains(body, `name="error" value="invalid_scope"`) {
		t.Errorf("form_post error: %s", body)
	}
}

// AZ-22 to AZ-27: prompt, max_age and hints, where they lead to pages.
func TestPrompt(t *testing.T) {
	const password = `name="password"`
	loggedIn := func(t *testing.T) *idp {
		t.Helper()
		i := newIDP(t)
		i.allow(validAuthorization(), "remember", "yes")
		return i
	}
	t.Run("none succeeds", func(t *testing.T) {
		i := newIDP(t)
		if w := rememberedRequest(i).send(i); location(t, w).Query().Get("code") == "" {
			t.Error(i.failed())
		}
	})
	t.Run("remembered", func(t *testing.T) {
		i := loggedIn(t)
		if w := i.authorize(validAuthorization()); location(t, w).Query().Get("code") == "" {
			t.Error(w.Code)
		}
	})
	t.Run("AZ-24 login", func(t *testing.T) {
		i := loggedIn(t)
		i.clock = i.clock.Add(time.Hour)
		v := validAuthorization()
		v.Set("prompt", "login")
		v.Set("scope", "openid steps:read")
		w := i.authorize(v)
		if !strings.Contains(w.Body.String(), password) || strings.Contains(w.Body.String(), "Go on as") {
			t.Fatal("no fresh login is asked for")
		}
		form := loginForm(interactionOf(w))
		form.Set("action", "continue")
		if w := i.form("/login", form); w.Code != http.StatusUnprocessableEntity || i.failed() != "login_fresh" {
			t.Errorf("went on without a password: %d %s", w.Code, i.failed())
		}
		tokens := i.tokens(v)
		if got := i.idToken(tokens.IDToken).AuthTime; got != i.clock.Unix() {
			t.Errorf("auth_time %d, want %d", got, i.clock.Unix())
		}
	})
	t.Run("AZ-25 consent", func(t *testing.T) {
		i := loggedIn(t)
		v := validAuthorization()
		v.Set("prompt", "consent")
		if w := i.authorize(v); !strings.Contains(w.Body.String(), `value="allow"`) {
			t.Error("no consent page")
		}
	})
	t.Run("AZ-25 select_account", func(t *testing.T) {
		i := loggedIn(t)
		v := validAuthorization()
		v.Set("prompt", "select_account")
		w := i.authorize(v)
		if !strings.Contains(w.Body.String(), "Go on as Alice") {
			t.Fatal("no chooser")
		}
		form := url.Values{"interaction": {interactionOf(w)}, "action": {"continue"}}
		if w := i.form("/login", form); location(t, w).Query().Get("code") == "" {
			t.Errorf("go on: %d", w.Code)
		}
	})
	t.Run("AZ-26 max_age", func(t *testing.T) {
		i := loggedIn(t)
		i.clock = i.clock.Add(100 * time.Second)
		for age, again := range map[string]bool{"0": true, "99": true, "100": false, "10000": false} {
			v := validAuthorization()
			v.Set("max_age", age)
			if got := strings.Contains(i.authorize(v).Body.String(), password); got != again {
				t.Errorf("max_age=%s: login page %v, want %v", age, got, again)
			}
		}
	})
	t.Run("AZ-27 hint of another user", func(t *testing.T) {
		i := newIDP(t)
		req := rememberedRequest(i)
		req.values.Del("prompt")
		v := validAuthorization()
		v.Set("prompt", "login")
		form := loginForm(interactionOf(i.authorize(v)))
		form.Set("username", "bob")
		form.Set("password", "builder")
		i.form("/login", form)
		if w := req.send(i); !strings.Contains(w.Body.String(), password) {
			t.Error("Bob went on where Alice was asked for")
		}
	})
	t.Run("AZ-27 expired hint", func(t *testing.T) {
		i := newIDP(t)
		req := rememberedRequest(i)
		i.clock = i.clock.Add(2 * time.Hour)
		if w := req.send(i); location(t, w).Query().Get("code") == "" {
			t.Error(i.failed())
		}
	})
	t.Run("AZ-28 login_hint", func(t *testing.T) {
		i := newIDP(t)
		v := validAuthorization()
		v.Set("login_hint", `ali"ce`)
		if body := i.authorize(v).Body.String(); !strings.Contains(body, `value="ali&#34;ce"`) {
			t.Error("the name is not filled in")
		}
	})
}
