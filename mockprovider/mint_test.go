package mockprovider

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
)

func mint(t *testing.T, i *idp, m MintRequest) (token string, claims map[string]any) {
	t.Helper()
	token, err := i.Mint(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	if err == nil {
		err = json.Unmarshal(raw, &claims)
	}
	if err != nil {
		t.Fatal(err)
	}
	return token, claims
}

// A minted access token works like an issued one, until it expires.
func TestMintedAccessToken(t *testing.T) {
	i := newIDP(t)
	token, claims := mint(t, i, MintRequest{Client: "web", User: "u-alice", Scope: []string{"openid", "steps:read"}})
	if claims["sub"] != "u-alice" || claims["client_id"] != "web" || claims["scope"] != "openid steps:read" {
		t.Errorf("%v", claims)
	}
	if info, err := i.Introspect(t.Context(), token); err != nil || !info.Active || info.Username != "alice" {
		t.Errorf("%+v %v", info, err)
	}
	if got := i.send(http.MethodGet, "/userinfo", "", "Authorization", "Bearer "+token); got.Code != http.StatusOK || !strings.Contains(got.Body.String(), "u-alice") {
		t.Errorf("UserInfo: %d %s", got.Code, got.Body)
	}
	old, _ := mint(t, i, MintRequest{Client: "web", User: "u-alice", Lifetime: -time.Minute})
	if info, _ := i.Introspect(t.Context(), old); info.Active {
		t.Error("a token that was minted expired is active")
	}
}

// Claims and header are as asked, also where they are wrong.
func TestMintAnything(t *testing.T) {
	i := newIDP(t)
	token, claims := mint(t, i, MintRequest{
		Kind: MintIDToken, Client: "web", User: "u-bob",
		Claims: map[string]any{"aud": "somebody-else", "exp": nil, "groups": []string{"admin"}},
		Header: map[string]any{"typ": nil, "alg": "HS256"},
	})
	if claims["aud"] != "somebody-else" || claims["exp"] != nil || claims["groups"] == nil || claims["iss"] != testIssuer {
		t.Errorf("claims %v", claims)
	}
	if h := headerOf(token); h["alg"] != "HS256" || h["typ"] != nil || h["kid"] == nil {
		t.Errorf("header %v", h)
	}
	if _, claims := mint(t, i, MintRequest{Kind: MintRaw, Claims: map[string]any{"a": 1}}); len(claims) != 1 {
		t.Errorf("a raw token has claims of ours: %v", claims)
	}
	none, _ := mint(t, i, MintRequest{InsecureUnsigned: true, Client: "web", User: "u-alice"})
	if h := headerOf(none); h["alg"] != "none" || !strings.HasSuffix(none, ".") {
		t.Errorf("unsigned: %v %s", h, none)
	}
	if info, _ := i.Introspect(t.Context(), none); info.Active {
		t.Error("an unsigned token is active")
	}
	for name, m := range map[string]MintRequest{
		"another issuer": {Claims: map[string]any{"iss": "https://other.example"}},
		"another type":   {Header: map[string]any{"typ": typIDToken}},
		"another key":    {Header: map[string]any{"kid": "another"}},
		"another alg":    {Header: map[string]any{"alg": "ES256"}},
	} {
		m.Client, m.User = "web", "u-alice"
		token, _ := mint(t, i, m)
		if info, _ := i.Introspect(t.Context(), token); info.Active {
			t.Errorf("%s: a token that says so is active", name)
		}
	}
	// A token for parties that are not there is no fault of ours.
	ghost, _ := mint(t, i, MintRequest{Client: "nobody", User: "no-one", Scope: []string{"openid"}})
	if got := i.send(http.MethodGet, "/userinfo", "", "Authorization", "Bearer "+ghost); got.Code >= http.StatusInternalServerError {
		t.Errorf("UserInfo for a user that is not there: %d", got.Code)
	}
}

func TestMintRefuses(t *testing.T) {
	i := newIDP(t)
	for name, m := range map[string]MintRequest{
		"kind":      {Kind: "refresh_token"},
		"key":       {KID: "nobody's"},
		"too_large": {Claims: map[string]any{"x": strings.Repeat("x", maxMint)}},
		"no_json":   {Claims: map[string]any{"x": func() {}}},
	} {
		if token, err := i.Mint(t.Context(), m); !errors.Is(err, ErrMint) {
			t.Errorf("%s: %q, %v", name, token, err)
		}
	}
}
