package mockprovider

import (
	"errors"
	"net/url"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A fault of our own is no word about the token: an API in the same process learns
// that it got no answer.
func TestIntrospectWithoutStorage(t *testing.T) {
	i := newIDP(t)
	out := i.tokens(validAuthorization())
	whole := i.store
	for name, token := range map[string]string{"access": out.AccessToken, "refresh": out.RefreshToken, "unknown": "garbage"} {
		i.store = &brokenStore{Store: whole}
		if info, err := i.Introspect(t.Context(), token); !errors.Is(err, errBroken) || info.Active {
			t.Errorf("%s: %+v %v", name, info, err)
		}
		i.store = whole
		if info, err := i.Introspect(t.Context(), token); err != nil || info.Active != (name == "access") {
			t.Errorf("%s, mended: %+v %v", name, info, err)
		}
	}
}

// RFC 9470 §6.2: how and when the person logged in is told where it was asked for.
func TestIntrospectionTellsTheLogin(t *testing.T) {
	i := newIDP(t)
	v := validAuthorization()
	v.Set("scope", "openid steps:read")
	v.Set("acr_values", acrPassword)
	login := i.clock
	code := i.code(v)
	i.clock = i.clock.Add(time.Minute / 2)
	got := introspectionOf(t, i, aboutToken("/introspect", tokensOf(t, i.token(validToken(code))).AccessToken))
	if got.ACR != acrPassword || got.AuthTime != login.Unix() || got.IssuedAt != i.clock.Unix() {
		t.Errorf("%+v", got)
	}
}

// RFC 7662 §2.2: a refresh token is told of as what it is, and a token that no
// person stands behind has no login and no user.
func TestIntrospectionWhole(t *testing.T) {
	i := newIDP(t)
	login := i.clock.Unix()
	code := i.code(validAuthorization())
	i.clock = i.clock.Add(time.Minute / 2)
	values, _ := PolicyRFC9700.values()
	refresh := tokensOf(t, i.token(validToken(code))).RefreshToken
	want := introspectionResponse{
		Active: true, Scope: "steps:read", ClientID: "web", Username: "alice", Subject: "u-alice", Issuer: testIssuer,
		IssuedAt: i.clock.Unix(), Expires: i.clock.Add(values.refreshIdle).Unix(), AuthTime: login,
	}
	if diff := cmp.Diff(want, introspectionOf(t, i, aboutToken("/introspect", refresh))); diff != "" {
		t.Errorf("a refresh token: %s", diff)
	}

	machine := basicAuth("machine", "machine-secret")
	form := url.Values{"grant_type": {grantClientCredentials}, "scope": {"steps:read"}}
	token := tokensOf(t, i.token(form, "Authorization", machine)).AccessToken
	r := aboutToken("/introspect", token)
	r.header = []string{"Authorization", machine}
	got := introspectionOf(t, i, r)
	got.ID, got.Expires = "", 0
	want = introspectionResponse{
		Active: true, Scope: "steps:read", ClientID: "machine", TokenType: "Bearer", Subject: "machine", Issuer: testIssuer,
		Audience: audience{stepCloud}, IssuedAt: i.clock.Unix(),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("a machine's token: %s", diff)
	}
}

// token_active: a token for a user that hangs on no grant (RFC 7523 §2.1) ends with
// the user, also when another one comes under the name.
func TestTokenOfARemovedUserWithoutAGrant(t *testing.T) {
	i := newIDP(t)
	token := tokensOf(t, jwtGrantRequest(i).send(i)).AccessToken
	if info, err := i.Introspect(t.Context(), token); err != nil || !info.Active || info.Subject != "u-alice" || info.Grant != "" {
		t.Fatalf("before: %+v %v", info, err)
	}
	alice := *i.user("u-alice")
	if err := i.Registry().RemoveUser("u-alice"); err != nil {
		t.Fatal(err)
	}
	if info, err := i.Introspect(t.Context(), token); err != nil || info.Active {
		t.Errorf("after: %+v %v", info, err)
	}
	i.putUser(alice)
	if info, err := i.Introspect(t.Context(), token); err != nil || info.Active {
		t.Errorf("another one: %+v %v", info, err)
	}
}
