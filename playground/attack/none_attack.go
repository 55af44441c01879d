package attack

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"

	"github.com/golang-jwt/jwt/v5"

	"claimcheck/playground/spec"
)

func (l *Lab) none() Attack {
	mine := l.mine()
	p := split(mine)
	return Attack{
		ID: "none", Title: "No algorithm, in the wrong case", Line: "A list of what is forbidden misses one spelling.",
		Story: []string{
			"In the first days StepCloud ran without AcmeID, with tokens that nobody signed: `\"alg\":\"none\"`. Before the launch somebody added a line that forbids it. The code that handles such tokens stayed.",
			"The line compares the text. The code below it does not mind capitals.",
		},
		Task: "Make a token for `alice` that has no signature at all.",
		Hint: "Try `none` first and read the refusal. Then write it so that the first comparison says “another word” and the second says “the same”. Empty the signature; its dot stays.",
		Spec: spec.Ref{Name: "RFC 8725", Section: "3.1"}, Known: []string{"CVE-2022-23540"},
		Cure:   "A list of what is allowed has one entry and no holes: whatever is not exactly `ES256` is refused, in any spelling. golang-jwt’s `WithValidMethods` is such a list.",
		Loot:   []Item{{"Her own access token", mine}},
		Fields: partFields(p, [3]string{`{"alg":"noNE","typ":"at+jwt"}`, l.claims("alice"), ""}), Check: l.check(),
		api: l.api, wants: "alice", genuine: mine, forge: join, vulnerable: noneVulnerable, fixed: noneFixed, helpers: []string{"readPart"},
	}
}

func noneVulnerable(api *API, raw string) (string, error) {
	parts := strings.Split(raw, ".")
	var header struct{ Alg string }
	var claims jwt.MapClaims
	if len(parts) != 3 || !readPart(parts[0], &header) || !readPart(parts[1], &claims) {
		return "", errors.New("this is no token")
	}
	if header.Alg == "none" {
		return "", errors.New("alg none is forbidden")
	}
	switch strings.ToUpper(header.Alg) {
	case "NONE": // from the time before the launch
		return claims.GetSubject()
	case "ES256":
		signature, err := base64.RawURLEncoding.DecodeString(parts[2])
		if err != nil {
			return "", err
		}
		if err := jwt.SigningMethodES256.Verify(parts[0]+"."+parts[1], signature, api.Key); err != nil {
			return "", err
		}
		return claims.GetSubject()
	}
	return "", errors.New("unknown algorithm")
}

func noneFixed(api *API, raw string) (string, error) {
	parts := strings.Split(raw, ".")
	var header struct{ Alg string }
	var claims jwt.MapClaims
	if len(parts) != 3 || !readPart(parts[0], &header) || !readPart(parts[1], &claims) {
		return "", errors.New("this is no token")
	}
	if header.Alg != "ES256" {
		return "", errors.New("only ES256 is allowed")
	}
	switch strings.ToUpper(header.Alg) {
	case "NONE": // from the time before the launch
		return claims.GetSubject()
	case "ES256":
		signature, err := base64.RawURLEncoding.DecodeString(parts[2])
		if err != nil {
			return "", err
		}
		if err := jwt.SigningMethodES256.Verify(parts[0]+"."+parts[1], signature, api.Key); err != nil {
			return "", err
		}
		return claims.GetSubject()
	}
	return "", errors.New("unknown algorithm")
}

// readPart decodes a part of a token into v.
func readPart(part string, v any) bool {
	text, err := base64.RawURLEncoding.DecodeString(part)
	return err == nil && json.Unmarshal(text, v) == nil
}
