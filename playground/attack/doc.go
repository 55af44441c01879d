// Package attack holds seventeen ways to get past a verifier of tokens, each
// with the verifier that falls for it and the one that does not.
//
//	lab, err := attack.New(now)
//	a, _ := lab.Attack("tamper")
//	try := a.Try(map[string]string{"payload": `{"sub":"alice"}`, …})
//	if try.Solved { … a.Fixed().Lines, try.Fixed.Err … }
//
// Everything happens in this process: the files, the addresses and the other
// parties of the stories are functions here. The source that a page shows is
// cut out of the files that were compiled, by the name of the function that runs.
//
// It is for teaching. Nothing in it verifies a token of anybody else; that is
// [claimcheck/playground.Verify].
package attack
