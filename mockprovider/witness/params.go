package witness

import (
	"slices"

	"claimcheck/playground/spec"
)

// A Param is a parameter of a message, and what it is for.
type Param struct {
	Name string
	Text string
	Spec spec.Ref
}

// Meaning says what a parameter is for. ok is false for one that no specification
// of this product names.
func Meaning(name string) (p Param, ok bool) {
	all := Params()
	i := slices.IndexFunc(all, func(p Param) bool { return p.Name == name })
	if i < 0 {
		return Param{}, false
	}
	return all[i], true
}

// Params are the parameters whose meaning is known.
func Params() []Param {
	return []Param{
		{"response_type", "What shall come back through the browser. code is the answer of today.", rfc("6749", "3.1.1")},
		{"client_id", "Who asks. It is public.", rfc("6749", "2.2")},
		{"redirect_uri", "Where the answer goes. It must be registered, character by character.", rfc("6749", "3.1.2")},
		{"scope", "What the token shall be good for.", rfc("6749", "3.3")},
		{"state", "A value that ties the answer to this browser.", rfc("6749", "4.1.1")},
		{"code_challenge", "The hash of a secret that the app shows later.", rfc("7636", "4.3")},
		{"code_challenge_method", "How the challenge was made. S256 is the one to use.", rfc("7636", "4.3")},
		{"code_verifier", "The secret whose hash was the code_challenge.", rfc("7636", "4.5")},
		{"nonce", "A value that comes back in the ID token and ties it to this login.", core("3.1.2.1")},
		{"prompt", "Which pages the server shall show, or show none.", core("3.1.2.1")},
		{"max_age", "How old the login may be, in seconds.", core("3.1.2.1")},
		{"display", "How the pages shall look.", core("3.1.2.1")},
		{"ui_locales", "The languages that the person reads.", core("3.1.2.1")},
		{"id_token_hint", "An ID token of before: whom the request is about.", core("3.1.2.1")},
		{"login_hint", "Who is about to log in, as far as the app knows.", core("3.1.2.1")},
		{"acr_values", "How strong the login shall be.", core("3.1.2.1")},
		{"claims", "Single claims that the app asks for.", core("5.5")},
		{"request", "The whole request as a signed JWT.", rfc("9101", "5")},
		{"request_uri", "Where the request stands: after a push, a reference that works once.", rfc("9126", "4")},
		{"resource", "For which API the token shall be.", rfc("8707", "2")},
		{"authorization_details", "What is asked for, in JSON, in more detail than a scope.", rfc("9396", "2")},
		{"dpop_jkt", "The thumbprint of the key that the code is bound to.", rfc("9449", "10")},
		{"response_mode", "How the answer comes: in the query, the fragment, or a form.", spec.Ref{Name: "OAuth 2.0 Multiple Response Type Encoding Practices", Section: "2.1"}},
		{"code", "A stub for the tokens: one use, a short life.", rfc("6749", "4.1.2")},
		{"iss", "Which server answers.", rfc("9207", "2")},
		{"error", "Why it did not work, as a code.", rfc("6749", "4.1.2.1")},
		{"error_description", "Why it did not work, for developers.", rfc("6749", "4.1.2.1")},
		{"error_uri", "A page about the error.", rfc("6749", "4.1.2.1")},
		{"grant_type", "What the app gives for the tokens.", rfc("6749", "4.1.3")},
		{"refresh_token", "What gets the next access token, without a person.", rfc("6749", "6")},
		{"client_secret", "The app’s password, in the body.", rfc("6749", "2.3.1")},
		{"client_assertion", "A JWT by which the app proves who it is.", rfc("7521", "4.2")},
		{"client_assertion_type", "What sort of assertion that is.", rfc("7521", "4.2")},
		{"assertion", "A JWT that stands for the permission.", rfc("7523", "2.1")},
		{"username", "The user’s name, in the hands of the app: the password grant, which must not be used any more.", rfc("6749", "4.3.2")},
		{"password", "The user’s password, in the hands of the app: the password grant, which must not be used any more.", rfc("6749", "4.3.2")},
		{"device_code", "The device’s own secret, with which it asks again and again. It is never shown; what it shows is the user_code.", rfc("8628", "3.4")},
		{"user_code", "What a person types in at another device.", rfc("8628", "3.2")},
		{"verification_uri", "The address that a person opens at another device.", rfc("8628", "3.2")},
		{"verification_uri_complete", "The same address with the code in it, for a picture to scan.", rfc("8628", "3.2")},
		{"interval", "How many seconds the device waits between two questions.", rfc("8628", "3.2")},
		{"subject_token", "The token that is exchanged: on whose behalf.", rfc("8693", "2.1")},
		{"subject_token_type", "What sort of token that is.", rfc("8693", "2.1")},
		{"actor_token", "The token of who acts.", rfc("8693", "2.1")},
		{"actor_token_type", "What sort of token that is.", rfc("8693", "2.1")},
		{"requested_token_type", "What sort of token shall come back.", rfc("8693", "2.1")},
		{"audience", "For whom the new token shall be.", rfc("8693", "2.1")},
		{"issued_token_type", "What sort of token came back.", rfc("8693", "2.2.1")},
		{"token", "The token that it is about.", rfc("7009", "2.1")},
		{"token_type_hint", "What sort of token that may be.", rfc("7009", "2.1")},
		{"active", "Whether the token is good now. It is the one member that is always there.", rfc("7662", "2.2")},
		{"access_token", "What opens the API.", rfc("6749", "5.1")},
		{"token_type", "How the token is to be shown: Bearer, or DPoP.", rfc("6749", "5.1")},
		{"expires_in", "How many seconds the token lives.", rfc("6749", "5.1")},
		{"id_token", "Who logged in, when and for which app. It is for the app alone.", core("2")},
		{"post_logout_redirect_uri", "Where the browser goes after the logout.", spec.Ref{Name: "OpenID Connect RP-Initiated Logout 1.0", Section: "2"}},
		{"logout_hint", "Who is about to log out, as far as the app knows.", spec.Ref{Name: "OpenID Connect RP-Initiated Logout 1.0", Section: "2"}},
		{"logout_token", "A JWT that says which session has ended.", spec.Ref{Name: "OpenID Connect Back-Channel Logout 1.0", Section: "2.4"}},
	}
}

