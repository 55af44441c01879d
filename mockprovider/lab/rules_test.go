package lab

import (
	"context"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"claimcheck/mockprovider"
	"claimcheck/mockprovider/trace"
	"claimcheck/playground"
)

// newTestLab is a lab without a listener, on the real clock.
func newTestLab(t testing.TB) *Lab {
	t.Helper()
	w, err := New(Config{Origin: "http://localhost:8080"})
	if err != nil {
		t.Fatal(err)
	}
	l := w.Main()
	// Nobody listens, so StepCloud asks AcmeID without a wire.
	l.introspect = func(ctx context.Context, _ *api, token string) (introspected, error) {
		info, err := l.provider.Introspect(ctx, token)
		return introspected{
			Active: info.Active, Scope: strings.Join(info.Scope, " "), ClientID: info.ClientID, Subject: info.Subject, Audience: info.Audience,
			Confirmation: confirmation{info.Thumbprint},
		}, err
	}
	l.fetchKeys = func(context.Context, trace.Party) (*playground.KeySet, time.Duration, error) {
		raw, err := l.keys.JWKS()
		if err != nil {
			return nil, 0, err
		}
		set, _, err := publishedKeys(raw)
		return set, 0, err
	}
	return l
}

func TestRulesCiteWhatTheIndexKnows(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range Rules() {
		if seen[r.ID] {
			t.Errorf("two rules are called %s", r.ID)
		}
		seen[r.ID] = true
		if !r.Spec.Valid() {
			t.Errorf("%s cites %s, which is not in the index", r.ID, r.Spec)
		}
		if r.Title == "" || r.Level == "" {
			t.Errorf("%s lacks its title or level", r.ID)
		}
	}
}

// mustBreak runs, for each rule of the list, the test of its name: a valid
// state with one thing broken, of which exactly that rule must complain.
func mustBreak[S any](t *testing.T, checks []playground.Check[S], valid func() *S, breaks map[string]func(*S)) {
	t.Helper()
	if _, refused, err := playground.Run(playground.Mode{}, valid(), checks); refused != nil || err != nil {
		t.Fatalf("the valid message is refused: %v %+v", err, refused)
	}
	for _, c := range checks {
		break_, ok := breaks[c.ID]
		if !ok {
			t.Errorf("the rule %s has no test", c.ID)
			continue
		}
		t.Run(c.ID, func(t *testing.T) {
			s := valid()
			break_(s)
			rows, _, err := playground.Run(playground.Mode{}, s, checks)
			if err != nil {
				t.Fatal(err)
			}
			for i := range rows {
				f := &rows[i]
				if f.Status == playground.StatusPass || f.ID != c.ID && (f.Status == playground.StatusInfo || f.Why == playground.WhyNotConcerned) {
					continue
				}
				if f.ID != c.ID {
					t.Errorf("%s complained: %s, got %q", f.ID, f.Status, f.Got)
				}
				return
			}
			t.Error("nothing complained")
		})
	}
	for id := range breaks {
		found := false
		for _, c := range checks {
			found = found || c.ID == id
		}
		if !found {
			t.Errorf("there is no rule %s", id)
		}
	}
}

func TestCallback(t *testing.T) {
	const issuer = "http://localhost:8080/idp/main"
	valid := func() *callback {
		return &callback{
			params:  url.Values{"code": {"c"}, "state": {"s"}, "iss": {issuer}},
			session: &Session{State: "s", Redirect: "http://localhost:8080/app/main/fittrack/callback"}, issuer: issuer,
			at: "http://localhost:8080/app/main/fittrack/callback",
		}
	}
	mustBreak(t, callbackChecks(), valid, map[string]func(*callback){
		"callback_params_once": func(c *callback) { c.params.Add("state", "s") },
		"session_known":        func(c *callback) { c.session = nil },
		"state_equal":          func(c *callback) { c.params.Set("state", "S") },
		"callback_address":     func(c *callback) { c.at += "/paceid" },
		"iss_equal":            func(c *callback) { c.params.Set("iss", issuer+"/") },
		"no_error":             func(c *callback) { c.params = url.Values{"error": {"access_denied"}, "state": {"s"}, "iss": {issuer}} },
		"code_present":         func(c *callback) { c.params.Del("code") },
	})
	c := valid()
	c.params.Del("iss")
	_, refused, _ := playground.Run(playground.Mode{}, c, callbackChecks())
	if refused == nil || refused.FindingID() != "iss_missing" {
		t.Errorf("iss_missing: %+v", refused)
	}
	c = valid()
	c.params.Set("state", "of-mallory")
	rows, refused, _ := playground.Run(playground.Mode{InsecureOff: map[string]bool{"state_equal": true}}, c, callbackChecks())
	if refused != nil || rows[2].Status != playground.StatusWarn {
		t.Error("with state_equal switched off the answer must pass, with a warning")
	}
}

