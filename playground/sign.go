package playground

import (
	"crypto/ecdsa"
	"errors"
	"fmt"
)

// ErrSignKey is what Sign wraps when the key can't make this signature.
var ErrSignKey = errors.New("this key cannot sign with this algorithm")

// Sign makes a token in the compact form (RFC 7515 §7.1). Header and payload
// are signed as they are, byte for byte: nothing is parsed, sorted or escaped.
// That the header names alg is the caller's business.
//
// The key is []byte for the HS algorithms and otherwise a private key as a
// [crypto.Signer]: *rsa.PrivateKey, *ecdsa.PrivateKey or ed25519.PrivateKey.
// The error is [ErrAlgorithm] for an unknown algorithm ("none" among them),
// [ErrSignKey] for a key that does not fit.
func Sign(header, payload []byte, key any, alg string) (string, error) {
	return sign(header, payload, key, alg, false)
}

// SignRepeatable is [Sign], except that the ES algorithms take their nonce
// from key and message (RFC 6979), so that the same input gives the same
// token. The HS and RS algorithms, EdDSA and Ed25519 do so anyway; PS does not.
func SignRepeatable(header, payload []byte, key any, alg string) (string, error) {
	return sign(header, payload, key, alg, true)
}

// Unsecured makes a token that nobody signed: "alg":"none" with an empty
// signature (RFC 7515 §A.5). It is for showing what must be refused.
func Unsecured(header, payload []byte) string {
	return encode64(header) + "." + encode64(payload) + "."
}

func sign(header, payload []byte, key any, alg string, repeatable bool) (string, error) {
	a := algorithmOf(alg)
	if a == nil {
		return "", fmt.Errorf("%w: %q", ErrAlgorithm, alg)
	}
	input := encode64(header) + "." + encode64(payload)
	signature, err := a.sign(input, key, repeatable)
	if err != nil {
		return "", err
	}
	return input + "." + encode64(signature), nil
}

func (a *algorithm) sign(input string, key any, repeatable bool) ([]byte, error) {
	if !a.fits(key) {
		return nil, fmt.Errorf("%w: %s needs %s", ErrSignKey, a.name, a.needsToSign())
	}
	if ec, ok := key.(*ecdsa.PrivateKey); ok && repeatable {
		return signES(a, input, ec)
	}
	signature, err := a.method.Sign(input, key)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSignKey, err)
	}
	return signature, nil
}

func (a *algorithm) needsToSign() string {
	switch a.family {
	case familyHMAC:
		return "a shared secret"
	case familyRSA:
		return "an RSA private key"
	case familyEC:
		return "an EC " + a.curve + " private key"
	case familyEd25519:
		return "an Ed25519 private key"
	}
	return ""
}

// signES signs with ECDSA and a nonce by RFC 6979: a nil reader asks for it.
// The result is r and s, each as long as the curve's order (RFC 7518 §3.4).
func signES(a *algorithm, input string, key *ecdsa.PrivateKey) ([]byte, error) {
	h := a.hash.New()
	h.Write([]byte(input))
	der, err := key.Sign(nil, h.Sum(nil), a.hash)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSignKey, err)
	}
	raw, ok := fromDER(der, a.size)
	if !ok {
		return nil, ErrSignKey
	}
	return raw, nil
}