// About says what a message of this kind is for, and where it is defined.
func (k Kind) About() (text string, ref spec.Ref) {
	switch k {
	case AuthorizationRequest:
		return "The app sends the browser to the server, so that a person can say yes.", rfc("6749", "4.1.1")
	case PushedRequest:
		return "The app hands its request to the server directly, and sends the browser with a reference.", rfc("9126", "2.1")
	case AuthorizationResponse:
		return "The server sends the browser back to the app, with a code or an error.", rfc("6749", "4.1.2")
	case TokenRequest:
		return "The app asks the server for tokens, without the browser.", rfc("6749", "3.2")
	case DeviceRequest:
		return "A device without a keyboard asks for a code that a person types in elsewhere.", rfc("8628", "3.1")
	case IntrospectionRequest:
		return "An API asks the server what a token is worth.", rfc("7662", "2.1")
	case RevocationRequest:
		return "The app says that a token shall work no more.", rfc("7009", "2.1")
	case RegistrationRequest:
		return "An app registers itself.", rfc("7591", "3.1")
	case LogoutRequest:
		return "The app sends the browser to the server to log out there, too.", spec.Ref{Name: "OpenID Connect RP-Initiated Logout 1.0", Section: "2"}
	case LogoutToken:
		return "The server tells the app that a session has ended.", spec.Ref{Name: "OpenID Connect Back-Channel Logout 1.0", Section: "2.5"}
	case MetadataRequest:
		return "Somebody asks the server for its addresses and abilities.", rfc("8414", "3.1")
	case KeysRequest:
		return "Somebody fetches the public keys, to check signatures with.", rfc("7517", "5")
	case UserInfoRequest:
		return "The app asks the server about the person.", core("5.3.1")
	case APIRequest:
		return "The app shows an access token to an API.", rfc("6750", "2.1")
	case Other:
	}
	return "No message of OAuth that is known here.", rfc("6749", "1.2")
}
