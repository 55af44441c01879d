package race

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// login measures what a session weighs.
func login(ctx context.Context, p pair) (Result, error) {
	var bytes, rows [2]int
	sides, err := p.each(func(i int, w *world) (Side, error) {
		s := w.open(w.node(0))
		a, err := w.signIn(ctx, s, "alice")
		if err != nil {
			return Side{}, err
		}
		name, value := a.line()
		bytes[i] = len(name + ": " + value + "\r\n")
		rows[i], _ = w.store.count()
		before := s.sent.Load()
		if _, err := a.get(ctx, s, "/board"); err != nil {
			return Side{}, err
		}
		return Side{
			Kind: w.kind,
			Says: fmt.Sprintf("Her browser will send %d bytes more with each request, and the server keeps %s.", bytes[i], plural(rows[i], "row")),
			Measures: []Measure{
				{What: HeaderBytes, N: int64(bytes[i])},
				{What: RequestBytes, N: s.sent.Load() - before},
				{What: Rows, N: int64(rows[i])},
			},
		}, nil
	})
	answer := 3
	switch {
	case bytes[1] == bytes[0]:
		answer = 4
	case bytes[1] > bytes[0] && rows[1] == 0:
		answer = 1
	case bytes[1] > bytes[0]:
		answer = 2
	}
	return Result{
		Answer: answer, Sides: sides,
		Why: "The opaque id says nothing, so it is as short as a good random number. The JWT carries name, role and dates, and a signature over them. It grows with each claim.",
	}, err
}

// manyCalls is how often Alice calls.
const manyCalls = 1000

// calls times how the server finds out who calls.
func calls(ctx context.Context, p pair) (Result, error) {
	var total [2]time.Duration
	sides, err := p.each(func(i int, w *world) (Side, error) {
		s := w.open(w.node(0))
		a, err := w.signIn(ctx, s, "alice")
		if err != nil {
			return Side{}, err
		}
		w.meter.reset()
		_, before := w.store.count()
		for range manyCalls {
			if err := a.must(ctx, s, http.MethodGet, "/board"); err != nil {
				return Side{}, err
			}
		}
		_, lookups := w.store.count()
		checks, median, all := w.meter.read()
		total[i] = all
		return Side{
			Kind: w.kind,
			Says: fmt.Sprintf("%s and %s.", capital(plural(lookups-before, "lookup")), plural(checks, "signature check")),
			Measures: []Measure{
				{What: Lookups, N: int64(lookups - before)},
				{What: Checks, N: int64(checks)},
				{What: FindMedian, N: int64(median)},
				{What: FindTotal, N: int64(all)},
			},
		}, nil
	})
	answer := 3
	const clearly = 1.25
	switch {
	case float64(total[0]) > clearly*float64(total[1]):
		answer = 1
	case float64(total[1]) > clearly*float64(total[0]):
		answer = 2
	}
	return Result{
		Answer: answer, Sides: sides,
		Why: "The store here is a table in the memory of this process, the fastest that there is, and HS256 is the cheapest signature. Ask a store over a network, and each lookup costs a round trip more. Sign with RS256 or ES256, so that other services can check without the secret, and each check costs more. Both are small beside what a page costs otherwise: speed alone is a poor reason for either.",
	}, err
}

// restart lets another instance see the session.
func restart(ctx context.Context, p pair) (Result, error) {
	var alone, shared [2]int
	sides, err := p.each(func(i int, w *world) (Side, error) {
		a, err := w.signIn(ctx, w.open(w.node(0)), "alice")
		if err != nil {
			return Side{}, err
		}
		fresh := w.node(0)
		fresh.store, fresh.key = newStore(w.now), []byte("another key of thirty-two bytes!")
		if alone[i], err = a.send(ctx, w.open(fresh), http.MethodGet, "/board", nil); err != nil {
			return Side{}, err
		}
		shared[i], err = a.send(ctx, w.open(w.node(0)), http.MethodGet, "/board", nil)
		return Side{Kind: w.kind, Says: fmt.Sprintf("An instance with a memory of its own: %s. One that shares %s: %s.", answered(alone[i]), shares(w.kind), answered(shared[i]))}, err
	})
	answer := 3
	switch {
	case alone[0] == http.StatusUnauthorized && alone[1] == http.StatusUnauthorized && shared == [2]int{200, 200}:
		answer = 1
	case alone[0] == http.StatusUnauthorized:
		answer = 2
	}
	return Result{
		Answer: answer, Sides: sides,
		Why: "“Stateless” is not “nothing shared”. A JWT has to be checked with a key that all instances have, and that outlives a restart. A key is less to share than a store, and it has to be kept more secret.",
	}, err
}

