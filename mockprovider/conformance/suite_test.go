package conformance

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"

	"claimcheck/mockprovider"
	"claimcheck/mockprovider/internal/browser"
	"claimcheck/mockprovider/providertest"
)

// The clients of the suite. Nobody listens at their redirect URIs: the browser
// stops there.
const (
	callback    = "https://suite.example/callback"
	afterLogout = "https://suite.example/bye"
	formType    = "application/x-www-form-urlencoded"
)

// A client is one of the suite's clients, as it is registered.
type client struct{ id, secret, method string }

var (
	first  = client{"suite-1", "first-secret-of-32-characters-ab", "client_secret_basic"}
	second = client{"suite-2", "other-secret-of-32-characters-ab", "client_secret_basic"}
	poster = client{"suite-post", "posts-secret-of-32-characters-ab", "client_secret_post"}
)

// allScopes are the scopes of OpenID Connect Core 1.0 §5.4 and §11.
const allScopes = "openid profile email address phone offline_access"

// A suite is one module at work: a provider of its own, one browser, and the
// response mode of the plan.
type suite struct {
	*testing.T
	op      *providertest.Server
	browser *browser.Browser
	mode    string // the plan's response_mode, empty for the default
	client  client
}

func newSuite(t *testing.T, options ...func(*mockprovider.Config)) *suite {
	t.Helper()
	op := providertest.NewServer(t, append([]func(*mockprovider.Config){func(c *mockprovider.Config) {
		c.Keys, c.Clients, c.Users = opKeys(t), nil, []mockprovider.User{alice}
		for _, one := range []client{first, second, poster} {
			c.Clients = append(c.Clients, mockprovider.Client{
				ID: one.id, Secret: one.secret, TokenEndpointAuthMethod: one.method, RedirectURIs: []string{callback},
				PostLogoutRedirectURIs: []string{afterLogout}, Scopes: append(strings.Fields(allScopes), "read"),
			})
		}
	}}, options...)...)
	return &suite{T: t, op: op, browser: browser.New(op.Client().Transport), client: first}
}

// alice has every claim that a scope can ask for.
var alice = mockprovider.User{
	ID: "u-alice", Username: "alice", Password: "alice", Name: "Alice Example",
	Claims: map[string]any{
		"family_name": "Example", "given_name": "Alice", "middle_name": "B", "nickname": "al", "profile": "https://example.com/alice",
		"picture": "https://example.com/alice.png", "website": "https://example.com", "gender": "female", "birthdate": "2000-02-29",
		"zoneinfo": "Europe/Amsterdam", "locale": "en-GB", "updated_at": 1700000000,
		"email": "alice@example.com", "email_verified": true,
		"address":      map[string]any{"country": "NL", "formatted": "Singel 1\nAmsterdam"},
		"phone_number": "+31 20 000 0000", "phone_number_verified": false,
	},
}

// request is the authorization request of the plan, with changes: names and
// values in turn, "-" removes one.
func (s *suite) request(changes ...string) url.Values {
	v := url.Values{
		"response_type": {"code"}, "client_id": {s.client.id}, "redirect_uri": {callback}, "scope": {"openid"},
		"state": {"state-7Zq"}, "nonce": {"nonce-7Zq"},
	}
	if s.mode != "" {
		v.Set("response_mode", s.mode)
	}
	set(v, changes)
	return v
}

func set(v url.Values, changes []string) {
	for n := 0; n+1 < len(changes); n += 2 {
		if v.Set(changes[n], changes[n+1]); changes[n+1] == "-" {
			v.Del(changes[n])
		}
	}
}

// open sends the request to the authorization endpoint and shows what comes.
func (s *suite) open(v url.Values) *browser.Page {
	s.Helper()
	page, err := s.browser.Open(s.Context(), s.op.Issuer()+"/authorize?"+v.Encode())
	if err != nil {
		s.Fatal(err)
	}
	return page
}

// goOn logs in and allows, where a page asks for it.
func (s *suite) goOn(page *browser.Page) *browser.Page {
	s.Helper()
	page, err := s.browser.GoOn(s.Context(), page, s.op.Issuer(), alice.Username, alice.Password)
	if err != nil {
		s.Fatal(err)
	}
	return page
}

// answer is the authorization response to the request. It is checked as every
// module does: it came in the mode of the plan, to the redirect URI, with state
// and iss, and with nothing that does not belong there.
func (s *suite) answer(v url.Values) url.Values {
	s.Helper()
	return s.responseOf(s.goOn(s.open(v)), v)
}

