package providertest_test

import (
	"context"
	"fmt"

	"golang.org/x/oauth2"

	"claimcheck/mockprovider/providertest"
)

// In a test NewServer(t) and SignIn(t, …) are shorter; they stop the server and
// report errors by themselves.
func Example() {
	idp, err := providertest.Start()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer idp.Close()

	ctx := context.Background()
	config := idp.OAuth2Config("http://localhost/callback", "openid", "read")
	verifier := oauth2.GenerateVerifier()
	callback, err := idp.SignInContext(ctx, config.AuthCodeURL("state-1", oauth2.S256ChallengeOption(verifier)), "alice")
	if err != nil {
		fmt.Println(err)
		return
	}
	token, err := config.Exchange(ctx, callback.Query().Get("code"), oauth2.VerifierOption(verifier))
	if err != nil {
		fmt.Println(err)
		return
	}
	info, err := idp.Provider.Introspect(ctx, token.AccessToken)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(info.Username, info.Scope, info.Audience[:1])
	// Output: alice [openid read] [https://api.example]
}
