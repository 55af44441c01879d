package lab

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"

	"github.com/go-jose/go-jose/v4"

	"claimcheck/playground"
)

// keyOf is the key pair of somebody of the story who signs: a client its proofs
// and assertions, Mallory her own. It is made when it is first asked for and stays
// as long as the lab; with a seed it follows from the seed alone.
func (l *Lab) keyOf(party string) (*ecdsa.PrivateKey, error) {
	if seed := l.Seed(); seed != "" {
		return seededEC(seed, l.id+" "+party)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if key := l.partyKeys[party]; key != nil {
		return key, nil
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("lab: %w", err)
	}
	if l.partyKeys == nil {
		l.partyKeys = map[string]*ecdsa.PrivateKey{}
	}
	l.partyKeys[party] = key
	return key, nil
}

// publicJWK is the public half of a party's key.
func (l *Lab) publicJWK(party string) (jose.JSONWebKey, error) {
	key, err := l.keyOf(party)
	if err != nil {
		return jose.JSONWebKey{}, err
	}
	return jose.JSONWebKey{Key: key.Public()}, nil
}

// sign makes a JWS of two JSON objects in compact serialization (RFC 7515 §7.1),
// with ES256: the same objects give the same string.
func sign(key *ecdsa.PrivateKey, header, payload any) (string, error) {
	var input string
	for _, part := range []any{header, payload} {
		b, err := json.Marshal(part)
		if err != nil {
			return "", fmt.Errorf("lab: %w", err)
		}
		if input != "" {
			input += "."
		}
		input += base64.RawURLEncoding.EncodeToString(b)
	}
	sig, err := playground.Signature("ES256", input, key)
	if err != nil {
		return "", fmt.Errorf("lab: %w", err)
	}
	return input + "." + base64.RawURLEncoding.EncodeToString(sig), nil
}