func (s *suite) responseOf(page *browser.Page, v url.Values) url.Values {
	s.Helper()
	got := page.Answer()
	if got == nil {
		s.Fatalf("no authorization response: %d %s", page.Status, page.Body)
	}
	switch v.Get("response_mode") {
	case "form_post": // nothing in the URL, nothing kept (OAuth 2.0 Form Post Response Mode §4)
		if page.Location != nil || page.Status != http.StatusOK || page.Forms[0].Action.String() != callback || !strings.Contains(page.Header.Get("Cache-Control"), "no-store") {
			s.Errorf("form_post: %d %v %v", page.Status, page.Location, page.Header)
		}
	default:
		if page.Status != http.StatusFound && page.Status != http.StatusSeeOther || !strings.HasPrefix(page.Location.String(), callback+"?") {
			s.Errorf("%d to %v", page.Status, page.Location)
		}
	}
	allowed := []string{"code", "state", "iss"}
	if got.Has("error") {
		allowed = []string{"error", "error_description", "error_uri", "state", "iss"}
	}
	for name := range got {
		if !slices.Contains(allowed, name) || len(got[name]) != 1 {
			s.Errorf("the authorization response has %s %v", name, got[name])
		}
	}
	if got.Get("state") != v.Get("state") || got.Get("iss") != s.op.Issuer() {
		s.Errorf("authorization response %v", got)
	}
	if code := got.Get("code"); !got.Has("error") && len(code) < 22 { // 128 bits in base64url
		s.Errorf("a code of %d characters", len(code))
	}
	return got
}

// refused wants an error response with one of the codes.
func (s *suite) refused(got url.Values, codes ...string) {
	s.Helper()
	if !slices.Contains(codes, got.Get("error")) {
		s.Errorf("authorization response %v, want one of %v", got, codes)
	}
}

// errorPage wants a page of the provider that says what is wrong, and no
// redirect.
func (s *suite) errorPage(page *browser.Page) {
	s.Helper()
	if page.Location != nil || page.Answer() != nil || page.Status < 400 || page.Status >= 500 || !strings.HasPrefix(page.Header.Get("Content-Type"), "text/html") {
		s.Errorf("no error page: %d %v", page.Status, page.Location)
	}
}

// A reply is an answer of an endpoint that a client calls.
type reply struct {
	status int
	header http.Header
	body   map[string]any
	raw    string
}

func (r *reply) str(name string) string {
	text, _ := r.body[name].(string)
	return text
}

// post calls an endpoint as the client, which authenticates by its method.
func (s *suite) post(path string, as client, form url.Values, header ...string) *reply {
	s.Helper()
	switch as.method {
	case "client_secret_basic":
		header = append(header, "Authorization", basic(as))
	case "client_secret_post":
		form.Set("client_id", as.id)
		form.Set("client_secret", as.secret)
	}
	return s.call(http.MethodPost, path, form.Encode(), header...)
}

func basic(as client) string {
	r := &http.Request{Header: http.Header{}}
	r.SetBasicAuth(url.QueryEscape(as.id), url.QueryEscape(as.secret))
	return r.Header.Get("Authorization")
}

// call sends one request. A body is a form, headers are names and values in turn.
func (s *suite) call(method, path, body string, header ...string) *reply {
	s.Helper()
	r, err := http.NewRequestWithContext(s.Context(), method, s.op.Issuer()+path, strings.NewReader(body))
	if err != nil {
		s.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", formType)
	}
	for n := 0; n < len(header); n += 2 {
		r.Header.Add(header[n], header[n+1])
	}
	res, err := s.op.Client().Do(r)
	if err != nil {
		s.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		s.Fatal(err)
	}
	out := &reply{status: res.StatusCode, header: res.Header, raw: string(raw)}
	_ = json.Unmarshal(raw, &out.body) // what must be JSON is looked at
	return out
}

// tokenError wants a token error response with the status and one of the codes
// (RFC 6749 §5.2).
func (s *suite) tokenError(r *reply, status int, codes ...string) {
	s.Helper()
	if r.status != status || !slices.Contains(codes, r.str("error")) || r.header.Get("Cache-Control") != "no-store" ||
		!strings.HasPrefix(r.header.Get("Content-Type"), "application/json") || r.body["access_token"] != nil {
		s.Errorf("%d %s %v, want %d and one of %v", r.status, r.raw, r.header, status, codes)
	}
}

