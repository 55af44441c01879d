package lessons

import (
	"encoding/base64"
	"strings"
	"testing"

	"claimcheck/playground"
)

func TestMint(t *testing.T) {
	m, err := sampleMinter(day, "http://localhost:8080")
	if err != nil {
		t.Fatal(err)
	}
	base, err := m.mint(&recipe{})
	if err != nil {
		t.Fatal(err)
	}
	m.vars["access_token"] = base
	made := func(r recipe) string {
		t.Helper()
		tok, err := m.mint(&r)
		if err != nil {
			t.Fatal(err)
		}
		return tok
	}
	if again := made(recipe{}); again != base {
		t.Error("the same recipe gives another token")
	}
	if p := payload(base); p["sub"] != "alice" || p["exp"] != float64(day.Unix()+1800) || p["aud"] != "http://localhost:8080/rs/main/stepcloud" {
		t.Errorf("payload %v", p)
	}
	kept := made(recipe{From: "access_token", Claims: map[string]any{"sub": "bob", "scope": nil, "exp": "-1m"}, Sign: "keep"})
	if p := payload(kept); p["sub"] != "bob" || p["exp"] != float64(day.Unix()-60) || len(p) != 7 {
		t.Errorf("payload %v", p)
	}
	if base[strings.LastIndexByte(base, '.'):] != kept[strings.LastIndexByte(kept, '.'):] {
		t.Error("the signature was not kept")
	}
	if tok := made(recipe{Sign: "none"}); !strings.HasSuffix(tok, ".") || joseHeader(tok)["alg"] != "none" {
		t.Errorf("not unsecured: %s", tok)
	}
	mac := made(recipe{Sign: "hmac:a-secret-of-at-least-32-bytes-length", Header: map[string]any{"kid": nil}})
	if h := joseHeader(mac); h["alg"] != "HS256" || h["kid"] != nil {
		t.Errorf("header %v", h)
	}
	if verifyWith(mac, "HS256", verifier([]byte("a-secret-of-at-least-32-bytes-length"), false, nil), false) != "" {
		t.Error("the MAC does not hold")
	}
	i := strings.LastIndexByte(base, '.')
	key, err := sampleKey("acmeid")
	if err != nil {
		t.Fatal(err)
	}
	raw, err := base64.RawURLEncoding.DecodeString(base[i+1:])
	if err != nil || playground.VerifySignature("ES256", base[:i], raw, key.Public()) != nil {
		t.Error("the sample's signature does not hold")
	}
	for _, r := range []recipe{{Sign: "keep"}, {From: "nothing"}, {Sign: "somebody"}} {
		if _, err := m.mint(&r); err == nil {
			t.Errorf("%+v makes a token", r)
		}
	}
}

// TestMintListsAndObjects fills variables in wherever they stand.
func TestMintListsAndObjects(t *testing.T) {
	m, err := sampleMinter(day, "http://localhost:8080")
	if err != nil {
		t.Fatal(err)
	}
	tok, err := m.mint(&recipe{Claims: map[string]any{
		"aud": []any{"${stepcloud}", "other"}, "cnf": map[string]any{"jku": "${issuer}/jwks", "n": 1}, "exp": "+1m",
	}})
	if err != nil {
		t.Fatal(err)
	}
	got := payload(tok)
	if !sameJSON(got["aud"], []any{"http://localhost:8080/rs/main/stepcloud", "other"}) ||
		!sameJSON(got["cnf"], map[string]any{"jku": "http://localhost:8080/idp/main/jwks", "n": 1}) || got["exp"] != float64(day.Unix()+60) {
		t.Errorf("claims %v", got)
	}
	if _, err := m.mint(&recipe{Claims: map[string]any{"aud": []any{"${nothing}"}}}); err == nil {
		t.Error("a variable without a value is kept as it is")
	}
}
