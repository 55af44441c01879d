package attack

import (
	"errors"
	"strings"

	"github.com/golang-jwt/jwt/v5"

	"claimcheck/playground/spec"
)

func (l *Lab) denyList() Attack {
	stolen := l.sign(acmeHeader, strings.TrimSuffix(l.claims("alice"), "}")+`,"jti":"t-7"}`, l.key, "ES256")
	l.api.RevokedTokens[stolen], l.api.RevokedIDs["t-7"] = true, true
	last := stolen[len(stolen)-1]
	return Attack{
		ID: "deny-list", Title: "The same token, spelled differently", Line: "A deny list that knows tokens by their text.",
		Story: []string{
			"Mallory stole a token of Alice’s. Alice noticed, and StepCloud put it on its deny list: a map from the token’s text to `true`.",
			"A signature of 64 bytes takes 86 characters, and 4 bits of the last one mean nothing. golang-jwt does not look at them unless told to, and it skips line breaks at the end.",
		},
		Task: "Be `alice` with the token that was taken back.",
		Hint: "Replace the last character by its neighbour (`" + string(last) + "` by `" + string(last+1) + "`), or put a line break behind it.",
		Spec: spec.Ref{Name: "RFC 4648", Section: "3.5"},
		Cure: "The list holds the token’s `jti`, which is inside the signature, and it is asked after the signature was verified. Who compares texts needs `WithStrictDecoding` as well, and even that lets the line break through.",
		Loot: []Item{{"Alice’s token, revoked", stolen}},
		Fields: []Field{
			{Name: "token", Label: "Token to send", Start: stolen, Solution: stolen[:len(stolen)-1] + string(last+1)},
		},
		Check: l.check(),
		api:   l.api, wants: "alice", genuine: l.mine(), forge: asItIs, vulnerable: denyListVulnerable, fixed: denyListFixed,
	}
}

func denyListVulnerable(api *API, raw string) (string, error) {
	if api.RevokedTokens[raw] {
		return "", errors.New("this token was revoked")
	}
	claims := jwt.MapClaims{}
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"ES256"}), jwt.WithTimeFunc(api.Now))
	trusted := func(*jwt.Token) (any, error) { return api.Key, nil }
	if _, err := parser.ParseWithClaims(raw, claims, trusted); err != nil {
		return "", err
	}
	return claims.GetSubject()
}

func denyListFixed(api *API, raw string) (string, error) {
	claims := jwt.MapClaims{}
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"ES256"}), jwt.WithTimeFunc(api.Now))
	trusted := func(*jwt.Token) (any, error) { return api.Key, nil }
	if _, err := parser.ParseWithClaims(raw, claims, trusted); err != nil {
		return "", err
	}
	if id, _ := claims["jti"].(string); api.RevokedIDs[id] {
		return "", errors.New("this token was revoked")
	}
	return claims.GetSubject()
}
