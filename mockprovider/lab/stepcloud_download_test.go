package lab

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"claimcheck/mockprovider"
	"claimcheck/playground"
)

const march = `[{"type":"steps_export","actions":["read","download"],"from":"2026-03-03","to":"2026-03-06"}]`

// Each rule about authorization details refuses a request in which one thing is
// not as it was granted (RFC 9396 §9).
func TestDownloadRules(t *testing.T) {
	l := newTestLab(t)
	request := func(details string, query ...string) *apiRequest {
		a := l.request(t, "/v1/download", "Bearer "+l.accessToken(t, func(_, c map[string]any) {
			c["scope"] = ""
			if details != "" {
				c["authorization_details"] = json.RawMessage(details)
			}
		}))
		a.query = url.Values{"from": {"2026-03-04"}, "to": {"2026-03-05"}}
		for n := 0; n < len(query); n += 2 {
			a.query.Set(query[n], query[n+1])
		}
		return a
	}
	with := func(old, changed string) string { return strings.Replace(march, old, changed, 1) }
	here := `"locations":["` + l.apiURL(StepCloud) + `"],"actions"`
	two := strings.TrimSuffix(march, "]") + `,{"type":"steps_export","actions":["read","download"],"from":"2026-03-08","to":"2026-03-08"}]`
	for name, a := range map[string]*apiRequest{
		"as_granted": request(march), "all_of_it": request(march, "from", "2026-03-03", "to", "2026-03-06"),
		"located_here": request(with(`"actions"`, here)), "second_detail": request(two, "from", "2026-03-08", "to", "2026-03-08"),
	} {
		if _, refused, err := playground.Run(playground.Mode{}, a, downloadChecks()); refused != nil || err != nil {
			t.Errorf("%s: refused by %+v, %v", name, refused, err)
		}
	}
	halves := `[{"type":"steps_export","actions":["download"],"from":"2026-03-08","to":"2026-03-08"},{"type":"steps_export","actions":["read"],"from":"2026-03-01","to":"2026-03-31"}]`
	proved := map[string]bool{}
	for name, c := range map[string]struct {
		rule string
		a    *apiRequest
	}{
		"no_days":        {"days_asked", request(march, "from", "")},
		"days_reversed":  {"days_asked", request(march, "to", "2026-03-01")},
		"no_such_day":    {"days_asked", request(march, "to", "2026-02-30")},
		"no_details":     {"detail_type", request("")},
		"another_type":   {"detail_type", request(with("steps_export", "meals_export"))},
		"no_list":        {"detail_type", request(`{"type":"steps_export"}`)},
		"elsewhere":      {"detail_location", request(with(`"actions"`, `"locations":["https://elsewhere.example"],"actions"`))},
		"nowhere":        {"detail_location", request(with(`"actions"`, `"locations":[],"actions"`))},
		"read_only":      {"detail_action", request(with(`"read","download"`, `"read"`))},
		"too_early":      {"detail_days", request(march, "from", "2026-03-02")},
		"too_late":       {"detail_days", request(march, "to", "2026-03-07")},
		"across_details": {"detail_days", request(two, "to", "2026-03-08")},
		"one_of_each":    {"detail_days", request(halves)}, // no single detail allows it
		"somebody_else":  {"user_rights", request(march, "user", "bob")},
	} {
		proved[c.rule] = true
		_, refused, err := playground.Run(playground.Mode{}, c.a, downloadChecks())
		if err != nil || refused == nil || refused.ID != c.rule {
			t.Errorf("%s: refused by %+v, %v, want %s", name, refused, err, c.rule)
		}
	}
	for _, c := range detailChecks() {
		if !proved[c.ID] {
			t.Errorf("the rule %s has no test", c.ID)
		}
	}
	off := map[string]bool{"detail_location": true, "detail_action": true, "detail_days": true, "user_rights": true}
	if _, refused, _ := playground.Run(playground.Mode{InsecureOff: off}, request(halves, "user", "bob", "from", "2026-03-01"), downloadChecks()); refused != nil {
		t.Errorf("with its defences off it is refused by %s", refused.ID)
	}
}

// heard is a lab with a listener.
func heard(t *testing.T) *Lab {
	t.Helper()
	srv := httptest.NewUnstartedServer(nil)
	w, err := New(Config{Origin: "http://" + srv.Listener.Addr().String()})
	if err != nil {
		t.Fatal(err)
	}
	srv.Config.Handler = w
	srv.Start()
	t.Cleanup(srv.Close)
	return w.Main()
}

