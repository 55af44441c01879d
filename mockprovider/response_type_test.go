package mockprovider

import (
	"encoding/json"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// frontTypes are the response types with tokens in the answer.
func frontTypes() []string {
	return []string{"token", "id_token", "id_token token", "code id_token", "code token", "code id_token token"}
}

// allowFront lets web use the older flows: by its policy, and by its registration.
func allowFront(i *idp) {
	c := i.Client("web")
	c.Policy, c.ResponseTypes = PolicyRFC6749, append(frontTypes(), "code")
	c.GrantTypes = append(c.GrantTypes, grantImplicit)
}

// front is a valid request for the response type.
func front(responseType string) func(*idp) *request {
	return func(i *idp) *request {
		allowFront(i)
		v := validAuthorization()
		v.Set("response_type", responseType)
		v.Set("scope", "openid steps:read")
		v.Set("nonce", "n-1")
		return &request{method: "GET", path: "/authorize", values: v}
	}
}

// fragmentOf is the answer in the fragment; a query of ours would be a mistake.
func fragmentOf(t *testing.T, w *httptest.ResponseRecorder) url.Values {
	t.Helper()
	u := location(t, w)
	out, err := url.ParseQuery(u.Fragment)
	if err != nil || u.RawQuery != "" {
		t.Fatalf("%s: %v", u, err)
	}
	return out
}

// AR-07, AR-09, AR-10: each type has its parts and no others, in the fragment; the
// hashes fit, the nonce comes back, and there is no refresh token.
func TestFrontResponse(t *testing.T) {
	for _, responseType := range frontTypes() {
		t.Run(responseType, func(t *testing.T) {
			i := newIDP(t)
			got := fragmentOf(t, i.allow(front(responseType)(i).values))
			want := []string{"iss", "state"}
			words := strings.Fields(responseType)
			if slices.Contains(words, "code") {
				want = append(want, "code")
			}
			if slices.Contains(words, "token") {
				want = append(want, "access_token", "token_type", "expires_in", "scope")
			}
			if slices.Contains(words, "id_token") {
				want = append(want, "id_token")
			}
			for name := range got {
				if !slices.Contains(want, name) {
					t.Errorf("%s is in the answer", name)
				}
			}
			for _, name := range want {
				if got.Get(name) == "" {
					t.Errorf("no %s", name)
				}
			}
			if got.Get("iss") != testIssuer || got.Get("state") != "st-1" {
				t.Errorf("%v", got)
			}
			if id := got.Get("id_token"); id != "" {
				claims := i.idToken(id)
				if claims.Nonce != "n-1" || claims.Subject != "u-alice" {
					t.Errorf("%+v", claims)
				}
				for _, hash := range []struct{ name, got, of string }{{"at_hash", claims.ATHash, got.Get("access_token")}, {"c_hash", claims.CHash, got.Get("code")}} {
					if want := halfHash("RS256", hash.of); hash.of == "" && hash.got != "" || hash.of != "" && hash.got != want {
						t.Errorf("%s: %q, want %q", hash.name, hash.got, want)
					}
				}
				_, named := payload[map[string]any](id)["email"]
				if named {
					t.Error("email is in the ID token though nobody asked")
				}
			}
			if token := got.Get("access_token"); token != "" {
				if info := i.userInfoOf(token); info["sub"] != "u-alice" {
					t.Errorf("%v", info)
				}
			}
			if code := got.Get("code"); code != "" {
				out := tokensOf(t, i.token(validToken(code)))
				if i.idToken(out.IDToken).Nonce != "n-1" || out.RefreshToken == "" {
					t.Errorf("%+v", out)
				}
			}
		})
	}
}

// The order of the words does not count (AZ-12).
func TestResponseTypeOrder(t *testing.T) {
	i := newIDP(t)
	if got := fragmentOf(t, i.allow(front("token id_token code")(i).values)); got.Get("code") == "" || got.Get("id_token") == "" {
		t.Errorf("%v", got)
	}
}

// An ID token that comes alone says what the scope opens: there is no access token
// to ask UserInfo with (OpenID Connect Core 1.0 §5.4).
func TestIDTokenAlone(t *testing.T) {
	i := newIDP(t)
	v := front("id_token")(i).values
	v.Set("scope", "openid email")
	claims := payload[map[string]any](fragmentOf(t, i.allow(v)).Get("id_token"))
	if claims["email"] != "alice@example.com" || claims["sub"] != "u-alice" || claims["name"] != nil {
		t.Errorf("%v", claims)
	}
}

// AR-06: form_post carries all of it.
func TestFrontFormPost(t *testing.T) {
	i := newIDP(t)
	v := front("code id_token token")(i).values
	v.Set("response_mode", "form_post")
	w := i.allow(v)
	fields := make(map[string]string)
	for _, m := range regexp.MustCompile(`name="([a-z_]+)" value="([^"]*)"`).FindAllStringSubmatch(w.Body.String(), -1) {
		fields[m[1]] = html.UnescapeString(m[2])
	}
	for _, name := range []string{"code", "access_token", "token_type", "expires_in", "scope", "id_token", "state", "iss"} {
		if fields[name] == "" {
			t.Errorf("no %s: %v", name, fields)
		}
	}
	if w.Code != http.StatusOK || w.Header().Get("Location") != "" {
		t.Errorf("%d %s", w.Code, w.Header().Get("Location"))
	}
}

// An error goes where the answer would have gone (RFC 6749 §4.2.2.1), and a user's
// no as well.
func TestFrontError(t *testing.T) {
	i := newIDP(t)
	v := front("code id_token")(i).values
	form := url.Values{"interaction": {i.consentPage(v)}, "action": {"deny"}}
	if got := fragmentOf(t, i.form("/consent", form)); got.Get("error") != "access_denied" || got.Get("state") != "st-1" {
		t.Errorf("%v", got)
	}
	v.Set("response_mode", "query")
	if got := fragmentOf(t, i.authorize(v)); got.Get("error") != "invalid_request" {
		t.Errorf("%v", got)
	}
}

// D1, D14, MD-08: every policy offers exactly what works for a client that
// registered for it.
func TestResponseTypesFollowThePolicy(t *testing.T) {
	for _, policy := range Policies() {
		i := newIDP(t, func(c *Config) { c.Policy = policy })
		allowFront(i)
		i.Client("web").Policy = ""
		var doc metadataDocument
		if err := json.Unmarshal(i.Metadata(), &doc); err != nil {
			t.Fatal(err)
		}
		for _, responseType := range append(frontTypes(), "none") {
			v := front(responseType)(i).values
			i.Client("web").Policy = ""
			w := i.authorize(v)
			i.cookies = map[string]string{}
			works := w.Code == http.StatusOK
			if offered := slices.Contains(doc.ResponseTypes, responseType); offered != works || !works && wireError(w) != "unsupported_response_type" && policy != PolicyFAPI2 {
				t.Errorf("%s, %s: offered %v, %d %q", policy, responseType, offered, w.Code, wireError(w))
			}
		}
		if lax := policy == PolicyPermissive || policy == PolicyRFC6749; slices.Contains(doc.GrantTypes, grantImplicit) != lax {
			t.Errorf("%s: grant types %v", policy, doc.GrantTypes)
		}
	}
}

// RFC 7591 §2.1: response types and grant types belong together.
func TestResponseTypesRegistered(t *testing.T) {
	for name, c := range map[string]Client{
		"unknown":          {ResponseTypes: []string{"none"}},
		"without implicit": {ResponseTypes: []string{"token"}},
		"without code":     {ResponseTypes: []string{"code token"}, GrantTypes: []string{grantImplicit}},
	} {
		cfg := testConfig()
		c.ID, c.RedirectURIs = "front", []string{webURI}
		cfg.Clients = append(cfg.Clients, c)
		if _, err := New(cfg); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// A code that comes back ends the tokens that came with it too (TC-05).
func TestHybridCodeReuse(t *testing.T) {
	i := newIDP(t)
	got := fragmentOf(t, i.allow(front("code token")(i).values))
	form := validToken(got.Get("code"))
	tokensOf(t, i.token(form))
	if w := i.token(form); wireError(w) != "invalid_grant" {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if info, err := i.Introspect(t.Context(), got.Get("access_token")); err != nil || info.Active {
		t.Errorf("the token from the fragment still works: %v", err)
	}
}

// The faults of ID tokens are those of the hybrid flow too (provider with the fault
// idt_nonce_wrong).
func TestFrontFault(t *testing.T) {
	i := newIDP(t)
	v := front("code id_token")(i).values
	i.fault("idt_nonce_wrong")
	if got := payload[idTokenClaims](fragmentOf(t, i.allow(v)).Get("id_token")).Nonce; got == "n-1" || got == "" {
		t.Errorf("nonce %q", got)
	}
}
