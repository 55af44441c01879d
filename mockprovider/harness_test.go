package mockprovider

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"claimcheck/playground"
)

const (
	initialToken = "initial-access-token"

	testIssuer = "http://localhost:8080/idp/main"
	webURI     = "http://localhost:3000/callback"
	spaURI     = "http://localhost:3001/callback"
	webSecret  = "web-secret-of-32-characters-12345"
	mealCloud  = "http://localhost:8080/rs/main/mealcloud"
	stepCloud  = "http://localhost:8080/rs/main/stepcloud"
	// The example of RFC 7636 Appendix B.
	verifier  = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
	challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
)

// testKeys are shared: making an RSA key for each test would take most of the
// time of the tests.
var testKeys = sync.OnceValue(func() *Keys {
	keys, err := NewKeys()
	if err != nil {
		panic(err)
	}
	return keys
})

func testConfig() Config {
	all := []string{"openid", "profile", "email", "address", "phone", "offline_access", "steps:read", "steps:write", "meals:read"}
	machine := []string{grantClientCredentials}
	return Config{
		Issuer: testIssuer, Name: "AcmeID", Keys: testKeys(),
		LoginHint: "alice: wonderland", InitialAccessToken: initialToken,
		Clients: []Client{
			{ID: "web", Name: "FitTrack", Secret: webSecret, JWKS: clientJWKS(), DetailTypes: []string{"steps_export", "meals_order"}, RedirectURIs: []string{webURI}, Scopes: all, GrantTypes: grantTypesIn(inRFC9700)},
			{ID: "spa", Name: "FitTrack Lite", RedirectURIs: []string{spaURI}, Scopes: all},
			{ID: "post", Secret: "post-secret", TokenEndpointAuthMethod: authPost, RedirectURIs: []string{webURI}, Scopes: all},
			{ID: "native", Native: true, RedirectURIs: []string{"http://127.0.0.1/cb", "http://[::1]/cb", "http://localhost/cb", "com.example.app:/cb"}, Scopes: all},
			{ID: "opaque", Secret: "opaque-secret", OpaqueTokens: true, RedirectURIs: []string{webURI + "?a=b"}, Scopes: all},
			{ID: "codeonly", Secret: "codeonly-secret", GrantTypes: []string{grantAuthorizationCode}, RedirectURIs: []string{webURI}, Scopes: all},
			{ID: "refreshonly", Secret: "refreshonly-secret", GrantTypes: []string{grantRefreshToken}, RedirectURIs: []string{webURI}, Scopes: all},
			{ID: "a:b", Secret: "p%+ ä", RedirectURIs: []string{webURI, spaURI}, Scopes: all},
			{ID: "es256", Secret: "es256-secret", IDTokenAlg: "ES256", AccessTokenAlg: "ES256", RedirectURIs: []string{webURI}, Scopes: all},
			{ID: "machine", Name: "nightly-report", Secret: "machine-secret", GrantTypes: machine, Scopes: all},
			{ID: "spamachine", GrantTypes: machine, Scopes: all},
			{ID: "jwt", TokenEndpointAuthMethod: authPrivateKeyJWT, JWKS: clientJWKS(), GrantTypes: machine, Scopes: all},
			{ID: "hmac", TokenEndpointAuthMethod: authSecretJWT, Secret: hmacSecret, GrantTypes: machine, Scopes: all},
			{ID: "eddsa", Secret: "eddsa-secret", IDTokenAlg: "EdDSA", AccessTokenAlg: "EdDSA", RedirectURIs: []string{webURI}, Scopes: all},
			{ID: "ed25519", Secret: "ed25519-secret", IDTokenAlg: "Ed25519", AccessTokenAlg: "Ed25519", RedirectURIs: []string{webURI}, Scopes: all},
		},
		Users: []User{
			{ID: "u-alice", Username: "alice", Password: "wonderland", Name: "Alice", Claims: map[string]any{
				"email": "alice@example.com", "email_verified": true, "updated_at": 1700000000, "nickname": "",
				"address": map[string]any{"country": "NL"},
			}},
			{ID: "u-bob", Username: "bob", Password: "builder", Name: "Bob"},
		},
		APIs: []API{
			{Audience: stepCloud, Name: "StepCloud", Scopes: map[string]string{"steps:read": "read your steps", "steps:write": "change your steps"}, DetailTypes: []DetailType{exportType()}},
			{Audience: mealCloud, Name: "MealCloud", Scopes: map[string]string{"meals:read": "read your meals"}, DetailTypes: []DetailType{
				{Type: "meals_export", Words: "export your meals"}, {Type: "meals_order", Words: "order a meal", Fields: map[string]DetailField{"dish": {Kind: FieldText, Required: true}}},
			}},
		},
	}
}

