package walkthrough

// registerAttacks lists the attacks in the order of their list: the name of the
// directory, and what its Go file makes.
func registerAttacks() []registered {
	return []registered{
		{"login-csrf", loginCSRF},
		{"loose-redirect-uri", looseRedirectURI},
		{"code-replay", codeReplay},
		{"code-injection", codeInjection},
		{"login-injection", loginInjection},
		{"code-for-another-client", codeForAnotherClient},
		{"late-code", lateCode},
		{"pkce-downgrade", pkceDowngrade},
		{"pkce-stripped", pkceStripped},
		{"pkce-method-stripped", pkceMethodStripped},
		{"plain-pkce", pkcePlain},
		{"server-mix-up", mixUpAttack},
		{"token-substitution", tokenSubstitution},
		{"id-token-as-access-token", idTokenAsAccessToken},
		{"alg-none", algNone},
		{"key-confusion", keyConfusion},
		{"weak-secret", weakSecret},
		{"kid-injection", kidInjection},
		{"key-in-token", keyInToken},
		{"key-at-address", keyAtAddress},
		{"client-impersonates-user", clientImpersonates},
		{"expired-token", expiredToken},
		{"refresh-token-theft", refreshTheft},
		{"stolen-bound-token", stolenBoundToken},
		{"client-without-secret", clientWithoutSecret},
		{"open-redirect", openRedirect},
		{"clickjacked-consent", clickjackedConsent},
		{"email-takeover", emailTakeover},
		{"cross-subdomain-cookie", crossSubdomainCookie},
		{"other-users-data", otherUsersData},
		{"over-broad-scope", overBroadScope},
		{"logout-token-forgery", logoutTokenForgery},
		{"password-reposted", passwordReposted},
		{"device-code-phishing", deviceCodePhishing},
	}
}
