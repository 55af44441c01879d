package lab

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"claimcheck/playground"
)

// pass asks StepCloud for a pass, for the person of the access token.
func (l *Lab) pass(t testing.TB, sub string) string {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/rs/main/stepcloud/v1/pass", http.NoBody)
	r.Header.Set("Authorization", "Bearer "+l.accessToken(t, func(_, c map[string]any) { c["sub"] = sub }))
	w := httptest.NewRecorder()
	l.apiHandler(stepCloud()).ServeHTTP(w, r)
	var answer struct {
		Pass string `json:"pass"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || answer.Pass == "" {
		t.Fatalf("no pass: %d %s", w.Code, w.Body)
	}
	return answer.Pass
}

// forgedPass is a pass about Alice that somebody else signed.
func forgedPass(t testing.TB, l *Lab, kid string, secret []byte) string {
	t.Helper()
	me := l.apiURL(StepCloud)
	claims, _ := json.Marshal(map[string]any{"iss": me, "aud": me, "sub": "alice", "iat": l.Now().Unix(), "exp": l.Now().Unix() + 60})
	header, _ := json.Marshal(map[string]string{"alg": "HS256", "typ": "pass+jwt", "kid": kid})
	pass, err := playground.Sign(header, claims, secret, "HS256")
	if err != nil {
		t.Fatal(err)
	}
	return pass
}

func TestPassRules(t *testing.T) {
	l := newTestLab(t)
	good := l.pass(t, "alice")
	valid := func() *apiRequest { return l.request(t, "/v1/shared", "Bearer "+good) }
	other := func(pass string) func(*apiRequest) {
		return func(a *apiRequest) { a.header.Set("Authorization", "Bearer "+pass) }
	}
	weak := newTestLab(t)
	weak.passSecret = []byte("31 bytes are not quite enough !")
	mustBreak(t, sharedChecks(), valid, map[string]func(*apiRequest){
		"credentials_present": func(a *apiRequest) { a.header = http.Header{} },
		"token_not_in_query":  func(a *apiRequest) { a.query.Set("access_token", good) },
		"authorization_once":  func(a *apiRequest) { a.header.Add("Authorization", "Bearer "+good) },
		"scheme_bearer":       func(a *apiRequest) { a.header.Set("Authorization", "Basic "+good) },
		"token_syntax":        func(a *apiRequest) { a.header.Set("Authorization", `Bearer "`+good+`"`) },
		"kid_strict":          other(forgedPass(t, l, "../secrets/pass-1", l.passSecret)),
		"pass_key":            other(forgedPass(t, l, "pass-2", l.passSecret)),
		"hs_min_key":          func(a *apiRequest) { a.lab = weak },
		"share_pass":          other(forgedPass(t, l, passKID, []byte("guess"))),
		"user_rights":         other(l.pass(t, "mallory")),
	})
	for name, authorization := range map[string]string{"an_access_token": "Bearer " + l.accessToken(t, nil), "dpop": "DPoP " + good} {
		if _, refused, _ := playground.Run(playground.Mode{}, l.request(t, "/v1/shared", authorization), sharedChecks()); refused == nil {
			t.Errorf("%s opens what a pass opens", name)
		}
	}
	if w := l.ask(stepCloud(), "/v1/steps", "Authorization", "Bearer "+good); w.Code != http.StatusUnauthorized {
		t.Errorf("a pass opens what an access token opens: %d", w.Code)
	}
}

// With hs_min_key off StepCloud signs with a word. A pass of before is worth
// nothing then, and the other way round: the secrets differ.
func TestPassSecretIsAWordWhileTheRuleIsOff(t *testing.T) {
	l := newTestLab(t)
	strong, guess := l.pass(t, "alice"), forgedPass(t, l, passKID, []byte("10000steps"))
	status := func(pass string) int {
		return l.ask(stepCloud(), "/v1/shared", "Authorization", "Bearer "+pass).Code
	}
	if status(strong) != http.StatusOK || status(guess) != http.StatusUnauthorized {
		t.Errorf("on: a pass of StepCloud’s %d, one with a guess %d", status(strong), status(guess))
	}
	if err := l.InsecureSwitch("hs_min_key", true); err != nil {
		t.Fatal(err)
	}
	if status(strong) != http.StatusUnauthorized || status(guess) != http.StatusOK || status(l.pass(t, "alice")) != http.StatusOK {
		t.Errorf("off: a pass of before %d, one with a guess %d", status(strong), status(guess))
	}
}

// With kid_strict off kid is a path, and leads to whatever StepCloud has: to a file
// whose bytes everybody knows, but to none of this machine.
func TestPassKIDIsAPathWhileTheRuleIsOff(t *testing.T) {
	l := newTestLab(t)
	about := l.ask(stepCloud(), "/v1/about")
	if about.Code != http.StatusOK {
		t.Fatalf("the public file: %d", about.Code)
	}
	pass := forgedPass(t, l, "../public/about.json", about.Body.Bytes())
	status := func(pass string) int {
		return l.ask(stepCloud(), "/v1/shared", "Authorization", "Bearer "+pass).Code
	}
	if got := status(pass); got != http.StatusUnauthorized {
		t.Errorf("on: %d", got)
	}
	if err := l.InsecureSwitch("kid_strict", true); err != nil {
		t.Fatal(err)
	}
	if got := status(pass); got != http.StatusOK {
		t.Errorf("off: %d", got)
	}
	for _, kid := range []string{"", "..", "../../../etc/hostname", "../public", "../public/about.json/"} {
		if got := status(forgedPass(t, l, kid, []byte("x"))); got != http.StatusUnauthorized {
			t.Errorf("%q: %d", kid, got)
		}
	}
}
