package lessons

import (
	"slices"
	"strings"
	"testing"
)

// covered are the statements that the course has undertaken to take up, each by
// words of it, with the lessons where it has to be: what two typical articles say,
// and then what they leave out.
func covered() []coveredBy {
	return []coveredBy{
		{"often confused", []string{"start/two-layers", "both/table"}},
		{"Every app needs login", []string{"start/four-needs"}},
		{"behind most logins", []string{"oidc/sso", "both/table"}},
		{"JWT is a token format for stateless", []string{"jwt/anatomy", "jwt/claims"}},
		{"At login the server makes a JWT", []string{"jwt/jwt-vs-session", "found/browser-storage"}},
		{"in encoded form", []string{"jwt/base64url", "jwt/what-not-to-put"}},
		{"id, roles, an expiry", []string{"jwt/claims", "jwt/hmac"}},
		{"so no session data is kept", []string{"jwt/revocation", "jwt/jwt-vs-session"}},
		{"that is the line for the interview", []string{"both/spot-the-fault"}},
		{"without the user’s password", []string{"oauth/roles", "found/password-antipattern"}},
		{"logging in with Google, GitHub", []string{"oidc/oauth-is-not-login", "oidc/oauth-only-social"}},
		{"three steps", []string{"oauth/code"}},
		{"secure system that issues", []string{"oauth/roles", "oauth/scopes"}},
		{"A table sets", []string{"both/table"}},
		{"Social login gives back", []string{"oauth/access-tokens", "oidc/three-things"}},
		{"announced and left empty", []string{"both/when"}},
		{"in demand everywhere", []string{"both/when"}},
		{"makes authentication scalable", []string{"both/spot-the-fault"}},
		{"serve different purposes", []string{"start/two-layers"}},
		{"like a badge", []string{"jwt/revocation", "jwt/verify-checklist"}},
		{"a format and not a system", []string{"jwt/anatomy"}},
		{"between two parties", []string{"jwt/claims"}},
		{"typically used for authentication", []string{"oauth/access-tokens"}},
		{"need not check the database", []string{"jwt/revocation"}},
		{"may this app act", []string{"oauth/code", "oauth/scopes"}},
		{"Signing in with Google", []string{"oidc/oauth-is-not-login", "oidc/three-things"}},
		{"for single sign-on, for APIs", []string{"oidc/sso", "oauth/resource-server", "jwt/jwt-vs-session"}},
		{"e-learning site", []string{"oidc/sso"}},
		{"the load is smaller", []string{"both/opaque-vs-jwt"}},
		{"third-party access, social login", []string{"oauth/scopes", "both/when"}},
		{"fitness app", []string{"both/cases"}},
		{"trust and quick sign-up", []string{"found/password-antipattern"}},
		{"may be a JWT", []string{"oauth/access-tokens"}},
		{"Google returns a JWT", []string{"oidc/three-things"}},
		{"internal system", []string{"start/decision", "both/when"}},
		{"large systems use both", []string{"start/decision"}},
		{"Netflix", []string{"both/gateway", "both/cases"}},
		{"Slack", []string{"both/cases"}},
		{"what users need and whom they trust", []string{"both/when", "start/decision"}},
		{"The person is asked, and may agree to less.", []string{"oauth/scopes"}},
		{"Some messages go through the browser and some do not; who can read them differs.", []string{"oauth/roles", "oauth/code"}},
		{"A code is exchanged for the token, once.", []string{"oauth/code"}},
		{"The redirect URI decides who gets the code.", []string{"oauth/redirect-uri"}},
		{"state, nonce and PKCE each tie other things together.", []string{"oauth/state", "oauth/pkce", "oidc/nonce"}},
		{"There are clients that keep a secret and clients that can’t, and they prove themselves differently.", []string{"oauth/clients", "oauth/client-auth"}},
		{"A refresh token is not an access token that lives longer.", []string{"oauth/refresh-rotation"}},
		{"A scope limits an app; a permission is the person’s.", []string{"oauth/scopes"}},
		{"A token can be taken back and asked about.", []string{"oauth/introspect-revoke", "jwt/revocation"}},
		{"The ID token is for the app, about one login.", []string{"oidc/id-token", "oidc/three-things"}},
		{"Addresses and keys are found from the issuer.", []string{"oauth/metadata", "jwt/asymmetric-jwks"}},
		{"A token is checked by a list that the reader brings.", []string{"jwt/verify-checklist", "jwt/decode-vs-verify"}},
		{"There are known attacks on tokens, and each has its rule.", []string{"jwt/attack-none", "jwt/attack-confusion", "jwt/attack-keys", "jwt/attack-cross"}},
		{"Where a browser keeps a token decides what a thief has afterwards.", []string{"found/browser-storage", "both/browser-apps"}},
		{"Logging out has four meanings.", []string{"oidc/logout"}},
		{"A television and a program need grants of their own.", []string{"oauth/device", "oauth/client-credentials"}},
		{"A service exchanges a token instead of passing it on.", []string{"both/audience", "both/token-exchange"}},
		{"Two grants of 2012 must not be used any more, and a later text says so.", []string{"oauth/legacy-implicit", "oauth/legacy-password", "oauth/oauth21"}},
	}
}

type coveredBy struct {
	says    string
	lessons []string
}

// TestContentCoverage: coverage.yaml has a row for each statement, with its lessons,
// and no other.
func TestContentCoverage(t *testing.T) {
	rows := loadContent(t).Coverage
	want := covered()
	for _, w := range want {
		at := slices.IndexFunc(rows, func(s Statement) bool { return strings.Contains(s.Says, w.says) })
		if at < 0 {
			t.Errorf("coverage.yaml: no statement says %q", w.says)
			continue
		}
		for _, slug := range w.lessons {
			if !slices.Contains(slugsOf(rows[at].Lessons), slug) {
				t.Errorf("coverage.yaml: %q does not name %s", rows[at].Says, slug)
			}
		}
		rows = slices.Delete(rows, at, at+1)
	}
	for _, s := range rows {
		t.Errorf("coverage.yaml: %q is not in the list of this test: add it", s.Says)
	}
}