// A pass is what a whole flow gave.
type pass struct {
	request  url.Values
	code     string
	token    *reply
	id       *oidc.IDToken
	claims   map[string]any
	userInfo *reply
}

// flow goes the whole way as the suite's happy flow does, and checks every
// answer: authorization response, token response, ID token, UserInfo.
func (s *suite) flow(changes ...string) *pass {
	s.Helper()
	return s.finish(s.request(changes...), nil)
}

// finish is flow for a request that is ready; more goes into the token request.
func (s *suite) finish(v, more url.Values) *pass {
	s.Helper()
	return s.redeem(v, s.answer(v), more)
}

func (s *suite) redeem(v, answer, more url.Values) *pass {
	s.Helper()
	p := &pass{request: v, code: answer.Get("code")}
	if p.code == "" {
		s.Fatalf("no code: %v", answer)
	}
	form := codeForm(p.code)
	for name := range more {
		form.Set(name, more.Get(name))
	}
	p.token = s.post("/token", s.client, form)
	s.checkToken(p)
	p.userInfo = s.userInfo(p.token)
	if p.userInfo.body["sub"] != p.id.Subject {
		s.Errorf("UserInfo is about %v, the ID token about %s", p.userInfo.body["sub"], p.id.Subject)
	}
	return p
}

func codeForm(code string) url.Values {
	return url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {callback}}
}

// checkToken is what the suite asks of a token response and its ID token
// (RFC 6749 §5.1, OpenID Connect Core 1.0 §3.1.3.3, §3.1.3.7).
func (s *suite) checkToken(p *pass) {
	s.Helper()
	r := p.token
	expires, _ := r.body["expires_in"].(float64)
	if r.status != http.StatusOK || len(r.str("access_token")) < 22 || !strings.EqualFold(r.str("token_type"), "Bearer") || expires <= 0 ||
		r.header.Get("Cache-Control") != "no-store" || !strings.HasPrefix(r.header.Get("Content-Type"), "application/json") {
		s.Fatalf("token response %d %s %v", r.status, r.raw, r.header)
	}
	s.checkIDToken(p)
	if nonce := p.request.Get("nonce"); p.id.Nonce != nonce {
		s.Errorf("nonce %q, sent %q", p.id.Nonce, nonce)
	}
}

func (s *suite) checkIDToken(p *pass) {
	s.Helper()
	provider, err := oidc.NewProvider(s.Context(), s.op.Issuer())
	if err != nil {
		s.Fatal(err)
	}
	p.id, err = provider.Verifier(&oidc.Config{ClientID: s.client.id, Now: s.op.Now}).Verify(s.Context(), p.token.str("id_token"))
	if err != nil {
		s.Fatalf("ID token: %v", err)
	}
	if err := p.id.Claims(&p.claims); err != nil {
		s.Fatal(err)
	}
	if err := p.id.VerifyAccessToken(p.token.str("access_token")); err != nil {
		s.Errorf("at_hash: %v", err)
	}
	age := s.op.Now().Sub(p.id.IssuedAt)
	if len(p.id.Audience) != 1 || p.id.Subject == "" || len(p.id.Subject) > 255 || age < -time.Minute || age > 5*time.Minute || p.id.Expiry.Sub(p.id.IssuedAt) > 24*time.Hour {
		s.Errorf("ID token %v", p.claims)
	}
	for _, claim := range []string{"name", "email", "address", "phone_number", "birthdate", "picture"} {
		if p.claims[claim] != nil { // they are for UserInfo in this flow (OpenID Connect Core 1.0 §5.4)
			s.Errorf("the ID token has %s, which nobody asked for there", claim)
		}
	}
}

// userInfo asks UserInfo with the token in the header.
func (s *suite) userInfo(token *reply) *reply {
	s.Helper()
	out := s.call(http.MethodGet, "/userinfo", "", "Authorization", "Bearer "+token.str("access_token"))
	if out.status != http.StatusOK || !strings.HasPrefix(out.header.Get("Content-Type"), "application/json") || out.str("sub") == "" {
		s.Errorf("UserInfo: %d %s", out.status, out.raw)
	}
	return out
}

// metadata is the discovery document.
func (s *suite) metadata() *reply {
	s.Helper()
	return s.call(http.MethodGet, "/.well-known/openid-configuration", "")
}

func (r *reply) list(name string) []string {
	all, _ := r.body[name].([]any)
	out := make([]string, 0, len(all))
	for _, one := range all {
		text, _ := one.(string)
		out = append(out, text)
	}
	return out
}
