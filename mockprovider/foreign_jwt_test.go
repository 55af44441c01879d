package mockprovider

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"

	"claimcheck/playground"
)

// Wherever a JWT of somebody else is taken, a kid that names none of the keys is
// refused, also where one of them would verify, and a key without a name may be
// meant by any kid (RFC 7515 §6, RFC 7517 §4.5).
func TestForeignKeyID(t *testing.T) {
	// Each place sends one JWT with the kid, signed by clientEC, and tells whether
	// it was accepted. register sets the keys that the signer has there.
	places := map[string]struct {
		register func(*idp, []byte)
		accepts  func(*testing.T, *idp, string) bool
	}{
		"client assertion": {registersAt("jwt"), func(t *testing.T, i *idp, kid string) bool {
			r := assertionRequest(i)
			asserts(func(_ *idp, f foreign) foreign { return f.withHeader("kid", kid) })(i, r)
			return r.send(i).Code == http.StatusOK
		}},
		"assertion of a grant": {func(i *idp, jwks []byte) { i.trusted = map[string][]jose.JSONWebKey{otherIssuer: mustKeys(i.t, jwks)} }, func(t *testing.T, i *idp, kid string) bool {
			trusted := i.trusted
			r := jwtGrantRequest(i)
			i.trusted = trusted
			r.values.Set("assertion", i.vouch().withHeader("kid", kid).sign(t))
			return r.send(i).Code == http.StatusOK
		}},
		"request object": {registersAt("web"), func(t *testing.T, i *idp, kid string) bool {
			return i.authorize(byObject(i.requestObject().withHeader("kid", kid).sign(t))).Code == http.StatusOK
		}},
	}
	twoNamed := []byte(jsonOf(t, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{
		{Key: clientEC().Public(), KeyID: "one"}, {Key: strangerEC().Public(), KeyID: "two"},
	}}))
	for name, place := range places {
		for kid, want := range map[string]bool{"one": true, "two": false, "three": false} {
			i := newIDP(t)
			place.register(i, twoNamed)
			if got := place.accepts(t, i, kid); got != want {
				t.Errorf("%s, kid %s of one and two: %v, want %v; %s", name, kid, got, want, i.failed())
			}
			if kid == "three" && !strings.HasPrefix(i.failed(), "key_jwks") {
				t.Errorf("%s: %s", name, i.failed())
			}
		}
		i := newIDP(t)
		place.register(i, jwksNamed(t, "one")) // a single key is no guess either
		if place.accepts(t, i, "three") {
			t.Errorf("%s: the only key was tried for another name", name)
		}
		i = newIDP(t)
		place.register(i, jwksOf(clientEC().Public(), clientRSA().Public()))
		if !place.accepts(t, i, "three") {
			t.Errorf("%s, keys without a name: %s", name, i.failed())
		}
	}
}

func mustKeys(tb testing.TB, jwks []byte) []jose.JSONWebKey {
	tb.Helper()
	keys, err := parseJWKS(jwks)
	if err != nil {
		tb.Fatal(err)
	}
	return keys
}

func registersAt(client string) func(*idp, []byte) {
	return func(i *idp, jwks []byte) { i.Client(client).keys = mustKeys(i.t, jwks) }
}

// The engine's rows stand before the rule that they decide, and where a JWT can't
// be read they say why.
func TestForeignRows(t *testing.T) {
	i := newIDP(t)
	ids := func(rows []playground.Finding) (out []string) {
		for n := range rows {
			out = append(out, rows[n].ID)
		}
		return out
	}
	before := func(rows []playground.Finding, rule, engine string) {
		t.Helper()
		if all := ids(rows); slices.Index(all, engine) < 0 || slices.Index(all, engine) > slices.Index(all, rule) {
			t.Errorf("%s is not before %s: %v", engine, rule, all)
		}
	}
	r := assertionRequest(i)
	r.send(i)
	before(i.rows[0], "client_assertion_verified", "sig")
	r.values.Set("client_assertion", "a+b.c.d")
	r.send(i)
	before(i.rows[0], "client_assertion_readable", "b64_char")
	jwtGrantRequest(i).send(i)
	before(i.rows[0], "assertion_verified", "exp")
	dpopRequest(i).send(i)
	before(i.rows[0], "dpop_verified", "sig")
	if row := i.row("exp"); row.Status != playground.StatusInfo {
		t.Errorf("a proof without exp: %s", row.Status)
	}
}

