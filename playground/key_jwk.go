package playground

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

// parseJWK reads a JWK or a JWK Set (RFC 7517 §4, §5).
func (s *KeySet) parseJWK(text []byte) {
	s.Form = "jwk"
	v, flaws := ScanJSON(text)
	if v.Get("keys") != nil && v.Get("kty") == nil {
		s.Form = "jwks"
	}
	for i := range flaws {
		switch f := &flaws[i]; f.ID {
		case "json_syntax", "json_trail", "json_depth":
			s.fail("key_jwk", "The key is not well-formed JSON: "+describeFlaw(f)+".", "Copy the whole JSON text again.")
			return
		case "json_dup":
			s.fail("key_jwk", fmt.Sprintf("The JSON has the member `%s` twice. RFC 7517 §4 wants member names to be unique.", f.Detail), "Remove one of the two.")
			return
		}
	}
	if s.Form == "jwks" {
		s.parseSet(text)
		return
	}
	key, p := parseOne(text)
	if p != nil {
		s.Problem = p
		return
	}
	s.Keys = []Key{key}
}

// parseSet reads a set key by key, so that one that can't be read does not
// spoil the others (RFC 7517 §5).
func (s *KeySet) parseSet(text []byte) {
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(text, &set); err != nil {
		s.fail("key_jwks", "`keys` must be an array of JWKs (RFC 7517 §5.1).", "Paste what the issuer's `jwks_uri` answers.")
		return
	}
	for i, raw := range set.Keys {
		key, p := parseOne(raw)
		if p != nil {
			s.note("key_jwks", "Key %d of the set was left out: %s", i+1, p.Message)
			continue
		}
		s.Keys = append(s.Keys, key)
	}
	switch {
	case len(s.Keys) == 0:
		s.fail("key_jwks", fmt.Sprintf("The set has %s, and none of them can be used.", count(len(set.Keys), "key", "keys")), "Paste what the issuer's `jwks_uri` answers.")
	case mixed(s.Keys):
		s.fail("key_jwks", "The set mixes shared secrets with public keys. A set with a secret in it must never be published, and a set without one needs none.", "Keep secrets in a set of their own.")
	default:
		s.refuseTwins()
	}
}

// refuseTwins finds two keys of one kind under one kid: which of them is meant?
func (s *KeySet) refuseTwins() {
	for i := range s.Keys {
		for j := range i {
			a, _ := familyOf(s.Keys[i].Public)
			b, _ := familyOf(s.Keys[j].Public)
			if s.Keys[i].ID != "" && s.Keys[i].ID == s.Keys[j].ID && a == b {
				s.fail("key_jwks", fmt.Sprintf("Two keys of the set have the `kid` %q. Keys of a set should have different names (RFC 7517 §4.5).", s.Keys[i].ID), "Give each key a `kid` of its own.")
				return
			}
		}
	}
}

// parseOne reads one JWK through go-jose, which checks parameters and curve.
func parseOne(raw []byte) (Key, *KeyError) {
	var members struct {
		KTY    string   `json:"kty"`
		CRV    string   `json:"crv"`
		KeyOps []string `json:"key_ops"`
		Use    string   `json:"use"`
		Alg    string   `json:"alg"`
		Kid    string   `json:"kid"`
	}
	bad := func(format string, args ...any) *KeyError {
		return &KeyError{ID: "key_jwk", Message: fmt.Sprintf(format, args...), Fix: "Copy the key again from where it was published."}
	}
	if err := json.Unmarshal(raw, &members); err != nil {
		return Key{}, bad("A member of the JWK has the wrong type.")
	}
	if members.KTY == "" {
		return Key{}, bad("The JWK has no `kty`. RFC 7517 §4.1 requires it.")
	}
	var parsed jose.JSONWebKey
	if err := parsed.UnmarshalJSON(raw); err != nil {
		return Key{}, bad("The JWK (kty `%s`%s) cannot be used: %s.", members.KTY, curveSuffix(members.CRV), joseError(err))
	}
	k := NewKey(parsed.Key, members.Kid, members.Alg)
	k.Use, k.Operations, k.Form = members.Use, members.KeyOps, "JWK"
	if f, _ := familyOf(k.Public); f == "" {
		return Key{}, bad("The JWK (kty `%s`%s) is of a kind that no JWS algorithm here uses.", members.KTY, curveSuffix(members.CRV))
	}
	if members.KTY == "oct" && slices.Contains([]string{"P-256", "P-384", "P-521"}, members.CRV) {
		return Key{}, bad("The JWK says `oct` and names a curve: it is half one kind and half another.")
	}
	return k, nil
}

func curveSuffix(curve string) string {
	if curve == "" {
		return ""
	}
	return ", crv `" + curve + "`"
}

// joseError is go-jose's message without its name, and never a value of the key.
func joseError(err error) string {
	text := err.Error()
	for _, prefix := range []string{"go-jose/go-jose: ", "json: ", "crypto/ecdh: ", "square/go-jose: "} {
		text = strings.TrimPrefix(text, prefix)
	}
	return strings.TrimSuffix(text, ".")
}

// Thumbprint is the SHA-256 thumbprint of a key in base64url (RFC 7638 §3). It
// takes what [NewKey] takes; a private key has the thumbprint of its public
// half, a shared secret that of its "oct" JWK. The result is "" for a key
// of another type.
func Thumbprint(key any) string {
	k := jose.JSONWebKey{Key: NewKey(key, "", "").Public}
	if secret, ok := k.Key.([]byte); ok {
		h := crypto.SHA256.New()
		fmt.Fprintf(h, `{"k":"%s","kty":"oct"}`, encode64(secret))
		return encode64(h.Sum(nil))
	}
	sum, err := k.Thumbprint(crypto.SHA256)
	if err != nil {
		return ""
	}
	return encode64(sum)
}

// PublicJWK is the public half of a key as a JWK with "kid", "alg" and
// "use":"sig" (RFC 7517 §4). For a shared secret there is no public half, and
// the error says so.
func PublicJWK(key any, id, alg string) ([]byte, error) {
	k := NewKey(key, id, alg)
	if f, _ := familyOf(k.Public); f == familyHMAC || f == "" {
		return nil, fmt.Errorf("%w: a shared secret has no public half", ErrKeyFit)
	}
	return json.Marshal(jose.JSONWebKey{Key: k.Public, KeyID: id, Algorithm: alg, Use: "sig"})
}

// PrivateJWK is a key with its secret part as a JWK. It is for keys that were
// made here to learn with; it never belongs in a log or a link.
func PrivateJWK(key any, id, alg string) ([]byte, error) {
	switch key.(type) {
	case []byte, *ecdsa.PrivateKey, ed25519.PrivateKey, crypto.Signer:
		return json.Marshal(jose.JSONWebKey{Key: key, KeyID: id, Algorithm: alg, Use: "sig"})
	}
	return nil, fmt.Errorf("%w: no private key", ErrKeyFit)
}

// PublicJWKSet is the JWK Set of the public halves of some keys, in their order
// (RFC 7517 §5). Shared secrets are left out.
func PublicJWKSet(keys ...Key) ([]byte, error) {
	set := struct {
		Keys []json.RawMessage `json:"keys"`
	}{Keys: []json.RawMessage{}}
	for _, k := range keys {
		if f, _ := familyOf(k.Public); f == familyHMAC {
			continue
		}
		raw, err := PublicJWK(k.Public, k.ID, k.Algorithm)
		if err != nil {
			return nil, err
		}
		set.Keys = append(set.Keys, raw)
	}
	return json.Marshal(set)
}
