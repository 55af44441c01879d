package playground

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"errors"
	"slices"
	"strconv"

	"github.com/golang-jwt/jwt/v5"
)

// family is the kind of key that an algorithm needs (RFC 7518 §3.1).
type family string

const (
	familyHMAC    family = "HMAC"
	familyRSA     family = "RSA"
	familyEC      family = "EC"
	familyEd25519 family = "Ed25519"
)

// The two names of one signature: EdDSA leaves the curve to the key (RFC 8037
// §3.1), Ed25519 says it (RFC 9864 §2.2). golang-jwt has the signature, and knows
// it by the first name alone.
const (
	edDSA      = "EdDSA"
	ed25519Alg = "Ed25519"
)

// An algorithm is a row of the table below: one "alg" value, with golang-jwt's
// method that signs and verifies it.
type algorithm struct {
	name   string
	family family
	// hash is the digest; for EdDSA and Ed25519 it is zero.
	hash crypto.Hash
	// curve is the name of the one curve of an ES algorithm.
	curve string
	// size is the length of the signature in bytes; 0 for RSA, where the key says it.
	size int
	// words describe it to a person.
	words  string
	method jwt.SigningMethod
}

// algorithms is the table of what can be verified here. "none" is not in it and
// can't get in.
var algorithms = []algorithm{
	{"HS256", familyHMAC, crypto.SHA256, "", 32, "HMAC with SHA-256: one shared secret signs and verifies.", jwt.SigningMethodHS256},
	{"HS384", familyHMAC, crypto.SHA384, "", 48, "HMAC with SHA-384: one shared secret signs and verifies.", jwt.SigningMethodHS384},
	{"HS512", familyHMAC, crypto.SHA512, "", 64, "HMAC with SHA-512: one shared secret signs and verifies.", jwt.SigningMethodHS512},
	{"RS256", familyRSA, crypto.SHA256, "", 0, "RSA (PKCS #1 v1.5) with SHA-256.", jwt.SigningMethodRS256},
	{"RS384", familyRSA, crypto.SHA384, "", 0, "RSA (PKCS #1 v1.5) with SHA-384.", jwt.SigningMethodRS384},
	{"RS512", familyRSA, crypto.SHA512, "", 0, "RSA (PKCS #1 v1.5) with SHA-512.", jwt.SigningMethodRS512},
	{"PS256", familyRSA, crypto.SHA256, "", 0, "RSA (PSS) with SHA-256.", strictPSS(jwt.SigningMethodPS256)},
	{"PS384", familyRSA, crypto.SHA384, "", 0, "RSA (PSS) with SHA-384.", strictPSS(jwt.SigningMethodPS384)},
	{"PS512", familyRSA, crypto.SHA512, "", 0, "RSA (PSS) with SHA-512.", strictPSS(jwt.SigningMethodPS512)},
	{"ES256", familyEC, crypto.SHA256, "P-256", 64, "ECDSA on P-256 with SHA-256.", jwt.SigningMethodES256},
	{"ES384", familyEC, crypto.SHA384, "P-384", 96, "ECDSA on P-384 with SHA-384.", jwt.SigningMethodES384},
	{"ES512", familyEC, crypto.SHA512, "P-521", 132, "ECDSA on P-521 with SHA-512.", jwt.SigningMethodES512},
	{edDSA, familyEd25519, 0, "Ed25519", 64, "EdDSA; with this key on Ed25519.", jwt.SigningMethodEdDSA},
	{ed25519Alg, familyEd25519, 0, "Ed25519", 64, "EdDSA on Ed25519, by its own name.", jwt.SigningMethodEdDSA},
}

// strictPSS is golang-jwt's method with the salt length that RFC 7518 §3.5
// asks for. golang-jwt itself accepts a salt of any length.
func strictPSS(m *jwt.SigningMethodRSAPSS) *jwt.SigningMethodRSAPSS {
	return &jwt.SigningMethodRSAPSS{
		SigningMethodRSA: m.SigningMethodRSA,
		Options:          m.Options,
		VerifyOptions:    &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash},
	}
}