// shares is what the instances of a design share.
func shares(k Kind) string {
	switch k {
	case Opaque:
		return "the store"
	case Signed, Header:
		return "the key"
	default:
		return "the key and the store"
	}
}

// storeDown lets the store fail.
func storeDown(ctx context.Context, p pair) (Result, error) {
	var first [2]int
	sides, err := p.each(func(i int, w *world) (Side, error) {
		s := w.open(w.node(0))
		all, err := w.everybody(ctx, s)
		if err != nil {
			return Side{}, err
		}
		w.store.fail(true)
		if first[i], err = w.inside(ctx, s, all); err != nil {
			return Side{}, err
		}
		w.time = w.time.Add(10*time.Minute - time.Second)
		later, err := w.inside(ctx, s, all)
		return Side{
			Kind: w.kind, Says: fmt.Sprintf("A moment later %d of %d are still signed in, and %d just before the store is back.", first[i], crowd, later),
			Measures: []Measure{{What: Inside, N: int64(first[i]), Of: crowd}},
		}, err
	})
	answer := 4
	switch {
	case first[0] > 0 && first[1] > 0:
		answer = 3
	case first[1] > 0:
		answer = 1
	case first[0] > 0:
		answer = 2
	}
	return Result{
		Answer: answer, Sides: sides,
		Why: "Who has nothing to ask can’t be left without an answer. That is the other side of the same coin: who has nothing to ask can’t hear that a session was ended, either.",
	}, err
}

// clockSkew lets the session meet an instance whose clock is slow.
func clockSkew(ctx context.Context, p pair) (Result, error) {
	var fresh, late [2]int
	sides, err := p.each(func(i int, w *world) (Side, error) {
		const slow = 10 * time.Minute
		a, err := w.signIn(ctx, w.open(w.node(0)), "alice")
		if err != nil {
			return Side{}, err
		}
		s := w.open(w.node(-slow))
		a = a.copied() // without a refresh token: what one credential does
		fresh[i], late[i], err = w.accepted(ctx, s, a)
		return Side{
			Kind: w.kind, Says: fmt.Sprintf("Fresh from the sign-in, the slow instance answers %s. %s.", answered(fresh[i]), overdue(late[i])),
			Measures: []Measure{{What: TooLong, N: int64(late[i])}},
		}, err
	})
	answer := 1
	switch {
	case fresh[1] != http.StatusOK && late[1] != 0:
		answer = 2
	case fresh[1] != http.StatusOK:
		answer = 3
	}
	return Result{
		Answer: answer, Sides: sides,
		Why: "exp and nbf are read by the clock of whoever checks (RFC 7519 §4.1.4 and §4.1.5), so each clock is part of the design. A leeway of seconds hides small differences. A row in one store has one clock, the store’s.",
	}, err
}

// accepted asks once a second for half an hour. It returns the first status, and
// for how many seconds after its end the credential was still accepted.
func (w *world) accepted(ctx context.Context, s *site, a *agent) (first, late int, err error) {
	ends := w.time.Add(w.kind.life())
	for i := range int(2 * sessionLife / time.Second) {
		status, err := a.get(ctx, s, "/board")
		if err != nil {
			return 0, 0, err
		}
		if i == 0 {
			first = status
		}
		if status == http.StatusOK && !w.time.Before(ends) {
			late++
		}
		w.time = w.time.Add(time.Second)
	}
	return first, late, nil
}
