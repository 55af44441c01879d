package mockprovider

import (
	"slices"
	"strings"

	"claimcheck/playground"
)

// grantImplicit is the grant type of those who get tokens from the authorization
// endpoint (RFC 7591 §2.1). The token endpoint does not know it.
const grantImplicit = "implicit"

// A responseType is what an authorization request wants back: words, in the order
// of the alphabet (RFC 6749 §3.1.1: the order does not count).
type responseType string

// codeType is the one response type that today's documents know. The others put
// tokens into the URL, where histories and logs see them.
const codeType responseType = "code"

// responseTypes are the types that a policy offers, if the client registered for
// them (OAuth 2.0 Multiple Response Type Encoding Practices §3, §5).
func responseTypes(policy playground.PolicySet) []responseType {
	if policy&(inPermissive|inRFC6749) == 0 {
		return []responseType{codeType}
	}
	return []responseType{codeType, "token", "id_token", "id_token token", "code id_token", "code token", "code id_token token"}
}

// offeredGrants are the grant types that a policy offers, at either endpoint.
func offeredGrants(policy playground.PolicySet) []string {
	grants := grantTypesIn(policy)
	if slices.ContainsFunc(responseTypes(policy), responseType.front) {
		grants = append(grants, grantImplicit)
	}
	return grants
}

// responseTypeOf reads the parameter.
func responseTypeOf(parameter string) responseType {
	words := strings.Fields(parameter)
	slices.Sort(words)
	return responseType(strings.Join(words, " "))
}

func (t responseType) has(word string) bool { return slices.Contains(strings.Fields(string(t)), word) }

// front tells whether tokens come from the authorization endpoint. Those never
// stand in a query (OAuth 2.0 Multiple Response Type Encoding Practices §3.0).
func (t responseType) front() bool { return t.has("token") || t.has("id_token") }

// grants are the grant types that a client needs for the type (RFC 7591 §2.1).
func (t responseType) grants() []string {
	var out []string
	if t.has("code") {
		out = append(out, grantAuthorizationCode)
	}
	if t.front() {
		out = append(out, grantImplicit)
	}
	return out
}

// responseTypes are the types that the client registered for.
func (c *Client) responseTypes() []responseType {
	if len(c.ResponseTypes) == 0 {
		return []responseType{codeType}
	}
	out := make([]responseType, len(c.ResponseTypes))
	for i, one := range c.ResponseTypes {
		out[i] = responseTypeOf(one)
	}
	return out
}

// badResponseType is a registered type that no policy offers, or one that does not
// fit the grant types (RFC 7591 §2.1); empty if there is none.
func (c *Client) badResponseType() string {
	if len(c.ResponseTypes) == 0 { // code, for whom it is of use
		return ""
	}
	for _, one := range c.responseTypes() {
		if !slices.Contains(responseTypes(inPermissive), one) || !covers(c.GrantTypes, one.grants()) {
			return string(one)
		}
	}
	return ""
}

func (s *authorization) responseType() responseType {
	return responseTypeOf(s.params.get("response_type"))
}

func (s *authorization) responseTypePresent() playground.Outcome {
	if !s.params.has("response_type") {
		return failAt("response_type", "response_type=code", "nothing", "add response_type=code")
	}
	return playground.Pass()
}

func (s *authorization) responseTypeSupported() playground.Outcome {
	offered := responseTypes(s.strict.bit)
	if got := s.responseType(); !slices.Contains(offered, got) {
		o := failAt("response_type", join(offered), string(got), "use response_type=code with PKCE")
		o.Why = "The other types put tokens into the URL, where history and logs see them (RFC 9700 §2.1.2)."
		return o
	}
	return playground.Pass()
}

func join(types []responseType) string {
	words := make([]string, len(types))
	for i, one := range types {
		words[i] = string(one)
	}
	return strings.Join(words, ", ")
}

// clientMayAsk is about the response type, and the grant types that belong to it.
func (s *authorization) clientMayAsk() playground.Outcome {
	got := s.responseType()
	switch registered := s.client.responseTypes(); {
	case !slices.Contains(registered, got):
		o := failAt("response_type", join(registered), string(got), "register the client for this response type, better: use code")
		o.Case = "response_type_registered"
		return o
	case !covers(s.client.GrantTypes, got.grants()):
		return playground.Fail("grant types "+strings.Join(got.grants(), " and "), strings.Join(s.client.GrantTypes, " "), "register the client for "+strings.Join(got.grants(), " and "))
	}
	return playground.Pass()
}

// responseMode is how the answer goes out: as asked, else in the fragment where
// tokens are in it.
func (s *authorization) responseMode() string {
	if m := s.params.values["response_mode"]; len(m) == 1 && slices.Contains(responseModes(), m[0]) &&
		(m[0] != modeFormPost || s.formFits()) && (m[0] != modeQuery || !s.responseType().front()) {
		return m[0]
	}
	if s.responseType().front() {
		return modeFragment
	}
	return modeQuery
}

func (s *authorization) responseModeSupported() playground.Outcome {
	switch got := s.params.get("response_mode"); {
	case got != "" && !slices.Contains(responseModes(), got):
		return failAt("response_mode", strings.Join(responseModes(), ", "), got, "leave response_mode out: query is the default of response_type=code")
	case got == modeQuery && s.responseType().front():
		o := failAt("response_mode", "fragment or form_post", got, "leave response_mode out: fragment is the default where tokens are in the answer")
		o.Case = "response_mode_query"
		o.Why = "A query is sent to servers, and stands in their logs. A token must not."
		return o
	case got == modeFormPost && !s.formFits():
		o := failAt("response_mode", "an http or https redirect URI and a state of printable text", got, "leave response_mode out: query carries every state to every redirect URI")
		o.Case = "response_mode_form_post"
		return o
	}
	return playground.Pass()
}

// idTokenOpenID and idTokenNonce are about ID tokens from the authorization
// endpoint.
func (s *authorization) idTokenOpenID() playground.Outcome {
	if !s.responseType().has("id_token") {
		return playground.Skip(playground.WhyNotConcerned)
	}
	if !s.openID() {
		return failAt("scope", "openid", s.params.get("scope"), "ask for the scope openid, or leave id_token out of response_type")
	}
	return playground.Pass()
}

func (s *authorization) idTokenNonce() playground.Outcome {
	if !s.responseType().has("id_token") {
		return playground.Skip(playground.WhyNotConcerned)
	}
	if !s.params.has("nonce") {
		o := failAt("nonce", "nonce", "nothing", "send a random nonce, and compare it with the one in the ID token")
		o.Why = "The ID token comes through the browser. Without a nonce the client can't tell an old or a stolen one from its own."
		return o
	}
	return playground.Pass()
}
