package attack

import (
	"github.com/golang-jwt/jwt/v5"

	"claimcheck/playground/spec"
)

func (l *Lab) nullSignature() Attack {
	mine := l.mine()
	p := split(mine)
	return Attack{
		ID: "null-signature", Title: "A signature of no bytes", Line: "A check that is left out when there is nothing to check.",
		Story: []string{
			"A gateway in front of StepCloud used to strip the signatures of tokens that it had verified. So StepCloud learned to live without: if there is a signature, verify it.",
			"The gateway is gone. The `if` is still there.",
		},
		Task: "Be `alice`. The header may go on saying `ES256`.",
		Hint: "Empty the field of the signature. The dot before it stays: the token still has three parts.",
		Spec: spec.Ref{Name: "RFC 8725", Section: "3.3"}, Known: []string{"CVE-2020-28042"},
		Cure:   "The signature is verified always. An empty one is a wrong one.",
		Loot:   []Item{{"Her own access token", mine}},
		Fields: partFields(p, [3]string{p[0], l.claims("alice"), ""}), Check: l.check(),
		api: l.api, wants: "alice", genuine: mine, forge: join, vulnerable: nullSignatureVulnerable, fixed: nullSignatureFixed,
	}
}

func nullSignatureVulnerable(api *API, raw string) (string, error) {
	claims := jwt.MapClaims{}
	token, parts, err := jwt.NewParser().ParseUnverified(raw, claims)
	if err != nil {
		return "", err
	}
	if len(token.Signature) > 0 {
		err = jwt.SigningMethodES256.Verify(parts[0]+"."+parts[1], token.Signature, api.Key)
	}
	if err != nil {
		return "", err
	}
	return claims.GetSubject()
}

func nullSignatureFixed(api *API, raw string) (string, error) {
	claims := jwt.MapClaims{}
	token, parts, err := jwt.NewParser().ParseUnverified(raw, claims)
	if err != nil {
		return "", err
	}
	err = jwt.SigningMethodES256.Verify(parts[0]+"."+parts[1], token.Signature, api.Key)
	if err != nil {
		return "", err
	}
	return claims.GetSubject()
}
