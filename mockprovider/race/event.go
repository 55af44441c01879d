package race

import "context"

// An Event is something that happens to a web application sooner or later.
type Event struct {
	// ID names it in URLs: "role-change".
	ID string
	// Title is what happens, in a few words, Says in a sentence or two.
	Title, Says string
	// Ask is the question before it, Options the answers, at least two.
	Ask     string
	Options []string

	run func(ctx context.Context, p pair) (Result, error)
}

// Events are the ten events, in their order.
func Events() []Event {
	return []Event{
		{
			ID: "login", Title: "Alice signs in",
			Says: "Each side gives her browser what it will show from now on.",
			Ask:  "Which one is longer in each later request, and which one needs a row on the server?",
			Options: []string{
				"The JWT is longer. Only the opaque session needs a row.",
				"The JWT is longer. Both need a row.",
				"The opaque id is longer. Only the JWT needs a row.",
				"They are of the same length, and neither needs a row.",
			},
			run: login,
		},
		{
			ID: "calls", Title: "Alice makes 1,000 calls",
			Says: "For each call the server has to find out who calls. This machine times that part alone, 1,000 times on each side.",
			Ask:  "Which side spends more time on it, here and now?",
			Options: []string{
				"The opaque session: 1,000 lookups",
				"The JWT: 1,000 signatures to check",
				"Neither: one is less than a quarter above the other",
			},
			run: calls,
		},
		{
			ID: "role-change", Title: "Alice is no longer a coach",
			Says: "An administrator takes the role from her, a moment after she signed in. She goes on asking for the page of coaches, once a second.",
			Ask:  "When does the JWT side refuse her?",
			Options: []string{
				"At her next request",
				"Some minutes later, when the JWT ends",
				"Only when she signs out",
			},
			run: roleChange,
		},
		{
			ID: "logout", Title: "Alice signs out",
			Says: "Mallory copied what Alice’s browser shows, a minute before. After Alice has signed out, she sends the copy.",
			Ask:  "What does the copy get?",
			Options: []string{
				"401 on both sides",
				"401 from the opaque session, 200 from the JWT side",
				"200 on both sides",
			},
			run: logout,
		},
		{
			ID: "theft", Title: "A session is stolen, and the account is banned",
			Says: "Mallory uses the copy while Alice is still there. An administrator notices it and bans the account.",
			Ask:  "What would end a plain JWT session at once?",
			Options: []string{
				"Deleting the cookie in Alice’s browser",
				"Looking each request up in a list of sessions that were ended",
				"A longer signature",
			},
			run: theft,
		},
		{
			ID: "restart", Title: "The server restarts, and a second one is put beside it",
			Says: "Alice’s next request reaches an instance that did not sign her in.",
			Ask:  "What must the instances share?",
			Options: []string{
				"The opaque side its session store, the JWT side its key",
				"The opaque side its session store, the JWT side nothing",
				"Both sides nothing: the browser brings everything along",
			},
			run: restart,
		},
		{
			ID: "secrets", Title: "The server’s secrets leak",
			Says: "Mallory reads the memory of an instance: its key, and a copy of the session table. Fifty people are signed in. The keys of the table are hashes of the ids.",
			Ask:  "How many of the fifty can she be?",
			Options: []string{
				"None of them, on either side",
				"All of them on the JWT side, none on the opaque one",
				"All of them, on both sides",
			},
			run: secrets,
		},
		{
			ID: "store-down", Title: "The session store does not answer",
			Says: "Fifty people are signed in. The store is down for ten minutes.",
			Ask:  "Who is still signed in a moment later?",
			Options: []string{
				"The fifty of the JWT side",
				"The fifty of the opaque side",
				"All of them",
				"Nobody",
			},
			run: storeDown,
		},
		{
			ID: "clock", Title: "One instance’s clock is ten minutes slow",
			Says: "Alice signs in at an instance whose clock is right. Her next requests reach the slow one.",
			Ask:  "What happens to the JWT there?",
			Options: []string{
				"Nothing",
				"At first it is refused as not valid yet, and at the end it is accepted for ten minutes too long",
				"At first it is refused as not valid yet, and it ends on time",
			},
			run: clockSkew,
		},
		{
			ID: "browser", Title: "A foreign page, and a script in this one",
			Says: "CoachBoard sets its cookies without SameSite. A page of another site posts a form to it from Alice’s browser (CSRF). Then a script gets into CoachBoard’s own page (XSS). Both want to change her e-mail address.",
			Ask:  "What does the JWT help against?",
			Options: []string{
				"Against both",
				"Against the foreign form only",
				"Against neither",
			},
			run: browser,
		},
	}
}

// Find finds an event by its ID.
func Find(id string) (Event, bool) {
	for _, e := range Events() {
		if e.ID == id {
			return e, true
		}
	}
	return Event{}, false
}
