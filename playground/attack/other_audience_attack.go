package attack

import (
	"errors"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"claimcheck/playground/spec"
)

func (l *Lab) otherAudience() Attack {
	mine := l.mine()
	idToken := l.sign(`{"alg":"ES256","typ":"JWT","kid":"acme-1"}`, fmt.Sprintf(`{"iss":%q,"aud":%q,"sub":"alice","nonce":"n-0S6","iat":%d,"exp":%d}`, acme, quiz, l.now.Unix(), l.now.Add(time.Hour).Unix()), l.key, "ES256")
	return Attack{
		ID: "other-audience", Title: "A token for somebody else", Line: "Genuine, fresh, of the right issuer, and not meant for this API.",
		Story: []string{
			"Alice has played a quiz at `" + quiz + "` and logged in there with AcmeID. So Mallory’s quiz got an ID token: AcmeID’s statement, to the quiz, that this is Alice.",
			"StepCloud checks the signature, the issuer and the time. All three are in order.",
		},
		Task: "Be `alice` at StepCloud with a token that AcmeID really signed.",
		Hint: "Paste the ID token. Nothing has to be changed, and nothing can be.",
		Spec: spec.Ref{Name: "RFC 8725", Section: "3.9"},
		Cure: "`WithAudience` asks whether the token was made for this API, and the comparison of `typ` whether it is an access token at all (RFC 9068 §4).",
		Loot: []Item{{"Her own access token for StepCloud", mine}, {"Alice’s ID token, which the quiz was given", idToken}},
		Fields: []Field{
			{Name: "token", Label: "Token to send", Start: mine, Solution: idToken},
		},
		Check: l.check(),
		api:   l.api, wants: "alice", genuine: mine, forge: asItIs, vulnerable: otherAudienceVulnerable, fixed: otherAudienceFixed,
	}
}

func otherAudienceVulnerable(api *API, raw string) (string, error) {
	claims := jwt.MapClaims{}
	parser := jwt.NewParser(
		jwt.WithValidMethods([]string{"ES256"}),
		jwt.WithIssuer("https://acme.example"),
		jwt.WithTimeFunc(api.Now),
	)
	trusted := func(*jwt.Token) (any, error) { return api.Key, nil }
	_, err := parser.ParseWithClaims(raw, claims, trusted)
	if err != nil {
		return "", err
	}
	return claims.GetSubject()
}

func otherAudienceFixed(api *API, raw string) (string, error) {
	claims := jwt.MapClaims{}
	parser := jwt.NewParser(
		jwt.WithValidMethods([]string{"ES256"}),
		jwt.WithIssuer("https://acme.example"),
		jwt.WithAudience("https://stepcloud.example"),
		jwt.WithTimeFunc(api.Now),
	)
	trusted := func(*jwt.Token) (any, error) { return api.Key, nil }
	token, err := parser.ParseWithClaims(raw, claims, trusted)
	if err != nil {
		return "", err
	}
	if token.Header["typ"] != "at+jwt" {
		return "", errors.New("not an access token")
	}
	return claims.GetSubject()
}
