//nolint:staticcheck // textbook arithmetic on a curve is what this file is about
package attack

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"errors"
	"math/big"
	"strings"

	"github.com/golang-jwt/jwt/v5"

	"claimcheck/playground/spec"
)

func (l *Lab) zeroSignature() Attack {
	mine := l.mine()
	p := split(mine)
	return Attack{
		ID: "zero-signature", Title: "The psychic signature", Line: "An ECDSA signature of zeros satisfies the equation.",
		Story: []string{
			"StepCloud’s developer did not trust libraries and wrote ECDSA from a textbook: compute a point from the signature’s two numbers, r and s, and compare its x with r.",
			"The textbook says one more thing, in a line that looks like a formality: r and s must be between 1 and the order of the curve. With zeros the point is the point at infinity, and its x comes out as zero. Java 15 to 18 shipped this fault; Go’s `crypto/ecdsa` never had it.",
		},
		Task: "Be `alice`. The signature may be the same for every token in the world.",
		Hint: "64 zero bytes are 86 times the letter `A` in base64url.",
		Spec: spec.Ref{Name: "RFC 8725", Section: "3.4"}, Known: []string{"CVE-2022-21449"},
		Cure:   "Both numbers are checked before anything is computed with them. Better still: `crypto/ecdsa`, which golang-jwt uses.",
		Loot:   []Item{{"Her own access token", mine}},
		Fields: partFields(p, [3]string{p[0], l.claims("alice"), strings.Repeat("A", 86)}), Check: l.check(),
		api: l.api, wants: "alice", genuine: mine, forge: join,
		vulnerable: zeroSignatureVulnerable, fixed: zeroSignatureFixed, helpers: []string{"textbook"},
	}
}

func zeroSignatureVulnerable(api *API, raw string) (string, error) {
	claims := jwt.MapClaims{}
	token, parts, err := jwt.NewParser().ParseUnverified(raw, claims)
	if err != nil || token.Method.Alg() != "ES256" || len(token.Signature) != 64 {
		return "", errors.New("this is no token with ES256")
	}
	r, s := new(big.Int).SetBytes(token.Signature[:32]), new(big.Int).SetBytes(token.Signature[32:])
	hash := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if !textbook(api.Key, hash[:], r, s) {
		return "", errors.New("the signature does not match")
	}
	return claims.GetSubject()
}

func zeroSignatureFixed(api *API, raw string) (string, error) {
	claims := jwt.MapClaims{}
	token, parts, err := jwt.NewParser().ParseUnverified(raw, claims)
	if err != nil || token.Method.Alg() != "ES256" || len(token.Signature) != 64 {
		return "", errors.New("this is no token with ES256")
	}
	r, s := new(big.Int).SetBytes(token.Signature[:32]), new(big.Int).SetBytes(token.Signature[32:])
	hash := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	order := api.Key.Params().N
	if r.Sign() == 0 || s.Sign() == 0 || r.Cmp(order) >= 0 || s.Cmp(order) >= 0 {
		return "", errors.New("r or s is out of range")
	}
	if !textbook(api.Key, hash[:], r, s) {
		return "", errors.New("the signature does not match")
	}
	return claims.GetSubject()
}

// textbook is the equation of ECDSA and nothing else. 1/s is s to the power of
// the order minus two, which for zero is zero.
func textbook(key *ecdsa.PublicKey, hash []byte, r, s *big.Int) bool {
	n := key.Params().N
	w := new(big.Int).Exp(s, new(big.Int).Sub(n, big.NewInt(2)), n)
	u1 := new(big.Int).Mul(new(big.Int).SetBytes(hash), w)
	u2 := new(big.Int).Mul(r, w)
	x1, y1 := key.ScalarBaseMult(u1.Mod(u1, n).Bytes())
	x2, y2 := key.ScalarMult(key.X, key.Y, u2.Mod(u2, n).Bytes())
	x, _ := key.Add(x1, y1, x2, y2)
	return x.Mod(x, n).Cmp(r) == 0
}
