package attack

import (
	"crypto/ecdsa"
	"encoding/json"
	"errors"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"

	"claimcheck/playground"
	"claimcheck/playground/spec"
)

func (l *Lab) embeddedKey() Attack {
	mine := l.mine()
	jwk := l.publicJWK(l.mallory.Public(), "")
	return Attack{
		ID: "embedded-key", Title: "A token that brings its own key", Line: "The verifier takes the key out of the header that it is about to verify.",
		Story: []string{
			"The header of a JWS may carry the public key, as `jwk`. StepCloud’s developer read that and found it practical: no key set to fetch, no `kid` to look up.",
			"The signature will match. It always does, when whoever signs also says with which key to check.",
		},
		Task: "Sign a token for `alice` with your own key, and send the key along.",
		Hint: "Put your public key into the header: `{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"jwk\":…}`.",
		Spec: spec.Ref{Name: "RFC 7515", Section: "4.1.3"}, Known: []string{"CVE-2018-0114"},
		Cure: "The key comes from the verifier’s own settings. What the header says about keys can choose among trusted ones, and no more.",
		Loot: []Item{{"Her own access token", mine}, {"Her public key, as a JWK", jwk}},
		Fields: []Field{
			{Name: "header", Label: "Header", Part: playground.PartHeader, Start: acmeHeader, Solution: `{"alg":"ES256","typ":"at+jwt","jwk":` + jwk + `}`},
			{Name: "payload", Label: "Payload", Part: playground.PartPayload, Start: l.claims("mallory"), Solution: l.claims("alice")},
			l.malloryKey(),
		},
		Check: l.check(),
		api:   l.api, wants: "alice", genuine: mine, forge: signWithKey,
		vulnerable: embeddedKeyVulnerable, fixed: embeddedKeyFixed, helpers: []string{"keyOf"},
	}
}

func embeddedKeyVulnerable(api *API, raw string) (string, error) {
	claims := jwt.MapClaims{}
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"ES256"}), jwt.WithTimeFunc(api.Now))
	_, err := parser.ParseWithClaims(raw, claims, func(t *jwt.Token) (any, error) {
		if jwk, ok := t.Header["jwk"]; ok {
			return keyOf(jwk)
		}
		return api.Key, nil
	})
	if err != nil {
		return "", err
	}
	return claims.GetSubject()
}

func embeddedKeyFixed(api *API, raw string) (string, error) {
	claims := jwt.MapClaims{}
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"ES256"}), jwt.WithTimeFunc(api.Now))
	_, err := parser.ParseWithClaims(raw, claims, func(*jwt.Token) (any, error) {
		return api.Key, nil
	})
	if err != nil {
		return "", err
	}
	return claims.GetSubject()
}

// keyOf reads a JWK that is a member of a header.
func keyOf(member any) (*ecdsa.PublicKey, error) {
	text, err := json.Marshal(member)
	if err != nil {
		return nil, err
	}
	var jwk jose.JSONWebKey
	if err := json.Unmarshal(text, &jwk); err != nil {
		return nil, err
	}
	if key, ok := jwk.Key.(*ecdsa.PublicKey); ok {
		return key, nil
	}
	return nil, errors.New("not an EC public key")
}
