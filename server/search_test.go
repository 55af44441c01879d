package main

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// searches are what people type, and where the answer is.
var searches = []struct {
	ask  string
	want []string // any of them among the first three
}{
	{"why is my token rejected after a minute", []string{"/learn/jwt/claims", "/attacks/expired-token", "/learn/errors#invalid_token", "/learn/oauth/resource-server", "/flows/refresh-token-rotation"}},
	{"id token vs access token", []string{"/learn/oidc/three-things", "/learn/oidc/id-token"}},
	{"what is PKCE for?", []string{"/learn/glossary#pkce", "/learn/oauth/pkce"}},
	{"difference between OAuth and JWT", []string{"/learn/start/two-layers", "/learn/both/table", "/learn/both/independent"}},
	{"how do I log a user out", []string{"/flows/logout", "/learn/oidc/logout"}},
	{"invalid_grant", []string{"/learn/errors#invalid_grant"}},
	{"is a JWT encrypted", []string{"/learn/misconceptions#m27", "/learn/misconceptions#m5", "/learn/jwt/jws-jwe", "/learn/found/encode-sign-encrypt"}},
	{"code_verifier", []string{"/learn/parameters#code_verifier"}},
	{"can I revoke a jwt", []string{"/learn/jwt/revocation", "/flows/introspection-and-revocation", "/learn/oauth/introspect-revoke"}},
	{"what does aud mean", []string{"/learn/glossary#audience", "/learn/both/audience", "/learn/parameters#audience"}},
	{"sign in with google", []string{"/learn/misconceptions#m9", "/learn/oidc/oauth-only-social", "/flows/openid-connect-login"}},
	{"login on a tv without a keyboard", []string{"/flows/device-authorization", "/learn/oauth/device"}},
	{"machine to machine", []string{"/flows/client-credentials", "/learn/oauth/client-credentials"}},
	{"someone stole my refresh token", []string{"/attacks/refresh-token-theft", "/flows/refresh-token-rotation", "/learn/oauth/refresh-rotation"}},
	{"401 or 403", []string{"/learn/misconceptions#m82", "/learn/found/vocabulary", "/learn/oauth/resource-server"}},
	{"alg none", []string{"/attacks/alg-none", "/learn/misconceptions#m51", "/learn/jwt/attack-none"}},
	{"where to store tokens in a single page app", []string{"/flows/browser-app", "/learn/misconceptions#m45", "/learn/found/browser-storage", "/learn/both/browser-apps"}},
	{"state parameter", []string{"/learn/parameters#state", "/learn/glossary#state", "/learn/oauth/state", "/practice/questions/what-is-state-for"}},
	{"RFC 7636", []string{"https://www.rfc-editor.org/rfc/rfc7636"}},
	{"jwt decoder", []string{"/playground"}},
	{"use email as user id", []string{"/learn/misconceptions#m54", "/attacks/email-takeover", "/learn/oidc/account-key"}},
	{"dpop", []string{"/flows/dpop", "/learn/glossary#dpop"}},
	{"test my own app", []string{"/connect", "/lab/drill"}},
	{"what is a nonce", []string{"/learn/glossary#nonce", "/learn/parameters#nonce", "/learn/oidc/nonce"}},
	{"redirect uri does not match", []string{"/attacks/loose-redirect-uri", "/learn/parameters#redirect_uri", "/learn/misconceptions#m62", "/learn/oauth/redirect-uri"}},
	{"do I need a client secret with PKCE?", []string{"/learn/misconceptions#m30", "/learn/oauth/pkce", "/learn/oauth/client-auth"}},
	{"HS256 or RS256", []string{"/learn/misconceptions#m48", "/learn/jwt/hmac", "/learn/jwt/asymmetric-jwks"}},
	{"is implicit flow deprecated", []string{"/flows/implicit", "/learn/misconceptions#m34", "/learn/oauth/legacy-implicit"}},
	{"which claims to check", []string{"/learn/jwt/verify-checklist"}},
	{"microservices", []string{"/learn/misconceptions#m24", "/learn/misconceptions#m70", "/flows/token-exchange"}},
	{"nonce parameter", []string{"/learn/parameters#nonce"}},
	{"invalid_token error", []string{"/learn/errors#invalid_token"}},
	{"cheat sheet for oauth vs jwt", []string{"/learn/sheets/oauth-vs-jwt"}},
	{"mix-up attack", []string{"/flows/mix-up", "/attacks/server-mix-up"}},
}

// Each question finds the right page among the first three.
func TestSearchFindsTheRightPage(t *testing.T) {
	s := read(t)
	x, err := s.finder.get(t.Context(), s.server)
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range searches {
		hits, err := x.Find(t.Context(), q.ask, maxHits)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, h := range hits {
			got = append(got, h.Href)
		}
		first := got[:min(3, len(got))]
		if !slices.ContainsFunc(first, func(href string) bool {
			page, _, _ := strings.Cut(href, "?")
			lesson, _, _ := strings.Cut(href, "#")
			return slices.Contains(q.want, href) || slices.Contains(q.want, page) || slices.Contains(q.want, lesson)
		}) {
			t.Errorf("%q: got %s, want one of %s", q.ask, strings.Join(got[:min(8, len(got))], " "), q.want)
		}
	}
}

// Whatever is asked, the page answers 200 and shows the question as it was typed.
func TestSearchPage(t *testing.T) {
	s := read(t)
	for _, q := range []string{
		"", " ", `"`, `""`, `"unclosed`, "a AND", "OR OR", "NOT", "NEAR(token 3)", "title:token", "token*", "^token", "{title also}: x", "-", "--; DROP TABLE doc",
		"((((", "\x00\x01\x02", "\xff\xfe", "'", "’", "🎫", "トークン", "the of and", strings.Repeat("token ", 200), strings.Repeat("é", 400), strings.Repeat("x", 5000), "<script>alert(1)</script>",
	} {
		a := s.send(t, http.MethodGet, "/search?"+url.Values{"q": {q}}.Encode(), "")
		if a.StatusCode != http.StatusOK || strings.Contains(a.body, "<script>alert") {
			t.Errorf("%.40q: %d", q, a.StatusCode)
		}
		if shown := strings.Contains(a.body, `id="found"`); shown == (strings.TrimSpace(strings.ToValidUTF8(q, "")) == "") {
			t.Errorf("%.40q: results are shown: %v", q, shown)
		}
	}
}

// BenchmarkSearch is one question after the other, without the page around it.
func BenchmarkSearch(b *testing.B) {
	s := read(b)
	x, err := s.finder.get(b.Context(), s.server)
	if err != nil {
		b.Fatal(err)
	}
	i := 0
	for b.Loop() {
		if _, err := x.Find(b.Context(), searches[i%len(searches)].ask, maxHits); err != nil {
			b.Fatal(err)
		}
		i++
	}
}

// BenchmarkSearchIndex is what the first search after a start waits for.
func BenchmarkSearchIndex(b *testing.B) {
	s := read(b)
	for b.Loop() {
		f := &finder{}
		if _, err := f.get(b.Context(), s.server); err != nil {
			b.Fatal(err)
		}
		f.close()
	}
}
