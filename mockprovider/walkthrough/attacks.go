package walkthrough

// registerAttacks lists the attacks in the order of their list: the name of the
// directory, and what its Go file makes.
func registerAttacks() []registered {
	return []registered{
		{"login-csrf", loginCSRF},
		{"loose-redirect-uri", looseRedirectURI},
	}
}
