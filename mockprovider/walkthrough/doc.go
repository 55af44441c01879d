// Package walkthrough is a flow of OAuth taken step by step, between real
// parties, by a person who watches.
//
// A flow is a directory of texts and a Go file of small actions. flow.yaml names
// the parties, the switches whose combinations are the variants, and the values;
// one Markdown file per step, in the order of their names, says what the step
// means; the action of the step says what it does. The list of steps is the
// document. Lanes, text and print are views of the same list, and every message
// that a view shows was sent and received by the parties that it names (package
// lab), with the rules that they ran (package trace).
//
// # A flow of one's own
//
// A step either sends or looks. One that sends tells its messages in the log
// (owns), makes the request that is about to go out (preview), and says whether
// the exchange led on (good). The browser sends it by a link, or the client by
// itself (back). One that looks names the step whose exchange it shows (of) and
// the half that it is about: the request, the rules that its receiver ran
// (HalfFindings), the answer, the rules that its sender ran on the answer
// (HalfVerdict), or what a party keeps in no message (HalfMemory).
//
//	"token-request": {
//		half: HalfRequest, after: "consent",
//		owns: to(trace.RoleAS, http.MethodPost, "/token"),
//		preview: previewToken, good: accepted, back: redeem,
//	},
//	"token-check": {of: "token-request", half: HalfFindings},
//
// The same message has the same step ID in every flow ("token-request",
// "api-request"), so that actions can be shared. What a client of the cast does
// by itself is a [lab.Call]: the request as it makes it, and its rules for the
// answer. A fault is an edit of the next request, or a clock that is moved; its
// text states the outcome and a test sends it. Whatever holds for every flow is
// tested in flows_test.go, for every flow that there is.
//
// The package knows nothing of pages: it hands out plain data, and Markdown
// that somebody else renders.
//
//	flow, err := walkthrough.Load("authorization-code-pkce")
//	steps := flow.Variants()[0].Steps()
package walkthrough
