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
// Key and errors are those of [Signature].
func Sign(header, payload []byte, key any, alg string) (string, error) {
	input := encode64(header) + "." + encode64(payload)
	signature, err := Signature(alg, input, key)
	if err != nil {
		return "", err
	}
	return input + "." + encode64(signature), nil
}

// Unsecured makes a token that nobody signed: "alg":"none" with an empty
// signature (RFC 7515 §A.5). It is for showing what must be refused.
func Unsecured(header, payload []byte) string {
	return encode64(header) + "." + encode64(payload) + "."
}

// Signature signs a signing input and nothing else (RFC 7515 §5.1 step 5). The
// same input gives the same signature, except with PS: the ES algorithms take
// their nonce from key and message, as RFC 8725 §3.2 recommends.
//
// The key is []byte for the HS algorithms and otherwise a private key as a
// [crypto.Signer]: *rsa.PrivateKey, *ecdsa.PrivateKey or ed25519.PrivateKey.
// The error is [ErrAlgorithm] for an unknown algorithm ("none" among them),
// [ErrSignKey] for a key that does not fit.
func Signature(alg, signingInput string, key any) ([]byte, error) {
	a := algorithmOf(alg)
	if a == nil {
		return nil, fmt.Errorf("%w: %q", ErrAlgorithm, alg)
	}
	if !a.fits(key) {
		return nil, fmt.Errorf("%w: %s needs %s", ErrSignKey, a.name, a.needsToSign())
	}
	if ec, ok := key.(*ecdsa.PrivateKey); ok {
		return signES(a, signingInput, ec)
	}
	signature, err := a.method.Sign(signingInput, key)
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
