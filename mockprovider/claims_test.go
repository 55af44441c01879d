package mockprovider

import (
	"encoding/base64"
	"encoding/json"
	"strings"
)

// payload reads the payload of a token without checking it.
func payload[T any](token string) (out T) {
	parts := strings.Split(token, ".")
	if len(parts) == 3 {
		raw, _ := base64.RawURLEncoding.DecodeString(parts[1])
		_ = json.Unmarshal(raw, &out)
	}
	return out
}

func (i *idp) idToken(token string) idTokenClaims {
	i.t.Helper()
	if _, err := i.parseIDToken(token); err != nil {
		i.t.Fatalf("%v: %s", err, token)
	}
	return payload[idTokenClaims](token)
}
