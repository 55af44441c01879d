package conformance

import (
	"net/http"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"
)

// What a resource server must refuse of DPoP proofs, and what it must take
// (RFC 9449 §4.3).
func fapiDPoPNegative(f *fapi) {
	// At the token endpoint: RS256 is none of the profile's algorithms (FAPI 2.0
	// Security Profile §5.4), whatever the key.
	f.tokenError(f.redeem(f.one, fapiCode(f.granted(f.want())), func(t *signed) {
		t.method, t.key, t.header["jwk"] = jwt.SigningMethodRS256, fapiRSA(), jose.JSONWebKey{Key: fapiRSA().Public()}
	}), http.StatusBadRequest, "invalid_dpop_proof")
	token := f.happy().token.str("access_token")
	target := f.op.Issuer() + "/userinfo"
	for name, change := range map[string]func(*signed){
		"typ missing": head("typ", nil),
		"typ wrong":   head("typ", "JWT"),
		"jwk missing": head("jwk", nil),
		"jwk private": head("jwk", jose.JSONWebKey{Key: f.one.key}),
		"jti missing": claim("jti", nil),
		"htm missing": claim("htm", nil),
		"htu missing": claim("htu", nil),
		"iat missing": claim("iat", nil),
		"ath missing": claim("ath", nil),
		"ath wrong":   claim("ath", hash("another token")),
		"htm wrong":   claim("htm", http.MethodPut),
		"htu wrong":   claim("htu", f.op.Issuer()+"/elsewhere"),
		"iat in 1 h":  claim("iat", f.op.Now().Add(time.Hour).Unix()),
		"iat 1 h ago": claim("iat", f.op.Now().Add(-time.Hour).Unix()),
		"alg none":    by(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType),
		"alg HS256":   by(jwt.SigningMethodHS256, []byte("a secret of thirty-two bytes ...")),
		"another key": by(jwt.SigningMethodES256, fapiKeys()[2]),
		"unbound key": func(t *signed) { t.key, t.header["jwk"] = fapiKeys()[2], jose.JSONWebKey{Key: fapiKeys()[2].Public()} },
	} {
		if r := f.resource(token, change); !refusedProof(r) {
			f.Errorf("%s: %d %s %v", name, r.status, r.raw, r.header)
		}
	}
	proof := f.proof(f.one, http.MethodGet, "/userinfo", token)
	for name, headers := range map[string][]string{
		"two proofs": {proof, f.proof(f.one, http.MethodGet, "/userinfo", token)}, "no JWT": {"not.a.jwt"}, "cut": {proof[:len(proof)-10]},
		"no proof": {},
	} {
		all := []string{"Authorization", "DPoP " + token}
		for _, one := range headers {
			all = append(all, "DPoP", one)
		}
		if r := f.call(http.MethodGet, "/userinfo", "", all...); !refusedProof(r) {
			f.Errorf("%s: %d %s", name, r.status, r.raw)
		}
	}
	for name, change := range map[string]func(*signed){
		"query and fragment": claim("htu", target+"?a=b#c"),
		"upper case":         claim("htu", strings.Replace(target, "http://", "HTTP://", 1)),
		"more claims":        claim("unknown", "value"),
		"more header":        head("unknown", "value"),
	} {
		if r := f.resource(token, change); r.status != http.StatusOK {
			f.Errorf("%s: %d %s", name, r.status, r.raw)
		}
	}
	f.open200(f.call(http.MethodGet, "/userinfo", "", "Authorization", "DPoP "+token, "DPOP", f.proof(f.one, http.MethodGet, "/userinfo", token)))
	same := claim("jti", "used-twice")
	f.open200(f.resource(token, same))
	if r := f.resource(token, same); !refusedProof(r) {
		f.Errorf("a proof used twice: %d", r.status)
	}
}

// refusedProof tells a refusal with a challenge of the scheme DPoP (RFC 9449 §7.1).
func refusedProof(r *reply) bool {
	return r.status == http.StatusUnauthorized && strings.HasPrefix(r.header.Get("WWW-Authenticate"), "DPoP ")
}
