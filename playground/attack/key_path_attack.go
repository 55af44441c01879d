package attack

import (
	"errors"

	"github.com/golang-jwt/jwt/v5"

	"claimcheck/playground"
	"claimcheck/playground/spec"
)

func (l *Lab) keyPath() Attack {
	const header = `{"alg":"HS256","typ":"at+jwt","kid":"acme-hs-1"}`
	mine := l.sign(header, l.claims("mallory"), l.api.Secret, "HS256")
	return Attack{
		ID: "key-path", Title: "A name that is a path", Line: "`kid` is used to open a file.",
		Story: []string{
			"StepCloud shares secrets with AcmeID, one file for each in `/srv/keys`. The token’s `kid` says which, so the file’s name is put together from it.",
			"A name may have `../` in it. Mallory does not know any secret, but she knows files whose content everybody knows: `/srv/public/robots.txt`, and `/dev/null`, which has none. Where `kid` goes into SQL instead, `' UNION SELECT 'x` does the same.",
		},
		Task: "Sign a token for `alice` with a secret that you know.",
		Hint: "`\"kid\":\"../../dev/null\"` and an empty secret. golang-jwt computes an HMAC with an empty key without a word.",
		Spec: spec.Ref{Name: "RFC 8725", Section: "3.10"},
		Cure: "`kid` is looked up in a list of keys that were there before the token came. A name that is not in it is no key, whatever it looks like.",
		Loot: []Item{{"Her own access token", mine}, {"https://stepcloud.example/robots.txt", robots}},
		Fields: []Field{
			{Name: "header", Label: "Header", Part: playground.PartHeader, Start: header, Solution: `{"alg":"HS256","typ":"at+jwt","kid":"../../dev/null"}`},
			{Name: "payload", Label: "Payload", Part: playground.PartPayload, Start: l.claims("mallory"), Solution: l.claims("alice")},
			{Name: "secret", Label: "Secret for the HMAC (SHA-256)", Start: "guess", Solution: ""},
		},
		api: l.api, wants: "alice", genuine: mine, forge: hmacOf, vulnerable: keyPathVulnerable, fixed: keyPathFixed,
	}
}

func keyPathVulnerable(api *API, raw string) (string, error) {
	claims := jwt.MapClaims{}
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"HS256"}), jwt.WithTimeFunc(api.Now))
	_, err := parser.ParseWithClaims(raw, claims, func(t *jwt.Token) (any, error) {
		kid, _ := t.Header["kid"].(string)
		return api.ReadFile("/srv/keys/" + kid)
	})
	if err != nil {
		return "", err
	}
	return claims.GetSubject()
}

func keyPathFixed(api *API, raw string) (string, error) {
	claims := jwt.MapClaims{}
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"HS256"}), jwt.WithTimeFunc(api.Now))
	_, err := parser.ParseWithClaims(raw, claims, func(t *jwt.Token) (any, error) {
		kid, _ := t.Header["kid"].(string)
		secret, ok := api.Secrets[kid]
		if !ok {
			return nil, errors.New("no key of that name")
		}
		return secret, nil
	})
	if err != nil {
		return "", err
	}
	return claims.GetSubject()
}
