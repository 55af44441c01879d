package attack

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/golang-jwt/jwt/v5"

	"claimcheck/playground"
	"claimcheck/playground/spec"
)

func (l *Lab) letterCase() Attack {
	return Attack{
		ID: "letter-case", Title: "A capital letter", Line: "`Sub` is not `sub`, except for a Go struct.",
		Story: []string{
			"AcmeID’s users may add a claim of their own to their tokens. The registered names are reserved: who asks for `sub` is refused. `Sub` is another name, and RFC 7519 agrees.",
			"StepCloud reads the claims into golang-jwt’s struct `RegisteredClaims`. Go’s `encoding/json` matches the members of a struct in any case.",
		},
		Task: "Add a claim that makes you `alice`.",
		Hint: "The name `Sub`, the value `alice`. It stands behind `sub`, and the last one counts.",
		Spec: spec.Ref{Name: "RFC 7519", Section: "7.3"},
		Cure: "`MapClaims` compares names exactly, so `Sub` is a claim that nobody asks for.",
		Fields: []Field{
			{Name: "claim", Label: "Name of the claim to add", Start: "sub", Solution: "Sub", Line: true},
			{Name: "value", Label: "Its value", Start: "mallory", Solution: "alice", Line: true},
		},
		Check: l.check(),
		api:   l.api, wants: "alice", genuine: l.mine(),
		forge: func(v values) (string, error) {
			if slices.Contains([]string{"iss", "sub", "aud", "exp", "nbf", "iat", "jti"}, v["claim"]) {
				return "", fmt.Errorf("AcmeID reserves `%s`", v["claim"])
			}
			name, err := json.Marshal(v["claim"])
			value, verr := json.Marshal(v["value"])
			if err := errors.Join(err, verr); err != nil {
				return "", err
			}
			payload := strings.TrimSuffix(l.claims("mallory"), "}") + "," + string(name) + ":" + string(value) + "}"
			return playground.Sign([]byte(acmeHeader), []byte(payload), l.key, "ES256")
		},
		vulnerable: letterCaseVulnerable, fixed: letterCaseFixed,
	}
}

func letterCaseVulnerable(api *API, raw string) (string, error) {
	claims := &jwt.RegisteredClaims{}
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"ES256"}), jwt.WithTimeFunc(api.Now))
	trusted := func(*jwt.Token) (any, error) { return api.Key, nil }
	if _, err := parser.ParseWithClaims(raw, claims, trusted); err != nil {
		return "", err
	}
	return claims.GetSubject()
}

func letterCaseFixed(api *API, raw string) (string, error) {
	claims := jwt.MapClaims{}
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"ES256"}), jwt.WithTimeFunc(api.Now))
	trusted := func(*jwt.Token) (any, error) { return api.Key, nil }
	if _, err := parser.ParseWithClaims(raw, claims, trusted); err != nil {
		return "", err
	}
	return claims.GetSubject()
}
