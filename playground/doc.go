// Package playground reads, checks and makes JSON Web Tokens, and says why.
//
// It is pure: no I/O, no clock of its own, no globals that change. It also
// declares the vocabulary that the whole product shares: the [Rule], the
// [Finding] and [Run], which turns a list of rules into rows.
package playground
