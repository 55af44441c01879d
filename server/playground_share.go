package main

import (
	"net/url"

	"claimcheck/playground"
)

// shareLink is the address of this page with the token and the policy in its
// fragment, which browsers send to no server; "" when there is no token to
// share. The keys are made anew from their public halves, so that no secret and
// no private key can be in it.
func shareLink(origin string, f *benchForm, r *playground.Result, keys *playground.KeySet) string {
	if len(r.Token.Parts) < 3 || r.Token.Kind != playground.JWS && r.Token.Kind != playground.JWE && r.Token.Kind != playground.SDJWT {
		return ""
	}
	v := url.Values{"token": {r.Token.Text}, "alg": f.Algorithms, "iss": {f.Issuer}, "aud": {f.Audience}, "typ": {f.Typ}, "leeway": {f.Leeway}, "require": {f.Require}, "now": {f.Now}}
	if f.RequireExp {
		v.Set("require_exp", "on")
	}
	if f.Strict {
		v.Set("strict", "on")
	}
	if f.KeyFrom == "lab" {
		v.Set("key_from", "lab")
	} else if public := publicKeys(keys); public != "" {
		v.Set("key", public)
	}
	for name := range v {
		if v.Get(name) == "" {
			v.Del(name)
		}
	}
	return origin + "/playground#" + v.Encode()
}

// publicKeys are the public halves as a JWK Set; "" if there is none, or if
// there is a shared secret among them.
func publicKeys(keys *playground.KeySet) string {
	if keys == nil || len(keys.Keys) == 0 || keys.Form == "secret" {
		return ""
	}
	for _, k := range keys.Keys {
		if _, secret := k.Public.([]byte); secret {
			return ""
		}
	}
	set, err := playground.PublicJWKSet(keys.Keys...)
	if err != nil {
		return ""
	}
	return string(set)
}