// granted goes through the code flow as Alice with a client of its own, whose
// tokens are opaque or not, and returns the token response. With a key the token
// is bound to it.
func granted(t *testing.T, l *Lab, opaque bool, key *proofKey, params url.Values) (out struct {
	Token   string            `json:"access_token"`
	Type    string            `json:"token_type"`
	Details []json.RawMessage `json:"authorization_details"`
},
) {
	t.Helper()
	_, err := l.PutClient(mockprovider.Client{
		ID: "own", Name: "Own", RedirectURIs: []string{"http://localhost:3000/cb"}, Scopes: []string{ScopeStepsRead}, DetailTypes: []string{StepsExport},
		TokenEndpointAuthMethod: "client_secret_basic", OpaqueTokens: opaque,
	})
	if err != nil {
		t.Fatal(err)
	}
	jar, _ := cookiejar.New(nil)
	browser := &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if r.URL.Port() == "3000" {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	verifier := strings.Repeat("v", 43)
	params.Set("response_type", "code")
	params.Set("client_id", "own")
	params.Set("redirect_uri", "http://localhost:3000/cb")
	params.Set("code_challenge", challengeFor(verifier))
	params.Set("code_challenge_method", "S256")
	page := func(res *http.Response, err error) (interaction string, at *url.URL) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		body, _ := io.ReadAll(res.Body)
		_, rest, _ := strings.Cut(string(body), `name="interaction" value="`)
		interaction, _, _ = strings.Cut(rest, `"`)
		at, _ = res.Location()
		return interaction, at
	}
	login, _ := page(browser.Get(l.Issuer() + "/authorize?" + params.Encode()))
	consent, _ := page(browser.PostForm(l.Issuer()+"/login", url.Values{"interaction": {login}, "username": {"alice"}, "password": {"alice"}, "action": {"login"}}))
	allowed := url.Values{"interaction": {consent}, "scope": params["scope"], "action": {"allow"}}
	if params.Has("authorization_details") {
		allowed.Set("detail", "0")
	}
	_, back := page(browser.PostForm(l.Issuer()+"/consent", allowed))
	if back == nil || back.Query().Get("code") == "" {
		t.Fatalf("no code: %v", back)
	}
	form := url.Values{"grant_type": {"authorization_code"}, "code": {back.Query().Get("code")}, "redirect_uri": {"http://localhost:3000/cb"}, "code_verifier": {verifier}}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, l.Issuer()+"/token", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth("own", l.registry.Client("own").Secret)
	if key != nil {
		r.Header.Set("DPoP", key.proof(t, l, "", "htm", http.MethodPost, "htu", l.Issuer()+"/token", "ath", nil))
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(&out); err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%d %v", res.StatusCode, err)
	}
	if jwt := strings.Count(out.Token, ".") == 2; jwt == opaque {
		t.Fatalf("the token is a JWT: %v", jwt)
	}
	return out
}

