package lab

import (
	"encoding/json"
	"fmt"

	"github.com/go-jose/go-jose/v4"

	"claimcheck/playground"
)

// trustedKeys is a JWK Set of AcmeID and the keys in it.
type trustedKeys struct {
	raw []byte
	set *playground.KeySet
}

// publicKeys are AcmeID's public keys as StepCloud trusts them: from AcmeID's
// key set, never from a token. StepCloud always has the set of the moment.
func (l *Lab) publicKeys() (*playground.KeySet, error) {
	raw, err := l.keys.JWKS()
	if err != nil {
		return nil, err
	}
	if old := l.trusted.Load(); old != nil && &old.raw[0] == &raw[0] { // the same bytes, made once
		return old.set, nil
	}
	var set jose.JSONWebKeySet
	if err := json.Unmarshal(raw, &set); err != nil {
		return nil, fmt.Errorf("AcmeID's JWK Set: %w", err)
	}
	keys := make([]playground.Key, len(set.Keys))
	for i := range set.Keys {
		keys[i] = playground.NewKey(set.Keys[i].Key, set.Keys[i].KeyID, set.Keys[i].Algorithm)
	}
	next := &trustedKeys{raw, playground.NewKeySet("AcmeID's key set", keys...)}
	l.trusted.Store(next)
	return next.set, nil
}
