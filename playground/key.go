package playground

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"fmt"
	"slices"
	"strings"
)

// A Key is a key that the verifier trusts, with what binds it: its name, its
// algorithm and what it may be used for (RFC 7517 §4).
type Key struct {
	// ID, Algorithm, Use and Operations are "kid", "alg", "use" and "key_ops";
	// empty where nothing was said.
	ID, Algorithm, Use string
	Operations         []string
	// Public is what verifies: []byte (a shared secret), *rsa.PublicKey,
	// *ecdsa.PublicKey or ed25519.PublicKey.
	Public any
	// Private is what signs, nil where only the public half is known. A shared
	// secret signs with Public.
	Private crypto.Signer
	// Form says how it was given, in words: "JWK", "PEM, public key".
	Form string
}

// NewKey wraps a key for [NewKeySet] and [VerifyCompact]. The key is a []byte
// secret, a public key or a private key (a [crypto.Signer]); id and alg are its
// "kid" and "alg" and may be empty. A key of another type verifies nothing.
func NewKey(key any, id, alg string) Key {
	k := Key{ID: id, Algorithm: alg, Public: key}
	if signer, ok := key.(crypto.Signer); ok {
		k.Private, k.Public = signer, signer.Public()
	}
	switch public := k.Public.(type) {
	case rsa.PublicKey:
		k.Public = &public
	case ecdsa.PublicKey:
		k.Public = &public
	case *ed25519.PublicKey:
		k.Public = *public
	case string:
		k.Public = []byte(public)
	}
	return k
}

// Signer is what [Sign] takes to sign with this key, nil when it can't sign.
func (k Key) Signer() any {
	if secret, ok := k.Public.([]byte); ok {
		return secret
	}
	if k.Private == nil {
		return nil
	}
	return k.Private
}

// Words names the key in words: "an RSA public key of 2048 bits".
func (k Key) Words() string { return keyWords(k.Public) }

// A KeyError is why a key can't be used, with what to do about it.
type KeyError struct {
	// ID is the finding's: "key_pem", "key_jwk".
	ID           string
	Message, Fix string
}

// Error makes a KeyError an error.
func (p *KeyError) Error() string { return p.Message }

// unfit says why the key may not be used to verify with alg; nil if it may.
func (k Key) unfit(alg string) *KeyError {
	a := algorithmOf(alg)
	switch {
	case a == nil:
		return &KeyError{ID: "alg_unknown", Message: fmt.Sprintf("%q is no algorithm that is verified here.", alg)}
	case !a.fits(k.Public):
		return k.misfit(a)
	case k.Algorithm != "" && k.Algorithm != alg && !k.coversEd25519(alg):
		return &KeyError{ID: "key_jwk", Message: fmt.Sprintf("The key says it is for `%s` only, and the token says `%s`.", k.Algorithm, alg), Fix: "Use each key with one algorithm. Sign with " + k.Algorithm + ", or take the key that belongs to " + alg + "."}
	case k.Use != "" && k.Use != "sig":
		return &KeyError{ID: "key_jwk", Message: fmt.Sprintf("The key's `use` is `%s`: it is not for signatures.", k.Use), Fix: "Take the key of the set whose `use` is `sig`."}
	case len(k.Operations) > 0 && !slices.Contains(k.Operations, "verify") && (k.Private == nil || !slices.Contains(k.Operations, "sign")):
		return &KeyError{ID: "key_jwk", Message: fmt.Sprintf("The key's `key_ops` are %s: `verify` is not among them.", strings.Join(k.Operations, ", ")), Fix: "Take the key that may verify."}
	}
	if p := k.shortByDesign(a); p != nil {
		return p
	}
	return k.weak()
}

// coversEd25519 tells whether the key says EdDSA and the token Ed25519. On this
// curve EdDSA is Ed25519, so the key is for that algorithm and for no other. The
// other way round the key is for one name, and the token has another: each key is
// used with exactly one algorithm (RFC 8725 §3.1).
func (k Key) coversEd25519(alg string) bool { return k.Algorithm == edDSA && alg == ed25519Alg }

// misfit says what the algorithm needs and what was given.
func (k Key) misfit(a *algorithm) *KeyError {
	f, curve := familyOf(k.Public)
	if f == familyEC && a.family == familyEC {
		return &KeyError{ID: "key_curve", Message: fmt.Sprintf("%s means the curve %s; this key is on %s.", a.name, a.curve, curve), Fix: "Each ES algorithm has one curve: ES256 P-256, ES384 P-384, ES512 P-521."}
	}
	if a.family == familyHMAC && f != "" {
		return &KeyError{ID: "key_pemsecret", Message: fmt.Sprintf("%s needs a shared secret; you gave %s. Everybody knows a public key, so a verifier that takes its text as the secret accepts forgeries.", a.name, k.Words()), Fix: "If the issuer signs with a private key, allow only its algorithm. Then a token that says " + a.name + " is refused."}
	}
	return &KeyError{ID: "key_type", Message: fmt.Sprintf("%s needs %s; you gave %s.", a.name, a.needs(), k.Words()), Fix: "Give the key that the issuer publishes for " + a.name + "."}
}

// A KeySet is the keys that a verifier trusts, as they were given.
type KeySet struct {
	Keys []Key
	// Form is "secret", "pem", "jwk", "jwks" or "keys" (made in Go).
	Form string
	// Source says in words where the keys came from, for the learner:
	// "pasted by you", "AcmeID's key set". Empty means pasted.
	Source string
	// Notes say what was done to the text or left out.
	Notes []Note
	// Problem is why there is no usable key. Verify makes it a finding.
	Problem *KeyError
	// raw is the text as it was pasted, to recognise a public key taken for a secret.
	raw []byte
	// encoding is how a secret was read.
	encoding Encoding
}

// NewKeySet is the set of these keys.
func NewKeySet(source string, keys ...Key) *KeySet {
	return &KeySet{Keys: keys, Form: "keys", Source: source}
}

// First is the set's first key, for a text that holds one. ok is false when
// there is none.
func (s *KeySet) First() (k Key, ok bool) {
	if s == nil || len(s.Keys) == 0 {
		return Key{}, false
	}
	return s.Keys[0], true
}
