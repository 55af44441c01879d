package lab

import (
	"crypto/ed25519"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"claimcheck/mockprovider"
	"claimcheck/mockprovider/trace"
)

// PublishedKeys are the keys of AcmeID's JWK Set, those that sign first.
func (l *Lab) PublishedKeys() ([]mockprovider.KeyInfo, error) { return l.keys.Published() }

// PublishKey makes a key for an algorithm of AcmeID's and publishes it, so that
// clients have it in their caches before it signs. It returns the key's ID.
func (l *Lab) PublishKey(alg string) (kid string, err error) {
	l.control.Lock()
	defer l.control.Unlock()
	kid, err = l.publishKey(alg)
	if err != nil {
		return "", err
	}
	l.markKey("published", kid, "AcmeID publishes the key "+kid+" ("+alg+"). It signs nothing yet.")
	return kid, nil
}

// ActivateKey signs with a published key from now on. The key before stays
// published.
func (l *Lab) ActivateKey(kid string) error {
	signs := &Refusal{ErrConflict, "The key " + kid + " signs already.", "Publish the next key first, then activate that."}
	return l.changeKey(kid, signs, l.keys.Activate, "activated", "AcmeID signs with the key "+kid+" now. The key before stays published.")
}

// RetireKey takes a key that signs no more out of the JWK Set.
func (l *Lab) RetireKey(kid string) error {
	signs := &Refusal{ErrConflict, "AcmeID signs with the key " + kid + ".", "Activate another key first. If this one is stolen, revoke it."}
	return l.changeKey(kid, signs, l.keys.Retire, "retired", "AcmeID no longer publishes the key "+kid+". Who fetches the key set from now on cannot verify what it signed.")
}

// changeKey does something with a published key that does not sign, and marks it
// in the log. A key that signs is refused.
func (l *Lab) changeKey(kid string, signs *Refusal, do func(kid string) error, what, text string) error {
	l.control.Lock()
	defer l.control.Unlock()
	key, err := l.publishedKey(kid)
	if err != nil {
		return err
	}
	if key.State == mockprovider.KeySigns {
		return signs
	}
	if err := do(kid); err != nil {
		return err
	}
	l.markKey(what, kid, text)
	return nil
}

// RevokeKey takes a key out of the JWK Set at once, also one that signs: the key
// that was published to be next takes its place, or a new one.
func (l *Lab) RevokeKey(kid string) error {
	l.control.Lock()
	defer l.control.Unlock()
	key, err := l.publishedKey(kid)
	if err != nil {
		return err
	}
	text := "AcmeID revoked the key " + kid + "."
	if key.State == mockprovider.KeySigns {
		next, err := l.nextKey(key.Alg)
		if err != nil {
			return err
		}
		if err := l.keys.Activate(next); err != nil {
			return err
		}
		text += " It signs with " + next + " instead; who has not fetched that one yet refuses its tokens."
	}
	if err := l.keys.Retire(kid); err != nil {
		return err
	}
	l.markKey("revoked", kid, text)
	return nil
}

// nextKey is the key of the algorithm that waits to sign, or a new one.
func (l *Lab) nextKey(alg string) (kid string, err error) {
	all, err := l.keys.Published()
	if err != nil {
		return "", err
	}
	for _, key := range all {
		if key.Alg == alg && key.State == mockprovider.KeyNext {
			return key.KID, nil
		}
	}
	return l.publishKey(alg)
}

func (l *Lab) publishedKey(kid string) (mockprovider.KeyInfo, error) {
	all, err := l.keys.Published()
	if err != nil {
		return mockprovider.KeyInfo{}, err
	}
	i := slices.IndexFunc(all, func(k mockprovider.KeyInfo) bool { return k.KID == kid })
	if i < 0 {
		return mockprovider.KeyInfo{}, &Refusal{ErrUnknown, "AcmeID publishes no such key.", "The list of keys has the IDs."}
	}
	return all[i], nil
}

// maxKeys is how many keys AcmeID publishes at most: one that signs for each
// algorithm, and eight beside them.
func (l *Lab) maxKeys() int { return len(l.keys.Algs()) + 8 }

func (l *Lab) publishKey(alg string) (kid string, err error) {
	if !slices.Contains(l.keys.Algs(), alg) {
		return "", &Refusal{ErrInvalid, fmt.Sprintf("AcmeID does not sign with %q.", alg), "Take one of " + strings.Join(l.keys.Algs(), ", ") + "."}
	}
	all, err := l.keys.Published()
	if err != nil {
		return "", err
	}
	if len(all) >= l.maxKeys() {
		return "", &Refusal{ErrConflict, fmt.Sprintf("AcmeID publishes %d keys already.", len(all)), "Retire one first."}
	}
	key, err := l.freshKey(alg)
	if err != nil {
		return "", err
	}
	return l.keys.Publish(key)
}

// freshKey makes a key: a random one, or with a seed the next one of its kind.
func (l *Lab) freshKey(alg string) (mockprovider.SigningKey, error) {
	seed := l.Seed()
	if seed == "" {
		return mockprovider.GenerateKey(alg)
	}
	name := l.id + "/" + strconv.FormatUint(l.count("", "key "+alg)+1, 10)
	return seededKey(seed, name, alg)
}

// seededKey derives the key for an algorithm and a name.
func seededKey(seed, name, alg string) (mockprovider.SigningKey, error) {
	switch alg {
	case "RS256":
		key, err := seededRSA(seed, name)
		if err != nil {
			return mockprovider.SigningKey{}, fmt.Errorf("lab: RSA key from the seed: %w", err)
		}
		return mockprovider.SigningKey{Alg: alg, Private: key}, nil
	case "ES256":
		key, err := seededEC(seed, name)
		if err != nil {
			return mockprovider.SigningKey{}, fmt.Errorf("lab: EC key from the seed: %w", err)
		}
		return mockprovider.SigningKey{Alg: alg, Private: key}, nil
	default:
		return mockprovider.SigningKey{Alg: alg, Private: ed25519.NewKeyFromSeed(derive(seed, ed25519.SeedSize, name, "key", alg))}, nil
	}
}

func (l *Lab) markKey(what, kid, text string) {
	l.mark(trace.MarkKeysChanged, text, map[string]string{"key": kid, "change": what})
}
