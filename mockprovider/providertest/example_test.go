package providertest_test

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/oauth2"

	"claimcheck/mockprovider"
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

// A token expires without waiting.
func ExampleServer_Advance() {
	idp, err := providertest.Start()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer idp.Close()

	ctx := context.Background()
	token, err := idp.Provider.Mint(ctx, mockprovider.MintRequest{
		Client: providertest.ClientID, User: "u-alice", Scope: []string{"read"}, Lifetime: time.Hour,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	before, err := idp.Provider.Introspect(ctx, token)
	if err != nil {
		fmt.Println(err)
		return
	}
	idp.Advance(2 * time.Hour)
	after, err := idp.Provider.Introspect(ctx, token)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(before.Active, after.Active)
	// Output: true false
}

// The log says which rule refused a request.
func ExampleServer_Log() {
	idp, err := providertest.Start()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer idp.Close()

	config := idp.OAuth2Config("http://localhost/callback")
	if _, err := config.Exchange(context.Background(), "a-code-that-nobody-issued"); err == nil {
		fmt.Println("the provider took it")
	}
	for _, entry := range idp.Log() {
		fmt.Println(entry.Request.Method, entry.Path(), entry.Response.Status, entry.Refusal().ID)
	}
	// Output: POST /idp/token 400 code_known
}
