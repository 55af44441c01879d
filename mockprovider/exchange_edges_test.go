package mockprovider

import (
	"net/http"
	"slices"
	"testing"
	"time"
)

// TX-03: what is no token of the named type, or no more, is refused with
// invalid_request (RFC 8693 §2.2.2).
func TestExchangeSubjects(t *testing.T) {
	for name, breaks := range map[string]func(*idp, *request, tokenResponse){
		"a refresh token as an access token": func(_ *idp, r *request, out tokenResponse) { r.values.Set("subject_token", out.RefreshToken) },
		"an access token as an ID token":     func(_ *idp, r *request, _ tokenResponse) { r.values.Set("subject_token_type", tokenTypeID) },
		"an ID token that has expired": func(i *idp, r *request, out tokenResponse) {
			r.values.Set("subject_token", out.IDToken)
			r.values.Set("subject_token_type", tokenTypeID)
			i.clock = i.clock.Add(idTokenTTL)
		},
		"an ID token of a user who is gone": func(i *idp, r *request, out tokenResponse) {
			r.values.Set("subject_token", out.IDToken)
			r.values.Set("subject_token_type", tokenTypeID)
			if err := i.Registry().RemoveUser("u-alice"); err != nil {
				i.t.Fatal(err)
			}
		},
		"a revoked access token": func(i *idp, r *request, out tokenResponse) {
			r.values.Set("subject_token", out.AccessToken)
			if w := aboutToken("/revoke", out.AccessToken).send(i); w.Code != http.StatusOK {
				i.t.Fatal(w.Code)
			}
		},
	} {
		i := newIDP(t)
		r := exchangeRequest(i)
		v := validAuthorization()
		v.Set("scope", "openid steps:read")
		breaks(i, r, i.tokens(v))
		if w := r.send(i); wireError(w) != "invalid_request" || w.Code != http.StatusBadRequest || i.failed() != "subject_token_valid" {
			t.Errorf("%s: %d %s %s", name, w.Code, wireError(w), i.failed())
		}
	}
	i := newIDP(t)
	r := exchangeRequest(i)
	v := validAuthorization()
	v.Set("scope", "openid steps:read")
	out := i.tokens(v)
	r.values.Set("subject_token", out.IDToken)
	r.values.Set("subject_token_type", tokenTypeID)
	i.clock = i.clock.Add(idTokenTTL - time.Minute)
	if got := tokensOf(t, r.send(i)); got.ExpiresIn != 60 {
		t.Errorf("a token for an ID token that ends in a minute lives %d s", got.ExpiresIn)
	}
}

// TX-04: a JWT can be asked for where access tokens are JWTs.
func TestExchangeRequestedType(t *testing.T) {
	for name, c := range map[string]struct {
		requested string
		opaque    bool
		want      string
	}{
		"access token":         {tokenTypeAccess, false, ""},
		"opaque access token":  {tokenTypeAccess, true, ""},
		"JWT":                  {tokenTypeJWT, false, ""},
		"JWT, but opaque here": {tokenTypeJWT, true, "token_types_known"},
		"ID token":             {tokenTypeID, false, "token_types_known"},
	} {
		i := newIDP(t)
		r := exchangeRequest(i)
		i.Client("web").OpaqueTokens = c.opaque
		r.values.Set("requested_token_type", c.requested)
		if w := r.send(i); i.failed() != c.want || c.want != "" && wireError(w) != "invalid_request" {
			t.Errorf("%s: %d %s %s", name, w.Code, wireError(w), i.failed())
		}
	}
}

// TX-09: several targets; an audience is the name of an API or its identifier.
func TestExchangeTargets(t *testing.T) {
	for name, audience := range map[string][]string{"by name": {"MealCloud"}, "in other letters": {"mealcloud"}, "by identifier": {mealCloud}, "twice": {"MealCloud", mealCloud}} {
		i := newIDP(t)
		r := exchangeRequest(i)
		r.values.Del("resource")
		r.values["audience"] = audience
		if got := payload[map[string]any](tokensOf(t, r.send(i)).AccessToken)["aud"]; got != mealCloud {
			t.Errorf("%s: aud %v", name, got)
		}
	}
	// An API without a name is not found by an empty one, which is as good as absent.
	i := newIDP(t, func(c *Config) { c.APIs[0].Name = "" })
	r := exchangeRequest(i)
	r.values.Set("audience", " ")
	if w := r.send(i); wireError(w) != "invalid_target" || i.failed() != "target_known" {
		t.Errorf("a blank audience: %d %s", w.Code, i.failed())
	}
}

// The API that exchanges a token is the one that the token is for, and no other.
func TestExchangeByTheRightAPI(t *testing.T) {
	for api, want := range map[string]string{stepCloud: "", mealCloud: "subject_token_for_client"} {
		i := newIDP(t, func(c *Config) {
			c.Clients = append(c.Clients, Client{ID: "api", Secret: "s", API: api, GrantTypes: []string{grantTokenExchange}, Scopes: []string{"meals:read"}})
		})
		r := exchangeRequest(i)
		as("api", "s")(i, r)
		if r.send(i); i.failed() != want {
			t.Errorf("%s: failed %q, want %q", api, i.failed(), want)
		}
	}
}

// PW-01: who has no password has no login, whatever is sent; and an assertion that
// needs no jti elsewhere is no reason to remember one.
func TestPasswordOfAUserWithout(t *testing.T) {
	i := newIDP(t, func(c *Config) {
		c.Policy = PolicyRFC6749
		c.Users = append(c.Users, User{ID: "u-none", Username: "none"})
	})
	r := passwordRequest(i)
	r.values.Set("username", "none")
	for _, password := range []string{"x", " "} {
		r.values.Set("password", password)
		if w := r.send(i); wireError(w) != "invalid_grant" {
			t.Errorf("%q: %d %s", password, w.Code, i.failed())
		}
	}
}

// RFC 7523 §3: jti is for the policies that ask for it. Without one nothing is
// remembered, and the JWT works until it ends.
func TestAssertionsWithoutID(t *testing.T) {
	i := newIDP(t, func(c *Config) { c.Policy = PolicyRFC6749 })
	r := assertionRequest(i)
	claims("jti", nil)(i, r)
	grant := jwtGrantRequest(i)
	vouches("jti", nil)(i, grant)
	for range 2 {
		for name, r := range map[string]*request{"client assertion": r, "grant": grant} {
			if w := r.send(i); w.Code != http.StatusOK {
				t.Errorf("%s: %d %s", name, w.Code, i.failed())
			}
		}
	}
}

// The algorithm that a client registered is the only one, though its keys would do
// for others (CA-14, CA-16).
func TestRegisteredAssertionAlg(t *testing.T) {
	i := newIDP(t)
	c := *i.Client("jwt")
	c.TokenEndpointAuthSigningAlg = "PS256"
	if err := i.Registry().ReplaceClient(c); err != nil {
		t.Fatal(err)
	}
	r := assertionRequest(i)
	if w := r.send(i); w.Code != http.StatusUnauthorized || !slices.Contains([]string{"alg_policy client_assertion_verified"}, i.failed()) {
		t.Errorf("ES256: %d %s", w.Code, i.failed())
	}
}