func TestTokenAnswer(t *testing.T) {
	const body = `{"access_token":"a","token_type":"Bearer","expires_in":600,"scope":"steps:read"}`
	valid := func() *tokenAnswer {
		return &tokenAnswer{
			reply: reply{status: http.StatusOK, header: http.Header{"Cache-Control": {"no-store"}}, body: []byte(body)},
			asked: "steps:read",
		}
	}
	replace := func(old, with string) func(*tokenAnswer) {
		return func(a *tokenAnswer) { a.reply.body = []byte(strings.Replace(body, old, with, 1)) }
	}
	mustBreak(t, tokenAnswerChecks(), valid, map[string]func(*tokenAnswer){
		"token_status":         func(a *tokenAnswer) { a.reply.status = http.StatusBadRequest },
		"token_json":           replace("{", ""),
		"token_no_store":       func(a *tokenAnswer) { a.reply.header.Del("Cache-Control") },
		"access_token_present": replace(`"a"`, `""`),
		"token_type_bearer":    replace("Bearer", "mac"),
		"scope_granted":        replace("steps:read", "steps:write"),
		"oauth2_library":       func(a *tokenAnswer) { a.library = context.Canceled },
	})
}

func TestPushAnswer(t *testing.T) {
	valid := func() *pushAnswer {
		return &pushAnswer{reply: reply{status: http.StatusCreated, body: []byte(`{"request_uri":"urn:x","expires_in":60}`)}}
	}
	mustBreak(t, pushAnswerChecks(), valid, map[string]func(*pushAnswer){
		"push_status":         func(a *pushAnswer) { a.reply.status = http.StatusOK },
		"push_json":           func(a *pushAnswer) { a.reply.body = []byte(`no`) },
		"request_uri_present": func(a *pushAnswer) { a.reply.body = []byte(`{"request_uri":"urn:x"}`) },
	})
}

func TestBoundTokenAnswer(t *testing.T) {
	answer := func(typ string) *tokenAnswer {
		return &tokenAnswer{
			reply: reply{
				status: http.StatusOK, header: http.Header{"Cache-Control": {"no-store"}},
				body: []byte(`{"access_token":"a","token_type":"` + typ + `"}`),
			},
			asked: "steps:read",
		}
	}
	if _, refused, _ := playground.Run(playground.Mode{}, answer("dpop"), boundAnswerChecks()); refused != nil { // in any case
		t.Errorf("a bound token: %+v", refused)
	}
	_, refused, _ := playground.Run(playground.Mode{}, answer("Bearer"), boundAnswerChecks())
	if refused == nil || refused.ID != "token_type_dpop" {
		t.Errorf("token_type_dpop: %+v", refused)
	}
}

func TestAPIAnswer(t *testing.T) {
	valid := func() *apiAnswer {
		return &apiAnswer{reply: reply{status: http.StatusOK, body: []byte(`{"user":"alice","steps":[{"date":"2026-03-02","steps":1}]}`)}}
	}
	mustBreak(t, apiAnswerChecks(), valid, map[string]func(*apiAnswer){
		"api_status": func(a *apiAnswer) { a.reply.status = http.StatusUnauthorized },
		"api_json":   func(a *apiAnswer) { a.reply.body = []byte(`[]`) },
	})
}

