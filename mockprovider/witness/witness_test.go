package witness_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"claimcheck/mockprovider"
	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
	"claimcheck/mockprovider/witness"
	"claimcheck/playground"
)

const (
	issuer   = "http://localhost:8080/idp/main"
	callback = "http://localhost:3000/callback"
)

var own = trace.Party{Role: trace.RoleOwnApp, ID: "my-web-app-1", Name: "my-web-app-1"}

// A login is what one login of a good app looks like from the provider’s side.
// Each test breaks one thing.
type login struct {
	ask, answer, fetch, use, again, refresh *trace.Entry
}

func newLogin() *login {
	return &login{
		ask: &trace.Entry{Seq: 1, From: own, Request: trace.Message{Method: http.MethodGet, Header: http.Header{}, URL: issuer + "/authorize?" + url.Values{
			"response_type": {"code"}, "client_id": {own.ID}, "redirect_uri": {callback}, "scope": {"openid steps:read"},
			"state": {"s-1"}, "nonce": {"n-1"}, "code_challenge": {"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}, "code_challenge_method": {"S256"},
		}.Encode()}},
		answer: &trace.Entry{Seq: 2, From: own, Request: trace.Message{
			Method: http.MethodGet, URL: callback + "?code=c-1&state=s-1&iss=" + url.QueryEscape(issuer), Header: http.Header{},
		}},
		fetch: post(2, issuer+"/token", url.Values{"grant_type": {"authorization_code"}, "code": {"c-1"}, "redirect_uri": {callback}, "code_verifier": {"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"}},
			`{"access_token":"at-1","refresh_token":"rt-1","id_token":"id-1","token_type":"Bearer"}`),
		use: &trace.Entry{Seq: 3, From: outside(), Request: trace.Message{
			Method: http.MethodGet, URL: "http://localhost:8080/rs/main/stepcloud/v1/steps", Header: http.Header{"Authorization": {"Bearer at-1"}},
		}},
		refresh: post(4, issuer+"/token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {"rt-1"}}, `{"access_token":"at-2","refresh_token":"rt-2"}`),
		again:   post(5, issuer+"/token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {"rt-2"}}, `{"access_token":"at-3","refresh_token":"rt-3"}`),
	}
}

func outside() trace.Party {
	return trace.Party{Role: trace.RoleOutside, ID: "outside", Name: "outside"}
}

func post(seq int64, to string, form url.Values, answer string) *trace.Entry {
	return &trace.Entry{
		Seq: seq, From: own,
		Request: trace.Message{Method: http.MethodPost, URL: to, Body: []byte(form.Encode()), Header: http.Header{
			"Content-Type": {"application/x-www-form-urlencoded"}, "Authorization": {"Basic bXktd2ViLWFwcC0xOnNlY3JldA=="},
		}},
		Response: trace.Message{Status: http.StatusOK, Body: []byte(answer)},
	}
}

func (l *login) entries() []*trace.Entry {
	return []*trace.Entry{l.ask, l.answer, l.fetch, l.use, l.refresh, l.again}
}

// query changes parameters of the authorization request; an empty value removes.
func (l *login) query(pairs ...string) { l.ask.Request.URL = changed(l.ask.Request.URL, pairs) }

// reply changes a parameter of the answer; without its value, code is there and empty.
func (l *login) reply(name, value string) {
	l.answer.Request.URL = changed(l.answer.Request.URL, []string{name, value})
	if name == "code" && value == "" {
		l.answer.Request.URL += "&code="
	}
}

func changed(address string, pairs []string) string {
	u, _ := url.Parse(address)
	u.RawQuery = edit(u.Query(), pairs).Encode()
	return u.String()
}

func form(e *trace.Entry, pairs ...string) {
	e.Request.Body = []byte(edit(e.Request.Form(), pairs).Encode())
}

func edit(v url.Values, pairs []string) url.Values {
	for i := 0; i < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
		if pairs[i+1] == "" {
			v.Del(pairs[i])
		}
	}
	return v
}

type broken struct {
	rule   string
	status playground.Status
	change func(*login)
}

func table() []broken {
	const fail, warn = playground.StatusFail, playground.StatusWarn
	twice := func(change func(*login)) func(*login) {
		return func(l *login) { // the second login shares the first one's value
			second := *l.ask
			second.Seq = 9
			change(l)
			second.Request.URL = changed(l.ask.Request.URL, []string{"prompt", "login"})
			*l.again = second
		}
	}
	return []broken{
		{"code_asked", fail, func(l *login) { l.query("response_type", "token") }},
		{"redirect_uri_sent", fail, func(l *login) { l.query("redirect_uri", "") }},
		{"redirect_uri_sent", warn, func(l *login) { l.query("redirect_uri", "", "scope", "steps:read") }},
		{"redirect_uri_https", fail, func(l *login) { l.query("redirect_uri", "http://fittrack.example/callback") }},
		{"state_sent", warn, func(l *login) { l.query("state", "") }},
		{"state_sent", fail, func(l *login) { l.query("state", "", "code_challenge", "", "nonce", "") }},
		{"state_fresh", fail, twice(func(l *login) {})},
		{"state_fresh", warn, func(l *login) { again := *l.ask; again.Seq = 9; *l.again = again }},
		{"pkce_used", fail, func(l *login) { l.query("code_challenge", "", "nonce", "") }},
		{"pkce_used", warn, func(l *login) { l.query("code_challenge", "") }},
		{"pkce_s256_used", fail, func(l *login) { l.query("code_challenge_method", "plain") }},
		{"pkce_s256_used", fail, func(l *login) { l.query("code_challenge_method", "") }},
		{"challenge_fresh", fail, twice(func(l *login) { l.query("state", "") })},
		{"params_once", fail, func(l *login) { l.answer.Request.URL += "&code=c-2" }},
		{"params_once", fail, func(l *login) { l.fetch.Request.Body = append(l.fetch.Request.Body, "&code=c-2"...) }},
		{"answer_code_or_error", fail, func(l *login) { l.answer.Request.URL += "&error=access_denied" }},
		{"answer_code_or_error", fail, func(l *login) { l.reply("code", "") }},
		{"answer_state", fail, func(l *login) { l.reply("state", "s-2") }},
		{"answer_state", warn, func(l *login) { l.reply("state", ""); l.ask = l.use }},
		{"answer_iss", warn, func(l *login) { l.reply("iss", "") }},
		{"nonce_sent", warn, func(l *login) { l.query("nonce", "") }},
		{"nonce_sent", fail, func(l *login) { l.query("nonce", "", "response_type", "code id_token") }},
		{"secret_not_in_url", fail, func(l *login) { l.fetch.Request.URL += "?client_secret=secret" }},
		{"password_not_asked", fail, func(l *login) { form(l.fetch, "grant_type", "password", "username", "alice") }},
		{"token_request_in_body", fail, func(l *login) { l.fetch.Request.URL += "?code=c-1" }},
		{"client_auth_once", fail, func(l *login) { form(l.fetch, "client_secret", "secret") }},
		{"secret_in_header", warn, func(l *login) {
			l.fetch.Request.Header.Del("Authorization")
			form(l.fetch, "client_secret", "secret", "client_id", own.ID)
		}},
		{"redirect_uri_repeated", fail, func(l *login) { form(l.fetch, "redirect_uri", "") }},
		{"redirect_uri_repeated", fail, func(l *login) { form(l.fetch, "redirect_uri", callback+"/") }},
		{"verifier_shown", fail, func(l *login) { form(l.fetch, "code_verifier", "") }},
		{"verifier_shown", fail, func(l *login) { l.query("code_challenge", "") }},
		{"verifier_shown", warn, func(l *login) { form(l.fetch, "code_verifier", ""); l.ask = l.use }},
		{"code_sent_once", fail, func(l *login) { again := *l.fetch; again.Seq = 9; *l.again = again }},
		{"refresh_newest_sent", fail, func(l *login) { form(l.again, "refresh_token", "rt-1") }},
		{"token_not_in_url", fail, func(l *login) { l.use.Request.Header.Del("Authorization"); l.use.Request.URL += "?access_token=at-1" }},
		{"token_not_in_url", fail, func(l *login) {
			*l.use = trace.Entry{Seq: 3, Request: trace.Message{Method: http.MethodGet, URL: callback + "#access_token=at-1&token_type=Bearer&state=s-1"}}
		}},
		{"access_token_used", fail, func(l *login) { l.use.Request.Header.Set("Authorization", "Bearer id-1") }},
	}
}

func row(rows []playground.Finding, id string) *playground.Finding {
	i := slices.IndexFunc(rows, func(f playground.Finding) bool { return f.ID == id })
	return &rows[i]
}

func TestRulesHold(t *testing.T) {
	rows := witness.Examine(newLogin().entries())
	for i := range rows {
		f := &rows[i]
		if f.Status != playground.StatusPass {
			t.Errorf("%s of a good login: %s, got %q", f.ID, f.Status, f.Got)
		}
	}
	if n := len(witness.Concerned(witness.Examine(nil))); n != 0 {
		t.Errorf("without a message %d rules have an opinion", n)
	}
}

func TestRules(t *testing.T) {
	tried := map[string]bool{}
	for _, x := range table() {
		t.Run(x.rule, func(t *testing.T) {
			l := newLogin()
			x.change(l)
			f := row(witness.Examine(l.entries()), x.rule)
			tried[x.rule] = true
			if f.Status != x.status || f.Expected == "" || f.Got == "" || f.Why == "" || f.Fix == "" {
				t.Errorf("got %s, want %s with all its words: %+v", f.Status, x.status, f.Outcome)
			}
		})
	}
	seen := map[string]bool{}
	for _, r := range witness.Rules() {
		if !tried[r.ID] {
			t.Errorf("no test breaks %s", r.ID)
		}
		if !r.Spec.Valid() || r.Title == "" || seen[r.ID] {
			t.Errorf("%s: section %q, title %q, or twice in the list", r.ID, r.Spec, r.Title)
		}
		seen[r.ID] = true
	}
}

// A confidential client may lean on the nonce alone only in OpenID Connect.
func TestNonceIsNoneWithoutOpenID(t *testing.T) {
	l := newLogin()
	l.query("scope", "steps:read", "code_challenge", "")
	if f := row(witness.Examine(l.entries()), "pkce_used"); f.Status != playground.StatusFail {
		t.Errorf("pkce_used: %s", f.Status)
	}
}

func TestRequestObjectIsRead(t *testing.T) {
	l := newLogin()
	l.ask.Request.URL = issuer + "/authorize?client_id=" + own.ID + "&request=e30.eyJyZXNwb25zZV90eXBlIjoiY29kZSIsInN0YXRlIjoicy0xIn0.c2ln"
	if f := row(witness.Examine(l.entries()), "state_sent"); f.Status != playground.StatusPass {
		t.Errorf("state in the request object: %s, %s", f.Status, f.Got)
	}
}

func TestUnseen(t *testing.T) {
	l := newLogin()
	ids := func() (out []string) {
		for _, b := range witness.Unseen(l.entries()) {
			out = append(out, b.ID)
			if _, ok := mockprovider.FaultNamed(b.Fault); !ok || !b.Spec.Valid() || b.Says == "" {
				t.Errorf("%s: fault %q, section %q", b.ID, b.Fault, b.Spec)
			}
		}
		return out
	}
	want := []string{"state_compared", "iss_compared", "code_injection_noticed", "id_token_signature", "id_token_audience", "nonce_compared"}
	if got := ids(); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	l.query("state", "", "scope", "steps:read")
	if got, want := ids(), want[1:3]; !slices.Equal(got, want) {
		t.Errorf("without state and openid got %v, want %v", got, want)
	}
	if got := witness.Unseen(nil); got != nil {
		t.Errorf("of nothing: %v", got)
	}
}

func TestOf(t *testing.T) {
	l := newLogin()
	l.ask.Response = trace.Message{Status: http.StatusOK, Body: []byte(`<input type="hidden" name="interaction" value="i-12345678">`)}
	browser := trace.Party{Role: trace.RoleBrowser, ID: "browser", Name: "the browser"}
	page := func(seq int64, interaction, run string) *trace.Entry {
		e := post(seq, issuer+"/login", url.Values{"interaction": {interaction}, "username": {"alice"}}, "")
		e.From, e.Run = browser, run
		return e
	}
	other := post(8, issuer+"/token", url.Values{"grant_type": {"client_credentials"}}, "{}")
	other.From.ID = "my-other-app"
	get := func(seq int64, from trace.Party, path, token string) *trace.Entry {
		h := http.Header{}
		if token != "" {
			h.Set("Authorization", "Bearer "+token)
		}
		return &trace.Entry{Seq: seq, From: from, Request: trace.Message{Method: http.MethodGet, URL: issuer + path, Header: h}}
	}
	all := []*trace.Entry{
		l.ask, page(11, "i-12345678", ""), page(12, "i-of-somebody", ""), page(13, "i-12345678", "run-of-the-cast"), l.fetch, other, l.use,
		get(14, outside(), "/userinfo", "at-1"), get(15, outside(), "/userinfo", "at-of-somebody"), get(16, outside(), "/jwks", ""), get(17, outside(), "/style", ""),
	}
	items := make([]trace.Item, 0, len(all))
	for _, e := range all {
		items = append(items, trace.Item{Seq: e.Seq, Entry: e})
	}
	seqs := func(client string) (out []int64) {
		for _, e := range witness.Of(items, client) {
			out = append(out, e.Seq)
		}
		return out
	}
	if got, want := seqs(own.ID), []int64{1, 11, 2, 3, 14, 16}; !slices.Equal(got, want) {
		t.Errorf("of one app: got %v, want %v", got, want)
	}
	if got, want := seqs(""), []int64{1, 11, 2, 8, 3, 14, 15, 16, 17}; !slices.Equal(got, want) {
		t.Errorf("of any app: got %v, want %v", got, want)
	}
}

func TestKindOf(t *testing.T) {
	with := func(m *trace.Message, name, value string) *trace.Message { m.Header.Set(name, value); return m }
	get := func(u string) *trace.Message {
		return &trace.Message{Method: http.MethodGet, URL: u, Header: http.Header{}}
	}
	form := func(u, body string) *trace.Message {
		return &trace.Message{Method: http.MethodPost, URL: u, Body: []byte(body), Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}}
	}
	for _, x := range []struct {
		want witness.Kind
		m    *trace.Message
	}{
		{witness.AuthorizationRequest, get("https://op.example/auth?response_type=code&client_id=a")},
		{witness.AuthorizationRequest, get("https://op.example/auth?client_id=a&request_uri=urn:x")},
		{witness.AuthorizationRequest, form("https://op.example/auth", "response_type=code&client_id=a")},
		{witness.PushedRequest, form("https://op.example/par", "response_type=code&client_id=a")},
		{witness.PushedRequest, form("https://op.example/x", "response_type=code&client_id=a&client_secret=s")},
		{witness.AuthorizationResponse, get("https://app.example/cb?code=c&state=s")},
		{witness.AuthorizationResponse, get("https://app.example/cb?error=access_denied&state=s")},
		{witness.AuthorizationResponse, get("https://app.example/cb#access_token=t&token_type=Bearer")},
		{witness.AuthorizationResponse, form("https://app.example/cb", "code=c&state=s")},
		{witness.TokenRequest, form("https://op.example/t", "grant_type=refresh_token&refresh_token=r")},
		{witness.IntrospectionRequest, form("https://op.example/introspect", "token=t")},
		{witness.RevocationRequest, form("https://op.example/revoke", "token=t")},
		{witness.DeviceRequest, form("https://op.example/device_authorization", "client_id=tv")},
		{witness.RegistrationRequest, form("https://op.example/register", "{}")},
		{witness.LogoutRequest, get("https://op.example/session/end?post_logout_redirect_uri=x")},
		{witness.LogoutToken, form("https://app.example/bc", "logout_token=a.b.c")},
		{witness.MetadataRequest, get("https://op.example/.well-known/openid-configuration")},
		{witness.KeysRequest, get("https://op.example/jwks.json")},
		{witness.UserInfoRequest, get("https://op.example/userinfo")},
		{witness.APIRequest, with(get("https://api.example/v1/steps"), "Authorization", "Bearer t")},
		{witness.APIRequest, with(get("https://api.example/v1/steps"), "Authorization", "DPoP t")},
		{witness.APIRequest, get("https://api.example/v1/steps?access_token=t")},
		{witness.Other, get("https://api.example/v1/steps")},
		{witness.Other, get("https://op.example/.well-known/security.txt")},
		{witness.Other, get("https://app.example/search?error=on&q=1")},
		{witness.Other, get("http://%zz")},
	} {
		if got := witness.KindOf(x.m); got != x.want {
			t.Errorf("%s %s %s: got %q, want %q", x.m.Method, x.m.URL, strings.TrimSpace(string(x.m.Body)), got, x.want)
		}
	}
}

func TestMeanings(t *testing.T) {
	for _, name := range []string{"state", "code_verifier", "logout_token", "response_mode", "authorization_details", "iss"} {
		if p, ok := witness.Meaning(name); !ok || !p.Spec.Valid() || p.Text == "" {
			t.Errorf("%s: %+v", name, p)
		}
	}
	if _, ok := witness.Meaning("x_unknown"); ok {
		t.Error("a parameter that nobody knows has a meaning")
	}
	seen := map[string]bool{}
	for _, p := range witness.Params() {
		if !p.Spec.Valid() || seen[p.Name] {
			t.Errorf("%s: section %q, or twice", p.Name, p.Spec)
		}
		seen[p.Name] = true
		if len(p.Carried()) == 0 {
			t.Errorf("%s: no message carries it", p.Name)
		}
	}
	for _, k := range []witness.Kind{
		witness.AuthorizationRequest, witness.PushedRequest, witness.AuthorizationResponse, witness.TokenRequest, witness.DeviceRequest, witness.IntrospectionRequest, witness.RevocationRequest,
		witness.RegistrationRequest, witness.LogoutRequest, witness.LogoutToken, witness.MetadataRequest, witness.KeysRequest, witness.UserInfoRequest, witness.APIRequest, witness.Other,
	} {
		if text, ref := k.About(); text == "" || !ref.Valid() {
			t.Errorf("%s: %q, %q", k, text, ref)
		}
	}
}

// An error is an answer like another: what to do with it is said.
func TestErrorIsInfo(t *testing.T) {
	l := newLogin()
	l.answer.Request.URL = callback + "?error=access_denied&state=s-1&iss=" + issuer
	if f := row(witness.Examine(l.entries()), "answer_code_or_error"); f.Status != playground.StatusInfo || f.Why == "" {
		t.Errorf("%s %q", f.Status, f.Why)
	}
}

func TestErrorCodes(t *testing.T) {
	known := map[string]bool{}
	for _, c := range witness.ErrorCodes() {
		if known[c.Name] || c.Text == "" || c.Sent == "" || c.Then == "" || !c.Spec.Valid() {
			t.Errorf("%s: twice, without a text, or no section %q", c.Name, c.Spec)
		}
		known[c.Name] = true
	}
	for _, r := range append(mockprovider.Rules(), lab.Rules()...) {
		if r.Refusal != "" && !known[r.Refusal] {
			t.Errorf("the rule %s refuses with %s, which is no error code", r.ID, r.Refusal)
		}
	}
}
