package attack

import (
	"github.com/golang-jwt/jwt/v5"

	"claimcheck/playground"
	"claimcheck/playground/spec"
)

func (l *Lab) confusion() Attack {
	const header = `{"alg":"RS256","typ":"at+jwt"}`
	mine := l.sign(header, l.claims("mallory"), l.rsa, "RS256")
	public := string(l.api.PEM)
	return Attack{
		ID: "confusion", Title: "The public key as a secret", Line: "The token chooses the algorithm, and with it what the key means.",
		Story: []string{
			"AcmeID signs with RS256 and publishes its public key as a PEM file. StepCloud supports “all algorithms”: it hands the library whatever fits the token’s `alg`, and for the HMAC ones that is the file’s bytes.",
			"With RS256 the key only verifies. With HS256 the same bytes sign, and everybody has them.",
		},
		Task: "Sign a token for `alice` with what AcmeID publishes.",
		Hint: "Write `HS256` into the header and paste the PEM file as the secret, byte for byte: the line break at its end is one of them.",
		Spec: spec.Ref{Name: "RFC 8725", Section: "2.1"}, Known: []string{"CVE-2015-9235", "CVE-2024-54150"},
		Cure: "The verifier says which algorithm it is, before it looks for a key. A token that says anything else is refused.",
		Loot: []Item{{"Her own access token", mine}, {"AcmeID’s public key, as it is published", public}},
		Fields: []Field{
			{Name: "header", Label: "Header", Part: playground.PartHeader, Start: header, Solution: `{"alg":"HS256","typ":"at+jwt"}`},
			{Name: "payload", Label: "Payload", Part: playground.PartPayload, Start: l.claims("mallory"), Solution: l.claims("alice")},
			{Name: "secret", Label: "Secret for the HMAC (SHA-256)", Start: "", Solution: public},
		},
		api: l.api, wants: "alice", genuine: mine, forge: hmacOf,
		vulnerable: confusionVulnerable, fixed: confusionFixed,
	}
}

func confusionVulnerable(api *API, raw string) (string, error) {
	claims := jwt.MapClaims{}
	parser := jwt.NewParser(
		jwt.WithTimeFunc(api.Now),
	)
	_, err := parser.ParseWithClaims(raw, claims, func(t *jwt.Token) (any, error) {
		switch t.Method.(type) {
		case *jwt.SigningMethodRSA:
			return jwt.ParseRSAPublicKeyFromPEM(api.PEM)
		case *jwt.SigningMethodHMAC:
			return api.PEM, nil
		}
		return nil, jwt.ErrTokenUnverifiable
	})
	if err != nil {
		return "", err
	}
	return claims.GetSubject()
}

func confusionFixed(api *API, raw string) (string, error) {
	claims := jwt.MapClaims{}
	parser := jwt.NewParser(
		jwt.WithValidMethods([]string{"RS256"}),
		jwt.WithTimeFunc(api.Now),
	)
	_, err := parser.ParseWithClaims(raw, claims, func(t *jwt.Token) (any, error) {
		switch t.Method.(type) {
		case *jwt.SigningMethodRSA:
			return jwt.ParseRSAPublicKeyFromPEM(api.PEM)
		case *jwt.SigningMethodHMAC:
			return api.PEM, nil
		}
		return nil, jwt.ErrTokenUnverifiable
	})
	if err != nil {
		return "", err
	}
	return claims.GetSubject()
}
