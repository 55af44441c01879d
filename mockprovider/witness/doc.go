// Package witness says what an app's requests show about the app, to somebody
// who sees the requests and never the app: which of them are an app's, what each
// one is, and what they show that the app left out.
//
// It is for the pages on which a learner's own app fills the steps of a flow, and
// for messages that somebody pastes. It decides nothing and refuses nobody: the
// rules are in the form in which a party runs its own (see package playground),
// over all messages together.
//
// An app that sends state may still not compare it. What cannot be seen from
// here is listed too, each with the fault that provokes it: see [Unseen].
//
//	entries := witness.Of(items, "my-web-app-1a2b3c")
//	rows := witness.Examine(entries)
package witness
