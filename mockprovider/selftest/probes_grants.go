package selftest

import (
	"encoding/json"
	"net/http"
	"net/url"
	"time"
)

// The grant types that the registries know.
const (
	grantCode     = "authorization_code"
	grantRefresh  = "refresh_token"
	grantClient   = "client_credentials"
	grantImplicit = "implicit"
	grantPassword = "password"
	grantDevice   = "urn:ietf:params:oauth:grant-type:device_code"
	grantExchange = "urn:ietf:params:oauth:grant-type:token-exchange"
	grantJWT      = "urn:ietf:params:oauth:grant-type:jwt-bearer"
	grantSAML     = "urn:ietf:params:oauth:grant-type:saml2-bearer"
	grantCIBA     = "urn:openid:params:grant-type:ciba"
)

// knownGrants are those that the cast is registered for.
func knownGrants() []string {
	return []string{grantCode, grantRefresh, grantClient, grantImplicit, grantPassword, grantDevice, grantExchange, grantJWT}
}

const tokenTypeAccess = "urn:ietf:params:oauth:token-type:access_token" //nolint:gosec // an identifier, no secret

// grantProbes get tokens by each grant type.
func grantProbes() []probe {
	return []probe{{
		Rule: member("grant_types_supported", "A token can be had by it", rfc("8414", "2")), known: append(knownGrants(), grantSAML, grantCIBA),
		try: (*tester).tryGrant, refusals: []string{"unsupported_grant_type", "unsupported_response_type"},
	}, {
		Rule: member("authorization_details_types_supported", "A token can be had for it", rfc("9396", "10")), known: []string{"selftest_nobody"},
		try: (*tester).tryDetails, refusals: []string{"invalid_authorization_details"},
	}, {
		Rule: member("protected_resources", "A token for it names it", rfc("9728", "4")), known: []string{"https://selftest.example/nobody"},
		try: (*tester).tryResource, refusals: []string{"invalid_target"},
	}}
}

// tryResource asks for a token for one API (RFC 8707 §2.2), which its aud then
// names, and nothing else.
func (t *tester) tryResource(value string) string {
	r := t.grant(grantClient, "resource", value, "scope", t.target.Cast.resources[value])
	if code := r.code(); code != "" {
		return code
	}
	switch aud := part(text(r.object()["access_token"]), 1)["aud"].(type) {
	case string:
		if aud == value {
			return ""
		}
	case []any:
		if len(aud) == 1 && aud[0] == value {
			return ""
		}
	}
	return "another aud"
}

// tryDetails asks for a token for one authorization detail (RFC 9396 §6).
func (t *tester) tryDetails(value string) string {
	detail := t.target.Cast.details[value]
	if detail == nil {
		detail = map[string]any{"type": value}
	}
	raw, err := json.Marshal([]any{detail})
	if err != nil {
		return err.Error()
	}
	r := t.grant(grantClient, "authorization_details", string(raw))
	if r.code() == "" && r.object()["authorization_details"] == nil {
		return "not granted"
	}
	return r.code()
}

func (t *tester) tryGrant(value string) string {
	var r *reply
	switch value {
	case grantCode:
		_, code := t.tokens(clientWeb)
		return code
	case grantImplicit: // it ends at the authorization endpoint (RFC 6749 §4.2)
		return t.tryResponseType("token")
	case grantRefresh:
		out, code := t.tokens(clientWeb, "scope", "openid offline_access")
		if code != "" {
			return code
		}
		r = t.grant(value, "refresh_token", text(out["refresh_token"]))
	case grantPassword:
		r = t.grant(value, "username", t.target.Cast.User.Username, "password", t.target.Cast.User.Password, "scope", t.apiScope())
	case grantDevice:
		return t.deviceGrant()
	case grantExchange:
		out, code := t.tokens(clientWeb, "scope", "openid "+t.apiScope())
		if code != "" {
			return code
		}
		r = t.grant(value, "subject_token", text(out["access_token"]), "subject_token_type", tokenTypeAccess, "scope", t.apiScope())
	case grantJWT:
		now := t.target.Now()
		r = t.grant(value, "scope", t.apiScope(), "assertion", t.sign("ES256", map[string]any{"typ": "JWT"}, map[string]any{
			"iss": foreignIssuer, "sub": t.target.Cast.User.ID, "aud": t.document.Issuer, "iat": now.Unix(), "exp": now.Add(time.Minute).Unix(), "jti": t.unique(),
		}))
	default:
		r = t.grant(value, "scope", t.apiScope(), "assertion", "x", "auth_req_id", "x")
	}
	if r.code() == "" && text(r.object()["access_token"]) == "" {
		return "no access_token"
	}
	return r.code()
}

// grant is a token request of the confidential client.
func (t *tester) grant(grantType string, more ...string) *reply {
	form := url.Values{"grant_type": {grantType}}
	replace(form, more)
	return t.post(t.document.Token, form, t.as(clientWeb))
}

// deviceGrant is the device, and Tess with her phone (RFC 8628 §3).
func (t *tester) deviceGrant() string {
	device := t.post(t.document.Device, url.Values{"scope": {t.apiScope()}}, t.as(clientWeb)).object()
	if text(device["device_code"]) == "" {
		return t.grant(grantDevice, "device_code", "x").code()
	}
	r := t.send(t.browser, http.MethodGet, text(device["verification_uri"]), nil, nil)
	for range maxPages {
		if r.location != nil {
			r = t.send(t.browser, http.MethodGet, r.location.String(), nil, nil)
			continue
		}
		address, fields := r.form()
		if address == "" {
			break
		}
		if r.page() == "device" {
			fields.Set("user_code", text(device["user_code"]))
		}
		r = t.send(t.browser, http.MethodPost, address, t.fill(r, fields), http.Header{"Origin": {origin(address)}})
	}
	r = t.grant(grantDevice, "device_code", text(device["device_code"]))
	return r.code()
}