// accessToken is what AcmeID would issue, with changes.
func (l *Lab) accessToken(t testing.TB, change func(header, claims map[string]any)) string {
	t.Helper()
	key, err := l.keys.Key("RS256")
	if err != nil {
		t.Fatal(err)
	}
	now := l.Now().Unix()
	header := map[string]any{"alg": "RS256", "typ": "at+jwt", "kid": key.KID}
	claims := map[string]any{
		"iss": l.Issuer(), "aud": l.apiURL(StepCloud), "sub": "alice", "client_id": FitTrack, "scope": ScopeStepsRead,
		"iat": now, "exp": now + 600, "jti": "j",
	}
	if change != nil {
		change(header, claims)
	}
	h, _ := json.Marshal(header)
	c, _ := json.Marshal(claims)
	token, err := playground.Sign(h, c, key.Private.(*rsa.PrivateKey), "RS256")
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// request is a request to an endpoint of StepCloud, as the handler makes it.
func (l *Lab) request(t testing.TB, path, authorization string) *apiRequest {
	t.Helper()
	x := stepCloud()
	return &apiRequest{
		ctx: t.Context(), lab: l, api: x, endpoint: x.endpoints[path], method: http.MethodGet, target: l.apiURL(StepCloud) + path,
		header: http.Header{"Authorization": {authorization}}, query: url.Values{},
	}
}

func TestStepCloud(t *testing.T) {
	l := newTestLab(t)
	good := l.accessToken(t, nil)
	valid := func() *apiRequest {
		return l.request(t, "/v1/steps", "Bearer "+good)
	}
	token := func(change func(h, c map[string]any)) func(*apiRequest) {
		return func(a *apiRequest) { a.header.Set("Authorization", "Bearer "+l.accessToken(t, change)) }
	}
	down := newTestLab(t)
	down.fetchKeys = func(context.Context, trace.Party) (*playground.KeySet, time.Duration, error) {
		return nil, 0, &noKeys{"200", "500"}
	}
	mustBreak(t, apiChecks(), valid, map[string]func(*apiRequest){
		"signing_keys":        func(a *apiRequest) { a.lab = down },
		"credentials_present": func(a *apiRequest) { a.header = http.Header{} },
		"token_not_in_query":  func(a *apiRequest) { a.query.Set("access_token", good) },
		"authorization_once":  func(a *apiRequest) { a.header.Add("Authorization", "Bearer "+good) },
		"scheme_bearer":       func(a *apiRequest) { a.header.Set("Authorization", "Basic "+good) },
		"token_syntax":        func(a *apiRequest) { a.header.Set("Authorization", `Bearer "`+good+`"`) },
		"key_from_issuer":     token(func(h, _ map[string]any) { h["jku"] = "https://mallory.example/jwks.json" }),
		"access_token":        func(a *apiRequest) { a.header.Set("Authorization", "Bearer "+good[:len(good)-8]+"AAAAAAAA") },
		"scope":               token(func(_, c map[string]any) { c["scope"] = ScopeProfileRead }),
		"person_only":         token(func(_, c map[string]any) { c["client_id"] = c["sub"] }),
		"user_rights":         func(a *apiRequest) { a.query.Set("user", "bob") },
		"revocation_asked":    func(*apiRequest) {}, // a JWT is judged alone
		"token_scheme":        token(func(_, c map[string]any) { c["cnf"] = map[string]any{"jkt": "of-a-key"} }),
		"dpop_proof": func(a *apiRequest) {
			key := newProofKey(t)
			bound := l.accessToken(t, func(_, c map[string]any) { c["cnf"] = map[string]any{"jkt": key.thumbprint} })
			a.header.Set("Authorization", "DPoP "+bound) // without a proof
		},
	})
	report := func() *apiRequest {
		a := l.request(t, "/v1/reports", "")
		token(func(_, c map[string]any) {
			c["scope"], c["sub"], c["client_id"] = ScopeReportsRun, NightlyReport, NightlyReport
		})(a)
		return a
	}
	shared := len(reportChecks()) - 1
	if _, refused, _ := playground.Run(playground.Mode{}, report(), reportChecks()); refused != nil {
		t.Fatalf("a program's own token is refused by %s", refused.ID)
	}
	for name, sub := range map[string]string{"a_person": "alice", "a_client_named_like_a_person": "bob"} {
		a := report()
		token(func(_, c map[string]any) {
			c["scope"], c["sub"], c["client_id"] = ScopeReportsRun, sub, NightlyReport
			if sub == "bob" {
				c["client_id"] = sub
			}
		})(a)
		if _, refused, _ := playground.Run(playground.Mode{}, a, reportChecks()); refused == nil || refused.ID != reportChecks()[shared].ID {
			t.Errorf("%s: refused by %v", name, refused)
		}
	}
	rows, _, _ := playground.Run(playground.Mode{}, valid(), apiChecks())
	i := slices.IndexFunc(rows, func(f playground.Finding) bool { return f.ID == "revocation_asked" })
	if f := rows[i]; f.Status != playground.StatusInfo || f.FindingID() != "revocation_not_asked" || f.Why == "" {
		t.Errorf("of a JWT StepCloud does not say that nobody was asked about its revocation: %+v", f.Outcome)
	}
}

// TestStepCloudAnswers proves what goes on the wire (RFC 6750 §3, RS-01 to RS-04).
func TestStepCloudAnswers(t *testing.T) {
	l := newTestLab(t)
	good := l.accessToken(t, nil)
	bearer := func(change func(h, c map[string]any)) string { return "Bearer " + l.accessToken(t, change) }
	for name, c := range map[string]struct {
		method, query, authorization string
		status                       int
		challenge                    string // part of WWW-Authenticate; "-" for none
	}{
		"accepted":           {http.MethodGet, "", "Bearer " + good, http.StatusOK, "-"},
		"scheme_any_case":    {http.MethodGet, "", "bEARER " + good, http.StatusOK, "-"},
		"no_credentials":     {http.MethodGet, "", "", http.StatusUnauthorized, `Bearer realm="StepCloud"`},
		"in_query":           {http.MethodGet, "?access_token=" + good, "", http.StatusBadRequest, `error="invalid_request"`},
		"no_token":           {http.MethodGet, "", "Bearer", http.StatusBadRequest, `error="invalid_request"`},
		"exp":                {http.MethodGet, "", bearer(func(_, c map[string]any) { c["exp"] = l.Now().Unix() - 1 }), http.StatusUnauthorized, `error="invalid_token"`},
		"exp_missing":        {http.MethodGet, "", bearer(func(_, c map[string]any) { delete(c, "exp") }), http.StatusUnauthorized, `error="invalid_token"`},
		"aud":                {http.MethodGet, "", bearer(func(_, c map[string]any) { c["aud"] = "http://localhost:8080/rs/main/mealcloud" }), http.StatusUnauthorized, `error="invalid_token"`},
		"iss":                {http.MethodGet, "", bearer(func(_, c map[string]any) { c["iss"] = "http://localhost:8080/idp/other" }), http.StatusUnauthorized, `error="invalid_token"`},
		"typ_of_an_id_token": {http.MethodGet, "", bearer(func(h, _ map[string]any) { h["typ"] = "JWT" }), http.StatusUnauthorized, `error="invalid_token"`},
		"crit_unknown":       {http.MethodGet, "", bearer(func(h, _ map[string]any) { h["crit"] = []string{"x"}; h["x"] = 1 }), http.StatusUnauthorized, `error="invalid_token"`},
		"alg_none":           {http.MethodGet, "", "Bearer " + playground.Unsecured([]byte(`{"alg":"none","typ":"at+jwt"}`), []byte(`{"sub":"alice"}`)) + "x", http.StatusUnauthorized, `error="invalid_token"`},
		"opaque_unknown":     {http.MethodGet, "", "Bearer abc", http.StatusUnauthorized, `error="invalid_token"`},
		"scope":              {http.MethodGet, "", bearer(func(_, c map[string]any) { c["scope"] = "openid" }), http.StatusForbidden, `error="insufficient_scope", scope="steps:read"`},
		"user_rights":        {http.MethodGet, "?user=bob", "Bearer " + good, http.StatusForbidden, "-"},
		"user_without_data":  {http.MethodGet, "", bearer(func(_, c map[string]any) { c["sub"] = "mallory" }), http.StatusForbidden, "-"},
		"method":             {http.MethodPost, "", "Bearer " + good, http.StatusMethodNotAllowed, "-"},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest(c.method, "/rs/main/stepcloud/v1/steps"+c.query, http.NoBody)
			if c.authorization != "" {
				r.Header.Set("Authorization", c.authorization)
			}
			w := httptest.NewRecorder()
			l.apiHandler(stepCloud()).ServeHTTP(w, r)
			got := w.Header().Get("WWW-Authenticate")
			if w.Code != c.status || c.challenge == "-" && got != "" || c.challenge != "-" && !strings.Contains(got, c.challenge) {
				t.Errorf("%d %q, want %d %q", w.Code, got, c.status, c.challenge)
			}
			if name == "no_credentials" && strings.Contains(got, "error=") {
				t.Error("a request without credentials must get no error code")
			}
			if w.Header().Get("Cache-Control") != "no-store" {
				t.Error("the answer may be cached")
			}
		})
	}
}