// idp is a provider under test with one browser and a clock that stands still.
type idp struct {
	*Provider
	t       testing.TB
	clock   time.Time
	cookies map[string]string
	rows    [][]playground.Finding // one slice per list that ran
}

func newIDP(tb testing.TB, change ...func(*Config)) *idp {
	tb.Helper()
	i := &idp{t: tb, clock: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC), cookies: map[string]string{}}
	cfg := testConfig()
	cfg.Now = func() time.Time { return i.clock }
	for _, c := range change {
		c(&cfg)
	}
	p, err := New(cfg)
	if err != nil {
		tb.Fatal(err)
	}
	i.Provider = p
	p.observe = func(_ context.Context, rows []playground.Finding) { i.rows = append(i.rows, slices.Clone(rows)) }
	return i
}

func (i *idp) putUser(u User) {
	i.t.Helper()
	if err := i.Registry().PutUser(u); err != nil {
		i.t.Fatal(err)
	}
}

// send sends a request as the browser, or as a client if it carries no cookies
// worth mentioning.
func (i *idp) send(method, path, body string, header ...string) *httptest.ResponseRecorder {
	i.t.Helper()
	i.rows = nil
	if !strings.HasPrefix(path, "/.well-known") {
		path = "/idp/main" + path
	}
	r := httptest.NewRequest(method, "http://localhost:8080"+path, strings.NewReader(body))
	if body != "" || method == http.MethodPost {
		r.Header.Set("Content-Type", formType)
	}
	for n := 0; n < len(header); n += 2 {
		r.Header.Set(header[n], header[n+1])
	}
	for name, value := range i.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w := httptest.NewRecorder()
	i.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		i.cookies[c.Name] = c.Value
	}
	return w
}

// authorization is a valid authorization request.
func validAuthorization() url.Values {
	return url.Values{
		"response_type": {"code"}, "client_id": {"web"}, "redirect_uri": {webURI}, "scope": {"steps:read"},
		"state": {"st-1"}, "code_challenge": {challenge}, "code_challenge_method": {"S256"},
	}
}

func (i *idp) authorize(v url.Values) *httptest.ResponseRecorder {
	i.t.Helper()
	return i.send("GET", "/authorize?"+v.Encode(), "")
}

var interactionField = regexp.MustCompile(`name="interaction" value="([^"]+)"`)

func interactionOf(w *httptest.ResponseRecorder) string {
	if m := interactionField.FindStringSubmatch(w.Body.String()); m != nil {
		return m[1]
	}
	return ""
}

// form posts one of the provider's own forms.
func (i *idp) form(path string, v url.Values) *httptest.ResponseRecorder {
	i.t.Helper()
	return i.send("POST", path, v.Encode())
}

func loginForm(interaction string) url.Values {
	return url.Values{"interaction": {interaction}, "username": {"alice"}, "password": {"wonderland"}, "action": {"login"}}
}

func (i *idp) logIn(interaction string) {
	i.t.Helper()
	if w := i.form("/login", loginForm(interaction)); w.Code != http.StatusSeeOther {
		i.t.Fatalf("login: %d %s", w.Code, w.Body)
	}
}

// consentPage goes as far as the consent page and returns its interaction.
func (i *idp) consentPage(v url.Values) string {
	i.t.Helper()
	w := i.authorize(v)
	id := interactionOf(w)
	if w.Code != http.StatusOK || id == "" {
		i.t.Fatalf("authorize: %d %s %s", w.Code, w.Header().Get("Location"), i.failed())
	}
	if strings.Contains(w.Body.String(), `name="password"`) {
		i.logIn(id)
	}
	return id
}

// allow answers the consent page with yes to all of the scope.
func (i *idp) allow(v url.Values, more ...string) *httptest.ResponseRecorder {
	i.t.Helper()
	form := url.Values{"interaction": {i.consentPage(v)}, "action": {"allow"}, "scope": strings.Fields(v.Get("scope"))}
	form["scope"] = slices.DeleteFunc(form["scope"], func(s string) bool { return s == "openid" || s == "offline_access" })
	for n := 0; n < len(more); n += 2 {
		form.Set(more[n], more[n+1])
	}
	return i.form("/consent", form)
}

// code is a fresh authorization code.
func (i *idp) code(v url.Values) string {
	i.t.Helper()
	w := i.allow(v)
	code := location(i.t, w).Query().Get("code")
	if code == "" {
		i.t.Fatalf("no code: %d %s %s", w.Code, w.Body, i.failed())
	}
	return code
}

func location(tb testing.TB, w *httptest.ResponseRecorder) *url.URL {
	tb.Helper()
	u, err := url.Parse(w.Header().Get("Location"))
	if err != nil || w.Header().Get("Location") == "" {
		tb.Fatalf("no Location: %d %s", w.Code, w.Body)
	}
	return u
}

