// Package playground reads, checks and makes JSON Web Tokens, and says why.
//
//	keys, err := playground.ParseKey(jwkSet, playground.UTF8)
//	r := playground.Verify(token, keys, playground.Policy{
//		Algorithms: []string{"ES256"}, Issuer: issuer, Audience: api, Require: []string{"exp"}, Now: now,
//	})
//	if !r.Accepted() { … r.Sentence, r.Findings … }
//
// It is pure: no I/O, no clock of its own, no globals that change. It also
// declares the vocabulary that the whole product shares: the [Rule], the
// [Finding] and [Run], which turns a list of rules into rows.
package playground