// A DPoP proof that says itself when it ends, or begins, is held to it
// (RFC 7519 §4.1.4, §4.1.5).
func TestDPoPOwnTimes(t *testing.T) {
	for claim, d := range map[string]time.Duration{"exp": -time.Minute, "nbf": time.Minute} {
		i := newIDP(t)
		r := dpopRequest(i)
		proves(func(i *idp, f foreign) foreign { return f.with(claim, i.clock.Add(d).Unix()) })(i, r)
		if w := r.send(i); wireError(w) != "invalid_dpop_proof" || i.failedOwn() != "dpop_verified" {
			t.Errorf("%s: %d %s", claim, w.Code, i.failed())
		}
	}
}

// A guess at the secret of client_secret_jwt counts; an assertion that is old or
// for somebody else is no guess.
func TestAssertionGuesses(t *testing.T) {
	for want, change := range map[int]func(*idp, foreign) foreign{
		http.StatusOK:              func(_ *idp, f foreign) foreign { return f.with("aud", "https://other.example") },
		http.StatusTooManyRequests: func(_ *idp, f foreign) foreign { f.key = []byte("another secret of more than 32 bytes"); return f },
	} {
		i := newIDP(t)
		right := func(_ *idp, f foreign) foreign {
			f.method, f.key = jwt.SigningMethodHS256, []byte(hmacSecret)
			return f.with("iss", "hmac", "sub", "hmac")
		}
		r := assertionRequest(i)
		for range maxFailures {
			asserts(func(i *idp, f foreign) foreign { return change(i, right(i, f)) })(i, r)
			if w := r.send(i); w.Code != http.StatusUnauthorized {
				t.Fatalf("%d %s", w.Code, i.failed())
			}
		}
		asserts(right)(i, r)
		if w := r.send(i); w.Code != want {
			t.Errorf("%d %s, want %d", w.Code, i.failed(), want)
		}
	}
}

// A software statement that has ended is none (RFC 7519 §4.1.4).
func TestStatementExpired(t *testing.T) {
	i := newIDP(t)
	i.trustPublisher()
	for want, exp := range map[int]time.Duration{http.StatusCreated: time.Minute, http.StatusBadRequest: -time.Minute} {
		f := foreign{jwt.SigningMethodES256, clientEC(), nil, jwt.MapClaims{"iss": "https://publisher.example", "exp": i.clock.Add(exp).Unix()}}
		r := registrationRequest(i)
		r.rawBody = jsonOf(t, metadataOf("software_statement", f.sign(t)))
		if w := r.send(i); w.Code != want {
			t.Errorf("exp %s: %d %s", exp, w.Code, i.failed())
		}
	}
}

// Of a hint the expiry is no matter, and everything else is (OpenID Connect Core
// 1.0 §3.1.2.1): the rows of the engine say what.
func TestHintRows(t *testing.T) {
	i := newIDP(t)
	v := validAuthorization()
	v.Set("scope", "openid")
	hint := i.tokens(v).IDToken
	i.clock = i.clock.Add(2 * idTokenTTL)
	v.Set("id_token_hint", hint)
	if w := i.authorize(v); wireError(w) != "" || i.row("exp").Status != playground.StatusInfo || i.row("sig").Status != playground.StatusPass {
		t.Errorf("expired: %q, exp %s, sig %s", wireError(w), i.row("exp").Status, i.row("sig").Status)
	}
	v.Set("id_token_hint", hint[:len(hint)-8]+"AAAAAAAA")
	if w := i.authorize(v); wireError(w) != "invalid_request" || i.row("sig").Status != playground.StatusFail {
		t.Errorf("changed: %q, sig %s", wireError(w), i.row("sig").Status)
	}
	w := i.send("GET", "/logout?"+url.Values{"id_token_hint": {hint + "x"}}.Encode(), "")
	if w.Code != http.StatusBadRequest || i.row("sig").Status != playground.StatusFail && i.row("sig").Status != playground.StatusSkipped {
		t.Errorf("logout: %d, sig %s", w.Code, i.row("sig").Status)
	}
}
