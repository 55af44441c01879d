package attack

import (
	"errors"

	"github.com/golang-jwt/jwt/v5"

	"claimcheck/playground/spec"
)

func (l *Lab) critical() Attack {
	mine := l.mine()
	kiosk := l.sign(`{"alg":"ES256","typ":"at+jwt","kid":"acme-1","crit":["https://acme.example/only_at"],"https://acme.example/only_at":"the kiosk in the lobby"}`, l.claims("alice"), l.key, "ES256")
	return Attack{
		ID: "critical", Title: "A condition that nobody read", Line: "The header says that it must be understood, and is ignored.",
		Story: []string{
			"For the kiosk in the lobby AcmeID issues tokens that are good at that kiosk alone. The condition stands in the header, and `crit` lists it: whoever does not understand it must refuse the token.",
			"Somebody has photographed the kiosk’s screen. StepCloud uses golang-jwt v5.3.1, which does not look at `crit`.",
		},
		Task: "Use the kiosk’s token from elsewhere, and be `alice`.",
		Hint: "Paste it. The signature holds, and the condition asks nobody.",
		Spec: spec.Ref{Name: "RFC 7515", Section: "4.1.11"}, Known: []string{"CVE-2025-59420", "CVE-2026-32597", "CVE-2026-35042"},
		Cure: "StepCloud understands no extension, so it refuses every token that has a critical one. The library leaves this to its caller.",
		Loot: []Item{{"Her own access token", mine}, {"The kiosk’s token, from the photograph", kiosk}},
		Fields: []Field{
			{Name: "token", Label: "Token to send", Start: mine, Solution: kiosk},
		},
		Check: l.check(),
		api:   l.api, wants: "alice", genuine: mine, forge: asItIs, vulnerable: criticalVulnerable, fixed: criticalFixed,
	}
}

func criticalVulnerable(api *API, raw string) (string, error) {
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

func criticalFixed(api *API, raw string) (string, error) {
	claims := jwt.MapClaims{}
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"ES256"}), jwt.WithTimeFunc(api.Now))
	_, err := parser.ParseWithClaims(raw, claims, func(t *jwt.Token) (any, error) {
		if _, there := t.Header["crit"]; there {
			return nil, errors.New("a critical extension that is not understood")
		}
		return api.Key, nil
	})
	if err != nil {
		return "", err
	}
	return claims.GetSubject()
}
