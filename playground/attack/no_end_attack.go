package attack

import (
	"errors"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"claimcheck/playground"
	"claimcheck/playground/spec"
)

func (l *Lab) noEnd() Attack {
	const years = 10 * 365 * 24 * time.Hour
	api := *l.api
	api.Now = func() time.Time { return l.now.Add(years) }
	genuine := fmt.Sprintf(`{"iss":%q,"aud":%q,"sub":"mallory","exp":%d}`, acme, stepCloud, l.now.Add(years+time.Hour).Unix())
	return Attack{
		ID: "no-end", Title: "A token that never ends", Line: "`exp` is checked, if it is there.",
		Story: []string{
			"Mallory works for StepCloud until the end of the week. AcmeID signs tokens for her with the payload that she asks for, as long as `sub` is her and `exp` is at most an hour away.",
			"StepCloud’s library checks `exp`. Ten years have passed since, on StepCloud’s clock.",
		},
		Task: "Have AcmeID sign a token by which `mallory` is still let in after ten years.",
		Hint: "Leave `exp` out. Or write `0`: golang-jwt v5.3.1 takes an `exp` of 0 for none.",
		Spec: spec.Ref{Name: "RFC 7519", Section: "4.1.4"},
		Cure: "`WithExpirationRequired` refuses a token that has no end; `exp` is optional in a JWT, so the library cannot know that you need it. An `exp` of 0 counts as missing here, too.",
		Fields: []Field{{
			Name: "payload", Label: "Payload for AcmeID to sign", Part: playground.PartPayload,
			Start: l.claims("mallory"), Solution: fmt.Sprintf(`{"iss":%q,"aud":%q,"sub":"mallory"}`, acme, stepCloud),
		}},
		api: &api, wants: "mallory", genuine: l.sign(acmeHeader, genuine, l.key, "ES256"),
		forge: func(v values) (string, error) {
			p, _ := playground.ScanJSON([]byte(v["payload"]))
			if p.String("sub") != "mallory" {
				return "", errors.New("AcmeID signs for Mallory only what has `\"sub\":\"mallory\"`")
			}
			var claims struct {
				Exp jwt.NumericDate `json:"exp"`
			}
			if !decode(v["payload"], &claims) {
				return "", errors.New("AcmeID cannot read that: it needs a JSON object, with a number for `exp`")
			}
			if claims.Exp.After(l.now.Add(time.Hour)) {
				return "", errors.New("AcmeID signs nothing that lives longer than an hour")
			}
			return playground.Sign([]byte(acmeHeader), []byte(v["payload"]), l.key, "ES256")
		},
		vulnerable: noEndVulnerable, fixed: noEndFixed,
	}
}

func noEndVulnerable(api *API, raw string) (string, error) {
	claims := jwt.MapClaims{}
	parser := jwt.NewParser(
		jwt.WithValidMethods([]string{"ES256"}),
		jwt.WithTimeFunc(api.Now),
	)
	trusted := func(*jwt.Token) (any, error) { return api.Key, nil }
	if _, err := parser.ParseWithClaims(raw, claims, trusted); err != nil {
		return "", err
	}
	return claims.GetSubject()
}

func noEndFixed(api *API, raw string) (string, error) {
	claims := jwt.MapClaims{}
	parser := jwt.NewParser(
		jwt.WithValidMethods([]string{"ES256"}),
		jwt.WithExpirationRequired(),
		jwt.WithTimeFunc(api.Now),
	)
	trusted := func(*jwt.Token) (any, error) { return api.Key, nil }
	if _, err := parser.ParseWithClaims(raw, claims, trusted); err != nil {
		return "", err
	}
	return claims.GetSubject()
}
