package witness

import (
	"net/http"
	"net/url"
	"strings"

	"claimcheck/mockprovider/trace"
)

// A Kind is what a message is, in the words of the specifications.
type Kind string

// The kinds. Other is what no specification of this product names.
const (
	AuthorizationRequest  Kind = "authorization request"
	PushedRequest         Kind = "pushed authorization request"
	AuthorizationResponse Kind = "authorization response"
	TokenRequest          Kind = "token request"
	DeviceRequest         Kind = "device authorization request"
	IntrospectionRequest  Kind = "introspection request"
	RevocationRequest     Kind = "revocation request"
	RegistrationRequest   Kind = "registration request"
	LogoutRequest         Kind = "logout request"
	LogoutToken           Kind = "back-channel logout"
	MetadataRequest       Kind = "request for the metadata"
	KeysRequest           Kind = "request for the keys"
	UserInfoRequest       Kind = "UserInfo request"
	APIRequest            Kind = "request to an API"
	Other                 Kind = "other message"
)

// KindOf says what a request is. It goes by the parameters first, because paths
// differ from server to server, and by the path where they leave it open.
func KindOf(m *trace.Message) Kind {
	u, err := url.Parse(m.URL)
	if err != nil {
		return Other
	}
	query, form, path := u.Query(), m.Form(), strings.ToLower(strings.TrimSuffix(u.Path, "/"))
	has := func(name string) bool { return query.Has(name) || form.Has(name) }
	post := m.Method == http.MethodPost
	switch {
	case strings.Contains(path, "/.well-known/"):
		if strings.Contains(path, "/openid-configuration") || strings.Contains(path, "/oauth-authorization-server") {
			return MetadataRequest
		}
		return Other
	case has("grant_type"):
		return TokenRequest
	case has("response_type"), has("client_id") && (has("request") || has("request_uri")):
		if post && (strings.HasSuffix(path, "/par") || has("client_secret") || has("client_assertion") || m.Header.Get("Authorization") != "") {
			return PushedRequest
		}
		return AuthorizationRequest
	case answers(query), answers(form), answers(Fragment(m)):
		return AuthorizationResponse
	case form.Has("logout_token"):
		return LogoutToken
	case has("id_token_hint"), has("post_logout_redirect_uri"), ends(path, "/logout", "/end_session", "/endsession"):
		return LogoutRequest
	}
	return byPath(m, path, form)
}

func byPath(m *trace.Message, path string, form url.Values) Kind {
	post := m.Method == http.MethodPost
	switch {
	case post && form.Has("token") && strings.Contains(path, "introspect"):
		return IntrospectionRequest
	case post && form.Has("token") && strings.Contains(path, "revo"):
		return RevocationRequest
	case post && strings.Contains(path, "device"):
		return DeviceRequest
	case post && ends(path, "/register", "/registration"):
		return RegistrationRequest
	case ends(path, "/token", "/introspect", "/revoke", "/par"):
		return Other // one of the provider’s endpoints, with nothing in it
	case ends(path, "/jwks", "/jwks.json", "/certs", "/keys"):
		return KeysRequest
	case ends(path, "/userinfo"):
		return UserInfoRequest
	case Token(m) != "":
		return APIRequest
	}
	return Other
}

// answers says whether these are the parameters of an authorization response
// (RFC 6749 §4.1.2, §4.1.2.1, §4.2.2).
func answers(v url.Values) bool {
	if v.Has("client_id") || v.Has("token") {
		return false
	}
	return v.Has("code") || v.Has("id_token") || v.Has("response") ||
		v.Has("error") && (v.Has("state") || v.Has("iss") || v.Has("error_description") || len(v) == 1) ||
		v.Has("access_token") && v.Has("token_type")
}

func ends(path string, any ...string) bool {
	for _, end := range any {
		if strings.HasSuffix(path, end) {
			return true
		}
	}
	return false
}

// Fragment are the parameters after the # of a message's URL. No request carries
// them; a URL that somebody copied from the address bar does.
func Fragment(m *trace.Message) url.Values {
	_, fragment, ok := strings.Cut(m.URL, "#")
	if !ok {
		return url.Values{}
	}
	v, _ := url.ParseQuery(fragment) // what parses is what we want
	return v
}

// Token is the access token that a request carries, in any of the three ways of
// RFC 6750 §2 or in that of RFC 9449 §7.1, empty if it has none.
func Token(m *trace.Message) string {
	scheme, token, _ := strings.Cut(m.Header.Get("Authorization"), " ")
	if strings.EqualFold(scheme, "Bearer") || strings.EqualFold(scheme, "DPoP") {
		return strings.TrimSpace(token)
	}
	return m.Param("access_token")
}
