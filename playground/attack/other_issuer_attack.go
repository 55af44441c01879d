package attack

import (
	"errors"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"claimcheck/playground"
	"claimcheck/playground/spec"
)

func (l *Lab) otherIssuer() Attack {
	const tenant = "https://acme.example/t/mallory"
	claims := func(subject string) string {
		return fmt.Sprintf(`{"iss":%q,"aud":%q,"sub":%q,"exp":%d}`, tenant, stepCloud, subject, l.now.Add(time.Hour).Unix())
	}
	return Attack{
		ID: "other-issuer", Title: "Another issuer, the same key", Line: "The key is right, so the verifier does not ask who used it.",
		Story: []string{
			"AcmeID is a service for many. Whoever signs up gets an issuer of their own, `https://acme.example/t/…`, with users of their own, and all of them share one key set.",
			"Mallory has signed up. In her tenant she decides who is called what; her tokens say her tenant’s `iss`, and AcmeID will not let her write another.",
		},
		Task: "Be `alice` at StepCloud, with a user of your own tenant.",
		Hint: "Call one of your users `alice`: change `sub`. Leave `iss` as it is, or AcmeID does not sign.",
		Spec: spec.Ref{Name: "RFC 8725", Section: "3.8"},
		Cure: "`WithIssuer` compares `iss` with the one issuer that StepCloud trusts. `alice` means something only together with who says so: the pair is the person, not the name.",
		Fields: []Field{
			{Name: "payload", Label: "Payload for Mallory’s tenant to sign", Part: playground.PartPayload, Start: claims("mallory"), Solution: claims("alice")},
		},
		Check: l.check(),
		api:   l.api, wants: "alice", genuine: l.mine(),
		forge: func(v values) (string, error) {
			p, _ := playground.ScanJSON([]byte(v["payload"]))
			if p.String("iss") != tenant {
				return "", errors.New("AcmeID signs for this tenant only what has `\"iss\":\"" + tenant + "\"`")
			}
			return playground.Sign([]byte(acmeHeader), []byte(v["payload"]), l.key, "ES256")
		},
		vulnerable: otherIssuerVulnerable, fixed: otherIssuerFixed,
	}
}

func otherIssuerVulnerable(api *API, raw string) (string, error) {
	claims := jwt.MapClaims{}
	parser := jwt.NewParser(
		jwt.WithValidMethods([]string{"ES256"}),
		jwt.WithAudience("https://stepcloud.example"),
		jwt.WithTimeFunc(api.Now),
	)
	trusted := func(*jwt.Token) (any, error) { return api.Key, nil }
	if _, err := parser.ParseWithClaims(raw, claims, trusted); err != nil {
		return "", err
	}
	return claims.GetSubject()
}

func otherIssuerFixed(api *API, raw string) (string, error) {
	claims := jwt.MapClaims{}
	parser := jwt.NewParser(
		jwt.WithValidMethods([]string{"ES256"}),
		jwt.WithAudience("https://stepcloud.example"),
		jwt.WithIssuer("https://acme.example"),
		jwt.WithTimeFunc(api.Now),
	)
	trusted := func(*jwt.Token) (any, error) { return api.Key, nil }
	if _, err := parser.ParseWithClaims(raw, claims, trusted); err != nil {
		return "", err
	}
	return claims.GetSubject()
}
