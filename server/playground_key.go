package main

import (
	"fmt"

	"claimcheck/playground"
)

// keyRead is what the field for the key was read as.
type keyRead struct {
	// Words name it: "JWK Set: 2 keys, the first is an EC P-256 public key".
	Words string
	// Code is its thumbprint, or the first bytes of a secret.
	Code string
	Bad  bool
}

// readKey says what a key's text was taken for, as it is typed: how many bytes a
// secret has in its encoding, or which key it is. Nil when there is none.
func readKey(keys *playground.KeySet) *keyRead {
	if keys == nil {
		return nil
	}
	if keys.Problem != nil {
		return &keyRead{Words: keys.Problem.Message + " " + keys.Problem.Fix, Bad: true}
	}
	k, ok := keys.First()
	if !ok {
		return nil
	}
	r := &keyRead{Words: k.Form + ": " + k.Words()}
	if n := len(keys.Keys); n > 1 {
		r.Words = fmt.Sprintf("JWK Set: %d keys, the first is %s", n, k.Words())
	}
	if secret, ok := k.Public.([]byte); ok {
		const most = 8
		r.Code = fmt.Sprintf("% x", secret[:min(len(secret), most)])
		if len(secret) > most {
			r.Code += " …"
		}
		return r
	}
	r.Words, r.Code = r.Words+", thumbprint", playground.Thumbprint(k.Public)
	return r
}
