package doctor

import (
	"net/http"
	"strings"
	"testing"

	"claimcheck/mockprovider/trace"
	"claimcheck/playground"
	"claimcheck/playground/spec"
)

const issuer = "http://localhost:8080/idp/main"

func TestAddress(t *testing.T) {
	for address, want := range map[string]string{
		issuer: "", issuer + oidcSuffix: "",
		"http://localhost:8080" + oauthPrefix + "/idp/main": "", "http://localhost:8080" + oidcSuffix + "/idp/main": "",
		"localhost:8080/idp/main":                   "address_readable",
		"https://localhost:8080/idp/main":           "address_scheme",
		"http://host.docker.internal:8080/idp/main": "address_container",
		"http://claimcheck:8080/idp/main":           "address_container",
		"http://172.17.0.1:8080/idp/main":           "address_container",
		"http://127.0.0.1:8080/idp/main":            "address_loopback",
		"http://[::1]:8080/idp/main":                "address_loopback",
		"http://lab.example:8080/idp/main":          "address_host",
		"http://localhost/idp/main":                 "address_port",
		"http://localhost:8081/idp/main":            "address_port",
		issuer + oauthPrefix:                        "address_oauth_appended",
		"http://localhost:8080" + oidcSuffix:        "address_root address_path_missing",
		"http://localhost:8080/idp/.well-known/x":   "address_well_known address_lab",
		"http://localhost:8080":                     "address_path_missing",
		"http://localhost:8080/idp/other":           "address_lab",
		issuer + "/":                                "address_slash",
	} {
		if got := failed(Examine(&Patient{Issuer: issuer, Address: address})); got != want {
			t.Errorf("%s: %q, want %q", address, got, want)
		}
	}
}

func failed(rows []playground.Finding) string {
	var ids []string
	for i := range rows {
		if rows[i].Status == playground.StatusFail {
			ids = append(ids, rows[i].FindingID())
		}
	}
	return strings.Join(ids, " ")
}

func TestRedirectURI(t *testing.T) {
	const registered = "http://localhost:3000/callback"
	for sent, want := range map[string]string{
		registered: "", registered + "/": "redirect_uri_slash", "https://localhost:3000/callback": "redirect_uri_scheme",
		"http://127.0.0.1:3000/callback": "redirect_uri_loopback", "http://app.example:3000/callback": "redirect_uri_host",
		"http://localhost:3001/callback": "redirect_uri_port", "http://localhost:3000/Callback": "redirect_uri_case",
		"http://localhost:3000/cb": "redirect_uri_path", registered + "?a=b": "redirect_uri_query", registered + "#x": "redirect_uri_registered",
	} {
		rows := Examine(&Patient{Issuer: issuer, RedirectURI: sent, Registered: []string{"http://other.example/", registered}})
		if got := failed(rows); got != want {
			t.Errorf("%s: %q, want %q", sent, got, want)
		}
	}
	rows := Examine(&Patient{Issuer: issuer, RedirectURI: "http://127.0.0.1:5555/cb", Registered: []string{"http://127.0.0.1/cb"}, Native: true})
	if got := failed(rows); got != "" {
		t.Errorf("native: %s", got)
	}
}

// A valid login of the app; each case breaks one thing of it.
func TestRequests(t *testing.T) {
	const registered = "http://localhost:3000/callback"
	const good = "/idp/main/authorize?response_type=code&client_id=app&redirect_uri=http%3A%2F%2Flocalhost%3A3000%2Fcallback&state=s&code_challenge=c&code_challenge_method=S256"
	const bare = "/idp/main/authorize?response_type=code&client_id=app&redirect_uri=http%3A%2F%2Flocalhost%3A3000%2Fcallback"
	rule := func(id string) []playground.Finding {
		return []playground.Finding{{Rule: &playground.Rule{ID: id, Title: "T"}, Outcome: playground.Fail("a", "b", "c")}}
	}
	app := trace.Party{Role: trace.RoleOwnApp, ID: "app", Name: "app"}
	for _, c := range []struct {
		want      string
		authorize string
		metadata  string
		status    int
		rows      []playground.Finding
	}{
		{want: ""},
		{want: "app_client_id", authorize: strings.Replace(good, "client_id=app", "client_id=ap", 1)},
		{want: "redirect_uri_path", authorize: strings.Replace(good, "callback", "cb", 1)},
		{want: "app_state app_pkce", authorize: bare},
		{want: "app_pkce", authorize: strings.Replace(good, "&code_challenge=c&code_challenge_method=S256", "", 1)},
		{want: "app_pkce_plain", authorize: strings.Replace(good, "S256", "plain", 1)},
		{want: "app_discovery", metadata: "http://localhost:8080/idp/main/x/.well-known/openid-configuration", status: http.StatusNotFound},
		{want: "app_discovery_name", metadata: "http://127.0.0.1:8080/idp/main/.well-known/openid-configuration"},
		{want: "app_client_auth_method app_last_refusal", rows: rule("client_auth_method")},
		{want: "app_last_refusal", rows: rule("code_single_use")},
	} {
		if c.authorize == "" {
			c.authorize = good
		}
		if c.metadata == "" {
			c.metadata = issuer + oidcSuffix
		}
		if c.status == 0 {
			c.status = http.StatusOK
		}
		as := trace.Party{Role: trace.RoleAS}
		entries := []*trace.Entry{
			{Seq: 1, To: as, Request: trace.Message{Method: "GET", URL: c.metadata}, Response: trace.Message{Status: c.status}},
			{Seq: 2, From: app, To: as, Request: trace.Message{Method: "GET", URL: c.authorize}, Response: trace.Message{Status: 200}},
			{Seq: 3, From: app, To: as, Request: trace.Message{Method: "POST", URL: "/idp/main/token"}, Response: trace.Message{Status: 200}, RequestFindings: trace.Keep(c.rows)},
		}
		rows := Examine(&Patient{Issuer: issuer, ClientID: "app", Registered: []string{registered}, Entries: entries})
		if got := failed(rows); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

func TestRulesAreCited(t *testing.T) {
	for _, r := range Rules() {
		if _, err := spec.ParseRef(r.Spec.String()); err != nil {
			t.Errorf("%s: %v", r.ID, err)
		}
	}
}
