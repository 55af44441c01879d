package witness

// A Carrier is a message that carries a parameter: what it is, who sends it and
// who reads it.
type Carrier struct{ Message, From, To string }

// Where parameters travel. The browser carries the authorization request and its
// response; the parties named are those who write and read them.
var (
	carriedByAuthorization = Carrier{"authorization request", "app", "authorization server"}
	carriedByAnswer        = Carrier{"authorization response", "authorization server", "app"}
	carriedByToken         = Carrier{"token request", "app", "authorization server"}
	carriedByTokenAnswer   = Carrier{"token response", "authorization server", "app"}
	carriedByDevice        = Carrier{"device authorization request", "device", "authorization server"}
	carriedByDeviceAnswer  = Carrier{"device authorization response", "authorization server", "device"}
	carriedByLookup        = Carrier{"introspection request", "API", "authorization server"}
	carriedByLookupAnswer  = Carrier{"introspection response", "authorization server", "API"}
	carriedByRevocation    = Carrier{"revocation request", "app", "authorization server"}
	carriedByPush          = Carrier{"pushed authorization request", "app", "authorization server"}
	carriedByPushAnswer    = Carrier{"answer to a push", "authorization server", "app"}
	carriedByLogout        = Carrier{"logout request", "app", "authorization server"}
	carriedByBackLogout    = Carrier{"back-channel logout", "authorization server", "app"}
	carriedByAPI           = Carrier{"request to an API", "app", "API"}
	carriedByAPIAnswer     = Carrier{"answer of an API", "API", "app"}
	carriedByPerson        = Carrier{"form of the authorization server", "person", "authorization server"}
)

// Carried are the messages that the parameter travels in, the most usual first.
func (p Param) Carried() []Carrier {
	switch p.Name {
	case "response_type", "code_challenge", "code_challenge_method", "nonce", "prompt", "max_age", "display", "ui_locales",
		"login_hint", "acr_values", "claims", "request", "dpop_jkt", "response_mode":
		return []Carrier{carriedByAuthorization, carriedByPush}
	case "redirect_uri":
		return []Carrier{carriedByAuthorization, carriedByPush, carriedByToken}
	case "request_uri":
		return []Carrier{carriedByPushAnswer, carriedByAuthorization}
	case "client_id":
		return []Carrier{carriedByAuthorization, carriedByToken, carriedByPush, carriedByDevice, carriedByRevocation, carriedByLogout}
	case "scope":
		return []Carrier{carriedByAuthorization, carriedByPush, carriedByToken, carriedByTokenAnswer, carriedByDevice, carriedByLookupAnswer}
	case "state":
		return []Carrier{carriedByAuthorization, carriedByPush, carriedByAnswer, carriedByLogout}
	case "resource", "authorization_details":
		return []Carrier{carriedByAuthorization, carriedByPush, carriedByToken}
	case "id_token_hint":
		return []Carrier{carriedByAuthorization, carriedByPush, carriedByLogout}
	case "code":
		return []Carrier{carriedByAnswer, carriedByToken}
	case "iss":
		return []Carrier{carriedByAnswer}
	case "error", "error_description", "error_uri":
		return []Carrier{carriedByAnswer, carriedByTokenAnswer, carriedByAPIAnswer}
	case "grant_type", "code_verifier", "assertion", "username", "password", "subject_token", "subject_token_type", "actor_token", "actor_token_type",
		"requested_token_type", "audience":
		return []Carrier{carriedByToken}
	case "client_secret", "client_assertion", "client_assertion_type":
		return []Carrier{carriedByToken, carriedByPush, carriedByRevocation, carriedByLookup}
	case "device_code":
		return []Carrier{carriedByDeviceAnswer, carriedByToken}
	case "user_code":
		return []Carrier{carriedByDeviceAnswer, carriedByPerson}
	case "verification_uri", "verification_uri_complete", "interval":
		return []Carrier{carriedByDeviceAnswer}
	case "refresh_token":
		return []Carrier{carriedByTokenAnswer, carriedByToken}
	case "id_token", "issued_token_type", "token_type":
		return []Carrier{carriedByTokenAnswer}
	case "access_token":
		return []Carrier{carriedByTokenAnswer, carriedByAPI}
	case "expires_in":
		return []Carrier{carriedByTokenAnswer, carriedByDeviceAnswer, carriedByPushAnswer}
	case "token", "token_type_hint":
		return []Carrier{carriedByLookup, carriedByRevocation}
	case "active":
		return []Carrier{carriedByLookupAnswer}
	case "post_logout_redirect_uri", "logout_hint":
		return []Carrier{carriedByLogout}
	case "logout_token":
		return []Carrier{carriedByBackLogout}
	default:
		return nil
	}
}