func validToken(code string) url.Values {
	return url.Values{"grant_type": {grantAuthorizationCode}, "code": {code}, "redirect_uri": {webURI}, "code_verifier": {verifier}}
}

func basicAuth(id, secret string) string {
	r := &http.Request{Header: http.Header{}}
	r.SetBasicAuth(url.QueryEscape(id), url.QueryEscape(secret))
	return r.Header.Get("Authorization")
}

// token sends a token request, as web unless told otherwise.
func (i *idp) token(v url.Values, header ...string) *httptest.ResponseRecorder {
	i.t.Helper()
	if len(header) == 0 {
		header = []string{"Authorization", basicAuth("web", webSecret)}
	}
	return i.send("POST", "/token", v.Encode(), header...)
}

// tokens goes the whole way for web.
func (i *idp) tokens(v url.Values) tokenResponse {
	i.t.Helper()
	return tokensOf(i.t, i.token(validToken(i.code(v))))
}

func tokensOf(tb testing.TB, w *httptest.ResponseRecorder) tokenResponse {
	tb.Helper()
	var out tokenResponse
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil || w.Code != http.StatusOK {
		tb.Fatalf("token response: %d %s", w.Code, w.Body)
	}
	return out
}

func refreshForm(token string) url.Values {
	return url.Values{"grant_type": {grantRefreshToken}, "refresh_token": {token}}
}

// failed names the findings of the last request that failed, for messages.
func (i *idp) failed() string { return i.failing(nil) }

// failedOwn is failed without the rows of the playground's engine, which stand
// before the rule that they decide.
func (i *idp) failedOwn() string { return i.failing(engineRules()) }

// engineRules are the rules that stand in for those of a JWT.
func engineRules() []string {
	var ids []string
	for _, rule := range playground.Rules() {
		ids = append(ids, rule.ID)
	}
	return ids
}

// own are the rows of the first list, without those of the engine.
func (i *idp) own() []playground.Finding {
	engine := engineRules()
	return slices.DeleteFunc(slices.Clone(i.rows[0]), func(f playground.Finding) bool { return slices.Contains(engine, f.ID) })
}

func (i *idp) failing(except []string) string {
	var ids []string
	for _, rows := range i.rows {
		for n := range rows {
			if rows[n].Status == playground.StatusFail && !slices.Contains(except, rows[n].ID) {
				ids = append(ids, rows[n].FindingID())
			}
		}
	}
	return strings.Join(ids, " ")
}

// wireError is the error code of an answer, wherever it stands: in the redirect,
// in the JSON body, "page" for a page of our own, "" for a success.
func wireError(w *httptest.ResponseRecorder) string {
	if l := w.Header().Get("Location"); l != "" {
		u, _ := url.Parse(l)
		if front, err := url.ParseQuery(u.Fragment); err == nil && front.Has("error") {
			return front.Get("error")
		}
		return u.Query().Get("error")
	}
	var body oauthError
	if json.Unmarshal(w.Body.Bytes(), &body) == nil {
		return body.Error
	}
	if w.Code >= 400 {
		return "page"
	}
	return ""
}

// A breakCase breaks one thing of a valid request.
type breakCase struct {
	rule string
	// id is the finding's, by default the rule's.
	id string
	// engine are the findings of the playground's engine that decide a rule about
	// a JWT, in their order; empty where no row of the engine may fail.
	engine string
	// status is how the row ends, by default fail.
	status playground.Status
	// code is the HTTP status, by default the usual one.
	code int
	// off are rules that would refuse before, alsoOff those that would refuse
	// the same request after.
	off, alsoOff []string
	// setUp prepares and returns the valid request, breaks breaks it.
	setUp  func(*idp) *request
	breaks func(*idp, *request)
}

// request is one message under test.
type request struct {
	method, path string
	values       url.Values
	header       []string
	rawBody      string // instead of values
	noCookies    bool
}

func (r *request) send(i *idp) *httptest.ResponseRecorder {
	if r.noCookies {
		i.cookies = map[string]string{}
	}
	if r.rawBody != "" {
		return i.send(r.method, r.path, r.rawBody, r.header...)
	}
	if r.method == http.MethodGet {
		return i.send(r.method, r.path+"?"+r.values.Encode(), "", r.header...)
	}
	return i.send(r.method, r.path, r.values.Encode(), r.header...)
}

// walk runs every case, and fails for a rule of the list that has none. For
// each case it looks at the wire, at the rows, and at what happens when the
// rule is switched off or when the policy does not ask for it.
func walk(t *testing.T, rules []playground.Rule, on surface, cases []breakCase) {
	t.Helper()
	for n, rule := range rules {
		tested := false
		for _, c := range cases {
			if c.rule != rule.ID {
				continue
			}
			tested = true
			if c.id == "" {
				c.id = c.rule
			}
			t.Run(c.id, func(t *testing.T) { walkOne(t, n, &rule, on, &c) })
		}
		if !tested {
			t.Errorf("rule %s has no test", rule.ID)
		}
	}
}

