package attack

import (
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	strict "github.com/go-jose/go-jose/v4/json"
	"github.com/golang-jwt/jwt/v5"

	"claimcheck/playground"
	"claimcheck/playground/spec"
)

func (l *Lab) twoSubjects() Attack {
	// What AcmeID writes: it never escapes the name.
	payload := func(name string) string {
		return fmt.Sprintf(`{"iss":%q,"aud":%q,"exp":%d,"sub":"mallory","name":"%s"}`, acme, stepCloud, l.now.Add(time.Hour).Unix(), name)
	}
	return Attack{
		ID: "two-subjects", Title: "Two subjects in one token", Line: "A name occurs twice, and two readers take different ones.",
		Story: []string{
			"AcmeID puts the payload together as text: `\"sub\":\"mallory\",\"name\":\"` and then the display name that the user has chosen. Its own reader takes the first `sub` and finds `mallory`; so it signs.",
			"golang-jwt reads JSON with Go’s `encoding/json`, which takes the last of two members with one name. JavaScript does the same; others take the first, and go-jose refuses.",
		},
		Task: "Choose a display name that makes you `alice` at StepCloud.",
		Hint: "Close the string, add a second `sub`, and leave the last quotation mark to AcmeID: `Mallory\",\"sub\":\"alice`.",
		Spec: spec.Ref{Name: "RFC 7519", Section: "4"}, Known: []string{"GHSA-4cf7-xm37-g63h"},
		Cure: "The payload is read once more by a parser that refuses a name that occurs twice. What two readers can read differently is refused before anybody acts on it.",
		Fields: []Field{
			{Name: "name", Label: "Your display name", Start: "Mallory", Solution: `Mallory","sub":"alice`, Line: true},
		},
		Check: l.check(),
		api:   l.api, wants: "alice", genuine: l.sign(acmeHeader, payload("Mallory"), l.key, "ES256"),
		forge: func(v values) (string, error) {
			return playground.Sign([]byte(acmeHeader), []byte(payload(v["name"])), l.key, "ES256")
		},
		vulnerable: twoSubjectsVulnerable, fixed: twoSubjectsFixed,
	}
}

func twoSubjectsVulnerable(api *API, raw string) (string, error) {
	claims := jwt.MapClaims{}
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"ES256"}), jwt.WithTimeFunc(api.Now))
	trusted := func(*jwt.Token) (any, error) { return api.Key, nil }
	if _, err := parser.ParseWithClaims(raw, claims, trusted); err != nil {
		return "", err
	}
	return claims.GetSubject()
}

func twoSubjectsFixed(api *API, raw string) (string, error) {
	claims := jwt.MapClaims{}
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"ES256"}), jwt.WithTimeFunc(api.Now))
	trusted := func(*jwt.Token) (any, error) { return api.Key, nil }
	if _, err := parser.ParseWithClaims(raw, claims, trusted); err != nil {
		return "", err
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.Split(raw, ".")[1])
	if err != nil {
		return "", err
	}
	if err := strict.Unmarshal(payload, &map[string]any{}); err != nil {
		return "", err
	}
	return claims.GetSubject()
}