func TestStepCloudRuleSwitchedOff(t *testing.T) {
	l := newTestLab(t)
	ask := func() int {
		r := httptest.NewRequest(http.MethodGet, "/rs/main/stepcloud/v1/steps?user=bob", http.NoBody)
		r.Header.Set("Authorization", "Bearer "+l.accessToken(t, nil))
		w := httptest.NewRecorder()
		l.apiHandler(stepCloud()).ServeHTTP(w, r)
		return w.Code
	}
	if err := l.InsecureSwitch("user_rights", true); err != nil {
		t.Fatal(err)
	}
	if got := ask(); got != http.StatusOK {
		t.Errorf("off: %d", got)
	}
	if err := l.InsecureSwitch("user_rights", false); err != nil {
		t.Fatal(err)
	}
	if got := ask(); got != http.StatusForbidden {
		t.Errorf("on again: %d", got)
	}
	for _, id := range []string{"no_such_rule", "session_known"} {
		if l.InsecureSwitch(id, true) == nil {
			t.Errorf("%s was switched off", id)
		}
	}
}

func TestJar(t *testing.T) {
	now := time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC)
	var j jar
	j = j.set("", []string{"a=1; Path=/idp/main", "b=2; Path=/", "c=3", "d=4; Path=/; Max-Age=10", "broken"}, "/idp/main/login", now)
	for path, want := range map[string]string{
		"/idp/main":         "a=1; c=3; b=2; d=4",
		"/idp/main/login":   "a=1; c=3; b=2; d=4",
		"/idp/mainframe":    "b=2; d=4",
		"/app/main/fittrac": "b=2; d=4",
	} {
		if got := j.header(path, now); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
	if got := j.header("/", now.Add(time.Minute)); got != "b=2" {
		t.Errorf("later: %q", got)
	}
	copied := j
	j = j.set("", []string{"b=; Path=/; Max-Age=-1", "a=9; Path=/idp/main"}, "/", now)
	if got := j.header("/idp/main", now); got != "c=3; a=9; d=4" {
		t.Errorf("after delete and change: %q", got)
	}
	if got := copied.header("/idp/main", now); got != "a=1; c=3; b=2; d=4" {
		t.Errorf("the snapshot changed: %q", got)
	}
}

