package mockprovider

import (
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	strictjson "github.com/go-jose/go-jose/v4/json"

	"claimcheck/playground"
)

// clockSkew is how far the clocks of two parties may differ (RFC 7519 §4.1.4).
const clockSkew = 10 * time.Second

// A foreignJWT is a JWT that somebody else signed: a client assertion, the
// assertion of a grant, a DPoP proof. Nothing of it is believed before verify.
type foreignJWT struct {
	raw    string
	header foreignHeader
	claims foreignClaims
}

// foreignHeader is the JOSE header, as far as anybody here looks at it.
type foreignHeader struct {
	Alg string           `json:"alg"`
	Typ string           `json:"typ"`
	KID string           `json:"kid"`
	JWK *jose.JSONWebKey `json:"jwk"`
}

// foreignClaims is the claims set, as far as anybody here looks at it.
type foreignClaims struct {
	Issuer    string          `json:"iss"`
	Subject   string          `json:"sub"`
	Audience  foreignAudience `json:"aud"`
	Expires   *float64        `json:"exp"`
	NotBefore *float64        `json:"nbf"`
	IssuedAt  *float64        `json:"iat"`
	ID        string          `json:"jti"`
	Scope     string          `json:"scope"`

	// The claims of a DPoP proof (RFC 9449 §4.2).
	Method    string `json:"htm"`
	URI       string `json:"htu"`
	TokenHash string `json:"ath"`
	Nonce     string `json:"nonce"`
}

// foreignAudience is the aud claim: a string or an array of strings.
type foreignAudience struct {
	values []string
	array  bool
}

// UnmarshalJSON implements json.Unmarshaler.
func (a *foreignAudience) UnmarshalJSON(raw []byte) error {
	var one string
	if strictjson.Unmarshal(raw, &one) == nil {
		a.values = []string{one}
		return nil
	}
	a.array = true
	return strictjson.Unmarshal(raw, &a.values)
}

func (a *foreignAudience) String() string { return strings.Join(a.values, " ") }

// errForeign says that a string is no JWT in compact serialization.
var errForeign = errors.New("not a signed JWT in compact serialization")

// readForeign takes a JWT apart. Names that stand twice and wrong types are
// errors.
func readForeign(raw string) (*foreignJWT, error) {
	parts := strings.Split(raw, ".")
	if len(parts) != 3 {
		return nil, errForeign
	}
	t := &foreignJWT{raw: raw}
	for n, into := range []any{&t.header, &t.claims} {
		decoded, err := base64.RawURLEncoding.Strict().DecodeString(parts[n])
		if err != nil || strictjson.Unmarshal(decoded, into) != nil {
			return nil, errForeign
		}
	}
	return t, nil
}

// verify checks the signature with the keys that may have made it. Each key is
// used for its own algorithm alone, and a kid leaves only the keys of that name.
func (t *foreignJWT) verify(algs []string, keys []jose.JSONWebKey) bool {
	if !slices.Contains(algs, t.header.Alg) {
		return false
	}
	jws, err := jose.ParseSignedCompact(t.raw, []jose.SignatureAlgorithm{jose.SignatureAlgorithm(t.header.Alg)})
	if err != nil {
		return false // also for a crit that nobody understands
	}
	for i := range keys {
		if key := &keys[i]; (t.header.KID == "" || key.KeyID == "" || key.KeyID == t.header.KID) && (key.Algorithm == "" || key.Algorithm == t.header.Alg) {
			if _, err := jws.Verify(key.Key); err == nil {
				return true
			}
		}
	}
	return false
}

// dateOf is a NumericDate (RFC 7519 §2). What no calendar holds becomes a far
// day.
func dateOf(seconds *float64) time.Time {
	const far = 1 << 36 // more than two thousand years from 1970
	return time.Unix(int64(min(max(*seconds, -far), far)), 0)
}

// assertionAlgs are the algorithms that a client may sign with.
func assertionAlgs() []string { return []string{"RS256", "PS256", "ES256", "EdDSA"} }

// foreignAlgs are the algorithms that a client may sign with under the policy.
// FAPI 2.0 leaves out PKCS #1 v1.5 signatures.
func foreignAlgs(policy playground.PolicySet) []string {
	return slices.DeleteFunc(assertionAlgs(), func(alg string) bool { return policy == inFAPI2 && alg == "RS256" })
}

// parseJWKS reads a JWK Set of public signing keys (RFC 7517 §5).
func parseJWKS(raw []byte) ([]jose.JSONWebKey, error) {
	var set jose.JSONWebKeySet
	if err := strictjson.Unmarshal(raw, &set); err != nil || len(set.Keys) == 0 {
		return nil, errors.New("the JWK Set has no key that can be read")
	}
	for i := range set.Keys {
		if key := &set.Keys[i]; !key.Valid() || !key.IsPublic() {
			return nil, errors.New("the JWK Set has a key that is not public")
		}
	}
	return set.Keys, nil
}
