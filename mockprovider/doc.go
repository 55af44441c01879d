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
//		Clients: []mockprovider.Client{{ID: "web", RedirectURIs: []string{"http://localhost:3000/callback"}}},
//		Users:   []mockprovider.User{{ID: "alice", Password: "wonderland"}},
//	})
//	http.ListenAndServe("localhost:8080", p)
package mockprovider
