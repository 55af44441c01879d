package playground

import (
	"crypto/rsa"
	"fmt"
	"math/big"
)

// The sizes of RSA keys that are used here, in bits: the lower by
// RFC 7518 §3.3, the upper because verifying costs the CPU.
const (
	minRSA = 2048
	maxRSA = 8192
)

// weak says why a key is too weak to be used at all; nil if it is not. A short
// secret is used, with a warning.
func (k Key) weak() *KeyError {
	switch key := k.Public.(type) {
	case []byte:
		if len(key) == 0 {
			return &KeyError{ID: "key_empty", Message: "The secret is empty: anybody can sign with it (CVE-2019-20933).", Fix: "Set a secret of at least 32 random bytes."}
		}
	case *rsa.PublicKey:
		return weakRSA(key)
	}
	return nil
}

// shortByDesign refuses a JWK that says which HS algorithm it is for and is
// shorter than that algorithm allows (RFC 7518 §3.2): somebody made it so. A
// pasted secret of that length only gets a warning.
func (k Key) shortByDesign(a *algorithm) *KeyError {
	secret, ok := k.Public.([]byte)
	if !ok || k.Form != "JWK" || k.Algorithm != a.name || len(secret) == 0 || len(secret) >= a.shortSecret() {
		return nil
	}
	return &KeyError{
		ID:      "key_short",
		Message: fmt.Sprintf("The JWK says that it is for %s, which needs at least %d bytes; it has %s.", a.name, a.shortSecret(), count(len(secret), "byte", "bytes")),
		Fix:     fmt.Sprintf("Make a new key of at least %d random bytes.", a.shortSecret()),
	}
}

func weakRSA(key *rsa.PublicKey) *KeyError {
	bits := key.N.BitLen()
	switch {
	case bits < minRSA:
		return &KeyError{ID: "key_rsa", Message: fmt.Sprintf("%d-bit RSA is too small: RFC 7518 §3.3 requires 2048 bits or more.", bits), Fix: "Make a new key of 2048 or 3072 bits, or move to ES256 or EdDSA."}
	case bits > maxRSA:
		return &KeyError{ID: "key_rsa", Message: fmt.Sprintf("%d-bit RSA is refused here: verifying with it costs too much.", bits), Fix: "Use 2048 to 8192 bits."}
	case key.E < 3 || key.E%2 == 0:
		return &KeyError{ID: "key_rsa", Message: fmt.Sprintf("The public exponent %d makes RSA no lock at all.", key.E), Fix: "Use the exponent 65537."}
	case roca(key.N):
		return &KeyError{ID: "key_rsa", Message: "The modulus has the fingerprint of the ROCA fault (CVE-2017-15361): its primes were made by a chip with a flawed generator and can be computed.", Fix: "Make a new key elsewhere."}
	}
	return nil
}

// roca recognises moduli of the ROCA generator: its primes are powers of 65537
// modulo many small primes, so their product is one too. By chance that
// happens to fewer than one modulus in a hundred million.
func roca(n *big.Int) bool {
	for _, p := range []int64{11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157} {
		rest := new(big.Int).Mod(n, big.NewInt(p)).Int64()
		power, found := int64(1), false
		for range p - 1 {
			if power == rest {
				found = true
				break
			}
			power = power * 65537 % p
		}
		if !found {
			return false
		}
	}
	return true
}

// shortSecret is how many bytes RFC 7518 §3.2 asks of the secret: the size of
// the hash. Zero for other algorithms.
func (a *algorithm) shortSecret() int {
	if a.family == familyHMAC {
		return a.size
	}
	return 0
}

// obviousSecret says whether a secret is one of those that everybody tries first.
func obviousSecret(secret []byte) bool {
	switch string(secret) {
	case "secret", "Secret", "SECRET", "secretkey", "secret-key", "secret_key", "mysecret", "my-secret", "my_secret", "mysecretkey",
		"my-secret-key", "supersecret", "super-secret", "supersecretkey", "password", "Password", "passw0rd", "changeme", "change-me",
		"changeit", "key", "jwt", "jwtsecret", "jwt-secret", "jwt_secret", "JWT_SECRET", "token", "test", "test123", "testing", "admin", "root",
		"qwerty", "123456", "12345678", "1234567890", "abc123", "default", "example", "demo", "private", "privatekey", "signature",
		"your-256-bit-secret", "your-384-bit-secret", "your-512-bit-secret", "a-string-secret-at-least-256-bits-long", "hmac", "shhhhh", "s3cr3t", "notsosecret":
		return true
	}
	return false
}
