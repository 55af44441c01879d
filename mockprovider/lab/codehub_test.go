package lab_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"claimcheck/mockprovider"
	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
)

// hubLogin goes from DevLog's button to the end of the consent page.
func hubLogin(b *browser, user string) page {
	b.t.Helper()
	p := b.login(b.get(b.site.url+"/app/main/"+lab.DevLog+"/connect"), user)
	return b.do(http.MethodPost, b.site.Main().Issuer()+"/consent", url.Values{
		"interaction": {p.interaction(b.t)}, "scope": {lab.ScopeUserRead}, "action": {"allow"},
	})
}

// A login by OAuth alone: no ID token comes, and the account is the number that
// CodeHub says.
func TestDevLogLetsInByTheNumber(t *testing.T) {
	for user, number := range map[string]string{"alice": "5831047", "bob": "77120", "mallory": "9044213"} {
		t.Run(user, func(t *testing.T) {
			s := newSite(t, nil)
			r := s.run(t, lab.RunConfig{Client: lab.DevLog, Scope: lab.ScopeUserRead, PKCE: true})
			b := s.browser(t)
			b.enter(r)
			if end := hubLogin(b, user); !strings.Contains(end.html, "<code>"+number+"</code>") || !strings.Contains(end.html, "/rs/main/codehub</code>") {
				t.Fatalf("ended at %s with %d:\n%s", end.url, end.status, end.html)
			}
			tokens := trace.To(r.Entries(), trace.RoleAS, http.MethodPost, "/token")
			if len(tokens) != 1 || strings.Contains(string(tokens[0].Response.Body), "id_token") {
				t.Errorf("an ID token came, or no token:\n%s", shape(r.Entries()))
			}
			if got := r.Session(); strings.Count(got.Tokens.AccessToken, ".") != 0 || got.Account.Email != "" {
				t.Errorf("DevLog has %+v", got)
			}
		})
	}
}

// OpenID Connect is nothing that DevLog could ask for.
func TestDevLogMayNotAskForOpenID(t *testing.T) {
	s := newSite(t, nil)
	r := s.run(t, lab.RunConfig{Client: lab.DevLog, Scope: "openid " + lab.ScopeUserRead, PKCE: true})
	b := s.browser(t)
	b.enter(r)
	b.get(s.url + "/app/main/" + lab.DevLog + "/connect")
	asked := trace.To(r.Entries(), trace.RoleAS, http.MethodGet, "/authorize")
	if len(asked) != 1 || asked[0].Refusal() == nil || asked[0].Refusal().ID != "scope_allowed" {
		t.Errorf("openid was not refused:\n%s", shape(r.Entries()))
	}
}

func TestCodeHubAnswersForTheAccountOfTheToken(t *testing.T) {
	s := newSite(t, nil)
	token := func(client, user, scope string) string {
		t.Helper()
		out, err := s.Main().Mint(t.Context(), mockprovider.MintRequest{Client: client, User: user, Scope: strings.Fields(scope)})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	ask := func(path, bearer string) (status int, body string) {
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/rs/main/codehub"+path, http.NoBody)
		req.Header.Set("Authorization", "Bearer "+bearer)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		var v json.RawMessage
		_ = json.NewDecoder(res.Body).Decode(&v)
		return res.StatusCode, string(v)
	}
	if err := s.Main().PutUser(mockprovider.User{ID: "carol", Username: "carol", Password: "x"}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, path, client, user, scope string
		status                          int
		says                            string
	}{
		{"own_app", "/user", lab.DevLog, "alice", lab.ScopeUserRead, 200, `"login":"alice-builds"`},
		{"another_app", "/user", lab.CodeQuiz, "alice", lab.ScopeUserRead, 200, `"id":5831047`},
		{"shows_no_address", "/user", lab.DevLog, "alice", lab.ScopeUserRead, 200, `"email":null`},
		{"shows_a_foreign_address", "/user", lab.DevLog, "mallory", lab.ScopeUserRead, 200, `"email":"alice@example.com"`},
		{"unverified", "/user/emails", lab.DevLog, "mallory", lab.ScopeUserEmail, 200, `{"email":"alice@example.com","primary":false,"verified":false}`},
		{"scope", "/user/emails", lab.DevLog, "alice", lab.ScopeUserRead, 403, "insufficient_scope"},
		{"other_api", "/user", lab.FitTrack, "alice", lab.ScopeStepsRead, 401, "invalid_token"},
		{"hub_account", "/user", lab.DevLog, "carol", lab.ScopeUserRead, 403, "no account at CodeHub"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if status, body := ask(c.path, token(c.client, c.user, c.scope)); status != c.status || !strings.Contains(body, c.says) {
				t.Errorf("answered %d %s, want %d with %s", status, body, c.status, c.says)
			}
		})
	}
}