// policyOf is a policy that asks for the rule.
func policyOf(rule *playground.Rule) Policy {
	for _, policy := range []Policy{PolicyRFC9700, PolicyOAuth21, PolicyFAPI2} {
		if values, _ := policy.values(); rule.In == 0 || rule.In&values.bit != 0 {
			return policy
		}
	}
	return PolicyRFC6749
}

// fapiRules are the rules that the requests of these tests, with a secret, in the
// URL and without a proof, break under PolicyFAPI2. They are switched off where a
// test is about something else.
func fapiRules(except ...string) []string {
	return slices.DeleteFunc([]string{"client_key_only", "pushed_only", "sender_constrained"}, func(id string) bool { return slices.Contains(except, id) })
}

func walkOne(t *testing.T, n int, rule *playground.Rule, on surface, c *breakCase) {
	t.Helper()
	policy := policyOf(rule)
	var fapi []string
	if policy == PolicyFAPI2 {
		fapi = fapiRules()
	}
	attempt := func(policy Policy, off ...string) (*idp, *httptest.ResponseRecorder) {
		i := newIDP(t, func(cfg *Config) { cfg.Policy, cfg.InsecureOff = policy, fapi })
		req := c.setUp(i)
		if fapi != nil {
			off = append(off, fapiRules(rule.ID)...)
		}
		if err := i.SetInsecureOff(append(off, c.off...)...); err != nil {
			t.Fatal(err)
		}
		c.breaks(i, req)
		return i, req.send(i)
	}

	i := newIDP(t, func(cfg *Config) { cfg.Policy, cfg.InsecureOff = policy, fapi })
	if w := c.setUp(i).send(i); wireError(w) != "" {
		t.Fatalf("the valid request: %d %s, %s failed", w.Code, wireError(w), i.failed())
	}

	i, w := attempt(policy)
	own := i.own()
	row := &own[n]
	if c.status != "" {
		if row.Status != c.status || wireError(w) != "" {
			t.Errorf("row %s: %s, wire %q; want %s and accepted", row.ID, row.Status, wireError(w), c.status)
		}
		return
	}
	if got, want := wireError(w), cmp.Or(rule.Refusal, on.silent); got != want {
		t.Errorf("wire: %q, want %q", got, want)
	}
	if want := cmp.Or(c.code, on.status(rule.Refusal)); w.Code != want {
		t.Errorf("status %d, want %d", w.Code, want)
	}
	if engine := strings.TrimSuffix(strings.TrimSuffix(i.failed(), i.failedOwn()), " "); engine != c.engine {
		t.Errorf("the engine says %q, want %q", engine, c.engine)
	}
	for m := range own {
		got := own[m].Status
		switch {
		case m < n && got == playground.StatusFail, m > n && got != playground.StatusSkipped:
			t.Errorf("row %s: %s", own[m].ID, got)
		case m == n && (got != playground.StatusFail || row.FindingID() != c.id):
			t.Errorf("row %s: %s as %s, want fail as %s", row.ID, got, row.FindingID(), c.id)
		}
	}
	if rule.Switchable {
		i, w := attempt(policy, append(c.alsoOff, rule.ID)...)
		if row := &i.own()[n]; row.Status != playground.StatusWarn || wireError(w) != "" {
			t.Errorf("switched off: row %s, wire %q %s; want warn and accepted", row.Status, wireError(w), i.failed())
		}
	}
	if rule.In != 0 {
		i, w := attempt(PolicyPermissive)
		if row := &i.own()[n]; row.Why != playground.WhyOtherPolicy || wireError(w) != "" {
			t.Errorf("permissive: row %s, wire %q %s; want skipped and accepted", row.Status, wireError(w), i.failed())
		}
	}
}

// surface is how an endpoint refuses.
type surface struct {
	silent string // what wireError says where no error code goes out
	page   int    // the status without an error code
	error  int    // the status with one
}

var (
	onAuthorize = surface{"page", http.StatusBadRequest, http.StatusSeeOther}
	onForm      = surface{"page", http.StatusForbidden, http.StatusSeeOther}
	onToken     = surface{"", 0, http.StatusBadRequest}
	onUserInfo  = surface{"page", http.StatusUnauthorized, http.StatusBadRequest}
)

func (s surface) status(refusal string) int {
	switch refusal {
	case "":
		return s.page
	case "invalid_client", "invalid_token":
		return http.StatusUnauthorized
	case "insufficient_scope":
		return http.StatusForbidden
	}
	return s.error
}