func TestNewRefusesBadOrigins(t *testing.T) {
	for _, origin := range []string{"", "localhost:8080", "http://localhost:8080/", "ftp://localhost", "http://localhost:8080?x"} {
		if _, err := New(Config{Origin: origin}); err == nil {
			t.Errorf("origin %q was taken", origin)
		}
	}
}

func TestClockIsBounded(t *testing.T) {
	l := newTestLab(t)
	for range 5 {
		l.Advance(1 << 62)
	}
	if l.Offset() != MaxOffset {
		t.Errorf("offset %s", l.Offset())
	}
	l.ResetClock()
	if l.Offset() != 0 {
		t.Errorf("after the reset: %s", l.Offset())
	}
}

// TestStepCloudTakesOpaqueTokens proves that a token which says nothing by
// itself is asked about at AcmeID, and that another API's is refused.
func TestStepCloudTakesOpaqueTokens(t *testing.T) {
	l := newTestLab(t)
	stub := l.clients()[0]
	stub.ID, stub.OpaqueTokens, stub.Scopes, stub.DetailTypes = "stub", true, []string{ScopeStepsRead}, nil
	for name, c := range map[string]struct {
		audience string
		want     int
	}{
		"active":    {l.apiURL(StepCloud), http.StatusOK},
		"other_api": {l.apiURL("mealcloud"), http.StatusUnauthorized},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := mockprovider.New(mockprovider.Config{
				Issuer: l.Issuer(), Clients: []mockprovider.Client{stub}, Users: []mockprovider.User{Users()[0].User},
				APIs: []mockprovider.API{{Audience: c.audience, Scopes: map[string]string{ScopeStepsRead: "read"}}},
				Keys: l.keys, Store: mockprovider.NewMemory(mockprovider.MemoryConfig{}),
			})
			if err != nil {
				t.Fatal(err)
			}
			l.provider = p
			srv := httptest.NewServer(p)
			defer srv.Close()
			r := httptest.NewRequest(http.MethodGet, "/rs/main/stepcloud/v1/steps", http.NoBody)
			r.Header.Set("Authorization", "Bearer "+opaqueToken(t, srv, stub))
			token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
			w := httptest.NewRecorder()
			l.apiHandler(stepCloud()).ServeHTTP(w, r)
			if w.Code != c.want {
				t.Errorf("%d, want %d: %s", w.Code, c.want, w.Body)
			}
			if c.want != http.StatusOK {
				return
			}
			a := l.request(t, "/v1/steps", r.Header.Get("Authorization"))
			rows, _, _ := playground.Run(playground.Mode{}, a, apiChecks())
			i := slices.IndexFunc(rows, func(f playground.Finding) bool { return f.ID == "revocation_asked" })
			if rows[i].Status != playground.StatusPass || !strings.Contains(rows[i].Message, "was asked") {
				t.Errorf("of an opaque token StepCloud does not say that AcmeID was asked: %+v", rows[i].Outcome)
			}
			if err := revoke(t, srv.URL+"/idp/main/revoke", stub, token); err != nil {
				t.Fatal(err)
			}
			w = httptest.NewRecorder()
			if l.apiHandler(stepCloud()).ServeHTTP(w, r); w.Code != http.StatusUnauthorized {
				t.Errorf("a revoked opaque token still works: %d", w.Code)
			}
		})
	}
}

