// Package mockprovider is an OAuth 2.0 authorization server and OpenID
// Provider as a plain [http.Handler]: right by default, with a finding for
// every rule that it ran, and wrong only when asked, by name.
//
// It is for learners, through the lab that this product mounts it in, and for
// anybody's tests. It is no identity provider for production: its login page
// says whose password is which.
//
//	p, err := mockprovider.New(mockprovider.Config{
//		Issuer:  "http://localhost:8080/idp/main",
//		Clients: []mockprovider.Client{{ID: "web", RedirectURIs: []string{"http://localhost:3000/callback"}, Scopes: []string{"openid"}}},
//		Users:   []mockprovider.User{{ID: "alice", Password: "wonderland"}},
//	})
//	http.ListenAndServe("localhost:8080", p)
//
// # Where to read
//
// Each endpoint is one ordered list of checks, which is also its documentation:
// authorizationChecks in authorize.go, then redirectChecks, scopeChecks,
// pkceChecks and openIDChecks; loginChecks and consentChecks; codeIssueChecks
// for the answer; envelopeChecks, clientAuthChecks, codeGrant and refreshGrant
// for the token endpoint; introspectionChecks and revocationChecks, which begin
// as the token endpoint does; userInfoChecks. [Rules] and [RuleLists] list them all.
//
// The other grant types stand in grantTypes in grants.go, each with its list in a
// file grant_*.go: client_credentials, device_code, token-exchange, jwt-bearer,
// and password for the policies that still know it. assertionAuthChecks are
// client authentication with a JWT, dpopChecks a DPoP proof, pushChecks and
// pushedChecks a pushed request, deviceFormChecks the page for a device's code,
// endSessionChecks the logout.
//
// # What a browser sees
//
//	GET /authorize    200 the login page, or the consent page for who is logged in;
//	                  303 to the client for an answer without a page, or an error;
//	                  400 a page where nobody may be redirected
//	POST /login       303 to /consent, or to the client; 422 the page again
//	GET /consent      200 the consent page
//	GET /device       200 the page for a device's code
//	POST /device      303 to /login or /consent; 422 the page again
//	/logout           303 to the client, or 200 a page
//	POST /consent     303 to the client with code, state and iss, or access_denied
//
// The hidden field "interaction" of both forms is the token that binds them to
// the browser that began.
//
// # Strictness
//
// A [Policy] says which rules apply and how long values live; a client may have
// its own. [Provider.SetInsecureOff] switches single rules off: they are still
// evaluated, and a failure shows as a warning. What follows from a failure, such
// as revoking a family of refresh tokens, then stays away too.
package mockprovider
