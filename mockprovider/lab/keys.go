package lab

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"errors"
	"math/big"
	"slices"
	"strconv"

	"claimcheck/mockprovider"
)

// newKeys are AcmeID's signing keys: fresh ones, or with a seed the same each
// time.
func (l *Lab) newKeys(seed string) (*mockprovider.Keys, error) {
	if seed == "" {
		return mockprovider.NewKeys()
	}
	var keys []mockprovider.SigningKey
	for _, alg := range mockprovider.KeyAlgs() {
		key, err := seededKey(seed, l.id, alg)
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	return mockprovider.KeysFrom(keys...)
}

// firstKeys are the keys that the lab begins with: those of its configuration,
// and for the other algorithms new ones.
func (l *Lab) firstKeys() (*mockprovider.Keys, error) {
	if len(l.cfg.Keys) == 0 {
		return l.newKeys(l.cfg.Seed)
	}
	all := l.cfg.Keys
	for _, alg := range mockprovider.KeyAlgs() {
		if slices.ContainsFunc(l.cfg.Keys, func(k mockprovider.SigningKey) bool { return k.Alg == alg }) {
			continue
		}
		key, err := mockprovider.GenerateKey(alg)
		if l.cfg.Seed != "" {
			key, err = seededKey(l.cfg.Seed, l.id, alg)
		}
		if err != nil {
			return nil, err
		}
		all = append(slices.Clone(all), key)
	}
	slices.SortStableFunc(all, func(a, b mockprovider.SigningKey) int { return algOrder(a.Alg) - algOrder(b.Alg) })
	return mockprovider.KeysFrom(all...)
}

// algOrder puts RS256 first, which is the default of ID tokens (OpenID Connect
// Core 1.0 §2).
func algOrder(alg string) int { return slices.Index(mockprovider.KeyAlgs(), alg) }

// seededEC takes the first derived scalar that lies in the group's range.
func seededEC(seed, lab string) (*ecdsa.PrivateKey, error) {
	for n := range 16 { // one in 2³² scalars is out of range
		k, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), derive(seed, 32, lab, "key", "ES256", strconv.Itoa(n)))
		if err == nil {
			return k, nil
		}
	}
	return nil, errors.New("no scalar in range")
}

// seededRSA searches two primes of 1024 bits: odd numbers with the two highest
// bits set, derived one after the other, until one is prime and fits e. It
// takes some hundred tries each. Such a key belongs to a lab and to nothing
// else: who knows the seed has it.
func seededRSA(seed, lab string) (*rsa.PrivateKey, error) {
	const e = 65537
	one := big.NewInt(1)
	prime := func(name string) (*big.Int, error) {
		for n := range 20_000 {
			b := derive(seed, 128, lab, "key", "RS256", name, strconv.Itoa(n))
			b[0] |= 0xc0 // the product has 2048 bits
			b[len(b)-1] |= 1
			p := new(big.Int).SetBytes(b)
			coprime := new(big.Int).GCD(nil, nil, big.NewInt(e), new(big.Int).Sub(p, one)).Cmp(one) == 0
			if coprime && p.ProbablyPrime(20) {
				return p, nil
			}
		}
		return nil, errors.New("no prime found")
	}
	p, perr := prime("p")
	q, qerr := prime("q")
	if err := errors.Join(perr, qerr); err != nil {
		return nil, err
	}
	phi := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
	k := &rsa.PrivateKey{
		PublicKey: rsa.PublicKey{N: new(big.Int).Mul(p, q), E: e},
		D:         new(big.Int).ModInverse(big.NewInt(e), phi),
		Primes:    []*big.Int{p, q},
	}
	k.Precompute()
	return k, k.Validate()
}