// opaqueToken walks through the provider behind srv as Alice.
func opaqueToken(t *testing.T, srv *httptest.Server, c mockprovider.Client) string {
	t.Helper()
	jar, _ := cookiejar.New(nil)
	browser := &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if strings.HasSuffix(r.URL.Path, "/callback") {
			return http.ErrUseLastResponse
		}
		r.URL.Host = strings.TrimPrefix(srv.URL, "http://")
		return nil
	}}
	find := func(res *http.Response, err error) string {
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(res.Body)
		res.Body.Close()
		_, rest, ok := strings.Cut(string(body), `name="interaction" value="`)
		if !ok {
			t.Fatalf("no form: %d %s", res.StatusCode, body)
		}
		value, _, _ := strings.Cut(rest, `"`)
		return value
	}
	base := srv.URL + "/idp/main"
	verifier := strings.Repeat("v", 43)
	sum := sha256.Sum256([]byte(verifier))
	challenge := base64.RawURLEncoding.EncodeToString(sum[:])
	ask := url.Values{
		"response_type": {"code"}, "client_id": {c.ID}, "redirect_uri": {c.RedirectURIs[0]}, "scope": {ScopeStepsRead},
		"state": {"s"}, "code_challenge": {challenge}, "code_challenge_method": {"S256"},
	}
	i := find(browser.Get(base + "/authorize?" + ask.Encode()))
	i = find(browser.PostForm(base+"/login", url.Values{"interaction": {i}, "username": {"alice"}, "password": {"alice"}, "action": {"login"}}))
	res, err := browser.PostForm(base+"/consent", url.Values{"interaction": {i}, "scope": {ScopeStepsRead}, "action": {"allow"}})
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	back, err := res.Location()
	if err != nil {
		t.Fatal(err)
	}
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, base+"/token", strings.NewReader(url.Values{
		"grant_type": {"authorization_code"}, "code": {back.Query().Get("code")}, "redirect_uri": {c.RedirectURIs[0]}, "code_verifier": {verifier},
	}.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.SetBasicAuth(c.ID, c.Secret)
	res, err = http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var out Tokens
	if err := json.NewDecoder(res.Body).Decode(&out); err != nil || out.AccessToken == "" || strings.Count(out.AccessToken, ".") == 2 {
		t.Fatalf("no opaque token: %d %+v", res.StatusCode, out)
	}
	return out.AccessToken
}

// revoke asks the provider to revoke a token (RFC 7009 §2.1).
func revoke(t *testing.T, endpoint string, c mockprovider.Client, token string) error {
	t.Helper()
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, endpoint, strings.NewReader(url.Values{"token": {token}}.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.SetBasicAuth(c.ID, c.Secret)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("revocation answered %s", res.Status)
	}
	return nil
}
