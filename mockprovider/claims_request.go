package mockprovider

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	strictjson "github.com/go-jose/go-jose/v4/json"

	"claimcheck/playground"
)

// maxClaims is the longest claims parameter, in bytes.
const maxClaims = 4096

// acrPassword is the authentication context of a login here. OpenID Connect Core
// 1.0 §2 keeps 0 for a login that meets no level of ISO/IEC 29115, which is what
// a password that the login page shows is worth.
const acrPassword = "0"

// A claimsRequest is the claims parameter (OpenID Connect Core 1.0 §5.5): single
// claims, for the ID token or for UserInfo.
type claimsRequest struct {
	UserInfo map[string]*claimRequest `json:"userinfo,omitempty"`
	IDToken  map[string]*claimRequest `json:"id_token,omitempty"`
}

// asks tells whether it asks for anything.
func (c *claimsRequest) asks() bool { return c.UserInfo != nil || c.IDToken != nil }

// A claimRequest says more about one claim (OpenID Connect Core 1.0 §5.5.1). Nil
// asks for the claim in the usual way.
type claimRequest struct {
	Essential bool              `json:"essential,omitempty"`
	Value     json.RawMessage   `json:"value,omitempty"`
	Values    []json.RawMessage `json:"values,omitempty"`
}

// claimsChecks are the claims parameter and acr_values.
var claimsChecks = []playground.Check[authorization]{
	{Test: (*authorization).claimsReadable, Rule: playground.Rule{
		ID: "claims_readable", Title: "claims is a JSON object that can be read",
		Spec: oidc("5.5"), Level: playground.Must, Refusal: "invalid_request",
	}},
	{Test: (*authorization).claimsSub, Rule: playground.Rule{
		ID: "claims_sub", Title: "The request names one user, not two",
		Spec: oidc("5.5.1"), Level: playground.Must, Refusal: "invalid_request",
	}},
	{Test: (*authorization).claimsACR, Rule: playground.Rule{
		ID: "claims_acr", Title: "The authentication that it insists on can be had here",
		Spec: oidc("5.5.1.1"), Level: playground.Must, Refusal: "unmet_authentication_requirements",
	}},
}

func (s *authorization) claimsReadable() playground.Outcome {
	raw := s.params.get("claims")
	if raw == "" || !s.openID() { // a parameter of OpenID Connect: to others it is unknown
		return playground.Skip(playground.WhyNotConcerned)
	}
	if len(raw) > maxClaims {
		o := failAt("claims", "at most 4096 bytes", strconv.Itoa(len(raw))+" bytes", "ask for scopes instead")
		o.Case = "claims_size"
		return o
	}
	var asked *claimsRequest
	if err := strictjson.Unmarshal([]byte(raw), &asked); err != nil || asked == nil {
		return failAt("claims", `{"userinfo":{"name":null}}`, raw, "send an object whose members userinfo and id_token are objects, each name in them once; an entry is null or an object of essential, value, values")
	}
	s.claims = *asked
	return playground.Pass()
}

// claimsSub reads a sub that is asked for by its value. It is another way to say
// for whom the answer has to be, and has to agree with id_token_hint.
func (s *authorization) claimsSub() playground.Outcome {
	for _, asked := range []*claimRequest{s.claims.IDToken["sub"], s.claims.UserInfo["sub"]} {
		if asked == nil || len(asked.allowed()) == 0 {
			continue
		}
		var user string
		if all := asked.allowed(); len(all) > 1 || strictjson.Unmarshal(all[0], &user) != nil || user == "" {
			o := failAt("claims", "one value of sub", "several, or none that is a string", "ask for one user, or let any user log in")
			o.Case = "claims_sub_value"
			return o
		}
		if s.hinted != "" && s.hinted != user {
			return failAt("claims", "sub "+s.hinted+", as said before", user, "name the same user in id_token_hint and in claims, or name them once")
		}
		s.hinted = user
	}
	return playground.Pass()
}

// claimsACR refuses only what the client insists on: an essential acr of a value
// that no login here has. Other wishes are noted in the ID token's acr, or not.
func (s *authorization) claimsACR() playground.Outcome {
	asked := s.claims.IDToken["acr"]
	if asked == nil || !asked.Essential || asked.accepts(acrPassword) {
		return playground.Pass()
	}
	return failAt("claims", "acr "+acrPassword, string(bytes.Join(rawOf(asked.allowed()), []byte(" "))), "ask for an acr that the metadata lists, or do not call it essential")
}

func rawOf(all []json.RawMessage) [][]byte {
	out := make([][]byte, len(all))
	for i, one := range all {
		out[i] = one
	}
	return out
}

// allowed are the values that a claim may have. None means any.
func (c *claimRequest) allowed() []json.RawMessage {
	if len(c.Value) > 0 {
		return append(slices.Clone(c.Values), c.Value)
	}
	return c.Values
}

// accepts tells whether the claim may have this value.
func (c *claimRequest) accepts(value any) bool {
	if c == nil || len(c.allowed()) == 0 {
		return true
	}
	have, err := json.Marshal(value)
	return err == nil && slices.ContainsFunc(c.allowed(), func(one json.RawMessage) bool { return sameJSON(one, have) })
}

// sameJSON compares two JSON texts by what they say, not by how they are written.
func sameJSON(a, b []byte) bool {
	canonical := func(raw []byte) []byte {
		var v any
		if json.Unmarshal(raw, &v) != nil {
			return raw
		}
		out, _ := json.Marshal(v) // what was JSON can be written again
		return out
	}
	return bytes.Equal(canonical(a), canonical(b))
}

// wantsACR tells whether the ID token has to say how the user logged in:
// acr_values asks for it, and so does claims (OpenID Connect Core 1.0 §3.1.2.1).
func (s *authorization) wantsACR() bool {
	_, asked := s.claims.IDToken["acr"]
	return asked || s.params.has("acr_values")
}

// namesOf are the asked claims that the user has: what the consent page names, and
// what a consent covers. They are sorted.
func (c *claimsRequest) namesOf(user *User) []string {
	var names []string
	for _, part := range []map[string]*claimRequest{c.IDToken, c.UserInfo} {
		for name := range part {
			if user.profileClaim(name) != nil && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return names
}

// addClaims puts the asked claims that the user has and that have an accepted
// value into out. What can't be had is left out, essential or not (OpenID Connect
// Core 1.0 §5.5.1).
func addClaims(out map[string]any, user *User, asked map[string]*claimRequest) {
	for name, wish := range asked {
		if value := user.profileClaim(name); value != nil && wish.accepts(value) {
			out[name] = value
		}
	}
}

// profileClaim is a claim about the person. The names that the provider fills
// itself are none, and neither is what is empty.
func (u *User) profileClaim(name string) any {
	if protocolClaim(name) {
		return nil
	}
	if value := u.claim(name); value != "" {
		return value
	}
	return nil
}

// protocolClaim tells the claims of the tokens themselves.
func protocolClaim(name string) bool {
	const own = " iss sub aud exp nbf iat jti auth_time nonce acr amr azp at_hash c_hash s_hash sid "
	return strings.Contains(own, " "+name+" ")
}
