package playground

import (
	"strings"

	"claimcheck/playground/spec"
)

// The names of the kinds of token.
const (
	profileAccess    = "an access token (JWT profile)"
	profileID        = "an ID token"
	profileLogout    = "a logout token"
	profileDPoP      = "a DPoP proof"
	profileAssertion = "a client assertion"
	profileRequest   = "a request object"
	profileEvent     = "a security event token"
)

// A Profile is a kind of token, recognised by its "typ" or by its claims.
type Profile struct {
	// Name is "an ID token" and so on; empty for a plain JWT.
	Name string
	// Spec is the section that says what such a token holds.
	Spec spec.Ref
	// Header and Claims are what it must have.
	Header, Claims []string
	// explicit says that the token's "typ" names it.
	explicit bool
}

// Title is the name without its article, for a heading.
func (p Profile) Title() string {
	_, name, _ := strings.Cut(p.Name, " ")
	return name
}

// profileOf recognises a kind of token.
func profileOf(header, payload *Value) Profile {
	p := byType(mediaType(header.String("typ")))
	if p.Name != "" {
		p.explicit = true
		return p
	}
	has := func(names ...string) bool {
		for _, name := range names {
			if payload.Get(name) == nil {
				return false
			}
		}
		return true
	}
	switch {
	case payload == nil:
		return Profile{}
	case payload.Get("events").Get("http://schemas.openid.net/event/backchannel-logout") != nil:
		return byType("logout+jwt")
	case has("htm", "htu"):
		return byType("dpop+jwt")
	case has("client_id", "redirect_uri"), has("client_id", "response_type"):
		return byType("oauth-authz-req+jwt")
	case has("iss", "sub", "aud") && payload.String("iss") == payload.String("sub") && !has("scope"):
		return Profile{Name: profileAssertion, Spec: spec.Ref{Name: "RFC 7523", Section: "3"}, Claims: []string{"iss", "sub", "aud", "exp"}}
	case has("iss", "sub", "aud") && !has("scope") && (has("nonce") || has("at_hash") || has("auth_time") || has("azp") || has("c_hash") || has("amr")):
		return Profile{Name: profileID, Spec: spec.Ref{Name: "OpenID Connect Core 1.0", Section: "2"}, Claims: []string{"iss", "sub", "aud", "exp", "iat"}}
	}
	return Profile{}
}

// byType is the kind that a "typ" names.
func byType(typ string) Profile {
	switch typ {
	case "at+jwt":
		return Profile{Name: profileAccess, Spec: spec.Ref{Name: "RFC 9068", Section: "2.2"}, Claims: []string{"iss", "exp", "aud", "sub", "client_id", "iat", "jti"}}
	case "dpop+jwt":
		return Profile{Name: profileDPoP, Spec: spec.Ref{Name: "RFC 9449", Section: "4.2"}, Header: []string{"jwk"}, Claims: []string{"jti", "htm", "htu", "iat"}}
	case "logout+jwt":
		return Profile{Name: profileLogout, Spec: spec.Ref{Name: "OpenID Connect Back-Channel Logout 1.0", Section: "2.4"}, Claims: []string{"iss", "aud", "iat", "exp", "jti", "events"}}
	case "oauth-authz-req+jwt":
		return Profile{Name: profileRequest, Spec: spec.Ref{Name: "RFC 9101", Section: "4"}, Claims: []string{"client_id"}}
	case "secevent+jwt":
		return Profile{Name: profileEvent, Spec: spec.Ref{Name: "RFC 8417", Section: "2.2"}, Claims: []string{"iss", "iat", "jti", "events"}}
	case "client-authentication+jwt":
		return Profile{Name: profileAssertion, Spec: spec.Ref{Name: "RFC 7523", Section: "3"}, Claims: []string{"iss", "sub", "aud", "exp"}}
	}
	return Profile{}
}

func kindRules() []Check[verification] {
	return []Check[verification]{
		{Rule{ID: "kind", Title: "The claims of its kind of token", Spec: spec.Ref{Name: "RFC 8725", Section: "3.12"}, Level: Should}, testKind},
	}
}

func testKind(s *verification) Outcome {
	p := s.profile
	if p.Name == "" || s.payload == nil {
		return notConcerned()
	}
	var missing []string
	for _, name := range p.Claims {
		if s.payload.Get(name) == nil {
			missing = append(missing, name)
		}
	}
	for _, name := range p.Header {
		if s.header.Get(name) == nil {
			missing = append(missing, name+" (header)")
		}
	}
	how := "By its claims this is "
	if p.explicit {
		how = "By its `typ` this is "
	}
	how += p.Name + " (" + p.Spec.String() + ")"
	switch {
	case len(missing) > 0:
		return warned("kind_missing", how+", which must have "+strings.Join(missing, ", ")+".", "See whether it is what you think it is.")
	case p.Name == profileLogout && s.payload.Get("nonce") != nil:
		return warned("kind_nonce", how+", which must not have `nonce`.", "Refuse it: this may be an ID token in disguise.")
	case p.Name == profileID && mediaType(s.policy.Type) == "at+jwt":
		return warned("kind_id_token", how+". It tells the client who signed in, and is no key to an API.", "Send the access token.")
	}
	return informed("kind", how+". It has every claim that this kind must have.")
}
