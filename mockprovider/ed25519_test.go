package mockprovider

import (
	"crypto/ed25519"
	"encoding/json"
	"net/http"
	"slices"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"
)

// ed25519Method signs as jose does: golang-jwt knows the name EdDSA alone.
type ed25519Method struct{ *jwt.SigningMethodEd25519 }

func (ed25519Method) Alg() string { return "Ed25519" }

// edMethod signs with an Ed25519 key under one of its two names.
func edMethod(alg string) jwt.SigningMethod {
	if alg == "Ed25519" {
		return ed25519Method{jwt.SigningMethodEdDSA}
	}
	return jwt.SigningMethodEdDSA
}

// edJWKS is a JWK Set of the key, for the algorithm; empty for any.
func edJWKS(t *testing.T, key ed25519.PrivateKey, alg string) []byte {
	t.Helper()
	return []byte(jsonOf(t, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), Algorithm: alg}}}))
}

// edCases are the alg of the registered key, the one that the client registered
// for what it signs, and the one that it writes. The names are compared as they
// are, except that a key for EdDSA on this curve is one for Ed25519.
var edCases = []struct {
	key, registered, writes string
	accepted                bool
}{
	{"", "", "EdDSA", true},
	{"", "", "Ed25519", true},
	{"Ed25519", "Ed25519", "Ed25519", true},
	{"EdDSA", "EdDSA", "EdDSA", true},
	{"EdDSA", "", "Ed25519", true},
	{"Ed25519", "", "EdDSA", false},
	{"", "EdDSA", "Ed25519", false},
	{"", "Ed25519", "EdDSA", false},
}

// Client assertions by the name that RFC 9864 §2.2 gives to EdDSA with
// Ed25519, under the strictest policy too.
func TestEd25519Assertion(t *testing.T) {
	key := newEd(t)
	for _, policy := range []Policy{PolicyRFC9700, PolicyFAPI2} {
		for _, tt := range edCases {
			i := newIDP(t, func(cfg *Config) {
				cfg.Policy = policy
				n := slices.IndexFunc(cfg.Clients, func(c Client) bool { return c.ID == "jwt" })
				cfg.Clients[n].JWKS, cfg.Clients[n].TokenEndpointAuthSigningAlg = edJWKS(t, key, tt.key), tt.registered
			})
			r := assertionRequest(i)
			signedBy(edMethod(tt.writes), key)(i, r)
			r.header = []string{"DPoP", i.proof("POST", "/token").sign(t)} // FAPI 2.0 wants one
			w := r.send(i)
			if authenticated := i.row("client_assertion_verified").Status == "pass"; authenticated != tt.accepted || !tt.accepted && w.Code != http.StatusUnauthorized {
				t.Errorf("%s, a key for %q, registered for %q, signed with %s: %d, %s", policy, tt.key, tt.registered, tt.writes, w.Code, i.failed())
			}
		}
	}
}

// DP-02: a proof carries its own key, whose alg is nobody's promise.
func TestEd25519Proof(t *testing.T) {
	key := newEd(t)
	for _, tt := range edCases[:3] {
		i := newIDP(t)
		r := dpopRequest(i)
		proves(func(_ *idp, f foreign) foreign {
			f.method, f.key = edMethod(tt.writes), key
			return f.withHeader("jwk", jose.JSONWebKey{Key: key.Public(), Algorithm: tt.key})
		})(i, r)
		if w := r.send(i); w.Code != http.StatusOK {
			t.Errorf("%s: %d %s", tt.writes, w.Code, i.failed())
		}
	}
}

// JA-03: request objects, whose algorithm is the registered one.
func TestEd25519RequestObject(t *testing.T) {
	key := newEd(t)
	for _, tt := range edCases {
		i := newIDP(t, func(cfg *Config) {
			cfg.Clients[0].JWKS, cfg.Clients[0].RequestObjectSigningAlg = edJWKS(t, key, tt.key), tt.registered
		})
		f := i.requestObject()
		f.method, f.key = edMethod(tt.writes), key
		i.authorize(byObject(f.sign(t)))
		if got := i.row("request_object_verified").Status == "pass"; got != tt.accepted {
			t.Errorf("a key for %q, registered for %q, signed with %s: %s", tt.key, tt.registered, tt.writes, i.failed())
		}
	}
}

// A client can register each of its three algorithms by that name, and the
// ID tokens then have it.
func TestEd25519Registration(t *testing.T) {
	i := newIDP(t)
	r := registrationRequest(i)
	wishes := map[string]any{
		"token_endpoint_auth_method": "private_key_jwt", "token_endpoint_auth_signing_alg": "Ed25519",
		"request_object_signing_alg": "Ed25519", "id_token_signed_response_alg": "Ed25519",
		"jwks": json.RawMessage(edJWKS(t, newEd(t), "Ed25519")),
	}
	for name, value := range wishes {
		member(name, value)(i, r)
	}
	w := r.send(i)
	var got map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != http.StatusCreated {
		t.Fatalf("%d %s %s", w.Code, w.Body, i.failed())
	}
	for name, want := range wishes {
		if name != "jwks" && got[name] != want {
			t.Errorf("%s: %v, want %v", name, got[name], want)
		}
	}
	member("id_token_signed_response_alg", "Ed448")(i, r)
	if w := r.send(i); w.Code != http.StatusBadRequest {
		t.Errorf("Ed448: %d", w.Code)
	}
}

// MD-08: the name stands in each list of algorithms, and a token that has it is
// one of ours: introspection and UserInfo know it.
func TestEd25519Metadata(t *testing.T) {
	i := newIDP(t)
	var doc metadataDocument
	if err := json.Unmarshal(i.Metadata(), &doc); err != nil {
		t.Fatal(err)
	}
	for name, list := range map[string][]string{
		"assertions": doc.AuthAlgs, "at introspection": doc.IntrospectionAlgs, "at revocation": doc.RevocationAlgs,
		"proofs": doc.DPoPAlgs, "request objects": doc.RequestObjectAlgs, "ID tokens": doc.IDTokenAlgs,
	} {
		if !slices.Contains(list, "Ed25519") || !slices.Contains(list, "EdDSA") {
			t.Errorf("%s: %v", name, list)
		}
	}
	v := validAuthorization()
	v.Set("client_id", "ed25519")
	v.Set("scope", "openid steps:read")
	out := tokensOf(t, i.token(validToken(i.code(v)), "Authorization", basicAuth("ed25519", "ed25519-secret")))
	if alg := headerOf(out.AccessToken)["alg"]; alg != "Ed25519" {
		t.Fatalf("the access token's alg is %v", alg)
	}
	about := aboutToken("/introspect", out.AccessToken)
	about.header = []string{"Authorization", basicAuth("ed25519", "ed25519-secret")}
	if got := introspectionOf(t, i, about); !got.Active {
		t.Errorf("introspection: %v", got)
	}
	if w := i.send("GET", "/userinfo", "", "Authorization", "Bearer "+out.AccessToken); w.Code != http.StatusOK {
		t.Errorf("UserInfo: %d %s", w.Code, i.failed())
	}
}
