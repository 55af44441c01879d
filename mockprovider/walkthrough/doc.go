// Package walkthrough is a flow of OAuth taken step by step, between real
// parties, by a person who watches.
//
// A flow is a directory of Markdown files, one per step, in the order of their
// names, and a Go action for each: the text says what a step means, the action
// what it does. The list of steps is the document. Lanes, text and print are
// views of the same list, and every message that a view shows was sent and
// received by the parties that it names (package lab), with the rules that they
// ran (package trace).
//
// The package knows nothing of pages: it hands out plain data, and Markdown
// that somebody else renders.
//
//	flow, err := walkthrough.Load("authorization-code-pkce")
//	steps := flow.Steps(walkthrough.Variant{Client: walkthrough.FitTrack, PKCE: true})
package walkthrough
