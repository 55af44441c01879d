package playground_test

import (
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	pg "claimcheck/playground"
)

// TestWhatWeSayAboutGolangJWT runs the library on the tokens of which a
// finding's text says that it accepts them.
func TestWhatWeSayAboutGolangJWT(t *testing.T) {
	for name, change := range map[string]func(*attempt){
		"crit is ignored":                       headerWith(`"crit":["x"],"x":1`),
		"b64 is ignored":                        headerWith(`"b64":false`),
		"the last of two names counts":          claim("sub", `"alice","sub":"admin"`),
		"bytes that are not UTF-8 pass":         claim("name", "\"\xff\""),
		"unused bits may be set":                after(partOf(2, nextInAlphabet)),
		"an nbf of 1e19 is taken for past":      claim("nbf", "1e19"),
		"a token without exp never ends":        func(a *attempt) { claim("exp", "")(a); a.policy.Require = nil },
		"an exp of 0 counts as none":            func(a *attempt) { claim("exp", "0")(a); a.policy.Require = nil },
		"a secret may be as short as one likes": sharedSecret("s"),
		"iat in the future passes":              claim("iat", "1795262999"),
	} {
		a := newAttempt()
		change(a)
		if r := a.run(t); r.Library.Error != "" {
			t.Errorf("%s: the library says %q", name, r.Library.Error)
		}
	}
}

func TestGolangJWTAcceptsALineBreakAtTheEnd(t *testing.T) {
	a := newAttempt()
	a.after = func(s string) string { return s + "\n" }
	a.policy.Lenient = false
	r := a.run(t)
	if r.Library.Error != "" || r.Verdict != pg.Reject {
		t.Errorf("library %q, verdict %s", r.Library.Error, r.Verdict)
	}
}

func TestGolangJWTAcceptsAnyPSSSalt(t *testing.T) {
	a := newAttempt()
	steps(with("PS256", rsaKey()), after(saltOf(20)))(a)
	if r := a.run(t); r.Library.Error != "" || r.Signature != pg.SignatureInvalid {
		t.Errorf("library %q, signature %s", r.Library.Error, r.Signature)
	}
}

func TestGolangJWTReportsANumberAsAMissingAudience(t *testing.T) {
	a := newAttempt()
	claim("aud", "5")(a)
	if r := a.run(t); !strings.Contains(r.Library.Error, jwt.ErrTokenRequiredClaimMissing.Error()) {
		t.Errorf("library %q", r.Library.Error)
	}
}

func TestGolangJWTAcceptsANullPayload(t *testing.T) {
	a := newAttempt()
	a.payload = "null"
	a.policy = pg.Policy{Algorithms: []string{"HS256"}, Now: a.policy.Now}
	if r := a.run(t); r.Library.Error != "" {
		t.Errorf("library %q", r.Library.Error)
	}
}

func TestRegisteredClaimsReadExpInAnyCase(t *testing.T) {
	token, err := pg.Sign([]byte(`{"alg":"HS256"}`), []byte(`{"exp":1,"Exp":4000000000}`), []byte(secret), "HS256")
	if err != nil {
		t.Fatal(err)
	}
	find := func(*jwt.Token) (any, error) { return []byte(secret), nil }
	if _, err := jwt.ParseWithClaims(token, &jwt.RegisteredClaims{}, find); err != nil {
		t.Errorf("struct claims: %v", err)
	}
	if _, err := jwt.Parse(token, find); err == nil {
		t.Error("map claims took Exp for exp")
	}
}

func TestJSONNumberLetsTextFollow(t *testing.T) {
	token, err := pg.Sign([]byte(`{"alg":"HS256"}`), []byte(`{"a":1}garbage`), []byte(secret), "HS256")
	if err != nil {
		t.Fatal(err)
	}
	find := func(*jwt.Token) (any, error) { return []byte(secret), nil }
	if _, err := jwt.Parse(token, find, jwt.WithJSONNumber()); err != nil {
		t.Errorf("with JSON numbers: %v", err)
	}
	if _, err := jwt.Parse(token, find); err == nil {
		t.Error("without, too")
	}
}
