package mockprovider

import (
	"maps"
	"slices"
)

// What a published key is for.
const (
	KeySigns    = "signing"  // new tokens are signed with it
	KeyNext     = "next"     // published ahead, has signed nothing yet
	KeyPrevious = "previous" // signs no more, stays for what it has signed
)

// KeyInfo describes a key of the JWK Set, without its private part.
type KeyInfo struct {
	KID, Alg string
	// State is KeySigns, KeyNext or KeyPrevious.
	State string
}

// Published lists the keys of the JWK Set in its order: first those that sign,
// then the others in the order in which they came. It waits for keys that are
// being made.
func (k *Keys) Published() ([]KeyInfo, error) {
	if _, err := k.jwks(); err != nil {
		return nil, err
	}
	k.rotation.mu.RLock()
	defer k.rotation.mu.RUnlock()
	var out []KeyInfo
	for _, alg := range k.algs {
		key, err := k.current(alg)
		if err != nil {
			return nil, err
		}
		out = append(out, KeyInfo{key.KID, key.Alg, KeySigns})
	}
	for _, key := range k.rotation.others {
		state := KeyNext
		if k.rotation.signed[key.KID] {
			state = KeyPrevious
		}
		out = append(out, KeyInfo{key.KID, key.Alg, state})
	}
	return out, nil
}

// A KeysState is which keys are published and which sign, at one moment. It does
// not change.
type KeysState struct {
	active map[string]*SigningKey
	others []*SigningKey
	signed map[string]bool
}

// State returns what Restore wants back. It waits for keys that are being made.
func (k *Keys) State() (KeysState, error) {
	if _, err := k.jwks(); err != nil {
		return KeysState{}, err
	}
	k.rotation.mu.RLock()
	defer k.rotation.mu.RUnlock()
	s := KeysState{make(map[string]*SigningKey), slices.Clone(k.rotation.others), maps.Clone(k.rotation.signed)}
	for _, alg := range k.algs {
		key, err := k.current(alg)
		if err != nil {
			return KeysState{}, err
		}
		s.active[alg] = key
	}
	return s, nil
}

// Restore signs with the keys of the state, and publishes those. The state must
// come from keys of the same algorithms.
func (k *Keys) Restore(s KeysState) error {
	return k.change(func(r *rotation) error {
		r.active, r.others, r.signed = maps.Clone(s.active), slices.Clone(s.others), maps.Clone(s.signed)
		return nil
	})
}

// Replace signs with other keys, one for each algorithm, and publishes those
// alone: what any key before has signed is good no more.
func (k *Keys) Replace(other *Keys) error {
	s, err := other.State()
	if err != nil {
		return err
	}
	return k.Restore(s)
}
