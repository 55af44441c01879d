package conformance

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"
)

// publishedKey finds the key that a token names in the published set, by go-jose.
func (s *suite) publishedKey(t *jwt.Token) (any, error) {
	var set jose.JSONWebKeySet
	if err := json.Unmarshal([]byte(s.call(http.MethodGet, "/jwks", "").raw), &set); err != nil {
		return nil, err
	}
	kid, _ := t.Header["kid"].(string)
	for _, key := range set.Key(kid) {
		if key.Algorithm == t.Method.Alg() {
			return key.Key, nil
		}
	}
	return nil, errors.New("the token names no published key")
}
