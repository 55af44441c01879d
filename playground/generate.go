package playground

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
)

// A GeneratedKey is a fresh key in the forms in which one wants it.
type GeneratedKey struct {
	Algorithm string `json:"algorithm"`
	// PrivateJWK signs, PublicJWK verifies; there is no PublicJWK of a secret.
	PrivateJWK string `json:"private_jwk"`
	PublicJWK  string `json:"public_jwk,omitempty"`
	// PrivatePEM is PKCS #8, PublicPEM is SPKI; both empty for a secret.
	PrivatePEM string `json:"private_pem,omitempty"`
	PublicPEM  string `json:"public_pem,omitempty"`
	// Secret is a shared secret in base64url; empty for key pairs.
	Secret string `json:"secret,omitempty"`
	// Thumbprint is the key's SHA-256 thumbprint (RFC 7638), also its "kid".
	Thumbprint string `json:"thumbprint"`
	// Key is what [Sign] takes.
	Key any `json:"-"`
}

// GenerateKey makes a key for an algorithm: a random secret as long as the hash
// for HS, RSA of 2048 bits for RS and PS (about 50 ms of CPU: limit the rate),
// the algorithm's curve for ES, Ed25519 for EdDSA and Ed25519. bits asks for another RSA
// size, 2048 or 3072; zero is 2048. The error says what the algorithm or size
// should have been.
func GenerateKey(alg string, bits int) (*GeneratedKey, error) {
	a := algorithmOf(alg)
	if a == nil {
		return nil, fmt.Errorf("%w: %q; one of %v", ErrAlgorithm, alg, Algorithms())
	}
	key, err := a.generate(bits)
	if err != nil {
		return nil, err
	}
	g := &GeneratedKey{Algorithm: alg, Thumbprint: Thumbprint(key), Key: key}
	private, err := PrivateJWK(key, g.Thumbprint, alg)
	if err != nil {
		return nil, err
	}
	g.PrivateJWK = string(private)
	if secret, ok := key.([]byte); ok {
		g.Secret = encode64(secret)
		return g, nil
	}
	return g, g.addPublic(key, alg)
}

func (a *algorithm) generate(bits int) (any, error) {
	switch a.family {
	case familyHMAC:
		secret := make([]byte, a.size)
		_, err := rand.Read(secret)
		return secret, err
	case familyRSA:
		if bits == 0 {
			bits = minRSA
		}
		if bits != 2048 && bits != 3072 {
			return nil, fmt.Errorf("%w: RSA keys are made with 2048 or 3072 bits", ErrKeyFit)
		}
		return rsa.GenerateKey(rand.Reader, bits)
	case familyEC:
		curve := map[string]elliptic.Curve{"P-256": elliptic.P256(), "P-384": elliptic.P384(), "P-521": elliptic.P521()}[a.curve]
		return ecdsa.GenerateKey(curve, rand.Reader)
	case familyEd25519:
		_, private, err := ed25519.GenerateKey(rand.Reader)
		return private, err
	}
	return nil, ErrAlgorithm
}

func (g *GeneratedKey) addPublic(key any, alg string) error {
	public, err := PublicJWK(key, g.Thumbprint, alg)
	if err != nil {
		return err
	}
	g.PublicJWK = string(public)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	g.PrivatePEM = string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}))
	signer, ok := key.(crypto.Signer)
	if !ok {
		return ErrKeyFit
	}
	spki, err := x509.MarshalPKIXPublicKey(signer.Public())
	if err != nil {
		return err
	}
	g.PublicPEM = string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: spki}))
	return nil
}
