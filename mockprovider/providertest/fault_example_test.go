package providertest_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"claimcheck/mockprovider/providertest"
	"claimcheck/playground"
)

// The first token request fails, and the code is spent; an app that logs in again
// succeeds. In a test
// Fault(t, …) is shorter, and switches the fault off when the test ends.
func ExampleServer_SetFault() {
	idp, err := providertest.Start()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer idp.Close()
	if err := idp.SetFault("tok_500_once", providertest.Once(), providertest.ForClient(providertest.ClientID)); err != nil {
		fmt.Println(err)
		return
	}

	ctx := context.Background()
	config := idp.OAuth2Config("http://localhost/callback")
	for range 2 {
		verifier := oauth2.GenerateVerifier()
		callback, err := idp.SignInContext(ctx, config.AuthCodeURL("state", oauth2.S256ChallengeOption(verifier)), "alice")
		if err != nil {
			fmt.Println(err)
			return
		}
		_, err = config.Exchange(ctx, callback.Query().Get("code"), oauth2.VerifierOption(verifier))
		if refused, ok := errors.AsType[*oauth2.RetrieveError](err); ok {
			fmt.Println(refused.Response.StatusCode)
			continue
		}
		fmt.Println("a token:", err == nil)
	}
	// Output:
	// 500
	// a token: true
}

// An app under test changes nothing but its issuer, and must refuse the ID token.
func ExampleServer_FaultyIssuer() {
	idp, err := providertest.Start()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer idp.Close()
	issuer, err := idp.FaultyIssuer("idt_aud_wrong")
	if err != nil {
		fmt.Println(err)
		return
	}

	ctx := context.Background()
	provider, err := oidc.NewProvider(ctx, issuer)
	if err != nil {
		fmt.Println(err)
		return
	}
	config := idp.OAuth2Config("http://localhost/callback")
	config.Endpoint = provider.Endpoint()
	verifier := oauth2.GenerateVerifier()
	callback, err := idp.SignInContext(ctx, config.AuthCodeURL("state", oauth2.S256ChallengeOption(verifier)), "alice")
	if err != nil {
		fmt.Println(err)
		return
	}
	token, err := config.Exchange(ctx, callback.Query().Get("code"), oauth2.VerifierOption(verifier))
	if err != nil {
		fmt.Println(err)
		return
	}
	raw, _ := token.Extra("id_token").(string)
	_, err = provider.Verifier(&oidc.Config{ClientID: config.ClientID}).Verify(ctx, raw)
	fmt.Println("refused:", err != nil)
	// Output: refused: true
}

// Why says which rules ran on a request, from its answer.
func ExampleServer_Why() {
	idp, err := providertest.Start()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer idp.Close()

	_, err = idp.OAuth2Config("http://localhost/callback").Exchange(context.Background(), "a-code-that-nobody-issued")
	refused, ok := errors.AsType[*oauth2.RetrieveError](err)
	if !ok {
		fmt.Println("the provider took it")
		return
	}
	for _, rule := range idp.Why(refused.Response) {
		if rule.Status == playground.StatusFail {
			fmt.Println(refused.ErrorCode, rule.ID, rule.Spec)
		}
	}
	// Output: invalid_grant code_known RFC 6749 §5.2
}
