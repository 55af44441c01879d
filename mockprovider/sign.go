package mockprovider

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"claimcheck/playground"
)

// errNotOurs says that a token is none that this provider signed.
var errNotOurs = errors.New("not a token of this provider")

// sign signs the claims set with the key of that algorithm.
func (k *Keys) sign(alg, typ string, claims any) (string, error) {
	key, err := k.Key(alg)
	if err != nil {
		return "", err
	}
	return key.sign(typ, claims)
}

// sign makes a compact JWS of the claims set (RFC 7515 §3.1). The members keep
// the order of the struct, which is the order in which a person reads them. It
// holds no lock.
func (k *SigningKey) sign(typ string, claims any) (string, error) {
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("marshal the claims set: %w", err)
	}
	header := k.joseHeader(typ)
	enc := base64.RawURLEncoding
	token := make([]byte, 0, enc.EncodedLen(len(header))+enc.EncodedLen(len(payload))+enc.EncodedLen(maxSignature)+2)
	token = enc.AppendEncode(token, header)
	token = enc.AppendEncode(append(token, '.'), payload)
	sig, err := playground.Signature(k.Alg, string(token), k.Private)
	if err != nil {
		return "", fmt.Errorf("sign with %s: %w", k.Alg, err)
	}
	return string(enc.AppendEncode(append(token, '.'), sig)), nil
}

// joseHeader is the JOSE header of our tokens (RFC 7515 §4.1). The algorithm and
// the type are names of ours that need no escaping.
func (k *SigningKey) joseHeader(typ string) []byte {
	b := make([]byte, 0, 128)
	b = append(append(b, `{"alg":"`...), k.Alg...)
	b = append(append(b, `","typ":"`...), typ...)
	b = append(append(b, `","kid":`...), k.jsonKID...)
	return append(b, '}')
}

// maxSignature is as long as most signatures are at most, in bytes: RSA with 2048
// bits.
const maxSignature = 256

// parse checks the signature of a token of ours and its typ, and unmarshals its
// claims set into claims. Times are the caller's business: an expired ID token
// is still a good hint (OpenID Connect Core 1.0 §3.1.2.1). The playground's engine
// verifies, since golang-jwt's parser does not know Ed25519 by that name.
func (k *Keys) parse(token, typ string, claims any) error {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return fmt.Errorf("%w: it needs three parts", errNotOurs)
	}
	var decoded [3][]byte
	for i, part := range parts {
		var err error
		if decoded[i], err = base64.RawURLEncoding.Strict().DecodeString(part); err != nil {
			return fmt.Errorf("%w: %w", errNotOurs, err)
		}
	}
	var header struct {
		Alg string `json:"alg"`
		Typ string `json:"typ"`
		Kid string `json:"kid"`
	}
	if err := json.Unmarshal(decoded[0], &header); err != nil {
		return fmt.Errorf("%w: %w", errNotOurs, err)
	}
	key := k.verifier(header.Alg, header.Kid)
	if header.Typ != typ || key == nil {
		return errNotOurs
	}
	if err := playground.VerifySignature(key.Alg, parts[0]+"."+parts[1], decoded[2], key.Private.Public()); err != nil {
		return fmt.Errorf("%w: %w", errNotOurs, err)
	}
	if err := json.Unmarshal(decoded[1], claims); err != nil {
		return fmt.Errorf("%w: %w", errNotOurs, err)
	}
	return nil
}