// Algorithms are the names of the algorithms that this package signs and
// verifies, in the order of RFC 7518 §3.1, with EdDSA (RFC 8037 §3.1) and Ed25519
// (RFC 9864 §2.2) last.
func Algorithms() []string {
	names := make([]string, len(algorithms))
	for i := range algorithms {
		names[i] = algorithms[i].name
	}
	return names
}

// AlgorithmWords says in one sentence what an algorithm is; "" if it is unknown.
func AlgorithmWords(name string) string {
	if a := algorithmOf(name); a != nil {
		return a.words
	}
	return ""
}

func algorithmOf(name string) *algorithm {
	for i := range algorithms {
		if algorithms[i].name == name {
			return &algorithms[i]
		}
	}
	return nil
}

// familyOf is the family of a key, and the curve of an EC key; "" if the type
// is none that an algorithm takes.
func familyOf(key any) (f family, curve string) {
	switch k := key.(type) {
	case []byte:
		return familyHMAC, ""
	case *rsa.PublicKey, *rsa.PrivateKey:
		return familyRSA, ""
	case *ecdsa.PublicKey:
		return familyEC, k.Curve.Params().Name
	case *ecdsa.PrivateKey:
		return familyEC, k.Curve.Params().Name
	case ed25519.PublicKey, ed25519.PrivateKey:
		return familyEd25519, "Ed25519"
	case crypto.Signer:
		return familyOf(k.Public())
	}
	return "", ""
}

// fits says whether the algorithm can work with this key at all.
func (a *algorithm) fits(key any) bool {
	f, curve := familyOf(key)
	return f == a.family && (f != familyEC || curve == a.curve)
}

// needs names the key that the algorithm wants: "an RSA public key".
func (a *algorithm) needs() string {
	switch a.family {
	case familyHMAC:
		return "a shared secret"
	case familyRSA:
		return "an RSA public key"
	case familyEC:
		return "an EC " + a.curve + " public key"
	case familyEd25519:
		return "an Ed25519 public key"
	}
	return ""
}

// AlgorithmsFor are the algorithms that a key fits, in the order of
// [Algorithms]. It takes what [NewKey] and [Sign] take.
func AlgorithmsFor(key any) []string {
	var names []string
	for i := range algorithms {
		if algorithms[i].fits(key) {
			names = append(names, algorithms[i].name)
		}
	}
	return names
}

// What VerifySignature answers with when it does not come to the signature.
var (
	ErrAlgorithm = errors.New("unknown or forbidden algorithm")
	ErrKeyFit    = errors.New("the key does not fit the algorithm")
	ErrSignature = errors.New("the signature does not match")
)

// VerifySignature checks a signature over a signing input and nothing else
// (RFC 7515 §5.2 step 8). The key is []byte for HS, *rsa.PublicKey for RS and
// PS, *ecdsa.PublicKey for ES, ed25519.PublicKey for EdDSA and Ed25519. The algorithm must
// come from the caller's list, never from the token alone; "none" is
// [ErrAlgorithm].
func VerifySignature(alg, signingInput string, signature []byte, key any) error {
	a := algorithmOf(alg)
	switch {
	case a == nil:
		return ErrAlgorithm
	case !a.fits(key):
		return ErrKeyFit
	case a.size != 0 && len(signature) != a.size:
		return ErrSignature
	case a.method.Verify(signingInput, signature, key) != nil:
		return ErrSignature
	}
	return nil
}

// keyWords names a key: "an RSA public key of 2048 bits", "a secret of 32 bytes".
func keyWords(key any) string {
	f, curve := familyOf(key)
	switch k := key.(type) {
	case []byte:
		return "a secret of " + count(len(k), "byte", "bytes")
	case *rsa.PublicKey:
		return "an RSA public key of " + strconv.Itoa(k.N.BitLen()) + " bits"
	}
	if f == familyEC {
		return "an EC " + curve + " public key"
	}
	return "an " + string(f) + " public key"
}

// mixed says whether a list of keys holds secrets and public keys at once.
func mixed(keys []Key) bool {
	secret := func(k Key) bool { f, _ := familyOf(k.Public); return f == familyHMAC }
	return slices.ContainsFunc(keys, secret) && slices.ContainsFunc(keys, func(k Key) bool { return !secret(k) })
}
