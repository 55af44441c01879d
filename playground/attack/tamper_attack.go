package attack

import (
	"github.com/golang-jwt/jwt/v5"

	"claimcheck/playground/spec"
)

func (l *Lab) tamper() Attack {
	mine := l.mine()
	p := split(mine)
	return Attack{
		ID: "tamper", Title: "A payload that nobody checked", Line: "The API reads the token and never verifies it.",
		Story: []string{
			"StepCloud wants to know who is calling. Its developer found a function that parses a token, looked into the result, and saw `sub`. All tests were green: every token in them was genuine.",
			"Mallory has an account of her own, and so a genuine token. She can read it, and she can write.",
		},
		Task: "Write `alice` where your token says `mallory`. Leave the signature as it is.",
		Hint: "Only `sub` in the payload needs to change.",
		Spec: spec.Ref{Name: "RFC 7519", Section: "7.2"}, Known: []string{"CVE-2019-13483"},
		Cure:   "`ParseWithClaims` verifies the signature with a trusted key before it hands the claims out, and `WithValidMethods` says which algorithm it must be. `ParseUnverified` does neither; its name says so.",
		Loot:   []Item{{"Her own access token", mine}},
		Fields: partFields(p, [3]string{p[0], l.claims("alice"), p[2]}), Check: l.check(),
		api: l.api, wants: "alice", genuine: mine, forge: join, vulnerable: tamperVulnerable, fixed: tamperFixed,
	}
}

func tamperVulnerable(_ *API, raw string) (string, error) {
	claims := jwt.MapClaims{}
	if _, _, err := jwt.NewParser().ParseUnverified(raw, claims); err != nil {
		return "", err
	}
	return claims.GetSubject()
}

func tamperFixed(api *API, raw string) (string, error) {
	claims := jwt.MapClaims{}
	trusted := func(*jwt.Token) (any, error) { return api.Key, nil }
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"ES256"}), jwt.WithTimeFunc(api.Now))
	if _, err := parser.ParseWithClaims(raw, claims, trusted); err != nil {
		return "", err
	}
	return claims.GetSubject()
}