// get asks an API over HTTP.
func get(t *testing.T, address string, header ...string) (status int, challenge, body string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	for n := 0; n < len(header); n += 2 {
		r.Header.Set(header[n], header[n+1])
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	raw, _ := io.ReadAll(res.Body)
	return res.StatusCode, strings.Join(res.Header.Values("WWW-Authenticate"), " | "), string(raw)
}

// tokenForms runs a test with a JWT and with an opaque token, both over HTTP.
func tokenForms(t *testing.T, test func(t *testing.T, l *Lab, opaque bool)) {
	t.Helper()
	for name, opaque := range map[string]bool{"jwt": false, "opaque": true} {
		t.Run(name, func(t *testing.T) { test(t, heard(t), opaque) })
	}
}

// RA-01: what Alice granted in detail is what StepCloud allows, whatever the form
// of the token (RFC 9396 §9.1, §9.2).
func TestDownloadOverHTTP(t *testing.T) {
	tokenForms(t, func(t *testing.T, l *Lab, opaque bool) {
		out := granted(t, l, opaque, nil, url.Values{"authorization_details": {march}})
		if len(out.Details) != 1 || out.Type != "Bearer" {
			t.Fatalf("%+v", out)
		}
		ask := func(query string) (int, string, string) {
			return get(t, l.apiURL(StepCloud)+query, "Authorization", "Bearer "+out.Token)
		}
		if status, _, body := ask("/v1/download?from=2026-03-03&to=2026-03-04"); status != http.StatusOK || !strings.Contains(body, "11027") || strings.Contains(body, "8412") || strings.Contains(body, "9954") {
			t.Errorf("the days that were granted: %d %s", status, body)
		}
		if status, challenge, _ := ask("/v1/download?from=2026-03-03&to=2026-03-08"); status != http.StatusForbidden || !strings.Contains(challenge, `error="insufficient_scope"`) || strings.Contains(challenge, "scope=\"\"") {
			t.Errorf("more days: %d %s", status, challenge)
		}
		if status, challenge, _ := ask("/v1/steps"); status != http.StatusForbidden || !strings.Contains(challenge, `scope="steps:read"`) {
			t.Errorf("a detail is no scope: %d %s", status, challenge)
		}
		plain := granted(t, l, opaque, nil, url.Values{"scope": {ScopeStepsRead}})
		if status, _, _ := get(t, l.apiURL(StepCloud)+"/v1/download?from=2026-03-03&to=2026-03-04", "Authorization", "Bearer "+plain.Token); status != http.StatusForbidden {
			t.Errorf("a scope is no detail: %d", status)
		}
	})
}

// DP-04, AT-05: a token that is bound to a key works with a proof by that key
// alone. Of an opaque one the API learns the key by asking (RFC 9449 §6.2).
func TestBoundTokenOverHTTP(t *testing.T) {
	tokenForms(t, func(t *testing.T, l *Lab, opaque bool) {
		key := newProofKey(t)
		out := granted(t, l, opaque, key, url.Values{"scope": {ScopeStepsRead}})
		if out.Type != "DPoP" {
			t.Fatalf("token_type %s", out.Type)
		}
		address := l.apiURL(StepCloud) + "/v1/steps"
		for name, c := range map[string]struct {
			header []string
			want   int
			code   string
		}{
			"with_a_proof": {[]string{"Authorization", "DPoP " + out.Token, "DPoP", key.proof(t, l, out.Token)}, http.StatusOK, ""},
			"as_bearer":    {[]string{"Authorization", "Bearer " + out.Token}, http.StatusUnauthorized, `error="invalid_token"`},
			"by_a_thief":   {[]string{"Authorization", "DPoP " + out.Token, "DPoP", newProofKey(t).proof(t, l, out.Token)}, http.StatusUnauthorized, `error="invalid_dpop_proof"`},
			"no_proof":     {[]string{"Authorization", "DPoP " + out.Token}, http.StatusUnauthorized, `error="invalid_dpop_proof"`},
		} {
			if status, challenge, body := get(t, address, c.header...); status != c.want || !strings.Contains(challenge, c.code) {
				t.Errorf("%s: %d %s %s", name, status, challenge, body)
			}
		}
	})
}

// RS-05: an API asks for a login that is not long ago, and knows of an opaque
// token when and how the login was (RFC 9470 §6.1, §6.2).
func TestStepUpOverHTTP(t *testing.T) {
	tokenForms(t, func(t *testing.T, l *Lab, opaque bool) {
		out := granted(t, l, opaque, nil, url.Values{"scope": {ScopeStepsRead}, "acr_values": {acrOf(t, l)}})
		export := func() (int, string, string) {
			return get(t, l.apiURL(StepCloud)+"/v1/export", "Authorization", "Bearer "+out.Token)
		}
		if status, _, body := export(); status != http.StatusOK {
			t.Errorf("a login of now: %d %s", status, body)
		}
		l.Advance(exportMaxAge + 2*time.Second)
		if status, challenge, _ := export(); status != http.StatusUnauthorized || !strings.Contains(challenge, `error="insufficient_user_authentication"`) || !strings.Contains(challenge, `max_age="300"`) {
			t.Errorf("a login of five minutes ago: %d %s", status, challenge)
		}
		if status, _, _ := get(t, l.apiURL(StepCloud)+"/v1/steps", "Authorization", "Bearer "+out.Token); status != http.StatusOK {
			t.Errorf("for less the token is still good: %d", status)
		}
		form := url.Values{"token": {out.Token}}
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, l.Issuer()+"/introspect", strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.SetBasicAuth(StepCloud, stepCloudSecret)
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		var info struct {
			Active   bool   `json:"active"`
			ACR      string `json:"acr"`
			AuthTime int64  `json:"auth_time"`
		}
		if err := json.NewDecoder(res.Body).Decode(&info); err != nil || !info.Active || info.ACR != acrOf(t, l) || info.AuthTime == 0 {
			t.Errorf("introspection: %+v %v", info, err)
		}
		if claims := decoded(out.Token); !opaque && claims["acr"] != acrOf(t, l) {
			t.Errorf("the JWT says acr %v", claims["acr"])
		}
	})
}

// acrOf is how people log in at AcmeID.
func acrOf(t *testing.T, l *Lab) string {
	t.Helper()
	var doc struct {
		ACR []string `json:"acr_values_supported"`
	}
	if err := json.Unmarshal(l.provider.Metadata(), &doc); err != nil || len(doc.ACR) == 0 {
		t.Fatal(err)
	}
	return doc.ACR[0]
}

// decoded are the claims of a JWT, unverified; nil of anything else.
func decoded(token string) (claims map[string]any) {
	if parts := strings.Split(token, "."); len(parts) == 3 {
		raw, _ := base64.RawURLEncoding.DecodeString(parts[1])
		_ = json.Unmarshal(raw, &claims)
	}
	return claims
}

func challengeFor(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
