package witness

import "claimcheck/playground/spec"

// An ErrorCode is a value of the parameter error, and what it says.
type ErrorCode struct {
	Name string
	// Text is what it says to the app.
	Text string
	// Sent is which answer it stands in, with the status where one is fixed.
	Sent string
	// Then is what an app does that receives it.
	Then string
	// Spec is where it is defined.
	Spec spec.Ref
}

// Where the codes stand.
const (
	inAuthorization = "authorization response"
	inToken         = "token response, 400"
	inAPI           = "answer of an API, in WWW-Authenticate"
	inRegistration  = "registration response, 400"
)

// ErrorCodes are the error codes of OAuth 2.0, OpenID Connect and their extensions
// that somebody in this product sends or expects, in the order of a login.
func ErrorCodes() []ErrorCode {
	return []ErrorCode{
		{"invalid_request", "The message itself is broken: something is missing, sent twice, or of a form that is not allowed.", "authorization response; token response, 400; answer of an API, 400", "It is a mistake in the app. Trying again brings the same answer.", rfc("6749", "5.2")},
		{"unauthorized_client", "This app may not use this flow or this grant.", "authorization response; token response, 400", "Register the app for the flow, or use the one that it is registered for.", rfc("6749", "5.2")},
		{"unsupported_response_type", "The server does not answer in the way that response_type asks for.", inAuthorization, "Ask with response_type=code.", rfc("6749", "4.1.2.1")},
		{"invalid_scope", "The scope is unknown, malformed, or more than can be granted.", "authorization response; token response, 400", "Ask for less. At a refresh: not for more than was granted before.", rfc("6749", "5.2")},
		{"invalid_target", "The API that the token shall be for is unknown, or was not part of the grant.", "authorization response; token response, 400", "Take the resource identifier from the API’s own documents.", rfc("8707", "2")},
		{"invalid_authorization_details", "What stands in authorization_details is of an unknown type or cannot be granted.", "authorization response; token response, 400", "Compare it with the types that the server’s metadata lists.", rfc("9396", "5")},
		{"access_denied", "The user or the server said no.", "authorization response; token response of the device flow, 400", "Tell the user that nothing was connected, and offer to begin again.", rfc("6749", "4.1.2.1")},
		{"login_required", "The request forbade every page, and nobody is logged in.", inAuthorization, "Send the browser once more, without prompt=none.", core("3.1.2.6")},
		{"consent_required", "The request forbade every page, and the user has not agreed yet.", inAuthorization, "Send the browser once more, without prompt=none.", core("3.1.2.6")},
		{"interaction_required", "The request forbade every page, and some page is needed.", inAuthorization, "Send the browser once more, without prompt=none.", core("3.1.2.6")},
		{"account_selection_required", "The request forbade every page, and the user has several accounts.", inAuthorization, "Send the browser once more, without prompt=none.", core("3.1.2.6")},
		{"unmet_authentication_requirements", "The login that the request insists on cannot be had.", inAuthorization, "Ask for a strength that the server’s metadata lists, or do without.", core("5.5.1.1")},
		{"invalid_request_object", "The request object is not signed as it must be, or says something else than the request.", "authorization response; answer to a push, 400", "Sign it with the app’s own key, for this server, shortly before it is sent.", rfc("9101", "7")},
		{"invalid_request_uri", "The request_uri leads nowhere, or is used up.", inAuthorization, "Push the request once more.", rfc("9101", "7")},
		{"request_not_supported", "The server takes no request object.", inAuthorization, "Send the parameters themselves.", core("3.1.2.6")},
		{"request_uri_not_supported", "The server fetches no request from an address.", inAuthorization, "Push the request, or send the parameters themselves.", core("3.1.2.6")},
		{"registration_not_supported", "The server takes no registration within a request.", inAuthorization, "Register first.", core("3.1.2.6")},
		{"server_error", "The server failed, and cannot say it with a status, because a redirect has none.", inAuthorization, "Try again later.", rfc("6749", "4.1.2.1")},
		{"temporarily_unavailable", "The server is overloaded or under repair.", inAuthorization, "Try again later.", rfc("6749", "4.1.2.1")},
		{"invalid_client", "The app did not prove who it is.", "token response, 401 or 400", "Look at the secret or key, and at the method that the app is registered with. The grant is not what is wrong.", rfc("6749", "5.2")},
		{"invalid_grant", "The code, the refresh token or the assertion is unknown, used, expired, revoked, or somebody else’s.", inToken, "Begin the flow anew. The app’s own credentials were right.", rfc("6749", "5.2")},
		{"unsupported_grant_type", "The server knows no such grant_type.", inToken, "Look at grant_types_supported in the metadata.", rfc("6749", "5.2")},
		{"authorization_pending", "The user has not decided yet.", inToken, "Ask again after the interval.", rfc("8628", "3.5")},
		{"slow_down", "The device asks too often.", inToken, "Wait five seconds longer from now on.", rfc("8628", "3.5")},
		{"expired_token", "The device code has expired before the user decided.", inToken, "Begin anew, with a new code on the screen.", rfc("8628", "3.5")},
		{"invalid_dpop_proof", "The proof that the sender has the key is missing or wrong.", "token response, 400; answer of an API, 401", "Make a new proof for each request, for exactly this method and address.", rfc("9449", "5")},
		{"use_dpop_nonce", "The proof has to contain the nonce that came with this answer.", "token response, 400; answer of an API, 401", "Take DPoP-Nonce from the answer, and send the request with a new proof.", rfc("9449", "8")},
		{"unsupported_token_type", "The server does not revoke tokens of this kind.", "answer to a revocation, 400", "Let the token expire.", rfc("7009", "2.2.1")},
		{"invalid_token", "The token is broken, expired, revoked, or not for this API.", inAPI + ", 401", "Get a new access token, with the refresh token if there is one, and try once more.", rfc("6750", "3.1")},
		{"insufficient_scope", "The token is in order and does not cover this.", inAPI + ", 403", "Ask the user for more scope, if the app needs it. A new token of the same scope changes nothing.", rfc("6750", "3.1")},
		{"insufficient_user_authentication", "The login behind the token is too old or too weak for this.", inAPI + ", 401", "Send the user to log in once more, with the max_age or acr_values of the answer.", rfc("9470", "3")},
		{"invalid_redirect_uri", "A redirect URI of the registration is not allowed.", inRegistration, "Register absolute addresses without a fragment.", rfc("7591", "3.2.2")},
		{"invalid_client_metadata", "Something in the registration is wrong or contradicts itself.", inRegistration, "The description says which member.", rfc("7591", "3.2.2")},
		{"invalid_software_statement", "The software statement is not a signed JWT that can be checked.", inRegistration, "Get a new one from who issued it.", rfc("7591", "3.2.2")},
		{"unapproved_software_statement", "The software statement is genuine, and its issuer is not trusted here.", inRegistration, "Ask the server’s owner whom it trusts.", rfc("7591", "3.2.2")},
	}
}
