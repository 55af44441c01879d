package lab

import (
	"encoding/json"
	"errors"
	"fmt"

	"claimcheck/playground"
)

var errNoSet = errors.New("lab: no JWK Set")

// publishedKeys reads a JWK Set of AcmeID's as the parties trust it: the public
// keys that can be read, the others left out (RFC 7517 §5). A symmetric key in it
// is no secret any more and is left out as well; secrets counts those.
func publishedKeys(body []byte) (set *playground.KeySet, secrets int, err error) {
	var read struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if json.Unmarshal(body, &read) != nil || read.Keys == nil {
		return nil, 0, errNoSet
	}
	public := read.Keys[:0]
	for _, raw := range read.Keys {
		var key struct {
			Type string `json:"kty"`
		}
		if json.Unmarshal(raw, &key) == nil && key.Type == "oct" {
			secrets++
			continue
		}
		public = append(public, raw)
	}
	read.Keys = public
	text, err := json.Marshal(read)
	if err != nil {
		return nil, 0, fmt.Errorf("lab: %w", err)
	}
	all, err := playground.ParseKey(text, playground.UTF8)
	if err != nil {
		return nil, 0, fmt.Errorf("lab: %w", err)
	}
	return playground.NewKeySet("AcmeID's key set", all.Keys...), secrets, nil
}
