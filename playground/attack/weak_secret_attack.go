package attack

import (
	"errors"
	"fmt"
	"strings"

	"github.com/golang-jwt/jwt/v5"

	"claimcheck/playground"
	"claimcheck/playground/spec"
)

// guesses is the beginning of a list such as anybody has.
const guesses = "secret\npassword\nchangeme\nacme\nacmeid\nstepcloud\nstepcloud1"

func (l *Lab) weakSecret() Attack {
	const header = `{"alg":"HS256","typ":"at+jwt"}`
	mine := l.sign(header, l.claims("mallory"), l.api.Word, "HS256")
	return Attack{
		ID: "weak-secret", Title: "A secret that can be guessed", Line: "One token is enough to try secrets at leisure.",
		Story: []string{
			"Here AcmeID and StepCloud share a secret and sign with HS256. Somebody chose it in 2019, in a hurry: the product’s name and something behind it.",
			"Whoever has one token can check a guess without asking anybody: compute the HMAC, compare. One processor core tries more than a million words in a second, and no server notices.",
		},
		Task: "Find the word, and sign a token for `alice` with it.",
		Hint: "A name and a year: add `stepcloud2017`, `stepcloud2018`, `stepcloud2019`, `stepcloud2020` to the list.",
		Spec: spec.Ref{Name: "RFC 8725", Section: "3.5"},
		Cure: "The secret is 32 random bytes, which no list has; RFC 7518 §3.2 asks for at least as many bytes as the hash has. AcmeID signs with the same bytes, of course. With a key pair there would be nothing to guess at all.",
		Loot: []Item{{"Her own access token", mine}},
		Fields: []Field{
			{Name: "words", Label: "Words to try, one on each line", Start: guesses, Solution: guesses + "\n" + string(l.api.Word)},
			{Name: "payload", Label: "Payload", Part: playground.PartPayload, Start: l.claims("mallory"), Solution: l.claims("alice")},
		},
		api: l.api, wants: "alice", genuine: mine, reissued: l.sign(header, l.claims("mallory"), l.api.Secret, "HS256"),
		forge: func(v values) (string, error) {
			p := playground.Decode(mine, true)
			tried := 0
			for word := range strings.SplitSeq(v["words"], "\n") {
				tried++
				if playground.VerifySignature("HS256", p.SigningInput, p.Signature().Bytes, []byte(word)) == nil {
					return playground.Sign([]byte(header), []byte(v["payload"]), []byte(word), "HS256")
				}
			}
			return "", fmt.Errorf("with none of these %d words does the HMAC come out as in her own token", tried)
		},
		vulnerable: weakSecretVulnerable, fixed: weakSecretFixed,
	}
}

func weakSecretVulnerable(api *API, raw string) (string, error) {
	claims := jwt.MapClaims{}
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"HS256"}), jwt.WithTimeFunc(api.Now))
	_, err := parser.ParseWithClaims(raw, claims, func(*jwt.Token) (any, error) {
		return api.Word, nil
	})
	if err != nil {
		return "", err
	}
	return claims.GetSubject()
}

func weakSecretFixed(api *API, raw string) (string, error) {
	claims := jwt.MapClaims{}
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"HS256"}), jwt.WithTimeFunc(api.Now))
	_, err := parser.ParseWithClaims(raw, claims, func(*jwt.Token) (any, error) {
		if len(api.Secret) < 32 {
			return nil, errors.New("the secret is too short")
		}
		return api.Secret, nil
	})
	if err != nil {
		return "", err
	}
	return claims.GetSubject()
}
