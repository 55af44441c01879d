package mockprovider

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// FuzzAuthorize: whatever the query, there is no 5xx, nothing but a registered
// redirect URI is redirected to, and every redirect carries iss.
func FuzzAuthorize(f *testing.F) {
	f.Add(validAuthorization().Encode(), false)
	f.Add("client_id=web&client_id=spa", false)
	f.Add("client_id=native&redirect_uri=http://127.0.0.1:1/cb&scope=openid&prompt=none", true)
	f.Add("client_id=opaque&redirect_uri=http%3A%2F%2Flocalhost%3A3000%2Fcallback%3Fa%3Db&response_mode=fragment&state=%00%ff", false)
	f.Add("client_id=web&response_mode=form_post&state=<script>", true)
	f.Add("%zz;=&&=", true)
	f.Fuzz(func(t *testing.T, query string, post bool) {
		i := newIDP(t)
		// The rest of a request line is what net/http lets through.
		if strings.ContainsFunc(query, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '#' }) {
			post = true
		}
		w := i.send(http.MethodPost, "/authorize", query)
		if !post {
			w = i.send(http.MethodGet, "/authorize?"+query, "")
		}
		if w.Code >= 500 {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		target := w.Header().Get("Location")
		if target == "" {
			return
		}
		registered := slices.ContainsFunc(testConfig().Clients, func(c Client) bool {
			return slices.ContainsFunc(c.RedirectURIs, func(uri string) bool { return strings.HasPrefix(target, uri) }) ||
				c.Native && (strings.HasPrefix(target, "http://127.0.0.1:") || strings.HasPrefix(target, "http://[::1]:") || strings.HasPrefix(target, "http://localhost:"))
		})
		if !registered || !strings.Contains(target, "iss="+url.QueryEscape(testIssuer)) {
			t.Fatalf("redirected to %q", target)
		}
	})
}

// FuzzToken: whatever the body and the header, there is no 5xx and no token, and
// every error is one of the specification in plain JSON.
func FuzzToken(f *testing.F) {
	f.Add("grant_type=authorization_code&code=x&redirect_uri=y", basicAuth("web", webSecret), "")
	f.Add("grant_type=refresh_token&refresh_token=x&scope=%22", basicAuth("web", "wrong"), "a=b")
	f.Add("grant_type=a&grant_type=b&client_id=spa", "", "client_secret=x")
	f.Add("%zz;=&&=", "Basic %%%", "")
	f.Add("grant_type=authorization_code&client_id=spa&code_verifier=%00", "Basic Og==", "")
	known := []string{"invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type", "invalid_scope"}
	f.Fuzz(func(t *testing.T, body, authorization, query string) {
		i := newIDP(t)
		if strings.ContainsFunc(query, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '#' }) {
			query = ""
		}
		var header []string
		if authorization != "" {
			header = []string{"Authorization", authorization}
		}
		w := i.send(http.MethodPost, "/token?"+query, body, header...)
		var out map[string]any
		if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil || w.Code < 400 || w.Code >= 500 {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		if code, _ := out["error"].(string); len(out) != 1 || !slices.Contains(known, code) || w.Header().Get("Cache-Control") != "no-store" {
			t.Fatalf("%v %v", out, w.Header())
		}
	})
}
