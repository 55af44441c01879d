package mockprovider

import (
	"cmp"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/go-jose/go-jose/v4"
)

// A SigningKey is a private key together with the one algorithm that it is
// used for.
type SigningKey struct {
	// KID is its key ID (RFC 7517 §4.5). Empty means its thumbprint (RFC 7638).
	KID string
	// Alg is RS256, ES256, EdDSA or Ed25519.
	Alg string
	// Private is an *rsa.PrivateKey of at least 2048 bits, an
	// *ecdsa.PrivateKey on P-256, or an ed25519.PrivateKey.
	Private crypto.Signer

	jsonKID    []byte // KID as a JSON string
	thumbprint string // RFC 7638: two keys may have one KID, one after the other
}

// Keys are the signing keys of a provider, one per algorithm, the first being
// the default. Fresh keys are made in the background, so that a provider starts
// at once; who needs a key waits for it. Keys is safe for concurrent use.
type Keys struct {
	algs []string
	keys map[string]func() (*SigningKey, error)
	jwks func() ([]byte, error)

	rotation rotation
}

// NewKeys makes fresh keys for the algorithms, by default those of
// [KeyAlgs].
func NewKeys(algs ...string) (*Keys, error) {
	if len(algs) == 0 {
		algs = KeyAlgs()
	}
	makers := make(map[string]func() (*SigningKey, error), len(algs))
	for _, alg := range algs {
		if !slices.Contains(KeyAlgs(), alg) {
			return nil, fmt.Errorf("no key can be made for algorithm %q", alg)
		}
		makers[alg] = sync.OnceValues(func() (*SigningKey, error) { return generate(alg) })
	}
	return newKeys(algs, makers)
}

// KeysFrom uses the given keys, one per algorithm. The first is the default.
func KeysFrom(keys ...SigningKey) (*Keys, error) {
	if len(keys) == 0 {
		return nil, errors.New("no key given")
	}
	var algs []string
	makers := make(map[string]func() (*SigningKey, error), len(keys))
	for _, given := range keys {
		key, err := given.complete()
		if err != nil {
			return nil, err
		}
		if makers[key.Alg] != nil {
			return nil, fmt.Errorf("two keys for %s", key.Alg)
		}
		algs = append(algs, key.Alg)
		makers[key.Alg] = func() (*SigningKey, error) { return key, nil }
	}
	return newKeys(algs, makers)
}

func newKeys(algs []string, makers map[string]func() (*SigningKey, error)) (*Keys, error) {
	k := &Keys{algs: slices.Clone(algs), keys: makers, rotation: rotation{active: make(map[string]*SigningKey), signed: make(map[string]bool)}}
	k.jwks = sync.OnceValues(k.marshal)
	go func() { _, _ = k.jwks() }() // asks for every key, and keeps the bytes
	return k, nil
}

// Algs are the algorithms that there is a key for, the default first.
func (k *Keys) Algs() []string { return slices.Clone(k.algs) }

// Key returns the key for alg, waiting until it is made. Empty means the default.
func (k *Keys) Key(alg string) (*SigningKey, error) {
	if alg == "" {
		alg = k.algs[0]
	}
	maker, ok := k.keys[alg]
	if !ok {
		return nil, fmt.Errorf("no key for algorithm %q", alg)
	}
	k.rotation.mu.RLock()
	active := k.rotation.active[alg]
	k.rotation.mu.RUnlock()
	if active != nil {
		return active, nil
	}
	return maker()
}

// JWKS is the JWK Set of the public keys (RFC 7517 §5). The caller must not
// change the bytes.
func (k *Keys) JWKS() ([]byte, error) {
	k.rotation.mu.RLock()
	set := k.rotation.set
	k.rotation.mu.RUnlock()
	if set != nil {
		return set, nil
	}
	return k.jwks()
}

// marshal builds the JWK Set. Only public keys get near it.
func (k *Keys) marshal() ([]byte, error) {
	var set jose.JSONWebKeySet
	for _, alg := range k.algs {
		key, err := k.keys[alg]()
		if err != nil {
			return nil, err
		}
		set.Keys = append(set.Keys, key.public())
	}
	return json.Marshal(set)
}

func (k *SigningKey) public() jose.JSONWebKey {
	return jose.JSONWebKey{Key: k.Private.Public(), KeyID: k.KID, Algorithm: k.Alg, Use: "sig"}
}

// complete checks the key and fills what was left empty.
func (k SigningKey) complete() (*SigningKey, error) {
	fits := false
	switch private := k.Private.(type) {
	case *rsa.PrivateKey:
		fits = k.Alg == "RS256" && private.N.BitLen() >= 2048
	case *ecdsa.PrivateKey:
		fits = k.Alg == "ES256" && private.Curve == elliptic.P256()
	case ed25519.PrivateKey:
		fits = ed25519Signs(k.Alg) && len(private) == ed25519.PrivateKeySize
	}
	if !fits {
		return nil, fmt.Errorf("a %T does not fit algorithm %q", k.Private, k.Alg)
	}
	public := k.public()
	sum, err := public.Thumbprint(crypto.SHA256)
	if err != nil {
		return nil, fmt.Errorf("thumbprint of the %s key: %w", k.Alg, err)
	}
	k.thumbprint = base64.RawURLEncoding.EncodeToString(sum)
	k.KID = cmp.Or(k.KID, k.thumbprint)
	if k.jsonKID, err = json.Marshal(k.KID); err != nil {
		return nil, fmt.Errorf("key ID %q: %w", k.KID, err)
	}
	return &k, nil
}

// GenerateKey makes a fresh key for one of [KeyAlgs]. An RSA key takes about a
// tenth of a second.
func GenerateKey(alg string) (SigningKey, error) {
	if !slices.Contains(KeyAlgs(), alg) {
		return SigningKey{}, fmt.Errorf("no key can be made for algorithm %q", alg)
	}
	key, err := generate(alg)
	if err != nil {
		return SigningKey{}, err
	}
	return *key, nil
}

// KeyAlgs are the algorithms that a key can be made for, the default first: the
// one of ID tokens (OpenID Connect Core 1.0 §2). EdDSA and Ed25519 are one
// signature under two names (RFC 9864 §2.2); each has a key of its own, as clients
// compare the alg of a published key with the token's.
func KeyAlgs() []string { return []string{"RS256", "ES256", "EdDSA", "Ed25519"} }

// ed25519Signs tells whether an Ed25519 key makes the signatures of alg.
func ed25519Signs(alg string) bool { return alg == "EdDSA" || alg == "Ed25519" }

func generate(alg string) (*SigningKey, error) {
	var private crypto.Signer
	var err error
	switch alg {
	case "RS256":
		private, err = rsa.GenerateKey(rand.Reader, 2048)
	case "ES256":
		private, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	default:
		_, private, err = ed25519.GenerateKey(rand.Reader)
	}
	if err != nil {
		return nil, fmt.Errorf("generate a key for %s: %w", alg, err)
	}
	return SigningKey{Alg: alg, Private: private}.complete()
}
