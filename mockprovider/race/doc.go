// Package race runs two designs of the same thing side by side: how a web
// application remembers who has signed in. One gives the browser a random id and
// keeps a row; the other gives it a signed JWT and keeps nothing. Ten events
// happen to both, and what each of them costs is measured.
//
// Both are real: an HTTP server with instances, accounts, a session store, keys
// and clocks, and a client that sends requests to it. Nothing is waited for: time
// is a clock that an event moves. What is timed is timed by a stopwatch that the
// caller hands in.
//
// The two meet in [sessions]: start, find, end. Everything else is shared.
//
//	r := race.New(race.Config{Kind: race.Signed, Start: time.Now(), Stopwatch: time.Now, Random: rand.Reader})
//	result, err := r.Run(ctx, "role-change", 1)
package race
