package attack

import (
	"crypto"
	"encoding/json"
	"errors"
	"strings"

	"claimcheck/playground"
)

// split are the decoded header and payload of a genuine token and its encoded
// signature, as they stand in the three fields.
func split(token string) [3]string {
	t := playground.Decode(token, true)
	if t.Header() == nil || t.Payload() == nil || t.Signature() == nil {
		return [3]string{}
	}
	return [3]string{string(t.Header().Bytes), string(t.Payload().Bytes), t.Signature().Encoded}
}

// partFields are the three parts of a token as fields.
func partFields(start, solution [3]string) []Field {
	return []Field{
		{Name: "header", Label: "Header", Part: playground.PartHeader, Start: start[0], Solution: solution[0]},
		{Name: "payload", Label: "Payload", Part: playground.PartPayload, Start: start[1], Solution: solution[1]},
		{Name: "signature", Label: "Signature, base64url", Part: playground.PartSignature, Start: start[2], Solution: solution[2]},
	}
}

// hmacOf signs with HMAC and SHA-256 and the bytes of the secret, whatever the header says.
func hmacOf(v values) (string, error) {
	return playground.Sign([]byte(v["header"]), []byte(v["payload"]), []byte(v["secret"]), "HS256")
}

// signWithKey signs with the private key in the field "key".
func signWithKey(v values) (string, error) {
	keys, err := playground.ParseKey([]byte(v["key"]), playground.UTF8)
	if err != nil {
		return "", err
	}
	k, _ := keys.First()
	if k.Private == nil {
		return "", errors.New("to sign, a private key is needed")
	}
	algs := playground.AlgorithmsFor(k.Private)
	header, _ := playground.ScanJSON([]byte(v["header"]))
	for _, alg := range algs {
		if alg == header.String("alg") {
			return playground.Sign([]byte(v["header"]), []byte(v["payload"]), k.Private, alg)
		}
	}
	return "", errors.New("this key signs with " + strings.Join(algs, ", ") + ", and the header must say so")
}

func (l *Lab) malloryKey() Field {
	text := l.privatePEM(l.mallory)
	return Field{Name: "key", Label: "Private key to sign with: Mallory’s own", Start: text, Solution: text}
}

func (l *Lab) malloryPublic() playground.Key {
	return playground.NewKey(l.mallory.Public(), "mallory-1", "ES256")
}

func (l *Lab) publicJWK(key crypto.PublicKey, id string) string {
	jwk, err := playground.PublicJWK(key, id, "")
	if err != nil {
		l.problems = append(l.problems, err)
	}
	return string(jwk)
}

func decode(text string, v any) bool { return json.Unmarshal([]byte(text), v) == nil }
